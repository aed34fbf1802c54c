//! `refresh`: from a refresh token to a fresh pair, or to a longer life of the pair that was presented.

use super::start::session_life;
use super::{About, Action, Context, Decision, Entry, Inputs, Options, Setting, perform};
use crate::account::Account;
use crate::authenticate::{ACCESS, Alive, REFRESH, Rejection, Verifier};
use crate::change::Change;
use crate::fault::Fault;
use crate::outcome::{Answer, Outcome as Name};
use crate::session::{EndReason, RefreshState, RefreshStep, Session};
use crate::spec::{
    ActionSpec, AnswerSpec, Caller, Identifiers, InputSpec, Kind, OptionSpec, OptionValues, S,
};
use crate::standing::Bar;
use async_trait::async_trait;
use std::sync::Arc;

/// What it takes and answers.
pub static SPEC: ActionSpec = ActionSpec {
    name: "refresh",
    sentence: "Answers fresh tokens for a refresh token, or prolongs the pair that was presented.",
    caller: Caller::Anybody,
    identifiers: Identifiers::None,
    claims: false,
    profile: false,
    inputs: &[
        InputSpec::required("refresh_token", Kind::Token),
        InputSpec::optional("access_token", Kind::Token),
    ],
    options: &[OptionSpec { name: "rotation", values: OptionValues::Words(&["rotate", "keep", "prolong"]) }],
    answers: &[AnswerSpec::new(Name::Refreshed, S)],
    failures: &[
        Name::MissingToken,
        Name::InvalidToken,
        Name::ExpiredToken,
        Name::EndedSession,
        Name::ReusedToken,
        Name::WrongPurpose,
        Name::DeletedAccount,
        Name::ExpiredAccount,
    ],
    only_with: &[],
    only_where: &[],
    reads_only: false,
};

/// The entry in the catalogue.
pub struct Refresh;

#[async_trait]
impl Entry for Refresh {
    fn spec(&self) -> &'static ActionSpec {
        &SPEC
    }

    async fn run(&self, inputs: &Inputs, options: &Options, cx: &Context<'_>) -> Result<Answer, Fault> {
        let rotation = match options.word("rotation") {
            "keep" => Rotation::Keep,
            "prolong" => Rotation::Prolong,
            _ => Rotation::Rotate,
        };
        let input = Input {
            refresh_token: inputs.required("refresh_token")?,
            access_token: inputs.text("access_token"),
            rotation,
        };
        perform(&input, cx).await
    }
}

/// What happens to the refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// A new one takes its place.
    Rotate,
    /// It stays, with its own end; only the access token is new.
    Keep,
    /// The presented pair itself lives longer.
    Prolong,
}

/// The input of a refresh.
pub struct Input {
    /// The refresh token.
    pub refresh_token: String,
    /// An access token that comes along must name the same session.
    pub access_token: Option<String>,
    /// What happens to the refresh token.
    pub rotation: Rotation,
}

/// What it can answer.
pub enum Outcome {
    /// Here are the tokens of this session.
    Refreshed(Arc<Account>, Arc<Session>),
    /// The refresh token is not good.
    Rejected(Rejection),
    /// It should long be gone: its session is over now.
    Reused(Arc<Session>),
    /// The access token that came along is not of this session.
    OtherSession,
    /// The account is nobody's any more.
    Barred(Arc<Account>, Bar),
}

impl From<Outcome> for Answer {
    fn from(outcome: Outcome) -> Answer {
        match outcome {
            Outcome::Refreshed(account, session) => {
                Answer::bare(Name::Refreshed).account(account).session(session)
            }
            Outcome::Rejected(rejection) => rejection.answer(REFRESH),
            Outcome::Reused(_) => Rejection::Reused.answer(REFRESH),
            Outcome::OtherSession => Rejection::Invalid.answer(ACCESS),
            Outcome::Barred(account, bar) => Answer::barred(account, bar),
        }
    }
}

/// What was read before deciding.
pub struct Loaded {
    refresh: Result<Alive, Rejection>,
    access_is_other: bool,
}

#[async_trait]
impl Action for Input {
    type Loaded = Loaded;
    type Outcome = Outcome;

