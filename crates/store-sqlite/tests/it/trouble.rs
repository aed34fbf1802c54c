//! Rows that make no sense, and work that fails.

use crate::{done, open, scratch};
use doorward_core::change::Change;
use doorward_core::code::Purpose;
use doorward_core::fault::Fault;
use doorward_core::identifier::IdentifierKind;
use doorward_core::port::Store;
use doorward_store_sqlite::SqliteStore;
use doorward_testkit::samples::{
    account, account_id, code, create, event, id, key, later, session, session_id, start,
};
use tempfile::TempDir;

async fn filled() -> (TempDir, SqliteStore) {
    let folder = scratch();
    let store = open(folder.path());
    let changes = vec![
        create(account("r", 1)),
        create(account("r", 2)),
        start(session("r", 1, account_id(1))),
        Change::PutCode(Box::new(code("r", 3, "a@b"))),
        Change::PutKey(key("r", "access", 1)),
        Change::Audit(Box::new(event("r", 1))),
    ];
    done(&store, changes).await;
    (folder, store)
}

fn damage(folder: &TempDir, sql: &str) {
    let raw = rusqlite::Connection::open(folder.path().join("doorward.db")).expect("opens");
    assert!(raw.execute(sql, []).expect("works") > 0);
}

/// Fails unless the fault names this place.
fn names<T: std::fmt::Debug>(result: Result<T, Fault>, place: (&str, &str, &str)) {
    match result {
        Err(Fault::CorruptRow { table, column, row }) => assert_eq!((table, column, row.as_str()), place),
        other => panic!("expected a corrupt row {place:?}, got {other:?}"),
    }
}

#[tokio::test]
async fn corrupt_rows_are_named() {
    let (folder, store) = filled().await;
    let one = id(1).to_string();
    damage(&folder, "UPDATE sessions SET ended_at = 5, end_reason = 'boredom'");
    names(store.session(session_id(1)).await, ("sessions", "end_reason", &one));
    damage(&folder, "UPDATE sessions SET ended_at = NULL, end_reason = NULL, seed = x'00'");
    names(store.session(session_id(1)).await, ("sessions", "seed", &one));
    names(store.live_sessions(account_id(1), later(0)).await, ("sessions", "seed", &one));
    damage(&folder, "UPDATE sessions SET seed = zeroblob(16)");
    damage(&folder, "UPDATE accounts SET profile = '[]' WHERE id = (SELECT min(id) FROM accounts)");
    names(store.session(session_id(1)).await, ("accounts", "profile", &one));
    let by_name = store.account_by_identifier("r", IdentifierKind::Username, "user1").await;
    names(by_name, ("accounts", "profile", &one));
    damage(&folder, "UPDATE identifiers SET kind = 'fax' WHERE kind = 'email'");
    names(store.account("r", account_id(2)).await, ("identifiers", "kind", &id(2).to_string()));
    damage(&folder, "UPDATE codes SET claims = '[[\"email\"]]'");
    names(store.code("r", Purpose::ResetPassword, "a@b").await, ("codes", "claims", &id(3).to_string()));
    damage(&folder, "UPDATE keys SET active = 2");
    names(store.keys("r").await, ("keys", "active", "key-1"));
    damage(&folder, "UPDATE audit SET account = x'01', session = x'02'");
    names(store.audit_events("r", 9).await, ("audit", "account", "1"));
}

#[tokio::test]
async fn reads_go_on_after_a_corrupt_row() {
    let (folder, store) = filled().await;
    damage(&folder, "UPDATE accounts SET version = -1 WHERE id = (SELECT min(id) FROM accounts)");
    names(store.account("r", account_id(1)).await, ("accounts", "version", &id(1).to_string()));
    // No snapshot is left open: what is written next is seen.
    done(&store, vec![create(account("r", 7))]).await;
    assert_eq!(store.account("r", account_id(7)).await.expect("works"), Some(account("r", 7)));
}

#[tokio::test]
async fn broken_work_fails_alone() {
    let (folder, store) = filled().await;
    let raw = rusqlite::Connection::open(folder.path().join("doorward.db")).expect("opens");
    raw.execute_batch("DROP TABLE audit").expect("works");
    let broken = vec![create(account("r", 8)), Change::Audit(Box::new(event("r", 2)))];
    assert!(matches!(store.apply(broken).await, Err(Fault::Store(_))));
    assert!(matches!(store.audit_events("r", 9).await, Err(Fault::Store(_))));
    assert_eq!(store.account("r", account_id(8)).await.expect("works"), None);
    done(&store, vec![create(account("r", 8))]).await;
    assert_eq!(store.account("r", account_id(8)).await.expect("works"), Some(account("r", 8)));
    assert!(store.healthy());
}
