//! What every store must do, told once and run against each engine: every read, and every change with its
//! guard both ways. A story starts on an empty store.

mod accounts;
mod apply;
mod codes;
mod outbox;
mod sessions;
mod sweep;
mod trail;

use doorward_core::change::{Applied, ApplyResult, Change};
use doorward_core::port::Store;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

/// A story on one store; it panics where the store does otherwise.
pub type Story = for<'a> fn(&'a dyn Store) -> Pin<Box<dyn Future<Output = ()> + 'a>>;

/// Every story with its name.
pub const STORIES: &[(&str, Story)] = &[
    ("an account comes back whole by every key", |s| Box::pin(accounts::comes_back_whole(s))),
    ("identifiers and public ids are unique in their realm", |s| Box::pin(accounts::are_unique(s))),
    ("sequence numbers are never reused", |s| Box::pin(accounts::numbers_are_never_reused(s))),
    ("public ids are given later", |s| Box::pin(accounts::ids_are_given_later(s))),
    ("accounts are listed in pages", |s| Box::pin(accounts::are_listed_in_pages(s))),
    ("closed accounts are found when their time has come", |s| Box::pin(accounts::closed_ones_are_found(s))),
    ("accounts are searched in any order", |s| Box::pin(accounts::are_searched(s))),
    ("updates are guarded by version", |s| Box::pin(accounts::updates_are_guarded(s))),
    ("identifiers and profile are replaced as a whole", |s| {
        Box::pin(accounts::identifiers_and_profile_are_replaced(s))
    }),
    ("values of unique fields are held by one", |s| Box::pin(accounts::unique_values_are_held_by_one(s))),
    ("changes of fields are noted", |s| Box::pin(accounts::changes_are_noted(s))),
    ("deleting frees what was taken", |s| Box::pin(accounts::deleting_frees(s))),
    ("upgrading a hash never conflicts", |s| Box::pin(accounts::upgrade_never_conflicts(s))),
    ("the last sign-in is noted", |s| Box::pin(accounts::login_is_noted(s))),
    ("a session comes back whole", |s| Box::pin(sessions::comes_back_whole(s))),
    ("a session does not start from a stale account", |s| Box::pin(sessions::stale_start_conflicts(s))),
    ("a session moves once from each state", |s| Box::pin(sessions::moves_once(s))),
    ("a session is touched", |s| Box::pin(sessions::is_touched(s))),
    ("a session ends once", |s| Box::pin(sessions::ends_once(s))),
    ("all sessions of an account end", |s| Box::pin(sessions::all_end(s))),
    ("ending all needs no version, but bumps it", |s| Box::pin(sessions::all_end_without_version(s))),
    ("live sessions are neither ended nor expired", |s| Box::pin(sessions::live_ones(s))),
    ("a session outlives its account", |s| Box::pin(sessions::outlive_account(s))),
    ("a token is found by its digest", |s| Box::pin(sessions::tokens_are_found(s))),
    ("a code replaces the one before", |s| Box::pin(codes::replace(s))),
    ("a code is found by its id while it counts", |s| Box::pin(codes::are_found_by_id(s))),
    ("a code is spent once", |s| Box::pin(codes::are_spent_once(s))),
    ("codes are dropped by destination", |s| Box::pin(codes::are_dropped(s))),
    ("tallies count from what was seen", |s| Box::pin(codes::tallies_count(s))),
    ("mails come when due, oldest first", |s| Box::pin(outbox::due_order(s))),
    ("mails are put off and wiped", |s| Box::pin(outbox::put_off_and_wiped(s))),
    ("mails are given up and revived", |s| Box::pin(outbox::given_up_and_revived(s))),
    ("keys are stored once", |s| Box::pin(outbox::keys_are_stored_once(s))),
    ("the audit trail is newest first", |s| Box::pin(outbox::audit_is_newest_first(s))),
    ("the audit trail is sealed in order", |s| Box::pin(trail::is_sealed_in_order(s))),
    ("the audit trail is pruned by segments", |s| Box::pin(trail::is_pruned_by_segments(s))),
    ("changes are made together or not at all", |s| Box::pin(apply::together_or_not(s))),
    ("later changes see earlier ones", |s| Box::pin(apply::later_see_earlier(s))),
    ("nothing to do is done", |s| Box::pin(apply::nothing(s))),
    ("sweeping removes what is long over", |s| Box::pin(sweep::removes_what_is_over(s))),
    ("sweeping takes a thousand at a time", |s| Box::pin(sweep::takes_a_thousand(s))),
];

/// Runs every story, each on a store that `make` opens for it.
pub async fn all(make: &dyn Fn() -> Arc<dyn Store>) {
    for (name, story) in STORIES {
        let _on_failure = NameOnPanic(name);
        story(make().as_ref()).await;
    }
}

/// Says which story it was when one panics.
struct NameOnPanic(&'static str);

impl Drop for NameOnPanic {
    #[expect(clippy::print_stderr, reason = "this is the name of the failed test")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("failed story: {}", self.0);
        }
    }
}

/// Applies, and fails the story unless that was done.
async fn done(store: &dyn Store, changes: Vec<Change>) -> Applied {
    match store.apply(changes).await.expect("the store works") {
        ApplyResult::Applied(applied) => applied,
        ApplyResult::Conflict => panic!("a guard failed that should hold"),
    }
}

/// Applies, and fails the story unless a guard refused.
async fn refused(store: &dyn Store, changes: Vec<Change>) {
    let result = store.apply(changes).await.expect("the store works");
    assert_eq!(result, ApplyResult::Conflict, "a guard held that should fail");
}
