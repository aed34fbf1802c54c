//! `show`: one account.

use super::{Order, Outcome, Prepared};
use crate::account::Account;
use crate::action::{Decision, Setting};
use std::sync::Arc;

/// The order.
pub struct ShowAccount;

impl Order for ShowAccount {
    fn name(&self) -> &'static str {
        "show"
    }

    fn decide(&self, account: &Account, _prepared: &Prepared, _at: &Setting<'_>) -> Decision<Outcome> {
        Decision::just(Outcome::Shown(Arc::new(account.clone())))
    }
}
