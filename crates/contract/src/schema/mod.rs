//! Request schemas: validation in the contract's order, and conversion of text sources.

mod coerce;
mod expand;
mod fits;
mod formats;
mod infer;
mod order;
mod shape;
mod types;

pub(crate) use expand::target;
pub use fits::Misfit;
pub use infer::Inferred;

use crate::diagnostic::{Diagnostic, codes};
use crate::expression::Type;
use crate::source::Node;
use doorward_core::profile::ValueRules;
use doorward_core::violation::Violation;
use expand::Expander;
use jsonschema::{Draft, PatternOptions, ValidationError, ValidationOptions, Validator};
use serde_json::{Value, json};
use shape::Shape;
use std::sync::Arc;

/// A compiled JSON Schema (2020-12, as OpenAPI 3.1 has it) of one body or parameter.
pub struct Schema {
    json: Value,
    shape: Shape,
    validator: Option<Validator>,
}

/// Compiles the schemas of one contract; equal ones (the same `$ref`, the same anchor) are compiled once. Where
/// they stand says nothing: an anchor of a patch may lie over several bases.
pub struct Schemas<'d> {
    contract: &'d Node,
    options: ValidationOptions<'static>,
    /// By their text: the order of members counts.
    compiled: Vec<(String, Arc<Schema>)>,
}

impl<'d> Schemas<'d> {
    /// Schemas whose `$ref`s (`#/components/schemas/X`) point into this contract.
    #[must_use]
    pub fn new(contract: &'d Node) -> Self {
        let options = jsonschema::options()
            .with_draft(Draft::Draft202012)
            .offline()
            .with_pattern_options(PatternOptions::regex())
            .should_validate_formats(true)
            .should_ignore_unknown_formats(true)
            .with_format("email", formats::email);
        Self { contract, options, compiled: Vec::new() }
    }

    /// Compiles the schema at a node.
    ///
    /// # Errors
    /// DW001 for what is no JSON Schema or an unknown `$ref`, DW045 for a pattern that is not linear.
    pub fn compile(&mut self, node: &Node) -> Result<Arc<Schema>, Vec<Diagnostic>> {
        let node = expand::target(self.contract, node).unwrap_or(node);
        let mut expander = Expander::new(self.contract);
        let mut json = expander.expand(node);
        if !expander.found.is_empty() {
            return Err(expander.found);
        }
        if expander.recursive {
            self.add_components(&mut json);
        }
        let text = json.to_string();
        if let Some((_, schema)) = self.compiled.iter().find(|(known, _)| *known == text) {
            return Ok(Arc::clone(schema));
        }
        let validator = self.options.build(&json).map_err(|error| vec![self.refused(node, &error)])?;
        let shape = Shape::of(&json);
        let schema = Arc::new(Schema { json, shape, validator: Some(validator) });
        self.compiled.push((text, Arc::clone(&schema)));
        Ok(schema)
    }

    /// The schema of an object made of these members.
    #[must_use]
    pub fn infer(&mut self, members: &[Inferred]) -> Arc<Schema> {
        let json = infer::object(members);
        let shape = Shape::of(&json);
        let validator = self.options.build(&json).ok();
        Arc::new(Schema { json, shape, validator })
    }

    /// What a recursive `$ref` points at.
    fn add_components(&self, json: &mut Value) {
        let components = self.contract.get("components").and_then(|components| components.get("schemas"));
        if let (Some(schemas), Value::Object(object)) = (components, json) {
            object.insert("components".to_owned(), json!({"schemas": schemas.to_json()}));
        }
    }

    fn refused(&self, node: &Node, error: &ValidationError<'_>) -> Diagnostic {
        let pointer = error.instance_path().as_str();
        let mut segments: Vec<String> = pointer.split('/').skip(1).map(unescaped).collect();
        let mut at = expand::locate(self.contract, node, &segments);
        if let Some(pattern) = at.and_then(|at| self.broken_pattern(at)) {
            at = Some(pattern);
            segments.push("pattern".to_owned());
        }
        let span = at.unwrap_or(node).span;
        if segments.last().is_some_and(|last| last == "pattern" || last == "patternProperties") {
            return Diagnostic::error(codes::PATTERN_NOT_LINEAR, span, "this pattern cannot be matched in linear time")
                .label("no look-around and no back-references")
                .help("several requirements are an `allOf` of simple patterns: `allOf: [{pattern: '[a-z]'}, {pattern: '[0-9]'}]`");
        }
        let keyword = segments.last().cloned().unwrap_or_default();
        Diagnostic::error(codes::INVALID_DOCUMENT, span, format!("this is no JSON Schema: {error}"))
            .label(if keyword.is_empty() { String::new() } else { format!("at `{keyword}`") })
            .help("schemas are JSON Schema 2020-12, as OpenAPI 3.1 has it")
    }

    /// The pattern below a node that does not compile, where the error does not point at it.
    fn broken_pattern<'n>(&self, node: &'n Node) -> Option<&'n Node> {
        let pattern = node.get("pattern")?;
        let alone = json!({"pattern": pattern.as_text()?});
        self.options.build(&alone).is_err().then_some(pattern)
    }
}

impl ValueRules for Schema {
    fn broken(&self, value: &Value) -> Vec<Violation> {
        self.violations(value)
    }
}

/// A segment of a JSON pointer as a name.
fn unescaped(segment: &str) -> String {
    segment.replace("~1", "/").replace("~0", "~")
}

impl Schema {
    /// Converts text members (of a form, query, path, header, cookie) to the types the schema gives them.
    /// What cannot be converted stays text, and so breaks `type`.
    #[must_use]
    pub fn coerce(&self, value: Value) -> Value {
        coerce::coerce(&self.shape, value)
    }

    /// The rules that a value breaks: missing members, unknown members, then the schema's properties in
    /// order, each with its keywords. No value is ever quoted.
    #[must_use]
    pub fn violations(&self, value: &Value) -> Vec<Violation> {
        match &self.validator {
            Some(validator) if !validator.is_valid(value) => {
                order::violations(validator, &self.json, &self.shape, value)
            }
            _ => Vec::new(),
        }
    }

    /// The static type of the member at this path of a value that breaks no rule; nullable where it may be
    /// absent. `None` for a member that the schema does not have although it lists its members.
    #[must_use]
    pub fn type_of(&self, path: &[String]) -> Option<Type> {
        types::type_of(&self.shape, path)
    }

    /// The schema as it was written, `$ref`s resolved: for the completed document.
    #[must_use]
    pub fn json(&self) -> &Value {
        &self.json
    }

    /// The names of the members at the top, in the schema's order.
    #[must_use]
    pub fn members(&self) -> Vec<&str> {
        self.shape.properties.iter().map(|property| property.name.as_str()).collect()
    }

    /// The titles of its members: dotted path, title. For [`crate::wording::Wording::add_labels`].
    #[must_use]
    pub fn titles(&self) -> Vec<(String, String)> {
        self.shape.titles()
    }
}

#[cfg(test)]
mod tests;
