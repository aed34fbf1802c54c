//! `lock` and `unlock`: a locked account answers like a wrong password, and its sessions end.

use super::{Outcome, find};
use crate::account::Account;
use crate::action::{Action, Context, Decision, Named, Setting};
use crate::change::{AccountUpdate, Change};
use crate::fault::Fault;
use crate::session::EndReason;
use crate::standing::{Lock, Standing};
use async_trait::async_trait;
use std::sync::Arc;

/// The input: which account, and whether it is locked from now on.
pub struct SetLocked {
    /// By identifier.
    pub name: Named,
    /// Locked or not.
    pub locked: bool,
}

#[async_trait]
impl Action for SetLocked {
    type Loaded = Option<Account>;
    type Outcome = Outcome;

    fn name(&self) -> &'static str {
        if self.locked { "lock" } else { "unlock" }
    }

    async fn load(&self, cx: &Context<'_>) -> Result<Self::Loaded, Fault> {
        find(&self.name, cx).await
    }

    fn decide(&self, loaded: &Self::Loaded, at: &Setting<'_>) -> Result<Decision<Outcome>, Fault> {
        let Some(account) = loaded else { return Ok(Decision::just(Outcome::UnknownAccount)) };
        let standing = Standing { lock: self.locked.then(Lock::default), ..account.standing.clone() };
        let update = AccountUpdate::Standing(standing.clone());
        let mut changes =
            vec![Change::UpdateAccount { account: account.id, version: account.version, update, at: at.now }];
        if self.locked {
            changes.push(Change::EndSessions {
                account: account.id,
                version: None,
                except: None,
                reason: EndReason::Locked,
                at: at.now,
            });
        }
        let changed = Account { standing, updated_at: at.now, ..account.clone() };
        Ok(Decision { outcome: Outcome::Updated(Arc::new(changed)), changes })
    }
}
