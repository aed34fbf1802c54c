//! Copies that are taken while others write, and put back.

use crate::{done, open, scratch};
use doorward_core::change::Change;
use doorward_core::port::Store;
use doorward_store_sqlite::{OpenError, Restore, SqliteStore, copy_out, examine};
use doorward_testkit::samples::{account, create, event, later, session, start};
use std::sync::atomic::{AtomicBool, Ordering};

/// Each apply makes an account and two events, so that a copy from between two would show.
async fn write(store: &SqliteStore, n: u64) {
    let changes = vec![
        Change::Audit(Box::new(event("r", 2 * n))),
        create(account("r", n)),
        Change::Audit(Box::new(event("r", 2 * n + 1))),
    ];
    done(store, changes).await;
}

#[test]
fn every_copy_is_of_one_moment() {
    let (folder, copies) = (scratch(), scratch());
    let store = open(folder.path());
    let stop = AtomicBool::new(false);
    let mut seen = Vec::new();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().build().expect("it starts");
            runtime.block_on(async {
                let mut n = 0;
                while !stop.load(Ordering::Relaxed) {
                    n += 1;
                    write(&store, n).await;
                }
            });
        });
        let mut at = 0;
        // Until the writer has been seen at work between copies.
        while at < 20 || seen.first() == seen.last() {
            let file = copies.path().join(format!("{at}.db"));
            copy_out(folder.path(), &file).expect("it is copied");
            let contents = examine(&file).expect("it can be read");
            assert_eq!(contents.defects, Vec::<String>::new());
            assert_eq!(contents.audit_events, 2 * contents.accounts);
            seen.push(contents.accounts);
            at += 1;
        }
        stop.store(true, Ordering::Relaxed);
    });
    assert!(seen.is_sorted(), "{seen:?}");
}

#[tokio::test]
async fn a_copy_is_put_back_without_its_sessions() {
    let (folder, copies) = (scratch(), scratch());
    let store = open(folder.path());
    let owner = account("r", 1);
    let signed_in = session("r", 1, owner.id);
    let id = signed_in.id;
    done(&store, vec![create(owner)]).await;
    done(&store, vec![start(signed_in)]).await;
    let file = copies.path().join("copy");
    copy_out(folder.path(), &file).expect("it is copied");
    assert!(matches!(copy_out(folder.path(), &file), Err(OpenError::File { .. })), "nothing is written over");
    assert!(matches!(Restore::begin(folder.path()), Err(OpenError::InUse(_))));

    let new = copies.path().join("new");
    let place = Restore::begin(&new).expect("it is empty");
    std::io::copy(
        &mut std::fs::File::open(&file).expect("it is there"),
        &mut place.draft().expect("it is made"),
    )
    .expect("there is room");
    assert_eq!(place.end_sessions(later(5)).expect("it is written"), 1);
    place.finish(&event("r", 9)).expect("it is moved");
    assert!(matches!(Restore::begin(&new), Err(OpenError::File { .. })), "it has a database now");

    let restored = open(&new);
    let found = restored.session(id).await.expect("it is read").expect("it is there").session;
    assert_eq!(found.ended.expect("it is over").reason.name(), "restored");
    assert_eq!(restored.audit_events("r", 10).await.expect("they are read"), [event("r", 9)]);
    assert_eq!(
        std::fs::read_dir(&new)
            .expect("readable")
            .flatten()
            .filter(|file| { file.file_name().to_string_lossy().contains("restoring") })
            .count(),
        0
    );
}

#[test]
fn a_folder_without_a_database_has_none_to_copy() {
    let folder = scratch();
    let file = folder.path().join("copy");
    assert!(matches!(copy_out(folder.path(), &file), Err(OpenError::File { .. })));
    assert!(!file.exists() && !folder.path().join("doorward.db").exists());
}
