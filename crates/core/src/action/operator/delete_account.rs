//! `delete`: removes an account and all it had.

use super::{Order, Outcome, Prepared};
use crate::account::Account;
use crate::action::close_account::removal;
use crate::action::{Decision, Setting};
use std::sync::Arc;

/// The order.
pub struct DeleteAccount;

impl Order for DeleteAccount {
    fn name(&self) -> &'static str {
        "delete"
    }

    fn decide(&self, account: &Account, _prepared: &Prepared, at: &Setting<'_>) -> Decision<Outcome> {
        Decision { outcome: Outcome::Deleted(Arc::new(account.clone())), changes: removal(account, at.now) }
    }

    fn harms_self(&self, _at: &Setting<'_>) -> bool {
        true
    }
}
