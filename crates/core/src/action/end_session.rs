//! `end_session`: signs out one of the caller's devices.

use super::caller::fresh;
use super::proof::{Proof, prove_own};
use super::{About, Action, Context, Decision, Entry, Inputs, Options, Setting, perform};
use crate::account::{Account, AccountId};
use crate::authenticate::Rejection;
use crate::change::Change;
use crate::fault::Fault;
use crate::outcome::{Answer, Outcome as Name};
use crate::password::Password;
use crate::port::Tries;
use crate::session::{EndReason, Session, SessionId};
use crate::spec::{
    ActionSpec, AnswerSpec, Caller, Field, Identifiers, InputSpec, Kind, OnlyWith, OptionSpec, OptionValues,
};
use async_trait::async_trait;
use std::time::Duration;
use uuid::Uuid;

/// How many sessions ended.
pub(super) const ENDED: &[Field] = &[Field::new("count", Kind::Integer)];

/// Whether the password must be proved.
pub(super) const NEEDS: OptionSpec =
    OptionSpec { name: "needs", values: OptionValues::Words(&["session", "password"]) };

/// A wrong password is told only where one is asked for.
pub(super) const WRONG_PASSWORD: OnlyWith =
    OnlyWith { failures: &[Name::WrongPassword], option: "needs", words: &["password"] };

/// What it takes and answers.
pub static SPEC: ActionSpec = ActionSpec {
    name: "end_session",
    sentence: "Ends one of the caller's sessions.",
    caller: Caller::Session,
    identifiers: Identifiers::None,
    claims: false,
    profile: false,
    inputs: &[InputSpec::required("session_id", Kind::Text), InputSpec::optional("password", Kind::Text)],
    options: &[NEEDS],
    answers: &[AnswerSpec::new(Name::Ended, ENDED)],
    failures: &[Name::UnknownSession, Name::WrongPassword],
    only_with: &[WRONG_PASSWORD],
    only_where: &[],
    reads_only: false,
};

/// The entry in the catalogue.
pub struct EndSession;

#[async_trait]
impl Entry for EndSession {
    fn spec(&self) -> &'static ActionSpec {
        &SPEC
    }

    async fn run(&self, inputs: &Inputs, options: &Options, cx: &Context<'_>) -> Result<Answer, Fault> {
        let input = Input {
            name: SPEC.name,
            session: Some(inputs.required("session_id")?),
            password: inputs.password("password"),
            needs_password: options.word("needs") == "password",
        };
        perform(&input, cx).await
    }
}

/// The input of an end.
pub struct Input {
    /// The action's name.
    pub name: &'static str,
    /// The session by its id; without it all but the caller's.
    pub session: Option<String>,
    /// The caller's password.
    pub password: Option<Password>,
    /// Whether it must be proved.
    pub needs_password: bool,
}

/// What it can answer.
#[derive(Clone)]
pub enum Outcome {
    /// So it is.
    Ended,
    /// Nobody is signed in any more.
    Gone(Rejection),
    /// The caller has no such session, or it is over.
    UnknownSession,
    /// Not the caller's password.
    WrongPassword(Option<Tries>),
    /// A budget is spent.
    Throttled(Duration),
}

impl From<Outcome> for Answer {
    fn from(outcome: Outcome) -> Answer {
        match outcome {
            // The store says how many.
            Outcome::Ended => Answer::bare(Name::Ended).with("count", 0),
            Outcome::Gone(rejection) => rejection.answer("access"),
            Outcome::UnknownSession => Answer::bare(Name::UnknownSession),
            Outcome::WrongPassword(tries) => Answer::bare(Name::WrongPassword).tried(tries),
            Outcome::Throttled(wait) => Answer::throttled(wait),
        }
    }
}

/// What was read and proved before deciding.
pub enum Loaded {
    /// It will not be done; whose account it is about, where there is one.
    Refused(Outcome, About),
    /// This session is to end.
    One(About, SessionId),
    /// All others are to end.
    Others(Box<Account>),
}

#[async_trait]
impl Action for Input {
    type Loaded = Loaded;
    type Outcome = Outcome;

    fn name(&self) -> &'static str {
        self.name
    }

    async fn load(&self, cx: &Context<'_>) -> Result<Loaded, Fault> {
        let account = match fresh(cx).await? {
            Ok(account) => account,
            Err(rejection) => return Ok(Loaded::Refused(Outcome::Gone(rejection), About::default())),
        };
        let about = About::account(Some(&account));
        if self.needs_password {
            match prove_own(&account, self.password.as_ref(), cx).await? {
                Proof::Throttled(wait) => return Ok(Loaded::Refused(Outcome::Throttled(wait), about)),
                Proof::Wrong(tries) => return Ok(Loaded::Refused(Outcome::WrongPassword(tries), about)),
                Proof::Right { .. } => {}
            }
        }
        let Some(id) = &self.session else { return Ok(Loaded::Others(Box::new(account))) };
        Ok(match own(id, account.id, cx).await? {
            Some(session) => Loaded::One(about, session.id),
            None => Loaded::Refused(Outcome::UnknownSession, about),
        })
    }

    fn about(&self, loaded: &Loaded) -> About {
        match loaded {
            Loaded::Refused(_, about) => *about,
            Loaded::One(about, session) => About { session: Some(*session), ..*about },
            Loaded::Others(account) => About::account(Some(account)),
        }
    }

    fn decide(&self, loaded: &Loaded, at: &Setting<'_>) -> Result<Decision<Outcome>, Fault> {
        let reason = EndReason::SignedOut;
        let change = match loaded {
            Loaded::Refused(refusal, _) => return Ok(Decision::just(refusal.clone())),
            Loaded::One(_, session) => Change::EndSession { session: *session, reason, at: at.now },
            Loaded::Others(account) => Change::EndSessions {
                account: account.id,
                version: Some(account.version),
                except: at.caller.map(|caller| caller.session.id),
                reason,
                at: at.now,
            },
        };
        Ok(Decision { outcome: Outcome::Ended, changes: vec![change] })
    }
}

/// A live session of this account. An id that cannot be one is simply unknown.
pub(super) async fn own(id: &str, account: AccountId, cx: &Context<'_>) -> Result<Option<Session>, Fault> {
    let Ok(id) = Uuid::try_parse(id) else { return Ok(None) };
    let found = cx.services.store.session(SessionId(id)).await?;
    let session = found.map(|found| found.session);
    Ok(session.filter(|session| session.account == account && session.alive(cx.setting.now)))
}
