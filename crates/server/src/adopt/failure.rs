//! How failures look: what is the same in the documented ones is the shape, what differs are its holes.

use super::TODO;
use super::document::Reply;
use super::words;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Words that a reply or the scope has already: no hole is called so.
const TAKEN: [&str; 22] = [
    "status",
    "reason",
    "type",
    "headers",
    "body",
    "use",
    "when",
    "set_cookies",
    "clear_cookies",
    "request",
    "outcome",
    "now",
    "view",
    "query",
    "path",
    "header",
    "cookie",
    "account",
    "session",
    "tokens",
    "violations",
    "field",
];

/// The shape of failures.
#[derive(Default)]
pub(super) struct Failures {
    /// The media type of failures that are plain text.
    text: Option<String>,
    /// Which members a failure has, when it is JSON.
    skeleton: String,
    template: Value,
    /// Holes: name, where they are, and what stands there unless a reply says otherwise.
    holes: Vec<(String, Vec<String>, Value)>,
    /// Whether no example shows their values: a null is then one that nobody knows.
    unknown: bool,
    pub(super) todos: Vec<String>,
}

impl Failures {
    /// What documented failures have in common.
    pub(super) fn of(documented: &[&Reply<'_>]) -> Failures {
        let texts = documented.iter().filter(|reply| reply.is_text()).count();
        if texts * 2 > documented.len() {
            let media = documented.iter().find(|reply| reply.is_text()).and_then(|reply| reply.media.clone());
            return Failures { text: media, ..Failures::default() };
        }
        let mut samples: Vec<(u16, Value)> = documented
            .iter()
            .filter_map(|reply| Some((reply.status, reply.sample().filter(Value::is_object)?)))
            .collect();
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        samples.iter().for_each(|(_, value)| *counts.entry(skeleton(value)).or_default() += 1);
        // A list among its members tells what is wrong with an input: that is one reply's, not everybody's. Where all
        // have one, a text stands in its place in the others.
        if counts.keys().all(|skeleton| skeleton.contains('[')) {
            samples.iter_mut().for_each(|(_, value)| *value = without_lists(value));
            counts = BTreeMap::new();
            samples.iter().for_each(|(_, value)| *counts.entry(skeleton(value)).or_default() += 1);
        }
        let plain = counts.iter().max_by_key(|(skeleton, count)| (!skeleton.contains('['), **count));
        let Some((skeleton, _)) = plain else { return Failures::default() };
        let alike: Vec<&(u16, Value)> =
            samples.iter().filter(|(_, value)| self::skeleton(value) == *skeleton).collect();
        let unknown = documented.iter().all(|reply| reply.example.is_none());
        let mut failures = Failures { skeleton: skeleton.clone(), unknown, ..Failures::default() };
        let first = alike.first().map_or(Value::Null, |(_, value)| value.clone());
        failures.template = failures.part(&first, &mut Vec::new(), &alike);
        failures
    }

    fn part(&mut self, value: &Value, path: &mut Vec<String>, alike: &[&(u16, Value)]) -> Value {
        if let Value::Object(members) = value {
            let member = |(name, value): (&String, &Value)| {
                path.push(name.clone());
                let part = self.part(value, path, alike);
                path.pop();
                (name.clone(), part)
            };
            return members.iter().map(member).collect();
        }
        let name = path.last().cloned().unwrap_or_default();
        let all: Vec<(u16, &Value)> =
            alike.iter().filter_map(|(status, sample)| Some((*status, at(sample, path)?))).collect();
        if all.iter().all(|(status, value)| value.as_u64() == Some(u64::from(*status))) {
            return json!("$status");
        }
        let nobody_knows = self.unknown && value.is_null();
        if nobody_knows && words::is_success(&name) {
            return json!(false);
        }
        let wording = words::is_message(&name) && (value.is_string() || nobody_knows);
        let same = all.iter().all(|(_, other)| *other == value);
        if same && !wording && !nobody_knows && (all.len() > 1 || value.is_null() || value.is_boolean()) {
            return escaped(value);
        }
        let hole = self.name(&name);
        let usual = match (wording, nobody_knows) {
            (true, _) => json!("$outcome.title"),
            (_, true) => json!(format!("{TODO}.{}", words::plain(&name))),
            _ => escaped(value),
        };
        if !wording {
            self.todos.push(format!(
                "failures: what is `{}` where nothing is documented? see `shapes.failure.with.{hole}`",
                path.join(".")
            ));
        }
        self.holes.push((hole.clone(), path.clone(), usual));
        json!(format!("${hole}"))
    }

    /// A name for a hole, after the member it fills.
    fn name(&self, member: &str) -> String {
        let mut name: String = member
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' })
            .collect();
        if TAKEN.contains(&name.as_str()) || !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
            name = format!("its_{name}");
        }
        while self.holes.iter().any(|(known, ..)| *known == name) {
            name.push_str("_too");
        }
        name
    }

