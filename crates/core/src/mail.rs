//! A message as it is rendered, before it is sealed into the outbox: an e-mail, or a text message to a telephone.

use crate::account::Account;
use crate::channel::Channel;
use crate::code::Purpose;
use crate::fault::Fault;
use crate::key::MasterKey;
use crate::port::Dice;
use crate::return_url::ReturnUrl;
use serde_json::{Value, json};
use std::time::Duration;
use uuid::Uuid;
use zeroize::Zeroizing;

/// A rendered message.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    /// How it goes.
    pub channel: Channel,
    /// The one recipient: an e-mail address or a telephone number.
    pub to: String,
    /// The subject line; a text message has none.
    pub subject: Option<String>,
    /// The plain text.
    pub text: String,
    /// The HTML alternative, if the contract gives one; never of a text message.
    pub html: Option<String>,
    /// What it is for, where it carries a code or a link.
    pub purpose: Option<Purpose>,
    /// The language that was asked for.
    pub language: Option<String>,
}

impl Mail {
    /// A text message.
    #[must_use]
    pub fn sms(to: &str, text: String) -> Mail {
        Mail {
            channel: Channel::Sms,
            to: to.to_owned(),
            subject: None,
            text,
            html: None,
            purpose: None,
            language: None,
        }
    }

    /// An e-mail without an HTML alternative.
    #[must_use]
    pub fn email(to: &str, subject: &str, text: String) -> Mail {
        Mail { channel: Channel::Email, subject: Some(subject.to_owned()), ..Mail::sms(to, text) }
    }
}

/// What a mail about a code is rendered from.
pub struct CodeMail<'a> {
    /// What the code is for.
    pub purpose: Purpose,
    /// The account it is about; at sign-up it holds what the request claims.
    pub account: &'a Account,
    /// How it goes.
    pub channel: Channel,
    /// Where it goes.
    pub to: &'a str,
    /// The code, in clear: it must not be kept.
    pub code: &'a str,
    /// How long the code lives.
    pub expires_in: Duration,
    /// The language of the request.
    pub language: &'a str,
}

/// A contract's texts for the mails that actions send.
pub trait MailTexts: Send + Sync {
    /// Renders the mail that carries a code.
    fn code(&self, mail: &CodeMail<'_>) -> Mail;

    /// Renders the mail that carries a link, whose token is the code; the link leads to the return URL, if there is one.
    fn link(&self, mail: &CodeMail<'_>, return_url: Option<&ReturnUrl>) -> Mail;
}

/// Seals a mail under the master key, bound to its id in the outbox: no clear code lies in the store.
///
/// # Errors
/// The cipher refused.
pub fn seal_mail(id: Uuid, mail: &Mail, master: &MasterKey, dice: &dyn Dice) -> Result<Vec<u8>, Fault> {
    let clear = Zeroizing::new(
        json!({
            "channel": mail.channel.name(),
            "to": mail.to,
            "subject": mail.subject,
            "text": mail.text,
            "html": mail.html,
            "purpose": mail.purpose.map(Purpose::name),
            "language": mail.language,
        })
        .to_string(),
    );
    master.seal(&binding(id), clear.as_bytes(), dice)
}

/// Opens a mail from the outbox.
///
/// # Errors
/// Another master key, or damaged data.
pub fn open_mail(id: Uuid, sealed: &[u8], master: &MasterKey) -> Result<Mail, Fault> {
    let clear = master.open(&binding(id), sealed)?;
    let value: Value = serde_json::from_slice(&clear).map_err(|_| damaged())?;
    let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    Ok(Mail {
        // What was sealed before there were text messages says no channel.
        channel: text("channel")
            .map_or(Some(Channel::Email), |name| Channel::from_name(&name))
            .ok_or_else(damaged)?,
        to: text("to").ok_or_else(damaged)?,
        subject: text("subject"),
        text: text("text").ok_or_else(damaged)?,
        html: text("html"),
        purpose: text("purpose").and_then(|name| Purpose::from_name(&name)),
        language: text("language"),
    })
}

fn binding(id: Uuid) -> Vec<u8> {
    format!("mail\n{id}").into_bytes()
}

fn damaged() -> Fault {
    Fault::Crypto("a mail in the outbox is damaged".to_owned())
}
