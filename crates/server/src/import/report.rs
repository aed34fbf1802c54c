//! What came of an import, in words and as JSON.

use super::hashes::Tally;
use serde_json::{Value, json};
use std::fmt::Write;

/// How many refusals are told one by one at the end; all of them are in the file of refused lines.
const TOLD: usize = 1000;

/// What came of an import.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The file, as it is named in messages.
    pub file: String,
    /// Whether nothing was written.
    pub dry_run: bool,
    /// How many accounts the file has.
    pub read: u64,
    /// How many were added, or would be.
    pub added: u64,
    /// How many were there already.
    pub there: u64,
    /// How many were refused.
    pub refused: u64,
    /// The line after which an import went on that was cut off.
    pub after: Option<u64>,
    /// The hashes.
    pub hashes: Tally,
    /// The refusals, the first of them.
    pub refusals: Vec<Refusal>,
    /// Where refused lines are.
    pub refused_file: Option<String>,
    /// Whether it was all or nothing, and so nothing.
    pub nothing: bool,
    /// How many hashes are made at a time: wrapping is estimated by it.
    pub cores: u64,
}

/// A line that was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The line, from 1.
    pub line: u64,
    /// The column, from 1.
    pub column: usize,
    /// Why.
    pub why: String,
}

impl Report {
    /// One more.
    pub(super) fn refuse(&mut self, refusal: Refusal) {
        self.refused += 1;
        if self.refusals.len() < TOLD {
            self.refusals.push(refusal);
        }
    }

    /// For programs.
    #[must_use]
    pub fn json(&self) -> Value {
        let refusal = |one: &Refusal| json!({"line": one.line, "column": one.column, "why": one.why});
        json!({
            "file": self.file,
            "dry_run": self.dry_run,
            "read": self.read,
            "added": self.added,
            "there": self.there,
            "refused": self.refused,
            "goes_on_after_line": self.after,
            "hashes": self.hashes.formats,
            "wrapped": self.hashes.wrapped,
            "refusals": self.refusals.iter().map(refusal).collect::<Vec<_>>(),
            "refused_lines": self.refused_file,
        })
    }

    /// For people.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        let mut line = |name: &str, count: u64, note: &str| {
            let _ = writeln!(text, "{}", format!("  {name:<22} {count:>9}{note}").trim_end());
        };
        let refused = self.refused_file.as_ref().filter(|_| self.refused > 0);
        let refused = refused.map(|file| format!("   see {file}")).unwrap_or_default();
        line(if self.dry_run { "would be added" } else { "added" }, self.added, "");
        line("there already", self.there, "");
        line(if self.dry_run { "would be refused" } else { "refused" }, self.refused, &refused);
        for (format, count) in &self.hashes.formats {
            let name =
                if format == "none" { "without a password".to_owned() } else { format!("hashes: {format}") };
            line(&name, *count, "");
        }
        if self.hashes.wrapped > 0 {
            let verb = if self.dry_run { "would be wrapped" } else { "wrapped" };
            line(verb, self.hashes.wrapped, &self.wrapping());
        }
        let went_on = self.after.map(|after| format!(" (it went on after line {after})")).unwrap_or_default();
        let counted = if self.read == 1 { "account" } else { "accounts" };
        let end = if self.nothing { "nothing was imported: every line must be good for that\n" } else { "" };
        format!("{}: {} {counted}{went_on}\n{text}{end}", self.file, self.read)
    }

    /// How long wrapping takes.
    fn wrapping(&self) -> String {
        let each = doorward_password::HashCost::default().guess();
        let seconds = self.hashes.wrapped.saturating_mul(each) / self.cores.max(1) / 1_000_000_000;
        if self.dry_run && seconds > 0 { format!("   takes about {seconds} s") } else { String::new() }
    }
}
