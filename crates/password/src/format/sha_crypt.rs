//! SHA-crypt (`$5$` of SHA-256, `$6$` of SHA-512), with `rounds=` or without.
//!
//! From glibc's `crypt(3)`; Linux accounts, LDAP servers, PHP.

use super::parts::{fields, number};
use super::{Computation, Example, Format, Means, Parsed, Refused, Unusable};
use crate::alphabet::{crypt, is_crypt};
use crate::digest::{Digest, Secret};
use crate::load::Load;
use ::sha_crypt::{Params, sha256_crypt, sha512_crypt};
use zeroize::Zeroizing;

/// In which order the bytes of a result are written.
const ORDER_256: [usize; 32] = [
    20, 10, 0, 11, 1, 21, 2, 22, 12, 23, 13, 3, 14, 4, 24, 5, 25, 15, 26, 16, 6, 17, 7, 27, 8, 28, 18, 29,
    19, 9, 30, 31,
];
const ORDER_512: [usize; 64] = [
    42, 21, 0, 1, 43, 22, 23, 2, 44, 45, 24, 3, 4, 46, 25, 26, 5, 47, 48, 27, 6, 7, 49, 28, 29, 8, 50, 51,
    30, 9, 10, 52, 31, 32, 11, 53, 54, 33, 12, 13, 55, 34, 35, 14, 56, 57, 36, 15, 16, 58, 37, 38, 17, 59,
    60, 39, 18, 19, 61, 40, 41, 20, 62, 63,
];

/// The format.
pub(super) struct ShaCrypt;

impl Format for ShaCrypt {
    fn name(&self) -> &'static str {
        "sha-crypt"
    }

    fn origin(&self) -> &'static str {
        "`crypt(3)`: Linux accounts, LDAP, PHP"
    }

    fn examples(&self) -> &'static [Example] {
        &[
            Example {
                stored: "$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5",
                password: "Hello world!",
                made_by: "the specification's test program",
            },
            Example {
                stored: "$6$rounds=10000$saltstringsaltst$OW1/O6BYHV6BcXZu8QVeXbDWra3Oeqh0sbHbbMCVNSnCM/UrjmM0Dp8vOuZeHBy/YTBmSK6H9qs/y3RnOaw5v.",
                password: "Hello world!",
                made_by: "the specification's test program",
            },
        ]
    }

    fn claims(&self, text: &str) -> bool {
        text.starts_with("$5$") || text.starts_with("$6$")
    }

    fn parse(&self, text: &str) -> Result<Parsed, Refused> {
        let (head, hash) = text.rsplit_once('$').unwrap_or_default();
        let (rounds, salt) = match fields::<3>(head) {
            Ok([_, _, salt]) => (None, salt),
            Err(_) => {
                let [_, _, rounds, salt] = fields(head)?;
                let Some(rounds) = rounds.strip_prefix("rounds=") else {
                    return Err(Refused::new(
                        "between its name and its salt is something else than `rounds=`",
                    ));
                };
                (Some(rounds), salt)
            }
        };
        let rounds = rounds.map_or(Ok(Params::RECOMMENDED_ROUNDS), |rounds| number(rounds, "rounds"))?;
        let params =
            Params::new(rounds).map_err(|_| Refused::new("rounds must be from 1000 to 999999999"))?;
        let long = text.starts_with("$6$");
        let length = if long { 86 } else { 43 };
        if hash.len() != length || !is_crypt(hash) {
            return Err(Refused::new(format!("its hash is not {length} letters long")));
        }
        if salt.len() > 16 {
            return Err(Refused::new("its salt is longer than 16 letters"));
        }
        let computation = ShaCryptHash { long, rounds, params, salt: salt.as_bytes().to_vec() };
        computation.load(crate::stored::USUAL_PASSWORD).check(&format!("rounds={rounds}"))?;
        Ok(Parsed {
            computation: Box::new(computation),
            expected: hash.as_bytes().to_vec(),
            blank: format!("{head}${}", ".".repeat(length)),
        })
    }
}

struct ShaCryptHash {
    long: bool,
    rounds: u32,
    params: Params,
    salt: Vec<u8>,
}

impl Computation for ShaCryptHash {
    fn load(&self, password: u64) -> Load {
        let digest = if self.long { Digest::Sha512 } else { Digest::Sha256 };
        // A round takes the password up to twice, the salt and the last result; the start takes it by its length.
        let round = digest.load(password.saturating_mul(2) + 96);
        round.times(self.rounds.into()).and(digest.load(password.saturating_mul(password)))
    }

    fn compute(&self, password: &[u8], _means: &mut Means<'_>) -> Result<Secret, Unusable> {
        let written = if self.long {
            let out = Zeroizing::new(sha512_crypt(password, &self.salt, self.params));
            in_order(out.as_slice(), &ORDER_512)
        } else {
            let out = Zeroizing::new(sha256_crypt(password, &self.salt, self.params));
            in_order(out.as_slice(), &ORDER_256)
        };
        Ok(Zeroizing::new(crypt(&written).into_bytes()))
    }
}

/// The bytes in another order.
pub(super) fn in_order(bytes: &[u8], order: &[usize]) -> Secret {
    Zeroizing::new(order.iter().filter_map(|place| bytes.get(*place).copied()).collect())
}

#[cfg(test)]
mod tests {
    use crate::format::tests::{refused, right, wrong};

    #[test]
    fn the_specifications_and_passlibs_vectors() {
        right(
            "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1",
            "Hello world!",
        );
        right("$5$rounds=1000$saltstring$95Bg/RfV2QriLpMdLPHK9el0Ighm6E3CBqMKzZKgCa2", "correct horse");
        wrong("$5$rounds=1001$saltstring$95Bg/RfV2QriLpMdLPHK9el0Ighm6E3CBqMKzZKgCa2", "correct horse");
    }

    #[test]
    fn too_much_work_and_damage_are_refused() {
        let end = "saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc8";
        let message = refused(&format!("$5$rounds=999999999${end}"));
        assert!(message.starts_with("rounds=999999999 takes about "), "{message}");
        for head in ["rounds=999$", "rounds=01000$", "rounds=$", "x$", "rounds=1000$x$", "longerthansixteen"]
        {
            refused(&format!("$5${head}{end}"));
        }
        refused(&format!("$6${end}"));
        refused(&format!("$5${end}."));
        refused(&format!("$5${end}$"));
        refused("$5$");
    }
}
