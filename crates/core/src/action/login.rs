//! `login`: proves a password and starts a session.

use super::input::Named;
use super::proof::{Proof, prove, upgrade_change};
use super::stage::{Holder, reach};
use super::start::{Wish, sign_in};
use super::{About, Action, Context, Decision, Entry, Inputs, Options, Setting, perform};
use crate::account::Account;
use crate::change::Change;
use crate::code::{Code, Stage};
use crate::fault::Fault;
use crate::outcome::{Answer, Outcome as Name};
use crate::password::{Password, PasswordHash};
use crate::session::{EndReason, Session};
use crate::spec::{
    ActionSpec, AnswerSpec, Caller, Field, Identifiers, InputSpec, Kind, OnlyWith, OptionSpec, OptionValues,
};
use crate::standing::Bar;
use async_trait::async_trait;
use std::sync::Arc;
use std::time::Duration;

const SIGNED_IN: &[Field] = &[
    Field::new("account", Kind::Account),
    Field::new("session", Kind::Session),
    Field::new("tokens", Kind::Tokens),
    Field::new("must_change_password", Kind::Boolean),
];

/// What it takes and answers.
pub static SPEC: ActionSpec = ActionSpec {
    name: "login",
    sentence: "Proves a password and starts a session.",
    caller: Caller::Anybody,
    identifiers: Identifiers::One,
    claims: false,
    profile: false,
    inputs: &[InputSpec::required("password", Kind::Text), InputSpec::optional("lifetime", Kind::Duration)],
    options: &[
        OptionSpec { name: "sessions", values: OptionValues::Words(&["many", "single"]) },
        OptionSpec { name: "must_change", values: OptionValues::Words(&["sign_in", "refuse"]) },
    ],
    answers: &[AnswerSpec::new(Name::SignedIn, SIGNED_IN)],
    failures: &[
        Name::UnknownAccount,
        Name::WrongPassword,
        Name::Locked,
        Name::Disabled,
        Name::Pending,
        Name::ExpiredAccount,
        Name::PasswordChangeRequired,
    ],
    only_with: &[OnlyWith {
        failures: &[Name::PasswordChangeRequired],
        option: "must_change",
        words: &["refuse"],
    }],
    reads_only: false,
};

/// The entry in the catalogue.
pub struct Login;

#[async_trait]
impl Entry for Login {
    fn spec(&self) -> &'static ActionSpec {
        &SPEC
    }

    async fn run(&self, inputs: &Inputs, options: &Options, cx: &Context<'_>) -> Result<Answer, Fault> {
        let identifier = inputs.identifier()?;
        let input = Input {
            name: Named::one(&identifier, cx.setting.policy)
                .ok_or_else(|| Fault::Internal("identifier kind not in this contract".to_owned()))?,
            password: Password::new(inputs.required("password")?),
            lifetime: inputs.duration("lifetime").filter(|lifetime| !lifetime.is_zero()),
            single: options.word("sessions") == "single",
            refuse_must_change: options.word("must_change") == "refuse",
        };
        perform(&input, cx).await
    }
}

/// The input of a sign-in.
pub struct Input {
    /// Who.
    pub name: Named,
    /// The password to prove.
    pub password: Password,
    /// The access lifetime the caller asks for.
    pub lifetime: Option<Duration>,
    /// Whether the account's other sessions end.
    pub single: bool,
    /// Whether an account that must change its password may not sign in.
    pub refuse_must_change: bool,
}

/// What it can answer.
pub enum Outcome {
    /// Signed in.
    SignedIn(Arc<Account>, Arc<Session>),
    /// No such account.
    UnknownAccount,
    /// Not its password.
    WrongPassword,
    /// The account may not sign in: the password was right.
    Barred(Arc<Account>, Bar),
    /// The right password of an account that must change it first, and the stage in which it can.
    PasswordChangeRequired(Arc<Account>, Option<Arc<Code>>),
    /// A budget is spent.
    Throttled(Duration),
}

