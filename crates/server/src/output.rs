//! What the command line says: the one place that writes to standard output and standard error.

use serde_json::{Value, json};
use std::io::{IsTerminal, Write};

/// Standard output and error of one command.
#[derive(Clone, Copy, Debug)]
pub struct Output {
    json: bool,
}

impl Output {
    /// Says things as text, or as JSON.
    #[must_use]
    pub fn new(json: bool) -> Output {
        Output { json }
    }

    /// Whether JSON was asked for.
    #[must_use]
    pub fn json(self) -> bool {
        self.json
    }

    /// Writes a text to standard output as it is.
    pub fn text(self, text: &str) {
        let mut out = std::io::stdout().lock();
        // Who closed the pipe does not want to read: that is no error of ours.
        let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    }

    /// Writes JSON to standard output, readable for people.
    pub fn value(self, value: &Value) {
        self.text(&format!("{value:#}\n"));
    }

    /// Writes a text to standard error as it is.
    pub fn aside(self, text: &str) {
        let mut err = std::io::stderr().lock();
        let _ = err.write_all(text.as_bytes()).and_then(|()| err.flush());
    }

    /// Says in one sentence why it was not done.
    pub fn error(self, sentence: &str) {
        if self.json {
            self.aside(&format!("{}\n", json!({"error": sentence})));
        } else {
            self.aside(&format!("doorward: {sentence}\n"));
        }
    }

    /// Whether somebody watches standard error, and may be shown how far it is.
    #[must_use]
    pub fn on_terminal(self) -> bool {
        self.coloured()
    }

    /// Whether standard error is a terminal that shows colours.
    #[must_use]
    pub fn coloured(self) -> bool {
        !self.json && std::io::stderr().is_terminal()
    }
}
