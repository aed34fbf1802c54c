//! An order to one account: who gives it, whom it is about, and whether it may be given.

use super::{Order, Outcome, Prepared};
use crate::account::Account;
use crate::action::caller::{Unauthorised, administrator};
use crate::action::find::by_public_id;
use crate::action::{About, Action, Context, Decision, Named, Setting};
use crate::change::Change;
use crate::fault::Fault;
use async_trait::async_trait;

/// Which account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whom {
    /// The one with this identifier.
    Named(Named),
    /// The one with this public id.
    Id(String),
    /// Nobody was named.
    Nobody,
}

/// Who gives the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The operator of this server, who may do everything.
    Operator,
    /// The caller, who must be an administrator; the name of the action.
    Administrator(&'static str),
}

/// An order to one account.
pub struct Command {
    /// Whom it is about.
    pub whom: Whom,
    /// Who gives it.
    pub by: By,
    /// What is to be done.
    pub order: Box<dyn Order>,
}

impl Command {
    /// What an operator does to the account with this identifier.
    #[must_use]
    pub fn by_operator(name: Named, order: impl Order + 'static) -> Command {
        Command { whom: Whom::Named(name), by: By::Operator, order: Box::new(order) }
    }
}

/// What was read before deciding.
pub enum Loaded {
    /// It may not be given.
    Refused(Unauthorised),
    /// No such account.
    Unknown,
    /// Its account.
    Found(Box<Found>),
}

/// The account of an order.
pub struct Found {
    account: Account,
    prepared: Prepared,
    /// What must still be true of whoever gives the order.
    guard: Option<Change>,
}

#[async_trait]
impl Action for Command {
    type Loaded = Loaded;
    type Outcome = Outcome;

    fn name(&self) -> &'static str {
        match self.by {
            By::Operator => self.order.name(),
            By::Administrator(name) => name,
        }
    }

    async fn load(&self, cx: &Context<'_>) -> Result<Loaded, Fault> {
        let caller = match self.by {
            By::Operator => None,
            By::Administrator(_) => match administrator(cx).await? {
                Ok(caller) => Some(caller),
                Err(refusal) => return Ok(Loaded::Refused(refusal)),
            },
        };
        let realm = &cx.setting.policy.realm;
        let found = match &self.whom {
            Whom::Named(name) => {
                cx.services.store.account_by_identifier(realm, name.kind, &name.canonical).await?
            }
            Whom::Id(id) => by_public_id(id, cx).await?,
            Whom::Nobody => None,
        };
        let Some(account) = found else { return Ok(Loaded::Unknown) };
        let caller = caller.filter(|caller| caller.id != account.id);
        let guard = caller.map(|caller| Change::HasVersion { account: caller.id, version: caller.version });
        let prepared = self.order.prepare(&account, cx).await?;
        Ok(Loaded::Found(Box::new(Found { account, prepared, guard })))
    }

    fn about(&self, loaded: &Loaded) -> About {
        match loaded {
            Loaded::Found(found) => About::account(Some(&found.account)),
            Loaded::Refused(_) | Loaded::Unknown => About::default(),
        }
    }

    fn decide(&self, loaded: &Loaded, at: &Setting<'_>) -> Result<Decision<Outcome>, Fault> {
        let Found { account, prepared, guard } = match loaded {
            Loaded::Refused(Unauthorised::Gone(rejection)) => {
                return Ok(Decision::just(Outcome::Gone(*rejection)));
            }
            Loaded::Refused(Unauthorised::Forbidden) => return Ok(Decision::just(Outcome::Forbidden)),
            Loaded::Unknown => return Ok(Decision::just(Outcome::UnknownAccount)),
            Loaded::Found(found) => found.as_ref(),
        };
        let himself = at.caller.is_some_and(|caller| caller.account.id == account.id);
        if self.by != By::Operator && himself && self.order.harms_self(at) {
            return Ok(Decision::just(Outcome::Forbidden));
        }
        let mut decision = match prepared {
            Prepared::Refused(refusal) => Decision::just(refusal.clone()),
            prepared => self.order.decide(account, prepared, at),
        };
        if let (By::Administrator(_), Outcome::Deleted(account)) = (self.by, &decision.outcome) {
            decision.outcome = Outcome::Closed(account.clone());
        }
        if let Some(guard) = guard.as_ref().filter(|_| !decision.changes.is_empty()) {
            decision.changes.insert(0, guard.clone());
        }
        Ok(decision)
    }
}
