//! `answer`: an operation that does nothing: the contract says the reply.

use super::{Context, Entry, Inputs, Options};
use crate::fault::Fault;
use crate::outcome::{Answer, Outcome as Name};
use crate::spec::{ActionSpec, AnswerSpec, Caller, Identifiers};
use async_trait::async_trait;

/// What it takes and answers.
pub static SPEC: ActionSpec = ActionSpec {
    name: "answer",
    sentence: "Does nothing and answers what the contract says: settings, a health check, the cookie to begin with.",
    caller: Caller::Anybody,
    identifiers: Identifiers::None,
    claims: false,
    profile: false,
    inputs: &[],
    options: &[],
    answers: &[AnswerSpec::new(Name::Answered, &[])],
    failures: &[],
    only_with: &[],
    only_where: &[],
    reads_only: true,
};

/// The entry in the catalogue.
pub struct Reply;

#[async_trait]
impl Entry for Reply {
    fn spec(&self) -> &'static ActionSpec {
        &SPEC
    }

    async fn run(&self, _inputs: &Inputs, _options: &Options, _cx: &Context<'_>) -> Result<Answer, Fault> {
        Ok(Answer::bare(Name::Answered))
    }
}
