//! Stories of sessions.

use super::{done, refused};
use crate::samples::{account, account_id, create, later, locked, session, session_id, start};
use doorward_core::change::Change;
use doorward_core::port::{SessionWithAccount, Store};
use doorward_core::session::{EndReason, Ended, RefreshState, Session};
use doorward_core::token::TokenNote;

async fn load(store: &dyn Store, n: u64) -> Option<SessionWithAccount> {
    store.session(session_id(n)).await.expect("the store works")
}

async fn row(store: &dyn Store, n: u64) -> Session {
    load(store, n).await.expect("it is there").session
}

async fn version(store: &dyn Store, n: u64) -> u64 {
    store.account("r", account_id(n)).await.expect("works").expect("it is there").version
}

/// An account with this many sessions, numbered from 1.
async fn signed_in(store: &dyn Store, sessions: u64) {
    let mut changes = vec![create(account("r", 1))];
    changes.extend((1..=sessions).map(|n| start(session("r", n, account_id(1)))));
    done(store, changes).await;
}

pub(super) async fn comes_back_whole(store: &dyn Store) {
    signed_in(store, 6).await;
    for n in 1..=6 {
        let expected =
            SessionWithAccount { session: session("r", n, account_id(1)), account: Some(account("r", 1)) };
        assert_eq!(load(store, n).await, Some(expected));
    }
    assert_eq!(load(store, 7).await, None);
    refused(store, vec![start(session("r", 6, account_id(1)))]).await;
}

pub(super) async fn stale_start_conflicts(store: &dyn Store) {
    done(store, vec![create(account("r", 1))]).await;
    let lock = locked();
    done(
        store,
        vec![Change::UpdateAccount { account: account_id(1), version: 1, update: lock, at: later(1) }],
    )
    .await;
    refused(store, vec![start(session("r", 1, account_id(1)))]).await;
    refused(store, vec![start(session("r", 1, account_id(9)))]).await;
    assert_eq!(load(store, 1).await, None);
    let fresh =
        Change::StartSession { session: Box::new(session("r", 1, account_id(1))), account_version: 2 };
    done(store, vec![fresh]).await;
    assert_eq!(row(store, 1).await, session("r", 1, account_id(1)));
}

fn step(from: &RefreshState, to: RefreshState) -> Vec<Change> {
    vec![Change::MoveSession {
        session: session_id(1),
        from: from.clone(),
        to,
        expires_at: later(7200),
        access_until: Some(later(800)),
        at: later(100),
    }]
}

pub(super) async fn moves_once(store: &dyn Store) {
    signed_in(store, 2).await;
    let first = row(store, 1).await.refresh;
    let second = RefreshState { seed: [9; 16], confirmed: true, ..first.advanced(later(100)) };
    done(store, step(&first, second.clone())).await;
    let mut expected = session("r", 1, account_id(1));
    expected.refresh = second.clone();
    (expected.expires_at, expected.access_until, expected.last_used_at) =
        (later(7200), Some(later(800)), later(100));
    assert_eq!(row(store, 1).await, expected);
    assert_eq!(row(store, 2).await, session("r", 2, account_id(1)), "others stay");

    // From the first state it has moved already.
    refused(store, step(&first, second.clone())).await;
    // A late retry is part of the state: of two of them one wins.
    let retried = second.repeated_late();
    done(store, step(&second, retried.clone())).await;
    refused(store, step(&second, retried.clone())).await;
    refused(store, step(&RefreshState { late_retry: Some(99), ..retried.clone() }, second.clone())).await;
    // Confirmation, seed and time of rotation are not.
    let unconfirmed =
        RefreshState { confirmed: false, seed: [1; 16], rotated_at: later(0), ..retried.clone() };
    done(store, step(&unconfirmed, retried.clone())).await;

    done(store, vec![end(1, 200)]).await;
    refused(store, step(&retried, second)).await;
    assert_eq!(row(store, 1).await.refresh, retried);
    let unknown = Change::MoveSession {
        session: session_id(9),
        from: first.clone(),
        to: first,
        expires_at: later(1),
        access_until: None,
        at: later(1),
    };
    refused(store, vec![unknown]).await;
}

