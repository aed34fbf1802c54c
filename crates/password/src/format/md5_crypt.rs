//! MD5-crypt (`$1$`, and Apache's `$apr1$`).
//!
//! From FreeBSD's `crypt(3)` by Poul-Henning Kamp; old Linux accounts and `htpasswd`. No well-kept library does it, so
//! the order of its thousand digests is written down here; the digest itself is the library's.

use super::parts::fields;
use super::sha_crypt::in_order;
use super::{Computation, Example, Format, Means, Parsed, Refused, Unusable};
use crate::alphabet::{crypt, is_crypt};
use crate::digest::{Digest, Secret};
use crate::load::Load;
use zeroize::Zeroizing;

const ROUNDS: u32 = 1000;
/// In which order the bytes of a result are written.
const ORDER: [usize; 16] = [12, 6, 0, 13, 7, 1, 14, 8, 2, 15, 9, 3, 5, 10, 4, 11];
const LETTERS: usize = 22;

/// The format.
pub(super) struct Md5Crypt;

impl Format for Md5Crypt {
    fn name(&self) -> &'static str {
        "md5-crypt"
    }

    fn origin(&self) -> &'static str {
        "`crypt(3)` of old, Apache's `htpasswd`"
    }

    fn examples(&self) -> &'static [Example] {
        &[
            Example {
                stored: "$1$12345678$pi.G6emtL4uL66v2z.IvR1",
                password: "correct horse",
                made_by: "Passlib 1.7",
            },
            Example {
                stored: "$apr1$r31.....$HqJZimcKQFAMYayBlzkrA/",
                password: "myPassword",
                made_by: "Apache's documentation",
            },
        ]
    }

    fn claims(&self, text: &str) -> bool {
        text.starts_with("$1$") || text.starts_with("$apr1$")
    }

    fn parse(&self, text: &str) -> Result<Parsed, Refused> {
        let [_, name, salt, hash] = fields(text)?;
        if hash.len() != LETTERS || !is_crypt(hash) {
            return Err(Refused::new(format!("its hash is not {LETTERS} letters long")));
        }
        if salt.len() > 8 {
            return Err(Refused::new("its salt is longer than 8 letters"));
        }
        let magic = format!("${name}$").into_bytes();
        Ok(Parsed {
            computation: Box::new(Md5CryptHash { magic, salt: salt.as_bytes().to_vec() }),
            expected: hash.as_bytes().to_vec(),
            blank: format!("${name}${salt}${}", ".".repeat(LETTERS)),
        })
    }
}

struct Md5CryptHash {
    magic: Vec<u8>,
    salt: Vec<u8>,
}

impl Md5CryptHash {
    fn start(&self, password: &[u8]) -> Secret {
        let twice = Digest::Md5.of(&[password, &self.salt, password]);
        let stretched: Secret = Zeroizing::new(twice.iter().copied().cycle().take(password.len()).collect());
        let first = password.first().copied().unwrap_or_default();
        // For every bit of the length: a zero where it is set, the first letter where it is not.
        let bits = usize::BITS - password.len().leading_zeros();
        let tail: Secret = Zeroizing::new(
            (0..bits).map(|bit| if password.len() >> bit & 1 == 1 { 0 } else { first }).collect(),
        );
        Digest::Md5.of(&[password, &self.magic, &self.salt, &stretched, &tail])
    }
}

impl Computation for Md5CryptHash {
    fn load(&self, password: u64) -> Load {
        Digest::Md5.load(password.saturating_mul(2) + 24).times(ROUNDS.into())
    }

    fn compute(&self, password: &[u8], _means: &mut Means<'_>) -> Result<Secret, Unusable> {
        let mut result = self.start(password);
        for round in 0..ROUNDS {
            let (before, after): (&[u8], &[u8]) =
                if round % 2 == 1 { (password, &result) } else { (&result, password) };
            let salt: &[u8] = if round % 3 == 0 { &[] } else { &self.salt };
            let again: &[u8] = if round % 7 == 0 { &[] } else { password };
            let next = Digest::Md5.of(&[before, salt, again, after]);
            result = next;
        }
        Ok(Zeroizing::new(crypt(&in_order(&result, &ORDER)).into_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use crate::format::tests::{refused, right, wrong};

    #[test]
    fn passlibs_vectors_of_short_and_long_passwords() {
        right("$1$12$yFcZ030OHHqYQT9bsc6Zc/", &"correct horse".repeat(4));
        right("$apr1$12345678$DvW2dtLO13KlDSRAQu7w8.", "correct horse");
        wrong("$1$12345678$DvW2dtLO13KlDSRAQu7w8.", "correct horse");
        right("$1$yiiZbNIH$YiCsHZjcTkYd31wkgW8JF.", " ");
        right("$1$HO7Q6vzJ$yGwp2wbL5D7eOVzOmxpsy.", "__________thirty-three___________");
    }

    #[test]
    fn damage_is_refused() {
        for damaged in [
            "$1$",
            "$1$salt$short",
            "$1$123456789$pi.G6emtL4uL66v2z.IvR1",
            "$1$12345678$pi.G6emtL4uL66v2z.IvR1$",
        ] {
            refused(damaged);
        }
    }
}
