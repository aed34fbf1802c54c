//! `set_roles`: an administrator sets the roles of an account; nobody takes his own right away.

use super::{ACCOUNT_ID, command, invalid, roles, whom};
use crate::action::{Context, Entry, Inputs, Options, operator};
use crate::fault::Fault;
use crate::outcome::{Answer, Outcome as Name};
use crate::spec::{A, ActionSpec, AnswerSpec, Caller, Identifiers, InputSpec, Kind};
use async_trait::async_trait;

/// What it takes and answers.
pub static SPEC: ActionSpec = ActionSpec {
    name: "set_roles",
    sentence: "Sets the roles of an account, in place of those it had.",
    caller: Caller::Administrator,
    identifiers: Identifiers::Optional,
    claims: false,
    profile: false,
    inputs: &[ACCOUNT_ID, InputSpec::required("roles", Kind::Any)],
    options: &[],
    answers: &[AnswerSpec::new(Name::Updated, A)],
    failures: &[Name::Forbidden, Name::UnknownAccount],
    only_with: &[],
    only_where: &[],
    reads_only: false,
};

/// The entry in the catalogue.
pub struct SetRoles;

#[async_trait]
impl Entry for SetRoles {
    fn spec(&self) -> &'static ActionSpec {
        &SPEC
    }

    async fn run(&self, inputs: &Inputs, _options: &Options, cx: &Context<'_>) -> Result<Answer, Fault> {
        let roles = match roles(inputs) {
            Ok(roles) => roles.unwrap_or_default(),
            Err(broken) => return Ok(invalid(broken)),
        };
        command(SPEC.name, whom(inputs, cx), operator::SetRoles(roles), cx).await
    }
}
