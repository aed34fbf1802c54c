//! One connection to a mail server: opened, secured, signed in; and a mail over it.

use super::message::Composed;
use super::wire::Wire;
use super::{Security, SmtpSettings};
use crate::transport::{NotDelivered, Why};
use doorward_client::{Address, Client, Stream};
use doorward_core::time::Timestamp;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use lettre::transport::smtp::response::Response;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

/// A longer reply than this is none.
const LONGEST_REPLY: usize = 16 * 1024;

/// An open connection.
pub(super) struct Connection {
    smtp: AsyncSmtpConnection,
    /// Since when nothing was said over it.
    pub(super) idle_since: Timestamp,
}

/// What is done at the moment, and how long it may take.
pub(super) struct Talk<'t> {
    pub(super) settings: &'t SmtpSettings,
    pub(super) told: &'t mut Vec<String>,
}

impl Talk<'_> {
    /// One step of the dialogue. A server that does not answer in time is as good as none.
    async fn step<T>(
        &self,
        what: &str,
        doing: impl Future<Output = Result<T, Error>>,
        on_failure: impl Fn(&Error) -> Why,
    ) -> Result<T, NotDelivered> {
        match timeout(self.settings.timeout, doing).await {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(error)) => {
                Err(NotDelivered::new(on_failure(&error), format!("{what}: {}", words(&error))))
            }
            Err(_) => Err(silent(what, self.settings.timeout)),
        }
    }

    fn tell(&mut self, what: &str, response: &Response) {
        let said: Vec<&str> = response.message().collect();
        self.told.push(format!("{what}: {} {}", response.code(), said.join(" / ")));
    }
}

fn silent(what: &str, waited: Duration) -> NotDelivered {
    NotDelivered::new(
        Why::Unreachable,
        format!("{what}: the server did not answer within {} s", waited.as_secs_f32()),
    )
}

/// What an error says, with what the server said.
fn words(error: &Error) -> String {
    let mut said = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        let inner_said = inner.to_string();
        if !said.contains(&inner_said) {
            said.push_str(": ");
            said.push_str(&inner_said);
        }
        source = inner.source();
    }
    said
}

/// Before a recipient is named, whatever fails fails for every mail.
fn of_server(_: &Error) -> Why {
    Why::Unreachable
}

/// Once a recipient is named: what the server says of this mail, or that it says nothing more.
fn of_mail(error: &Error) -> Why {
    match error.status() {
        // RFC 5321 4.2.2: the service closes.
        Some(code) if code.to_string() == "421" => Why::Unreachable,
        Some(_) if error.is_permanent() => Why::Refused,
        _ => Why::Later,
    }
}

impl Connection {
    /// Opens a connection and signs in.
    pub(super) async fn open(
        client: &Client,
        now: Timestamp,
        talk: &mut Talk<'_>,
    ) -> Result<Connection, NotDelivered> {
        let settings = talk.settings;
        let to = Address {
            tls: settings.security == Security::Tls,
            host: settings.host.clone(),
            port: settings.port,
            prefix: String::new(),
        };
        let stream = within(settings.timeout, "connecting", client.open(&to)).await?;
        talk.told.push(format!(
            "connected to {}:{}{}",
            settings.host,
            settings.port,
            if to.tls { " over TLS" } else { "" }
        ));
        let wire = match settings.security {
            Security::Tls | Security::None => Wire::fresh(stream),
            Security::StartTls => {
                let stream = timeout(settings.timeout, plain_part(stream, &settings.hello));
                let stream = stream.await.map_err(|_| silent("STARTTLS", settings.timeout))??;
                let secured = within(settings.timeout, "STARTTLS", client.secure(&to, stream)).await?;
                talk.told.push("STARTTLS: TLS is spoken from here on".to_owned());
                Wire::greeted(secured)
            }
        };
        let hello = ClientId::Domain(settings.hello.clone());
        let opening = AsyncSmtpConnection::connect_with_transport(Box::new(wire), &hello);
        let mut smtp = talk.step("greeting", opening, of_server).await?;
        talk.told.push(format!("EHLO: {}", smtp.server_info()));
        if let Some(credentials) = &settings.credentials {
            let credentials =
                Credentials::new(credentials.username.clone(), String::clone(&credentials.password));
            let signing_in = smtp.auth(&[Mechanism::Plain, Mechanism::Login], &credentials);
            let response = talk.step("signing in", signing_in, of_server).await?;
            talk.tell("AUTH", &response);
        }
        Ok(Connection { smtp, idle_since: now })
    }

    /// Whether the server still answers on it.
    pub(super) async fn lives(&mut self, patience: Duration) -> bool {
        timeout(patience, self.smtp.test_connected()).await.unwrap_or(false)
    }

