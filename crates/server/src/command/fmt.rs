//! `doorward contract fmt`: writes contract files as they are usually written.

use crate::cli::{DONE, NO};
use crate::folder::plain;
use crate::output::Output;
use crate::start_error::StartError;
use clap::Args;
use doorward_contract::diagnostic::{render, to_json};
use doorward_contract::fmt::format;
use serde_json::{Value, json};
use std::path::PathBuf;

/// Which files, and whether they are written.
#[derive(Args)]
pub(crate) struct Fmt {
    /// Contract files
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// Write nothing; name the files that would change and their first line that would
    #[arg(long)]
    check: bool,
}

impl Fmt {
    /// Formats the files.
    ///
    /// # Errors
    /// A file cannot be read or written, or is no YAML.
    pub(crate) fn run(self, output: Output) -> Result<u8, StartError> {
        let mut found: Vec<Value> = Vec::new();
        for file in &self.files {
            let name = file.display().to_string();
            let failed = |done: &str, error: &std::io::Error| {
                StartError::new(format!("cannot {done} the contract {name}: {}", plain(error)))
            };
            let text = std::fs::read_to_string(file).map_err(|error| failed("read", &error))?;
            let tidy = format(&name, &text).map_err(|(sources, errors)| {
                let shown = render(&errors, &sources, output.coloured());
                let found = errors.iter().map(|error| to_json(error, &sources)).collect();
                StartError::new(format!("{name} cannot be formatted")).with_diagnostics(shown, found)
            })?;
            if tidy == text {
                continue;
            }
            let (line, before, after) = first_difference(&text, &tidy);
            if !self.check {
                std::fs::write(file, &tidy).map_err(|error| failed("write", &error))?;
            }
            if !output.json() && self.check {
                output.text(&format!("{name}:{line}\n- {before}\n+ {after}\n"));
            } else if !output.json() {
                output.text(&format!("{name}\n"));
            }
            found.push(json!({"file": name, "line": line, "before": before, "after": after}));
        }
        let differs = !found.is_empty();
        if output.json() {
            output.value(&Value::Array(found));
        }
        Ok(if self.check && differs { NO } else { DONE })
    }
}

/// The number of the first line that differs, and that line on both sides.
fn first_difference<'t>(before: &'t str, after: &'t str) -> (usize, &'t str, &'t str) {
    let (mut old, mut new) = (before.split('\n'), after.split('\n'));
    let mut line = 0;
    loop {
        line += 1;
        match (old.next(), new.next()) {
            (Some(old), Some(new)) if old == new => {}
            (old, new) => return (line, old.unwrap_or(""), new.unwrap_or("")),
        }
    }
}
