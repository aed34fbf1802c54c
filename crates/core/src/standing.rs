//! Whether an account may sign in, as those in charge of it decided.

use crate::session::EndReason;
use crate::time::Timestamp;
use std::time::Duration;

/// What was decided about an account. A new account is active, not locked, and has no end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Its status.
    pub status: Status,
    /// Why it has this status, in the words of whoever decided.
    pub reason: Option<String>,
    /// The lock, if it is locked.
    pub lock: Option<Lock>,
    /// From then on it is nobody's any more.
    pub expires_at: Option<Timestamp>,
}

/// The status of an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Status {
    /// It may be used.
    #[default]
    Active,
    /// It waits for somebody's approval.
    Pending,
    /// It is switched off.
    Disabled,
}

/// A lock, perhaps with an end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lock {
    /// Until when; without it until somebody unlocks.
    pub until: Option<Timestamp>,
    /// Why, in the words of whoever locked.
    pub reason: Option<String>,
}

/// Why an account may not sign in, asked in this order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bar {
    /// It is locked.
    Locked {
        /// Until when, if the lock has an end.
        until: Option<Timestamp>,
        /// How long that is; zero where only somebody in charge can help.
        wait: Duration,
    },
    /// It is switched off, and why.
    Disabled(Option<String>),
    /// It waits for approval.
    Pending,
    /// Its time is over.
    Expired,
}

impl Status {
    /// Every status.
    pub const ALL: [Status; 3] = [Status::Active, Status::Pending, Status::Disabled];

    /// The word in the store and in contracts.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Status::Active => "active",
            Status::Pending => "pending",
            Status::Disabled => "disabled",
        }
    }

    /// The status with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Status> {
        Status::ALL.into_iter().find(|status| status.name() == name)
    }
}

impl Standing {
    /// Whether it is locked now.
    #[must_use]
    pub fn locked(&self, now: Timestamp) -> bool {
        self.lock.as_ref().is_some_and(|lock| lock.until.is_none_or(|until| now < until))
    }

    /// Why the account may not sign in now, if so.
    #[must_use]
    pub fn bar(&self, now: Timestamp) -> Option<Bar> {
        if self.locked(now) {
            let until = self.lock.as_ref().and_then(|lock| lock.until);
            let wait = until.map_or(Duration::ZERO, |until| until.since(now));
            return Some(Bar::Locked { until, wait });
        }
        match self.status {
            Status::Disabled => Some(Bar::Disabled(self.reason.clone())),
            Status::Pending => Some(Bar::Pending),
            Status::Active if self.expires_at.is_some_and(|end| end <= now) => Some(Bar::Expired),
            Status::Active => None,
        }
    }
}

impl Bar {
    /// Why sessions of such an account are over.
    #[must_use]
    pub fn end_reason(&self) -> EndReason {
        match self {
            Bar::Locked { .. } => EndReason::Locked,
            Bar::Disabled(_) | Bar::Pending => EndReason::Disabled,
            Bar::Expired => EndReason::AccountExpired,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_asked_in_order_and_a_lock_ends_by_itself() {
        let [now, later] = [10, 20].map(Timestamp);
        let mut standing = Standing {
            status: Status::Disabled,
            reason: Some("left".to_owned()),
            lock: Some(Lock { until: Some(later), reason: None }),
            expires_at: Some(now),
        };
        let locked = |until, wait| Some(Bar::Locked { until, wait: Duration::from_millis(wait) });
        assert_eq!(standing.bar(now), locked(Some(later), 10));
        assert_eq!(standing.bar(later), Some(Bar::Disabled(Some("left".to_owned()))));
        standing.status = Status::Pending;
        assert_eq!(standing.bar(later), Some(Bar::Pending));
        standing.status = Status::Active;
        assert_eq!(standing.bar(later), Some(Bar::Expired));
        assert_eq!(standing.bar(Timestamp(9)), locked(Some(later), 11));
        standing.expires_at = None;
        assert_eq!(standing.bar(later), None);
        standing.lock = Some(Lock::default());
        assert_eq!(standing.bar(Timestamp::MAX), locked(None, 0));
    }
}
