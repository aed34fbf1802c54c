//! Stories of applying several changes.

use super::{done, refused};
use crate::samples::{
    account, account_id, code, create, event, id, key, later, locked, mail, session, session_id, start,
};
use doorward_core::account::LastLogin;
use doorward_core::change::{Applied, Change};
use doorward_core::code::Purpose;
use doorward_core::port::{AccountPage, Store};
use doorward_core::session::EndReason;

fn update(version: u64) -> Change {
    Change::UpdateAccount { account: account_id(1), version, update: locked(), at: later(5) }
}

pub(super) async fn together_or_not(store: &dyn Store) {
    done(store, vec![create(account("r", 1)), start(session("r", 1, account_id(1)))]).await;
    let realm = || "r".to_owned();
    let count =
        Change::Count { realm: realm(), key: "k".to_owned(), below: 1, at: later(0), until: later(60) };
    let login = LastLogin { at: later(9), address: "192.0.2.1".to_owned() };
    let end_all = Change::EndSessions {
        account: account_id(1),
        version: Some(2),
        except: None,
        reason: EndReason::Locked,
        at: later(5),
    };
    let everything = vec![
        Change::CreateAccount { account: Box::new(account("r", 2)), sequence: true },
        start(session("r", 2, account_id(2))),
        Change::NoteLogin { account: account_id(1), login },
        Change::TouchSession { session: session_id(1), at: later(400) },
        update(1),
        end_all,
        Change::PutCode(Box::new(code("r", 1, "a@b"))),
        Change::SpendCode { code: id(1), at: later(3) },
        count,
        Change::QueueMail(mail("r", 1)),
        Change::PutKey(key("r", "access", 1)),
        Change::Audit(Box::new(event("r", 1))),
    ];
    let mut failing = everything.clone();
    failing.push(update(1));
    refused(store, failing).await;

    let page = AccountPage { after: None, limit: 10 };
    assert_eq!(store.accounts("r", &page).await.expect("works"), [account("r", 1)]);
    assert_eq!(store.session(session_id(2)).await.expect("works"), None);
    let untouched = store.session(session_id(1)).await.expect("works").expect("it is there");
    assert_eq!(untouched.session, session("r", 1, account_id(1)));
    assert_eq!(store.code("r", Purpose::ResetPassword, "a@b").await.expect("works"), None);
    assert_eq!(store.tally("r", "k", later(0)).await.expect("works"), 0);
    assert_eq!(store.due_mails(later(99), 10).await.expect("works"), []);
    assert_eq!(store.keys("r").await.expect("works"), []);
    assert_eq!(store.audit_events("r", 10).await.expect("works"), []);

    let applied = done(store, everything).await;
    assert_eq!(applied.ended, [session_id(1)]);
    assert_eq!(applied.assigned.len(), 1);
    assert_eq!(applied.assigned[0].1.value, "1", "the refused apply took no number");
    assert_eq!(store.audit_events("r", 10).await.expect("works"), [event("r", 1)]);
}

pub(super) async fn later_see_earlier(store: &dyn Store) {
    done(store, vec![create(account("r", 1)), update(1), update(2)]).await;
    refused(store, vec![update(3), update(3)]).await;
    let version = store.account("r", account_id(1)).await.expect("works").map(|found| found.version);
    assert_eq!(version, Some(3));
    let count = |below| Change::Count {
        realm: "r".to_owned(),
        key: "k".to_owned(),
        below,
        at: later(0),
        until: later(60),
    };
    done(store, vec![count(1), count(2), count(3)]).await;
    assert_eq!(store.tally("r", "k", later(0)).await.expect("works"), 3);
}

pub(super) async fn nothing(store: &dyn Store) {
    assert_eq!(done(store, Vec::new()).await, Applied::default());
}
