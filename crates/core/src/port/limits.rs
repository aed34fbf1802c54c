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

/// The budgets of account, address and pair.
#[async_trait]
pub trait Limits: Send + Sync {
    /// Spends one try. `Some` is how long to wait: then the try must not be made.
    ///
    /// # Errors
    /// The store of the budgets failed.
    async fn spend(&self, attempt: &Attempt, now: Timestamp) -> Result<Option<Duration>, Fault>;

    /// Gives a try back that was right: correct sign-ins never count against anybody.
    ///
    /// # Errors
    /// The store of the budgets failed.
    async fn refund(&self, attempt: &Attempt, now: Timestamp) -> Result<(), Fault>;
}
