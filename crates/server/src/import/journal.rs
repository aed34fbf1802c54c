//! How far an import of a file has come, beside the data: an import that was cut off goes on after the last line that
//! was written. It only saves time: lines that are read again are there already.

use super::report::Report;
use crate::folder::plain;
use crate::start_error::StartError;
use doorward_core::key::MacKey;
use serde_json::{Value, json};
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// The journal of one import.
pub(super) struct Journal {
    path: PathBuf,
    digest: String,
}

impl Journal {
    /// The journal of this file's import into a realm.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(super) fn of(file: &Path, data: &Path, (realm, how): (&str, &str)) -> Result<Journal, StartError> {
        let read = || -> std::io::Result<String> {
            let mut file = File::open(file)?;
            // Not a secret: it tells one file from another, and one way of reading it from another.
            let key = MacKey::new(String::new(), b"doorward import journal");
            let mut digest = key.mac(&[how.as_bytes()]);
            let mut chunk = vec![0u8; 256 * 1024];
            loop {
                let length = file.read(&mut chunk)?;
                if length == 0 {
                    return Ok(digest.iter().map(|byte| format!("{byte:02x}")).collect());
                }
                digest = key.mac(&[&digest, chunk.get(..length).unwrap_or_default()]);
            }
        };
        let digest = read()
            .map_err(|error| StartError::new(format!("cannot read {}: {}", file.display(), plain(&error))))?;
        Ok(Journal { path: data.join(format!("import-{realm}.journal")), digest })
    }

    /// The last line that was written, if this import was cut off, and what it had come to.
    pub(super) fn read(&self) -> Option<(u64, Report)> {
        let kept: Value = serde_json::from_slice(&fs::read(&self.path).ok()?).ok()?;
        if kept.get("input")?.as_str()? != self.digest {
            return None;
        }
        let count = |name: &str| kept.get(name).and_then(Value::as_u64).unwrap_or(0);
        let report = Report {
            read: count("read"),
            added: count("added"),
            there: count("there"),
            refused: count("refused"),
            ..Report::default()
        };
        Some((count("line"), report))
    }

    /// Notes that all lines up to this one are written.
    ///
    /// # Errors
    /// The data folder cannot be written.
    pub(super) fn note(&self, line: u64, report: &Report) -> Result<(), StartError> {
        let kept = json!({
            "input": self.digest,
            "line": line,
            "read": report.read,
            "added": report.added,
            "there": report.there,
            "refused": report.refused,
        });
        let fresh = self.path.with_extension("journal.new");
        let write = || -> std::io::Result<()> {
            let mut file =
                OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&fresh)?;
            file.write_all(kept.to_string().as_bytes())?;
            fs::rename(&fresh, &self.path)
        };
        write().map_err(|error| {
            StartError::new(format!("cannot write {}: {}", self.path.display(), plain(&error)))
        })
    }

    /// The import is over.
    pub(super) fn close(&self) {
        // One that stays only makes the same import go on after its end, where there is nothing.
        let _ = fs::remove_file(&self.path);
    }
}
