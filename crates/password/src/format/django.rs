//! Django's `ALGORITHM$…`: PBKDF2, scrypt, bcrypt with a digest and without, Argon2.
//!
//! From `django.contrib.auth.hashers`.

use super::argon2::Argon2Phc;
use super::bcrypt::Bcrypt;
use super::parts::{count, fields, result};
use super::pbkdf2::Pbkdf2Hash;
use super::scrypt::{Factors, ScryptHash};
use super::{After, Example, Format, Parsed, Refused};
use crate::alphabet::{base64, hex, unbase64};
use crate::digest::Digest;
use zeroize::Zeroizing;

/// The format.
pub(super) struct Django;

impl Format for Django {
    fn name(&self) -> &'static str {
        "django"
    }

    fn origin(&self) -> &'static str {
        "Django"
    }

    fn examples(&self) -> &'static [Example] {
        &[
            Example {
                stored: "pbkdf2_sha256$1000$seasalt0seasalt0$Eg/sdKNx9jSXeOpvqkRLAusivevcEqgZj3PLv0qn/Kg=",
                password: "correct horse",
                made_by: "Django 5.2",
            },
            Example {
                stored: "pbkdf2_sha1$1000$seasalt0seasalt0$xkaAd0Kcjq1N6kdLAxhwJWvf+/g=",
                password: "correct horse",
                made_by: "Django 5.2",
            },
            Example {
                stored: "scrypt$1024$seasalt0seasalt0$8$1$xkF0yst5QcgZNjNqr9jF54LkxLM9D80CMB/qpNPWB26wHi9dTyr1/NuS/kPs8tAsn5ZPHr5fJQ1lEqIjndxHxw==",
                password: "correct horse",
                made_by: "Django 5.2",
            },
            Example {
                stored: "bcrypt_sha256$$2b$04$abcdefghijklmnopqrstuuIvyWZlBcE3WoQXKqRnwrLYJ6nenE0Bq",
                password: "correct horse",
                made_by: "Django 5.2",
            },
            Example {
                stored: "bcrypt$$2b$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e",
                password: "correct horse",
                made_by: "Django 5.2",
            },
            Example {
                stored: "argon2$argon2id$v=19$m=64,t=1,p=1$c2Vhc2FsdDBzZWFzYWx0MA$DPrLGxHUNZp8FPBo0DcHy5KrYIHbCVOtoFpCmzOpSFQ",
                password: "correct horse",
                made_by: "Django 5.2",
            },
        ]
    }

    fn claims(&self, text: &str) -> bool {
        ["pbkdf2_", "scrypt$", "bcrypt_sha256$", "bcrypt$", "argon2$"]
            .iter()
            .any(|start| text.starts_with(start))
    }

    fn parse(&self, text: &str) -> Result<Parsed, Refused> {
        let (algorithm, rest) = text.split_once('$').unwrap_or((text, ""));
        match algorithm {
            "scrypt" => scrypt(text),
            "bcrypt" => inside(&Bcrypt, "bcrypt$", rest),
            "argon2" => inside(&Argon2Phc, "argon2", &text["argon2".len()..]),
            "bcrypt_sha256" => {
                let Parsed { computation, expected, blank } = inside(&Bcrypt, "bcrypt_sha256$", rest)?;
                let first =
                    |password: &[u8]| Zeroizing::new(hex(&Digest::Sha256.of(&[password])).into_bytes());
                Ok(Parsed { computation: Box::new(After { first, then: computation }), expected, blank })
            }
            _ => pbkdf2(text),
        }
    }
}

/// A hash of another format behind a name.
fn inside(format: &dyn Format, name: &str, inner: &str) -> Result<Parsed, Refused> {
    if !format.claims(inner) {
        return Err(Refused::new(format!("after `{name}` there is no {} hash", format.name())));
    }
    let Parsed { computation, expected, blank } = format.parse(inner)?;
    Ok(Parsed { computation, expected, blank: format!("{name}{blank}") })
}

fn pbkdf2(text: &str) -> Result<Parsed, Refused> {
    let [name, rounds, salt, hash] = fields(text)?;
    let digest = name.strip_prefix("pbkdf2_").and_then(Digest::named);
    let digest = digest.ok_or_else(|| Refused::new("its digest is not known"))?;
    let expected = result(unbase64(hash))?;
    let number = count(rounds, "the number of rounds")?;
    let computation = Pbkdf2Hash::new(digest, number, salt.as_bytes().to_vec(), expected.len())?;
    let blank = format!("{name}${rounds}${salt}${}", base64(&vec![0; expected.len()]));
    Ok(Parsed { computation: Box::new(computation), expected, blank })
}

fn scrypt(text: &str) -> Result<Parsed, Refused> {
    let [name, n, salt, r, p, hash] = fields(text)?;
    let expected = result(unbase64(hash))?;
    let factors = Factors::of_n(count(n, "N")?, count(r, "r")?, count(p, "p")?)?;
    let computation = ScryptHash::new(factors, salt.as_bytes().to_vec(), expected.len())?;
    let blank = format!("{name}${n}${salt}${r}${p}${}", base64(&vec![0; expected.len()]));
    Ok(Parsed { computation: Box::new(computation), expected, blank })
}

#[cfg(test)]
mod tests {
    use crate::format::tests::{refused, right, wrong};

    #[test]
    fn djangos_own_vectors() {
        // tests/auth_tests/test_hashers.py
        right("pbkdf2_sha256$1000000$seasalt$r1uLUxoxpP2Ued/qxvmje7UH9PUJBkRrvf9gGPL7Cps=", "lètmein");
        right("bcrypt_sha256$$2b$04$abcdefghijklmnopqrstuuIvyWZlBcE3WoQXKqRnwrLYJ6nenE0Bq", "correct horse");
        wrong("bcrypt$$2b$04$abcdefghijklmnopqrstuuIvyWZlBcE3WoQXKqRnwrLYJ6nenE0Bq", "correct horse");
    }

    #[test]
    fn too_much_work_and_damage_are_refused() {
        let end = "seasalt0$Eg/sdKNx9jSXeOpvqkRLAusivevcEqgZj3PLv0qn/Kg=";
        for start in [
            "pbkdf2_sha256$1000000000$",
            "pbkdf2_sha3$1000$",
            "pbkdf2_sha256$",
            "pbkdf2_sha256$1$2$",
            "pbkdf2_sha256$ 1$",
        ] {
            refused(&format!("{start}{end}"));
        }
        assert_eq!(refused("scrypt$1000$salt$8$1$xkF0yst5QcgZNjNqr9jF5w=="), "N=1000 is not a power of two");
        for damaged in [
            "scrypt$1073741824$salt$8$1$xkF0yst5QcgZNjNqr9jF5w==",
            "scrypt$1024$salt$8$1$YQ==",
            "bcrypt$",
            "bcrypt$bcrypt$",
            "argon2$argon2$",
            "argon2$x",
            "pbkdf2_",
        ] {
            refused(damaged);
        }
    }
}
