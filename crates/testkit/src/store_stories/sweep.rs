//! Stories of sweeping.

use super::done;
use crate::samples::{
    NOW, account, account_id, code, create, event, id, later, mail, session, session_id, start,
};
use doorward_core::change::Change;
use doorward_core::code::{Code, Purpose};
use doorward_core::port::{KEPT_AFTER_EXPIRY, Store};
use doorward_core::session::{EndReason, Session};

pub(super) async fn removes_what_is_over(store: &dyn Store) {
    let of = |n, expires, absolute, access: Option<u64>| Session {
        expires_at: later(expires),
        absolute_until: later(absolute),
        access_until: access.map(later),
        ..session("r", n, account_id(1))
    };
    let count =
        Change::Count { realm: "r".to_owned(), key: "k".to_owned(), below: 1, at: NOW, until: later(100) };
    let spent = Code { used_at: Some(later(1)), expires_at: later(100), ..code("r", 12, "c@d") };
    let changes = vec![
        create(account("r", 1)),
        start(of(1, 100, 500, None)),
        start(of(2, 500, 100, Some(100))),
        start(of(3, 100, 500, Some(500))),
        start(of(4, 500, 500, None)),
        Change::EndSession { session: session_id(4), reason: EndReason::SignedOut, at: later(1) },
        Change::PutCode(Box::new(Code { expires_at: later(100), ..code("r", 11, "a@b") })),
        Change::PutCode(Box::new(spent)),
        Change::PutCode(Box::new(Code { expires_at: later(500), ..code("r", 13, "e@f") })),
        count,
        Change::QueueMail(mail("r", 1)),
        Change::Audit(Box::new(event("r", 1))),
    ];
    done(store, changes).await;
    let sweep = async |at| store.sweep(at).await.expect("works");
    assert_eq!(sweep(later(99)).await, 0);
    assert_eq!(sweep(later(100)).await, 1, "the tally, whose time has come");
    let kept = KEPT_AFTER_EXPIRY;
    assert_eq!(sweep(later(99).plus(kept)).await, 0);
    assert_eq!(sweep(later(100).plus(kept)).await, 4, "two sessions, two codes");

    for (n, there) in [(1, false), (2, false), (3, true), (4, true)] {
        let found = store.session(session_id(n)).await.expect("works");
        assert_eq!(found.is_some(), there, "session {n}");
    }
    for (destination, there) in [("a@b", false), ("c@d", false), ("e@f", true)] {
        let found = store.code("r", Purpose::ResetPassword, destination).await.expect("works");
        assert_eq!(found.is_some(), there, "code for {destination}");
    }
    assert_eq!(sweep(later(500).plus(kept)).await, 3);
    assert_eq!(sweep(later(5000).plus(kept)).await, 0);
    // Accounts, mails and the audit trail are nobody's to sweep.
    assert!(store.account("r", account_id(1)).await.expect("works").is_some());
    assert_eq!(store.due_mails(later(5000), 10).await.expect("works"), [mail("r", 1)]);
    assert_eq!(store.audit_events("r", 10).await.expect("works"), [event("r", 1)]);
}

pub(super) async fn takes_a_thousand(store: &dyn Store) {
    let codes =
        |from: u64| (from..from + 600).map(|n| Change::PutCode(Box::new(code("r", n, &id(n).to_string()))));
    done(store, codes(0).collect()).await;
    done(store, codes(600).collect()).await;
    let long_after = later(600).plus(KEPT_AFTER_EXPIRY);
    assert_eq!(store.sweep(long_after).await.expect("works"), 1000);
    assert_eq!(store.sweep(long_after).await.expect("works"), 200);
    assert_eq!(store.sweep(long_after).await.expect("works"), 0);
}
