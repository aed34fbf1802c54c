//! `check_available`: whether an identifier is free.

use super::input::Named;
use super::{Action, Context, Decision, Entry, Inputs, Options, Setting, perform};
use crate::account::Account;
use crate::fault::Fault;
use crate::identifier::IdentifierKind;
use crate::outcome::{Answer, Outcome as Name};
use crate::spec::{ActionSpec, AnswerSpec, Caller, Field, Identifiers, Kind};
use async_trait::async_trait;
use std::sync::Arc;

/// Its name.
pub(super) const NAME: &str = "check_available";

const IN_USE: &[Field] = &[Field::new("account", Kind::Account), Field::new("field", Kind::Text)];

/// What it takes and answers.
pub static SPEC: ActionSpec = ActionSpec {
    name: NAME,
    sentence: "Says whether an identifier is free.",
    caller: Caller::Anybody,
    identifiers: Identifiers::One,
    claims: false,
    profile: false,
    inputs: &[],
    options: &[],
    answers: &[AnswerSpec::new(Name::Available, &[]), AnswerSpec::new(Name::InUse, IN_USE)],
    failures: &[],
    only_with: &[],
    only_where: &[],
    reads_only: true,
};

/// The entry in the catalogue.
pub struct CheckAvailable;

#[async_trait]
impl Entry for CheckAvailable {
    fn spec(&self) -> &'static ActionSpec {
        &SPEC
    }

    async fn run(&self, inputs: &Inputs, _options: &Options, cx: &Context<'_>) -> Result<Answer, Fault> {
        let name = Named::one(&inputs.identifier()?, cx.setting.policy);
        perform(&Input { name }, cx).await
    }
}

/// The input of the question.
pub struct Input {
    /// The identifier; one of a kind that accounts do not have is free.
    pub name: Option<Named>,
}

/// What it can answer.
pub enum Outcome {
    /// Free.
    Available,
    /// Taken by this account.
    InUse(Arc<Account>, IdentifierKind),
}

impl From<Outcome> for Answer {
    fn from(outcome: Outcome) -> Answer {
        match outcome {
            Outcome::Available => Answer::bare(Name::Available),
            Outcome::InUse(account, kind) => {
                Answer::bare(Name::InUse).account(account).with("field", kind.name())
            }
        }
    }
}

#[async_trait]
impl Action for Input {
    type Loaded = Option<(Arc<Account>, IdentifierKind)>;
    type Outcome = Outcome;

    fn name(&self) -> &'static str {
        NAME
    }

    async fn load(&self, cx: &Context<'_>) -> Result<Self::Loaded, Fault> {
        let Some(name) = &self.name else { return Ok(None) };
        let realm = &cx.setting.policy.realm;
        let owner = cx.services.store.account_by_identifier(realm, name.kind, &name.canonical).await?;
        Ok(owner.map(|owner| (Arc::new(owner), name.kind)))
    }

    fn decide(&self, loaded: &Self::Loaded, _at: &Setting<'_>) -> Result<Decision<Outcome>, Fault> {
        Ok(Decision::just(match loaded {
            Some((account, kind)) => Outcome::InUse(Arc::clone(account), *kind),
            None => Outcome::Available,
        }))
    }
}
