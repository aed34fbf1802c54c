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
    /// Its owner has closed it: it is removed then, unless its owner signs in before.
    Closing {
        /// When it is removed.
        until: Timestamp,
    },
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
    /// Every status that somebody in charge can give an account.
    pub const ALL: [Status; 3] = [Status::Active, Status::Pending, Status::Disabled];

    /// The word in the store and in contracts.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Status::Active => "active",
            Status::Pending => "pending",
            Status::Disabled => "disabled",
            Status::Closing { .. } => "closing",
        }
    }

    /// When an account with this status is removed, if it is.
    #[must_use]
    pub fn closes_at(self) -> Option<Timestamp> {
        match self {
            Status::Closing { until } => Some(until),
            Status::Active | Status::Pending | Status::Disabled => None,
        }
    }

    /// The status as a store keeps it: its name, and when the account is removed.
    #[must_use]
    pub fn of_store(name: &str, closes_at: Option<Timestamp>) -> Option<Status> {
        match closes_at {
            Some(until) => (name == "closing").then_some(Status::Closing { until }),
            None => Status::from_name(name),
        }
    }

    /// The status with this name, of those that somebody in charge can give.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Status> {
        Status::ALL.into_iter().find(|status| status.name() == name)
    }
}

impl Standing {
    /// The same of an account that its owner closes.
    #[must_use]
    pub fn closing(&self, until: Timestamp) -> Standing {
        Standing { status: Status::Closing { until }, reason: None, ..self.clone() }
    }

    /// The same of an account whose closing is taken back; nothing where it is not closing.
    #[must_use]
    pub fn reopened(&self) -> Option<Standing> {
        self.status.closes_at()?;
        Some(Standing { status: Status::Active, reason: None, ..self.clone() })
    }

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
            // Nobody takes a closing back once it is over, however late the account is removed.
            Status::Closing { until } if until <= now => Some(Bar::Expired),
            _ if self.expires_at.is_some_and(|end| end <= now) => Some(Bar::Expired),
            Status::Active | Status::Closing { .. } => None,
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
        assert_eq!(standing.reopened(), None);
        standing.lock = None;
        standing = standing.closing(later);
        assert_eq!((standing.bar(now), standing.bar(later)), (None, Some(Bar::Expired)));
        standing = standing.reopened().expect("it was closing");
        assert_eq!((standing.status, standing.bar(later)), (Status::Active, None));
        standing.lock = Some(Lock::default());
        assert_eq!(standing.bar(Timestamp::MAX), locked(None, 0));
    }

    #[test]
    fn a_store_keeps_every_status() {
        let closing = Status::Closing { until: Timestamp(7) };
        for status in Status::ALL.into_iter().chain([closing]) {
            assert_eq!(Status::of_store(status.name(), status.closes_at()), Some(status));
        }
        assert_eq!(Status::of_store("closing", None), None);
        assert_eq!(Status::of_store("active", Some(Timestamp(7))), None);
    }
}
