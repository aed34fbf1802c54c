//! `set-password`: a new password by an operator; every session ends, and the must-change flag is cleared
//! unless it is asked for.

use super::{Outcome, find};
use crate::account::Account;
use crate::action::{Action, Context, Decision, Named, Setting};
use crate::change::{AccountUpdate, Change};
use crate::fault::Fault;
use crate::password::{Password, PasswordHash};
use crate::session::EndReason;
use async_trait::async_trait;
use std::sync::Arc;

/// The input: whose password, and which.
pub struct SetPassword {
    /// By identifier.
    pub name: Named,
    /// The new password.
    pub password: Password,
    /// Whether its owner must change it at the next sign-in.
    pub must_change: bool,
}

#[async_trait]
impl Action for SetPassword {
    type Loaded = Option<(Account, Option<PasswordHash>)>;
    type Outcome = Outcome;

    fn name(&self) -> &'static str {
        "set_password"
    }

    async fn load(&self, cx: &Context<'_>) -> Result<Self::Loaded, Fault> {
        let Some(account) = find(&self.name, cx).await? else { return Ok(None) };
        let weak = !cx.setting.policy.password.violations(&self.password, "password").is_empty();
        let hash = if weak { None } else { Some(cx.services.hasher.hash(&self.password).await?) };
        Ok(Some((account, hash)))
    }

    fn decide(&self, loaded: &Self::Loaded, at: &Setting<'_>) -> Result<Decision<Outcome>, Fault> {
        let Some((account, hash)) = loaded else { return Ok(Decision::just(Outcome::UnknownAccount)) };
        let Some(hash) = hash else {
            let broken = at.policy.password.violations(&self.password, "password");
            return Ok(Decision::just(Outcome::WeakPassword(broken)));
        };
        let update = AccountUpdate::Password { hash: hash.clone(), must_change: self.must_change };
        let changes = vec![
            Change::UpdateAccount { account: account.id, version: account.version, update, at: at.now },
            Change::EndSessions {
                account: account.id,
                version: None,
                except: None,
                reason: EndReason::PasswordChanged,
                at: at.now,
            },
        ];
        let changed =
            Account { must_change_password: self.must_change, updated_at: at.now, ..account.clone() };
        Ok(Decision { outcome: Outcome::Updated(Arc::new(changed)), changes })
    }
}
