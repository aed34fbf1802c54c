//! `show_public`: an account by its identifier or id, for anybody. Only what the reply names is told.

use super::find::by_public_id;
use super::input::Named;
use super::{Action, Context, Decision, Entry, Inputs, Options, Setting, perform};
use crate::account::Account;
use crate::fault::Fault;
use crate::outcome::{Answer, Outcome as Name};
use crate::spec::{A, ActionSpec, AnswerSpec, Caller, Identifiers, InputSpec, Kind};
use async_trait::async_trait;
use std::sync::Arc;

/// Its name.
pub(super) const NAME: &str = "show_public";

/// What it takes and answers.
pub static SPEC: ActionSpec = ActionSpec {
    name: NAME,
    sentence: "Answers an account by its identifier or its id, for anybody: only what the reply names is told.",
    caller: Caller::Anybody,
    identifiers: Identifiers::Optional,
    claims: false,
    profile: false,
    inputs: &[InputSpec::optional("account_id", Kind::Any)],
    options: &[],
    answers: &[AnswerSpec::new(Name::Shown, A)],
    failures: &[Name::UnknownAccount],
    only_with: &[],
    only_where: &[],
    reads_only: true,
};

/// The entry in the catalogue.
pub struct ShowPublic;

#[async_trait]
impl Entry for ShowPublic {
    fn spec(&self) -> &'static ActionSpec {
        &SPEC
    }

    async fn run(&self, inputs: &Inputs, _options: &Options, cx: &Context<'_>) -> Result<Answer, Fault> {
        let name = inputs.identifiers.first().and_then(|pair| Named::one(pair, cx.setting.policy));
        perform(&Input { name, account_id: inputs.loose_text("account_id") }, cx).await
    }
}

/// The input of the question.
pub struct Input {
    /// Who, by identifier.
    pub name: Option<Named>,
    /// Who, by public id; it is asked first.
    pub account_id: Option<String>,
}

/// What it can answer.
pub enum Outcome {
    /// The account.
    Shown(Arc<Account>),
    /// No such account, or nobody was named.
    UnknownAccount,
}

impl From<Outcome> for Answer {
    fn from(outcome: Outcome) -> Answer {
        match outcome {
            Outcome::Shown(account) => Answer::bare(Name::Shown).account(account),
            Outcome::UnknownAccount => Answer::bare(Name::UnknownAccount),
        }
    }
}

#[async_trait]
impl Action for Input {
    type Loaded = Option<Arc<Account>>;
    type Outcome = Outcome;

    fn name(&self) -> &'static str {
        NAME
    }

    async fn load(&self, cx: &Context<'_>) -> Result<Self::Loaded, Fault> {
        let (realm, store) = (&cx.setting.policy.realm, &cx.services.store);
        let account = match (&self.account_id, &self.name) {
            (Some(id), _) => by_public_id(id, cx).await?,
            (None, Some(name)) => store.account_by_identifier(realm, name.kind, &name.canonical).await?,
            (None, None) => None,
        };
        Ok(account.map(Arc::new))
    }

    fn decide(&self, loaded: &Self::Loaded, _at: &Setting<'_>) -> Result<Decision<Outcome>, Fault> {
        let shown = loaded.as_ref().map(Arc::clone);
        Ok(Decision::just(shown.map_or(Outcome::UnknownAccount, Outcome::Shown)))
    }
}
