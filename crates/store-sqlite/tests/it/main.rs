//! The store on SQLite: the stories every store must pass, agreement with the model, and what a store on a disk
//! owes beyond them.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "in a test, helpers included, a broken expectation is a failed test"
)]

mod copies;
mod opening;
mod parallel;
mod trail;
mod trouble;

use doorward_core::change::{Applied, ApplyResult, Change};
use doorward_core::port::Store;
use doorward_store_sqlite::SqliteStore;
use doorward_testkit::{MemoryStore, random_actions, random_changes, store_stories};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;

fn open(folder: &Path) -> SqliteStore {
    SqliteStore::open(folder).expect("the store opens")
}

fn scratch() -> TempDir {
    tempfile::tempdir().expect("there is room for a folder")
}

async fn done(store: &dyn Store, changes: Vec<Change>) -> Applied {
    match store.apply(changes).await.expect("the store works") {
        ApplyResult::Applied(applied) => applied,
        ApplyResult::Conflict => panic!("a guard failed that should hold"),
    }
}

#[tokio::test]
async fn passes_every_story() {
    let folders = RefCell::new(Vec::new());
    store_stories::all(&|| {
        let folder = scratch();
        let store = Arc::new(open(folder.path()));
        folders.borrow_mut().push(folder);
        store
    })
    .await;
}

#[tokio::test]
async fn agrees_with_the_model_on_random_changes() {
    // Some worlds share a store, so that they would show in each other.
    for block in 0..30 {
        let folder = scratch();
        let (model, store) = (MemoryStore::new(), open(folder.path()));
        for seed in block * 10..(block + 1) * 10 {
            random_changes::agree(seed, 25, &model, &store).await;
        }
    }
}

/// The same random actions, the same answers, and the same things kept.
#[tokio::test]
async fn agrees_with_the_model_on_random_actions() {
    let mut seen = BTreeSet::new();
    for seed in 0..60 {
        let folder = scratch();
        seen.extend(random_actions::agree_with_the_model(Arc::new(open(folder.path())), seed, 120).await);
    }
    assert!(seen.len() >= 30, "the sequences reach only {seen:?}");
}
