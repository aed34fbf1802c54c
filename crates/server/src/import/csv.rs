//! Comma-separated values under a line of names (RFC 4180): cells may be quoted, and then hold commas, line ends and
//! doubled quotation marks. An empty cell is nothing.

use super::reading::{Entry, LONGEST, line};
use serde_json::{Map, Value};
use std::io::BufRead;

/// A CSV file that is being read.
pub struct CsvLines {
    input: Box<dyn BufRead + Send>,
    line: u64,
    heading: String,
    names: Vec<(String, usize)>,
}

/// A cell, and the column in which it begins, from 1. After a line end within quotation marks columns count on from there.
type Cell = (String, usize);

impl CsvLines {
    /// Reads the heading.
    ///
    /// # Errors
    /// There is none, or it names a column twice; with the column.
    pub fn open(input: Box<dyn BufRead + Send>) -> Result<CsvLines, (usize, String)> {
        let mut csv = CsvLines { input, line: 0, heading: String::new(), names: Vec::new() };
        let read = csv.record().map_err(|error| (1, error.to_string()))?;
        let (_, text, cells) =
            read.ok_or_else(|| (1, "the file is empty: its first line names the columns".to_owned()))?;
        let names = cells?;
        csv.heading = text.trim_start_matches('\u{feff}').to_owned();
        for (number, (name, column)) in names.into_iter().enumerate() {
            let name = if number == 0 { name.trim_start_matches('\u{feff}').to_owned() } else { name };
            let name = name.trim().to_owned();
            if name.is_empty() || csv.names.iter().any(|(known, _)| *known == name) {
                return Err((column, format!("the column name `{name}` is empty, or stands there twice")));
            }
            csv.names.push((name, column));
        }
        Ok(csv)
    }

    /// The first line.
    #[must_use]
    pub fn heading(&self) -> &str {
        &self.heading
    }

    /// Its names.
    #[must_use]
    pub fn names(&self) -> &[(String, usize)] {
        &self.names
    }

    /// The next account; empty lines are passed over.
    ///
    /// # Errors
    /// The file cannot be read on.
    pub fn read_next(&mut self) -> std::io::Result<Option<Entry>> {
        loop {
            let Some((line, text, cells)) = self.record()? else { return Ok(None) };
            if text.is_empty() && cells.is_ok() {
                continue;
            }
            let cells = match cells {
                Ok(cells) if cells.len() == self.names.len() => cells,
                Ok(cells) => {
                    let why = format!("there are {} cells under {} names", cells.len(), self.names.len());
                    return Ok(Some(Entry::new(line, text, Err((1, why)))));
                }
                Err(wrong) => return Ok(Some(Entry::new(line, text, Err(wrong)))),
            };
            let mut members = Map::new();
            let mut columns = Vec::new();
            for ((name, _), (cell, column)) in self.names.iter().zip(cells) {
                columns.push((name.clone(), column));
                if !cell.is_empty() {
                    members.insert(name.clone(), Value::String(cell));
                }
            }
            return Ok(Some(Entry::new(line, text, Ok(members)).at(columns)));
        }
    }

    /// The next record: its line, its text, and its cells or what is wrong with them.
    #[expect(clippy::type_complexity, reason = "three things of one record, used here only")]
    fn record(&mut self) -> std::io::Result<Option<(u64, String, Result<Vec<Cell>, (usize, String)>)>> {
        let Some(first) = line(self.input.as_mut())? else { return Ok(None) };
        self.line += 1;
        let begun = self.line;
        let mut text = match first {
            Ok(text) => text,
            Err(why) => return Ok(Some((begun, String::new(), Err((1, why))))),
        };
        loop {
            match cells(&text) {
                Ok(cells) => return Ok(Some((begun, text, Ok(cells)))),
                Err(Broken::Open(column)) => {
                    let more = if text.len() > LONGEST { None } else { line(self.input.as_mut())? };
                    let Some(more) = more else {
                        let why = "the quotation mark is never closed".to_owned();
                        return Ok(Some((begun, text, Err((column, why)))));
                    };
                    self.line += 1;
                    match more {
                        Ok(more) => text = format!("{text}\n{more}"),
                        Err(why) => return Ok(Some((begun, text, Err((1, why))))),
                    }
                }
                Err(Broken::After(column)) => {
                    let why = "a comma or the line's end must follow a closing quotation mark".to_owned();
                    return Ok(Some((begun, text, Err((column, why)))));
                }
            }
        }
    }
}

enum Broken {
    /// The quotation mark in this column is not closed.
    Open(usize),
    /// Something stands behind a closed one.
    After(usize),
}

fn cells(text: &str) -> Result<Vec<Cell>, Broken> {
    let mut cells = Vec::new();
    let mut letters = text.chars().enumerate().peekable();
    loop {
        let mut cell = String::new();
        let start = letters.peek().map_or(text.chars().count(), |(at, _)| *at) + 1;
        let quoted = letters.next_if(|(_, c)| *c == '"').is_some();
        if quoted {
            loop {
                match letters.next() {
                    None => return Err(Broken::Open(start)),
                    Some((_, '"')) if letters.next_if(|(_, c)| *c == '"').is_some() => cell.push('"'),
                    Some((_, '"')) => break,
                    Some((_, c)) => cell.push(c),
                }
            }
        } else {
            while let Some((_, c)) = letters.next_if(|(_, c)| *c != ',') {
                cell.push(c);
            }
        }
        cells.push((cell, start));
        match letters.next() {
            None => return Ok(cells),
            Some((_, ',')) => {}
            Some((at, _)) => return Err(Broken::After(at + 1)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &'static str) -> Vec<Entry> {
        let mut lines = CsvLines::open(Box::new(text.as_bytes())).unwrap();
        std::iter::from_fn(|| lines.read_next().unwrap()).collect()
    }

    #[test]
    fn cells_are_members_with_their_columns() {
        let entries =
            read("\u{feff}id,\"name\",note\r\n1,ann,\r\n\r\n2,\"b, \"\"b\"\"\n2\",x\n3,c\n4,\"d\"e,\n5,\"f,");
        let members = |n: usize| Value::Object(entries[n].members.clone().unwrap());
        assert_eq!(members(0), serde_json::json!({"id": "1", "name": "ann"}), "an empty cell is nothing");
        assert_eq!(members(1), serde_json::json!({"id": "2", "name": "b, \"b\"\n2", "note": "x"}));
        assert_eq!((entries[0].line, entries[1].line, entries[2].line), (2, 4, 6));
        assert_eq!((entries[0].column("name"), entries[0].column("note")), (3, 7));
        assert_eq!(entries[2].members, Err((1, "there are 2 cells under 3 names".to_owned())));
        assert_eq!(entries[3].members.as_ref().unwrap_err().0, 6);
        assert_eq!(
            entries[4].members.as_ref().unwrap_err(),
            &(3, "the quotation mark is never closed".to_owned())
        );
    }

    #[test]
    fn a_heading_names_every_column_once() {
        for (text, column) in [("", 1), ("a,,b\n", 3), ("a,b,a\n", 5)] {
            assert_eq!(CsvLines::open(Box::new(text.as_bytes())).err().unwrap().0, column);
        }
    }
}
