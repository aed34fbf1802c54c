//! `set_password`: an administrator gives an account a new password.

use super::{ACCOUNT_ID, command, whom};
use crate::action::{Context, Entry, Inputs, Options, operator};
use crate::fault::Fault;
use crate::outcome::{Answer, Outcome as Name};
use crate::password::Password;
use crate::spec::{A, ActionSpec, AnswerSpec, Caller, Identifiers, InputSpec, Kind};
use async_trait::async_trait;
use serde_json::Value;

/// What it takes and answers.
pub static SPEC: ActionSpec = ActionSpec {
    name: "set_password",
    sentence: "Sets an account's password at an administrator's word, and ends its sessions.",
    caller: Caller::Administrator,
    identifiers: Identifiers::Optional,
    claims: false,
    profile: false,
    inputs: &[
        ACCOUNT_ID,
        InputSpec::required("new_password", Kind::Text),
        InputSpec::optional("must_change_password", Kind::Boolean),
    ],
    options: &[],
    answers: &[AnswerSpec::new(Name::Updated, A)],
    failures: &[Name::Forbidden, Name::UnknownAccount, Name::WeakPassword],
    only_with: &[],
    only_where: &[],
    reads_only: false,
};

/// The entry in the catalogue.
pub struct SetPassword;

#[async_trait]
impl Entry for SetPassword {
    fn spec(&self) -> &'static ActionSpec {
        &SPEC
    }

    async fn run(&self, inputs: &Inputs, _options: &Options, cx: &Context<'_>) -> Result<Answer, Fault> {
        let order = operator::SetPassword {
            password: Password::new(inputs.required("new_password")?),
            field: inputs.wire_name("new_password"),
            must_change: inputs.value("must_change_password").and_then(Value::as_bool) == Some(true),
        };
        command(SPEC.name, whom(inputs, cx), order, cx).await
    }
}
