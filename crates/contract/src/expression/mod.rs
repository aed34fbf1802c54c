//! Computed values and conditions: a total subset of CEL. Parsed and typed at load, so that evaluation cannot
//! fail, loop or panic.

mod ast;
mod check;
mod compare;
mod eval;
mod facts;
mod lexer;
mod names;
mod parser;
mod reverse;
mod types;

pub use ast::{Ast, AstKind, Call, Locator, Operator};
pub use check::{check, check_condition};
pub use eval::{Evaluated, Typed};
pub use facts::{NarrowedNames, non_null_when};
pub use names::{Names, Path, Place, Reference, Scope, Slot, follow};
pub use parser::parse;
pub use types::{Kind, Type};

/// Longest expression, in characters.
pub const MAX_CHARACTERS: usize = 512;
/// Deepest nesting of one expression or template.
pub const MAX_DEPTH: usize = 16;
/// Longest text that an expression or a text with holes makes, in bytes; what is beyond is cut off.
pub const MAX_TEXT: usize = 64 * 1024;

pub(crate) use check::{never_null, of_reference, resolve, type_of};
pub(crate) use eval::{Reading, render_text, truncated};
pub(crate) use reverse::{Demand, Reverse};
