//! Profile fields from the command line: texts, read as the contract's types.

use doorward_core::profile::{FieldType, ProfileSchema};
use serde_json::{Map, Value};

/// Reads `name=text` pairs.
///
/// # Errors
/// A sentence: the contract has no such field, the text is not of its type, or a field is given twice.
pub(super) fn read(pairs: &[(String, String)], schema: &ProfileSchema) -> Result<Map<String, Value>, String> {
    let mut profile = Map::new();
    for (name, text) in pairs {
        if profile.contains_key(name) {
            return Err(format!("profile field {name} is given more than once"));
        }
        let Some(field) = schema.field(name) else { return Err(unknown(name, schema)) };
        let Some(value) = value(text, field.kind) else {
            return Err(format!("profile field {name} must be of type {}", field.kind.name()));
        };
        profile.insert(name.clone(), value);
    }
    Ok(profile)
}

fn unknown(name: &str, schema: &ProfileSchema) -> String {
    let known: Vec<&str> = schema.fields.iter().map(|field| field.name.as_str()).collect();
    if known.is_empty() {
        return format!("accounts of this realm have no profile field {name}: they have none at all");
    }
    format!("accounts of this realm have no profile field {name}; they have {}", known.join(", "))
}

fn value(text: &str, kind: FieldType) -> Option<Value> {
    let value = match kind {
        FieldType::Text | FieldType::Date | FieldType::DateTime => Value::String(text.to_owned()),
        FieldType::Integer | FieldType::Number | FieldType::Boolean | FieldType::List | FieldType::Object => {
            serde_json::from_str(text).ok()?
        }
    };
    kind.admits(&value).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use doorward_core::profile::Field;
    use serde_json::json;

    fn schema() -> ProfileSchema {
        let field = |name: &str, kind| Field { nullable: true, ..Field::new(name, kind) };
        let fields = vec![
            field("role", FieldType::Text),
            field("pro", FieldType::Boolean),
            field("level", FieldType::Integer),
            field("tags", FieldType::List),
        ];
        ProfileSchema { fields }
    }

    fn pairs(given: &[(&str, &str)]) -> Vec<(String, String)> {
        given.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn texts_become_what_the_contract_says() {
        let given = pairs(&[("role", "7"), ("pro", "true"), ("level", "7"), ("tags", r#"["a"]"#)]);
        let profile = read(&given, &schema()).unwrap();
        assert_eq!(Value::Object(profile), json!({"role": "7", "pro": true, "level": 7, "tags": ["a"]}));
    }

    #[test]
    fn what_does_not_fit_is_said() {
        for (name, text) in [("pro", "yes"), ("level", "7.5"), ("tags", "{}"), ("level", "")] {
            assert!(read(&pairs(&[(name, text)]), &schema()).unwrap_err().contains(name));
        }
        let sentence = read(&pairs(&[("pro", "true"), ("pro", "false")]), &schema()).unwrap_err();
        assert_eq!(sentence, "profile field pro is given more than once");
        let sentence = read(&pairs(&[("colour", "red")]), &schema()).unwrap_err();
        assert!(sentence.ends_with("role, pro, level, tags"), "{sentence}");
    }
}
