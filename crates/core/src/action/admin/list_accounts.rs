//! `list_accounts`: the accounts of the realm, page by page, to an administrator.

use super::invalid;
use crate::action::caller::administrator;
use crate::action::page::{LIMIT, OFFSET, PAGE, PAGE_INDEX, Page};
use crate::action::{Context, Entry, Inputs, Options, record};
use crate::fault::Fault;
use crate::identifier::IdentifierKind;
use crate::outcome::{Answer, Outcome as Name};
use crate::port::{AccountOrder, AccountSearch};
use crate::spec::{
    ActionSpec, AnswerSpec, Caller, Field, Identifiers, InputSpec, Kind, OptionSpec, OptionValues,
};
use async_trait::async_trait;

const LISTED: &[Field] = &[
    Field::new("accounts", Kind::Accounts),
    Field::new("total", Kind::Integer),
    Field::new("page", Kind::Integer),
    Field::new("page_index", Kind::Integer),
    Field::new("pages", Kind::Integer),
    Field::nullable("next_offset", Kind::Integer),
];

const SORTS: &[&str] = &["created_at", "updated_at", "username", "email", "phone"];

/// What it takes and answers.
pub static SPEC: ActionSpec = ActionSpec {
    name: "list_accounts",
    sentence: "Lists accounts to an administrator, page by page; `filter` is a text found in an identifier.",
    caller: Caller::Administrator,
    identifiers: Identifiers::None,
    claims: false,
    profile: false,
    inputs: &[
        OFFSET,
        LIMIT,
        PAGE,
        PAGE_INDEX,
        InputSpec::optional("filter", Kind::Text),
        InputSpec::optional("sort", Kind::Text),
        InputSpec::optional("order", Kind::Text),
    ],
    options: &[
        OptionSpec { name: "sort", values: OptionValues::Words(SORTS) },
        OptionSpec { name: "order", values: OptionValues::Words(&["asc", "desc"]) },
    ],
    answers: &[AnswerSpec::new(Name::Listed, LISTED)],
    failures: &[Name::Forbidden],
    only_with: &[],
    only_where: &[],
    reads_only: true,
};

/// The entry in the catalogue. There is nothing to decide.
pub struct ListAccounts;

#[async_trait]
impl Entry for ListAccounts {
    fn spec(&self) -> &'static ActionSpec {
        &SPEC
    }

    async fn run(&self, inputs: &Inputs, options: &Options, cx: &Context<'_>) -> Result<Answer, Fault> {
        if let Err(refusal) = administrator(cx).await? {
            let answer: Answer = refusal.into();
            record(SPEC.name, &answer, cx).await?;
            return Ok(answer);
        }
        let page = match Page::read(inputs) {
            Ok(page) => page,
            Err(broken) => return Ok(invalid(broken)),
        };
        let word = |name: &str| inputs.text(name).unwrap_or_else(|| options.word(name).to_owned());
        let sort = word("sort");
        let order = match IdentifierKind::from_name(&sort) {
            Some(kind) => AccountOrder::Identifier(kind),
            None if sort == "updated_at" => AccountOrder::Updated,
            None => AccountOrder::Created,
        };
        let search = AccountSearch {
            contains: inputs.text("filter").filter(|text| !text.is_empty()),
            order,
            descending: word("order") == "desc",
            offset: page.offset,
            limit: page.limit,
        };
        let found = cx.services.store.search_accounts(&cx.setting.policy.realm, &search).await?;
        Ok(listed(found.accounts, found.total, page))
    }
}

fn listed(accounts: Vec<crate::account::Account>, total: u64, page: Page) -> Answer {
    let next = page.offset.saturating_add(page.limit);
    Answer { accounts, ..Answer::bare(Name::Listed) }
        .with("total", total)
        .with("page", page.offset / page.limit + 1)
        .with("page_index", page.offset / page.limit)
        .with("pages", total.div_ceil(page.limit))
        .with("next_offset", Some(next).filter(|next| *next < total))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn pages_are_counted() {
        for (offset, limit, total, page, pages, next) in [
            (0, 10, 0, 1, 0, json!(null)),
            (0, 10, 10, 1, 1, json!(null)),
            (0, 10, 11, 1, 2, json!(10)),
            (10, 10, 11, 2, 2, json!(null)),
            (90, 10, 11, 10, 2, json!(null)),
        ] {
            let answer = listed(Vec::new(), total, Page { offset, limit });
            assert_eq!(answer.datum("page"), Some(&json!(page)));
            assert_eq!(answer.datum("pages"), Some(&json!(pages)));
            assert_eq!(answer.datum("next_offset"), Some(&next));
        }
    }
}
