//! The program's integration tests: one binary, one module per subject.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a broken expectation in a test is a failed test; tests spawn tasks and read their environment"
)]

mod against_https;
mod binary;
mod built;
mod cli;
mod deployment;
mod hang_up;
mod house;
mod imports;
mod kill;
mod legacy_tokens;
mod operations;
mod post;
mod program;
mod stories;
mod told;
mod tour;
mod tryout;
mod world;
