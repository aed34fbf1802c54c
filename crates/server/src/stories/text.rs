//! Texts of a story: characters, names of values that were kept, and holes for what the contract computes.

use regex::Regex;
use serde_json::Value;
use std::collections::BTreeMap;

/// A text with names and holes in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// What it is made of, in order.
    pub pieces: Vec<Piece>,
}

/// A piece of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// These characters.
    Plain(String),
    /// The value that was kept under this name.
    Name(String),
    /// Something of this kind, whatever it is.
    Hole(Hole),
}

/// A kind of value that a story does not know beforehand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hole {
    /// Whatever is there.
    Any,
    /// A text that is not empty.
    Text,
    /// A number.
    Number,
    /// A whole number.
    Integer,
    /// `true` or `false`.
    Boolean,
    /// A moment: RFC 3339 and its relatives, an HTTP date, or seconds or milliseconds since 1970.
    Time,
    /// A UUID.
    Uuid,
    /// 24 hexadecimal digits.
    Hex24,
    /// A JWT in three parts.
    Jwt,
    /// A list.
    List,
    /// An object.
    Object,
}

const HOLES: [(&str, Hole); 11] = [
    ("any", Hole::Any),
    ("text", Hole::Text),
    ("number", Hole::Number),
    ("integer", Hole::Integer),
    ("boolean", Hole::Boolean),
    ("time", Hole::Time),
    ("uuid", Hole::Uuid),
    ("hex24", Hole::Hex24),
    ("jwt", Hole::Jwt),
    ("list", Hole::List),
    ("object", Hole::Object),
];

const TIME: &str = "[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\\.[0-9]+)?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?|[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT|[0-9]{10}|[0-9]{13}";

impl Hole {
    /// Every kind by its name.
    pub fn names() -> impl Iterator<Item = &'static str> {
        HOLES.iter().map(|(name, _)| *name)
    }

    /// The kind of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Hole> {
        HOLES.iter().find(|(known, _)| *known == name).map(|(_, hole)| *hole)
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        HOLES.iter().find(|(_, hole)| *hole == self).map_or("", |(name, _)| name)
    }

    /// What it looks like inside a text.
    fn pattern(self) -> &'static str {
        match self {
            Hole::Any => "(?s:.*?)",
            Hole::Text | Hole::List | Hole::Object => "(?s:.+?)",
            Hole::Number => "-?[0-9]+(?:\\.[0-9]+)?",
            Hole::Integer => "-?[0-9]+",
            Hole::Boolean => "true|false",
            Hole::Time => TIME,
            Hole::Uuid => "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}",
            Hole::Hex24 => "[0-9a-fA-F]{24}",
            Hole::Jwt => "[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+",
        }
    }

    /// Whether a value is of this kind.
    #[must_use]
    pub fn fits(self, value: &Value) -> bool {
        match (self, value) {
            (Hole::Any, _)
            | (Hole::List, Value::Array(_))
            | (Hole::Object, Value::Object(_))
            | (Hole::Number, Value::Number(_))
            | (Hole::Boolean, Value::Bool(_)) => true,
            (Hole::Integer, Value::Number(number)) => number.is_i64() || number.is_u64(),
            (Hole::Time, Value::Number(number)) => {
                number.as_i64().is_some_and(|number| number >= 1_000_000_000)
            }
            (Hole::Text | Hole::Time | Hole::Uuid | Hole::Hex24 | Hole::Jwt, Value::String(text)) => {
                Regex::new(&format!("^(?:{})$", self.pattern())).is_ok_and(|pattern| pattern.is_match(text))
            }
            _ => false,
        }
    }
}

/// Why a text of a story cannot be read.
#[derive(Debug, PartialEq, Eq)]
pub struct BadText {
    /// The byte of the text where it goes wrong, and one past the last that is wrong.
    pub at: (usize, usize),
    /// One sentence.
    pub message: String,
    /// The word that is unknown, if one is.
    pub word: Option<String>,
}

impl Text {
    /// A text without names and holes.
    #[must_use]
    pub fn plain(text: &str) -> Text {
        Text { pieces: vec![Piece::Plain(text.to_owned())] }
    }

