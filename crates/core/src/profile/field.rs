//! One field of the profile, and what its value must be.

use super::{Asking, Setter};
use crate::calendar::Day;
use crate::identifier::Compare;
use crate::port::{Dice, draw_text};
use crate::time::Timestamp;
use crate::violation::Violation;
use serde_json::{Value, json};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// The type of a profile field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldType {
    /// Text.
    Text,
    /// A whole number.
    Integer,
    /// Any number.
    Number,
    /// True or false.
    Boolean,
    /// A calendar date, kept as text `YYYY-MM-DD`.
    Date,
    /// A point in time, kept as text in RFC 3339 form.
    DateTime,
    /// A list of anything.
    List,
    /// An object of anything.
    Object,
}

impl FieldType {
    /// The name used in contracts.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            FieldType::Text => "text",
            FieldType::Integer => "integer",
            FieldType::Number => "number",
            FieldType::Boolean => "boolean",
            FieldType::Date => "date",
            FieldType::DateTime => "datetime",
            FieldType::List => "list",
            FieldType::Object => "object",
        }
    }

    /// The JSON Schema type of its values.
    #[must_use]
    pub fn json_type(self) -> &'static str {
        match self {
            FieldType::Text | FieldType::Date | FieldType::DateTime => "string",
            FieldType::Integer => "integer",
            FieldType::Number => "number",
            FieldType::Boolean => "boolean",
            FieldType::List => "array",
            FieldType::Object => "object",
        }
    }

    /// Whether a value is of this type; null is never.
    #[must_use]
    pub fn admits(self, value: &Value) -> bool {
        match self {
            FieldType::Text | FieldType::Date | FieldType::DateTime => value.is_string(),
            FieldType::Integer => value.is_i64() || value.is_u64(),
            FieldType::Number => value.is_number(),
            FieldType::Boolean => value.is_boolean(),
            FieldType::List => value.is_array(),
            FieldType::Object => value.is_object(),
        }
    }
}

/// Who may set a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetBy {
    /// The caller, at registration and update.
    Caller,
    /// An operator only.
    Operator,
    /// The server only.
    Server,
}

/// What a contract's JSON Schema keywords ask of a value.
pub trait ValueRules: Send + Sync {
    /// The rules that a value of the right type breaks, as violations of the whole value (an empty `field`), in
    /// written order.
    fn broken(&self, value: &Value) -> Vec<Violation>;
}

/// The JSON Schema keywords of a field.
#[derive(Clone)]
pub struct Rules {
    /// The keywords as written.
    pub schema: Value,
    /// What checks them.
    pub check: Arc<dyn ValueRules>,
}

impl PartialEq for Rules {
    fn eq(&self, other: &Rules) -> bool {
        self.schema == other.schema
    }
}

impl fmt::Debug for Rules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Rules({})", self.schema)
    }
}

/// A text that the server draws for a new account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generate {
    /// What it begins with, possibly empty.
    pub prefix: String,
    /// What it is drawn from.
    pub alphabet: Vec<char>,
    /// How many characters are drawn.
    pub length: usize,
}

impl Generate {
    /// Draws one.
    #[must_use]
    pub fn draw(&self, dice: &dyn Dice) -> String {
        format!("{}{}", self.prefix, draw_text(&self.alphabet, self.length, dice))
    }
}

/// How often whoever owns an account may change a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct ChangeLimit {
    /// Never, once it is set.
    pub once: bool,
    /// Not again before so much time has gone by.
    pub every: Option<Duration>,
}

/// One field of the profile.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Its name in the account.
    pub name: String,
    /// Its type.
    pub kind: FieldType,
    /// The only values allowed, when listed.
    pub allowed: Vec<Value>,
    /// What its value must be besides.
    pub rules: Option<Rules>,
    /// A date of birth at least so many years ago.
    pub min_age: Option<u32>,
    /// What it is when nobody said (also when the caller says null).
    pub default: Option<Value>,
    /// How it is drawn for a new account when nobody said.
    pub generate: Option<Generate>,
    /// Whether it may stay null.
    pub nullable: bool,
    /// Whether no two accounts of a realm have the same, and when two values are.
    pub unique: Option<Compare>,
    /// Who may set it.
    pub set_by: SetBy,
    /// How often it may change.
    pub changes: ChangeLimit,
}

impl Field {
    /// A field of this type that callers must set.
    #[must_use]
    pub fn new(name: &str, kind: FieldType) -> Field {
        Field {
            name: name.to_owned(),
            kind,
            allowed: Vec::new(),
            rules: None,
            min_age: None,
            default: None,
            generate: None,
            nullable: false,
            unique: None,
            set_by: SetBy::Caller,
            changes: ChangeLimit::default(),
        }
    }

    /// Whether a registration must bring it.
    #[must_use]
    pub fn wanted(&self) -> bool {
        let filled = self.default.is_some() || self.generate.is_some() || self.nullable;
        self.set_by == SetBy::Caller && !filled
    }

    /// The form under which values of a unique field are compared; nothing for null and for other fields.
    #[must_use]
    pub fn canonical(&self, value: &Value) -> Option<String> {
        let compare = self.unique?;
        match value {
            Value::Null => None,
            Value::String(text) => Some(compare.canonical(text)),
            value => Some(value.to_string()),
        }
    }

