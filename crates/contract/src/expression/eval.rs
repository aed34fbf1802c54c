//! Evaluation of checked expressions. Total: no step can fail, and none loops.

use super::compare::{equal, order};
use super::names::{Path, Scope, follow};
use super::types::Type;
use super::{MAX_TEXT, Operator};
use crate::template::{CompiledTemplate, TimeFormat};
use serde_json::Value;
use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::Arc;

/// What an expression or a template came to.
#[derive(Clone, Debug, PartialEq)]
pub enum Evaluated {
    /// A value.
    Value(Value),
    /// This member, list item or header is left out.
    Omit,
    /// A `$map` of an input met a value that it does not list: a violation of the rule `enum`. Only templates
    /// compiled with [`crate::template::Unlisted::Violation`] come to this.
    Unlisted,
}

/// The same while it may still be borrowed from the scope.
pub(crate) enum Reading<'s> {
    Value(Cow<'s, Value>),
    Omit,
    Unlisted,
}

impl<'s> Reading<'s> {
    /// Null where something is left out.
    pub(crate) fn or_null(self) -> Cow<'s, Value> {
        match self {
            Reading::Value(value) => value,
            Reading::Omit | Reading::Unlisted => Cow::Owned(Value::Null),
        }
    }

    pub(crate) fn into_owned(self) -> Evaluated {
        match self {
            Reading::Value(value) => Evaluated::Value(value.into_owned()),
            Reading::Omit => Evaluated::Omit,
            Reading::Unlisted => Evaluated::Unlisted,
        }
    }
}

/// A checked expression.
#[derive(Debug)]
pub struct Typed {
    pub(super) step: Step,
    pub(super) ty: Type,
    pub(super) may_omit: bool,
}

