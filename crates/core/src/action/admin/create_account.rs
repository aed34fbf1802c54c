//! `create_account`: an administrator makes an account for somebody, who is not signed in by it.

use super::{invalid, roles};
use crate::action::caller::{Unauthorised, administrator};
use crate::action::{
    Action, Context, Decision, Entry, Inputs, Named, Options, Setting, Wish, perform, register,
};
use crate::change::Change;
use crate::fault::Fault;
use crate::outcome::{Answer, Outcome as Name};
use crate::password::Password;
use crate::profile::Setter;
use crate::spec::{A, ActionSpec, AnswerSpec, Caller, Identifiers, InputSpec, Kind};
use async_trait::async_trait;
use serde_json::Value;

/// What it takes and answers.
pub static SPEC: ActionSpec = ActionSpec {
    name: "create_account",
    sentence: "Makes an account for somebody else, at an administrator's word.",
    caller: Caller::Administrator,
    identifiers: Identifiers::Some,
    claims: false,
    profile: true,
    inputs: &[
        InputSpec::optional("password", Kind::Text),
        InputSpec::optional("roles", Kind::Any),
        InputSpec::optional("must_change_password", Kind::Boolean),
    ],
    options: &[],
    answers: &[AnswerSpec::new(Name::Registered, A)],
    failures: &[Name::Forbidden, Name::Taken, Name::WeakPassword],
    only_with: &[],
    only_where: &[],
    reads_only: false,
};

/// The entry in the catalogue.
pub struct CreateAccount;

#[async_trait]
impl Entry for CreateAccount {
    fn spec(&self) -> &'static ActionSpec {
        &SPEC
    }

    async fn run(&self, inputs: &Inputs, _options: &Options, cx: &Context<'_>) -> Result<Answer, Fault> {
        let roles = match roles(inputs) {
            Ok(roles) => roles,
            Err(broken) => return Ok(invalid(broken)),
        };
        let registration = register::Input {
            identifiers: Named::all(&inputs.identifiers, cx.setting.policy),
            proved: None,
            password: inputs.text("password").map(Password::new),
            profile: inputs.profile.clone(),
            setter: Setter::Operator,
            sign_in: false,
            needs_approval: false,
            wish: Wish::default(),
            must_change: inputs.value("must_change_password").and_then(Value::as_bool) == Some(true),
            address: register::Address::default(),
            wire: inputs.wire.clone(),
        };
        perform(&Input { registration, roles }, cx).await
    }
}

/// The input: a registration, and the roles of the new account.
struct Input {
    registration: register::Input,
    /// Those that the contract gives where none are said.
    roles: Option<Vec<String>>,
}

/// What it can answer.
enum Outcome {
    /// What a registration answers.
    Of(register::Outcome),
    /// The caller may not do this.
    Refused(Unauthorised),
}

impl From<Outcome> for Answer {
    fn from(outcome: Outcome) -> Answer {
        match outcome {
            Outcome::Of(outcome) => outcome.into(),
            Outcome::Refused(refusal) => refusal.into(),
        }
    }
}

#[async_trait]
impl Action for Input {
    type Loaded = Result<(register::Loaded, Change), Unauthorised>;
    type Outcome = Outcome;

    fn name(&self) -> &'static str {
        SPEC.name
    }

    async fn load(&self, cx: &Context<'_>) -> Result<Self::Loaded, Fault> {
        let caller = match administrator(cx).await? {
            Ok(caller) => caller,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let guard = Change::HasVersion { account: caller.id, version: caller.version };
        Ok(Ok((self.registration.load(cx).await?, guard)))
    }

    fn decide(&self, loaded: &Self::Loaded, at: &Setting<'_>) -> Result<Decision<Outcome>, Fault> {
        let (loaded, guard) = match loaded {
            Ok(loaded) => (&loaded.0, &loaded.1),
            Err(refusal) => return Ok(Decision::just(Outcome::Refused(*refusal))),
        };
        let Decision { mut outcome, mut changes } = self.registration.decide(loaded, at)?;
        if let (Some(roles), register::Outcome::Registered(account, _)) = (&self.roles, &mut outcome) {
            std::sync::Arc::make_mut(account).roles.clone_from(roles);
            for change in &mut changes {
                if let Change::CreateAccount { account, .. } = change {
                    account.roles.clone_from(roles);
                }
            }
        }
        if !changes.is_empty() {
            changes.insert(0, guard.clone());
        }
        Ok(Decision { outcome: Outcome::Of(outcome), changes })
    }
}
