//! What the checker says: a code, a message, the lines it is about, and help.
//!
//! Messages quote contract text only; nothing secret reaches a contract, so nothing secret reaches a message.

pub mod codes;
mod render;
mod suggest;

pub use codes::Code;
pub use render::{render, to_json};
pub use suggest::did_you_mean;

use crate::source::{Entry, Span};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The contract is refused.
    Error,
    /// The contract loads, but gives something away.
    Lint,
}

/// One finding about a contract.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnostic {
    /// What kind of finding.
    pub code: Code,
    /// Whether the contract is refused.
    pub severity: Severity,
    /// One sentence, without a full stop.
    pub message: Box<str>,
    /// Where it is.
    pub primary: Span,
    /// What to say at that place; may be empty.
    pub label: Box<str>,
    /// Other places that explain it.
    pub secondary: Vec<(Span, String)>,
    /// What to do about it.
    pub help: Vec<String>,
    /// The word that was probably meant.
    pub suggestion: Option<Box<Suggestion>>,
}

/// A word that was probably meant, for editors to put in place of the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// The word as it was written, somewhere in the primary span.
    pub word: String,
    /// The word that was probably meant.
    pub with: String,
}

impl Diagnostic {
    /// A member that an object does not know, with those it has.
    #[must_use]
    pub fn unknown_member(code: Code, entry: &Entry, what: &str, known: &[&str]) -> Self {
        let message = format!("{what} has no member `{}`", entry.key);
        let mut error = Self::error(code, entry.key_span, message);
        if entry.bare {
            error = error.help("a text with a comma inside `{…}` wants quotes");
        }
        error.suggest(&entry.key, known.iter().copied()).help(format!("members: {}", known.join(" ")))
    }

    /// A finding that refuses the contract.
    #[must_use]
    pub fn error(code: Code, primary: Span, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Error, primary, message.into())
    }

    /// A finding that is only named.
    #[must_use]
    pub fn lint(code: Code, primary: Span, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Lint, primary, message.into())
    }

    fn new(code: Code, severity: Severity, primary: Span, message: String) -> Self {
        Self {
            code,
            severity,
            message: message.into_boxed_str(),
            primary,
            label: Box::default(),
            secondary: Vec::new(),
            help: Vec::new(),
            suggestion: None,
        }
    }

    /// Says something at the place itself.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into().into_boxed_str();
        self
    }

    /// Points at another place.
    #[must_use]
    pub fn secondary(mut self, span: Span, label: impl Into<String>) -> Self {
        self.secondary.push((span, label.into()));
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    /// Says "did you mean" when a candidate is close to the word.
    #[must_use]
    pub fn suggest<'a>(mut self, word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Self {
        match did_you_mean(word, candidates) {
            Some(candidate) => {
                self.suggestion =
                    Some(Box::new(Suggestion { word: word.to_owned(), with: candidate.to_owned() }));
                self.help(format!("did you mean `{candidate}`?"))
            }
            None => self,
        }
    }
}
