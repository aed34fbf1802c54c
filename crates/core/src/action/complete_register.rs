//! `complete_register`: whoever has proved an address makes the account, with the stage token of the code that proved
//! it. It is a registration with that address, proved.

use super::input::{Named, wire_name};
use super::register;
use super::stage::{present, token_name};
use super::start::Wish;
use super::{Action, Context, Decision, Entry, Inputs, Options, Setting, perform};
use crate::authenticate::Rejection;
use crate::change::Change;
use crate::code::{Code, Stage};
use crate::fault::Fault;
use crate::identifier::IdentifierKind;
use crate::outcome::{Answer, Outcome as Name};
use crate::password::Password;
use crate::policy::Policy;
use crate::profile::Setter;
use crate::spec::{
    ActionSpec, AnswerSpec, Caller, DEVICE, Identifiers, InputSpec, Kind, OptionSpec, OptionValues, REMEMBER,
    S, STAGE_TOKEN,
};
use crate::violation::Violation;
use async_trait::async_trait;
use serde_json::{Map, Value};

/// What it takes and answers.
pub static SPEC: ActionSpec = ActionSpec {
    name: "complete_register",
    sentence: "Makes an account with the address that a sign-up code has proved, from the stage token that the code was exchanged for.",
    caller: Caller::Anybody,
    identifiers: Identifiers::Any,
    claims: false,
    profile: true,
    inputs: &[STAGE_TOKEN, InputSpec::optional("password", Kind::Text).where_bound(), DEVICE, REMEMBER],
    options: &[OptionSpec { name: "sign_in", values: OptionValues::Flag(false) }],
    answers: &[AnswerSpec::new(Name::Registered, S)],
    failures: &[Name::Taken, Name::WeakPassword],
    only_with: &[],
    only_where: &[],
    reads_only: false,
};

/// The entry in the catalogue.
pub struct CompleteRegister;

#[async_trait]
impl Entry for CompleteRegister {
    fn spec(&self) -> &'static ActionSpec {
        &SPEC
    }

    async fn run(&self, inputs: &Inputs, options: &Options, cx: &Context<'_>) -> Result<Answer, Fault> {
        let input = Input {
            stage_token: inputs.text("stage_token"),
            names: Named::all(&inputs.identifiers, cx.setting.policy),
            password: inputs.password("password"),
            profile: inputs.profile.clone(),
            sign_in: options.flag("sign_in"),
            wish: Wish::of(inputs),
            wire: inputs.wire.clone(),
        };
        perform(&input, cx).await
    }
}

/// The input of a registration's last step.
pub struct Input {
    /// The token of the stage, if one was presented.
    pub stage_token: Option<String>,
    /// What else the account will sign in by.
    pub names: Vec<Named>,
    /// Its password, where it has one.
    pub password: Option<Password>,
    /// Its profile, as given.
    pub profile: Map<String, Value>,
    /// Whether to sign in at once.
    pub sign_in: bool,
    /// How the session is to be.
    pub wish: Wish,
    /// The wire names of the inputs, for violations.
    pub wire: Vec<(&'static str, String)>,
}

/// What it can answer.
pub enum Outcome {
    /// What a registration answers.
    Registration(register::Outcome),
    /// The token is not good; and its name.
    Refused(Rejection, String),
}

impl From<Outcome> for Answer {
    fn from(outcome: Outcome) -> Answer {
        match outcome {
            Outcome::Registration(outcome) => outcome.into(),
            Outcome::Refused(rejection, token) => rejection.answer(&token),
        }
    }
}

/// What was read before deciding.
pub enum Loaded {
    /// The token is not good.
    Refused(Rejection),
    /// Identifiers that are not those that were proved.
    Foreign(Vec<Violation>),
    /// The stage, the registration it leads to, and what that has read.
    Ready(Box<Code>, Box<register::Input>, register::Loaded),
}

#[async_trait]
impl Action for Input {
    type Loaded = Loaded;
    type Outcome = Outcome;

    fn name(&self) -> &'static str {
        SPEC.name
    }

    async fn load(&self, cx: &Context<'_>) -> Result<Loaded, Fault> {
        let code = match present(Stage::CompleteRegister, self.stage_token.as_deref(), cx).await? {
            Ok(reached) if reached.account.is_none() => reached.code,
            Ok(_) => return Ok(Loaded::Refused(Rejection::Invalid)),
            Err(rejection) => return Ok(Loaded::Refused(rejection)),
        };
        let foreign = self.foreign(&code);
        if !foreign.is_empty() {
            return Ok(Loaded::Foreign(foreign));
        }
        let registration = register::Input {
            address: register::Address::default(),
            identifiers: self.identifiers(&code, cx.setting.policy),
            proved: Some(code.destination.clone()),
            password: self.password.clone(),
            profile: self.profile.clone(),
            setter: Setter::Caller,
            sign_in: self.sign_in,
            wish: self.wish.clone(),
            needs_approval: false,
            must_change: false,
            wire: self.wire.clone(),
        };
        let loaded = registration.load(cx).await?;
        Ok(Loaded::Ready(Box::new(code), Box::new(registration), loaded))
    }

    fn decide(&self, loaded: &Loaded, at: &Setting<'_>) -> Result<Decision<Outcome>, Fault> {
        let (code, registration, loaded) = match loaded {
            Loaded::Refused(rejection) => {
                let token = token_name(Stage::CompleteRegister, at.policy);
                return Ok(Decision::just(Outcome::Refused(*rejection, token)));
            }
            Loaded::Foreign(violations) => {
                let outcome = register::Outcome::InvalidInput(violations.clone());
                return Ok(Decision::just(Outcome::Registration(outcome)));
            }
            Loaded::Ready(code, registration, loaded) => (code, registration, loaded),
        };
        let mut decision = registration.decide(loaded, at)?;
        if matches!(decision.outcome, register::Outcome::Registered(..)) {
            decision.changes.push(Change::SpendCode { code: code.id, at: at.now });
        }
        Ok(Decision { outcome: Outcome::Registration(decision.outcome), changes: decision.changes })
    }
}

impl Input {
    /// A name of a kind that was named when the code was asked for must be the one that was named then.
    fn foreign(&self, code: &Code) -> Vec<Violation> {
        let differs = |name: &&Named| {
            code.claims.iter().any(|(kind, canonical)| *kind == name.kind && *canonical != name.canonical)
        };
        let foreign = self.names.iter().filter(differs);
        foreign.map(|name| Violation::new(&wire_name(&self.wire, name.kind.name()), "const")).collect()
    }

    /// What the code was asked for with, as it is written now where it is; then whatever else is given.
    fn identifiers(&self, code: &Code, policy: &Policy) -> Vec<Named> {
        let given = |kind: IdentifierKind| self.names.iter().find(|name| name.kind == kind);
        let claimed = code.claims.iter().filter(|(kind, _)| policy.identifier(*kind).is_some());
        let mut all: Vec<Named> = claimed
            .map(|(kind, canonical)| {
                let named =
                    || Named { kind: *kind, written: canonical.clone(), canonical: canonical.clone() };
                given(*kind).cloned().unwrap_or_else(named)
            })
            .collect();
        let others = self.names.iter().filter(|name| code.claims.iter().all(|(kind, _)| *kind != name.kind));
        all.extend(others.cloned());
        all
    }
}