/// A checked expression's operations.
#[derive(Debug)]
pub(super) enum Step {
    Constant(Value),
    Read(Path),
    Inline(Arc<CompiledTemplate>, Vec<String>),
    List(Vec<Step>),
    Not(Box<Step>),
    And(Box<Step>, Box<Step>),
    Or(Box<Step>, Box<Step>),
    Compare(Operator, Box<Step>, Box<Step>),
    In(Box<Step>, Box<Step>),
    Concat(Box<Step>, Box<Step>),
    If(Box<[Step; 3]>),
    Call(fn(&[Cow<'_, Value>], &dyn Scope) -> Value, Vec<Step>),
    /// A call whose result may be given to it again.
    AsWritten(Box<Step>),
    Format(Box<Step>, TimeFormat),
    Optional(Box<Step>),
    Omit,
}

impl Typed {
    /// The type of the value, unless it is left out.
    #[must_use]
    pub fn ty(&self) -> &Type {
        &self.ty
    }

    /// Whether it may come to [`Evaluated::Omit`].
    #[must_use]
    pub fn may_omit(&self) -> bool {
        self.may_omit
    }

    /// The value, if it is the same for every request.
    #[must_use]
    pub fn constant(&self) -> Option<&Value> {
        match &self.step {
            Step::Constant(value) => Some(value),
            _ => None,
        }
    }

    /// Evaluates it.
    #[must_use]
    pub fn eval(&self, scope: &dyn Scope) -> Evaluated {
        self.step.read(scope).into_owned()
    }

    /// Whether a condition holds.
    #[must_use]
    pub fn holds(&self, scope: &dyn Scope) -> bool {
        self.step.holds(scope)
    }

    pub(crate) fn read<'s>(&'s self, scope: &'s dyn Scope) -> Reading<'s> {
        self.step.read(scope)
    }
}

impl Step {
    /// The value, borrowed from the scope where possible.
    fn read<'s>(&'s self, scope: &'s dyn Scope) -> Reading<'s> {
        match self {
            Step::Omit => Reading::Omit,
            Step::If(parts) => {
                let [condition, yes, no] = parts.as_ref();
                if condition.holds(scope) { yes.read(scope) } else { no.read(scope) }
            }
            Step::Optional(inner) => match inner.read(scope) {
                Reading::Value(value) if value.is_null() => Reading::Omit,
                reading => reading,
            },
            step => Reading::Value(step.value(scope)),
        }
    }

    fn value<'s>(&'s self, scope: &'s dyn Scope) -> Cow<'s, Value> {
        match self {
            Step::Constant(value) => Cow::Borrowed(value),
            Step::Read(path) => scope.read(path),
            Step::Inline(template, rest) => member(template.read(scope).or_null(), rest),
            Step::List(items) => {
                Cow::Owned(Value::Array(items.iter().map(|item| item.value(scope).into_owned()).collect()))
            }
            Step::Not(_) | Step::And(..) | Step::Or(..) | Step::Compare(..) | Step::In(..) => {
                Cow::Owned(Value::Bool(self.holds(scope)))
            }
            Step::Concat(left, right) => {
                let mut text = String::new();
                render_text(&left.value(scope), &mut text);
                render_text(&right.value(scope), &mut text);
                Cow::Owned(Value::String(truncated(text)))
            }
            Step::Call(run, arguments) => {
                let arguments: Vec<Cow<'_, Value>> = arguments.iter().map(|step| step.value(scope)).collect();
                Cow::Owned(run(&arguments, scope))
            }
            Step::AsWritten(call) => call.value(scope),
            Step::Format(time, format) => Cow::Owned(format.render(&time.value(scope))),
            Step::If(_) | Step::Optional(_) | Step::Omit => self.read(scope).or_null(),
        }
    }

    fn holds(&self, scope: &dyn Scope) -> bool {
        match self {
            Step::Not(inner) => !inner.holds(scope),
            Step::And(left, right) => left.holds(scope) && right.holds(scope),
            Step::Or(left, right) => left.holds(scope) || right.holds(scope),
            Step::Compare(operator, left, right) => {
                compare(*operator, &left.value(scope), &right.value(scope))
            }
            Step::In(item, list) => {
                let item = item.value(scope);
                list.value(scope).as_array().is_some_and(|list| list.iter().any(|other| equal(&item, other)))
            }
            step => matches!(step.value(scope).as_ref(), Value::Bool(true)),
        }
    }
}

fn compare(operator: Operator, left: &Value, right: &Value) -> bool {
    match operator {
        Operator::Equal => equal(left, right),
        Operator::NotEqual => !equal(left, right),
        Operator::Less => order(left, right) == Some(Ordering::Less),
        Operator::LessOrEqual => order(left, right).is_some_and(Ordering::is_le),
        Operator::Greater => order(left, right) == Some(Ordering::Greater),
        Operator::GreaterOrEqual => order(left, right).is_some_and(Ordering::is_ge),
        Operator::Or | Operator::And | Operator::In | Operator::Plus => false,
    }
}

/// The value below; null where a member is absent.
pub(crate) fn member<'s>(value: Cow<'s, Value>, rest: &[String]) -> Cow<'s, Value> {
    if rest.is_empty() {
        return value;
    }
    match value {
        Cow::Borrowed(value) => follow(value, rest).map_or(Cow::Owned(Value::Null), Cow::Borrowed),
        Cow::Owned(value) => Cow::Owned(follow(&value, rest).cloned().unwrap_or(Value::Null)),
    }
}

/// Writes a value as it reads inside text: text as it is, numbers and booleans as JSON, null as nothing, lists
/// and objects as JSON.
pub(crate) fn render_text(value: &Value, text: &mut String) {
    match value {
        Value::Null => {}
        Value::String(value) => text.push_str(value),
        value => text.push_str(&value.to_string()),
    }
}

/// Cuts a text to the limit, on a character boundary.
pub(crate) fn truncated(mut text: String) -> String {
    if text.len() > MAX_TEXT {
        text.truncate(text.floor_char_boundary(MAX_TEXT));
    }
    text
}
