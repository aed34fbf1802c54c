//! Languages, texts and the wording of violations.

use crate::expression::Type;
use crate::template::CompiledTemplate;
use doorward_core::violation::Violation;
use serde_json::Value;

/// A contract's texts.
#[derive(Default)]
pub struct Wording {}

impl Wording {
    /// The language to answer in: the best of the offered ones for an `Accept-Language` text (RFC 9110
    /// section 12.5.4), or the default.
    #[must_use]
    pub fn language(&self, _accept_language: Option<&str>) -> String {
        "en".to_owned()
    }

    /// `languages.from`: what the language is read from instead of `Accept-Language`, evaluated over
    /// [`crate::scope::Root::Header`], `Query`, `Cookie`, `PathParameters` and `Request`. Its text goes into
    /// [`Wording::language`].
    #[must_use]
    pub fn from(&self) -> Option<&CompiledTemplate> {
        None
    }

    /// The keys of `texts`.
    #[must_use]
    pub fn text_keys(&self) -> Vec<String> {
        Vec::new()
    }

    /// The titles of request members ([`crate::schema::Schema::titles`]), used as `label`; the first one said
    /// of a member stays.
    pub fn add_labels(&mut self, _titles: Vec<(String, String)>) {}

    /// The type of an item of `violations`.
    #[must_use]
    pub fn violation_type(&self) -> Type {
        Type::any()
    }

    /// A text by key.
    #[must_use]
    pub fn text(&self, _key: &str, _language: &str) -> Option<String> {
        None
    }

    /// A violation as templates see it: field path pointer rule code message label limit params args.
    #[must_use]
    pub fn violation(&self, _violation: &Violation, _language: &str) -> Value {
        Value::Null
    }
}
