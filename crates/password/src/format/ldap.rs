//! LDAP's `{SCHEME}…` (RFC 2307): digests with salt or without in base64, `{CRYPT}`, and Atlassian's `{PKCS5S2}`.
//!
//! From OpenLDAP, 389 Directory Server, Dovecot, Jira and Confluence.

use super::parts::decoded;
use super::pbkdf2::Pbkdf2Hash;
use super::{Computation, Example, Format, Means, Parsed, Refused, Unusable};
use crate::alphabet::{base64, unbase64};
use crate::digest::{Digest, Secret};
use crate::load::Load;

/// What stands between the braces, the digest, and whether it is salted.
const SCHEMES: [(&str, Digest, bool); 10] = [
    ("SHA", Digest::Sha1, false),
    ("SSHA", Digest::Sha1, true),
    ("SHA256", Digest::Sha256, false),
    ("SSHA256", Digest::Sha256, true),
    ("SHA384", Digest::Sha384, false),
    ("SSHA384", Digest::Sha384, true),
    ("SHA512", Digest::Sha512, false),
    ("SSHA512", Digest::Sha512, true),
    ("MD5", Digest::Md5, false),
    ("SMD5", Digest::Md5, true),
];
const CRYPT: &str = "CRYPT";
const ATLASSIAN: &str = "PKCS5S2";

/// The format.
pub(super) struct Ldap;

impl Format for Ldap {
    fn name(&self) -> &'static str {
        "ldap"
    }

    fn origin(&self) -> &'static str {
        "LDAP servers, Dovecot; `{PKCS5S2}`: Atlassian"
    }

    fn examples(&self) -> &'static [Example] {
        &[
            Example {
                stored: "{SHA}L55TUjtiq8FBorTWAZ0jy6g129A=",
                password: "correct horse",
                made_by: "Passlib 1.7",
            },
            Example {
                stored: "{SSHA}UZ/gNcHPcmako32oqJ3Hlznpf5FzZWFzYWx0MA==",
                password: "correct horse",
                made_by: "Passlib 1.7",
            },
            Example {
                stored: "{SSHA256}8y87jd1D2K2dLhlFuw2ve9Z21dQcq35dcdrlvL7eRuVzZWFzYWx0MA==",
                password: "correct horse",
                made_by: "Passlib 1.7",
            },
            Example {
                stored: "{SSHA512}lEKs2PxAh8Iy+ZdzQPotEocOqJYNX/4VSzij1K4Pq3JA7B2Mmr472M920uOAjWzavCh/iUCx0B7dWHJS6OcSUHNlYXNhbHQw",
                password: "correct horse",
                made_by: "Passlib 1.7",
            },
            Example {
                stored: "{CRYPT}$6$rounds=1000$saltstring$YiR6NSM0LQXmu7vAhkMXfkdYk7qtFouVx1Mdr3HmzXspT8kONjlpU3CsV7ezCB62uXJoAdaagsH4ck7/tB9js.",
                password: "correct horse",
                made_by: "Passlib 1.7",
            },
            Example {
                stored: "{PKCS5S2}c2Vhc2FsdDBzZWFzYWx0MDm5WTFxQhT2AKNC4ldHJ4cuCICBAXahGt1vyE15f46N",
                password: "correct horse",
                made_by: "Passlib 1.7",
            },
        ]
    }

    fn claims(&self, text: &str) -> bool {
        let Some((name, _)) = scheme(text) else { return false };
        let known = |scheme: &str| scheme.eq_ignore_ascii_case(name);
        known(CRYPT) || known(ATLASSIAN) || SCHEMES.iter().any(|(scheme, _, _)| known(scheme))
    }

    fn parse(&self, text: &str) -> Result<Parsed, Refused> {
        let (name, rest) = scheme(text).unwrap_or_default();
        let mut parsed = if name.eq_ignore_ascii_case(CRYPT) {
            crypt(rest)?
        } else if name.eq_ignore_ascii_case(ATLASSIAN) {
            atlassian(rest)?
        } else {
            let known = SCHEMES.iter().find(|(scheme, _, _)| scheme.eq_ignore_ascii_case(name));
            let (_, digest, salted) = known.ok_or_else(|| Refused::new("its scheme is not known"))?;
            digested(*digest, *salted, rest)?
        };
        parsed.blank = format!("{{{name}}}{}", parsed.blank);
        Ok(parsed)
    }
}

