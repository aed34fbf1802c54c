//! Stories of the outbox, keys and the audit trail.

use super::{done, refused};
use crate::samples::{event, id, key, later, mail};
use doorward_core::change::{Change, SealedMail};
use doorward_core::port::Store;

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
    let put_off = |n| vec![Change::MailPutOff { id: id(n), next_at: later(500) }];
    done(store, put_off(1)).await;
    done(store, put_off(1)).await;
    done(store, put_off(9)).await;
    assert_eq!(due(store, 499, 10).await, [mail("s", 2)]);
    let waiting = SealedMail { attempts: 2, next_at: later(500), ..mail("r", 1) };
    assert_eq!(
        due(store, 500, 10).await,
        [waiting.clone(), mail("s", 2)],
        "oldest first by when it was queued"
    );

    done(store, vec![Change::MailDelivered(id(2))]).await;
    done(store, vec![Change::MailDelivered(id(2))]).await;
    assert_eq!(due(store, 500, 10).await, [waiting]);
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