    /// Reads a text: `$word` is a hole, `${name}` a name, `$$` a dollar sign. A dollar sign before anything else
    /// is itself.
    ///
    /// # Errors
    /// An unknown hole, or a name that is not closed.
    pub fn parse(text: &str) -> Result<Text, BadText> {
        let mut pieces = Vec::new();
        let mut plain = String::new();
        let mut at = 0;
        while let Some(found) = text[at..].find('$') {
            let dollar = at + found;
            plain.push_str(&text[at..dollar]);
            let rest = &text[dollar + 1..];
            let (piece, length) = piece(rest, dollar)?;
            at = dollar + 1 + length;
            match piece {
                Piece::Plain(more) => plain.push_str(&more),
                piece => {
                    if !plain.is_empty() {
                        pieces.push(Piece::Plain(std::mem::take(&mut plain)));
                    }
                    pieces.push(piece);
                }
            }
        }
        plain.push_str(&text[at..]);
        if !plain.is_empty() {
            pieces.push(Piece::Plain(plain));
        }
        Ok(Text { pieces })
    }

    /// The names in it.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Name(name) => Some(name.as_str()),
            _ => None,
        })
    }

    /// The first hole in it.
    #[must_use]
    pub fn hole(&self) -> Option<Hole> {
        self.pieces.iter().find_map(|piece| match piece {
            Piece::Hole(hole) => Some(*hole),
            _ => None,
        })
    }

    /// The hole, when it is nothing else.
    #[must_use]
    pub fn only_hole(&self) -> Option<Hole> {
        match self.pieces.as_slice() {
            [Piece::Hole(hole)] => Some(*hole),
            _ => None,
        }
    }

    /// The name, when it is nothing else.
    #[must_use]
    pub fn only_name(&self) -> Option<&str> {
        match self.pieces.as_slice() {
            [Piece::Name(name)] => Some(name),
            _ => None,
        }
    }

    /// The text with the names' values in it; holes read as themselves.
    #[must_use]
    pub fn fill(&self, names: &BTreeMap<String, Value>) -> String {
        self.pieces
            .iter()
            .map(|piece| match piece {
                Piece::Plain(text) => text.clone(),
                Piece::Name(name) => named(names, name),
                Piece::Hole(hole) => format!("${}", hole.name()),
            })
            .collect()
    }

    /// The text as it must be, taking from what is there what fits its holes: equal to `actual` exactly when
    /// that fits. What does not fit is filled as far as it does.
    #[must_use]
    pub fn fill_from(&self, actual: &str, names: &BTreeMap<String, Value>) -> String {
        let mut fitting = 0;
        let mut taken = Vec::new();
        for length in 1..=self.pieces.len() {
            let Some(found) = self.captures(length, actual, names) else { break };
            fitting = length;
            taken = found;
        }
        let mut taken = taken.into_iter();
        let filled = |(at, piece): (usize, &Piece)| match piece {
            Piece::Plain(text) => text.clone(),
            Piece::Name(name) => named(names, name),
            Piece::Hole(hole) if at < fitting => taken.next().unwrap_or_else(|| format!("${}", hole.name())),
            Piece::Hole(hole) => format!("${}", hole.name()),
        };
        self.pieces.iter().enumerate().map(filled).collect()
    }

    /// What its first pieces take of a text, if they fit: the whole of it when they are all.
    fn captures(&self, length: usize, actual: &str, names: &BTreeMap<String, Value>) -> Option<Vec<String>> {
        let mut pattern = String::from("^");
        for piece in self.pieces.iter().take(length) {
            match piece {
                Piece::Plain(text) => pattern.push_str(&regex::escape(text)),
                Piece::Name(name) => pattern.push_str(&regex::escape(&named(names, name))),
                Piece::Hole(hole) => pattern.push_str(&format!("({})", hole.pattern())),
            }
        }
        if length == self.pieces.len() {
            pattern.push('$');
        }
        let found = Regex::new(&pattern).ok()?.captures(actual)?;
        Some(found.iter().skip(1).flatten().map(|group| group.as_str().to_owned()).collect())
    }
}

/// A kept value as text.
fn named(names: &BTreeMap<String, Value>, name: &str) -> String {
    match names.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
        None => format!("${{{name}}}"),
    }
}

