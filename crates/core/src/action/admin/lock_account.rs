//! `lock_account`: an administrator locks or unlocks somebody else's account.

use super::{ACCOUNT_ID, command, invalid, reason, time, whom};
use crate::action::operator::SetLocked;
use crate::action::{Context, Entry, Inputs, Options};
use crate::fault::Fault;
use crate::outcome::{Answer, Outcome as Name};
use crate::spec::{A, ActionSpec, AnswerSpec, Caller, Identifiers, InputSpec, Kind};
use crate::standing::Lock;
use async_trait::async_trait;
use serde_json::Value;

/// What it takes and answers.
pub static SPEC: ActionSpec = ActionSpec {
    name: "lock_account",
    sentence: "Locks an account, for a while or until it is unlocked, or unlocks it; a lock ends its sessions.",
    caller: Caller::Administrator,
    identifiers: Identifiers::Optional,
    claims: false,
    profile: false,
    inputs: &[
        ACCOUNT_ID,
        InputSpec::required("locked", Kind::Boolean),
        InputSpec::optional("until", Kind::Time),
        InputSpec::optional("reason", Kind::Text),
    ],
    options: &[],
    answers: &[AnswerSpec::new(Name::Updated, A)],
    failures: &[Name::Forbidden, Name::UnknownAccount],
    only_with: &[],
    only_where: &[],
    reads_only: false,
};

/// The entry in the catalogue.
pub struct LockAccount;

#[async_trait]
impl Entry for LockAccount {
    fn spec(&self) -> &'static ActionSpec {
        &SPEC
    }

    async fn run(&self, inputs: &Inputs, _options: &Options, cx: &Context<'_>) -> Result<Answer, Fault> {
        let locked = inputs.value("locked").and_then(Value::as_bool) == Some(true);
        let reason = match reason(inputs) {
            Ok(reason) => reason,
            Err(broken) => return Ok(invalid(broken)),
        };
        let lock = locked.then(|| Lock { until: time(inputs, "until"), reason });
        command(SPEC.name, whom(inputs, cx), SetLocked(lock), cx).await
    }
}
