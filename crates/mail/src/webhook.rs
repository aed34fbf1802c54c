//! Messages as signed requests to a gateway: one that sends text messages, or a mail service of one's own.
//!
//! They are signed as the Standard Webhooks specification says (its libraries verify them): `webhook-id`,
//! `webhook-timestamp` and `webhook-signature`, whose `v1` is HMAC-SHA256 over `ID.TIMESTAMP.BODY` in base64. The id
//! stays the same however often a message is tried, so that the receiver can tell a repetition.

use crate::transport::{Letter, NotDelivered, Why};
use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use doorward_client::{Address, Client, Said};
use doorward_core::code::Purpose;
use doorward_core::time::Timestamp;
use serde_json::json;
use std::time::Duration;
use tokio::time::timeout;

/// The least length of a secret, in bytes.
pub const SHORTEST_SECRET: usize = 24;

/// A gateway.
pub struct Webhook {
    /// Where it is; requests go to exactly this path.
    pub address: Address,
    /// How it is reached.
    pub client: Client,
    /// What requests are signed with.
    pub secret: SigningSecret,
    /// How long it may take to answer.
    pub timeout: Duration,
}

/// What requests are signed with. It cannot be printed.
pub struct SigningSecret(hmac::Key);

impl SigningSecret {
    /// Reads a secret: `whsec_` and base64, or any text of at least [`SHORTEST_SECRET`] bytes.
    ///
    /// # Errors
    /// A sentence: it is too short, or no base64.
    pub fn parse(text: &str) -> Result<SigningSecret, String> {
        let bytes = match text.strip_prefix("whsec_") {
            Some(coded) => {
                STANDARD.decode(coded).map_err(|_| "what follows whsec_ is no base64".to_owned())?
            }
            None => text.as_bytes().to_vec(),
        };
        if bytes.len() < SHORTEST_SECRET {
            return Err(format!("it is too short: at least {SHORTEST_SECRET} bytes are expected"));
        }
        Ok(SigningSecret(hmac::Key::new(hmac::HMAC_SHA256, &bytes)))
    }

    /// The value of `webhook-signature`.
    fn sign(&self, id: &str, seconds: i64, body: &[u8]) -> String {
        let signed = [format!("{id}.{seconds}.").as_bytes(), body].concat();
        format!("v1,{}", STANDARD.encode(hmac::sign(&self.0, &signed)))
    }
}

impl Webhook {
    /// Delivers one message.
    ///
    /// # Errors
    /// It was not taken.
    pub async fn deliver(
        &self,
        letter: &Letter<'_>,
        now: Timestamp,
        told: &mut Vec<String>,
    ) -> Result<(), NotDelivered> {
        let said = self.request(letter, now);
        let heard = match timeout(self.timeout, self.client.exchange(&self.address, &said)).await {
            Ok(heard) => heard.map_err(|error| NotDelivered::new(Why::Unreachable, error.sentence))?,
            Err(_) => {
                let why = format!("the gateway did not answer within {} s", self.timeout.as_secs_f32());
                return Err(NotDelivered::new(Why::Unreachable, why));
            }
        };
        told.push(format!("the gateway answered {} {}", heard.status, heard.reason));
        let failed = |why| Err(NotDelivered::new(why, format!("the gateway answered {}", heard.status)));
        match heard.status {
            200..=299 => Ok(()),
            // What is wrong with this message will be wrong with it tomorrow.
            400 | 410 | 413 | 415 | 422 => failed(Why::Refused),
            408 | 409 | 425 | 429 | 500..=599 => failed(Why::Later),
            // A wrong path or secret, or a redirect, which is not followed.
            _ => failed(Why::Unreachable),
        }
    }

    fn request(&self, letter: &Letter<'_>, now: Timestamp) -> Said {
        let (id, seconds, mail) = (letter.id.to_string(), now.seconds(), letter.mail);
        let body = json!({
            "id": id,
            "realm": letter.realm,
            "channel": mail.channel.name(),
            "to": mail.to,
            "subject": mail.subject,
            "text": mail.text,
            "html": mail.html,
            "purpose": mail.purpose.map(Purpose::name),
            "language": mail.language,
        });
        let body = body.to_string().into_bytes();
        let header = |name: &str, value: String| (name.to_owned(), value);
        Said {
            method: "POST".to_owned(),
            target: if self.address.prefix.is_empty() { "/".to_owned() } else { String::new() },
            headers: vec![
                header("content-type", "application/json".to_owned()),
                header("user-agent", format!("doorward/{}", env!("CARGO_PKG_VERSION"))),
                header("webhook-signature", self.secret.sign(&id, seconds, &body)),
                header("webhook-timestamp", seconds.to_string()),
                header("webhook-id", id),
            ],
            body: Some(body),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_what_the_specification_says() {
        // The example of the Standard Webhooks specification's own libraries.
        let secret = SigningSecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").ok().unwrap();
        let signed = secret.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn short_secrets_are_refused() {
        for text in ["", "secret", "whsec_c2hvcnQ=", "whsec_???"] {
            assert!(SigningSecret::parse(text).is_err(), "{text}");
        }
    }
}
