//! PBKDF2 in `crypt(3)`'s manner (`$pbkdf2-sha256$29000$salt$hash`), and as a PHC string (`…$i=29000,l=32$…`).
//!
//! From Passlib, which writes `.` for `+`; `$pbkdf2$` alone is SHA-1. The PHC string is RustCrypto's.

use super::parts::{count, decoded, fields, named, result};
use super::{Computation, Example, Format, Means, Parsed, Refused, Unusable};
use crate::alphabet::{passlib, unpasslib};
use crate::digest::{Digest, Secret};
use crate::load::Load;

/// The format.
pub(super) struct Pbkdf2Phc;

impl Format for Pbkdf2Phc {
    fn name(&self) -> &'static str {
        "pbkdf2"
    }

    fn origin(&self) -> &'static str {
        "Passlib (Flask, FastAPI), PHC strings"
    }

    fn examples(&self) -> &'static [Example] {
        &[
            Example {
                stored: "$pbkdf2-sha256$1000$c2Vhc2FsdDBzZWFzYWx0MPv/$6PxpIwRhqrInRs37taWHHc1XH39.quTZXM.nS5WCVG8",
                password: "correct horse",
                made_by: "Passlib 1.7",
            },
            Example {
                stored: "$pbkdf2-sha512$1000$c2Vhc2FsdDBzZWFzYWx0MA$FgF3ZA8DGku40PhS7uM0AMs5iFr7xQ4712yhKiC3/T1LUeUBxIe7r15LW3vzooiXpXLZa0T91qb7StQqYqsSUg",
                password: "correct horse",
                made_by: "Passlib 1.7",
            },
            Example {
                stored: "$pbkdf2$1000$c2Vhc2FsdDBzZWFzYWx0MA$xkaAd0Kcjq1N6kdLAxhwJWvf./g",
                password: "correct horse",
                made_by: "Passlib 1.7",
            },
            Example {
                stored: "$pbkdf2-sha256$i=1000,l=32$c2Vhc2FsdDBzZWFzYWx0MA$Eg/sdKNx9jSXeOpvqkRLAusivevcEqgZj3PLv0qn/Kg",
                password: "correct horse",
                made_by: "Python's hashlib",
            },
        ]
    }

    fn claims(&self, text: &str) -> bool {
        text.starts_with("$pbkdf2-") || text.starts_with("$pbkdf2$")
    }

    fn parse(&self, text: &str) -> Result<Parsed, Refused> {
        let [_, name, params, salt, hash] = fields(text)?;
        let digest = match name.strip_prefix("pbkdf2-") {
            None => Some(Digest::Sha1),
            Some(name) => Digest::named(name),
        };
        let digest = digest.ok_or_else(|| Refused::new("its digest is not known"))?;
        let expected = result(unpasslib(hash))?;
        let rounds = match params.split_once(',') {
            None => params.strip_prefix("i=").unwrap_or(params),
            Some((rounds, length)) => {
                if count(named(length, "l")?, "l")? as usize != expected.len() {
                    return Err(Refused::new("its hash is not as long as it says"));
                }
                named(rounds, "i")?
            }
        };
        let rounds = count(rounds, "the number of rounds")?;
        let salt_bytes = decoded(unpasslib(salt), "salt")?;
        let computation = Pbkdf2Hash::new(digest, rounds, salt_bytes, expected.len())?;
        let blank = format!("${name}${params}${salt}${}", passlib(&vec![0; expected.len()]));
        Ok(Parsed { computation: Box::new(computation), expected, blank })
    }
}

/// PBKDF2 with its salt and parameters.
pub(crate) struct Pbkdf2Hash {
    digest: Digest,
    rounds: u32,
    salt: Vec<u8>,
    length: usize,
}

impl Pbkdf2Hash {
    pub(crate) fn new(
        digest: Digest,
        rounds: u32,
        salt: Vec<u8>,
        length: usize,
    ) -> Result<Pbkdf2Hash, Refused> {
        let computation = Pbkdf2Hash { digest, rounds, salt, length };
        computation.load(0).check(&format!("{rounds} rounds of PBKDF2"))?;
        Ok(computation)
    }
}

impl Computation for Pbkdf2Hash {
    fn load(&self, password: u64) -> Load {
        self.digest.pbkdf2_load(self.rounds.into(), self.length).and(self.digest.load(password))
    }

    fn compute(&self, password: &[u8], _means: &mut Means<'_>) -> Result<Secret, Unusable> {
        Ok(self.digest.pbkdf2(password, &self.salt, self.rounds, self.length))
    }
}

#[cfg(test)]
mod tests {
    use crate::format::tests::{refused, right};

    #[test]
    fn passlibs_own_vectors() {
        right(
            "$pbkdf2-sha256$1212$4vjV83LKPjQzk31VI4E0Vw$hsYF68OiOUPdDZ1Fg.fJPeq1h/gXXY7acBp9/6c.tmQ",
            "password",
        );
        right("$pbkdf2$1212$OB.dtnSEXZK8U5cgxU/GYQ$y5LKPOplRmok7CZp/aqVDVg8zGI", "password");
    }

    #[test]
    fn too_much_work_and_damage_are_refused() {
        let end = "c2Vhc2FsdDBzZWFzYWx0MA$Eg/sdKNx9jSXeOpvqkRLAusivevcEqgZj3PLv0qn/Kg";
        assert_eq!(
            refused(&format!("$pbkdf2-sha256$1000000000${end}")),
            "1000000000 rounds of PBKDF2 takes about 400.0 s of work; at most 1 s is done"
        );
        for params in ["0", "-1", "007", "i=1,l=31", "i=1,l=", "l=32,i=1", "99999999999", "i=1,l=32,x=1"] {
            refused(&format!("$pbkdf2-sha256${params}${end}"));
        }
        refused(&format!("$pbkdf2-sha3$1000${end}"));
        refused(&format!("$pbkdf2-sha256$1000${end}$"));
        refused("$pbkdf2-sha256$1000$c2Fs$YQ");
    }
}
