//! What was wrong with an input, without ever quoting a value.

use serde_json::{Map, Value, json};

/// One rule that an input broke. Rules are JSON Schema keywords (`required`, `type`, `maxLength` …) plus
/// `json`, `confirm`, `cookie` and the contract's own.
#[derive(Clone, Debug, PartialEq)]
pub struct Violation {
    /// The wire name of the member; nested members are joined by dots. Empty for the whole body.
    pub field: String,
    /// The path segments of the member.
    pub path: Vec<String>,
    /// Where it is, as Ajv's `instancePath`: of the object itself for a missing or unknown member.
    pub pointer: String,
    /// Which rule was broken.
    pub rule: String,
    /// The rule's limit (a length, a bound), null when it has none.
    pub limit: Value,
    /// Ajv's `params` of the rule.
    pub params: Map<String, Value>,
    /// Whether it is a null that broke `type`.
    pub null: bool,
}

impl Violation {
    /// A broken rule without a limit, of a member at the top of the body.
    #[must_use]
    pub fn new(field: &str, rule: &str) -> Violation {
        Violation {
            field: field.to_owned(),
            path: if field.is_empty() { Vec::new() } else { vec![field.to_owned()] },
            pointer: if field.is_empty() { String::new() } else { format!("/{field}") },
            rule: rule.to_owned(),
            limit: Value::Null,
            params: Map::new(),
            null: false,
        }
    }

    /// A member that must be there and is not.
    #[must_use]
    pub fn required(field: &str) -> Violation {
        let mut violation = Violation::new(field, "required");
        violation.pointer = String::new();
        violation.params.insert("missingProperty".to_owned(), json!(field));
        violation
    }

    /// A member of the wrong type.
    #[must_use]
    pub fn of_type(field: &str, expected: &str) -> Violation {
        let mut violation = Violation::new(field, "type");
        violation.params.insert("type".to_owned(), json!(expected));
        violation
    }

    /// The same violation of (or below) another member at the top of the body.
    #[must_use]
    pub fn renamed(self, name: &str) -> Violation {
        if self.rule == "required" && self.path.len() == 1 {
            return Violation::required(name);
        }
        let old = self.path.first().cloned().unwrap_or_default();
        let below = self.field.strip_prefix(old.as_str()).unwrap_or_default();
        let deeper = self.pointer.trim_start_matches('/').split_once('/');
        let field = format!("{name}{below}");
        let pointer = deeper.map_or_else(|| format!("/{name}"), |(_, rest)| format!("/{name}/{rest}"));
        let mut path = self.path;
        if let Some(first) = path.first_mut() {
            name.clone_into(first);
        }
        Violation { field, path, pointer, ..self }
    }

    /// The same violation with a limit, which is also `params.limit`.
    #[must_use]
    pub fn with_limit(mut self, limit: u64) -> Violation {
        self.limit = json!(limit);
        self.params.insert("limit".to_owned(), json!(limit));
        self
    }

    /// The same violation with one of `params`.
    #[must_use]
    pub fn with_param(mut self, name: &str, value: Value) -> Violation {
        self.params.insert(name.to_owned(), value);
        self
    }

    /// A violation of a member's value, seen from the object around it.
    #[must_use]
    pub fn under(self, name: &str) -> Violation {
        let field = if self.field.is_empty() { name.to_owned() } else { format!("{name}.{}", self.field) };
        let mut path = self.path;
        path.insert(0, name.to_owned());
        let pointer = format!("/{}{}", name.replace('~', "~0").replace('/', "~1"), self.pointer);
        Violation { field, path, pointer, ..self }
    }
}
