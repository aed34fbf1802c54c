//! `set-roles`: the roles of an account, in place of those it had. They count from the next request on.

use super::{Order, Outcome, Prepared, updated};
use crate::account::Account;
use crate::action::{Decision, Setting};
use crate::change::AccountUpdate;

/// The order: the roles.
pub struct SetRoles(pub Vec<String>);

impl Order for SetRoles {
    fn name(&self) -> &'static str {
        "set_roles"
    }

    fn decide(&self, account: &Account, _prepared: &Prepared, at: &Setting<'_>) -> Decision<Outcome> {
        let changed = Account { roles: self.0.clone(), ..account.clone() };
        updated(changed, AccountUpdate::Roles(self.0.clone()), None, at)
    }

    fn harms_self(&self, at: &Setting<'_>) -> bool {
        !at.policy.roles.administers(&self.0)
    }
}
