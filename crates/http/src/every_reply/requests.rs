//! Sample requests: whole ones, the least that are valid, and, where the reply comes before validation, junk.

use super::Case;
use crate::extract::Sources;
use doorward_contract::expression::{Kind, Type};
use doorward_contract::plan::{Operation, ParameterPlace};
use doorward_contract::schema::Schema;
use doorward_core::outcome::{Group, Outcome};
use serde_json::{Map, Value, json};

/// The requests that may lead to the reply.
pub(super) fn samples(case: &Case<'_>) -> Vec<Sources> {
    let Some(operation) = case.place.0 else { return vec![Sources::default(), junk()] };
    let mut all = vec![valid(operation, true), valid(operation, false)];
    if before_validation(case.outcome) {
        all.extend([Sources::default(), junk()]);
    }
    all
}

fn before_validation(outcome: Outcome) -> bool {
    outcome == Outcome::InvalidInput
        || matches!(outcome.group(), Some(Group::RequestError | Group::Fault | Group::Unauthenticated))
}

fn junk() -> Sources {
    let odd = || json!({"username": ["a", null], "email": {"b": false}, "password": 7});
    let (path, query, header, cookie) = (odd(), odd(), odd(), odd());
    Sources { body: json!("text"), path, query, header, cookie, basic: Value::Null }
}

fn valid(operation: &Operation, whole: bool) -> Sources {
    let schema = operation.body.types.first().and_then(|(_, schema)| schema.as_deref());
    let body = schema.map_or(Value::Null, |schema| body(schema, whole));
    let mut sources = Sources { body, ..Sources::default() };
    let none = || Value::Object(Map::new());
    (sources.path, sources.query) = (none(), none());
    (sources.header, sources.cookie) = (none(), none());
    for parameter in operation.parameters.iter().filter(|parameter| whole || parameter.required) {
        let place = match parameter.place {
            ParameterPlace::Path => &mut sources.path,
            ParameterPlace::Query => &mut sources.query,
            ParameterPlace::Header => &mut sources.header,
            ParameterPlace::Cookie => &mut sources.cookie,
        };
        let ty = parameter.schema.as_ref().and_then(|schema| schema.type_of(&[]));
        place[&parameter.name] = value(&parameter.name, &ty.unwrap_or_else(Type::text).not_null(), whole);
    }
    sources
}

fn body(schema: &Schema, whole: bool) -> Value {
    let mut members = Map::new();
    for name in schema.members() {
        let ty = schema.type_of(&[name.to_owned()]).unwrap_or_else(Type::any);
        if whole || !ty.nullable {
            members.insert(name.to_owned(), value(name, &ty, whole));
        }
    }
    Value::Object(members)
}

/// A value of this type; where it is not to be whole, null if it may be.
pub(super) fn value(name: &str, ty: &Type, whole: bool) -> Value {
    if ty.nullable && !whole {
        return Value::Null;
    }
    match &ty.kind {
        Kind::Text | Kind::Token | Kind::Any => json!(format!("a {name}")),
        Kind::Enum(words) => words.first().map_or(Value::Null, |word| json!(word)),
        Kind::Integer | Kind::Number => json!(7),
        Kind::Duration => json!(90),
        Kind::Boolean => json!(whole),
        Kind::Time => json!(1_767_225_600_007_i64),
        Kind::List(item) => json!([value(name, item, whole)]),
        Kind::Object(members) => {
            Value::Object(members.iter().map(|(name, ty)| (name.clone(), value(name, ty, whole))).collect())
        }
        Kind::AnyObject => json!({"any": [1, null]}),
        Kind::Nothing => Value::Null,
    }
}
