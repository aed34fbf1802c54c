//! The JSON Schema of contracts, for editors: made of the same tables that the checker reads by. It knows members,
//! words, actions with their inputs and options, and outcomes. Names in templates, types and what a contract lacks
//! are the checker's alone; a null stands everywhere, since a contract that `extends` another takes away by it.

use crate::compile::{METHODS, definitions, of_operation};
use crate::document::{of_scheme, of_top};
use serde_json::{Map, Value, json};

/// The schema (2020-12) of a whole contract: an OpenAPI document with `x-doorward` at the top, in operations and in
/// security schemes.
#[must_use]
pub fn json_schema() -> Value {
    let operation = json!({"type": ["object", "null"], "properties": {"x-doorward": of_operation()}});
    let methods: Map<String, Value> =
        METHODS.iter().map(|method| ((*method).to_owned(), json!({"$ref": "#/$defs/method"}))).collect();
    let mut defs = definitions();
    defs.insert("method".to_owned(), operation);
    let scheme = json!({"type": ["object", "null"], "properties": {"x-doorward": of_scheme()}});
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A contract of Doorward",
        "description": "An OpenAPI 3.1 document whose `x-doorward` says what the API does.",
        "type": "object",
        "properties": {
            "openapi": {"type": "string"},
            "components": {
                "type": ["object", "null"],
                "properties": {
                    "securitySchemes": {"type": ["object", "null"], "additionalProperties": scheme},
                },
            },
            "paths": {
                "type": ["object", "null"],
                "additionalProperties": {"type": ["object", "null"], "properties": methods},
            },
            "x-doorward": of_top(),
        },
        "required": ["x-doorward"],
        "$defs": defs,
    })
}

/// An object of these members, and no others; what is not known of a member is left open.
pub(crate) fn object(members: &[&str], known: &[(&str, Value)]) -> Value {
    let of =
        |name: &str| known.iter().find(|(own, _)| *own == name).map_or(json!(true), |(_, of)| of.clone());
    let properties: Map<String, Value> = members.iter().map(|name| ((*name).to_owned(), of(name))).collect();
    json!({"type": ["object", "null"], "properties": properties, "additionalProperties": false})
}

/// An object of any members of one kind.
pub(crate) fn each(of: &Value) -> Value {
    json!({"type": ["object", "null"], "additionalProperties": of})
}

/// One of these words.
pub(crate) fn words(words: &[&str]) -> Value {
    let mut all: Vec<Value> = words.iter().map(|word| json!(word)).collect();
    all.push(Value::Null);
    json!({"enum": all})
}

/// A value of this JSON type.
pub(crate) fn a(kind: &str) -> Value {
    json!({"type": [kind, "null"]})
}

/// A list of such items; one alone stands for a list of one.
pub(crate) fn some(of: &Value) -> Value {
    json!({"anyOf": [{"type": "array", "items": of}, of]})
}

/// A length of time: whole seconds, or text like `30m`.
pub(crate) fn duration() -> Value {
    json!({"anyOf": [{"type": "integer", "minimum": 0}, {"type": "string", "pattern": "^[0-9]+[smhdw]$"}, {"type": "null"}]})
}
