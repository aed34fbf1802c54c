//! The functions of the language: one file each with its signature, meaning and tests.
//!
//! A function is total: it answers something for every argument its `types` let through. A null argument gives
//! null (or false), never a fault.

mod base64;
mod contains;
mod digits;
mod ends_with;
mod html;
mod join;
mod json;
mod lower;
mod mask;
mod optional;
mod or_value;
mod size;
mod starts_with;
mod string;
mod text;
mod time;
mod trim;
mod upper;
mod uri;
mod uri_decode;

use crate::diagnostic::{Code, codes};
use crate::expression::{Kind, Names, Scope, Type};
use serde_json::Value;
use std::borrow::Cow;

/// A function of the language.
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// How it is called, for messages and the reference.
    pub signature: &'static str,
    /// What it does, in one sentence.
    pub meaning: &'static str,
    /// The type of the result, or why these arguments are refused.
    pub types: fn(&[Argument<'_>], &dyn Names) -> Result<Type, Problem>,
    /// What it computes.
    pub run: Run,
}

/// How a function is evaluated.
#[derive(Clone, Copy, Debug)]
pub enum Run {
    /// From its arguments.
    Plain(fn(&[Cow<'_, Value>], &dyn Scope) -> Value),
    /// Leaves null out.
    Optional,
    /// Writes a time in a format fixed at load.
    Time,
}

/// An argument, as far as it is known at load.
pub struct Argument<'a> {
    /// Its type.
    pub ty: &'a Type,
    /// Its value, if it is a constant.
    pub constant: Option<&'a Value>,
}

/// Why arguments are refused.
#[derive(Debug, PartialEq)]
pub struct Problem {
    /// Which argument; past the last for the call as a whole.
    pub argument: usize,
    /// What kind of problem.
    pub code: Code,
    /// What is wrong.
    pub message: String,
}

/// Every function, by name.
pub static FUNCTIONS: &[&Function] = &[
    &base64::BASE64,
    &contains::CONTAINS,
    &digits::DIGITS,
    &ends_with::ENDS_WITH,
    &html::HTML,
    &join::JOIN,
    &json::JSON,
    &lower::LOWER,
    &mask::MASK,
    &optional::OPTIONAL,
    &or_value::OR_VALUE,
    &size::SIZE,
    &starts_with::STARTS_WITH,
    &string::STRING,
    &text::TEXT,
    &time::TIME,
    &trim::TRIM,
    &upper::UPPER,
    &uri::URI,
    &uri_decode::URI_DECODE,
];

/// The function of that name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|function| function.name == name).copied()
}

fn problem<T>(argument: usize, code: Code, message: impl Into<String>) -> Result<T, Problem> {
    Err(Problem { argument, code, message: message.into() })
}

/// Refuses another number of arguments.
fn count(arguments: &[Argument<'_>], least: usize, most: usize) -> Result<(), Problem> {
    if (least..=most).contains(&arguments.len()) {
        return Ok(());
    }
    let wanted = if least == most { least.to_string() } else { format!("{least} to {most}") };
    problem(usize::MAX, codes::TYPE_CLASH, format!("takes {wanted} arguments, not {}", arguments.len()))
}

/// Text to text: null stays null, and so does a request member that turns out not to be text.
fn text_to_text(arguments: &[Argument<'_>], _: &dyn Names) -> Result<Type, Problem> {
    count(arguments, 1, 1)?;
    let ty = arguments[0].ty;
    if ty.is_text() || ty.kind == Kind::Any {
        return Ok(Type { kind: Kind::Text, nullable: ty.nullable || ty.kind == Kind::Any });
    }
    problem(0, codes::TYPE_CLASH, format!("wants text, this is {ty}"))
}

/// Asks a text about another: a null is not one that fits.
fn text_asks_text(arguments: &[Argument<'_>], _: &dyn Names) -> Result<Type, Problem> {
    count(arguments, 2, 2)?;
    for (at, argument) in arguments.iter().enumerate() {
        if !argument.ty.is_text() && argument.ty.kind != Kind::Any {
            return problem(at, codes::TYPE_CLASH, format!("wants text, this is {}", argument.ty));
        }
    }
    Ok(Type::boolean())
}

fn map_text(arguments: &[Cow<'_, Value>], change: impl FnOnce(&str) -> String) -> Value {
    match arguments.first().and_then(|value| value.as_str()) {
        Some(text) => Value::String(crate::expression::truncated(change(text))),
        None => Value::Null,
    }
}

fn ask_text(arguments: &[Cow<'_, Value>], ask: impl FnOnce(&str, &str) -> bool) -> Value {
    let text = |at: usize| arguments.get(at).and_then(|value| value.as_str());
    Value::Bool(text(0).zip(text(1)).is_some_and(|(left, right)| ask(left, right)))
}

#[cfg(test)]
pub(crate) mod testing;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_and_stand_in_their_signatures() {
        assert!(FUNCTIONS.windows(2).all(|pair| pair[0].name < pair[1].name));
        for function in FUNCTIONS {
            assert!(function.signature.starts_with(&format!("{}(", function.name)), "{}", function.name);
            assert!(function.meaning.ends_with('.'), "{}", function.name);
        }
    }
}
