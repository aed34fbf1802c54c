//! `must-change`: asks an account's owner for a new password at the next sign-in.

use super::{Order, Outcome, Prepared, updated};
use crate::account::Account;
use crate::action::{Decision, Setting};
use crate::change::AccountUpdate;

/// The order: whether the password must be changed.
pub struct SetMustChange(pub bool);

impl Order for SetMustChange {
    fn name(&self) -> &'static str {
        "must_change"
    }

    fn decide(&self, account: &Account, _prepared: &Prepared, at: &Setting<'_>) -> Decision<Outcome> {
        let changed = Account { must_change_password: self.0, ..account.clone() };
        updated(changed, AccountUpdate::MustChange(self.0), None, at)
    }
}
