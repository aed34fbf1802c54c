//! What a template writes, with holes where values stand.

pub use super::text::TextPiece;
use super::text::{read_text, readable};
use crate::expression::{Kind, Path, Type, render_text};
use crate::scope::Root;
use crate::template::TimeFormat;
use serde_json::Value;

/// Everything that a template may write.
#[derive(Clone, Debug, PartialEq)]
pub enum Pattern {
    /// Only this.
    Constant(Value),
    /// A value.
    Hole(Hole),
    /// A text with values in it.
    Text(Vec<TextPiece>),
    /// A list of as many items.
    List(Vec<Pattern>),
    /// An object with these members; others do not matter.
    Object(Vec<Member>),
    /// A list of any length.
    Items(Box<Pattern>),
    /// One of these.
    OneOf(Vec<Pattern>),
    /// A result that tells what was looked up in a table.
    Known {
        /// What was looked up.
        path: Path,
        /// What it was.
        value: Value,
        /// What the table gives for it.
        result: Box<Pattern>,
    },
    /// Nothing at all: a member that is left out.
    Absent,
    /// Nothing is known of it.
    Anything,
}

/// A value in a pattern.
#[derive(Clone, Debug, PartialEq)]
pub struct Hole {
    /// Whose value.
    pub path: Path,
    /// The list whose item it is of, in an `$each`.
    pub list: Option<Path>,
    /// What it is before it is written.
    pub ty: Type,
    /// How a time is written.
    pub time: Option<TimeFormat>,
}

/// A member of an object.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// Its name.
    pub name: String,
    /// What it is.
    pub pattern: Pattern,
    /// Whether it may be left out.
    pub optional: bool,
}

/// A value that was read back.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// Whose value.
    pub path: Path,
    /// The list whose item it is of.
    pub list: Option<Path>,
    /// As it was before it was written; a time whose format does not tell it is the text.
    pub value: Value,
    /// How it was written, for a time.
    pub time: Option<TimeFormat>,
}

impl Pattern {
    /// The pattern of a constant: objects keep their members apart.
    pub(crate) fn of_value(value: &Value) -> Pattern {
        match value {
            Value::Object(members) => Pattern::Object(
                members
                    .iter()
                    .map(|(name, value)| Member {
                        name: name.clone(),
                        pattern: Pattern::of_value(value),
                        optional: false,
                    })
                    .collect(),
            ),
            Value::Array(items) => Pattern::List(items.iter().map(Pattern::of_value).collect()),
            value => Pattern::Constant(value.clone()),
        }
    }

    /// The same, or null.
    pub(crate) fn or_null(self) -> Pattern {
        Pattern::OneOf(vec![self, Pattern::Constant(Value::Null)])
    }

    /// Whether it may be nothing at all.
    pub(crate) fn may_be_absent(&self) -> bool {
        match self {
            Pattern::Absent => true,
            Pattern::OneOf(all) => all.iter().any(Pattern::may_be_absent),
            Pattern::Known { result, .. } => result.may_be_absent(),
            // Also what is computed may be left out.
            Pattern::Anything => true,
            _ => false,
        }
    }

    /// The same where it is there.
    pub(crate) fn present(self) -> Pattern {
        match self {
            Pattern::OneOf(all) => {
                let mut rest: Vec<Pattern> =
                    all.into_iter().filter(|one| *one != Pattern::Absent).map(Pattern::present).collect();
                if rest.len() == 1 { rest.remove(0) } else { Pattern::OneOf(rest) }
            }
            other => other,
        }
    }

    /// The pattern of a member below.
    pub(crate) fn below(self, rest: &[String]) -> Pattern {
        let Some((first, rest)) = rest.split_first() else { return self };
        let Pattern::Object(members) = self else { return Pattern::Anything };
        let found = members.into_iter().find(|member| member.name == *first && !member.optional);
        found.map_or(Pattern::Anything, |member| member.pattern.below(rest))
    }

    /// Whether a value fits; what it tells is added to `found`.
    pub fn read(&self, value: &Value, found: &mut Vec<Found>) -> bool {
        let before = found.len();
        let fits = self.fits(value, found);
        if !fits {
            found.truncate(before);
        }
        fits
    }

