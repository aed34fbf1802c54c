//! `list_account_sessions`: where an account is signed in, as an administrator sees it.

use super::{ACCOUNT_ID, command, invalid, whom};
use crate::action::list_sessions::LISTED;
use crate::action::operator::ListSessions;
use crate::action::page::{LIMIT, OFFSET, PAGE, PAGE_INDEX, Page};
use crate::action::{Context, Entry, Inputs, Options};
use crate::fault::Fault;
use crate::outcome::{Answer, Outcome as Name};
use crate::spec::{ActionSpec, AnswerSpec, Caller, Identifiers};
use async_trait::async_trait;

/// What it takes and answers.
pub static SPEC: ActionSpec = ActionSpec {
    name: "list_account_sessions",
    sentence: "Lists the live sessions of an account to an administrator, the newest first.",
    caller: Caller::Administrator,
    identifiers: Identifiers::Optional,
    claims: false,
    profile: false,
    inputs: &[ACCOUNT_ID, OFFSET, LIMIT, PAGE, PAGE_INDEX],
    options: &[],
    answers: &[AnswerSpec::new(Name::Listed, LISTED)],
    failures: &[Name::Forbidden, Name::UnknownAccount],
    only_with: &[],
    only_where: &[],
    reads_only: true,
};

/// The entry in the catalogue.
pub struct ListAccountSessions;

#[async_trait]
impl Entry for ListAccountSessions {
    fn spec(&self) -> &'static ActionSpec {
        &SPEC
    }

    async fn run(&self, inputs: &Inputs, _options: &Options, cx: &Context<'_>) -> Result<Answer, Fault> {
        match Page::read(inputs) {
            Ok(page) => command(SPEC.name, whom(inputs, cx), ListSessions { page }, cx).await,
            Err(broken) => Ok(invalid(broken)),
        }
    }
}
