//! The program's integration tests: one binary, one module per subject.

mod cli;
mod program;