    fn fits(&self, value: &Value, found: &mut Vec<Found>) -> bool {
        match self {
            Pattern::Anything => true,
            Pattern::Absent => false,
            Pattern::Constant(constant) => constant == value,
            Pattern::Hole(hole) => hole.read(value, found),
            Pattern::Text(pieces) => value.as_str().is_some_and(|text| read_text(pieces, text, found)),
            Pattern::List(items) => {
                let Value::Array(values) = value else { return false };
                items.len() == values.len()
                    && items.iter().zip(values).all(|(item, value)| item.read(value, found))
            }
            Pattern::Items(item) => {
                value.as_array().is_some_and(|values| values.iter().all(|value| item.read(value, found)))
            }
            Pattern::Object(members) => value.as_object().is_some_and(|object| {
                members.iter().all(|member| match object.get(&member.name) {
                    Some(value) => member.pattern.read(value, found),
                    None => member.optional,
                })
            }),
            Pattern::OneOf(all) => all.iter().any(|one| one.read(value, found)),
            Pattern::Known { path, value: known, result } => {
                let fits = result.read(value, found);
                if fits {
                    found.push(Found { path: path.clone(), list: None, value: known.clone(), time: None });
                }
                fits
            }
        }
    }

    /// The holes in it.
    pub(crate) fn holes(&self) -> Vec<(&Path, Option<&Path>)> {
        match self {
            Pattern::Hole(hole) => vec![(&hole.path, hole.list.as_ref())],
            Pattern::Text(pieces) if readable(pieces) => pieces
                .iter()
                .filter_map(|piece| match piece {
                    TextPiece::Hole(hole) => Some((&hole.path, hole.list.as_ref())),
                    _ => None,
                })
                .collect(),
            Pattern::List(all) | Pattern::OneOf(all) => all.iter().flat_map(Pattern::holes).collect(),
            Pattern::Object(members) => members.iter().flat_map(|member| member.pattern.holes()).collect(),
            Pattern::Items(item) => item.holes(),
            Pattern::Known { path, .. } => vec![(path, None)],
            _ => Vec::new(),
        }
    }
}

impl Hole {
    pub(super) fn read(&self, value: &Value, found: &mut Vec<Found>) -> bool {
        let fits = match &self.time {
            _ if value.is_null() => self.ty.nullable,
            Some(format) => matches!(
                (format.kind(), value),
                (Kind::Integer, Value::Number(_)) | (Kind::Text, Value::String(_)) | (Kind::Time, _)
            ),
            None => of_kind(value, &self.ty.kind),
        };
        if fits {
            let read = self.time.as_ref().and_then(|format| format.read(value)).map(Value::from);
            let (path, list, time) = (self.path.clone(), self.list.clone(), self.time.clone());
            found.push(Found { path, list, value: read.unwrap_or_else(|| value.clone()), time });
        }
        fits
    }

    /// The value that a text stands for.
    pub(super) fn of_text(&self, text: &str) -> Value {
        let number = matches!(self.ty.kind, Kind::Integer | Kind::Number | Kind::Duration)
            || self.time.as_ref().is_some_and(|format| format.kind() == Kind::Integer);
        match self.ty.kind {
            _ if number => serde_json::from_str(text).unwrap_or_else(|_| Value::from(text)),
            Kind::Boolean => Value::from(text == "true"),
            _ => Value::from(text),
        }
    }
}

fn of_kind(value: &Value, kind: &Kind) -> bool {
    match kind {
        Kind::Text | Kind::Token => value.is_string(),
        Kind::Enum(words) => value.as_str().is_some_and(|word| words.iter().any(|known| known == word)),
        Kind::Integer | Kind::Duration => value.is_i64() || value.is_u64(),
        Kind::Number => value.is_number(),
        Kind::Boolean => value.is_boolean(),
        Kind::List(_) => value.is_array(),
        Kind::Object(_) | Kind::AnyObject => value.is_object(),
        Kind::Nothing => value.is_null(),
        Kind::Time | Kind::Any => true,
    }
}

/// The name that contracts have for a path, such as `account.id`; nothing for what no answer holds.
#[must_use]
pub fn name_of(path: &Path, list: Option<&Path>) -> Option<String> {
    if let Some(list) = list {
        return Some(format!("{}[].{}", name_of(list, None)?, path.rest.join(".")));
    }
    let top = match Root::of(path.slot)? {
        Root::Account => "account",
        Root::Caller => "caller",
        Root::Session => "session",
        Root::Tokens => "tokens",
        Root::Violations => "violations",
        Root::FirstViolation => "violations.first",
        Root::Datum => return Some(path.rest.join(".")),
        _ => return None,
    };
    let mut name = top.to_owned();
    for segment in &path.rest {
        name.push('.');
        render_text(&Value::from(segment.as_str()), &mut name);
    }
    Some(name)
}