    pub(super) fn settable(&self, by: Setter) -> bool {
        self.set_by == SetBy::Caller || by == Setter::Operator
    }

    /// The value of the field when this is given.
    pub(super) fn resolve(&self, given: Option<&Value>, asking: Asking) -> Result<Value, Vec<Violation>> {
        let settable = self.settable(asking.by);
        match given.filter(|value| settable && !value.is_null()) {
            Some(value) => self.checked(value, asking.now),
            None => match &self.default {
                Some(default) => Ok(default.clone()),
                // What is drawn, or what the caller may not set, cannot be demanded of the caller.
                None if self.nullable || self.generate.is_some() || !settable => Ok(Value::Null),
                None => Err(vec![Violation::required(&self.name)]),
            },
        }
    }

    fn checked(&self, value: &Value, now: Timestamp) -> Result<Value, Vec<Violation>> {
        let value = self.whole(value);
        if !self.kind.admits(&value) {
            return Err(vec![Violation::of_type(&self.name, self.kind.json_type())]);
        }
        if !self.allowed.is_empty() && !self.allowed.contains(&value) {
            let broken = Violation::new(&self.name, "enum");
            return Err(vec![broken.with_param("allowedValues", json!(self.allowed))]);
        }
        let rules = self.rules.iter().flat_map(|rules| rules.check.broken(&value));
        let mut broken: Vec<Violation> = rules.map(|violation| violation.under(&self.name)).collect();
        if broken.is_empty() {
            broken.extend(self.too_young(&value, now));
        }
        if broken.is_empty() { Ok(value) } else { Err(broken) }
    }

    /// `1.0` is the whole number 1, as in JSON Schema.
    fn whole(&self, value: &Value) -> Value {
        let float = value.as_f64().filter(|_| self.kind == FieldType::Integer && value.is_f64());
        match float {
            Some(float) if float.fract() == 0.0 && float.abs() < 9e15 => Value::from(float as i64),
            _ => value.clone(),
        }
    }

    fn too_young(&self, value: &Value, now: Timestamp) -> Option<Violation> {
        let years = self.min_age?;
        let born = value.as_str().and_then(|text| Day::parse(text.get(..10)?));
        let Some(born) = born else {
            return Some(Violation::new(&self.name, "format").with_param("format", json!("date")));
        };
        let young = born.years_until(Day::of(now)) < i64::from(years);
        young.then(|| Violation::new(&self.name, "min_age").with_limit(u64::from(years)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-01-01.
    const ASKING: Asking = Asking { by: Setter::Caller, now: Timestamp(1_767_225_600_007) };

    fn rules(field: &Field, value: Value) -> Vec<String> {
        let broken = field.resolve(Some(&value), ASKING).err().unwrap_or_default();
        broken.into_iter().map(|violation| violation.rule).collect()
    }

    #[test]
    fn an_age_is_counted_in_whole_years() {
        let field = Field { min_age: Some(14), ..Field::new("born", FieldType::Date) };
        assert!(rules(&field, json!("2012-01-01")).is_empty());
        assert_eq!(rules(&field, json!("2012-01-02")), ["min_age"]);
        assert_eq!(rules(&field, json!("2012-02-30")), ["format"]);
        let broken = field.resolve(Some(&json!("2020-01-01")), ASKING).expect_err("too young");
        assert_eq!((broken[0].limit.clone(), broken[0].params["limit"].clone()), (json!(14), json!(14)));
    }

    #[test]
    fn a_whole_number_may_be_written_with_a_point() {
        let field = Field::new("n", FieldType::Integer);
        assert_eq!(field.resolve(Some(&json!(3.0)), ASKING), Ok(json!(3)));
        assert_eq!(rules(&field, json!(3.5)), ["type"]);
    }

    #[test]
    fn what_is_drawn_is_not_demanded() {
        let generate = Generate { prefix: "k_".to_owned(), alphabet: vec!['a'], length: 3 };
        let field = Field { generate: Some(generate), ..Field::new("key", FieldType::Text) };
        assert!(!field.wanted());
        assert_eq!(field.resolve(None, ASKING), Ok(Value::Null));
    }

    struct Two;

    impl ValueRules for Two {
        fn broken(&self, _value: &Value) -> Vec<Violation> {
            vec![Violation::new("", "minLength").with_limit(9), Violation::new("", "pattern")]
        }
    }

    #[test]
    fn every_broken_rule_is_told_at_the_field() {
        let rules = Rules { schema: json!({}), check: Arc::new(Two) };
        let field = Field { rules: Some(rules), ..Field::new("nick", FieldType::Text) };
        let broken = field.resolve(Some(&json!("x")), ASKING).expect_err("broken");
        let told: Vec<_> = broken.iter().map(|one| (one.pointer.as_str(), one.rule.as_str())).collect();
        assert_eq!(told, [("/nick", "minLength"), ("/nick", "pattern")]);
        assert!(broken.iter().all(|one| one.field == "nick" && one.path == ["nick"]));
    }
}
