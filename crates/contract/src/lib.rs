//! The contract language: text is read (`source`), its templates and expressions are parsed, typed against
//! the catalogue of actions and compiled into a plan in which nothing is left to decide.
//!
//! Knows the core's catalogue and nothing else: no HTTP, no SQL, no clock, no files.

pub mod diagnostic;
pub mod expression;
pub mod function;
pub mod source;
pub mod template;

pub use diagnostic::{Code, Diagnostic, Severity};
pub use source::{Entry, Node, NodeValue, SourceId, Sources, Span};
