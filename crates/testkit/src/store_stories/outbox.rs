//! Stories of the outbox, keys and the audit trail.

use super::{done, refused};
use crate::samples::{event, id, key, later, mail};
use doorward_core::change::{Change, SealedMail};
use doorward_core::port::{DEAD_MAILS_KEPT, Store};
use doorward_core::time::Timestamp;

async fn due(store: &dyn Store, seconds: u64, limit: u32) -> Vec<SealedMail> {
    store.due_mails(later(seconds), limit).await.expect("the store works")
}

pub(super) async fn due_order(store: &dyn Store) {
    for n in [3, 1, 2] {
        done(store, vec![Change::QueueMail(mail("r", n))]).await;
    }
    refused(store, vec![Change::QueueMail(mail("r", 3))]).await;
    assert_eq!(due(store, 0, 10).await, []);
    assert_eq!(due(store, 2, 10).await, [mail("r", 1), mail("r", 2)]);
    assert_eq!(due(store, 99, 10).await, [mail("r", 1), mail("r", 2), mail("r", 3)]);
    assert_eq!(due(store, 99, 2).await, [mail("r", 1), mail("r", 2)]);
}

pub(super) async fn put_off_and_wiped(store: &dyn Store) {
    done(store, vec![Change::QueueMail(mail("r", 1)), Change::QueueMail(mail("s", 2))]).await;
    let put_off = |n, failure: Option<&str>| {
        vec![Change::MailPutOff { id: id(n), next_at: later(500), failure: failure.map(str::to_owned) }]
    };
    done(store, put_off(1, Some("busy"))).await;
    done(store, put_off(1, Some("still busy"))).await;
    done(store, put_off(1, None)).await;
    done(store, put_off(9, Some("busy"))).await;
    assert_eq!(due(store, 499, 10).await, [mail("s", 2)]);
    let failure = Some("still busy".to_owned());
    let waiting = SealedMail { attempts: 2, next_at: later(500), failure, ..mail("r", 1) };
    assert_eq!(
        due(store, 500, 10).await,
        [waiting.clone(), mail("s", 2)],
        "oldest first by when it was queued"
    );

    done(store, vec![Change::MailDelivered(id(2))]).await;
    done(store, vec![Change::MailDelivered(id(2))]).await;
    assert_eq!(due(store, 500, 10).await, [waiting]);
}

pub(super) async fn given_up_and_revived(store: &dyn Store) {
    done(store, [2, 1, 3].map(|n| Change::QueueMail(mail("r", n))).into()).await;
    let died = |n| vec![Change::MailDied { id: id(n), at: later(50), failure: "no such user".to_owned() }];
    done(store, died(1)).await;
    done(store, died(2)).await;
    done(store, died(9)).await;
    let dead = |n| SealedMail {
        attempts: 1,
        failure: Some("no such user".to_owned()),
        dead_at: Some(later(50)),
        ..mail("r", n)
    };
    assert_eq!(due(store, 500, 10).await, [mail("r", 3)], "what is given up is not due");
    let all = async |after: Option<u64>, limit| store.mails(after.map(id), limit).await.expect("works");
    assert_eq!(all(None, 10).await, [dead(1), dead(2), mail("r", 3)]);
    assert_eq!(all(Some(1), 1).await, [dead(2)]);
    assert_eq!(store.mail(id(2)).await.expect("works"), Some(dead(2)));
    assert_eq!(store.mail(id(9)).await.expect("works"), None);

    done(store, vec![Change::MailRevived { id: id(2), next_at: later(60) }]).await;
    done(store, vec![Change::MailRevived { id: id(9), next_at: later(60) }]).await;
    let revived = SealedMail { dead_at: None, next_at: later(60), ..dead(2) };
    assert_eq!(due(store, 60, 10).await, [revived, mail("r", 3)]);

    let sweep = async |at: Timestamp| store.sweep(at).await.expect("works");
    let gone = later(50).plus(DEAD_MAILS_KEPT);
    assert_eq!(sweep(Timestamp(gone.0 - 1)).await, 0);
    assert_eq!(sweep(gone).await, 1);
    assert_eq!(store.mail(id(1)).await.expect("works"), None);
    assert_eq!(all(None, 10).await.len(), 2);
}

pub(super) async fn keys_are_stored_once(store: &dyn Store) {
    let put = |key| vec![Change::PutKey(key)];
    done(store, put(key("r", "refresh", 2))).await;
    done(store, put(key("r", "access", 1))).await;
    done(store, put(key("r", "refresh", 1))).await;
    done(store, put(key("s", "access", 1))).await;
    let mut other = key("r", "access", 1);
    other.wrapped = vec![1];
    refused(store, put(other)).await;
    let keys = store.keys("r").await.expect("works");
    assert_eq!(keys, [key("r", "access", 1), key("r", "refresh", 1), key("r", "refresh", 2)]);
    assert_eq!(store.keys("s").await.expect("works"), [key("s", "access", 1)]);
    assert_eq!(store.keys("t").await.expect("works"), []);
}

pub(super) async fn audit_is_newest_first(store: &dyn Store) {
    let write = |realm, n| Change::Audit(Box::new(event(realm, n)));
    done(store, vec![write("r", 1), write("r", 4)]).await;
    done(store, vec![write("s", 5)]).await;
    // Two events of one millisecond have no order of ids: what was written last is newest.
    done(store, vec![write("r", 3), write("r", 2), write("r", 6)]).await;
    let latest = async |limit| store.audit_events("r", limit).await.expect("works");
    let all: Vec<_> = [6, 2, 3, 4, 1].into_iter().map(|n| event("r", n)).collect();
    assert_eq!(latest(10).await, all);
    assert_eq!(latest(2).await, all[..2]);
    assert_eq!(store.audit_events("t", 10).await.expect("works"), []);
}
