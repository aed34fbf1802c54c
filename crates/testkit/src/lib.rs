//! For tests only: a clock and dice that tests hold in their hands, the in-memory model of the store, the
//! stories that every store must pass, and the random changes on which every store must agree with the model.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "this crate is linked into tests only, where a broken expectation is a failed test"
)]

pub mod clock;
pub mod dice;
pub mod http_actor;
pub mod memory_store;
pub mod random_actions;
pub mod random_changes;
pub mod realm;
pub mod samples;
pub mod smtp_server;
pub mod store_stories;

pub use clock::FakeClock;
pub use dice::SeededDice;
pub use memory_store::MemoryStore;
pub use smtp_server::{Manner, Secured, SmtpServer};
