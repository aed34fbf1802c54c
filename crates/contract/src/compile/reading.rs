//! Reading nodes of a contract: what is wrong is noted, and reading goes on.

use crate::diagnostic::{Code, Diagnostic, codes};
use crate::expression::{Ast, Locator, parse as parse_expression};
use crate::source::{Entry, Node, Span};
use crate::template::{Template, parse as parse_template};

/// What was found wrong so far.
#[derive(Default)]
pub(crate) struct Findings {
    pub(crate) all: Vec<Diagnostic>,
}

impl Findings {
    /// Notes a finding.
    pub(crate) fn push(&mut self, finding: Diagnostic) {
        self.all.push(finding);
    }

    /// Notes an error with its help.
    pub(crate) fn error(&mut self, code: Code, span: Span, message: impl Into<String>, help: &str) {
        let error = Diagnostic::error(code, span, message);
        self.push(if help.is_empty() { error } else { error.help(help) });
    }

    /// The value, or nothing and its errors noted.
    pub(crate) fn kept<T>(&mut self, result: Result<T, Vec<Diagnostic>>) -> Option<T> {
        result.map_err(|found| self.all.extend(found)).ok()
    }

    /// A value of the wrong kind.
    pub(crate) fn wrong_kind(&mut self, node: &Node, what: &str, wanted: &str) {
        let message = format!("{what} wants {wanted}, this is {}", node.describe());
        self.error(codes::WRONG_KIND, node.span, message, "");
    }

    /// Reads a template.
    pub(crate) fn template(&mut self, node: &Node) -> Option<Template> {
        self.kept(parse_template(node))
    }

    /// Reads a bare expression.
    pub(crate) fn expression(&mut self, node: &Node, what: &str) -> Option<Ast> {
        let Some(text) = node.as_text() else {
            self.wrong_kind(node, what, "an expression");
            return None;
        };
        self.kept(parse_expression(text, Locator::of(node)).map_err(|error| vec![error]))
    }

    /// Notes members that the language does not know.
    pub(crate) fn unknown_members(&mut self, node: &Node, known: &[&str], what: &str) {
        for entry in node.entries().iter().filter(|entry| !known.contains(&entry.key.as_str())) {
            if self.comma_trap(entry) {
                continue;
            }
            self.push(Diagnostic::unknown_member(codes::UNKNOWN_MEMBER, entry, what, known));
        }
    }

    /// `{message: Hello, world}` is a `message` and a member `world` without a value: whether this is one.
    pub(crate) fn comma_trap(&mut self, entry: &Entry) -> bool {
        if !entry.bare {
            return false;
        }
        let message = format!("`{}` is a member without a value", entry.key);
        let help = "a comma ends a text inside braces: quote this text, or write `: null`";
        self.error(codes::INVALID_DOCUMENT, entry.key_span, message, help);
        true
    }
}
