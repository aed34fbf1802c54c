//! The access log and the stopwatch: both given by the program.

use std::net::IpAddr;
use std::time::Duration;

/// One request, as it is logged: the route's template, never path or query, and nothing that was sent.
#[derive(Clone, Debug)]
pub struct AccessEntry<'a> {
    /// The method; `OTHER` for unknown ones.
    pub method: &'static str,
    /// The route's template.
    pub route: &'a str,
    /// The status sent.
    pub status: u16,
    /// What was answered, where a contract answered.
    pub outcome: Option<&'static str>,
    /// The realm, or empty.
    pub realm: &'a str,
    /// The contract, or empty.
    pub contract: &'a str,
    /// The action, or empty.
    pub action: &'static str,
    /// How long it took.
    pub duration: Duration,
    /// The size of the reply's body.
    pub bytes: u64,
    /// The client's address.
    pub address: IpAddr,
    /// The request's id.
    pub request_id: &'a str,
}

/// Where access lines go.
pub trait AccessLog: Send + Sync {
    /// Takes one line. Must not block.
    fn line(&self, entry: &AccessEntry<'_>);
}

/// Measures durations; it never goes backwards.
pub trait Stopwatch: Send + Sync {
    /// The time since some fixed moment.
    fn elapsed(&self) -> Duration;
}
