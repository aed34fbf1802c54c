//! Werkzeug's `METHOD:PARAMETERS$salt$hex`: PBKDF2 and scrypt.
//!
//! From `werkzeug.security`: Flask.

use super::parts::{count, fields, result};
use super::pbkdf2::Pbkdf2Hash;
use super::scrypt::{Factors, ScryptHash};
use super::{Computation, Example, Format, Parsed, Refused};
use crate::alphabet::{hex, unhex};
use crate::digest::Digest;

/// The format.
pub(super) struct Werkzeug;

impl Format for Werkzeug {
    fn name(&self) -> &'static str {
        "werkzeug"
    }

    fn origin(&self) -> &'static str {
        "Werkzeug (Flask)"
    }

    fn examples(&self) -> &'static [Example] {
        &[
            Example {
                stored: "pbkdf2:sha256:1000$seasalt0seasalt0$120fec74a371f6349778ea6faa444b02eb22bdebdc12a8198f73cbbf4aa7fca8",
                password: "correct horse",
                made_by: "Werkzeug 3.1",
            },
            Example {
                stored: "scrypt:1024:8:1$seasalt0seasalt0$c64174cacb7941c81936336aafd8c5e782e4c4b33d0fcd02301feaa4d3d6076eb01e2f5d4f2af5fcdb92fe43ecf2d02c9f964f1ebe5f250d6512a2239ddc47c7",
                password: "correct horse",
                made_by: "Werkzeug 3.1",
            },
        ]
    }

    fn claims(&self, text: &str) -> bool {
        text.starts_with("pbkdf2:") || text.starts_with("scrypt:")
    }

    fn parse(&self, text: &str) -> Result<Parsed, Refused> {
        let [method, salt, hash] = fields(text)?;
        let expected = result(unhex(hash))?;
        let salt_bytes = salt.as_bytes().to_vec();
        let parts: Vec<&str> = method.split(':').collect();
        let computation: Box<dyn Computation> = match parts.as_slice() {
            ["scrypt", n, r, p] => {
                let factors = Factors::of_n(count(n, "N")?, count(r, "r")?, count(p, "p")?)?;
                Box::new(ScryptHash::new(factors, salt_bytes, expected.len())?)
            }
            ["pbkdf2", digest, rounds] => {
                let digest = Digest::named(digest).ok_or_else(|| Refused::new("its digest is not known"))?;
                let rounds = count(rounds, "the number of rounds")?;
                Box::new(Pbkdf2Hash::new(digest, rounds, salt_bytes, expected.len())?)
            }
            ["pbkdf2", _] => {
                return Err(Refused::new(
                    "it does not say its number of rounds, which depends on the version of Werkzeug: write \
                     `pbkdf2:sha256:ROUNDS$…`",
                ));
            }
            _ => return Err(Refused::new("its method is not `pbkdf2:DIGEST:ROUNDS` or `scrypt:N:R:P`")),
        };
        let blank = format!("{method}${salt}${}", hex(&vec![0; expected.len()]));
        Ok(Parsed { computation, expected, blank })
    }
}

#[cfg(test)]
mod tests {
    use crate::format::tests::{refused, right};

    #[test]
    fn werkzeugs_other_digests() {
        right("pbkdf2:sha1:1000$seasalt0seasalt0$c6468077429c8ead4dea474b031870256bdffbf8", "correct horse");
        right(
            "pbkdf2:sha512:1000$seasalt0seasalt0$160177640f031a4bb8d0f852eee33400cb39885afbc50e3bd76ca12a20b7fd3d4b51e501c487bbaf5e4b5b7bf3a28897a572d96b44fdd6a6fb4ad42a62ab1252",
            "correct horse",
        );
    }

    #[test]
    fn too_much_work_and_damage_are_refused() {
        let end = "salt$c6468077429c8ead4dea474b031870256bdffbf8";
        for method in [
            "pbkdf2:sha1:1000000000",
            "pbkdf2:sha1",
            "pbkdf2:sha1:",
            "pbkdf2:",
            "pbkdf2:sha1:1:1",
            "scrypt:1073741824:8:1",
            "scrypt:1:8:1",
            "scrypt:1024:8",
            "scrypt:",
        ] {
            refused(&format!("{method}${end}"));
        }
        refused(&format!("pbkdf2:sha1:1000${end}0"));
        refused(&format!("pbkdf2:sha1:1000${end}$"));
    }
}
