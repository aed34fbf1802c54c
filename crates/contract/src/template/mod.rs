//! Templates: `$path` copies a value, `${…}` computes one, anything else is a constant.
//!
//! Parsed from contract nodes ([`parse()`]), typed and compiled against the names in scope ([`compile()`]), and
//! evaluated once per request ([`CompiledTemplate::eval`]).

mod ast;
mod compile;
mod each;
mod eval;
mod format;
mod moment;
mod parse;
mod reverse;
mod text;

pub use ast::{EachAst, Key, MapAst, Member, Part, PathAst, Template, TemplateKind, TextPlace};
pub(crate) use compile::compile_inside;
pub use compile::{Escape, Setting, Unlisted, compile};
pub use eval::CompiledTemplate;
pub(crate) use eval::escaped;
pub use format::{TimeFormat, Zone};
pub use moment::kept_time;
pub use parse::parse;
pub use text::parse_text;
