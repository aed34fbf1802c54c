//! The typed fields that a contract adds to its accounts.

mod field;

pub use field::{ChangeLimit, Field, FieldType, Generate, Rules, SetBy, ValueRules};

use crate::port::Dice;
use crate::time::Timestamp;
use crate::violation::Violation;
use serde_json::{Map, Value};

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

/// Who asks for the profile to be set, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asking {
    /// Who.
    pub by: Setter,
    /// When: ages are counted from it.
    pub now: Timestamp,
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
        asking: Asking,
    ) -> Result<Map<String, Value>, Vec<Violation>> {
        let mut profile = Map::new();
        let mut violations = Vec::new();
        for field in &self.fields {
            match field.resolve(given.get(&field.name), asking) {
                Ok(value) => {
                    profile.insert(field.name.clone(), value);
                }
                Err(broken) => violations.extend(broken),
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
        asking: Asking,
    ) -> Result<Map<String, Value>, Vec<Violation>> {
        let mut profile = before.clone();
        let mut violations = Vec::new();
        for field in self.fields.iter().filter(|field| field.settable(asking.by)) {
            let value = given.get(&field.name);
            if value.is_none() && !removed.contains(&field.name) {
                continue;
            }
            match field.resolve(value, asking) {
                Ok(value) => drop(profile.insert(field.name.clone(), value)),
                Err(broken) => violations.extend(broken),
            }
        }
        if violations.is_empty() { Ok(profile) } else { Err(violations) }
    }

    /// Draws the fields of a new account that are drawn and that nobody set.
    pub fn generate(&self, profile: &mut Map<String, Value>, dice: &dyn Dice) {
        for field in &self.fields {
            let unset = profile.get(&field.name).is_none_or(Value::is_null);
            if let Some(generate) = field.generate.as_ref().filter(|_| unset) {
                profile.insert(field.name.clone(), Value::String(generate.draw(dice)));
            }
        }
    }

    /// Whether there is a field of this name that may be set so.
    #[must_use]
    pub fn settable(&self, name: &str, by: Setter) -> bool {
        self.field(name).is_some_and(|field| field.settable(by))
    }
}
