//! `set_initial_password`: whoever must change their password sets one of their own, and is signed in. What is due is
//! proved by the stage token of the sign-in that was refused, or by identifier and password.

use super::change_limits::{Unchangeable, Wished, in_the_way, noted};
use super::codes::overtaken;
use super::held::held_by_another;
use super::input::{Named, wire_name};
use super::proof::{Proof, prove};
use super::stage::{present, token_name};
use super::start::{Wish, sign_in};
use super::{About, Action, Context, Decision, Entry, Inputs, Options, Setting, perform};
use crate::account::Account;
use crate::authenticate::Rejection;
use crate::change::{AccountUpdate, Change};
use crate::code::{Code, Stage};
use crate::fault::Fault;
use crate::outcome::{Answer, Outcome as Name};
use crate::password::{Password, PasswordHash};
use crate::port::Tries;
use crate::profile::{Asking, Setter};
use crate::session::{EndReason, Session};
use crate::spec::{
    ActionSpec, AnswerSpec, Caller, DEVICE, Identifiers, InputSpec, Kind, REMEMBER, S, STAGE_TOKEN,
};
use crate::standing::Bar;
use crate::violation::Violation;
use async_trait::async_trait;
use serde_json::{Map, Value};
use std::sync::Arc;
use std::time::Duration;

/// What it takes and answers.
pub static SPEC: ActionSpec = ActionSpec {
    name: "set_initial_password",
    sentence: "Sets a password of their own for whoever must change theirs, ends every other session and signs in. Where no change is due it is `forbidden`.",
    caller: Caller::Anybody,
    identifiers: Identifiers::Optional,
    claims: false,
    profile: true,
    inputs: &[
        STAGE_TOKEN,
        InputSpec::optional("password", Kind::Text)
            .either()
            .failing(&[Name::UnknownAccount, Name::WrongPassword]),
        InputSpec::required("new_password", Kind::Text),
        DEVICE,
        REMEMBER,
    ],
    options: &[],
    answers: &[AnswerSpec::new(Name::PasswordChanged, S)],
    failures: &[
        Name::Locked,
        Name::Disabled,
        Name::Pending,
        Name::ExpiredAccount,
        Name::WeakPassword,
        Name::Forbidden,
        Name::Taken,
        Name::AlreadySet,
        Name::TooSoon,
    ],
    only_with: &[],
    only_where: &[],
    reads_only: false,
};

/// The entry in the catalogue.
pub struct SetInitialPassword;

#[async_trait]
impl Entry for SetInitialPassword {
    fn spec(&self) -> &'static ActionSpec {
        &SPEC
    }

    async fn run(&self, inputs: &Inputs, _options: &Options, cx: &Context<'_>) -> Result<Answer, Fault> {
        let name = inputs.identifiers.first().and_then(|pair| Named::one(pair, cx.setting.policy));
        let password = inputs.password("password");
        let by = match (inputs.text("stage_token"), name, password) {
            (None, Some(name), Some(password)) => By::Password(name, password),
            (None, name, _) if inputs.bound("password") => {
                let missing = match name {
                    Some(_) => inputs.wire_name("password"),
                    None => identifier_field(inputs, cx),
                };
                let violations = vec![Violation::required(&missing)];
                return Ok(Answer::bare(Name::InvalidInput).violating(violations));
            }
            (token, ..) => By::Token(token),
        };
        let input = Input {
            by,
            new_password: Password::new(inputs.required("new_password")?),
            profile: inputs.profile.clone(),
            wish: Wish::of(inputs),
            wire: inputs.wire.clone(),
        };
        perform(&input, cx).await
    }
}

/// The wire name of the identifier that did not come.
fn identifier_field(inputs: &Inputs, cx: &Context<'_>) -> String {
    let kinds = cx.setting.policy.identifiers.iter().map(|rule| rule.kind.name());
    let bound = kinds.clone().find(|name| inputs.bound(name)).or_else(|| kinds.clone().next());
    bound.map_or_else(|| "identifier".to_owned(), |name| inputs.wire_name(name))
}