    fn name(&self) -> &'static str {
        SPEC.name
    }

    async fn load(&self, cx: &Context<'_>) -> Result<Loaded, Fault> {
        let at = &cx.setting;
        let verifier = Verifier {
            policy: at.policy,
            keys: at.keys,
            store: cx.services.store.as_ref(),
            live: &cx.services.live,
            now: at.now,
        };
        let refresh = verifier.check_refresh(Some(&self.refresh_token)).await?;
        let access_is_other = match (&refresh, &self.access_token, at.caller) {
            (Ok(alive), Some(raw), _) => {
                let presented =
                    crate::authenticate::Presented { token: ACCESS, raw: Some(raw), accept_expired: true };
                let access = verifier.check(&presented).await?;
                access.map_or(true, |access| access.session.id != alive.session.id)
            }
            (Ok(alive), None, Some(caller)) => caller.session.id != alive.session.id,
            _ => false,
        };
        Ok(Loaded { refresh, access_is_other })
    }

    fn about(&self, loaded: &Loaded) -> About {
        let alive = loaded.refresh.as_ref().ok();
        About { account: alive.map(|alive| alive.account.id), session: alive.map(|alive| alive.session.id) }
    }

    fn decide(&self, loaded: &Loaded, at: &Setting<'_>) -> Result<Decision<Outcome>, Fault> {
        let alive = match &loaded.refresh {
            Ok(alive) => alive,
            Err(rejection) => return Ok(Decision::just(Outcome::Rejected(*rejection))),
        };
        if loaded.access_is_other {
            return Ok(Decision::just(Outcome::OtherSession));
        }
        // Who bars an account ends its sessions; the account's own end comes by itself.
        if let Some(bar) = alive.account.bar(at.now) {
            return Ok(Decision::just(match bar {
                Bar::Expired => Outcome::Barred(Arc::clone(&alive.account), bar),
                bar => Outcome::Rejected(Rejection::Ended(Some(bar.end_reason()))),
            }));
        }
        Ok(match alive.session.refresh.present(alive.head.generation, at.now) {
            RefreshStep::Reused => end_reused(alive, at),
            RefreshStep::Repeat { late } => repeat(alive, late, at),
            RefreshStep::Advance => self.advance(alive, at),
        })
    }
}

impl Input {
    fn advance(&self, alive: &Alive, at: &Setting<'_>) -> Decision<Outcome> {
        let session = &alive.session;
        let fresh = || {
            let life = session_life(at, session.access_lifetime);
            at.now.whole_second().plus(life).min(session.absolute_until)
        };
        match self.rotation {
            Rotation::Keep => Decision::just(answer(alive, Arc::clone(session))),
            Rotation::Rotate => moved(alive, session.refresh.advanced(at.now), fresh(), at),
            Rotation::Prolong => moved(alive, session.refresh.clone(), fresh(), at),
        }
    }
}

fn answer(alive: &Alive, session: Arc<Session>) -> Outcome {
    Outcome::Refreshed(Arc::clone(&alive.account), session)
}

/// The session with a new refresh state and expiry; under prolongation its access tokens live longer too.
fn moved(
    alive: &Alive,
    to: RefreshState,
    expires_at: crate::time::Timestamp,
    at: &Setting<'_>,
) -> Decision<Outcome> {
    let session = &alive.session;
    let usual = at.policy.token(ACCESS).map(|token| token.after_refresh.unwrap_or(token.lifetime));
    let access_life = session.access_lifetime.or(usual).unwrap_or_default();
    let longer = at.now.whole_second().plus(access_life).min(session.absolute_until);
    let access_until = session.access_until.map(|_| longer);
    let next = Session {
        refresh: to.clone(),
        expires_at,
        access_until,
        last_used_at: at.now,
        ..Session::clone(session)
    };
    let change = Change::MoveSession {
        session: session.id,
        from: session.refresh.clone(),
        to,
        expires_at,
        access_until,
        at: at.now,
    };
    Decision { outcome: answer(alive, Arc::new(next)), changes: vec![change] }
}

/// The same successor again; a late one is remembered, so that two in a row are noticed.
fn repeat(alive: &Alive, late: bool, at: &Setting<'_>) -> Decision<Outcome> {
    let session = &alive.session;
    if !late {
        return Decision::just(answer(alive, Arc::clone(session)));
    }
    moved(alive, session.refresh.repeated_late(), session.expires_at, at)
}

fn end_reused(alive: &Alive, at: &Setting<'_>) -> Decision<Outcome> {
    let change = Change::EndSession { session: alive.session.id, reason: EndReason::Reused, at: at.now };
    Decision { outcome: Outcome::Reused(Arc::clone(&alive.session)), changes: vec![change] }
}
