//! The schema of a request that nobody wrote.

use serde_json::{Map, Value, json};

/// One member of a request whose schema is not written but follows from what it feeds.
pub struct Inferred {
    /// The names from the body down to it, at least one.
    pub path: Vec<String>,
    /// Its JSON Schema.
    pub schema: Value,
    /// Whether it must be there.
    pub required: bool,
}

/// An object of these members; a member said twice keeps its first schema.
pub(super) fn object(members: &[Inferred]) -> Value {
    let mut root = empty();
    for member in members {
        let mut object = &mut root;
        let Some((last, above)) = member.path.split_last() else {
            continue;
        };
        for name in above {
            object = property(object, name, member.required, empty());
        }
        property(object, last, member.required, member.schema.clone());
    }
    root
}

fn empty() -> Value {
    json!({"type": "object", "properties": {}})
}

/// The property of an object schema, made if it is not there.
fn property<'o>(object: &'o mut Value, name: &str, required: bool, schema: Value) -> &'o mut Value {
    if required {
        let list = &mut object["required"];
        if list.is_null() {
            *list = json!([]);
        }
        if let Value::Array(list) = list
            && !list.iter().any(|known| known == name)
        {
            list.push(json!(name));
        }
    }
    let properties = &mut object["properties"];
    if !properties.is_object() {
        *properties = Value::Object(Map::new());
    }
    let place = &mut properties[name];
    if place.is_null() {
        *place = schema;
    }
    place
}
