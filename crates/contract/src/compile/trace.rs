//! Where everything of a plan was written: for explanations and lints.

use super::place::Origin;
use crate::expression::Type;
use crate::plan::InputTarget;
use crate::source::Span;
use serde_json::Value;

/// The origins of a plan's replies, in the order of its operations.
#[derive(Default)]
pub struct Trace {
    /// One per operation of the plan.
    pub operations: Vec<OperationTrace>,
    /// Where no operation was reached.
    pub document: Vec<Origin>,
    /// Views with where they stand, and what they are in the first reply that uses them.
    pub views: Vec<(String, Span, Option<Type>)>,
    /// Shapes of the document with where they stand, and whether a reply uses them.
    pub shapes: Vec<(String, Span, bool)>,
}

/// The origins of one operation.
pub struct OperationTrace {
    /// Its path as it is written in the contract, without the base.
    pub path: String,
    /// Its method in lower case, as in the contract.
    pub method: String,
    /// Where its method stands.
    pub span: Span,
    /// One per binding.
    pub bindings: Vec<BindingTrace>,
    /// Before a binding was chosen.
    pub replies: Vec<Origin>,
    /// Whether its request schema follows from its inputs.
    pub inferred: bool,
}

/// The origins of one binding.
pub struct BindingTrace {
    /// Where it stands.
    pub span: Span,
    /// Where its guard stands.
    pub when: Option<Span>,
    /// One per outcome that it answers.
    pub origins: Vec<Origin>,
    /// What feeds its inputs.
    pub inputs: Vec<InputTrace>,
    /// The names that its guard and its checks read.
    pub guards: Vec<Vec<String>>,
    /// Whether it wants members of the body by itself.
    pub requires: bool,
    /// The bodies that it takes, as a schema beside that of the operation.
    pub bodies: Value,
}

/// Where an input of a binding comes from.
pub struct InputTrace {
    /// What it feeds.
    pub target: InputTarget,
    /// Where it stands.
    pub span: Span,
    /// The names that it reads.
    pub reads: Vec<Vec<String>>,
}

/// Where a reply was written, and what it reads.
#[derive(Clone, Debug)]
pub struct ReplyTrace {
    /// Where it stands.
    pub span: Span,
    /// The shape that it fills.
    pub shape: Option<String>,
    /// The names that its parts read, those of its shape, arguments and views included.
    pub reads: Vec<(ReplyPart, Vec<String>)>,
    /// Those of them whose values go into it, and do not only choose.
    pub shows: Vec<Vec<String>>,
    /// The names that its guard reads.
    pub guard: Vec<Vec<String>>,
}

/// A part of a reply that is a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReplyPart {
    /// The reason phrase.
    Reason,
    /// A header, by its name in lower case.
    Header(String),
    /// What follows the `#` of a redirect: browsers send it to nobody.
    Fragment,
    /// The body.
    Body,
}