pub(super) async fn is_touched(store: &dyn Store) {
    signed_in(store, 1).await;
    let touch = |n| vec![Change::TouchSession { session: session_id(n), at: later(400) }];
    done(store, touch(1)).await;
    done(store, touch(9)).await;
    let expected = Session { last_used_at: later(400), ..session("r", 1, account_id(1)) };
    assert_eq!(row(store, 1).await, expected);
}

fn end(n: u64, seconds: u64) -> Change {
    Change::EndSession { session: session_id(n), reason: EndReason::Reused, at: later(seconds) }
}

pub(super) async fn ends_once(store: &dyn Store) {
    signed_in(store, 2).await;
    let applied = done(store, vec![end(1, 5)]).await;
    assert_eq!(applied.ended, [session_id(1)]);
    refused(store, vec![end(1, 6)]).await;
    refused(store, vec![end(9, 6)]).await;
    assert_eq!(row(store, 1).await.ended, Some(Ended { at: later(5), reason: EndReason::Reused }));
    assert_eq!(row(store, 2).await.ended, None);
    assert_eq!(version(store, 1).await, 1, "ending one session is no new version");
}

fn end_all(version: Option<u64>, except: Option<u64>) -> Vec<Change> {
    vec![Change::EndSessions {
        account: account_id(1),
        version,
        except: except.map(session_id),
        reason: EndReason::PasswordChanged,
        at: later(9),
    }]
}

pub(super) async fn all_end(store: &dyn Store) {
    signed_in(store, 4).await;
    let stranger = session("r", 5, account_id(2));
    done(store, vec![create(account("r", 2)), start(stranger.clone()), end(2, 5)]).await;

    refused(store, end_all(Some(2), None)).await;
    assert_eq!(row(store, 1).await.ended, None);
    let applied = done(store, end_all(Some(1), Some(3))).await;
    assert_eq!(
        applied.ended,
        [session_id(1), session_id(4)],
        "the live ones but the one that stays, oldest first"
    );
    assert_eq!(version(store, 1).await, 2);
    assert_eq!(row(store, 1).await.ended, Some(Ended { at: later(9), reason: EndReason::PasswordChanged }));
    assert_eq!(row(store, 2).await.ended, Some(Ended { at: later(5), reason: EndReason::Reused }));
    assert_eq!(row(store, 3).await.ended, None);
    assert_eq!(row(store, 5).await, stranger);

    // A sign-in decided before cannot slip through any more; the same change again is stale too.
    refused(store, vec![start(session("r", 6, account_id(1)))]).await;
    refused(store, end_all(Some(1), None)).await;
    assert_eq!(done(store, end_all(Some(2), None)).await.ended, [session_id(3)]);
    assert_eq!(done(store, end_all(Some(3), None)).await.ended, []);
    assert_eq!(version(store, 1).await, 4, "also when none was left");

    let over = Session { expires_at: later(9), ..session("r", 7, account_id(1)) };
    done(store, vec![Change::StartSession { session: Box::new(over), account_version: 4 }]).await;
    assert_eq!(done(store, end_all(Some(4), None)).await.ended, [], "it had run out by itself");
    assert!(row(store, 7).await.ended.is_some());
}

pub(super) async fn all_end_without_version(store: &dyn Store) {
    signed_in(store, 2).await;
    let lock = locked();
    let mut changes =
        vec![Change::UpdateAccount { account: account_id(1), version: 1, update: lock, at: later(1) }];
    changes.extend(end_all(None, None));
    assert_eq!(done(store, changes).await.ended, [session_id(1), session_id(2)]);
    assert_eq!(version(store, 1).await, 3);
    assert_eq!(done(store, end_all(None, None)).await.ended, []);
    assert_eq!(version(store, 1).await, 4);
}

