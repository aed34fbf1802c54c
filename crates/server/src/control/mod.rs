//! How the command line talks to a running server: one line of JSON each way over a Unix socket in the data
//! folder, which only its owner may open.

mod client;
mod server;

pub use client::ask;
pub use server::ControlSocket;

/// The longest line either side reads.
const LONGEST: u64 = 64 * 1024 * 1024;