/// The input of a first password.
pub struct Input {
    /// How the owner proves to be it.
    pub by: By,
    /// The password to set.
    pub new_password: Password,
    /// The profile fields to set with it.
    pub profile: Map<String, Value>,
    /// How the session is to be.
    pub wish: Wish,
    /// The wire names of the inputs, for violations.
    pub wire: Vec<(&'static str, String)>,
}

/// How the owner of an account proves to be it.
pub enum By {
    /// The stage token of a refused sign-in, if one was presented.
    Token(Option<String>),
    /// Identifier and password.
    Password(Named, Password),
}

/// What it can answer.
#[derive(Clone)]
pub enum Outcome {
    /// Set; here is the session.
    Changed(Arc<Account>, Arc<Session>),
    /// The stage token with this name is not good.
    Refused(Rejection, String),
    /// No such account.
    UnknownAccount(Option<Tries>),
    /// Not its password.
    WrongPassword(Option<Tries>),
    /// The account may not sign in.
    Barred(Arc<Account>, Bar),
    /// Its password need not be changed.
    Forbidden,
    /// A value of this unique field is somebody else's.
    ValueTaken(String),
    /// A field may not change, or not yet.
    Unchangeable(Unchangeable),
    /// The password may not be set.
    WeakPassword(Vec<Violation>),
    /// The profile breaks rules.
    InvalidInput(Vec<Violation>),
    /// A budget is spent.
    Throttled(Duration),
}

impl From<Outcome> for Answer {
    fn from(outcome: Outcome) -> Answer {
        match outcome {
            Outcome::Changed(account, session) => {
                Answer::bare(Name::PasswordChanged).account(account).session(session)
            }
            Outcome::Refused(rejection, token) => rejection.answer(&token),
            Outcome::UnknownAccount(tries) => Answer::bare(Name::UnknownAccount).tried(tries),
            Outcome::WrongPassword(tries) => Answer::bare(Name::WrongPassword).tried(tries),
            Outcome::Barred(account, bar) => Answer::barred(account, bar),
            Outcome::Forbidden => Answer::bare(Name::Forbidden),
            Outcome::ValueTaken(field) => {
                Answer::bare(Name::Taken).with("field", field).with("verified", false)
            }
            Outcome::Unchangeable(why) => why.into(),
            Outcome::WeakPassword(violations) => Answer::bare(Name::WeakPassword).violating(violations),
            Outcome::InvalidInput(violations) => Answer::bare(Name::InvalidInput).violating(violations),
            Outcome::Throttled(wait) => Answer::throttled(wait),
        }
    }
}

/// What was read before deciding.
pub struct Loaded {
    account: Option<Account>,
    /// What is to be set, or why nothing is.
    judged: Result<Ready, Outcome>,
}

/// Everything is in order.
struct Ready {
    /// The stage that is spent.
    stage: Option<Code>,
    profile: Map<String, Value>,
    hash: PasswordHash,
}

#[async_trait]
impl Action for Input {
    type Loaded = Loaded;
    type Outcome = Outcome;

    fn name(&self) -> &'static str {
        SPEC.name
    }

    async fn load(&self, cx: &Context<'_>) -> Result<Loaded, Fault> {
        let (account, stage) = match self.prove(cx).await? {
            Ok(proved) => proved,
            Err((account, outcome)) => return Ok(Loaded { account, judged: Err(outcome) }),
        };
        let judged = match self.allowed(&account, cx).await? {
            Ok(profile) => {
                let hash = cx.services.hasher.hash(&self.new_password).await?;
                Ok(Ready { stage, profile, hash })
            }
            Err(outcome) => Err(outcome),
        };
        Ok(Loaded { account: Some(account), judged })
    }

    fn about(&self, loaded: &Loaded) -> About {
        About::account(loaded.account.as_ref())
    }

