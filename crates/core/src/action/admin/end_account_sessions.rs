//! `end_account_sessions`: an administrator signs somebody out.

use super::{ACCOUNT_ID, command, whom};
use crate::action::end_session::ENDED;
use crate::action::operator::EndSessions;
use crate::action::{Context, Entry, Inputs, Options};
use crate::fault::Fault;
use crate::outcome::{Answer, Outcome as Name};
use crate::spec::{ActionSpec, AnswerSpec, Caller, Identifiers, InputSpec, Kind};
use async_trait::async_trait;

/// What it takes and answers.
pub static SPEC: ActionSpec = ActionSpec {
    name: "end_account_sessions",
    sentence: "Ends one session of an account, or all of them, at an administrator's word.",
    caller: Caller::Administrator,
    identifiers: Identifiers::Optional,
    claims: false,
    profile: false,
    inputs: &[ACCOUNT_ID, InputSpec::optional("session_id", Kind::Text)],
    options: &[],
    answers: &[AnswerSpec::new(Name::Ended, ENDED)],
    failures: &[Name::Forbidden, Name::UnknownAccount, Name::UnknownSession],
    only_with: &[],
    only_where: &[],
    reads_only: false,
};

/// The entry in the catalogue.
pub struct EndAccountSessions;

#[async_trait]
impl Entry for EndAccountSessions {
    fn spec(&self) -> &'static ActionSpec {
        &SPEC
    }

    async fn run(&self, inputs: &Inputs, _options: &Options, cx: &Context<'_>) -> Result<Answer, Fault> {
        let order = EndSessions(inputs.text("session_id"));
        command(SPEC.name, whom(inputs, cx), order, cx).await
    }
}
