//! What an input must be, whether a value may feed it, and what a request member that feeds it looks like.

use crate::document::duration_text;
use crate::expression::{Kind, Type};
use doorward_core::profile::FieldType;
use doorward_core::spec::Kind as CoreKind;
use serde_json::{Value, json};

/// What an input must be.
#[derive(Clone, Debug)]
pub(super) enum Wanted {
    /// What the catalogue says.
    Core(CoreKind),
    /// One of an option's words.
    Words(Vec<&'static str>),
    /// What a profile field is.
    Field(Type, FieldType),
}

impl Wanted {
    /// Whether a value of this type may feed it; if not, what it wants.
    pub(super) fn fits(&self, ty: &Type) -> Result<(), String> {
        if matches!(ty.kind, Kind::Nothing) {
            return Ok(());
        }
        let (fits, wanted) = match self {
            Wanted::Words(words) => {
                let fits = matches!(&ty.kind, Kind::Enum(given) if given.iter().all(|word| words.contains(&word.as_str())));
                (fits, format!("one of '{}', told by `$map` or an `enum`", words.join("', '")))
            }
            Wanted::Core(kind) => (core_fits(*kind, &ty.kind), core_words(*kind).to_owned()),
            Wanted::Field(field, kind) => {
                (field_fits(field, *kind, &ty.kind), field.clone().not_null().to_string())
            }
        };
        if fits || ty.kind == Kind::Any && !matches!(self, Wanted::Words(_)) { Ok(()) } else { Err(wanted) }
    }

    /// The JSON Schema of a request member that feeds it.
    pub(super) fn schema(&self, required: bool) -> Value {
        let name = match self {
            Wanted::Words(words) if required => return json!({"type": "string", "enum": words}),
            Wanted::Words(_) | Wanted::Core(CoreKind::Text | CoreKind::Token) => "string",
            Wanted::Core(CoreKind::Integer | CoreKind::Duration) => "integer",
            Wanted::Core(CoreKind::Boolean) => "boolean",
            Wanted::Core(CoreKind::Object) => "object",
            Wanted::Core(_) => return json!({}),
            Wanted::Field(Type { kind: Kind::Integer, .. }, _) => "integer",
            Wanted::Field(_, kind) => kind.json_type(),
        };
        if required { json!({"type": name}) } else { json!({"type": [name, "null"]}) }
    }
}

fn core_fits(wanted: CoreKind, given: &Kind) -> bool {
    match wanted {
        CoreKind::Text | CoreKind::Token => matches!(given, Kind::Text | Kind::Enum(_) | Kind::Token),
        CoreKind::Integer => *given == Kind::Integer,
        CoreKind::Duration => match given {
            Kind::Enum(words) => words.iter().all(|word| duration_text(word).is_some()),
            given => matches!(given, Kind::Integer | Kind::Duration | Kind::Text),
        },
        CoreKind::Boolean => *given == Kind::Boolean,
        CoreKind::Object => matches!(given, Kind::AnyObject | Kind::Object(_)),
        _ => true,
    }
}

fn core_words(wanted: CoreKind) -> &'static str {
    match wanted {
        CoreKind::Text => "text",
        CoreKind::Token => "a token",
        CoreKind::Integer => "a whole number",
        CoreKind::Duration => "whole seconds, or text such as 30m",
        CoreKind::Boolean => "true or false",
        CoreKind::Object => "an object",
        _ => "any value",
    }
}

fn field_fits(field: &Type, kind: FieldType, given: &Kind) -> bool {
    match (&field.kind, given) {
        (Kind::Enum(allowed), Kind::Enum(words)) => words.iter().all(|word| allowed.contains(word)),
        (Kind::Enum(_), given) => *given == Kind::Text,
        _ => match kind {
            FieldType::Date | FieldType::DateTime if *given == Kind::Time => true,
            FieldType::Date | FieldType::DateTime if field.kind == Kind::Integer => *given == Kind::Integer,
            FieldType::Text | FieldType::Date | FieldType::DateTime => {
                matches!(given, Kind::Text | Kind::Enum(_))
            }
            FieldType::Integer => *given == Kind::Integer,
            FieldType::Number => matches!(given, Kind::Integer | Kind::Number),
            FieldType::Boolean => *given == Kind::Boolean,
            FieldType::List => matches!(given, Kind::List(_)),
            FieldType::Object => matches!(given, Kind::AnyObject | Kind::Object(_)),
        },
    }
}
