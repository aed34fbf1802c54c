//! Why the program cannot do what it was asked: one sentence for whoever started it.

use doorward_core::fault::Fault;
use std::fmt;

/// One clear sentence; it may be preceded by the diagnostics of a contract.
#[derive(Debug)]
pub struct StartError {
    sentence: String,
    diagnostics: Option<String>,
}

impl StartError {
    /// An error that is one sentence.
    #[must_use]
    pub fn new(sentence: impl Into<String>) -> StartError {
        StartError { sentence: sentence.into(), diagnostics: None }
    }

    /// The same with what the contract checker said.
    #[must_use]
    pub fn with_diagnostics(mut self, diagnostics: String) -> StartError {
        self.diagnostics = Some(diagnostics);
        self
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
