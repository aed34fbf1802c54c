//! The cache of live sessions: why a check costs no read, and why an ended session is never found in it.

use crate::account::{Account, AccountId};
use crate::change::{Applied, Change};
use crate::fault::Fault;
use crate::port::{SessionWithAccount, Store};
use crate::session::{Session, SessionId};
use crate::time::Timestamp;
use quick_cache::sync::Cache;
use std::sync::{Arc, Mutex, PoisonError};

const SESSIONS: usize = 32 * 1024;

/// Sessions and accounts as they were read, each until it changes. It is filled only when the epoch is still
/// what it was before the read, and every change moves the epoch before its reply goes out: so what was read
/// before a change cannot be put in after it.
pub struct LiveSessions {
    epoch: Mutex<u64>,
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
        LiveSessions { epoch: Mutex::new(0), sessions: Cache::new(SESSIONS), accounts: Cache::new(SESSIONS) }
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
        let epoch = *self.lock();
        let Some(SessionWithAccount { session, account }) = store.session(id).await? else { return Ok(None) };
        let found = Found { session: Arc::new(session), account: account.map(Arc::new) };
        self.keep(epoch, &found);
        Ok(Some(found))
    }

    /// Forgets what these changes touched. To be called after they are durable and before anybody is told.
    pub fn forget(&self, changes: &[Touched], applied: &Applied) {
        if changes.is_empty() && applied.ended.is_empty() {
            return;
        }
        let mut epoch = self.lock();
        *epoch = epoch.wrapping_add(1);
        for touched in changes {
            match touched {
                Touched::Account(id) => drop(self.accounts.remove(id)),
                Touched::Session(id) => drop(self.sessions.remove(id)),
            }
        }
        for id in &applied.ended {
            self.sessions.remove(id);
        }
    }

    /// Notes a last use that has been written down, unless the session changed since it was found: then what was
    /// found must not come back, or a session that ended meanwhile would live again here.
    pub fn note_use(&self, session: &Arc<Session>, at: Timestamp) {
        let _held = self.lock();
        if self.sessions.get(&session.id).is_some_and(|kept| Arc::ptr_eq(&kept, session)) {
            let touched = Session { last_used_at: at, ..Session::clone(session) };
            self.sessions.insert(session.id, Arc::new(touched));
        }
    }

    fn keep(&self, epoch: u64, found: &Found) {
        let held = self.lock();
        if *held == epoch
            && let Some(account) = &found.account
        {
            self.sessions.insert(found.session.id, Arc::clone(&found.session));
            self.accounts.insert(account.id, Arc::clone(account));
        }
    }

    // A panic while holding it leaves at worst an entry too few: going on is right.
    fn lock(&self) -> std::sync::MutexGuard<'_, u64> {
        self.epoch.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Something that a change made stale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Touched {
    /// An account.
    Account(AccountId),
    /// A session.
    Session(SessionId),
}

/// What a list of changes makes stale.
#[must_use]
pub fn touched(changes: &[Change]) -> Vec<Touched> {
    changes.iter().filter_map(touch).collect()
}

fn touch(change: &Change) -> Option<Touched> {
    match change {
        Change::UpdateAccount { account, .. }
        | Change::DeleteAccount { account, .. }
        | Change::UpgradeHash { account, .. }
        | Change::NoteLogin { account, .. }
        | Change::EndSessions { account, .. } => Some(Touched::Account(*account)),
        Change::MoveSession { session, .. } | Change::EndSession { session, .. } => {
            Some(Touched::Session(*session))
        }
        _ => None,
    }
}
