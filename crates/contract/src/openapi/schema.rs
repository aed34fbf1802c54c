//! Static types as JSON Schema.

use crate::expression::{Kind, Type};
use serde_json::{Map, Value, json};

/// The JSON Schema of values of this type.
pub(super) fn schema_of(ty: &Type) -> Value {
    let schema = match &ty.kind {
        Kind::Text | Kind::Token => json!({"type": "string"}),
        Kind::Enum(words) => match words.as_slice() {
            // A constant text: one of many in practice, so only its type is told.
            [_] => json!({"type": "string"}),
            words => json!({"type": "string", "enum": words}),
        },
        Kind::Integer | Kind::Duration => json!({"type": "integer"}),
        Kind::Number => json!({"type": "number"}),
        Kind::Boolean => json!({"type": "boolean"}),
        Kind::Time => json!({"type": ["string", "integer"]}),
        Kind::List(item) if item.kind == Kind::Nothing => json!({"type": "array"}),
        Kind::List(item) => json!({"type": "array", "items": schema_of(item)}),
        Kind::Object(members) => object(members),
        Kind::AnyObject => json!({"type": "object"}),
        Kind::Any => return json!({}),
        Kind::Nothing => return json!({"type": "null"}),
    };
    if ty.nullable { or_null(schema) } else { schema }
}

fn object(members: &[(String, Type)]) -> Value {
    let properties: Map<String, Value> =
        members.iter().map(|(name, ty)| (name.clone(), schema_of(ty))).collect();
    let required: Vec<&str> =
        members.iter().filter(|(_, ty)| !ty.nullable).map(|(name, _)| name.as_str()).collect();
    let mut schema = json!({"type": "object", "properties": properties});
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

fn or_null(mut schema: Value) -> Value {
    if let Some(ty) = schema.get_mut("type").filter(|ty| ty.is_string()) {
        *ty = json!([ty.clone(), "null"]);
    }
    if let Some(Value::Array(words)) = schema.get_mut("enum") {
        words.push(Value::Null);
    }
    schema
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_become_schemas() {
        let object = Kind::Object(vec![
            ("id".to_owned(), Type::integer()),
            ("name".to_owned(), Type::text().or_null()),
        ]);
        assert_eq!(
            schema_of(&Type::list(Type::new(object))),
            json!({"type": "array", "items": {"type": "object",
                "properties": {"id": {"type": "integer"}, "name": {"type": ["string", "null"]}},
                "required": ["id"]}})
        );
        let words = Kind::Enum(vec!["a".to_owned(), "b".to_owned()]);
        assert_eq!(
            schema_of(&Type::new(words).or_null()),
            json!({"type": ["string", "null"], "enum": ["a", "b", null]})
        );
    }
}
