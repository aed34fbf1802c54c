//! WordPress's `$wp$2y$…`: bcrypt of a keyed digest of the password, so that more than 72 bytes count.
//!
//! From WordPress 6.8.

use super::bcrypt::Bcrypt;
use super::{After, Example, Format, Parsed, Refused};
use crate::alphabet::base64;
use crate::digest::Digest;
use zeroize::Zeroizing;

/// The format.
pub(super) struct WordPress;

impl Format for WordPress {
    fn name(&self) -> &'static str {
        "wordpress"
    }

    fn origin(&self) -> &'static str {
        "WordPress from 6.8"
    }

    fn examples(&self) -> &'static [Example] {
        &[Example {
            stored: "$wp$2y$04$abcdefghijklmnopqrstuujv/86KBUqWwIdPp0uRATkCcvgptl1Pm",
            password: "correct horse",
            made_by: "Python's hmac and bcrypt, as WordPress composes them",
        }]
    }

    fn claims(&self, text: &str) -> bool {
        text.starts_with("$wp$2")
    }

    fn parse(&self, text: &str) -> Result<Parsed, Refused> {
        let inner = text.strip_prefix("$wp").unwrap_or_default();
        if !Bcrypt.claims(inner) {
            return Err(Refused::new("after `$wp` there is no bcrypt hash"));
        }
        let Parsed { computation, expected, blank } = Bcrypt.parse(inner)?;
        let first = |password: &[u8]| {
            Zeroizing::new(base64(&Digest::Sha384.hmac(b"wp-sha384", password)).into_bytes())
        };
        Ok(Parsed {
            computation: Box::new(After { first, then: computation }),
            expected,
            blank: format!("$wp{blank}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::format::tests::refused;

    #[test]
    fn damage_is_refused() {
        refused("$wp$2$04$abcdefghijklmnopqrstuujv/86KBUqWwIdPp0uRATkCcvgptl1Pm");
        refused("$wp$2y$04$abcdefghijklmnopqrstuujv/86KBUqWwIdPp0uRATkCcvgptl1Pmx");
        refused("$wp$2y$20$abcdefghijklmnopqrstuujv/86KBUqWwIdPp0uRATkCcvgptl1Pm");
    }
}
