//! The core through its public face: the rule of rotation, identifiers, keys and tokens as properties, and the
//! actions on the in-memory model.
#![allow(missing_docs, clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "tests")]

mod actions;
mod catalogue;
mod changes;
mod codes_sent;
mod identifiers;
mod lifetimes;
mod phones;
mod races;
mod refresh_rule;
mod standing;
mod tokens;
mod told;
mod updates;
