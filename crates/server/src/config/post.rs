//! From `[mail]` to the transports that a server is assembled from.

use super::mail::{Way, is_local};
use super::mistake::Mistake;
use super::secret::Secrets;
use super::{Config, MailSection};
use crate::folder::plain;
use doorward_client::{Address, Client, Trust};
use doorward_mail::smtp::{Login, Sender, Smtp, SmtpSettings};
use doorward_mail::webhook::{SigningSecret, Webhook};
use doorward_mail::{Mailbox, Transport, Transports};
use std::collections::BTreeMap;
use std::sync::Arc;

/// How messages leave: the ways of both channels share what they can.
pub(super) fn transports(
    config: &Config,
    secrets: &Secrets,
    mistakes: &mut Vec<Mistake>,
) -> impl Fn(&Mailbox) -> Transports + Send + Sync + use<> {
    let mail = &config.mail;
    let by = |way: Way| mail.email == way || mail.sms == way;
    let smtp = by(Way::Smtp).then(|| smtp(config, secrets, mistakes)).flatten().map(Arc::new);
    let webhook = by(Way::Webhook).then(|| webhook(config, secrets, mistakes)).flatten().map(Arc::new);
    let (email, sms) = (mail.email, mail.sms);
    move |mailbox| {
        let transport = |way: Way| match way {
            Way::Smtp => smtp.clone().map_or(Transport::Nowhere, Transport::Smtp),
            Way::Webhook => webhook.clone().map_or(Transport::Nowhere, Transport::Webhook),
            Way::Mailbox => Transport::Mailbox(mailbox.clone()),
            Way::Nowhere => Transport::Nowhere,
        };
        Transports { email: transport(email), sms: transport(sms) }
    }
}

fn mistake(config: &Config, member: &str, said: &str) -> Mistake {
    Mistake::new(&config.at("mail", member), format!("`mail.{member}`: {said}"))
}

/// The authorities of the system, and the certificates that are named.
fn trust(config: &Config) -> Result<Trust, Mistake> {
    let Some(file) = &config.mail.certificates else { return Ok(Trust::of_system()) };
    let path = config.beside_file("mail", "certificates", file);
    let read = std::fs::read(&path).map_err(|error| {
        mistake(config, "certificates", &format!("cannot read {}: {}", path.display(), plain(&error)))
    })?;
    Trust::of_system().and(&read).map_err(|said| mistake(config, "certificates", &said))
}

fn smtp(config: &Config, secrets: &Secrets, mistakes: &mut Vec<Mistake>) -> Option<Smtp> {
    let mail = &config.mail;
    let before = mistakes.len();
    let password = mail.password.as_ref().and_then(|source| {
        let fetched = secrets.fetch("mail.password", source, &config.at("mail", "password"));
        fetched.map_err(|wrong| mistakes.push(wrong)).ok()
    });
    let credentials =
        mail.username.clone().zip(password).map(|(username, password)| Login { username, password });
    let (sender, senders) = senders(config, mistakes)?;
    let hello = mail.hello.clone().unwrap_or_else(|| sender.domain().to_owned());
    if !hello.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.[]:".contains(&byte)) {
        mistakes.push(mistake(config, "hello", "a name of letters, digits, dots and dashes is expected"));
    }
    let settings = SmtpSettings {
        host: mail.host.clone()?,
        port: mail.port,
        security: mail.security,
        credentials,
        hello,
        timeout: mail.timeout,
        sender,
        senders,
    };
    let trust = trust(config).map_err(|wrong| mistakes.push(wrong)).ok()?;
    let smtp =
        Smtp::new(settings, trust).map_err(|said| mistakes.push(mistake(config, "security", &said))).ok();
    smtp.filter(|_| mistakes.len() == before)
}

/// Whom mails are from: of all realms, and of those that say it.
fn senders(config: &Config, mistakes: &mut Vec<Mistake>) -> Option<(Sender, BTreeMap<String, Sender>)> {
    let MailSection { from, reply_to, .. } = &config.mail;
    let from = from.as_deref()?;
    let mut senders = BTreeMap::new();
    for realm in &config.realms {
        if realm.mail_from.is_none() && realm.mail_reply_to.is_none() {
            continue;
        }
        let own = realm.mail_from.as_deref().unwrap_or(from);
        match Sender::parse(own, realm.mail_reply_to.as_deref().or(reply_to.as_deref())) {
            Ok(sender) => drop(senders.insert(realm.name.clone(), sender)),
            Err(said) => {
                let member = if realm.mail_from.is_some() { "mail_from" } else { "mail_reply_to" };
                let said = format!("`{}`: {said}", realm.group.key(member));
                mistakes.push(Mistake::new(&realm.group.at(member), said));
            }
        }
    }
    match Sender::parse(from, reply_to.as_deref()) {
        Ok(sender) => Some((sender, senders)),
        Err(said) => {
            mistakes.push(mistake(config, "from", &said));
            None
        }
    }
}

fn webhook(config: &Config, secrets: &Secrets, mistakes: &mut Vec<Mistake>) -> Option<Webhook> {
    let mail = &config.mail;
    let source = mail.webhook_secret.as_ref()?;
    let at = config.at("mail", "webhook_secret");
    let secret = secrets.fetch("mail.webhook_secret", source, &at).and_then(|text| {
        SigningSecret::parse(&text).map_err(|said| mistake(config, "webhook_secret", &said))
    });
    let secret = secret.map_err(|wrong| mistakes.push(wrong)).ok();
    let address = Address::parse(mail.webhook_url.as_deref()?);
    let address = address.map_err(|said| mistakes.push(mistake(config, "webhook_url", &said))).ok()?;
    if !address.tls && !is_local(&address.host) {
        let said = "codes would travel in the clear";
        let wrong = mistake(config, "webhook_url", said);
        mistakes.push(wrong.help("write https://; http is for a gateway on this machine"));
    }
    let client = if address.tls {
        trust(config)
            .and_then(|trust| Client::trusting(trust).map_err(|said| mistake(config, "webhook_url", &said)))
    } else {
        Ok(Client::plain())
    };
    let client = client.map_err(|wrong| mistakes.push(wrong)).ok()?;
    Some(Webhook { address, client, secret: secret?, timeout: mail.timeout })
}