/// The piece after a dollar sign, and how many bytes it takes.
fn piece(rest: &str, dollar: usize) -> Result<(Piece, usize), BadText> {
    if rest.starts_with('$') {
        return Ok((Piece::Plain("$".to_owned()), 1));
    }
    if let Some(inside) = rest.strip_prefix('{') {
        let Some(end) = inside.find('}') else {
            let message = "this `${` is never closed".to_owned();
            return Err(BadText { at: (dollar, dollar + 1 + rest.len()), message, word: None });
        };
        let name = &inside[..end];
        if !is_name(name) {
            let message = format!("`{name}` is no name: letters, digits, `_` and `-` are expected");
            return Err(BadText { at: (dollar, dollar + end + 3), message, word: None });
        }
        return Ok((Piece::Name(name.to_owned()), end + 2));
    }
    let length = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
    let word = &rest[..length];
    if !word.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return Ok((Piece::Plain("$".to_owned()), 0));
    }
    match Hole::from_name(word) {
        Some(hole) => Ok((Piece::Hole(hole), length)),
        None => Err(BadText {
            at: (dollar, dollar + 1 + length),
            message: format!("there is no placeholder `${word}`"),
            word: Some(word.to_owned()),
        }),
    }
}

/// Whether a word can be a name.
#[must_use]
pub(super) fn is_name(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn names() -> BTreeMap<String, Value> {
        BTreeMap::from([("id".to_owned(), json!(7)), ("mail".to_owned(), json!("a.b@c.d"))])
    }

    fn filled(text: &str, actual: &str) -> String {
        Text::parse(text).unwrap().fill_from(actual, &names())
    }

    #[test]
    fn names_and_holes_and_dollars() {
        let text = Text::parse("a $$5 ${id}: $any, $").unwrap();
        assert_eq!(text.fill(&names()), "a $5 7: $any, $");
        assert_eq!(text.names().collect::<Vec<_>>(), ["id"]);
        assert_eq!(Text::parse("$uuid").unwrap().only_hole(), Some(Hole::Uuid));
        assert_eq!(Text::parse("${id}").unwrap().only_name(), Some("id"));
    }

    #[test]
    fn what_cannot_be_read_says_where() {
        let error = Text::parse("ab $tokn").unwrap_err();
        assert_eq!((error.at, error.word.as_deref()), ((3, 8), Some("tokn")));
        assert_eq!(Text::parse("a ${id").unwrap_err().at, (2, 6));
        assert!(Text::parse("${a b}").unwrap_err().message.contains("is no name"));
    }

    #[test]
    fn what_fits_is_taken_and_what_does_not_is_shown() {
        let line = "session=$any; Max-Age=$integer; Path=/";
        let good = "session=x=y; Max-Age=60; Path=/";
        assert_eq!(filled(line, good), good);
        assert_eq!(filled(line, "session=xy; Max-Age=soon; Path=/"), "session=xy; Max-Age=$integer; Path=/");
        assert_eq!(filled(line, "session=xy; Max-Age=60; Path=/; x"), "session=xy; Max-Age=60; Path=/");
        assert_eq!(filled("to ${mail}", "to aXb@c.d"), "to a.b@c.d");
    }

    #[test]
    fn holes_know_their_kind() {
        for (hole, good, bad) in [
            (Hole::Any, json!(null), None),
            (Hole::Text, json!("a"), Some(json!(""))),
            (Hole::Integer, json!(1), Some(json!(1.5))),
            (Hole::Time, json!("2026-01-05T12:00:00.000Z"), Some(json!("soon"))),
            (Hole::Time, json!("2026-01-05 12:00:00"), Some(json!(5))),
            (Hole::Time, json!(1_767_614_400), Some(json!("2026"))),
            (Hole::Hex24, json!("0123456789abcdef01234567"), Some(json!("0123"))),
            (Hole::Jwt, json!("a.b.c"), Some(json!("a.b"))),
            (Hole::Object, json!({}), Some(json!([]))),
        ] {
            assert!(hole.fits(&good), "{hole:?} {good}");
            assert!(bad.is_none_or(|bad| !hole.fits(&bad)), "{hole:?}");
        }
    }
}
