//! `find_account`: one account, as an administrator sees it.

use super::{ACCOUNT_ID, command, whom};
use crate::action::operator::ShowAccount;
use crate::action::{Context, Entry, Inputs, Options};
use crate::fault::Fault;
use crate::outcome::{Answer, Outcome as Name};
use crate::spec::{A, ActionSpec, AnswerSpec, Caller, Identifiers};
use async_trait::async_trait;

/// What it takes and answers.
pub static SPEC: ActionSpec = ActionSpec {
    name: "find_account",
    sentence: "Shows an account to an administrator.",
    caller: Caller::Administrator,
    identifiers: Identifiers::Optional,
    claims: false,
    profile: false,
    inputs: &[ACCOUNT_ID],
    options: &[],
    answers: &[AnswerSpec::new(Name::Shown, A)],
    failures: &[Name::Forbidden, Name::UnknownAccount],
    only_with: &[],
    only_where: &[],
    reads_only: true,
};

/// The entry in the catalogue.
pub struct FindAccount;

#[async_trait]
impl Entry for FindAccount {
    fn spec(&self) -> &'static ActionSpec {
        &SPEC
    }

    async fn run(&self, inputs: &Inputs, _options: &Options, cx: &Context<'_>) -> Result<Answer, Fault> {
        command(SPEC.name, whom(inputs, cx), ShowAccount, cx).await
    }
}
