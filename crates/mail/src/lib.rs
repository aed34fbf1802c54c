//! The outbox worker and its transports. A message, by e-mail or to a telephone, comes here rendered and sealed; this crate opens it, delivers it
//! and has it wiped. Nothing here knows what a mail is about.

pub mod mailbox;
pub mod outbox;
pub mod transport;

pub use mailbox::{Mailbox, Received};
pub use outbox::{Bell, Outbox};
pub use transport::Transport;
