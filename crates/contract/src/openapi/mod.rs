//! The completed OpenAPI document: the contract with the responses that its replies make, with examples, and the
//! request schemas that follow from its inputs. Nothing of `x-doorward` stays but the statuses and outcomes that
//! OpenAPI has no word for.

pub(crate) mod sample;
mod schema;
mod views;

use crate::json_bytes::json_bytes;
use crate::load::Loaded;
use crate::names::phrase;
use crate::plan::{BodyReply, Operation, Plan, Reply, StatusPlan};
use crate::template::CompiledTemplate;
use doorward_core::outcome::Outcome;
use sample::Sample;
use schema::schema_of;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use views::Views;

/// The completed document; nothing for a contract with errors.
#[must_use]
pub fn openapi(loaded: &Loaded) -> Option<Value> {
    let plan = loaded.plan.as_ref()?;
    let mut document = loaded.contract.as_ref()?.to_json();
    let views = Views::of(&loaded.trace, &document);
    for (operation, trace) in plan.operations.iter().zip(&loaded.trace.operations) {
        let paths = document.get_mut("paths").and_then(|paths| paths.get_mut(&trace.path));
        let Some(target) = paths.and_then(|path| path.get_mut(&trace.method)).and_then(Value::as_object_mut)
        else {
            continue;
        };
        if trace.inferred {
            target.insert("requestBody".to_owned(), request_body(operation));
        }
        let asked = trace.bindings.iter().any(|binding| binding.requires);
        if let Some(body) = target.get_mut("requestBody").filter(|_| asked) {
            let pairs = operation.bindings.iter().zip(&trace.bindings);
            let taken = pairs.filter(|(binding, _)| binding.action.spec().name != "refused");
            one_of(body, &taken.map(|(_, trace)| &trace.bodies).collect::<Vec<_>>());
        }
        let written = target.remove("responses");
        let mut responses = written.and_then(|written| written.as_object().cloned()).unwrap_or_default();
        responses.extend(Responses { plan, operation, views: &views }.all());
        target.insert("responses".to_owned(), Value::Object(responses));
    }
    views.publish(&mut document);
    without_extensions(&mut document);
    Some(document)
}

/// Takes `x-doorward` away, from the top, operations and security schemes. What is left to the backend keeps it:
/// readers see there who answers. OpenAPI wants responses there too.
fn without_extensions(value: &mut Value) {
    match value {
        Value::Object(members) => {
            let left = |own: &Value| own.get("action").and_then(Value::as_str) == Some("backend");
            if let Some(own) = members.get("x-doorward").filter(|own| left(own)) {
                let why = own.get("why").and_then(Value::as_str).unwrap_or_default();
                let said = format!("Answered by the team's own backend: {why}");
                members.entry("responses").or_insert_with(|| json!({"default": {"description": said}}));
                return;
            }
            members.shift_remove("x-doorward");
            members.values_mut().for_each(without_extensions);
        }
        Value::Array(items) => items.iter_mut().for_each(without_extensions),
        _ => {}
    }
}

/// Puts beside the schema of an operation's bodies what each of its bindings asks of them.
fn one_of(body: &mut Value, bindings: &[&Value]) {
    let content = body.get_mut("content").and_then(Value::as_object_mut);
    for media in content.into_iter().flat_map(Map::values_mut) {
        let Some(schema) = media.get_mut("schema").and_then(Value::as_object_mut) else { continue };
        if schema.contains_key("anyOf") {
            let whole = Value::Object(std::mem::take(schema));
            schema.insert("allOf".to_owned(), json!([whole]));
        }
        schema.insert("anyOf".to_owned(), json!(bindings));
    }
}

fn request_body(operation: &Operation) -> Value {
    let content = operation.body.types.iter().map(|(media, schema)| {
        let schema = schema.as_ref().map_or_else(|| json!({}), |schema| schema.json().clone());
        (media.clone(), json!({"schema": schema}))
    });
    json!({"required": operation.body.required, "content": content.collect::<Map<_, _>>()})
}

/// A reply and whom it answers.
struct Said<'p> {
    outcome: Outcome,
    reply: &'p Reply,
}

struct Responses<'p> {
    plan: &'p Plan,
    operation: &'p Operation,
    views: &'p Views,
}

impl<'p> Responses<'p> {
    /// The responses by status.
    fn all(&self) -> Map<String, Value> {
        let mut by_status: BTreeMap<String, Vec<Said<'p>>> = BTreeMap::new();
        for said in self.said() {
            let key = match said.reply.status {
                StatusPlan::Fixed(status @ 100..=599) => status.to_string(),
                _ => "default".to_owned(),
            };
            by_status.entry(key).or_default().push(said);
        }
        by_status.into_iter().map(|(key, said)| (key, self.response(&said))).collect()
    }

