//! Many at once: every write is durable, every guard is atomic.

use crate::{done, open, scratch};
use doorward_core::change::{ApplyResult, Change};
use doorward_core::port::Store;
use doorward_testkit::samples::{account, account_id, create, later, session, session_id, start};
use std::sync::Arc;
use tokio::task::JoinSet;

/// Applies all lists at once, and says how many were made.
async fn race(store: &Arc<doorward_store_sqlite::SqliteStore>, lists: Vec<Vec<Change>>) -> usize {
    let mut tasks = JoinSet::new();
    for changes in lists {
        let store = store.clone();
        tasks.spawn(async move { store.apply(changes).await.expect("the store works") });
    }
    let results = tasks.join_all().await;
    results.iter().filter(|result| matches!(result, ApplyResult::Applied(_))).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_a_hundred_moves_from_one_state_one_wins() {
    let folder = scratch();
    let store = Arc::new(open(folder.path()));
    done(&*store, vec![create(account("r", 1)), start(session("r", 1, account_id(1)))]).await;
    let from = session("r", 1, account_id(1)).refresh;
    let step = Change::MoveSession {
        session: session_id(1),
        to: from.advanced(later(9)),
        from: from.clone(),
        expires_at: later(3600),
        access_until: None,
        at: later(9),
    };
    assert_eq!(race(&store, vec![vec![step]; 100]).await, 1);
    let found = store.session(session_id(1)).await.expect("works").expect("it is there");
    assert_eq!(found.session.refresh.generation, from.generation + 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_a_hundred_accounts_of_one_name_one_wins() {
    let folder = scratch();
    let store = Arc::new(open(folder.path()));
    let same_name = |n| {
        let mut account = account("r", n);
        account.identifiers = doorward_testkit::samples::account("r", 1).identifiers;
        vec![Change::CreateAccount { account: Box::new(account), sequence: true }]
    };
    assert_eq!(race(&store, (1..=100).map(same_name).collect()).await, 1);
    let next = Change::CreateAccount { account: Box::new(account("r", 500)), sequence: true };
    let applied = done(&*store, vec![next]).await;
    assert_eq!(applied.assigned[0].1.value, "2", "the refused ones took no number");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_was_answered_is_there_after_reopening() {
    let folder = scratch();
    let store = Arc::new(open(folder.path()));
    let lists = (1..=400).map(|n| {
        let mut changes = vec![create(account("r", n)), start(session("r", n, account_id(n)))];
        if n % 4 == 0 {
            // In the middle of a group, one that is taken back.
            changes.push(start(session("r", n, account_id(n))));
        }
        changes
    });
    assert_eq!(race(&store, lists.collect()).await, 300);
    drop(store);
    let store = open(folder.path());
    for n in 1..=400 {
        let account = store.account("r", account_id(n)).await.expect("works");
        let session = store.session(session_id(n)).await.expect("works");
        assert_eq!((account.is_some(), session.is_some()), (n % 4 != 0, n % 4 != 0), "account {n}");
    }
}
