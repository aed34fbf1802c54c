//! `delete_account`: an administrator removes somebody else's account.

use super::{ACCOUNT_ID, command, whom};
use crate::action::{Context, Entry, Inputs, Options, operator};
use crate::fault::Fault;
use crate::outcome::{Answer, Outcome as Name};
use crate::spec::{A, ActionSpec, AnswerSpec, Caller, Identifiers};
use async_trait::async_trait;

/// What it takes and answers.
pub static SPEC: ActionSpec = ActionSpec {
    name: "delete_account",
    sentence: "Removes an account and frees its identifiers, at an administrator's word.",
    caller: Caller::Administrator,
    identifiers: Identifiers::Optional,
    claims: false,
    profile: false,
    inputs: &[ACCOUNT_ID],
    options: &[],
    answers: &[AnswerSpec::new(Name::Closed, A)],
    failures: &[Name::Forbidden, Name::UnknownAccount],
    only_with: &[],
    only_where: &[],
    reads_only: false,
};

/// The entry in the catalogue.
pub struct DeleteAccount;

#[async_trait]
impl Entry for DeleteAccount {
    fn spec(&self) -> &'static ActionSpec {
        &SPEC
    }

    async fn run(&self, inputs: &Inputs, _options: &Options, cx: &Context<'_>) -> Result<Answer, Fault> {
        command(SPEC.name, whom(inputs, cx), operator::DeleteAccount, cx).await
    }
}