    /// Every reply of the operation once, with the first outcome that it answers. What never reaches an
    /// operation is left out.
    fn said(&self) -> Vec<Said<'p>> {
        let tables = self.operation.bindings.iter().map(|binding| &binding.replies);
        let mut all: Vec<Said<'p>> = Vec::new();
        for table in tables.chain([&self.operation.replies]) {
            for outcome in Outcome::ALL.iter().copied() {
                if matches!(outcome, Outcome::NotFound | Outcome::MethodNotAllowed) {
                    continue;
                }
                for guarded in table.of(outcome) {
                    let reply = guarded.reply.as_ref();
                    if !all.iter().any(|said| std::ptr::eq(said.reply, reply)) {
                        all.push(Said { outcome, reply });
                    }
                }
            }
        }
        all
    }

    fn response(&self, said: &[Said<'p>]) -> Value {
        let mut response = Map::new();
        response.insert("description".to_owned(), Value::from(self.description(said)));
        let statuses = unusual_statuses(said);
        if let [only] = statuses.as_slice() {
            response.insert("x-doorward-status".to_owned(), json!(only));
        } else if !statuses.is_empty() {
            response.insert("x-doorward-status".to_owned(), json!(statuses));
        }
        let headers = headers(said);
        if !headers.is_empty() {
            response.insert("headers".to_owned(), Value::Object(headers));
        }
        let content = self.content(said);
        if !content.is_empty() {
            response.insert("content".to_owned(), Value::Object(content));
        }
        Value::Object(response)
    }

    /// The reason phrase if the contract words it, else the outcomes in words.
    fn description(&self, said: &[Said<'p>]) -> String {
        let mut words: Vec<String> = Vec::new();
        for one in said {
            let reason = one.reply.reason.as_ref().and_then(|reason| self.text(reason, one.reply));
            let word = reason.unwrap_or_else(|| one.outcome.name().replace('_', " "));
            if !words.contains(&word) {
                words.push(word);
            }
        }
        let standard = match said.first().map(|one| &one.reply.status) {
            Some(StatusPlan::Fixed(status)) => phrase(*status),
            _ => None,
        };
        match standard {
            Some(standard) if words.iter().all(|word| word != standard) => {
                format!("{standard}: {}", words.join("; "))
            }
            _ => words.join("; "),
        }
    }

    fn content(&self, said: &[Said<'p>]) -> Map<String, Value> {
        let mut content: Vec<(String, Vec<Value>, Map<String, Value>)> = Vec::new();
        for one in said {
            let (content_type, template) = match &one.reply.body {
                BodyReply::None => continue,
                BodyReply::Json { content_type, template, .. }
                | BodyReply::Text { content_type, template } => (content_type, template),
            };
            let at = content.iter().position(|(known, ..)| known == content_type).unwrap_or_else(|| {
                content.push((content_type.clone(), Vec::new(), Map::new()));
                content.len() - 1
            });
            let Some((_, schemas, examples)) = content.get_mut(at) else { continue };
            let schema = self.views.referred(schema_of(template.ty()));
            if !schemas.contains(&schema) {
                schemas.push(schema);
            }
            let example = json!({"value": self.value(template, one.reply)});
            if !examples.values().any(|known| *known == example) {
                let mut name = one.outcome.name().to_owned();
                while examples.contains_key(&name) {
                    name.push('_');
                }
                examples.insert(name, example);
            }
        }
        content
            .into_iter()
            .map(|(content_type, mut schemas, examples)| {
                let schema = match schemas.len() {
                    1 => schemas.remove(0),
                    _ => json!({"anyOf": schemas}),
                };
                (content_type, json!({"schema": schema, "examples": examples}))
            })
            .collect()
    }

    fn value(&self, template: &CompiledTemplate, reply: &Reply) -> Value {
        Sample::new(self.plan, Some(self.operation), reply).of(template)
    }

    fn text(&self, template: &CompiledTemplate, reply: &Reply) -> Option<String> {
        match self.value(template, reply) {
            Value::String(text) => Some(text),
            Value::Null => None,
            value => String::from_utf8(json_bytes(&value, 0)).ok(),
        }
    }
}

/// Statuses that OpenAPI has no key for.
fn unusual_statuses(said: &[Said<'_>]) -> Vec<u16> {
    let mut statuses: Vec<u16> = said
        .iter()
        .filter_map(|one| match one.reply.status {
            StatusPlan::Fixed(status) if !(100..=599).contains(&status) => Some(status),
            _ => None,
        })
        .collect();
    statuses.sort_unstable();
    statuses.dedup();
    statuses
}

fn headers(said: &[Said<'_>]) -> Map<String, Value> {
    let mut headers = Map::new();
    let text = || json!({"schema": {"type": "string"}});
    for one in said {
        for (name, template) in &one.reply.headers {
            if template.constant() != Some(&Value::Null) && !name.eq_ignore_ascii_case("content-type") {
                headers.insert(name.clone(), text());
            }
        }
        if !one.reply.set_cookies.is_empty() || !one.reply.clear_cookies.is_empty() {
            headers.insert("Set-Cookie".to_owned(), text());
        }
        if matches!(one.outcome, Outcome::Throttled | Outcome::Overloaded | Outcome::TooSoon) {
            headers.insert("Retry-After".to_owned(), json!({"schema": {"type": "integer"}}));
        }
    }
    headers
}
