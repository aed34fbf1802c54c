//! Passlib's `$bcrypt-sha256$`: bcrypt of a digest of the password, so that more than 72 bytes count.
//!
//! From Passlib; version 1 digests the password, version 2 keys the digest with the salt.

use super::bcrypt::BcryptHash;
use super::parts::{decoded, fields, named};
use super::{Computation, Example, Format, Means, Parsed, Refused, Unusable};
use crate::alphabet::{base64, bcrypt as encode, unbcrypt};
use crate::digest::{Digest, Secret};
use crate::load::Load;
use zeroize::Zeroizing;

/// The format.
pub(super) struct BcryptSha256;

impl Format for BcryptSha256 {
    fn name(&self) -> &'static str {
        "bcrypt-sha256"
    }

    fn origin(&self) -> &'static str {
        "Passlib"
    }

    fn examples(&self) -> &'static [Example] {
        &[
            Example {
                stored: "$bcrypt-sha256$v=2,t=2b,r=4$abcdefghijklmnopqrstuu$DDZkjU09Vim05Ait7x7R.JfuHDNAppu",
                password: "correct horse",
                made_by: "Passlib 1.7",
            },
            Example {
                stored: "$bcrypt-sha256$2b,4$abcdefghijklmnopqrstuu$fm19hcnOB5jVIa57e1DmQZ/XByRYI72",
                password: "correct horse",
                made_by: "Passlib 1.7",
            },
        ]
    }

    fn claims(&self, text: &str) -> bool {
        text.starts_with("$bcrypt-sha256$")
    }

    fn parse(&self, text: &str) -> Result<Parsed, Refused> {
        let [_, name, params, salt, hash] = fields(text)?;
        let parts: Vec<&str> = params.split(',').collect();
        let (kind, cost, keyed) = match parts.as_slice() {
            ["v=2", kind, cost] => (named(kind, "t")?, named(cost, "r")?, true),
            [kind, cost] => (*kind, *cost, false),
            _ => return Err(Refused::new("its parameters are not `v=2,t=2b,r=12` or `2b,12`")),
        };
        if kind != "2a" && kind != "2b" {
            return Err(Refused::new("it is of another bcrypt than 2a and 2b"));
        }
        let expected = decoded(unbcrypt(hash), "hash")?;
        if expected.len() != 23 {
            return Err(Refused::new("its hash is not 31 letters long"));
        }
        let then = BcryptHash::new(cost, salt, false)?;
        let key = keyed.then(|| salt.as_bytes().to_vec());
        Ok(Parsed {
            computation: Box::new(Prehashed { key, then }),
            expected,
            blank: format!("${name}${params}${salt}${}", encode(&[0; 23])),
        })
    }
}

struct Prehashed {
    key: Option<Vec<u8>>,
    then: BcryptHash,
}

impl Computation for Prehashed {
    fn load(&self, password: u64) -> Load {
        self.then.load(44).and(Digest::Sha256.hmac_load(password))
    }

    fn compute(&self, password: &[u8], means: &mut Means<'_>) -> Result<Secret, Unusable> {
        let digest = match &self.key {
            Some(key) => Digest::Sha256.hmac(key, password),
            None => Digest::Sha256.of(&[password]),
        };
        let text = Zeroizing::new(base64(&digest));
        self.then.compute(text.as_bytes(), means)
    }
}

#[cfg(test)]
mod tests {
    use crate::format::tests::{refused, right, wrong};

    #[test]
    fn more_than_72_bytes_count() {
        // Passlib's own tests, both versions.
        let long = "abc123".repeat(12);
        for (params, hash, password) in [
            ("2b,5", "r/hyEtqJ0teqPEmfTLoZ83ciAI1Q74.", long.clone()),
            ("2b,5", "021KLEif6epjot5yoxk0m8I0929ohEa", format!("{long}qwr")),
            ("v=2,t=2b,r=5", "zu1cloESVFIOsUIo7fCEgkdHaI9SSue", long.clone()),
            ("v=2,t=2b,r=5", "CBF9csfEdW68xv3DwE6xSULXMtqEFP.", format!("{long}qwr")),
        ] {
            let stored = format!("$bcrypt-sha256${params}$X1g1nh3g0v4h6970O68cxe${hash}");
            right(&stored, &password);
            wrong(&stored, &format!("{long}xyz"));
        }
    }

    #[test]
    fn damage_and_too_much_work_are_refused() {
        let end = "abcdefghijklmnopqrstuu$DDZkjU09Vim05Ait7x7R.JfuHDNAppu";
        for params in ["v=2,t=2b,r=20", "v=3,t=2b,r=4", "v=2,t=2x,r=4", "v=2,r=4,t=2b", "2b", ""] {
            refused(&format!("$bcrypt-sha256${params}${end}"));
        }
        refused(&format!("$bcrypt-sha256$2b,4${end}$"));
        refused(&format!("$bcrypt-sha256$2b,4${end}x"));
    }
}
