//! JSON Lines: one object per line.

use super::reading::{Entry, line};
use serde_json::{Map, Value};
use std::io::BufRead;

/// A file of JSON Lines that is being read.
pub struct JsonLines {
    input: Box<dyn BufRead + Send>,
    line: u64,
}

impl JsonLines {
    /// Reads this.
    #[must_use]
    pub fn new(input: Box<dyn BufRead + Send>) -> JsonLines {
        JsonLines { input, line: 0 }
    }

    /// The next object; empty lines are passed over.
    ///
    /// # Errors
    /// The file cannot be read on.
    pub fn read_next(&mut self) -> std::io::Result<Option<Entry>> {
        while let Some(read) = line(self.input.as_mut())? {
            self.line += 1;
            let text = match read {
                Ok(text) => text,
                Err(why) => return Ok(Some(Entry::new(self.line, String::new(), Err((1, why))))),
            };
            // Some programs begin their files with a mark of the byte order.
            let text = text.strip_prefix('\u{feff}').map_or(text.clone(), ToOwned::to_owned);
            if text.trim().is_empty() {
                continue;
            }
            let members = members(&text);
            return Ok(Some(Entry::new(self.line, text, members)));
        }
        Ok(None)
    }
}

fn members(text: &str) -> Result<Map<String, Value>, (usize, String)> {
    match serde_json::from_str(text) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) => Err((1, "an account is a JSON object".to_owned())),
        Err(error) => {
            let words = error.to_string();
            let words = words.split(" at line ").next().unwrap_or_default();
            Err((error.column().max(1), format!("this is not JSON: {words}")))
        }
    }
}

/// The column, counted in characters from 1, of a member's name in the text of an object: `profile.born` is `born` in
/// the object of `profile`, or itself.
#[must_use]
pub(super) fn column_of(text: &str, member: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut path: Vec<String> = Vec::new();
    let mut depth = 0usize;
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'"' => {
                let end = end_of_text(bytes, at);
                let is_name = text.get(end..)?.trim_start().starts_with(':');
                if is_name && (1..=2).contains(&depth) {
                    let name: String = serde_json::from_str(text.get(at..end)?).ok()?;
                    path.truncate(depth - 1);
                    path.push(name);
                    if path.len() == depth && path.join(".") == member {
                        return Some(text.get(..at)?.chars().count() + 1);
                    }
                }
                at = end;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    // A profile field may stand beside the rest.
    let field = member.strip_prefix("profile.")?;
    (!field.starts_with("profile.")).then(|| column_of(text, field))?
}

/// Where the text ends that begins with the quotation mark at `start`.
fn end_of_text(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 1,
            b'"' => return at + 1,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &'static str) -> Vec<Entry> {
        let mut lines = JsonLines::new(Box::new(text.as_bytes()));
        std::iter::from_fn(|| lines.read_next().unwrap()).collect()
    }

    #[test]
    fn lines_are_objects() {
        let entries = read("\u{feff}{\"id\":1}\r\n\n  \n[1]\n{\"id\":\n{\"id\":2}");
        let lines: Vec<u64> = entries.iter().map(|entry| entry.line).collect();
        assert_eq!(lines, [1, 4, 5, 6]);
        assert_eq!(entries[0].members.as_ref().unwrap()["id"], 1);
        assert_eq!(entries[1].members, Err((1, "an account is a JSON object".to_owned())));
        let (column, why) = entries[2].members.clone().unwrap_err();
        assert_eq!((column, why.as_str()), (6, "this is not JSON: EOF while parsing a value"));
    }

    #[test]
    fn members_are_found_where_they_stand() {
        let text = r#"{"name": "a \"email\": b", "é": [{"email": 1}], "profile": {"born": 2}, "email": 3, "pro": 4}"#;
        let at = |member: &str| {
            column_of(text, member).map(|column| text.chars().skip(column - 1).take(5).collect())
        };
        assert_eq!(at("name"), Some("\"name".to_owned()));
        assert_eq!(at("email"), Some("\"emai".to_owned()));
        assert_eq!(
            column_of(text, "email"),
            Some(text.chars().count() - "\"email\": 3, \"pro\": 4}".len() + 1)
        );
        assert_eq!(at("profile.born"), Some("\"born".to_owned()));
        assert_eq!(at("profile.pro"), Some("\"pro\"".to_owned()));
        assert_eq!(column_of(text, "phone"), None);
        assert_eq!(column_of("{\"a", "a"), None);
    }
}
