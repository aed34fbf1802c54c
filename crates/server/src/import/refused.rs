//! The file of refused lines: as they stood, each with the reason, so that it can be put right and imported itself.

use super::members::REFUSED;
use super::reading::Format;
use crate::folder::plain;
use crate::start_error::StartError;
use serde_json::{Map, Value, json};
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

/// Where refused lines go. The file is made with the first of them, for its owner only: it holds password hashes.
pub(super) struct RefusedLines {
    path: PathBuf,
    format: Format,
    heading: Option<String>,
    /// Whether an import goes on that was cut off.
    goes_on: bool,
    file: Option<File>,
}

impl RefusedLines {
    /// Will write here.
    pub(super) fn new(
        path: PathBuf,
        format: Format,
        (heading, goes_on): (Option<&str>, bool),
    ) -> RefusedLines {
        RefusedLines { path, format, heading: heading.map(ToOwned::to_owned), goes_on, file: None }
    }

    /// Writes a line with the reason.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(super) fn write(&mut self, text: &str, reason: &str) -> Result<(), StartError> {
        let line = match self.format {
            Format::Jsonl => json_line(text, reason),
            Format::Csv => format!("{text},{}\n", quoted(reason)),
        };
        let written = self.open().and_then(|file| file.write_all(line.as_bytes()));
        written.map_err(|error| {
            StartError::new(format!("cannot write {}: {}", self.path.display(), plain(&error)))
        })
    }

    fn open(&mut self) -> std::io::Result<&mut File> {
        let file = match self.file.take() {
            Some(file) => file,
            None => {
                let mut options = OpenOptions::new();
                options.create(true).mode(0o600);
                let mut file = match self.goes_on {
                    true => options.append(true).open(&self.path)?,
                    false => options.write(true).truncate(true).open(&self.path)?,
                };
                if let Some(heading) =
                    self.heading.as_ref().filter(|_| file.metadata().is_ok_and(|found| found.len() == 0))
                {
                    let has = heading.split(',').any(|name| name.trim() == REFUSED);
                    let heading = if has { heading.clone() } else { format!("{heading},{REFUSED}") };
                    file.write_all(format!("{heading}\n").as_bytes())?;
                }
                file
            }
        };
        Ok(self.file.insert(file))
    }
}

fn json_line(text: &str, reason: &str) -> String {
    let mut members = Map::new();
    members.insert(REFUSED.to_owned(), json!(reason));
    match serde_json::from_str(text) {
        Ok(Value::Object(given)) => members.extend(given.into_iter().filter(|(name, _)| name != REFUSED)),
        _ => drop(members.insert("text".to_owned(), json!(text))),
    }
    format!("{}\n", Value::Object(members))
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}
