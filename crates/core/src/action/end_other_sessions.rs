//! `end_other_sessions`: signs out all of the caller's devices but the one that is asking.

use super::end_session::{ENDED, Input, NEEDS, WRONG_PASSWORD};
use super::{Context, Entry, Inputs, Options, perform};
use crate::fault::Fault;
use crate::outcome::{Answer, Outcome as Name};
use crate::spec::{ActionSpec, AnswerSpec, Caller, Identifiers, InputSpec, Kind};
use async_trait::async_trait;

/// What it takes and answers.
pub static SPEC: ActionSpec = ActionSpec {
    name: "end_other_sessions",
    sentence: "Ends all sessions of the caller but the one that is asking.",
    caller: Caller::Session,
    identifiers: Identifiers::None,
    claims: false,
    profile: false,
    inputs: &[InputSpec::optional("password", Kind::Text)],
    options: &[NEEDS],
    answers: &[AnswerSpec::new(Name::Ended, ENDED)],
    failures: &[Name::WrongPassword],
    only_with: &[WRONG_PASSWORD],
    only_where: &[],
    reads_only: false,
};

/// The entry in the catalogue. It is [`super::end_session`] without an id.
pub struct EndOtherSessions;

#[async_trait]
impl Entry for EndOtherSessions {
    fn spec(&self) -> &'static ActionSpec {
        &SPEC
    }

    async fn run(&self, inputs: &Inputs, options: &Options, cx: &Context<'_>) -> Result<Answer, Fault> {
        let input = Input {
            name: SPEC.name,
            session: None,
            password: inputs.password("password"),
            needs_password: options.word("needs") == "password",
        };
        perform(&input, cx).await
    }
}