    fn decide(&self, loaded: &Loaded, at: &Setting<'_>) -> Result<Decision<Outcome>, Fault> {
        let ready = match &loaded.judged {
            Ok(ready) => ready,
            Err(outcome) => return Ok(Decision::just(outcome.clone())),
        };
        let Some(account) = &loaded.account else { return Ok(Decision::just(Outcome::UnknownAccount(None))) };
        let mut changes: Vec<Change> =
            ready.stage.iter().map(|code| Change::SpendCode { code: code.id, at: at.now }).collect();
        let mut account = account.clone();
        let password = AccountUpdate::Password { hash: ready.hash.clone(), must_change: false };
        let profile = AccountUpdate::Profile(ready.profile.clone());
        let updates = [Some(password), (ready.profile != account.profile).then_some(profile)];
        for update in updates.into_iter().flatten() {
            let version = account.version;
            changes.push(Change::UpdateAccount { account: account.id, version, update, at: at.now });
            account.version += 1;
        }
        let wished = Wished { identifiers: &account.identifiers, profile: &ready.profile };
        changes.extend(noted(&account, wished, at));
        changes.extend(overtaken(&account, ready.stage.as_ref()));
        changes.push(Change::EndSessions {
            account: account.id,
            version: None,
            except: None,
            reason: EndReason::PasswordChanged,
            at: at.now,
        });
        account.version += 1;
        account.must_change_password = false;
        account.profile.clone_from(&ready.profile);
        account.updated_at = at.now;
        let started = sign_in(&account, (&self.wish, self.name()), at);
        changes.extend(started.changes);
        Ok(Decision { outcome: Outcome::Changed(Arc::new(started.account), started.session), changes })
    }
}

/// An account whose owner proved to be it, and the stage that is spent if that was the proof.
type Proved = Result<(Account, Option<Code>), (Option<Account>, Outcome)>;

impl Input {
    async fn prove(&self, cx: &Context<'_>) -> Result<Proved, Fault> {
        let at = &cx.setting;
        let (name, password) = match &self.by {
            By::Password(name, password) => (name, password),
            By::Token(raw) => {
                let reached = present(Stage::SetInitialPassword, raw.as_deref(), cx).await?;
                let rejection = match reached {
                    Ok(reached) => match reached.account {
                        Some(account) => return Ok(Ok((account, Some(reached.code)))),
                        None => Rejection::Invalid,
                    },
                    Err(rejection) => rejection,
                };
                let name = token_name(Stage::SetInitialPassword, at.policy);
                return Ok(Err((None, Outcome::Refused(rejection, name))));
            }
        };
        let realm = &at.policy.realm;
        let account = cx.services.store.account_by_identifier(realm, name.kind, &name.canonical).await?;
        let outcome = match (prove(name, account.as_ref(), password, cx).await?, &account) {
            (Proof::Throttled(wait), _) => Outcome::Throttled(wait),
            (Proof::Right { .. }, Some(account)) => return Ok(Ok((account.clone(), None))),
            (Proof::Right { counted: tries, .. } | Proof::Wrong(tries), None) => {
                Outcome::UnknownAccount(tries)
            }
            (Proof::Wrong(tries), Some(_)) => Outcome::WrongPassword(tries),
        };
        Ok(Err((account, outcome)))
    }

    /// The same, where its fields may change and nobody else has their values.
    async fn allowed(
        &self,
        account: &Account,
        cx: &Context<'_>,
    ) -> Result<Result<Map<String, Value>, Outcome>, Fault> {
        let profile = match self.checked(account, &cx.setting) {
            Ok(profile) => profile,
            Err(outcome) => return Ok(Err(outcome)),
        };
        if let Some(field) = held_by_another(Some(account.id), &profile, cx).await? {
            return Ok(Err(Outcome::ValueTaken(field)));
        }
        let wished = Wished { identifiers: &account.identifiers, profile: &profile };
        Ok(match in_the_way(account, wished, cx).await? {
            Some(why) => Err(Outcome::Unchangeable(why)),
            None => Ok(profile),
        })
    }

    /// The profile as it will be, or why the password is not set.
    fn checked(&self, account: &Account, at: &Setting<'_>) -> Result<Map<String, Value>, Outcome> {
        if let Some(bar) = account.bar(at.now) {
            return Err(Outcome::Barred(Arc::new(account.clone()), bar));
        }
        if !account.must_change_password {
            return Err(Outcome::Forbidden);
        }
        let (schema, asking) = (&at.policy.profile, Asking { by: Setter::Caller, now: at.now });
        let profile = schema.changed(&account.profile, &self.profile, &[], asking);
        let profile = profile.map_err(Outcome::InvalidInput)?;
        let field = wire_name(&self.wire, "new_password");
        let broken = at.policy.password.violations(&self.new_password, &field);
        if broken.is_empty() { Ok(profile) } else { Err(Outcome::WeakPassword(broken)) }
    }
}
