//! Stories of codes and tallies.

use super::{done, refused};
use crate::samples::{code, id, later};
use doorward_core::change::Change;
use doorward_core::code::{Code, Purpose, Stage};
use doorward_core::port::Store;

fn put(code: Code) -> Change {
    Change::PutCode(Box::new(code))
}

async fn load(store: &dyn Store, realm: &str, purpose: Purpose, destination: &str) -> Option<Code> {
    store.code(realm, purpose, destination).await.expect("the store works")
}

pub(super) async fn replace(store: &dyn Store) {
    done(store, vec![put(code("r", 1, "a@b")), put(code("r", 2, "c@d"))]).await;
    assert_eq!(load(store, "r", Purpose::ResetPassword, "a@b").await, Some(code("r", 1, "a@b")));
    assert_eq!(load(store, "r", Purpose::ResetPassword, "c@d").await, Some(code("r", 2, "c@d")));
    for (realm, purpose, destination) in [
        ("s", Purpose::ResetPassword, "a@b"),
        ("r", Purpose::SignUp, "a@b"),
        ("r", Purpose::ResetPassword, "A@b"),
    ] {
        assert_eq!(load(store, realm, purpose, destination).await, None);
    }

    done(store, vec![put(code("r", 3, "a@b"))]).await;
    assert_eq!(load(store, "r", Purpose::ResetPassword, "a@b").await, Some(code("r", 3, "a@b")));
    assert_eq!(load(store, "r", Purpose::ResetPassword, "c@d").await, Some(code("r", 2, "c@d")));
    // One id is one code: elsewhere it is refused, in its own place it replaces itself.
    refused(store, vec![put(code("r", 3, "e@f"))]).await;
    let again = Code { expires_at: later(9), claims: Vec::new(), ..code("r", 3, "a@b") };
    done(store, vec![put(again.clone())]).await;
    assert_eq!(load(store, "r", Purpose::ResetPassword, "a@b").await, Some(again));
}

pub(super) async fn are_found_by_id(store: &dyn Store) {
    let stage = Code { purpose: Purpose::Stage(Stage::ResetPassword), ..code("r", 2, "a@b") };
    done(store, vec![put(code("r", 1, "a@b")), put(stage.clone())]).await;
    let found = async |realm: &str, n| store.code_by_id(realm, id(n)).await.expect("the store works");
    assert_eq!(found("r", 1).await, Some(code("r", 1, "a@b")));
    assert_eq!(found("r", 2).await, Some(stage));
    assert_eq!((found("s", 1).await, found("r", 3).await), (None, None));
    done(store, vec![put(code("r", 3, "a@b")), Change::SpendCode { code: id(2), at: later(5) }]).await;
    assert_eq!(found("r", 1).await, None, "a newer one has taken its place");
    assert_eq!(found("r", 2).await.and_then(|code| code.used_at), Some(later(5)));
}

pub(super) async fn are_spent_once(store: &dyn Store) {
    done(store, vec![put(code("r", 1, "a@b"))]).await;
    let spend = |n| vec![Change::SpendCode { code: id(n), at: later(30) }];
    refused(store, spend(2)).await;
    done(store, spend(1)).await;
    let spent = Code { used_at: Some(later(30)), ..code("r", 1, "a@b") };
    assert_eq!(load(store, "r", Purpose::ResetPassword, "a@b").await, Some(spent));
    refused(store, spend(1)).await;
    done(store, vec![put(code("r", 2, "a@b"))]).await;
    refused(store, spend(1)).await;
    done(store, spend(2)).await;
}

pub(super) async fn are_dropped(store: &dyn Store) {
    let sign_up = Code { purpose: Purpose::SignUp, ..code("r", 2, "a@b") };
    done(store, vec![put(code("r", 1, "a@b")), put(sign_up.clone()), put(code("s", 3, "a@b"))]).await;
    let drop = vec![Change::DropCodes {
        realm: "r".to_owned(),
        purpose: Purpose::ResetPassword,
        destination: "a@b".to_owned(),
    }];
    done(store, drop.clone()).await;
    assert_eq!(load(store, "r", Purpose::ResetPassword, "a@b").await, None);
    assert_eq!(load(store, "r", Purpose::SignUp, "a@b").await, Some(sign_up));
    assert_eq!(load(store, "s", Purpose::ResetPassword, "a@b").await, Some(code("s", 3, "a@b")));
    refused(store, vec![Change::SpendCode { code: id(1), at: later(30) }]).await;
    done(store, drop).await;
}

pub(super) async fn tallies_count(store: &dyn Store) {
    let count = |below, at, until| {
        vec![Change::Count {
            realm: "r".to_owned(),
            key: "k".to_owned(),
            below,
            at: later(at),
            until: later(until),
        }]
    };
    let stands = async |seconds| store.tally("r", "k", later(seconds)).await.expect("works");
    assert_eq!(stands(0).await, 0);
    refused(store, count(0, 0, 60)).await;
    done(store, count(1, 0, 60)).await;
    assert_eq!(stands(0).await, 1);
    refused(store, count(1, 1, 60)).await;
    done(store, count(5, 1, 600)).await;
    assert_eq!(stands(59).await, 2);
    assert_eq!(stands(60).await, 0, "later counts do not prolong it");

    // Past its time it starts anew, with a time of its own.
    refused(store, count(0, 60, 700)).await;
    done(store, count(1, 60, 700)).await;
    assert_eq!((stands(60).await, stands(699).await, stands(700).await), (1, 1, 0));
    let below = |below, at| {
        vec![Change::TallyBelow { realm: "r".to_owned(), key: "k".to_owned(), below, at: later(at) }]
    };
    refused(store, below(1, 60)).await;
    done(store, below(2, 60)).await;
    done(store, below(1, 700)).await;
    refused(store, below(0, 700)).await;
    assert_eq!((stands(60).await, stands(700).await), (1, 0), "asking counts nothing");
    assert_eq!(store.tally("s", "k", later(60)).await.expect("works"), 0);
    assert_eq!(store.tally("r", "l", later(60)).await.expect("works"), 0);
}
