//! One sign-in on one device: a row with a counter, and the rule by which the counter moves.

use crate::account::AccountId;
use crate::time::Timestamp;
use std::time::Duration;
use uuid::Uuid;

/// The id of a session (UUIDv7). It is inside every token of the session, never alone a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId(pub Uuid);

/// One sign-in. There is no row per rotation: the counter in [`RefreshState`] says which refresh token is the
/// current one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The id.
    pub id: SessionId,
    /// The realm it belongs to.
    pub realm: String,
    /// The contract it was signed in through.
    pub contract: String,
    /// Whose it is. The row outlives the account until its tokens have expired.
    pub account: AccountId,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last seen, written at most every five minutes.
    pub last_used_at: Timestamp,
    /// The refresh counter and what belongs to it.
    pub refresh: RefreshState,
    /// When it ends by itself unless it is prolonged.
    pub expires_at: Timestamp,
    /// When it ends whatever happens.
    pub absolute_until: Timestamp,
    /// Under `rotation: prolong`: until when an access token lives, whatever its own `exp` says.
    pub access_until: Option<Timestamp>,
    /// The access lifetime that the caller chose, already clamped.
    pub access_lifetime: Option<Duration>,
    /// Which MAC key its refresh tokens are made with.
    pub key_id: String,
    /// The user agent at sign-in, cut to 256 characters.
    pub user_agent: String,
    /// The name that the client gave its device, see [`device_name`].
    pub device: Option<String>,
    /// Whether it outlives the browser: of one that does not, no cookie says when it ends.
    pub remembered: bool,
    /// The client address at sign-in.
    pub address: String,
    /// The action that began it, by its name: one of [`crate::action::beginnings`].
    pub begun_by: &'static str,
    /// When and why it ended, if it did.
    pub ended: Option<Ended>,
}

/// The end of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: EndReason,
}

/// Why a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndReason {
    /// Its user signed out.
    SignedOut,
    /// The password was reset or set anew.
    PasswordChanged,
    /// A new password was asked for, and the contract ends the sessions then.
    PasswordForgotten,
    /// The account was closed or deleted.
    AccountDeleted,
    /// Its owner closed the account, which is removed later.
    AccountClosed,
    /// Somebody in charge locked the account.
    Locked,
    /// Somebody in charge switched the account off, or wants to approve it first.
    Disabled,
    /// The account's time is over.
    AccountExpired,
    /// Somebody in charge ended it.
    ByAdministrator,
    /// A refresh token came back that should long be gone.
    Reused,
    /// A new sign-in replaced it.
    Replaced,
    /// The store was put back from a backup.
    Restored,
}

impl EndReason {
    const ALL: [EndReason; 12] = [
        EndReason::SignedOut,
        EndReason::PasswordChanged,
        EndReason::PasswordForgotten,
        EndReason::AccountDeleted,
        EndReason::AccountClosed,
        EndReason::Locked,
        EndReason::Disabled,
        EndReason::AccountExpired,
        EndReason::ByAdministrator,
        EndReason::Reused,
        EndReason::Replaced,
        EndReason::Restored,
    ];

    /// The name in the store, in audit events and in `reason`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            EndReason::SignedOut => "signed_out",
            EndReason::PasswordChanged => "password_changed",
            EndReason::PasswordForgotten => "password_forgotten",
            EndReason::AccountDeleted => "account_deleted",
            EndReason::AccountClosed => "account_closed",
            EndReason::Locked => "locked",
            EndReason::Disabled => "disabled",
            EndReason::AccountExpired => "account_expired",
            EndReason::ByAdministrator => "ended_by_administrator",
            EndReason::Reused => "reused",
            EndReason::Replaced => "replaced",
            EndReason::Restored => "restored",
        }
    }

    /// The reason with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<EndReason> {
        EndReason::ALL.into_iter().find(|reason| reason.name() == name)
    }
}

/// Longer names of devices are cut.
const LONGEST_DEVICE: usize = 100;

/// What a client calls its device, as it is kept: without control characters and space around it, cut to 100
/// characters; nothing where nothing is left.
#[must_use]
pub fn device_name(said: &str) -> Option<String> {
    let clean: String = said.chars().filter(|c| !c.is_control()).collect();
    let kept: String = clean.trim().chars().take(LONGEST_DEVICE).collect();
    let kept = kept.trim_end();
    (!kept.is_empty()).then(|| kept.to_owned())
}

