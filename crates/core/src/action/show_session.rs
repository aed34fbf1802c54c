//! `show_session`: one of the caller's sessions, or the one that is asking.

use super::end_session::own;
use super::{Context, Entry, Inputs, Options};
use crate::authenticate::Rejection;
use crate::fault::Fault;
use crate::outcome::{Answer, Outcome as Name, SeenSession};
use crate::session::Session;
use crate::spec::{ActionSpec, AnswerSpec, Caller, Field, Identifiers, InputSpec, Kind};
use async_trait::async_trait;

const SHOWN: &[Field] = &[Field::new("session", Kind::Session)];

/// What it takes and answers.
pub static SPEC: ActionSpec = ActionSpec {
    name: "show_session",
    sentence: "Shows one of the caller's live sessions; without an id the one that is asking.",
    caller: Caller::Session,
    identifiers: Identifiers::None,
    claims: false,
    profile: false,
    inputs: &[InputSpec::optional("session_id", Kind::Text)],
    options: &[],
    answers: &[AnswerSpec::new(Name::Shown, SHOWN)],
    failures: &[Name::UnknownSession],
    only_with: &[],
    only_where: &[],
    reads_only: true,
};

/// The entry in the catalogue. There is nothing to decide.
pub struct ShowSession;

#[async_trait]
impl Entry for ShowSession {
    fn spec(&self) -> &'static ActionSpec {
        &SPEC
    }

    async fn run(&self, inputs: &Inputs, _options: &Options, cx: &Context<'_>) -> Result<Answer, Fault> {
        let Some(caller) = cx.setting.caller else { return Ok(Rejection::Missing.answer("access")) };
        let found = match inputs.text("session_id") {
            None => Some(Session::clone(&caller.session)),
            Some(id) => own(&id, caller.account.id, cx).await?,
        };
        let Some(session) = found else { return Ok(Answer::bare(Name::UnknownSession)) };
        let seen = SeenSession { current: session.id == caller.session.id, session };
        Ok(Answer { sessions: vec![seen], ..Answer::bare(Name::Shown) })
    }
}
