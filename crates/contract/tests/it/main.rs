//! The contract engine from outside: the built-in contracts, and what the checker says about broken ones.

mod builtin;
mod diagnostics;
mod documents;
mod inference;
mod robust;
