//! `list_sessions`: where somebody is signed in, the newest sign-in first.

use super::page::{LIMIT, OFFSET, PAGE, PAGE_INDEX, Page};
use super::{Context, Entry, Inputs, Options};
use crate::authenticate::Rejection;
use crate::fault::Fault;
use crate::outcome::{Answer, Outcome as Name, SeenSession};
use crate::session::{Session, SessionId};
use crate::spec::{ActionSpec, AnswerSpec, Caller, Field, Identifiers, Kind};
use async_trait::async_trait;

/// What a list of sessions offers.
pub(super) const LISTED: &[Field] =
    &[Field::new("sessions", Kind::Sessions), Field::new("total", Kind::Integer)];

/// What it takes and answers.
pub static SPEC: ActionSpec = ActionSpec {
    name: "list_sessions",
    sentence: "Lists the live sessions of whoever is signed in, the newest first.",
    caller: Caller::Session,
    identifiers: Identifiers::None,
    claims: false,
    profile: false,
    inputs: &[OFFSET, LIMIT, PAGE, PAGE_INDEX],
    options: &[],
    answers: &[AnswerSpec::new(Name::Listed, LISTED)],
    failures: &[],
    only_with: &[],
    only_where: &[],
    reads_only: true,
};

/// The entry in the catalogue. There is nothing to decide.
pub struct ListSessions;

#[async_trait]
impl Entry for ListSessions {
    fn spec(&self) -> &'static ActionSpec {
        &SPEC
    }

    async fn run(&self, inputs: &Inputs, _options: &Options, cx: &Context<'_>) -> Result<Answer, Fault> {
        let Some(caller) = cx.setting.caller else { return Ok(Rejection::Missing.answer("access")) };
        let page = match Page::read(inputs) {
            Ok(page) => page,
            Err(broken) => return Ok(Answer::bare(Name::InvalidInput).violating(broken)),
        };
        let all = cx.services.store.live_sessions(caller.account.id, cx.setting.now).await?;
        Ok(listed(all, page, Some(caller.session.id)))
    }
}

/// A page of sessions, the newest first; `current` is the caller's.
pub(super) fn listed(mut all: Vec<Session>, page: Page, current: Option<SessionId>) -> Answer {
    all.reverse();
    let total = all.len();
    let seen = |session: Session| SeenSession { current: Some(session.id) == current, session };
    let sessions = page.of(all).into_iter().map(seen).collect();
    Answer { sessions, ..Answer::bare(Name::Listed) }.with("total", total)
}
