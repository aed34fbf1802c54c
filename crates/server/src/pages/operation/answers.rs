//! What an operation answers: by status the outcomes, headers, members and examples.

use super::super::fields::{self, Form};
use doorward_contract::plan::{Operation, StatusPlan};
use doorward_core::outcome::Outcome;
use serde_json::Value;

/// The answers of one status.
pub(super) struct Answered {
    /// The status, or `default`.
    pub(super) status: String,
    /// The reason phrase, or what the contract says.
    pub(super) title: String,
    /// The rest of what the contract says, where no outcomes are known.
    pub(super) said: String,
    /// The outcomes that are answered so.
    pub(super) outcomes: Vec<&'static str>,
    /// The headers beside the usual ones.
    pub(super) headers: Vec<String>,
    /// What is in the body, by media type.
    pub(super) contents: Vec<Content>,
}

/// A body of one media type.
pub(super) struct Content {
    pub(super) media: String,
    pub(super) forms: Vec<Form>,
    /// (outcome, text).
    pub(super) examples: Vec<(String, String)>,
}

/// All answers, in the order of their statuses.
pub(super) fn answers(operation: &Value, plan: Option<&Operation>, document: &Value) -> Vec<Answered> {
    let responses = operation.get("responses").and_then(Value::as_object).into_iter().flatten();
    let mut all: Vec<Answered> = responses
        .map(|(status, response)| answered(status, fields::resolved(response, document), (plan, document)))
        .collect();
    all.sort_by(|one, other| one.status.cmp(&other.status));
    all
}

fn answered(status: &str, response: &Value, (plan, document): (Option<&Operation>, &Value)) -> Answered {
    let description = response.get("description").and_then(Value::as_str).unwrap_or_default();
    let (title, said) = description.split_once(": ").unwrap_or((description, ""));
    let unusual =
        response.get("x-doorward-status").map(|status| format!("{status}, which OpenAPI has no word for: "));
    let outcomes = plan.map(|operation| outcomes(operation, status)).unwrap_or_default();
    let headers = response.get("headers").and_then(Value::as_object).into_iter().flatten();
    let content = response.get("content").and_then(Value::as_object).into_iter().flatten();
    Answered {
        status: status.to_owned(),
        title: format!("{}{title}", unusual.unwrap_or_default()),
        said: if outcomes.is_empty() { said.to_owned() } else { String::new() },
        outcomes,
        headers: headers.map(|(name, _)| name.clone()).collect(),
        contents: content.map(|(media, content)| Content::of(media, content, document)).collect(),
    }
}

/// The outcomes that this status is answered to; what never reaches an operation is left out.
fn outcomes(operation: &Operation, status: &str) -> Vec<&'static str> {
    let tables = operation.bindings.iter().map(|binding| &binding.replies);
    let mut found = Vec::new();
    for table in tables.chain([&operation.replies]) {
        for outcome in Outcome::ALL.iter().copied() {
            let answers = table.of(outcome).iter().any(|guarded| match guarded.reply.status {
                StatusPlan::Fixed(fixed @ 100..=599) => fixed.to_string() == status,
                _ => status == "default",
            });
            let outside = matches!(outcome, Outcome::NotFound | Outcome::MethodNotAllowed);
            if answers && !outside && !found.contains(&outcome.name()) {
                found.push(outcome.name());
            }
        }
    }
    found
}

impl Content {
    fn of(media: &str, content: &Value, document: &Value) -> Content {
        let examples = content.get("examples").and_then(Value::as_object).into_iter().flatten();
        let only = content.get("example").map(|example| ("example".to_owned(), text(example)));
        let each = examples.map(|(name, example)| {
            let value = fields::resolved(example, document).get("value").unwrap_or(&Value::Null);
            (name.trim_end_matches('_').to_owned(), text(value))
        });
        let forms = content.get("schema").map(|schema| fields::forms(schema, document)).unwrap_or_default();
        Content { media: media.to_owned(), forms, examples: only.into_iter().chain(each).collect() }
    }
}

/// An example as it is read: JSON on lines, other bodies as they are.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        value => serde_json::to_string_pretty(value).unwrap_or_else(|_| value.to_string()),
    }
}
