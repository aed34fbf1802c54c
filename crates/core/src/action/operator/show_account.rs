//! `show`: one account, as an operator sees it.

use super::{Outcome, find};
use crate::account::Account;
use crate::action::{Action, Context, Decision, Named, Setting};
use crate::fault::Fault;
use async_trait::async_trait;
use std::sync::Arc;

/// The input: which account.
pub struct ShowAccount {
    /// By identifier.
    pub name: Named,
}

#[async_trait]
impl Action for ShowAccount {
    type Loaded = Option<Account>;
    type Outcome = Outcome;

    fn name(&self) -> &'static str {
        "show"
    }

    async fn load(&self, cx: &Context<'_>) -> Result<Self::Loaded, Fault> {
        find(&self.name, cx).await
    }

    fn decide(&self, loaded: &Self::Loaded, _at: &Setting<'_>) -> Result<Decision<Outcome>, Fault> {
        Ok(Decision::just(match loaded {
            Some(account) => Outcome::Shown(Arc::new(account.clone())),
            None => Outcome::UnknownAccount,
        }))
    }
}
