//! JSON of a story: constants, texts with names and holes, and two questions about a value.

use super::text::{Hole, Text};
use regex::Regex;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// A JSON value as a story writes it.
#[derive(Clone, Debug)]
pub enum Wanted {
    /// This value.
    Constant(Value),
    /// A text; when it is only a name or a hole, a value of any type.
    Text(Text),
    /// A list.
    List(Vec<Wanted>),
    /// An object, members in this order.
    Map(Vec<(String, Wanted)>),
    /// `{$not: value}`: anything but this.
    Not(Box<Wanted>),
    /// `{$matches: pattern}`: a text in which the pattern is found.
    Matches(Regex),
}

impl Wanted {
    /// The value with the names' values in it, to be sent.
    #[must_use]
    pub fn fill(&self, names: &BTreeMap<String, Value>) -> Value {
        match self {
            Wanted::Constant(value) => value.clone(),
            Wanted::Text(text) => match text.only_name().and_then(|name| names.get(name)) {
                Some(value) => value.clone(),
                None => Value::String(text.fill(names)),
            },
            Wanted::List(items) => items.iter().map(|item| item.fill(names)).collect(),
            Wanted::Map(members) => {
                members.iter().map(|(name, value)| (name.clone(), value.fill(names))).collect()
            }
            Wanted::Not(value) => marker("$not", value.fill(names)),
            Wanted::Matches(pattern) => marker("$matches", Value::String(pattern.to_string())),
        }
    }

    /// The value as it must be, taking from what is there what fits its holes: equal to `actual`, members in
    /// order, exactly when that fits.
    #[must_use]
    pub fn fill_from(&self, actual: Option<&Value>, names: &BTreeMap<String, Value>) -> Value {
        match (self, actual) {
            (Wanted::Text(text), Some(actual)) => fill_text(text, actual, names),
            (Wanted::List(items), actual) => {
                let there = actual.and_then(Value::as_array);
                let item =
                    |(at, item): (usize, &Wanted)| item.fill_from(there.and_then(|list| list.get(at)), names);
                items.iter().enumerate().map(item).collect()
            }
            (Wanted::Map(members), actual) => {
                let there = actual.and_then(Value::as_object);
                let member = |(name, value): &(String, Wanted)| {
                    (name.clone(), value.fill_from(there.and_then(|map| map.get(name)), names))
                };
                Value::Object(members.iter().map(member).collect::<Map<_, _>>())
            }
            (Wanted::Not(other), Some(actual)) if other.fill_from(Some(actual), names) != *actual => {
                actual.clone()
            }
            (Wanted::Matches(pattern), Some(Value::String(text))) if pattern.is_match(text) => {
                Value::String(text.clone())
            }
            _ => self.fill(names),
        }
    }

    /// Every text in it.
    pub fn each_text(&self, visit: &mut dyn FnMut(&Text)) {
        match self {
            Wanted::Text(text) => visit(text),
            Wanted::List(items) => items.iter().for_each(|item| item.each_text(visit)),
            Wanted::Map(members) => members.iter().for_each(|(_, value)| value.each_text(visit)),
            Wanted::Not(value) => value.each_text(visit),
            Wanted::Constant(_) | Wanted::Matches(_) => {}
        }
    }

    /// Whether it can be sent: no holes and no questions.
    #[must_use]
    pub fn is_known(&self) -> bool {
        match self {
            Wanted::Constant(_) => true,
            Wanted::Text(text) => text.hole().is_none(),
            Wanted::List(items) => items.iter().all(Wanted::is_known),
            Wanted::Map(members) => members.iter().all(|(_, value)| value.is_known()),
            Wanted::Not(_) | Wanted::Matches(_) => false,
        }
    }
}

fn marker(name: &str, value: Value) -> Value {
    Value::Object(Map::from_iter([(name.to_owned(), value)]))
}

fn fill_text(text: &Text, actual: &Value, names: &BTreeMap<String, Value>) -> Value {
    if let Some(hole) = text.only_hole() {
        return if hole.fits(actual) { actual.clone() } else { Value::String(format!("${}", hole.name())) };
    }
    if let Some(value) = text.only_name().and_then(|name| names.get(name)) {
        return value.clone();
    }
    match actual {
        Value::String(there) => Value::String(text.fill_from(there, names)),
        _ => Value::String(text.fill(names)),
    }
}

/// Whether a hole of this kind can stand inside a longer text.
#[must_use]
pub(super) fn stands_in_text(hole: Hole) -> bool {
    !matches!(hole, Hole::List | Hole::Object)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn text(text: &str) -> Wanted {
        Wanted::Text(Text::parse(text).unwrap())
    }

    #[test]
    fn takes_what_fits() {
        let names = BTreeMap::from([("old".to_owned(), json!("t1")), ("id".to_owned(), json!(7))]);
        let wanted = Wanted::Map(vec![
            ("id".to_owned(), text("${id}")),
            ("token".to_owned(), Wanted::Not(Box::new(text("${old}")))),
            ("code".to_owned(), Wanted::Matches(Regex::new("^[0-9]{2}$").unwrap())),
            ("at".to_owned(), text("$time")),
            ("list".to_owned(), Wanted::List(vec![text("a$any")])),
        ]);
        let good =
            json!({"id": 7, "token": "t2", "code": "12", "at": "2026-01-05T12:00:00Z", "list": ["ab"]});
        assert_eq!(wanted.fill_from(Some(&good), &names), good);
        let bad = json!({"id": "7", "token": "t1", "code": "123", "at": null, "list": []});
        let said = json!({"id": 7, "token": {"$not": "t1"}, "code": {"$matches": "^[0-9]{2}$"}, "at": "$time",
            "list": ["a$any"]});
        assert_eq!(wanted.fill_from(Some(&bad), &names), said);
    }
}
