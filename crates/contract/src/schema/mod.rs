//! Request schemas: validation in the contract's order, and conversion of text sources.

use crate::diagnostic::Diagnostic;
use crate::expression::Type;
use crate::source::Node;
use doorward_core::violation::Violation;
use serde_json::Value;
use std::sync::Arc;

/// A compiled JSON Schema (2020-12, as OpenAPI 3.1 has it) of one body or parameter.
pub struct Schema {}

/// Compiles the schemas of one contract; equal nodes (the same `$ref`, the same anchor) are compiled once.
pub struct Schemas<'d> {
    _contract: &'d Node,
}

/// One member of a request whose schema is not written but follows from what it feeds.
pub struct Inferred {
    /// The names from the body down to it, at least one.
    pub path: Vec<String>,
    /// Its JSON Schema.
    pub schema: Value,
    /// Whether it must be there.
    pub required: bool,
}

impl<'d> Schemas<'d> {
    /// Schemas whose `$ref`s (`#/components/schemas/X`) point into this contract.
    #[must_use]
    pub fn new(_contract: &'d Node) -> Self {
        Self { _contract }
    }

    /// Compiles the schema at a node.
    ///
    /// # Errors
    /// DW001 for what is no JSON Schema or an unknown `$ref`, DW045 for a pattern that is not linear.
    pub fn compile(&mut self, _node: &Node) -> Result<Arc<Schema>, Vec<Diagnostic>> {
        Err(Vec::new())
    }

    /// The schema of an object made of these members.
    #[must_use]
    pub fn infer(&mut self, _members: &[Inferred]) -> Arc<Schema> {
        Arc::new(Schema {})
    }
}

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

    /// The static type of the member at this path of a value that breaks no rule; nullable where it may be
    /// absent. `None` for a member that the schema does not have although it lists its members.
    #[must_use]
    pub fn type_of(&self, _path: &[String]) -> Option<Type> {
        None
    }

    /// The schema as it was written, `$ref`s resolved: for the completed document.
    #[must_use]
    pub fn json(&self) -> &Value {
        &Value::Null
    }

    /// The titles of its members: dotted path, title. For [`crate::wording::Wording::add_labels`].
    #[must_use]
    pub fn titles(&self) -> Vec<(String, String)> {
        Vec::new()
    }
}
