//! `logout`: ends the session that was presented, or all of its account's.

use super::{Action, Context, Decision, Entry, Inputs, Options, Setting, perform};
use crate::account::Account;
use crate::authenticate::{Rejection, Verifier};
use crate::change::Change;
use crate::fault::Fault;
use crate::outcome::{Answer, Outcome as Name};
use crate::session::{EndReason, Session, SessionId};
use crate::spec::{
    ActionSpec, AnswerSpec, Caller, Field, Identifiers, InputSpec, Kind, OnlyWith, OptionSpec, OptionValues,
};
use async_trait::async_trait;

/// What it takes and answers.
pub static SPEC: ActionSpec = ActionSpec {
    name: "logout",
    sentence: "Ends the session that was presented, or all of its account's.",
    caller: Caller::Session,
    identifiers: Identifiers::None,
    claims: false,
    profile: false,
    inputs: &[InputSpec::optional("refresh_token", Kind::Token)],
    options: &[OptionSpec { name: "which", values: OptionValues::Words(&["this", "all", "others"]) }],
    answers: &[AnswerSpec::new(Name::SignedOut, &[Field::new("count", Kind::Integer)])],
    failures: &[Name::NothingEnded],
    only_with: &[OnlyWith { failures: &[Name::NothingEnded], option: "which", words: &["all", "others"] }],
    only_where: &[],
    reads_only: false,
};

/// The entry in the catalogue.
pub struct Logout;

#[async_trait]
impl Entry for Logout {
    fn spec(&self) -> &'static ActionSpec {
        &SPEC
    }

    async fn run(&self, inputs: &Inputs, options: &Options, cx: &Context<'_>) -> Result<Answer, Fault> {
        let Some(caller) = cx.setting.caller else { return Ok(Rejection::Missing.answer("access")) };
        let which = match options.word("which") {
            "all" => Which::All,
            "others" => Which::Others,
            _ => Which::This,
        };
        let input = Input { session: caller.session.id, which, refresh_token: inputs.text("refresh_token") };
        perform(&input, cx).await
    }
}

/// Which sessions end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// The presented one.
    This,
    /// All of the account's.
    All,
    /// All but the presented one.
    Others,
}

/// The input of a sign-out.
pub struct Input {
    /// The session that was presented.
    pub session: SessionId,
    /// Which sessions end.
    pub which: Which,
    /// A refresh token that comes along must be of the same session.
    pub refresh_token: Option<String>,
}

/// What it can answer.
pub enum Outcome {
    /// That many sessions ended.
    SignedOut(usize),
    /// The session ended meanwhile.
    Gone(Rejection),
    /// The refresh token that came along is not good.
    BadRefresh(Rejection),
    /// There were no (other) sessions.
    NothingEnded,
}

impl From<Outcome> for Answer {
    fn from(outcome: Outcome) -> Answer {
        match outcome {
            Outcome::SignedOut(count) => Answer::bare(Name::SignedOut).with("count", count),
            Outcome::Gone(rejection) => rejection.answer("access"),
            Outcome::BadRefresh(rejection) => rejection.answer("refresh"),
            Outcome::NothingEnded => Answer::bare(Name::NothingEnded),
        }
    }
}

/// What was read before deciding.
pub struct Loaded {
    session: Option<(Session, Option<Account>)>,
    bad_refresh: Option<Rejection>,
    live: Vec<Session>,
}

#[async_trait]
impl Action for Input {
    type Loaded = Loaded;
    type Outcome = Outcome;

    fn name(&self) -> &'static str {
        SPEC.name
    }

    async fn load(&self, cx: &Context<'_>) -> Result<Loaded, Fault> {
        let (at, store) = (&cx.setting, cx.services.store.as_ref());
        // From the store, not from the cache: the guard must fit what is true now.
        let found = store.session(self.session).await?;
        let live = match &found {
            Some(found) if self.which != Which::This => {
                store.live_sessions(found.session.account, at.now).await?
            }
            _ => Vec::new(),
        };
        let bad_refresh = match &self.refresh_token {
            Some(raw) => {
                let verifier = Verifier {
                    policy: at.policy,
                    keys: at.keys,
                    store,
                    live: &cx.services.live,
                    now: at.now,
                };
                let checked = verifier.check_refresh(Some(raw)).await?;
                checked.map_or_else(Some, |alive| {
                    (alive.session.id != self.session).then_some(Rejection::Invalid)
                })
            }
            None => None,
        };
        Ok(Loaded { session: found.map(|found| (found.session, found.account)), bad_refresh, live })
    }

    fn decide(&self, loaded: &Loaded, at: &Setting<'_>) -> Result<Decision<Outcome>, Fault> {
        let Some((session, account)) = &loaded.session else {
            return Ok(Decision::just(Outcome::Gone(Rejection::Ended(None))));
        };
        if let Some(ended) = &session.ended {
            return Ok(Decision::just(Outcome::Gone(Rejection::Ended(Some(ended.reason)))));
        }
        let Some(account) = account else { return Ok(Decision::just(Outcome::Gone(Rejection::Deleted))) };
        if let Some(rejection) = loaded.bad_refresh {
            return Ok(Decision::just(Outcome::BadRefresh(rejection)));
        }
        let reason = EndReason::SignedOut;
        if self.which == Which::This {
            let change = Change::EndSession { session: session.id, reason, at: at.now };
            return Ok(Decision { outcome: Outcome::SignedOut(1), changes: vec![change] });
        }
        // Read a moment later: the session may have ended between the two reads.
        if !loaded.live.iter().any(|live| live.id == session.id) {
            return Ok(Decision::just(Outcome::Gone(Rejection::Ended(None))));
        }
        let except = (self.which == Which::Others).then_some(session.id);
        let count = loaded.live.iter().filter(|live| Some(live.id) != except).count();
        if count == 0 {
            return Ok(Decision::just(Outcome::NothingEnded));
        }
        let change = Change::EndSessions {
            account: account.id,
            version: Some(account.version),
            except,
            reason,
            at: at.now,
        };
        Ok(Decision { outcome: Outcome::SignedOut(count), changes: vec![change] })
    }
}
