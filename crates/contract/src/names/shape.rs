//! The names of a shape: those always in scope, `account session tokens`, and its arguments.

use super::reply::ReplyNames;
use crate::expression::{Names, Reference, Type};
use crate::source::Span;
use crate::template::CompiledTemplate;
use std::sync::Arc;

/// Names that are never parameters of a shape.
const GIVEN: [&str; 13] = [
    "request", "outcome", "status", "now", "view", "body", "query", "path", "header", "cookie", "account",
    "session", "tokens",
];

/// Whether a name that a shape uses is one of its parameters.
pub(crate) fn is_parameter(name: &str) -> bool {
    !GIVEN.contains(&name)
}

/// The names of a shape while it is filled.
pub(crate) struct ShapeNames<'n, 'd> {
    /// The names of the reply that uses it.
    pub(crate) reply: &'n ReplyNames<'d>,
    /// Its arguments, evaluated where the reply stands.
    pub(crate) arguments: &'n [(String, Arc<CompiledTemplate>)],
}

impl Names for ShapeNames<'_, '_> {
    fn lookup(&self, path: &[String]) -> Option<Reference> {
        let (first, rest) = path.split_first()?;
        if !is_parameter(first) {
            return self.reply.lookup(path);
        }
        let (_, argument) = self.arguments.iter().find(|(name, _)| name == first)?;
        Reference::template(Arc::clone(argument), rest)
    }

    fn all(&self) -> Vec<String> {
        let given = self.reply.all();
        let mut all: Vec<String> = self.arguments.iter().map(|(name, _)| name.clone()).collect();
        all.extend(given.into_iter().filter(|name| !is_parameter(name.split('.').next().unwrap_or(name))));
        all
    }

    fn text_keys(&self) -> Vec<String> {
        self.reply.text_keys()
    }

    fn notes_null(&self, span: Span, never: Option<&Type>) -> bool {
        self.reply.notes_null(span, never)
    }
}
