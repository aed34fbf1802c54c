//! Where everything of a plan was written: for explanations and lints.

use super::place::Origin;
use crate::expression::Type;
use crate::source::Span;

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
}
