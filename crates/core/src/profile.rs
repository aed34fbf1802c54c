//! The typed fields that a contract adds to its accounts.

use crate::violation::Violation;
use serde_json::{Map, Value};

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

/// One field of the profile.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Its name in the account.
    pub name: String,
    /// Its type.
    pub kind: FieldType,
    /// The only values allowed, when listed.
    pub allowed: Vec<Value>,
    /// What it is when nobody said (also when the caller says null).
    pub default: Option<Value>,
    /// Whether it may stay null.
    pub nullable: bool,
    /// Who may set it.
    pub set_by: SetBy,
}

/// The profile of a contract's accounts, in written order.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct ProfileSchema {
    /// The fields.
    pub fields: Vec<Field>,
}

/// Who is asking for the profile to be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setter {
    /// Somebody over the contract's API.
    Caller,
    /// An operator.
    Operator,
}

impl ProfileSchema {
    /// The field with this name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The whole profile of a new account from what was given: unknown or not settable fields never get
    /// in, defaults fill in, and a field that is required, mistyped or not among its values is a violation.
    ///
    /// # Errors
    /// The violations, in the order of the schema.
    pub fn complete(
        &self,
        given: &Map<String, Value>,
        by: Setter,
    ) -> Result<Map<String, Value>, Vec<Violation>> {
        let mut profile = Map::new();
        let mut violations = Vec::new();
        for field in &self.fields {
            match field.resolve(given.get(&field.name), by) {
                Ok(value) => {
                    profile.insert(field.name.clone(), value);
                }
                Err(violation) => violations.push(*violation),
            }
        }
        if violations.is_empty() { Ok(profile) } else { Err(violations) }
    }

    /// The profile of an account with what was given in place of what it had: fields that were removed, or given as
    /// null, are as if nobody had ever said; all others stay.
    ///
    /// # Errors
    /// The violations, in the order of the schema.
    pub fn changed(
        &self,
        before: &Map<String, Value>,
        given: &Map<String, Value>,
        removed: &[String],
        by: Setter,
    ) -> Result<Map<String, Value>, Vec<Violation>> {
        let mut profile = before.clone();
        let mut violations = Vec::new();
        for field in self.fields.iter().filter(|field| field.settable(by)) {
            let value = given.get(&field.name);
            if value.is_none() && !removed.contains(&field.name) {
                continue;
            }
            match field.resolve(value, by) {
                Ok(value) => drop(profile.insert(field.name.clone(), value)),
                Err(violation) => violations.push(*violation),
            }
        }
        if violations.is_empty() { Ok(profile) } else { Err(violations) }
    }

    /// Whether there is a field of this name that may be set so.
    #[must_use]
    pub fn settable(&self, name: &str, by: Setter) -> bool {
        self.field(name).is_some_and(|field| field.settable(by))
    }
}

impl Field {
    fn settable(&self, by: Setter) -> bool {
        self.set_by == SetBy::Caller || by == Setter::Operator
    }

    fn resolve(&self, given: Option<&Value>, by: Setter) -> Result<Value, Box<Violation>> {
        let settable = self.settable(by);
        match given.filter(|value| settable && !value.is_null()) {
            Some(value) if !self.kind.admits(value) => {
                Err(Box::new(Violation::of_type(&self.name, self.kind.name())))
            }
            Some(value) if !self.allowed.is_empty() && !self.allowed.contains(value) => {
                Err(Box::new(Violation::new(&self.name, "enum")))
            }
            Some(value) => Ok(value.clone()),
            None => match &self.default {
                Some(default) => Ok(default.clone()),
                // What the caller may not set cannot be demanded of the caller.
                None if self.nullable || !settable => Ok(Value::Null),
                None => Err(Box::new(Violation::required(&self.name))),
            },
        }
    }
}