    /// Sends one mail. After a failure the connection is not used again.
    pub(super) async fn send(&mut self, mail: &Composed, talk: &mut Talk<'_>) -> Result<(), NotDelivered> {
        let mut parameters = Vec::new();
        if mail.needs_utf8() {
            if !self.smtp.server_info().supports_feature(Extension::SmtpUtfEight) {
                let why = "the address has letters beyond ASCII, which this server does not take (SMTPUTF8)";
                return Err(NotDelivered::new(Why::Refused, why));
            }
            parameters.push(MailParameter::SmtpUtfEight);
            parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }
        let from = Mail::new(Some(mail.from.clone()), parameters);
        let response = talk.step("MAIL FROM", self.smtp.command(from), of_server).await?;
        talk.tell("MAIL FROM", &response);
        let to = Rcpt::new(mail.to.clone(), Vec::new());
        let response = talk.step("RCPT TO", self.smtp.command(to), of_mail).await?;
        talk.tell("RCPT TO", &response);
        talk.step("DATA", self.smtp.command(Data), of_mail).await?;
        let response = talk.step("the text", self.smtp.message(&mail.bytes), of_mail).await?;
        talk.tell("accepted", &response);
        Ok(())
    }

    /// Says goodbye, without waiting for long.
    pub(super) async fn close(mut self) {
        let _ = timeout(Duration::from_secs(1), self.smtp.quit()).await;
    }
}

async fn within<T>(
    patience: Duration,
    what: &str,
    doing: impl Future<Output = Result<T, doorward_client::Unreached>>,
) -> Result<T, NotDelivered> {
    match timeout(patience, doing).await {
        Ok(done) => done.map_err(|unreached| NotDelivered::new(Why::Unreachable, unreached.sentence)),
        Err(_) => Err(silent(what, patience)),
    }
}

/// The few words before TLS: greeting, EHLO, STARTTLS. A server that does not offer it gets nothing of ours, and
/// what it says before TLS beyond its last reply is not believed.
async fn plain_part(mut stream: Box<dyn Stream>, hello: &str) -> Result<Box<dyn Stream>, NotDelivered> {
    let unreachable = |why: &str| NotDelivered::new(Why::Unreachable, format!("STARTTLS: {why}"));
    let mut reader = PlainReader { stream: &mut stream, ahead: Vec::new() };
    reader.expect("220", "greeting").await?;
    reader.say(&format!("EHLO {hello}\r\n")).await?;
    let offered = reader.expect("250", "EHLO").await?;
    let starttls =
        |line: &str| line.get(4..).is_some_and(|word| word.trim().eq_ignore_ascii_case("STARTTLS"));
    if !offered.lines().any(starttls) {
        return Err(unreachable("the server does not offer it; nothing was sent"));
    }
    reader.say("STARTTLS\r\n").await?;
    reader.expect("220", "STARTTLS").await?;
    if !reader.ahead.is_empty() {
        return Err(unreachable("the server said more than it should before TLS"));
    }
    Ok(stream)
}

struct PlainReader<'s> {
    stream: &'s mut Box<dyn Stream>,
    ahead: Vec<u8>,
}

impl PlainReader<'_> {
    async fn say(&mut self, line: &str) -> Result<(), NotDelivered> {
        let said = self.stream.write_all(line.as_bytes()).await;
        said.map_err(|error| NotDelivered::new(Why::Unreachable, format!("STARTTLS: {error}")))
    }

    /// A whole reply that begins with this code.
    async fn expect(&mut self, code: &str, what: &str) -> Result<String, NotDelivered> {
        let broken = |why: &str| NotDelivered::new(Why::Unreachable, format!("{what}: {why}"));
        loop {
            if let Some(end) = reply_ends(&self.ahead) {
                let rest = self.ahead.split_off(end);
                let reply = String::from_utf8_lossy(&std::mem::replace(&mut self.ahead, rest)).into_owned();
                return if reply.starts_with(code) { Ok(reply) } else { Err(broken(&reply)) };
            }
            if self.ahead.len() > LONGEST_REPLY {
                return Err(broken("the reply does not end"));
            }
            match self.stream.read_buf(&mut self.ahead).await {
                Ok(0) => return Err(broken("the server closed the connection")),
                Ok(_) => {}
                Err(error) => return Err(broken(&error.to_string())),
            }
        }
    }
}

/// Where the first reply ends: after the line that has no dash behind its code.
fn reply_ends(bytes: &[u8]) -> Option<usize> {
    let mut start = 0;
    while let Some(length) = bytes.get(start..)?.iter().position(|byte| *byte == b'\n') {
        let last = bytes.get(start + 3) != Some(&b'-') || length < 4;
        start += length + 1;
        if last {
            return Some(start);
        }
    }
    None
}
