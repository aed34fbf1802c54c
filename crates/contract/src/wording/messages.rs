//! What a broken rule says when the contract does not: Ajv's words for the rules of JSON Schema.

use doorward_core::violation::Violation;
use serde_json::Value;

pub(super) fn message(violation: &Violation) -> String {
    let param = |name: &str| violation.params.get(name).map(plain).unwrap_or_default();
    let limit = plain(&violation.limit);
    match violation.rule.as_str() {
        "required" => format!("must have required property '{}'", param("missingProperty")),
        "additionalProperties" => "must NOT have additional properties".to_owned(),
        "unevaluatedProperties" => "must NOT have unevaluated properties".to_owned(),
        "type" => format!("must be {}", param("type")),
        "maxLength" => format!("must NOT have more than {limit} characters"),
        "minLength" => format!("must NOT have fewer than {limit} characters"),
        "maxItems" => format!("must NOT have more than {limit} items"),
        "minItems" => format!("must NOT have fewer than {limit} items"),
        "maxProperties" => format!("must NOT have more than {limit} properties"),
        "minProperties" => format!("must NOT have fewer than {limit} properties"),
        "maximum" | "minimum" | "exclusiveMaximum" | "exclusiveMinimum" => {
            format!("must be {} {limit}", param("comparison"))
        }
        "multipleOf" => format!("must be multiple of {limit}"),
        "pattern" => format!("must match pattern \"{}\"", param("pattern")),
        "format" => format!("must match format \"{}\"", param("format")),
        "enum" => "must be equal to one of the allowed values".to_owned(),
        "const" => "must be equal to constant".to_owned(),
        "uniqueItems" => "must NOT have duplicate items".to_owned(),
        "anyOf" => "must match a schema in anyOf".to_owned(),
        "oneOf" => "must match exactly one schema in oneOf".to_owned(),
        "not" => "must NOT be valid".to_owned(),
        "contains" => "must contain at least 1 valid item".to_owned(),
        "propertyNames" => "property name must be valid".to_owned(),
        "false schema" => "boolean schema is false".to_owned(),
        "json" => "must be well-formed JSON".to_owned(),
        "confirm" => "must be the same".to_owned(),
        "cookie" => "must fit into a cookie of 4096 bytes".to_owned(),
        "upper" => "must have an upper-case letter".to_owned(),
        "lower" => "must have a lower-case letter".to_owned(),
        "digit" => "must have a digit".to_owned(),
        "other" => "must have a character that is neither letter nor digit".to_owned(),
        "alphabet" => "must have allowed characters only".to_owned(),
        "min_age" => format!("must be at least {limit} years ago"),
        _ => "must be valid".to_owned(),
    }
}

/// A text as it is, a list joined by commas, anything else as JSON.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(","),
        value => value.to_string(),
    }
}
