//! A plausible value for a schema: guessed from names and types, and made to break no rule where that is easy.

use doorward_contract::schema::Schema;
use serde_json::{Map, Value, json};

/// Texts to try where the guess breaks a rule.
const OTHERS: [&str; 7] =
    ["900101", "1990-01-01", "+1 555 0100", "ann@example.org", "Ann-Example-1", "annexample", "1"];

/// A text for a member or parameter of this name.
pub(super) fn text(name: &str) -> String {
    let name = name.to_lowercase();
    let text = if name.contains("mail") {
        "ann@example.org"
    } else if name.contains("pass") {
        "correct horse"
    } else if name.contains("refresh") {
        "REFRESH_TOKEN"
    } else if name.contains("token") {
        "TOKEN"
    } else if name.contains("phone") || name.contains("contact") {
        "+1 555 0100"
    } else {
        "ann"
    };
    text.to_owned()
}

/// A value for a body.
pub(super) fn sample(schema: &Schema) -> Value {
    let json = schema.json();
    let Some(Value::Object(properties)) = json.get("properties") else { return Value::Null };
    let required: Vec<&str> = match json.get("required") {
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        _ => properties.keys().map(String::as_str).collect(),
    };
    let mut body = Map::new();
    for name in required {
        let guessed =
            properties.get(name).map_or_else(|| Value::String(text(name)), |rule| guess(name, rule));
        body.insert(name.to_owned(), guessed);
    }
    let names: Vec<String> = body.keys().cloned().collect();
    for name in names {
        mend(&mut body, &name, schema);
    }
    Value::Object(body)
}

fn guess(name: &str, rule: &Value) -> Value {
    let first = |key: &str| rule.get(key).and_then(Value::as_array).and_then(|list| list.first()).cloned();
    let given = rule.get("const").or(rule.get("default")).or(rule.get("example")).cloned();
    if let Some(given) = given.or_else(|| first("examples")).or_else(|| first("enum")) {
        return given;
    }
    let kind = match rule.get("type") {
        Some(Value::String(kind)) => kind.as_str(),
        Some(Value::Array(kinds)) => kinds.first().and_then(Value::as_str).unwrap_or("string"),
        _ => "string",
    };
    match kind {
        "boolean" => json!(true),
        "integer" | "number" => json!(1),
        "array" => json!([]),
        "object" => json!({}),
        _ => Value::String(text(name)),
    }
}

/// Tries other texts for a member that breaks a rule.
fn mend(body: &mut Map<String, Value>, name: &str, schema: &Schema) {
    let breaks = |body: &Map<String, Value>| {
        let violations = schema.violations(&Value::Object(body.clone()));
        violations.iter().any(|violation| violation.path.first().is_some_and(|first| first == name))
    };
    let Some(guessed) = body.get(name).filter(|value| value.is_string()).cloned() else { return };
    if !breaks(body) {
        return;
    }
    for other in OTHERS {
        body.insert(name.to_owned(), json!(other));
        if !breaks(body) {
            return;
        }
    }
    body.insert(name.to_owned(), guessed);
}