    /// The shape, as the contract writes it.
    pub(super) fn shape(&self) -> Value {
        if let Some(media) = &self.text {
            return json!({"type": media, "body": "$message", "with": {"message": "$outcome.title"}});
        }
        if self.skeleton.is_empty() {
            return json!({"# TODO: no failure is documented with its body": null, "body": {"error": "$outcome.name"}});
        }
        let with: Map<String, Value> =
            self.holes.iter().map(|(name, _, usual)| (name.clone(), usual.clone())).collect();
        if with.is_empty() {
            json!({"body": self.template})
        } else {
            json!({"body": self.template, "with": with})
        }
    }

    /// The reply that says what is documented.
    pub(super) fn reply(&self, documented: &Reply<'_>, open: &mut Vec<String>) -> Value {
        let mut reply = Map::from_iter([("status".to_owned(), json!(documented.status))]);
        let Some(sample) = documented.sample() else { return Value::Object(reply) };
        if documented.is_text() {
            let text = if sample.is_string() { escaped(&sample) } else { json!("$outcome.title") };
            if self.text == documented.media {
                reply.insert("message".to_owned(), text);
            } else {
                reply.insert("type".to_owned(), json!(documented.media));
                reply.insert("body".to_owned(), text);
            }
        } else if self.text.is_none() && skeleton(&sample) == self.skeleton {
            for (hole, path, usual) in &self.holes {
                if let Some(value) =
                    at(&sample, path).map(escaped).filter(|value| value != usual && !value.is_null())
                {
                    reply.insert(hole.clone(), value);
                }
            }
        } else {
            if self.text.is_some() {
                reply.insert("type".to_owned(), json!(documented.media));
            }
            reply.insert("body".to_owned(), whole(&sample, documented.status, open));
        }
        Value::Object(reply)
    }
}

/// A documented body as it stands, but for its lists: those are computed.
fn whole(value: &Value, status: u16, open: &mut Vec<String>) -> Value {
    match value {
        Value::Object(members) => {
            members.iter().map(|(name, value)| (name.clone(), whole(value, status, open))).collect()
        }
        Value::Array(_) => {
            open.push(format!("{status}: how is the list of what is wrong made? `$each` over `$violations`"));
            json!(format!("{TODO}.violations"))
        }
        other => escaped(other),
    }
}

fn without_lists(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            members.iter().map(|(name, value)| (name.clone(), without_lists(value))).collect()
        }
        Value::Array(_) => Value::Null,
        other => other.clone(),
    }
}

/// Members and their nesting: `{code:.,error:{message:.}}`.
fn skeleton(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let members: Vec<String> =
                members.iter().map(|(name, value)| format!("{name}:{}", skeleton(value))).collect();
            format!("{{{}}}", members.join(","))
        }
        Value::Array(_) => "[]".to_owned(),
        _ => ".".to_owned(),
    }
}

fn at<'v>(value: &'v Value, path: &[String]) -> Option<&'v Value> {
    path.iter().try_fold(value, |value, name| value.get(name))
}

/// A constant as a template: a dollar sign is doubled.
pub(super) fn escaped(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(text.replace('$', "$$")),
        other => other.clone(),
    }
}
