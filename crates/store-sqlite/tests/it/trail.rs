//! A trail that somebody with the database in his hands has changed.

use crate::{done, open, scratch};
use doorward_core::audit::{Finding, Head, Verdict, seal_key, seal_next, verify};
use doorward_core::change::Change;
use doorward_core::fault::Fault;
use doorward_core::key::{MacKey, MasterKey};
use doorward_core::port::Store;
use doorward_store_sqlite::{OpenError, SqliteStore};
use doorward_testkit::samples::{event, later};
use std::path::Path;
use tempfile::TempDir;

fn key() -> MacKey {
    seal_key(&MasterKey::new(&[3; 32]).expect("it is a key"))
}

/// Three segments of three events each, and one event that is not sealed.
async fn sealed(folder: &Path) {
    let store = open(folder);
    for n in 0..10 {
        done(&store, vec![Change::Audit(Box::new(event("r", n)))]).await;
        if n % 3 == 2 {
            assert_eq!(seal_next(&store, &key(), later(n)).await.expect("works"), 3);
        }
    }
}

async fn looked(folder: &Path, noted: Option<Head>) -> Result<Verdict, Fault> {
    verify(&SqliteStore::beside(folder).expect("it opens"), &key(), noted).await
}

/// What is found after somebody ran this on the database.
async fn found(sql: &str) -> Vec<Finding> {
    let folder: TempDir = scratch();
    sealed(folder.path()).await;
    let whole = looked(folder.path(), None).await.expect("works");
    assert_eq!((whole.findings.as_slice(), whole.sealed, whole.unsealed), (&[][..], 9, Some((10, 10, 1))));
    let connection = rusqlite::Connection::open(folder.path().join("doorward.db")).expect("it opens");
    connection.execute_batch(sql).expect("it is done");
    drop(connection);
    looked(folder.path(), whole.head).await.expect("works").findings
}

#[tokio::test]
async fn every_change_of_a_sealed_event_names_it() {
    for column in ["at = at + 1", "realm = 'x'", "outcome = 'other'", "address = ''", "note = ''"] {
        let sql = format!("UPDATE audit SET {column} WHERE number = 5");
        assert_eq!(found(&sql).await, [Finding::Altered(5)], "{sql}");
    }
    let sql = "UPDATE audit SET account = NULL, caller = account WHERE number = 3";
    assert_eq!(found(sql).await, [Finding::Altered(3)]);
    assert_eq!(found("DELETE FROM audit WHERE number = 4").await, [Finding::Deleted(4)]);
    let swapped =
        "UPDATE audit SET number = 99 WHERE number = 1; UPDATE audit SET number = 1 WHERE number = 2;
        UPDATE audit SET number = 2 WHERE number = 99";
    assert_eq!(found(swapped).await, [Finding::Altered(1), Finding::Altered(2)]);
    // One that is put where another was pruned, or before all.
    let inserted = "INSERT INTO audit SELECT 0 - 1, id, at, realm, contract, action, outcome, account, session, address,
        user_agent, request_id, caller, note FROM audit WHERE number = 3; UPDATE audit SET number = 77 WHERE number = 6;
        UPDATE audit SET number = 6 WHERE number = -1";
    assert_eq!(found(inserted).await, [Finding::Altered(6)]);
}

#[tokio::test]
async fn segments_cannot_be_changed_left_out_or_cut_off() {
    let forged = "UPDATE audit_segments SET packed = substr(packed, 1, 80), last = 8 WHERE number = 3;
        DELETE FROM audit WHERE number = 9";
    let findings = found(forged).await;
    assert!(findings.contains(&Finding::Forged(3)) && findings.contains(&Finding::Broken(3)), "{findings:?}");
    let findings = found("DELETE FROM audit_segments WHERE number = 2").await;
    assert!(findings.contains(&Finding::Missing(1)), "{findings:?}");
    assert!(findings.contains(&Finding::Inserted(4)), "{findings:?}");
    // Without its seals nothing is sealed; only what was noted elsewhere tells.
    let cut = "DELETE FROM audit WHERE number > 6; DELETE FROM audit_segments WHERE number > 2";
    assert_eq!(found(cut).await, [Finding::Cut(3)]);
    assert_eq!(found("DELETE FROM audit_segments").await, [Finding::Cut(3)]);
    // As if it had been pruned by us.
    let pruned = "UPDATE audit_segments SET packed = x'', pruned = zeroblob(32) WHERE number = 2;
        DELETE FROM audit_segments WHERE number = 1; DELETE FROM audit WHERE number <= 6";
    assert_eq!(found(pruned).await, [Finding::Forged(2)]);
}

#[tokio::test]
async fn an_event_that_makes_no_sense_is_named() {
    let folder = scratch();
    sealed(folder.path()).await;
    let connection = rusqlite::Connection::open(folder.path().join("doorward.db")).expect("it opens");
    connection.execute_batch("UPDATE audit SET id = x'00' WHERE number = 7").expect("it is done");
    let fault = looked(folder.path(), None).await.expect_err("it is corrupt").to_string();
    assert_eq!(fault, "corrupt row: table audit, column id, row 7");
}

#[tokio::test]
async fn what_is_read_beside_a_server_is_not_written() {
    let folder = scratch();
    assert!(matches!(SqliteStore::beside(folder.path()), Err(OpenError::File { .. })));
    let server = open(folder.path());
    done(&server, vec![Change::Audit(Box::new(event("r", 1)))]).await;
    let beside = SqliteStore::beside(folder.path()).expect("it opens");
    assert_eq!(beside.audit_after(0, 9).await.expect("works").len(), 1);
    done(&server, vec![Change::Audit(Box::new(event("r", 2)))]).await;
    assert_eq!(beside.audit_after(0, 9).await.expect("works").len(), 2);
    assert!(beside.apply(vec![Change::Audit(Box::new(event("r", 3)))]).await.is_err());
}
