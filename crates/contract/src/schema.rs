//! Request schemas: validation in the contract's order, and conversion of text sources.

use doorward_core::violation::Violation;
use serde_json::Value;

/// A compiled JSON Schema (2020-12, as OpenAPI 3.1 has it) of one body or parameter.
pub struct Schema {}

impl Schema {
    /// Converts text members (of a form, query, path, header, cookie) to the types the schema gives them.
    /// What cannot be converted stays text, and so breaks `type`.
    #[must_use]
    pub fn coerce(&self, value: Value) -> Value {
        value
    }

    /// The rules that a value breaks: missing members, unknown members, then the schema's properties in
    /// order, each with its keywords. No value is ever quoted.
    #[must_use]
    pub fn violations(&self, _value: &Value) -> Vec<Violation> {
        Vec::new()
    }
}
