//! Mails by SMTP (RFC 5321), over TLS (RFC 8314), STARTTLS (RFC 3207) or neither.
//!
//! A mail that the server has taken may be sent once more after a crash: SMTP has no way to ask. It has the same
//! `Message-ID` then, by which mail servers and clients know it.

mod connection;
mod message;
mod wire;

use crate::transport::{Letter, NotDelivered};
use connection::{Connection, Talk};
use doorward_client::{Client, Trust};
use doorward_core::time::Timestamp;
use lettre::message::Mailbox;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use zeroize::Zeroizing;

/// A connection that was idle for longer is not used again.
const KEPT_IDLE: Duration = Duration::from_secs(30);
/// How many idle connections are kept.
const IDLE: usize = 4;

/// How a connection is secured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// TLS after `STARTTLS`; without it nothing is sent.
    StartTls,
    /// TLS from the first byte.
    Tls,
    /// Not at all.
    None,
}

/// What one signs in to a mail server with.
#[derive(Clone)]
pub struct Login {
    /// The name.
    pub username: String,
    /// The password.
    pub password: Zeroizing<String>,
}

/// Whom mails are from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender {
    pub(crate) from: Mailbox,
    pub(crate) reply_to: Option<Mailbox>,
}

impl Sender {
    /// Reads `NAME <ADDRESS>` or an address alone.
    ///
    /// # Errors
    /// A sentence: one of them is no address.
    pub fn parse(from: &str, reply_to: Option<&str>) -> Result<Sender, String> {
        let from = mailbox(from)?;
        Ok(Sender { from, reply_to: reply_to.map(mailbox).transpose()? })
    }
}

impl Sender {
    /// The domain that mails are from, in ASCII.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.from.email.domain()
    }
}

fn mailbox(text: &str) -> Result<Mailbox, String> {
    let wrong = || format!("`{text}` is no sender: ADDRESS or NAME <ADDRESS> is expected");
    let read: Mailbox = text.parse().map_err(|_| wrong())?;
    let email = message::address(read.email.as_ref()).ok_or_else(wrong)?;
    Ok(Mailbox::new(read.name, email))
}

/// How a mail server is spoken to.
#[derive(Clone)]
pub struct SmtpSettings {
    /// Its name or number.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is secured.
    pub security: Security,
    /// What to sign in with, if the server wants it.
    pub credentials: Option<Login>,
    /// The name that we say hello with.
    pub hello: String,
    /// How long the server may take for each answer.
    pub timeout: Duration,
    /// Whom mails are from.
    pub sender: Sender,
    /// Whom the mails of a realm are from, where it is somebody else.
    pub senders: BTreeMap<String, Sender>,
}

/// A mail server, and the connections to it.
pub struct Smtp {
    settings: SmtpSettings,
    client: Client,
    idle: Mutex<Vec<Connection>>,
}

impl Smtp {
    /// Prepares to speak to a mail server whose certificate these vouch for.
    ///
    /// # Errors
    /// A sentence: nobody is trusted.
    pub fn new(settings: SmtpSettings, trust: Trust) -> Result<Smtp, String> {
        let client = match settings.security {
            Security::None => Client::plain(),
            Security::StartTls | Security::Tls => Client::of_another_protocol(trust)?,
        };
        Ok(Smtp { settings, client, idle: Mutex::default() })
    }

    /// Delivers one mail, over a connection that is open already if there is one.
    ///
    /// # Errors
    /// It was not taken.
    pub async fn deliver(
        &self,
        letter: &Letter<'_>,
        now: Timestamp,
        told: &mut Vec<String>,
    ) -> Result<(), NotDelivered> {
        let sender = self.settings.senders.get(letter.realm).unwrap_or(&self.settings.sender);
        let composed = message::compose(letter, sender, now)?;
        let mut talk = Talk { settings: &self.settings, told };
        let mut connection = match self.kept(now).await {
            Some(connection) => connection,
            None => Connection::open(&self.client, now, &mut talk).await?,
        };
        let sent = connection.send(&composed, &mut talk).await;
        if sent.is_ok() {
            connection.idle_since = now;
            self.keep(connection);
        } else {
            connection.close().await;
        }
        sent
    }

    /// An open connection on which the server still answers.
    async fn kept(&self, now: Timestamp) -> Option<Connection> {
        loop {
            let mut connection = self.lock().pop()?;
            let fresh = now.since(connection.idle_since) < KEPT_IDLE;
            if fresh && connection.lives(self.settings.timeout.min(Duration::from_secs(5))).await {
                return Some(connection);
            }
        }
    }

    fn keep(&self, connection: Connection) {
        let mut idle = self.lock();
        if idle.len() < IDLE {
            idle.push(connection);
        }
    }

    // A panic while holding it loses at worst a connection: going on is right.
    fn lock(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_is_an_address_with_or_without_a_name() {
        assert!(Sender::parse("a@b.example", None).is_ok());
        assert!(Sender::parse("Shop <a@b.example>", Some("c@d.example")).is_ok());
        for text in ["", "Shop", "a@b.example, c@d.example", "Shop <a@b.example>\r\nBcc: x@y.z"] {
            assert!(Sender::parse(text, None).unwrap_err().contains("ADDRESS or NAME"), "{text:?}");
        }
    }
}
