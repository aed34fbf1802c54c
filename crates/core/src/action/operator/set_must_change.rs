//! `must-change`: asks an account's owner for a new password at the next sign-in.

use super::{Outcome, find};
use crate::account::Account;
use crate::action::{Action, Context, Decision, Named, Setting};
use crate::change::{AccountUpdate, Change};
use crate::fault::Fault;
use async_trait::async_trait;
use std::sync::Arc;

/// The input: which account, and whether its password must be changed.
pub struct SetMustChange {
    /// By identifier.
    pub name: Named,
    /// Whether it must be changed.
    pub must_change: bool,
}

#[async_trait]
impl Action for SetMustChange {
    type Loaded = Option<Account>;
    type Outcome = Outcome;

    fn name(&self) -> &'static str {
        "must_change"
    }

    async fn load(&self, cx: &Context<'_>) -> Result<Self::Loaded, Fault> {
        find(&self.name, cx).await
    }

    fn decide(&self, loaded: &Self::Loaded, at: &Setting<'_>) -> Result<Decision<Outcome>, Fault> {
        let Some(account) = loaded else { return Ok(Decision::just(Outcome::UnknownAccount)) };
        let update = AccountUpdate::MustChange(self.must_change);
        let change =
            Change::UpdateAccount { account: account.id, version: account.version, update, at: at.now };
        let changed =
            Account { must_change_password: self.must_change, updated_at: at.now, ..account.clone() };
        Ok(Decision { outcome: Outcome::Updated(Arc::new(changed)), changes: vec![change] })
    }
}
