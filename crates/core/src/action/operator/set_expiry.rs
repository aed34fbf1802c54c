//! `expire`: until when an account may be used. Once it is over, its sessions are.

use super::{Order, Outcome, Prepared, updated};
use crate::account::Account;
use crate::action::{Decision, Setting};
use crate::change::AccountUpdate;
use crate::standing::Standing;
use crate::time::Timestamp;

/// The order: the account's end, or none.
pub struct SetExpiry(pub Option<Timestamp>);

impl Order for SetExpiry {
    fn name(&self) -> &'static str {
        "expire"
    }

    fn decide(&self, account: &Account, _prepared: &Prepared, at: &Setting<'_>) -> Decision<Outcome> {
        let standing = Standing { expires_at: self.0, ..account.standing.clone() };
        let changed = Account { standing: standing.clone(), ..account.clone() };
        updated(changed, AccountUpdate::Standing(standing), None, at)
    }

    fn harms_self(&self, _at: &Setting<'_>) -> bool {
        self.0.is_some()
    }
}
