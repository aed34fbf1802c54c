//! A contract read from its end: what a client of the same API could do with it. Requests are built from an action's
//! inputs, outcomes are recognised in replies, and values are read back (LANGUAGE section 7).
//!
//! It yields an outcome or a group, never a guess.

pub mod pattern;
pub mod recognise;
mod report;
mod request;
mod text;

pub use recognise::{Feature, Observed, Recognised, Recogniser};
pub use report::{OperationReport, backwards};
