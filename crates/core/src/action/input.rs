//! Inputs as a binding brings them: by name, already of the declared type.

use crate::account::Account;
use crate::fault::Fault;
use crate::identifier::{Identifier, IdentifierKind, budget_key};
use crate::password::Password;
use crate::policy::Policy;
use crate::violation::Violation;
use serde_json::{Map, Number, Value};
use std::time::Duration;

/// The inputs of one call. The contract engine has validated types and presence.
#[derive(Clone, Default)]
pub struct Inputs {
    /// Identifiers by kind, as written.
    pub identifiers: Vec<(IdentifierKind, String)>,
    /// Facts that must be true of the account, or free when signing up.
    pub claims: Vec<(IdentifierKind, String)>,
    /// Identifiers that the request takes away, where only what is given changes.
    pub removed: Vec<IdentifierKind>,
    /// Profile fields; a null takes the value away.
    pub profile: Map<String, Value>,
    /// The other inputs by name; null means absent.
    pub values: Vec<(&'static str, Value)>,
    /// The wire name of each input, for violations.
    pub wire: Vec<(&'static str, String)>,
    /// The wire name of each profile field.
    pub fields: Vec<(String, String)>,
}

impl Inputs {
    /// The value of an input, unless it is absent or null.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.values.iter().find(|(known, value)| *known == name && !value.is_null()).map(|(_, value)| value)
    }

    /// A text input.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<String> {
        self.value(name).and_then(Value::as_str).map(str::to_owned)
    }

    /// A text that may have been bound to a number, such as an id.
    #[must_use]
    pub fn loose_text(&self, name: &str) -> Option<String> {
        match self.value(name)? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => {
                Some(whole(number).map_or_else(|| number.to_string(), |n| n.to_string()))
            }
            _ => None,
        }
    }

    /// A duration input, in whole seconds.
    #[must_use]
    pub fn duration(&self, name: &str) -> Option<Duration> {
        self.value(name).and_then(Value::as_u64).map(Duration::from_secs)
    }

    /// A password input.
    #[must_use]
    pub fn password(&self, name: &str) -> Option<Password> {
        self.text(name).map(Password::new)
    }

    /// A text input that the engine guarantees.
    ///
    /// # Errors
    /// It is absent: a fault of the engine.
    pub fn required(&self, name: &str) -> Result<String, Fault> {
        self.loose_text(name).ok_or_else(|| Fault::Internal(format!("required input {name} is absent")))
    }

    /// The identifier, and that there is one.
    ///
    /// # Errors
    /// There is none: a fault of the engine.
    pub fn identifier(&self) -> Result<(IdentifierKind, String), Fault> {
        self.identifiers
            .first()
            .cloned()
            .ok_or_else(|| Fault::Internal("required identifier is absent".to_owned()))
    }

    /// Whether the binding binds an input, whatever the request brought.
    #[must_use]
    pub fn bound(&self, input: &str) -> bool {
        self.wire.iter().any(|(known, _)| *known == input)
    }

    /// The wire name of an input, for violations.
    #[must_use]
    pub fn wire_name(&self, input: &str) -> String {
        wire_name(&self.wire, input)
    }
}

/// A number without a fraction: `1.0` is the integer 1, to JSON Schema too.
fn whole(number: &Number) -> Option<i64> {
    let float = number.as_f64().filter(|_| number.is_f64())?;
    (float.fract() == 0.0 && float.abs() < 9e15).then_some(float as i64)
}

/// The rules that identifiers break which are to be set.
pub(super) fn broken_names(
    names: &[Named],
    wire: &[(&'static str, String)],
    policy: &Policy,
) -> Vec<Violation> {
    let broken = |name: &Named| {
        let field = wire_name(wire, name.kind.name());
        match policy.identifier(name.kind) {
            Some(rule) => rule.broken(&name.written, &field),
            None => Some(Violation::new(&field, "format")),
        }
    };
    names.iter().filter_map(broken).collect()
}

/// The wire name of an input, or its own name when none is given.
pub(super) fn wire_name(wire: &[(&'static str, String)], input: &str) -> String {
    wire.iter().find(|(known, _)| *known == input).map_or(input, |(_, name)| name.as_str()).to_owned()
}

/// The constants of a binding, with defaults filled in by the contract engine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options(pub Vec<(&'static str, String)>);

impl Options {
    /// The word of an option; empty where the engine gave none.
    #[must_use]
    pub fn word(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| *known == name).map_or("", |(_, word)| word.as_str())
    }

    /// A length of time, where the contract gives one.
    #[must_use]
    pub fn duration(&self, name: &str) -> Option<Duration> {
        self.word(name).parse().ok().map(Duration::from_secs)
    }

    /// A flag.
    #[must_use]
    pub fn flag(&self, name: &str) -> bool {
        self.word(name) == "true"
    }
}

/// An identifier, with its canonical form and its budget.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Its kind.
    pub kind: IdentifierKind,
    /// As written.
    pub written: String,
    /// As compared.
    pub canonical: String,
}

impl Named {
    /// Reads identifiers under the contract's comparison rules; kinds that its accounts do not have drop out.
    #[must_use]
    pub fn all(pairs: &[(IdentifierKind, String)], policy: &Policy) -> Vec<Named> {
        pairs.iter().filter_map(|pair| Named::one(pair, policy)).collect()
    }

    /// Reads one identifier.
    #[must_use]
    pub fn one((kind, written): &(IdentifierKind, String), policy: &Policy) -> Option<Named> {
        let rule = policy.identifier(*kind)?;
        Some(Named { kind: *kind, written: written.clone(), canonical: rule.canonical(written) })
    }

    /// What an account signs in by first of all.
    pub(super) fn first_of(account: &Account) -> Option<Named> {
        account.identifiers.first().map(Named::of)
    }

    /// An identifier of an account.
    pub(super) fn of(identifier: &Identifier) -> Named {
        Named {
            kind: identifier.kind,
            written: identifier.written.clone(),
            canonical: identifier.canonical.clone(),
        }
    }

    /// The key of its budget.
    #[must_use]
    pub fn budget(&self) -> String {
        budget_key(&self.written)
    }
}
