//! Reading a file of accounts, line by line, whatever its format.

use super::csv::CsvLines;
use super::jsonl::{JsonLines, column_of};
use serde_json::{Map, Value};
use std::io::BufRead;

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// One JSON object per line
    Jsonl,
    /// Comma-separated values under a line of names (RFC 4180)
    Csv,
}

impl Format {
    /// The format that a file's name says.
    #[must_use]
    pub fn of_name(name: &str) -> Format {
        let csv = name.trim_end_matches(".refused").to_ascii_lowercase().ends_with(".csv");
        if csv { Format::Csv } else { Format::Jsonl }
    }
}

/// One account as it stands in the file.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The line that it begins on, from 1.
    pub line: u64,
    /// Its text.
    pub text: String,
    /// Its members, or what is wrong with the line: the column and why.
    pub members: Result<Map<String, Value>, (usize, String)>,
    /// The columns in which the members begin; nothing where they are looked for in the text.
    columns: Vec<(String, usize)>,
}

impl Entry {
    pub(super) fn new(
        line: u64,
        text: String,
        members: Result<Map<String, Value>, (usize, String)>,
    ) -> Entry {
        Entry { line, text, members, columns: Vec::new() }
    }

    pub(super) fn at(mut self, columns: Vec<(String, usize)>) -> Entry {
        self.columns = columns;
        self
    }

    /// The column of a member, from 1; that of the line's beginning where it is not there.
    #[must_use]
    pub fn column(&self, member: &str) -> usize {
        match self.columns.iter().find(|(name, _)| name == member) {
            Some((_, column)) => *column,
            None if self.columns.is_empty() => column_of(&self.text, member).unwrap_or(1),
            None => 1,
        }
    }
}

/// A file that is being read.
pub enum Source {
    /// One JSON object per line.
    Jsonl(JsonLines),
    /// Comma-separated values.
    Csv(CsvLines),
}

impl Source {
    /// Begins to read.
    ///
    /// # Errors
    /// The heading of a CSV file cannot be read; with the column.
    pub fn open(format: Format, input: Box<dyn BufRead + Send>) -> Result<Source, (usize, String)> {
        Ok(match format {
            Format::Jsonl => Source::Jsonl(JsonLines::new(input)),
            Format::Csv => Source::Csv(CsvLines::open(input)?),
        })
    }

    /// The heading of a CSV file, as it stands there, and its names with their columns.
    #[must_use]
    pub fn heading(&self) -> Option<(&str, &[(String, usize)])> {
        match self {
            Source::Jsonl(_) => None,
            Source::Csv(csv) => Some((csv.heading(), csv.names())),
        }
    }

    /// The next account; nothing at the end.
    ///
    /// # Errors
    /// The file cannot be read on.
    pub fn read_next(&mut self) -> std::io::Result<Option<Entry>> {
        match self {
            Source::Jsonl(lines) => lines.read_next(),
            Source::Csv(lines) => lines.read_next(),
        }
    }
}

/// A line is never longer: a file without line ends must not fill the memory.
pub(super) const LONGEST: usize = 1024 * 1024;

/// Reads a line without its end; nothing at the end of the file, and an error text for one that is too long or no UTF-8.
pub(super) fn line(input: &mut dyn BufRead) -> std::io::Result<Option<Result<String, String>>> {
    let mut bytes = Vec::new();
    let mut long = false;
    loop {
        let available = input.fill_buf()?;
        if available.is_empty() {
            if bytes.is_empty() && !long {
                return Ok(None);
            }
            break;
        }
        let end = available.iter().position(|byte| *byte == b'\n');
        let taken = end.map_or(available.len(), |end| end + 1);
        if bytes.len() + taken <= LONGEST {
            bytes.extend_from_slice(&available[..taken]);
        } else {
            long = true;
        }
        input.consume(taken);
        if end.is_some() {
            break;
        }
    }
    if long {
        return Ok(Some(Err(format!("the line is longer than {} KiB", LONGEST / 1024))));
    }
    if bytes.last() == Some(&b'\n') {
        bytes.pop();
    }
    if bytes.last() == Some(&b'\r') {
        bytes.pop();
    }
    Ok(Some(String::from_utf8(bytes).map_err(|_| "the line is not UTF-8 text".to_owned())))
}