impl Session {
    /// Whether it is neither ended nor expired.
    #[must_use]
    pub fn alive(&self, now: Timestamp) -> bool {
        self.ended.is_none() && now < self.expires_at && now < self.absolute_until
    }

    /// The session after [`crate::change::Change::MoveSession`]. Of moves within one generation that were decided
    /// side by side, none takes back what another gave: expiries only grow, and what was confirmed stays so.
    #[must_use]
    pub fn moved(
        &self,
        to: &RefreshState,
        (expires_at, access_until): (Timestamp, Option<Timestamp>),
        at: Timestamp,
    ) -> Session {
        let same = to.generation == self.refresh.generation;
        let confirmed = to.confirmed || (same && self.refresh.confirmed);
        Session {
            refresh: RefreshState { confirmed, ..to.clone() },
            expires_at: expires_at.max(self.expires_at),
            access_until: access_until
                .map(|until| self.access_until.map_or(until, |before| before.max(until))),
            last_used_at: at.max(self.last_used_at),
            ..self.clone()
        }
    }

    /// Whether its last use should be written down: at most every five minutes.
    #[must_use]
    pub fn touch_due(&self, now: Timestamp) -> bool {
        now.since(self.last_used_at) >= TOUCH_EVERY
    }
}

const TOUCH_EVERY: Duration = Duration::from_secs(5 * 60);

/// A retry within this time after a rotation is always answered: two tabs, a double click, a lost answer.
pub const RETRY_WINDOW: Duration = Duration::from_secs(30);

/// The state of a session's refresh tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefreshState {
    /// The counter: the generation of the one refresh token that is current.
    pub generation: u32,
    /// Random bytes that go into every refresh token's MAC, so that a key alone forges none.
    pub seed: [u8; 16],
    /// When the current generation came to be.
    pub rotated_at: Timestamp,
    /// Whether the current generation is known to have arrived: an access token of it was seen.
    pub confirmed: bool,
    /// The last generation that was handed out again after the retry window.
    pub late_retry: Option<u32>,
}

/// What presenting a refresh token of some generation leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefreshStep {
    /// It is the current one: move on to the next generation.
    Advance,
    /// It is the previous one: answer the current generation again. `late` when outside the retry window.
    Repeat {
        /// Whether this must be remembered as a late retry.
        late: bool,
    },
    /// It should long be gone: end this session.
    Reused,
}

impl RefreshState {
    /// The state of a new session.
    #[must_use]
    pub fn new(seed: [u8; 16], now: Timestamp) -> RefreshState {
        RefreshState { generation: 0, seed, rotated_at: now, confirmed: false, late_retry: None }
    }

    /// The rule of rotation: the current generation advances; the one before is answered with the same
    /// successor, within the retry window always, later only while nothing shows that the successor arrived
    /// and the generation before had no late retry; anything else is reuse.
    #[must_use]
    pub fn present(&self, generation: u32, now: Timestamp) -> RefreshStep {
        if generation == self.generation {
            return RefreshStep::Advance;
        }
        if generation.checked_add(1) != Some(self.generation) {
            return RefreshStep::Reused;
        }
        // Either way: a clock that was set back must not hold the window open.
        let apart = now.since(self.rotated_at).max(self.rotated_at.since(now));
        if apart <= RETRY_WINDOW {
            return RefreshStep::Repeat { late: false };
        }
        let second_in_a_row = self.late_retry == Some(generation);
        if self.confirmed || second_in_a_row {
            RefreshStep::Reused
        } else {
            RefreshStep::Repeat { late: true }
        }
    }

    /// The state after [`RefreshStep::Advance`].
    #[must_use]
    pub fn advanced(&self, now: Timestamp) -> RefreshState {
        RefreshState {
            generation: self.generation.saturating_add(1),
            seed: self.seed,
            rotated_at: now,
            confirmed: false,
            late_retry: self.late_retry,
        }
    }

    /// The state after a late [`RefreshStep::Repeat`].
    #[must_use]
    pub fn repeated_late(&self) -> RefreshState {
        RefreshState { late_retry: Some(self.generation), ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_devices_are_short_and_plain() {
        assert_eq!(device_name(" Kim\u{2019}s\u{0} phone\n").as_deref(), Some("Kim\u{2019}s phone"));
        assert_eq!(device_name(&"ü".repeat(101)), Some("ü".repeat(100)));
        assert_eq!(device_name(&format!("{} b", "a".repeat(99))), Some("a".repeat(99)));
        for empty in ["", " \t\r\n", "\u{7f}\u{85}"] {
            assert_eq!(device_name(empty), None);
        }
    }
}
