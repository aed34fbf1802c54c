//! `delete`: removes an account at an operator's word.

use super::{Outcome, find};
use crate::account::Account;
use crate::action::close_account::removal;
use crate::action::{Action, Context, Decision, Named, Setting};
use crate::fault::Fault;
use async_trait::async_trait;
use std::sync::Arc;

/// The input: which account.
pub struct DeleteAccount {
    /// By identifier.
    pub name: Named,
}

#[async_trait]
impl Action for DeleteAccount {
    type Loaded = Option<Account>;
    type Outcome = Outcome;

    fn name(&self) -> &'static str {
        "delete"
    }

    async fn load(&self, cx: &Context<'_>) -> Result<Self::Loaded, Fault> {
        find(&self.name, cx).await
    }

    fn decide(&self, loaded: &Self::Loaded, at: &Setting<'_>) -> Result<Decision<Outcome>, Fault> {
        let Some(account) = loaded else { return Ok(Decision::just(Outcome::UnknownAccount)) };
        Ok(Decision { outcome: Outcome::Deleted(Arc::new(account.clone())), changes: removal(account, at) })
    }
}
