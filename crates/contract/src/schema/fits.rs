//! Whether what a reply is made of fits a declared schema, as far as its static type says.

use super::Schema;
use super::shape::{Shape, Types};
use crate::diagnostic::did_you_mean;
use crate::expression::{Kind, Type};
use serde_json::Value;

/// How a value does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// What is wrong, with the path of the member.
    pub message: String,
    /// The name of the member that was probably meant.
    pub meant: Option<String>,
}

impl Misfit {
    fn new(message: String) -> Self {
        Self { message, meant: None }
    }
}

impl Schema {
    /// How values of this type break the schema; nothing where they may fit. A constant is validated as it is.
    #[must_use]
    pub fn misfit(&self, ty: &Type, constant: Option<&Value>) -> Option<Misfit> {
        let of_type = misfit(&self.shape, ty, "");
        let of_value = || {
            let broken = self.violations(constant?).into_iter().next()?;
            let at =
                if broken.field.is_empty() { "the body".to_owned() } else { format!("`{}`", broken.field) };
            Some(Misfit::new(format!("{at} breaks `{}`", broken.rule)))
        };
        of_type.or_else(of_value)
    }
}

fn misfit(shape: &Shape, ty: &Type, at: &str) -> Option<Misfit> {
    let name = if at.is_empty() { "the body".to_owned() } else { format!("`{at}`") };
    if shape.types.said() && !types_of(&ty.kind).is_none_or(|own| shape.types.has(own)) {
        return Some(Misfit::new(format!("{name} is {ty}")));
    }
    if let (Some(words), Kind::Enum(own)) = (&shape.words, &ty.kind)
        && let Some(other) = own.iter().find(|word| !words.contains(word))
    {
        let meant = did_you_mean(other, words.iter().map(String::as_str)).map(str::to_owned);
        return Some(Misfit { message: format!("{name} may be '{other}'"), meant });
    }
    match &ty.kind {
        Kind::Object(members) => members_misfit(shape, members, at),
        Kind::List(item) if item.kind != Kind::Nothing => {
            misfit(shape.item.as_deref()?, item, &below(at, "*"))
        }
        _ => None,
    }
}

fn members_misfit(shape: &Shape, members: &[(String, Type)], at: &str) -> Option<Misfit> {
    let has = |name: &str| members.iter().any(|(own, _)| own == name);
    let missing = || shape.properties.iter().map(|property| property.name.as_str()).filter(|name| !has(name));
    for (name, ty) in members {
        if let Some(property) = shape.property(name) {
            let inner = misfit(&property.shape, ty, &below(at, name));
            if inner.is_some() {
                return inner;
            }
            continue;
        }
        // Where more is allowed, only what looks like a slip is one.
        let meant = did_you_mean(name, missing()).map(str::to_owned);
        if shape.closed || meant.is_some() {
            let message = format!("it declares no `{}`", below(at, name));
            return Some(Misfit { message, meant });
        }
    }
    let absent = shape.required.iter().find(|name| !has(name));
    absent.map(|name| Misfit::new(format!("`{}` is missing", below(at, name))))
}

fn below(at: &str, name: &str) -> String {
    if at.is_empty() { name.to_owned() } else { format!("{at}.{name}") }
}

/// The JSON types that values of a kind may have, if that is known.
fn types_of(kind: &Kind) -> Option<Types> {
    Some(match kind {
        Kind::Text | Kind::Enum(_) | Kind::Token => Types::STRING,
        Kind::Integer | Kind::Duration => Types::INTEGER.or(Types::NUMBER),
        Kind::Number => Types::NUMBER.or(Types::INTEGER),
        Kind::Boolean => Types::BOOLEAN,
        Kind::Time => Types::STRING.or(Types::INTEGER).or(Types::NUMBER),
        Kind::List(_) => Types::ARRAY,
        Kind::Object(_) | Kind::AnyObject => Types::OBJECT,
        Kind::Nothing => Types::NULL,
        Kind::Any => return None,
    })
}
