//! How a message leaves.

use crate::mailbox::Mailbox;
use doorward_core::channel::Channels;
use doorward_core::mail::Mail;
use doorward_core::time::Timestamp;

/// The ways a message can leave. A closed set: the configuration names one.
#[derive(Clone)]
pub enum Transport {
    /// Into the development mailbox, which takes e-mails and text messages.
    Mailbox(Mailbox),
}

/// Why a mail could not be delivered, for the operator's log. It quotes no part of the mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotDelivered(pub String);

impl Transport {
    /// The channels it delivers on: nothing is sent to an address that it cannot reach.
    #[must_use]
    pub fn channels(&self) -> Channels {
        match self {
            Transport::Mailbox(_) => Channels::ALL,
        }
    }

    /// Delivers one mail.
    ///
    /// # Errors
    /// It could not be delivered now; it may work later.
    pub async fn deliver(&self, mail: Mail, now: Timestamp) -> Result<(), NotDelivered> {
        match self {
            Transport::Mailbox(mailbox) => {
                mailbox.put(mail, now);
                Ok(())
            }
        }
    }
}
