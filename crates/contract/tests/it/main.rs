//! The contract engine from outside: the built-in contracts, and what the checker says about broken ones.

#![allow(clippy::expect_used, clippy::panic, clippy::print_stdout, reason = "tests")]

mod backwards;
mod builtin;
mod diagnostics;
mod docs;
mod documents;
mod explain;
mod fmt;
mod inference;
mod json_schema;
mod lints;
mod load_time;
mod mangled;
mod pages;
mod replies;
mod robust;
