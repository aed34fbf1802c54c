//! One text in the languages it is written in.

use crate::expression::{Evaluated, Scope, render_text};
use crate::template::CompiledTemplate;
use serde_json::Value;

/// A text, once for all languages or once per language.
#[derive(Debug)]
pub(crate) struct Localized {
    /// Language and text; a text for all languages has none.
    pub(crate) texts: Vec<(Option<String>, CompiledTemplate)>,
}

impl Localized {
    /// The text in a language, else in the default one, else the first.
    pub(crate) fn in_language(&self, language: &str, default: &str) -> Option<&CompiledTemplate> {
        let of = |wanted: &str| {
            self.texts
                .iter()
                .find(|(language, _)| language.as_deref().is_none_or(|language| language == wanted))
        };
        of(language).or_else(|| of(default)).or_else(|| self.texts.first()).map(|(_, text)| text)
    }

    /// The text as it reads.
    pub(crate) fn render(&self, language: &str, default: &str, scope: &dyn Scope) -> String {
        self.in_language(language, default).map_or_else(String::new, |text| rendered(text, scope))
    }
}

/// A template as text; empty where it is left out.
fn rendered(template: &CompiledTemplate, scope: &dyn Scope) -> String {
    let mut text = String::new();
    if let Evaluated::Value(value) = template.eval(scope) {
        match value {
            Value::String(value) => text = value,
            value => render_text(&value, &mut text),
        }
    }
    text
}
