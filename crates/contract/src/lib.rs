//! The contract language: text is read (`source`), its templates and expressions are parsed, typed against
//! the catalogue of actions and compiled into a plan in which nothing is left to decide.
//!
//! Knows the core's catalogue and nothing else: no HTTP, no SQL, no clock, no files.

mod account_plan;
pub mod account_view;
pub mod backwards;
pub mod builtin;
mod caller_plan;
mod compile;
mod cors_plan;
pub mod diagnostic;
pub mod document;
pub mod explain;
pub mod expression;
mod extend;
pub mod fmt;
pub mod function;
mod header_names;
pub mod json_bytes;
mod json_schema;
mod lint;
mod load;
pub mod mails;
mod media;
pub mod moment;
mod names;
pub mod openapi;
pub mod plan;
mod root_names;
pub mod schema;
pub mod scope;
pub mod source;
pub mod template;
pub mod wire_date;
pub mod wording;

pub use builtin::{BUILTIN, OWN, STORIES, VARIANTS, all_builtin, builtin, builtin_stories, open_builtin};
pub use compile::{BindingTrace, InputTrace, OperationTrace, Origin, ReplyPart, ReplyTrace, Scope, Trace};
pub use diagnostic::{Code, Diagnostic, Severity};
pub use explain::explain;
pub use json_bytes::json_bytes;
pub use json_schema::json_schema;
pub use load::{Loaded, load};
pub use openapi::openapi;
pub use source::{Entry, Node, NodeValue, SourceId, Sources, Span};
