//! `set-password`: a new password by somebody in charge; every session ends, and the must-change flag is cleared
//! unless it is asked for.

use super::{Order, Outcome, Prepared, updated};
use crate::account::Account;
use crate::action::codes::overtaken;
use crate::action::{Context, Decision, Setting};
use crate::change::AccountUpdate;
use crate::fault::Fault;
use crate::password::Password;
use crate::session::EndReason;
use async_trait::async_trait;
use std::sync::Arc;

/// The order: which password.
pub struct SetPassword {
    /// The new password.
    pub password: Password,
    /// Its wire name.
    pub field: String,
    /// Whether its owner must change it at the next sign-in.
    pub must_change: bool,
}

#[async_trait]
impl Order for SetPassword {
    fn name(&self) -> &'static str {
        "set_password"
    }

    async fn prepare(&self, _account: &Account, cx: &Context<'_>) -> Result<Prepared, Fault> {
        let broken = cx.setting.policy.password.violations(&self.password, &self.field);
        if !broken.is_empty() {
            return Ok(Prepared::Refused(Outcome::WeakPassword(broken)));
        }
        Ok(Prepared::Hash(cx.services.hasher.hash(&self.password).await?))
    }

    fn decide(&self, account: &Account, prepared: &Prepared, at: &Setting<'_>) -> Decision<Outcome> {
        let Prepared::Hash(hash) = prepared else {
            return Decision::just(Outcome::Updated(Arc::new(account.clone())));
        };
        let update = AccountUpdate::Password { hash: hash.clone(), must_change: self.must_change };
        let changed = Account {
            password: Some(hash.clone()),
            must_change_password: self.must_change,
            ..account.clone()
        };
        let mut decision = updated(changed, update, Some(EndReason::PasswordChanged), at);
        decision.changes.extend(overtaken(account, None));
        decision
    }
}
