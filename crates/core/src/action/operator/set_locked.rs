//! `lock` and `unlock`: a locked account cannot sign in, for a while or until it is unlocked, and its sessions end.

use super::{Order, Outcome, Prepared, updated};
use crate::account::Account;
use crate::action::{Decision, Setting};
use crate::change::AccountUpdate;
use crate::session::EndReason;
use crate::standing::{Lock, Standing};

/// The order: the lock, or none from now on.
pub struct SetLocked(pub Option<Lock>);

impl Order for SetLocked {
    fn name(&self) -> &'static str {
        if self.0.is_some() { "lock" } else { "unlock" }
    }

    fn decide(&self, account: &Account, _prepared: &Prepared, at: &Setting<'_>) -> Decision<Outcome> {
        let standing = Standing { lock: self.0.clone(), ..account.standing.clone() };
        let ends = self.0.as_ref().map(|_| EndReason::Locked);
        let changed = Account { standing: standing.clone(), ..account.clone() };
        updated(changed, AccountUpdate::Standing(standing), ends, at)
    }

    fn harms_self(&self, _at: &Setting<'_>) -> bool {
        self.0.is_some()
    }
}
