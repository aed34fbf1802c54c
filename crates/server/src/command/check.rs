//! `doorward contract check` and `contract lint`: what is wrong with contracts, for people, editors and CI.
//!
//! Exit codes: 0 when there is nothing to mend, 1 when there is (errors; for `lint` lints too), 2 when a file could
//! not be read. With `--format json` standard output has one JSON object per finding and line, as
//! [`to_json`] makes them; nothing to say is no line.

use crate::cli::{DONE, NO, UNUSABLE};
use crate::contracts::Contract;
use crate::output::Output;
use crate::start_error::StartError;
use clap::{Args, ValueEnum};
use doorward_contract::backwards::backwards;
use doorward_contract::diagnostic::{codes, render, to_json};
use doorward_contract::{Diagnostic, Severity};
use serde_json::{Value, json};

/// Which files, and how to say it.
#[derive(Args)]
pub(crate) struct Check {
    /// The files (or names of built-in contracts)
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,
    /// For people, or one JSON object per finding and line
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Also say what could be run in reverse: requests built, outcomes recognised, values read back
    #[arg(long)]
    backwards: bool,
    /// Lints that are no reason to object, such as DW102
    #[arg(long, value_name = "CODE", value_delimiter = ',')]
    allow: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Text,
    Json,
}

/// What counts as wrong.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Strictness {
    /// Errors.
    Errors,
    /// Errors and lints.
    Lints,
}

impl Check {
    /// Looks at every file, whatever is wrong with the ones before.
    ///
    /// # Errors
    /// A code under `--allow` is none of a lint.
    pub(crate) fn run(&self, strictness: Strictness, output: Output) -> Result<u8, StartError> {
        for word in &self.allow {
            known_lint(word)?;
        }
        let json = output.json() || self.format == Format::Json;
        let mut code = DONE;
        for file in &self.files {
            let one = match Contract::find(file) {
                Ok(contract) => self.look_at(file, &contract, (strictness, json), output),
                Err(error) if json => {
                    output.text(&format!("{}\n", unreadable(file, &error)));
                    UNUSABLE
                }
                Err(error) => {
                    output.error(&error.to_string());
                    UNUSABLE
                }
            };
            code = code.max(one);
        }
        Ok(code)
    }

    fn look_at(
        &self,
        file: &str,
        contract: &Contract,
        (strictness, json): (Strictness, bool),
        output: Output,
    ) -> u8 {
        let mut loaded = contract.load();
        loaded.diagnostics.retain(|found| !self.allowed(found));
        let found = &loaded.diagnostics;
        let count = |severity| found.iter().filter(|found| found.severity == severity).count();
        let (errors, lints) = (count(Severity::Error), count(Severity::Lint));
        if json {
            let lines = found.iter().map(|found| format!("{}\n", to_json(found, &loaded.sources)));
            output.text(&lines.collect::<String>());
        } else {
            if !found.is_empty() {
                output.aside(&format!("{}\n\n", render(found, &loaded.sources, output.coloured())));
            }
            output.text(&format!("{file}: {}\n", verdict(errors, lints)));
        }
        if let Some(plan) = loaded.plan.as_ref().filter(|_| self.backwards) {
            for report in backwards(plan) {
                output.text(&if json { format!("{}\n", report.json()) } else { report.text() });
            }
        }
        let wrong = loaded.plan.is_none() || strictness == Strictness::Lints && lints > 0;
        if wrong { NO } else { DONE }
    }

    fn allowed(&self, found: &Diagnostic) -> bool {
        let code = found.code.to_string();
        found.severity == Severity::Lint && self.allow.iter().any(|word| word.eq_ignore_ascii_case(&code))
    }
}

/// A word under `--allow` is the code of a lint.
fn known_lint(word: &str) -> Result<(), StartError> {
    let known = codes::Code::from_name(word).filter(|code| code.is_lint());
    known.map(|_| ()).ok_or_else(|| StartError::new(format!("{word} is no lint: lints are DW101 and above")))
}

/// What cannot be read is a finding at the head of its file.
fn unreadable(file: &str, error: &StartError) -> Value {
    let code = codes::INVALID_DOCUMENT;
    json!({
        "code": code.to_string(), "severity": "error", "title": code.meaning(), "message": error.to_string(),
        "file": file, "line": 1, "column": 1, "end": {"line": 1, "column": 1}, "bytes": [0, 0],
        "help": [], "labels": [], "suggestions": [],
    })
}

fn verdict(errors: usize, lints: usize) -> String {
    let many = |count: usize, what: &str| match count {
        1 => format!("1 {what}"),
        _ => format!("{count} {what}s"),
    };
    match (errors, lints) {
        (0, 0) => "good".to_owned(),
        (0, lints) => format!("good, {}", many(lints, "lint")),
        (errors, 0) => many(errors, "error"),
        (errors, lints) => format!("{}, {}", many(errors, "error"), many(lints, "lint")),
    }
}
