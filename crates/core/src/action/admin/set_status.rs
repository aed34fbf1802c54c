//! `set_status`: an administrator approves, disables or enables somebody else's account.

use super::{ACCOUNT_ID, command, invalid, reason, whom};
use crate::action::{Context, Entry, Inputs, Options, operator};
use crate::fault::Fault;
use crate::outcome::{Answer, Outcome as Name};
use crate::spec::{
    A, ActionSpec, AnswerSpec, Caller, Identifiers, InputSpec, Kind, OptionSpec, OptionValues,
};
use crate::standing::Status;
use async_trait::async_trait;

/// What it takes and answers.
pub static SPEC: ActionSpec = ActionSpec {
    name: "set_status",
    sentence: "Makes an account active, pending or disabled; one that is not active has no sessions.",
    caller: Caller::Administrator,
    identifiers: Identifiers::Optional,
    claims: false,
    profile: false,
    inputs: &[
        ACCOUNT_ID,
        InputSpec::optional("status", Kind::Text),
        InputSpec::optional("reason", Kind::Text),
    ],
    options: &[OptionSpec {
        name: "status",
        values: OptionValues::Words(&["active", "pending", "disabled"]),
    }],
    answers: &[AnswerSpec::new(Name::Updated, A)],
    failures: &[Name::Forbidden, Name::UnknownAccount],
    only_with: &[],
    only_where: &[],
    reads_only: false,
};

/// The entry in the catalogue.
pub struct SetStatus;

#[async_trait]
impl Entry for SetStatus {
    fn spec(&self) -> &'static ActionSpec {
        &SPEC
    }

    async fn run(&self, inputs: &Inputs, options: &Options, cx: &Context<'_>) -> Result<Answer, Fault> {
        let reason = match reason(inputs) {
            Ok(reason) => reason,
            Err(broken) => return Ok(invalid(broken)),
        };
        let word = inputs.text("status").unwrap_or_else(|| options.word("status").to_owned());
        let status = Status::from_name(&word)
            .ok_or_else(|| Fault::Internal("a status the checker should have refused".to_owned()))?;
        command(SPEC.name, whom(inputs, cx), operator::SetStatus { status, reason }, cx).await
    }
}
