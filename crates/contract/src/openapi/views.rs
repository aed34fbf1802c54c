//! Views as component schemas.

use super::schema::schema_of;
use crate::compile::Trace;
use serde_json::{Map, Value, json};

/// The views that are objects, as component schemas.
pub(super) struct Views {
    schemas: Vec<(String, Value)>,
}

impl Views {
    /// Those that a reply uses and whose names no schema of the document has.
    pub(super) fn of(trace: &Trace, document: &Value) -> Self {
        let taken = |name: &str| {
            document.pointer("/components/schemas").is_some_and(|known| known.get(name).is_some())
        };
        let views = trace.views.iter().filter(|(name, ..)| is_component(name) && !taken(name));
        let schemas = views.filter_map(|(name, _, ty)| Some((name.clone(), schema_of(ty.as_ref()?))));
        Self { schemas: schemas.filter(|(_, schema)| schema["properties"].is_object()).collect() }
    }

    /// The schema with references where it says what a view says.
    pub(super) fn referred(&self, schema: Value) -> Value {
        if let Some((name, _)) = self.schemas.iter().find(|(_, known)| *known == schema) {
            return json!({"$ref": format!("#/components/schemas/{name}")});
        }
        match schema {
            Value::Object(members) => {
                Value::Object(members.into_iter().map(|(name, value)| (name, self.referred(value))).collect())
            }
            Value::Array(items) => Value::Array(items.into_iter().map(|item| self.referred(item)).collect()),
            other => other,
        }
    }

    /// Adds them to the document.
    pub(super) fn publish(self, document: &mut Value) {
        let Value::Object(top) = document else { return };
        for (name, schema) in self.schemas {
            let components = top.entry("components").or_insert_with(|| Value::Object(Map::new()));
            let Value::Object(components) = components else { return };
            let schemas = components.entry("schemas").or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(schemas) = schemas {
                schemas.insert(name, schema);
            }
        }
    }
}

/// Whether a name may be one of a component.
fn is_component(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
}
