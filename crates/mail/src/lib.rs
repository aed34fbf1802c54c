//! The outbox worker and its transports. A message, by e-mail or to a telephone, comes here rendered and sealed; this crate opens it, delivers it
//! and has it wiped. Nothing here knows what a mail is about.

pub mod backoff;
pub mod mailbox;
pub mod outbox;
pub mod smtp;
pub mod transport;
pub mod webhook;

pub use backoff::Patience;
pub use mailbox::{Mailbox, Received};
pub use outbox::{Bell, Outbox, Parts};
pub use transport::{Letter, NotDelivered, Transport, Transports, Why};