impl From<Outcome> for Answer {
    fn from(outcome: Outcome) -> Answer {
        match outcome {
            Outcome::SignedIn(account, session) => {
                let must_change = account.must_change_password;
                Answer::bare(Name::SignedIn)
                    .account(account)
                    .session(session)
                    .with("must_change_password", must_change)
            }
            Outcome::UnknownAccount => Answer::bare(Name::UnknownAccount),
            Outcome::WrongPassword => Answer::bare(Name::WrongPassword),
            Outcome::Barred(account, bar) => Answer::barred(account, bar),
            Outcome::PasswordChangeRequired(account, stage) => {
                Answer::bare(Name::PasswordChangeRequired).account(account).staged(stage)
            }
            Outcome::Throttled(wait) => throttled(wait),
        }
    }
}

/// The answer of a spent budget.
pub(super) fn throttled(wait: Duration) -> Answer {
    Answer::bare(Name::Throttled).with("retry_after", whole_seconds(wait))
}

/// A wait as clients are told it: whole seconds, rounded up, so that nobody comes back too soon.
pub(super) fn whole_seconds(wait: Duration) -> u64 {
    wait.as_secs().saturating_add(u64::from(wait.subsec_nanos() > 0)).max(1)
}

/// What was read and proved before deciding.
pub struct Loaded {
    account: Option<Arc<Account>>,
    proof: Proof,
}

#[async_trait]
impl Action for Input {
    type Loaded = Loaded;
    type Outcome = Outcome;

    fn name(&self) -> &'static str {
        SPEC.name
    }

    async fn load(&self, cx: &Context<'_>) -> Result<Loaded, Fault> {
        let realm = &cx.setting.policy.realm;
        let account =
            cx.services.store.account_by_identifier(realm, self.name.kind, &self.name.canonical).await?;
        let proof = prove(&self.name, account.as_ref(), &self.password, cx).await?;
        Ok(Loaded { account: account.map(Arc::new), proof })
    }

    fn about(&self, loaded: &Loaded) -> About {
        About::account(loaded.account.as_deref())
    }

    fn decide(&self, loaded: &Loaded, at: &Setting<'_>) -> Result<Decision<Outcome>, Fault> {
        let upgrade = match &loaded.proof {
            Proof::Throttled(wait) => return Ok(Decision::just(Outcome::Throttled(*wait))),
            Proof::Wrong if loaded.account.is_none() => return Ok(Decision::just(Outcome::UnknownAccount)),
            Proof::Wrong => return Ok(Decision::just(Outcome::WrongPassword)),
            Proof::Right(upgrade) => upgrade,
        };
        let Some(account) = &loaded.account else { return Ok(Decision::just(Outcome::UnknownAccount)) };
        if let Some(bar) = account.bar(at.now) {
            return Ok(Decision::just(Outcome::Barred(Arc::clone(account), bar)));
        }
        if account.must_change_password && self.refuse_must_change {
            let reached = reach(Stage::SetInitialPassword, Holder::of(account), at);
            let (stage, changes) = reached.map_or((None, Vec::new()), |(row, put)| (Some(row), vec![put]));
            let outcome = Outcome::PasswordChangeRequired(Arc::clone(account), stage);
            return Ok(Decision { outcome, changes });
        }
        Ok(self.sign_in(account, upgrade.as_ref(), at))
    }
}

impl Input {
    fn sign_in(
        &self,
        account: &Account,
        upgrade: Option<&PasswordHash>,
        at: &Setting<'_>,
    ) -> Decision<Outcome> {
        let mut account = account.clone();
        let mut changes: Vec<Change> = upgrade_change(&account, upgrade).into_iter().collect();
        if self.single {
            changes.push(Change::EndSessions {
                account: account.id,
                version: Some(account.version),
                except: None,
                reason: EndReason::Replaced,
                at: at.now,
            });
            account.version += 1;
        }
        let (account, session, started) = sign_in(&account, Wish { lifetime: self.lifetime }, at);
        changes.extend(started);
        Decision { outcome: Outcome::SignedIn(account, session), changes }
    }
}
