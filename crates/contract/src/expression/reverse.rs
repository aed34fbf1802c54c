//! What an expression is when it is read from its end: which value was there, given what it came to.

use super::Operator;
use super::eval::{Step, Typed};
use super::names::Path;
use super::types::Type;
use crate::template::{CompiledTemplate, TimeFormat};
use serde_json::Value;
use std::sync::Arc;

/// An expression as far as it can be run in reverse.
pub(crate) enum Reverse<'t> {
    /// Always this.
    Constant(&'t Value),
    /// The value of a name.
    Path(&'t Path),
    /// Another template, and the members followed below it.
    Template(&'t Arc<CompiledTemplate>, &'t [String]),
    /// A time in a format.
    Time(Box<Reverse<'t>>, &'t TimeFormat),
    /// The value, or nothing at all.
    Optional(Box<Reverse<'t>>),
    /// A function whose result may be given to it again: `lower`, `trim` and the like.
    AsWritten(Box<Reverse<'t>>),
    /// One of two.
    Either(Box<[Reverse<'t>; 2]>),
    /// Left out.
    Omit,
    /// Computed: nothing can be said.
    Computed,
}

impl Typed {
    /// What it is from its end.
    pub(crate) fn reverse(&self) -> Reverse<'_> {
        self.step.reverse()
    }

    /// Its type.
    pub(crate) fn reverse_type(&self) -> &Type {
        &self.ty
    }

    /// What a request must look like so that it holds; nothing if that cannot be said.
    pub(crate) fn demands(&self) -> Option<Vec<Demand>> {
        let mut demands = Vec::new();
        self.step.demand(&mut demands).then_some(demands)
    }
}

/// One thing that a guard asks of a request.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Demand {
    /// A member that is this.
    Is(Path, Value),
    /// A member that is there.
    There(Path),
    /// A member that is not there.
    Absent(Path),
}

impl Step {
    fn reverse(&self) -> Reverse<'_> {
        match self {
            Step::Constant(value) => Reverse::Constant(value),
            Step::Read(path) => Reverse::Path(path),
            Step::Inline(template, rest) => Reverse::Template(template, rest),
            Step::Format(time, format) => Reverse::Time(Box::new(time.reverse()), format),
            Step::Optional(inner) => Reverse::Optional(Box::new(inner.reverse())),
            Step::AsWritten(call) => match call.as_ref() {
                Step::Call(_, arguments) => match arguments.as_slice() {
                    [only] => Reverse::AsWritten(Box::new(only.reverse())),
                    _ => Reverse::Computed,
                },
                _ => Reverse::Computed,
            },
            Step::If(parts) => {
                let [_, yes, no] = parts.as_ref();
                Reverse::Either(Box::new([yes.reverse(), no.reverse()]))
            }
            Step::Omit => Reverse::Omit,
            _ => Reverse::Computed,
        }
    }

    fn demand(&self, demands: &mut Vec<Demand>) -> bool {
        match self {
            Step::And(left, right) => left.demand(demands) && right.demand(demands),
            Step::Not(inner) => match inner.as_ref() {
                Step::Compare(Operator::NotEqual, left, right) => same(left, right, demands),
                _ => false,
            },
            Step::Compare(Operator::Equal, left, right) => same(left, right, demands),
            Step::Compare(Operator::NotEqual, left, right) => match (left.as_ref(), right.as_ref()) {
                (Step::Read(path), Step::Constant(Value::Null)) => {
                    demands.push(Demand::There(path.clone()));
                    true
                }
                _ => false,
            },
            _ => false,
        }
    }
}

/// `path == constant`, on either side.
fn same(left: &Step, right: &Step, demands: &mut Vec<Demand>) -> bool {
    let (path, value) = match (left, right) {
        (Step::Read(path), Step::Constant(value)) | (Step::Constant(value), Step::Read(path)) => {
            (path, value)
        }
        _ => return false,
    };
    demands.push(match value {
        Value::Null => Demand::Absent(path.clone()),
        value => Demand::Is(path.clone(), value.clone()),
    });
    true
}
