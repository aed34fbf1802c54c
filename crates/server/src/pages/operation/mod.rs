//! The page of one operation: what it reads, and what it answers when.

mod answers;
pub(super) mod security;

use super::docs::{Listed, full_path, operations};
use super::fields::{self, Field, Form};
use super::{PageRealm, html};
use crate::examples::curl;
use answers::{Answered, answers};
use askama::Template;
use doorward_contract::plan::Operation;
use doorward_http::Page;
use serde_json::Value;

const ROUTE: &str = "/_doorward/{realm}/docs?operation";

/// A media type of the request, with its members.
struct Body {
    media: String,
    forms: Vec<Form>,
}

/// A page before or after this one.
struct Neighbour {
    link: String,
    key: String,
}

#[derive(Template)]
#[template(path = "operation.html")]
struct OperationPage<'a> {
    contract: &'a PageRealm,
    method: &'a str,
    path: String,
    summary: &'a str,
    description: &'a str,
    left: Option<&'a str>,
    hidden_body: bool,
    actions: Vec<(&'static str, &'static str)>,
    credentials: Vec<String>,
    parameters: Vec<Field>,
    body_required: bool,
    bodies: Vec<Body>,
    answers: Vec<Answered>,
    command: Option<String>,
    before: Option<Neighbour>,
    after: Option<Neighbour>,
}

/// The page of the operation with this key: `METHOD /path`.
pub(super) fn page_of(contract: &PageRealm, key: &str) -> Option<Page> {
    let document = contract.document().ok()?;
    let listed = operations(document);
    let at = listed.iter().position(|one| one.key() == key)?;
    let one = listed.get(at)?;
    let path = full_path(contract, one);
    let mut planned = contract.plan.operations.iter();
    let plan = planned.find(|operation| operation.method == one.method && operation.path == path);
    let neighbour = |at: Option<usize>| {
        let key = listed.get(at?)?.key();
        Some(Neighbour { link: contract.operation_link(&key), key })
    };
    let request = one.value.get("requestBody").map(|body| fields::resolved(body, document));
    let view = OperationPage {
        contract,
        method: &one.method,
        summary: one.text("summary"),
        description: one.text("description"),
        left: one.left(),
        hidden_body: one.has_hidden_body(),
        actions: plan.map(actions).unwrap_or_default(),
        credentials: security::alternatives(one.value, document),
        parameters: parameters(one, document),
        body_required: request.is_some_and(|body| body.get("required") == Some(&Value::Bool(true))),
        bodies: request.map(|body| bodies(body, document)).unwrap_or_default(),
        answers: answers(one.value, plan, document),
        command: plan.map(|operation| curl(operation, &contract.plan, &contract.url)),
        before: neighbour(at.checked_sub(1)),
        after: neighbour(Some(at + 1)),
        path,
    };
    Some(html(ROUTE, view.render()))
}

/// The actions that it performs, each once, with what they do.
fn actions(operation: &Operation) -> Vec<(&'static str, &'static str)> {
    let mut actions = Vec::new();
    for binding in &operation.bindings {
        let spec = binding.action.spec();
        if !actions.contains(&(spec.name, spec.sentence)) {
            actions.push((spec.name, spec.sentence));
        }
    }
    actions
}

/// The parameters of the operation and of its path. What both name is the operation's.
fn parameters(one: &Listed<'_>, document: &Value) -> Vec<Field> {
    let mut found: Vec<Field> = Vec::new();
    let lists = [one.value, one.item].map(|holder| holder.get("parameters").and_then(Value::as_array));
    for parameter in lists.into_iter().flatten().flatten() {
        let field = fields::parameter(fields::resolved(parameter, document), document);
        if !found.iter().any(|known| known.name == field.name && known.place == field.place) {
            found.push(field);
        }
    }
    found
}

fn bodies(request: &Value, document: &Value) -> Vec<Body> {
    let content = request.get("content").and_then(Value::as_object).into_iter().flatten();
    let mut bodies: Vec<Body> = Vec::new();
    let mut seen: Vec<&Value> = Vec::new();
    for (media, content) in content {
        let schema = content.get("schema").unwrap_or(&Value::Null);
        // The same members under several media types are shown once.
        match seen.iter().position(|known| *known == schema).and_then(|at| bodies.get_mut(at)) {
            Some(known) => known.media.push_str(&format!(", {media}")),
            None => {
                seen.push(schema);
                bodies.push(Body { media: media.clone(), forms: fields::forms(schema, document) });
            }
        }
    }
    bodies
}