pub(super) async fn live_ones(store: &dyn Store) {
    signed_in(store, 1).await;
    let mut changes = Vec::new();
    for (n, created, expires, absolute) in
        [(2, 0, 50, 3000), (3, 0, 3000, 50), (4, 20, 3000, 3000), (5, 10, 3000, 3000), (6, 30, 3000, 3000)]
    {
        changes.push(start(Session {
            created_at: later(created),
            expires_at: later(expires),
            absolute_until: later(absolute),
            ..session("r", n, account_id(1))
        }));
    }
    changes.push(end(6, 31));
    done(store, changes).await;
    let live = async |seconds| {
        let found = store.live_sessions(account_id(1), later(seconds)).await.expect("works");
        found.into_iter().map(|one| one.id).collect::<Vec<_>>()
    };
    let ids = |list: &[u64]| list.iter().map(|n| session_id(*n)).collect::<Vec<_>>();
    assert_eq!(live(49).await, ids(&[1, 2, 3, 5, 4]), "oldest first, then by id");
    assert_eq!(live(50).await, ids(&[1, 5, 4]), "at its expiry it is over");
    assert_eq!(live(3000).await, ids(&[1]));
    assert_eq!(live(3600).await, ids(&[]));
    let whole = store.live_sessions(account_id(1), later(3000)).await.expect("works");
    assert_eq!(whole, [session("r", 1, account_id(1))]);
    assert_eq!(store.live_sessions(account_id(2), later(0)).await.expect("works"), []);
}

pub(super) async fn outlive_account(store: &dyn Store) {
    signed_in(store, 2).await;
    let mut changes = vec![Change::DeleteAccount { account: account_id(1), version: 1 }];
    changes.extend(end_all(None, Some(2)));
    assert_eq!(done(store, changes).await.ended, [session_id(1)]);
    let gone = load(store, 1).await.expect("the row is there");
    assert_eq!(gone.account, None);
    assert_eq!(gone.session.ended.map(|ended| ended.reason), Some(EndReason::PasswordChanged));
    let expected = SessionWithAccount { session: session("r", 2, account_id(1)), account: None };
    assert_eq!(load(store, 2).await, Some(expected));
    refused(store, end_all(Some(1), None)).await;
}

fn note(realm: &str, digest: u8, session: u64) -> TokenNote {
    let session = session_id(session);
    TokenNote { realm: realm.to_owned(), digest: [digest; 32], session, generation: 2, expires_at: later(9) }
}

pub(super) async fn tokens_are_found(store: &dyn Store) {
    signed_in(store, 3).await;
    let put = |note: TokenNote| vec![Change::NoteToken { note, at: later(5) }];
    let find = async |realm: &str, digest: u8| store.token_note(realm, &[digest; 32]).await.expect("works");
    assert_eq!(find("r", 7).await, None);
    done(store, put(note("r", 7, 1))).await;
    done(store, put(note("s", 7, 3))).await;
    assert_eq!(find("r", 7).await, Some(note("r", 7, 1)));
    assert_eq!(find("s", 7).await, Some(note("s", 7, 3)), "realms share nothing");
    assert!(done(store, put(note("r", 8, 1))).await.ended.is_empty());
    assert_eq!(find("r", 7).await, None, "a session has one");
    let again = TokenNote { generation: 3, ..note("r", 8, 1) };
    assert!(done(store, put(again.clone())).await.ended.is_empty());
    assert_eq!(find("r", 8).await, Some(again));
    let taken_over = done(store, put(note("r", 8, 2))).await;
    assert_eq!(taken_over.ended, [session_id(1)]);
    assert_eq!(find("r", 8).await, Some(note("r", 8, 2)));
    let ended = Ended { at: later(5), reason: EndReason::Replaced };
    assert_eq!((row(store, 1).await.ended, row(store, 2).await.ended), (Some(ended), None));
    let over = doorward_core::port::KEPT_AFTER_EXPIRY;
    store.sweep(row(store, 2).await.absolute_until.plus(over).plus(over)).await.expect("works");
    assert_eq!(find("r", 8).await, None, "it goes with its session");
}
