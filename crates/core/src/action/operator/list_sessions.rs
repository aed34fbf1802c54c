//! The live sessions of an account, the newest first.

use super::{Order, Outcome, Prepared};
use crate::account::Account;
use crate::action::list_sessions::listed;
use crate::action::page::Page;
use crate::action::{Context, Decision, Setting};
use crate::fault::Fault;
use async_trait::async_trait;

/// The order: which part of the list.
pub struct ListSessions {
    pub(in crate::action) page: Page,
}

#[async_trait]
impl Order for ListSessions {
    fn name(&self) -> &'static str {
        "list_sessions"
    }

    async fn prepare(&self, account: &Account, cx: &Context<'_>) -> Result<Prepared, Fault> {
        Ok(Prepared::Sessions(cx.services.store.live_sessions(account.id, cx.setting.now).await?))
    }

    fn decide(&self, _account: &Account, prepared: &Prepared, at: &Setting<'_>) -> Decision<Outcome> {
        let all = match prepared {
            Prepared::Sessions(all) => all.clone(),
            _ => Vec::new(),
        };
        let current = at.caller.map(|caller| caller.session.id);
        Decision::just(Outcome::Sessions(listed(all, self.page, current)))
    }
}
