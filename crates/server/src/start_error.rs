//! Why the program cannot do what it was asked: one sentence for whoever started it.

use doorward_core::fault::Fault;
use serde_json::{Map, Value};
use std::fmt;

/// One clear sentence; it may be preceded by the diagnostics of a contract.
#[derive(Debug)]
pub struct StartError {
    sentence: String,
    diagnostics: Option<String>,
    found: Vec<Value>,
}

impl StartError {
    /// An error that is one sentence.
    #[must_use]
    pub fn new(sentence: impl Into<String>) -> StartError {
        StartError { sentence: sentence.into(), diagnostics: None, found: Vec::new() }
    }

    /// The same with what the contract checker said: for people, and for programs.
    #[must_use]
    pub fn with_diagnostics(mut self, diagnostics: String, found: Vec<Value>) -> StartError {
        self.diagnostics = Some(diagnostics);
        self.found = found;
        self
    }

    /// Both at once: the first one's sentence, and what was found of either.
    #[must_use]
    pub fn and(mut self, other: StartError) -> StartError {
        self.sentence = format!("{}; {}", self.sentence, other.sentence);
        let both: Vec<String> = [self.diagnostics.take(), other.diagnostics].into_iter().flatten().collect();
        self.diagnostics = (!both.is_empty()).then(|| both.join("\n\n"));
        self.found.extend(other.found);
        self
    }

    /// The whole error for programs.
    #[must_use]
    pub fn json(&self) -> Value {
        let mut error = Map::new();
        error.insert("error".to_owned(), Value::String(self.sentence.clone()));
        if !self.found.is_empty() {
            error.insert("diagnostics".to_owned(), Value::Array(self.found.clone()));
        }
        Value::Object(error)
    }

    /// What the contract checker said.
    #[must_use]
    pub fn diagnostics(&self) -> Option<&str> {
        self.diagnostics.as_deref()
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}

impl std::error::Error for StartError {}

impl From<Fault> for StartError {
    fn from(fault: Fault) -> StartError {
        StartError::new(fault.to_string())
    }
}
