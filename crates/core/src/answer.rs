//! An outcome with its data.

use crate::account::Account;
use crate::code::Code;
use crate::outcome::Outcome;
use crate::port::Tries;
use crate::session::Session;
use crate::standing::Bar;
use crate::violation::Violation;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

/// An outcome with its data: what the reply templates read.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// Which outcome.
    pub outcome: Outcome,
    /// `account`, where the outcome has one.
    pub account: Option<Arc<Account>>,
    /// `caller`, where somebody is signed in who asked.
    pub caller: Option<Arc<Account>>,
    /// `session` and with it `tokens`, where the outcome has them.
    pub session: Option<Arc<Session>>,
    /// The stage that was reached, and with it its token among `tokens`.
    pub stage: Option<Arc<Code>>,
    /// Data by name. Times are milliseconds since the epoch, durations whole seconds.
    pub data: Vec<(&'static str, Value)>,
    /// `violations`.
    pub violations: Vec<Violation>,
    /// `accounts`, where some are listed.
    pub accounts: Vec<Account>,
    /// `sessions`, where some are listed; where one is shown, `session`.
    pub sessions: Vec<SeenSession>,
}

/// A session that is looked at, not one that begins or goes on.
#[derive(Clone, Debug, PartialEq)]
pub struct SeenSession {
    /// The session.
    pub session: Session,
    /// Whether it is the one that is asking.
    pub current: bool,
}

impl Answer {
    /// An outcome without data.
    #[must_use]
    pub fn bare(outcome: Outcome) -> Answer {
        Answer {
            outcome,
            account: None,
            caller: None,
            session: None,
            stage: None,
            data: Vec::new(),
            violations: Vec::new(),
            accounts: Vec::new(),
            sessions: Vec::new(),
        }
    }

    /// The same with an account.
    #[must_use]
    pub fn account(mut self, account: Arc<Account>) -> Answer {
        self.account = Some(account);
        self
    }

    /// The same, asked for by whoever is signed in: their account as the answer has it, where it is about them.
    #[must_use]
    pub fn asked_by(mut self, caller: Option<&Arc<Account>>) -> Answer {
        let own = |caller: &Arc<Account>| {
            let newer = self.account.as_ref().filter(|account| account.id == caller.id);
            Arc::clone(newer.unwrap_or(caller))
        };
        self.caller = caller.map(own);
        self
    }

    /// The same with a session.
    #[must_use]
    pub fn session(mut self, session: Arc<Session>) -> Answer {
        self.session = Some(session);
        self
    }

    /// The same with a session where one was started.
    #[must_use]
    pub fn signed_in(self, session: Option<Arc<Session>>) -> Answer {
        Answer { session, ..self }
    }

    /// The same with a stage where one was reached.
    #[must_use]
    pub fn staged(self, stage: Option<Arc<Code>>) -> Answer {
        Answer { stage, ..self }
    }

    /// An account that may not sign in.
    #[must_use]
    pub fn barred(account: Arc<Account>, bar: Bar) -> Answer {
        match bar {
            Bar::Locked { until, wait } => Answer::bare(Outcome::Locked)
                .with("until", until.map(|until| until.0))
                .with("retry_after", rounded_up(wait)),
            Bar::Disabled(reason) => Answer::bare(Outcome::Disabled).with("reason", reason),
            Bar::Pending => Answer::bare(Outcome::Pending),
            Bar::Expired => Answer::bare(Outcome::ExpiredAccount),
        }
        .account(account)
    }

    /// A budget is spent for this long.
    #[must_use]
    pub fn throttled(wait: Duration) -> Answer {
        Answer::bare(Outcome::Throttled).with("retry_after", at_least_a_second(wait))
    }

    /// Asked again too soon: it may be asked after this long.
    #[must_use]
    pub fn too_soon(wait: Duration) -> Answer {
        Answer::bare(Outcome::TooSoon).with("retry_after", at_least_a_second(wait))
    }

    /// The same with how tries stand, where that is known.
    #[must_use]
    pub fn tried(self, tries: Option<Tries>) -> Answer {
        match tries {
            Some(tries) => self.with("tries_left", tries.left).with("tries_used", tries.used),
            None => self,
        }
    }

    /// The same with one more datum.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Answer {
        self.data.push((name, value.into()));
        self
    }

    /// The same with violations.
    #[must_use]
    pub fn violating(mut self, violations: Vec<Violation>) -> Answer {
        self.violations = violations;
        self
    }

    /// The datum with this name.
    #[must_use]
    pub fn datum(&self, name: &str) -> Option<&Value> {
        self.data.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }
}

/// A wait as clients are told it: whole seconds, rounded up, so that nobody comes back too soon.
fn rounded_up(wait: Duration) -> u64 {
    wait.as_secs().saturating_add(u64::from(wait.subsec_nanos() > 0))
}

fn at_least_a_second(wait: Duration) -> u64 {
    rounded_up(wait).max(1)
}
