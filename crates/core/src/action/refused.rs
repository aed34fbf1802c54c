//! `refused`: an operation that the contract refuses on purpose, with a fixed reply.

use super::{Context, Entry, Inputs, Options};
use crate::fault::Fault;
use crate::outcome::{Answer, Outcome as Name};
use crate::spec::{ActionSpec, Caller, Identifiers};
use async_trait::async_trait;

/// What it takes and answers.
pub static SPEC: ActionSpec = ActionSpec {
    name: "refused",
    sentence: "Refuses on purpose: the contract says why, and answers a fixed reply.",
    caller: Caller::Anybody,
    identifiers: Identifiers::None,
    claims: false,
    profile: false,
    inputs: &[],
    options: &[],
    answers: &[],
    failures: &[Name::Refused],
    only_with: &[],
    only_where: &[],
    reads_only: true,
};

/// The entry in the catalogue.
pub struct Refuse;

#[async_trait]
impl Entry for Refuse {
    fn spec(&self) -> &'static ActionSpec {
        &SPEC
    }

    async fn run(&self, _inputs: &Inputs, _options: &Options, _cx: &Context<'_>) -> Result<Answer, Fault> {
        Ok(Answer::bare(Name::Refused))
    }
}