fn scheme(text: &str) -> Option<(&str, &str)> {
    text.strip_prefix('{')?.split_once('}')
}

/// What `crypt(3)` writes is of the formats that start with `$`; its oldest, DES, is not read.
fn crypt(inner: &str) -> Result<Parsed, Refused> {
    if !inner.starts_with('$') {
        return Err(Refused::new("DES, the oldest `crypt(3)`, is not computed"));
    }
    super::parse(inner).map(|(_, parsed)| parsed)
}

/// Salt and key of ten thousand rounds.
fn atlassian(text: &str) -> Result<Parsed, Refused> {
    let bytes = decoded(unbase64(text), "hash")?;
    let (salt, key) = match bytes.split_at_checked(16) {
        Some((salt, key)) if key.len() == 32 => (salt.to_vec(), key.to_vec()),
        _ => return Err(Refused::new("it is not 48 bytes long")),
    };
    let blank = base64(&[salt.as_slice(), &[0; 32]].concat());
    let computation = Pbkdf2Hash::new(Digest::Sha1, 10_000, salt, key.len())?;
    Ok(Parsed { computation: Box::new(computation), expected: key, blank })
}

/// The digest, and the salt after it.
fn digested(digest: Digest, salted: bool, text: &str) -> Result<Parsed, Refused> {
    let bytes = decoded(unbase64(text), "hash")?;
    let (expected, salt) =
        bytes.split_at_checked(digest.length()).ok_or_else(|| Refused::new("it is cut off"))?;
    if salted && salt.is_empty() {
        return Err(Refused::new("it has no salt"));
    }
    if !salted && !salt.is_empty() {
        return Err(Refused::new("there is a salt, which its scheme does not have"));
    }
    let blank = base64(&[vec![0; expected.len()].as_slice(), salt].concat());
    let computation = Salted { digest, salt: salt.to_vec() };
    Ok(Parsed { computation: Box::new(computation), expected: expected.to_vec(), blank })
}

struct Salted {
    digest: Digest,
    salt: Vec<u8>,
}

impl Computation for Salted {
    fn load(&self, password: u64) -> Load {
        self.digest.load(password.saturating_add(self.salt.len() as u64))
    }

    fn compute(&self, password: &[u8], _means: &mut Means<'_>) -> Result<Secret, Unusable> {
        Ok(self.digest.of(&[password, &self.salt]))
    }
}

#[cfg(test)]
mod tests {
    use crate::format::tests::{refused, right};

    #[test]
    fn every_scheme_in_either_case() {
        for stored in [
            "{MD5}PLTnMmMfR+brlh80VUt83g==",
            "{SMD5}GGEdqcULeA0UgbNANheFcHNlYXNhbHQw",
            "{SHA256}QQTTb42iwlQ0n4WDZ5Pr4CngyVcGOjTJHC6SAxh7VjE=",
            "{SHA512}VraY3v7bWkNbY0r+MyC7rz/c2SC2xQOkRvx7endrKY1HnRumqLYXgI6wv1ec6aldZoNHvKtxSQhayTyyeZUZew==",
            "{SSHA384}K7uWJ+LSqh5ayXfD0PE1NdVDL4YP8fZqNEE/vqkwxiw+mXrZkaCxGZEYQKkMhsEFc2Vhc2FsdDA=",
            "{ssha}UZ/gNcHPcmako32oqJ3Hlznpf5FzZWFzYWx0MA==",
            "{Crypt}$1$12345678$pi.G6emtL4uL66v2z.IvR1",
        ] {
            right(stored, "correct horse");
        }
    }

    #[test]
    fn damage_is_refused() {
        for damaged in [
            "{SHA}",
            "{SHA}L55T",
            "{SHA}UZ/gNcHPcmako32oqJ3Hlznpf5FzZWFzYWx0MA==",
            "{SSHA}L55TUjtiq8FBorTWAZ0jy6g129A=",
            "{CRYPT}{CRYPT}$1$12345678$pi.G6emtL4uL66v2z.IvR1",
            "{CRYPT}ab01FAX.bQRSU",
            "{PKCS5S2}c2Vhc2FsdDA=",
            "{SHA",
            "{X}y",
        ] {
            refused(damaged);
        }
    }
}
