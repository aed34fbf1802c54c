//! The program `doorward`, as a library: command line, wiring, hashing pool, budgets, pages. The binary is a thin
//! `main` around [`cli::run`]; tests and benchmarks put the same server together in their own process with
//! [`assemble`], with a clock, dice, a store and costs of their own.

pub mod account;
pub mod adopt;
pub mod backup;
pub mod banner;
pub mod cli;
pub mod clock;
pub(crate) mod command;
pub mod config;
pub mod contracts;
pub mod control;
pub mod dice;
mod doors;
mod examples;
pub mod folder;
mod front;
pub mod hashing;
pub mod import;
pub mod limits;
pub mod live;
pub mod offline;
mod open_files;
pub mod options;
pub mod output;
pub mod pages;
pub mod post;
pub mod realm;
pub mod realm_options;
pub mod reload;
mod sealing;
pub mod sessions;
pub mod start_error;
pub mod stories;
mod sweep;
pub mod telemetry;
pub mod tls_files;
pub mod trail;
pub mod wiring;

pub use contracts::Contract;
pub use hashing::HashCost;
pub use limits::LimitPolicy;
pub use options::Options;
pub use start_error::StartError;
pub use wiring::{Running, assemble};
