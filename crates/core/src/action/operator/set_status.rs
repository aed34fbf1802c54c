//! `enable`, `disable` and `approve`: the status of an account. One that is not active cannot sign in, and its
//! sessions end.

use super::{Order, Outcome, Prepared, updated};
use crate::account::Account;
use crate::action::{Decision, Setting};
use crate::change::AccountUpdate;
use crate::session::EndReason;
use crate::standing::{Standing, Status};

/// The order: the status, and why.
pub struct SetStatus {
    /// The status.
    pub status: Status,
    /// Why, in the words of whoever decided.
    pub reason: Option<String>,
}

impl Order for SetStatus {
    fn name(&self) -> &'static str {
        match self.status {
            Status::Active => "enable",
            Status::Pending => "suspend",
            Status::Disabled => "disable",
            Status::Closing { .. } => "close",
        }
    }

    fn decide(&self, account: &Account, _prepared: &Prepared, at: &Setting<'_>) -> Decision<Outcome> {
        let (status, reason) = (self.status, self.reason.clone());
        let standing = Standing { status, reason, ..account.standing.clone() };
        let ends = (status != Status::Active).then_some(EndReason::Disabled);
        let changed = Account { standing: standing.clone(), ..account.clone() };
        updated(changed, AccountUpdate::Standing(standing), ends, at)
    }

    fn harms_self(&self, _at: &Setting<'_>) -> bool {
        self.status != Status::Active
    }
}
