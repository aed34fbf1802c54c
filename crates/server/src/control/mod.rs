//! How the command line talks to a running server: one line of JSON each way over a Unix socket in the data
//! folder, which only its owner may open.

mod client;
mod server;

use crate::account::Request;
use crate::post::MailRequest;
use crate::sessions::SessionRequest;
use crate::trail::TrailRequest;
use serde::{Deserialize, Serialize};

pub use client::ask;
pub use server::ControlSocket;

/// What a running server is asked to do.
#[derive(Clone, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Asked {
    /// Something about accounts.
    Account(Request),
    /// Something about messages.
    Mail(MailRequest),
    /// Something about the audit trail.
    Trail(TrailRequest),
    /// Something about sessions.
    Sessions(SessionRequest),
}

/// The longest line either side reads.
const LONGEST: u64 = 64 * 1024 * 1024;
