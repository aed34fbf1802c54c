//! Opening, closing and opening again.

use crate::{done, open, scratch};
use doorward_core::change::Change;
use doorward_core::port::Store;
use doorward_store_sqlite::{OpenError, SqliteStore};
use doorward_testkit::samples::{account, account_id, create, id, later, mail, session, session_id, start};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

#[tokio::test]
async fn reopening_keeps_everything() {
    let folder = scratch();
    for n in 1..=3 {
        let store = open(folder.path());
        for earlier in 1..n {
            let found = store.account("r", account_id(earlier)).await.expect("works");
            assert_eq!(found, Some(account("r", earlier)));
        }
        done(&store, vec![create(account("r", n)), start(session("r", n, account_id(n)))]).await;
    }
    let store = open(folder.path());
    let found = store.session(session_id(3)).await.expect("works").expect("it is there");
    assert_eq!(found.session, session("r", 3, account_id(3)));
    assert_eq!(found.account, Some(account("r", 3)));
}

#[tokio::test]
async fn closing_empties_the_log_into_the_database() {
    let folder = scratch();
    let store = open(folder.path());
    done(&store, vec![create(account("r", 1))]).await;
    assert!(fs::metadata(folder.path().join("doorward.db-wal")).expect("it is there").len() > 0);
    drop(store);
    let left = fs::metadata(folder.path().join("doorward.db-wal")).map_or(0, |found| found.len());
    assert_eq!(left, 0);
}

#[test]
fn a_folder_has_one_store() {
    let folder = scratch();
    let store = open(folder.path());
    assert!(store.healthy());
    let second = SqliteStore::open(folder.path()).err().expect("it is in use");
    assert!(matches!(&second, OpenError::InUse(path) if path == folder.path()));
    assert!(second.to_string().contains("in use by another doorward"));
    drop(store);
    open(folder.path());
}

#[test]
fn a_newer_database_is_refused() {
    let folder = scratch();
    drop(open(folder.path()));
    let raw = rusqlite::Connection::open(folder.path().join("doorward.db")).expect("opens");
    raw.pragma_update(None, "user_version", 9999).expect("works");
    let refused = SqliteStore::open(folder.path()).err().expect("it is newer");
    assert!(matches!(refused, OpenError::Newer { found: 9999, .. }));
    assert!(refused.to_string().contains("version 9999"));
    // It was refused, not changed.
    let version: u32 = raw.pragma_query_value(None, "user_version", |row| row.get(0)).expect("works");
    assert_eq!(version, 9999);
}

#[test]
fn what_is_no_database_is_refused() {
    let folder = scratch();
    fs::write(
        folder.path().join("doorward.db"),
        "this is a shopping list, long enough to look at".repeat(99),
    )
    .expect("works");
    assert!(matches!(SqliteStore::open(folder.path()), Err(OpenError::Sqlite(_))));
    let file = folder.path().join("doorward.db").join("below");
    assert!(matches!(SqliteStore::open(&file), Err(OpenError::File { .. })));
}

#[tokio::test]
async fn only_the_owner_can_read_it() {
    let folder = scratch();
    let data = folder.path().join("new").join("data");
    let store = open(&data);
    done(&store, vec![create(account("r", 1))]).await;
    let mode = |path: &Path| fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    assert_eq!(mode(&data), 0o700);
    for file in ["doorward.db", "doorward.db-wal", "doorward.db-shm", "lock"] {
        assert_eq!(mode(&data.join(file)), 0o600, "{file}");
    }
}

#[tokio::test]
async fn two_stores_in_one_process_do_not_mix() {
    let (left, right) = (scratch(), scratch());
    let (first, second) = (open(left.path()), open(right.path()));
    done(&first, vec![create(account("r", 1))]).await;
    done(&second, vec![create(account("r", 2))]).await;
    assert_eq!(first.account("r", account_id(2)).await.expect("works"), None);
    assert_eq!(second.account("r", account_id(2)).await.expect("works"), Some(account("r", 2)));
    drop(first);
    let again = open(left.path());
    assert_eq!(again.account("r", account_id(1)).await.expect("works"), Some(account("r", 1)));
    assert_eq!(second.account("r", account_id(1)).await.expect("works"), None);
}

#[tokio::test]
async fn a_delivered_mail_leaves_no_bytes() {
    let folder = scratch();
    let store = open(folder.path());
    let mut secret = mail("r", 1);
    secret.sealed = b"kept-until-delivered ".repeat(400);
    done(&store, vec![Change::QueueMail(secret)]).await;
    store.sweep(later(0)).await.expect("works");
    assert!(any_file_holds(folder.path(), b"kept-until-delivered"), "the test looks at the right files");
    done(&store, vec![Change::MailDelivered(id(1))]).await;
    store.sweep(later(0)).await.expect("works");
    assert!(!any_file_holds(folder.path(), b"kept-until-delivered"));
}

fn any_file_holds(folder: &Path, needle: &[u8]) -> bool {
    fs::read_dir(folder).expect("it is there").any(|entry| {
        let bytes = fs::read(entry.expect("works").path()).expect("works");
        bytes.windows(needle.len()).any(|window| window == needle)
    })
}
