//! Languages, texts and the wording of violations.

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
