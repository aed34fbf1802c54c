//! The cache of live sessions: why a check costs no read, and why an ended session is never found in it.

use crate::account::{Account, AccountId};
use crate::change::{Applied, Change};
use crate::fault::Fault;
use crate::port::{SessionWithAccount, Store};
use crate::session::{RefreshState, Session, SessionId};
use crate::time::Timestamp;
use quick_cache::sync::Cache;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

const SESSIONS: usize = 32 * 1024;

/// How many epochs sessions share, so that one that changes does not keep all others out.
const SHARDS: usize = 64;

/// Sessions and accounts as they were read, each until it changes. It is filled only when the epoch is still
/// what it was before the read, and every change moves the epoch before its reply goes out: so what was read
/// before a change cannot be put in after it.
pub struct LiveSessions {
    account_epoch: Mutex<u64>,
    session_epochs: Vec<Mutex<u64>>,
    sessions: Cache<SessionId, Arc<Session>>,
    accounts: Cache<AccountId, Arc<Account>>,
}

/// A session and its account, as found.
#[derive(Clone, Debug)]
pub struct Found {
    /// The session, ended or not.
    pub session: Arc<Session>,
    /// Its account, unless that is gone.
    pub account: Option<Arc<Account>>,
}

impl Default for LiveSessions {
    fn default() -> LiveSessions {
        LiveSessions {
            account_epoch: Mutex::new(0),
            session_epochs: (0..SHARDS).map(|_| Mutex::new(0)).collect(),
            sessions: Cache::new(SESSIONS),
            accounts: Cache::new(SESSIONS),
        }
    }
}

impl LiveSessions {
    /// The session with this id, from memory or from the store.
    ///
    /// # Errors
    /// The store failed.
    pub async fn find(&self, store: &dyn Store, id: SessionId) -> Result<Option<Found>, Fault> {
        if let Some(session) = self.sessions.get(&id)
            && let Some(account) = self.accounts.get(&session.account)
        {
            return Ok(Some(Found { session, account: Some(account) }));
        }
        let (session_epoch, account_epoch) = (*self.of_session(id), *lock(&self.account_epoch));
        let Some(SessionWithAccount { session, account }) = store.session(id).await? else { return Ok(None) };
        let found = Found { session: Arc::new(session), account: account.map(Arc::new) };
        if let Some(account) = &found.account {
            let held = self.of_session(id);
            if *held == session_epoch {
                self.sessions.insert(id, Arc::clone(&found.session));
            }
            drop(held);
            let held = lock(&self.account_epoch);
            if *held == account_epoch {
                self.accounts.insert(account.id, Arc::clone(account));
            }
        }
        Ok(Some(found))
    }

    /// Makes the cache true again after these changes: what they ended or touched is forgotten, a session that
    /// moved is kept as it is now. To be called after they are durable and before anybody is told.
    pub fn follow(&self, changes: &[Touched], applied: &Applied) {
        for touched in changes {
            match touched {
                Touched::Account(id) => {
                    *lock(&self.account_epoch) += 1;
                    self.accounts.remove(id);
                }
                Touched::Session(id) => self.forget(*id),
                Touched::Moved(moved) => self.follow_move(moved),
            }
        }
        for id in &applied.ended {
            self.forget(*id);
        }
    }

    /// Forgets the sessions of changes that were not made because a guard failed: what is cached of them may be
    /// what misled the decision.
    pub fn doubt(&self, changes: &[Touched]) {
        for touched in changes {
            match touched {
                Touched::Account(id) => {
                    *lock(&self.account_epoch) += 1;
                    self.accounts.remove(id);
                }
                Touched::Session(id) => self.forget(*id),
                Touched::Moved(moved) => self.forget(moved.session),
            }
        }
    }

    /// Notes a last use that has been written down, unless the session changed since it was found: then what was
    /// found must not come back, or a session that ended meanwhile would live again here.
    pub fn note_use(&self, session: &Arc<Session>, at: Timestamp) {
        let _held = self.of_session(session.id);
        if self.sessions.get(&session.id).is_some_and(|kept| Arc::ptr_eq(&kept, session)) {
            let touched = Session { last_used_at: at, ..Session::clone(session) };
            self.sessions.insert(session.id, Arc::new(touched));
        }
    }

    fn forget(&self, id: SessionId) {
        *self.of_session(id) += 1;
        self.sessions.remove(&id);
    }

    // Two moves of one session are made one after the other, but may be followed in another order: only the
    // generation that a move began from may become the one it led to.
    fn follow_move(&self, moved: &Moved) {
        let mut epoch = self.of_session(moved.session);
        *epoch += 1;
        match self.sessions.get(&moved.session) {
            Some(kept) if kept.refresh.generation == moved.from.generation => {
                let now = kept.moved(&moved.to, (moved.expires_at, moved.access_until), moved.at);
                self.sessions.insert(moved.session, Arc::new(now));
            }
            Some(_) => drop(self.sessions.remove(&moved.session)),
            None => {}
        }
    }

    fn of_session(&self, id: SessionId) -> MutexGuard<'_, u64> {
        // The last bytes of a UUIDv7 are random.
        let shard = usize::from(id.0.as_bytes()[15]) % SHARDS;
        lock(&self.session_epochs[shard])
    }
}

// A panic while holding one leaves at worst an entry too few: going on is right.
fn lock(epoch: &Mutex<u64>) -> MutexGuard<'_, u64> {
    epoch.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Something that a change made stale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Touched {
    /// An account.
    Account(AccountId),
    /// A session.
    Session(SessionId),
    /// A session whose new state is known.
    Moved(Box<Moved>),
}

/// What [`Change::MoveSession`] makes of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    session: SessionId,
    from: RefreshState,
    to: RefreshState,
    expires_at: Timestamp,
    access_until: Option<Timestamp>,
    at: Timestamp,
}

/// What a list of changes makes stale.
#[must_use]
pub fn touched(changes: &[Change]) -> Vec<Touched> {
    changes.iter().filter_map(touch).collect()
}

fn touch(change: &Change) -> Option<Touched> {
    match change {
        Change::UpdateAccount { account, .. }
        | Change::GivePublicIds { account, .. }
        | Change::DeleteAccount { account, .. }
        | Change::UpgradeHash { account, .. }
        | Change::NoteLogin { account, .. }
        | Change::EndSessions { account, .. } => Some(Touched::Account(*account)),
        Change::MoveSession { session, from, to, expires_at, access_until, at } => {
            Some(Touched::Moved(Box::new(Moved {
                session: *session,
                from: from.clone(),
                to: to.clone(),
                expires_at: *expires_at,
                access_until: *access_until,
                at: *at,
            })))
        }
        Change::EndSession { session, .. } => Some(Touched::Session(*session)),
        _ => None,
    }
}
