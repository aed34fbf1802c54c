//! How a message leaves.

use crate::mailbox::Mailbox;
use crate::smtp::Smtp;
use crate::webhook::Webhook;
use doorward_core::channel::{Channel, Channels};
use doorward_core::mail::Mail;
use doorward_core::time::Timestamp;
use std::sync::Arc;
use uuid::Uuid;

/// A message on its way.
pub struct Letter<'a> {
    /// Its id in the outbox, the same however often it is tried: receivers know a repetition by it.
    pub id: Uuid,
    /// The realm it comes from.
    pub realm: &'a str,
    /// What it says.
    pub mail: &'a Mail,
}

/// The ways a message can leave. A closed set: the configuration names one.
#[derive(Clone)]
pub enum Transport {
    /// Into the development mailbox, which takes e-mails and text messages.
    Mailbox(Mailbox),
    /// To a mail server. E-mails only.
    Smtp(Arc<Smtp>),
    /// As a signed request to a gateway, which takes both.
    Webhook(Arc<Webhook>),
    /// Not at all.
    Nowhere,
}

/// Which transport takes which channel.
#[derive(Clone)]
pub struct Transports {
    /// E-mails.
    pub email: Transport,
    /// Text messages.
    pub sms: Transport,
}

/// Why a message could not be delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotDelivered {
    /// Whether it may work later.
    pub why: Why,
    /// One sentence for the operator. It quotes no part of the message's text.
    pub sentence: String,
}

/// What kind of failure it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// This message will never be taken.
    Refused,
    /// This message was not taken now.
    Later,
    /// No message is taken now: the server does not answer, or not to us.
    Unreachable,
}

impl NotDelivered {
    pub(crate) fn new(why: Why, sentence: impl Into<String>) -> NotDelivered {
        NotDelivered { why, sentence: one_line(&sentence.into()) }
    }
}

/// A sentence that others had a part in: on one line and of a bounded length.
fn one_line(text: &str) -> String {
    const LONGEST: usize = 400;
    let words: Vec<&str> =
        text.split(|c: char| c.is_control() || c.is_whitespace()).filter(|word| !word.is_empty()).collect();
    words.join(" ").chars().take(LONGEST).collect()
}

impl Transport {
    /// The channels it delivers on.
    fn takes(&self, channel: Channel) -> bool {
        match self {
            Transport::Mailbox(_) | Transport::Webhook(_) => true,
            Transport::Smtp(_) => channel == Channel::Email,
            Transport::Nowhere => false,
        }
    }

    /// Delivers one message; what was said on the way is told, a line each.
    ///
    /// # Errors
    /// It was not delivered.
    pub async fn deliver(
        &self,
        letter: &Letter<'_>,
        now: Timestamp,
        told: &mut Vec<String>,
    ) -> Result<(), NotDelivered> {
        match self {
            Transport::Mailbox(mailbox) => {
                mailbox.put(letter.mail.clone(), now);
                Ok(())
            }
            Transport::Smtp(smtp) => smtp.deliver(letter, now, told).await,
            Transport::Webhook(webhook) => webhook.deliver(letter, now, told).await,
            Transport::Nowhere => {
                let channel = letter.mail.channel.name();
                Err(NotDelivered::new(
                    Why::Unreachable,
                    format!("no transport is configured for the channel {channel}"),
                ))
            }
        }
    }
}

impl Transports {
    /// One for everything.
    #[must_use]
    pub fn all(transport: Transport) -> Transports {
        Transports { email: transport.clone(), sms: transport }
    }

    /// The channels on which something is delivered: nothing is sent to an address that cannot be reached.
    #[must_use]
    pub fn channels(&self) -> Channels {
        Channels { email: self.email.takes(Channel::Email), sms: self.sms.takes(Channel::Sms) }
    }

    /// What takes messages on this channel.
    #[must_use]
    pub fn of(&self, channel: Channel) -> &Transport {
        let transport = match channel {
            Channel::Email => &self.email,
            Channel::Sms => &self.sms,
        };
        if transport.takes(channel) { transport } else { &Transport::Nowhere }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_offered_that_cannot_be_delivered() {
        let mailbox = || Transport::Mailbox(Mailbox::new());
        assert_eq!(Transports::all(mailbox()).channels(), Channels::ALL);
        assert_eq!(Transports::all(Transport::Nowhere).channels(), Channels { email: false, sms: false });
        let only_sms = Transports { email: Transport::Nowhere, sms: mailbox() };
        assert_eq!(only_sms.channels(), Channels { email: false, sms: true });
    }

    #[test]
    fn what_a_server_says_stays_on_one_line() {
        let told = NotDelivered::new(Why::Later, format!("a\r\n b\u{7}c {}", "x".repeat(900)));
        assert!(told.sentence.starts_with("a b c xxx"));
        assert_eq!(told.sentence.chars().count(), 400);
    }
}
