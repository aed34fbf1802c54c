//! The JSON Schema of what is read here: operations with their actions, replies and shapes.

use super::backend::BACKEND;
use super::caller::CallerInput;
use super::reader::{PARTS, REPLY, SHAPE};
use super::{binding, operation, rule};
use crate::json_schema::{a, duration, each, object, words};
use crate::names::ReplyKey;
use doorward_core::action::ACTIONS;
use doorward_core::identifier::IdentifierKind;
use doorward_core::spec::{ActionSpec, Identifiers, OptionValues};
use serde_json::{Map, Value, json};

/// What is referred to.
pub(crate) fn definitions() -> Map<String, Value> {
    let mut all = Map::new();
    for (name, schema) in [
        ("reply", of_reply()),
        ("replies", of_replies()),
        ("shapes", each(&of_shape())),
        ("checks", of_checks()),
        ("choice", of_choice()),
    ] {
        all.insert(name.to_owned(), schema);
    }
    for action in ACTIONS.iter() {
        all.insert(format!("action.{}", action.spec().name), of_action(action.spec()));
    }
    all
}

/// `x-doorward` of an operation.
pub(crate) fn of_operation() -> Value {
    let mut known = binding_members();
    known.push(("choose", json!({"type": ["array", "null"], "items": {"$ref": "#/$defs/choice"}})));
    let mut schema = object(&operation::MEMBERS, &known);
    schema["allOf"] = ACTIONS.iter().map(|action| shared(action.spec().name)).collect();
    schema
}

/// An action that is named beside `choose` is that of every binding there, unless one of them names its own.
fn shared(name: &str) -> Value {
    let reference = json!({"$ref": format!("#/$defs/action.{name}")});
    json!({
        "if": {
            "properties": {"action": {"const": name}, "choose": {"items": {"not": {"required": ["action"]}}}},
            "required": ["action"],
        },
        "then": {"allOf": [reference, {"properties": {"choose": {"items": reference}}}]},
    })
}

fn of_choice() -> Value {
    let mut known = binding_members();
    known.push(("security", json!({"type": ["array", "null"], "items": {"type": "object"}})));
    let mut schema = object(&binding::CHOICE, &known);
    schema["allOf"] = Value::Array(by_action());
    schema
}

fn binding_members() -> Vec<(&'static str, Value)> {
    let names: Vec<&str> = ACTIONS.iter().map(|action| action.spec().name).chain([BACKEND]).collect();
    vec![
        ("when", a("string")),
        ("action", words(&names)),
        ("why", a("string")),
        ("input", object(&all(&|spec| inputs_of(spec)), &[])),
        ("options", object(&all(&|spec| spec.options.iter().map(|option| option.name).collect()), &[])),
        ("checks", json!({"$ref": "#/$defs/checks"})),
        ("requires", json!({"type": ["array", "null"], "items": {"type": "string"}})),
        ("replies", json!({"$ref": "#/$defs/replies"})),
        ("shapes", json!({"$ref": "#/$defs/shapes"})),
        ("with", a("object")),
    ]
}

/// What any action has, each name once.
fn all(names: &dyn Fn(&ActionSpec) -> Vec<&'static str>) -> Vec<&'static str> {
    let mut all: Vec<&str> = ACTIONS.iter().flat_map(|action| names(action.spec())).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// The inputs of an action by their names, whatever identifiers accounts have.
fn inputs_of(spec: &ActionSpec) -> Vec<&'static str> {
    let mut inputs: Vec<&str> = spec.inputs.iter().map(|input| input.name).collect();
    if spec.identifiers != Identifiers::None {
        inputs.extend(IdentifierKind::ALL.iter().map(|kind| kind.name()));
        inputs.push("identifier");
    }
    inputs.extend(spec.claims.then_some("claims"));
    inputs.extend(spec.profile.then_some("profile"));
    inputs.extend(CallerInput::of_action(spec));
    inputs
}

/// Inputs and options are those of the action that is named.
fn by_action() -> Vec<Value> {
    let one = |name: &str| {
        json!({
            "if": {"properties": {"action": {"const": name}}, "required": ["action"]},
            "then": {"$ref": format!("#/$defs/action.{name}")},
        })
    };
    ACTIONS.iter().map(|action| one(action.spec().name)).collect()
}

fn of_action(spec: &ActionSpec) -> Value {
    let kinds: Vec<&str> = IdentifierKind::ALL.iter().map(|kind| kind.name()).collect();
    let known = [("claims", object(&kinds, &[])), ("profile", json!({"type": ["object", "string", "null"]}))];
    let options: Vec<(&str, Value)> =
        spec.options.iter().map(|option| (option.name, of_option(option.values))).collect();
    let names: Vec<&str> = options.iter().map(|(name, _)| *name).collect();
    json!({
        "description": spec.sentence,
        "properties": {"input": object(&inputs_of(spec), &known), "options": object(&names, &options)},
    })
}

fn of_option(values: OptionValues) -> Value {
    match values {
        OptionValues::Words(all) => words(all),
        OptionValues::Flag(_) => a("boolean"),
        OptionValues::Duration => duration(),
    }
}

/// An outcome, a group, or several with commas.
fn of_replies() -> Value {
    let reply = json!({"$ref": "#/$defs/reply"});
    let names: Vec<&str> = ReplyKey::words().collect();
    let properties: Map<String, Value> =
        names.iter().map(|name| ((*name).to_owned(), reply.clone())).collect();
    let one = names.join("|");
    let several = format!("^({one})( *, *({one}))+$");
    json!({
        "type": ["object", "null"],
        "properties": properties,
        "patternProperties": {several: reply},
        "additionalProperties": false,
    })
}

/// A reply, or a list of guarded ones. Any other member is an argument of its shape.
fn of_reply() -> Value {
    let mut known = parts();
    known.extend([
        ("when", a("string")),
        ("set_cookies", json!({"type": ["array", "null"], "items": {"type": "string"}})),
        ("clear_cookies", json!({"type": ["array", "null"], "items": {"type": "string"}})),
        ("use", a("string")),
    ]);
    let members: Vec<&str> = PARTS.iter().chain(&REPLY).copied().collect();
    let mut one = object(&members, &known);
    one["additionalProperties"] = json!(true);
    one["type"] = json!("object");
    json!({"anyOf": [one, {"type": "array", "items": one}, {"type": "null"}]})
}

fn of_shape() -> Value {
    let mut known = parts();
    known.push(("with", a("object")));
    object(&SHAPE, &known)
}

fn parts() -> Vec<(&'static str, Value)> {
    vec![
        ("status", json!({"type": ["integer", "string", "object", "null"]})),
        ("reason", json!({"type": ["string", "object", "null"]})),
        ("type", a("string")),
        ("headers", a("object")),
    ]
}

fn of_checks() -> Value {
    let check = object(&rule::MEMBERS, &[("that", a("string")), ("at", a("string")), ("rule", a("string"))]);
    json!({"type": ["array", "null"], "items": {"anyOf": [{"type": "string"}, check]}})
}
