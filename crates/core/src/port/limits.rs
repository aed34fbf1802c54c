//! Budgets for guessing. Every action that tests a secret spends from them before it costs a hash.

use crate::fault::Fault;
use crate::time::Timestamp;
use async_trait::async_trait;
use std::net::IpAddr;
use std::time::Duration;

/// One try at somebody's secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The realm.
    pub realm: String,
    /// Whose secret, as [`crate::identifier::budget_key`]: all spellings share one budget.
    pub subject: String,
    /// From where.
    pub address: IpAddr,
}

/// How tries at one secret stand. It must not depend on whether there is such a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tries {
    /// The wrong ones so far.
    pub used: u32,
    /// How many more may be made without waiting.
    pub left: u32,
}

/// How a try that was admitted ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// The secret was right: nothing counts, and what was counted against this pair is forgotten.
    Right,
    /// It was wrong: the try counts.
    Wrong,
    /// It was not tested after all (the queue was full, the store failed): nothing counts.
    Untested,
}

/// The budgets of account, address and pair. Every try that is admitted must be settled.
#[async_trait]
pub trait Limits: Send + Sync {
    /// Asks for one try. `Some` is how long to wait: then the try must not be made, and is not settled. Tries
    /// under way count as if they were going to be wrong, so that many at a time cannot overrun a budget.
    ///
    /// # Errors
    /// The store of the budgets failed.
    async fn spend(&self, attempt: &Attempt, now: Timestamp) -> Result<Option<Duration>, Fault>;

    /// Says how an admitted try ended: correct sign-ins never count against anybody. Of a wrong one it says how the
    /// tries at this secret from this place stand now, where that is limited.
    ///
    /// # Errors
    /// The store of the budgets failed.
    async fn settle(&self, attempt: &Attempt, how: Settled, now: Timestamp) -> Result<Option<Tries>, Fault>;
}
