//! `show_account`: the account of the presented session.

use super::{Context, Entry, Inputs, Options};
use crate::authenticate::Rejection;
use crate::fault::Fault;
use crate::outcome::{Answer, Outcome as Name};
use crate::spec::{ActionSpec, AnswerSpec, Caller, Identifiers, S};
use async_trait::async_trait;
use std::sync::Arc;

/// What it takes and answers.
pub static SPEC: ActionSpec = ActionSpec {
    name: "show_account",
    sentence: "Answers the account of the presented session.",
    caller: Caller::Session,
    identifiers: Identifiers::None,
    claims: false,
    profile: false,
    inputs: &[],
    options: &[],
    answers: &[AnswerSpec::new(Name::Shown, S)],
    failures: &[],
    only_with: &[],
    only_where: &[],
    reads_only: true,
};

/// The entry in the catalogue. The caller's check has read everything there is to show, so there is nothing to
/// load and nothing to decide.
pub struct Show;

#[async_trait]
impl Entry for Show {
    fn spec(&self) -> &'static ActionSpec {
        &SPEC
    }

    async fn run(&self, _inputs: &Inputs, _options: &Options, cx: &Context<'_>) -> Result<Answer, Fault> {
        Ok(match cx.setting.caller {
            Some(alive) => Answer::bare(Name::Shown)
                .account(Arc::clone(&alive.account))
                .session(Arc::clone(&alive.session)),
            None => Rejection::Missing.answer("access"),
        })
    }
}
