//! Schemas with their `$ref`s put in place, so that nothing is looked up later.

use super::unescaped;
use crate::diagnostic::{Diagnostic, codes};
use crate::source::{Node, NodeValue};
use serde_json::{Map, Value, json};

/// Members whose values are data, not schemas.
const DATA: [&str; 5] = ["enum", "const", "default", "example", "examples"];

/// Most values of one schema once its references are put in place: references to references must not fill the
/// memory.
const MAX_VALUES: usize = 50_000;
/// Most references inside each other.
const MAX_INSIDE: usize = 32;

pub(super) struct Expander<'d> {
    contract: &'d Node,
    values: usize,
    /// The references that are being put in place, outermost first.
    inside: Vec<String>,
    /// Whether a schema contains itself; such a `$ref` stays.
    pub(super) recursive: bool,
    pub(super) found: Vec<Diagnostic>,
}

impl<'d> Expander<'d> {
    pub(super) fn new(contract: &'d Node) -> Self {
        Self { contract, values: 0, inside: Vec::new(), recursive: false, found: Vec::new() }
    }

    pub(super) fn expand(&mut self, node: &Node) -> Value {
        self.values += 1;
        if self.values > MAX_VALUES || self.inside.len() > MAX_INSIDE {
            self.too_large(node);
            return Value::Bool(true);
        }
        match &node.value {
            NodeValue::Map(entries) => {
                let reference = node.get("$ref").filter(|reference| reference.as_text().is_some());
                let mut object = Map::new();
                for entry in entries.iter().filter(|entry| reference.is_none() || entry.key != "$ref") {
                    let is_data = DATA.contains(&entry.key.as_str());
                    let value = if is_data { entry.value.to_json() } else { self.expand(&entry.value) };
                    object.insert(entry.key.clone(), value);
                }
                match reference {
                    Some(reference) => with_reference(object, self.referred(reference)),
                    None => Value::Object(object),
                }
            }
            NodeValue::List(items) => Value::Array(items.iter().map(|item| self.expand(item)).collect()),
            _ => node.to_json(),
        }
    }

    fn too_large(&mut self, node: &Node) {
        if self.found.is_empty() {
            let message = if self.inside.len() > MAX_INSIDE {
                format!("more than {MAX_INSIDE} references inside each other")
            } else {
                format!("a schema of more than {MAX_VALUES} values once its references are put in place")
            };
            let error = Diagnostic::error(codes::LIMIT, node.span, message);
            self.found.push(error.help("let fewer schemas refer to each other"));
        }
    }

    fn referred(&mut self, reference: &Node) -> Value {
        let written = reference.as_text().unwrap_or_default();
        if self.inside.iter().any(|outer| outer == written) {
            self.recursive = true;
            return json!({"$ref": written});
        }
        let Some(target) = resolve(self.contract, written) else {
            self.found.push(unknown(self.contract, reference));
            return Value::Bool(true);
        };
        self.inside.push(written.to_owned());
        let expanded = self.expand(target);
        self.inside.pop();
        expanded
    }
}

/// A `$ref` with members beside it means both (JSON Schema 2020-12, section 8.2.3.1).
fn with_reference(mut beside: Map<String, Value>, target: Value) -> Value {
    if beside.is_empty() {
        return target;
    }
    match beside.get_mut("allOf") {
        Some(Value::Array(all)) => all.insert(0, target),
        _ => {
            beside.insert("allOf".to_owned(), Value::Array(vec![target]));
        }
    }
    Value::Object(beside)
}

fn unknown(contract: &Node, reference: &Node) -> Diagnostic {
    let written = reference.as_text().unwrap_or_default();
    let schemas = contract.get("components").and_then(|components| components.get("schemas"));
    let known: Vec<String> = schemas
        .map(|schemas| schemas.entries().iter())
        .into_iter()
        .flatten()
        .map(|entry| format!("#/components/schemas/{}", entry.key))
        .collect();
    Diagnostic::error(codes::INVALID_DOCUMENT, reference.span, format!("`{written}` points at nothing"))
        .suggest(written, known.iter().map(String::as_str))
        .help("a `$ref` points into this document: `#/components/schemas/NAME`")
}

/// The node that a `#/…` reference points at.
pub(super) fn resolve<'d>(contract: &'d Node, reference: &str) -> Option<&'d Node> {
    let pointer = reference.strip_prefix("#/")?;
    pointer.split('/').try_fold(contract, |node, segment| step(node, &unescaped(segment)))
}

/// What a node stands for when it is nothing but a `$ref` (to a `$ref` …).
pub(crate) fn target<'d>(contract: &'d Node, node: &'d Node) -> Option<&'d Node> {
    let mut node = node;
    for _ in 0..16 {
        match (node.entries(), node.get("$ref").and_then(Node::as_text)) {
            ([_], Some(reference)) => node = resolve(contract, reference)?,
            _ => return Some(node),
        }
    }
    None
}

/// The node at a path of the expanded schema, through `$ref`s.
pub(super) fn locate<'d>(contract: &'d Node, node: &'d Node, path: &[String]) -> Option<&'d Node> {
    path.iter().try_fold(target(contract, node)?, |node, segment| {
        step(node, segment).and_then(|found| target(contract, found))
    })
}

fn step<'d>(node: &'d Node, segment: &str) -> Option<&'d Node> {
    match &node.value {
        NodeValue::List(items) => items.get(segment.parse::<usize>().ok()?),
        _ => node.get(segment),
    }
}
