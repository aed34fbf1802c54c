//! Spring Security's `{id}…`: bcrypt, PBKDF2 and scrypt of both generations, Argon2, and the older digests.
//!
//! From `PasswordEncoderFactories`. `{noop}` is a password in clear and refused.

use super::argon2::Argon2Phc;
use super::bcrypt::Bcrypt;
use super::parts::{decoded, fields, result};
use super::pbkdf2::Pbkdf2Hash;
use super::scrypt::{Factors, ScryptHash};
use super::{Computation, Example, Format, Means, Parsed, Refused, Unusable};
use crate::alphabet::{base64, hex, unbase64, unhex};
use crate::digest::{Digest, Secret};
use crate::load::Load;

const NEWER: &str = "@SpringSecurity_v5_8";
/// The rounds of `StandardPasswordEncoder`.
const STANDARD_ROUNDS: u32 = 1024;

/// The format.
pub(super) struct Spring;

impl Format for Spring {
    fn name(&self) -> &'static str {
        "spring"
    }

    fn origin(&self) -> &'static str {
        "Spring Security's `{id}`"
    }

    fn examples(&self) -> &'static [Example] {
        &[
            Example {
                stored: "{bcrypt}$2a$10$dXJ3SW6G7P50lGmMkkmwe.20cQQubK3.HZWzG3YB1tlRy.fqvM/BG",
                password: "password",
                made_by: "Spring Security's reference",
            },
            Example {
                stored: "{pbkdf2}5d923b44a6d129f3ddf3e3c8d29412723dcbde72445e8ef6bf3b508fbf17fa4ed4d6b99ca763d8dc",
                password: "password",
                made_by: "Spring Security's reference",
            },
            Example {
                stored: "{pbkdf2@SpringSecurity_v5_8}73656173616c743073656173616c743012c8066daa326db3a52e28052dcdaa9300588aa91ea94f46ff2417f1368db1d4",
                password: "correct horse",
                made_by: "Python's hashlib",
            },
            Example {
                stored: "{scrypt}$e0801$8bWJaSu2IKSn9Z9kM+TPXfOc/9bdYSrN1oD9qfVThWEwdRTnO7re7Ei+fUZRJ68k9lTyuTeUp4of4g24hHnazw==$OAOec05+bXxvuu/1qZ6NUR+xQYvYv7BeL1QxwRpY5Pc=",
                password: "password",
                made_by: "Spring Security's reference",
            },
            Example {
                stored: "{scrypt@SpringSecurity_v5_8}$100801$c2Vhc2FsdDBzZWFzYWx0MA==$1MUzDq621Xrp++/7aXrWA4AEhXBiW5RUVKNCSsO/D/o=",
                password: "correct horse",
                made_by: "Python's hashlib",
            },
            Example {
                stored: "{sha256}97cde38028ad898ebc02e690819fa220e88c62e0699403e94fff291cfffaf8410849f27605abcbc0",
                password: "password",
                made_by: "Spring Security's reference",
            },
            Example {
                stored: "{SHA-1}{abc}9d8137c1e664edcd345bec20344053a447f70201",
                password: "correct horse",
                made_by: "Python's hashlib",
            },
        ]
    }

    fn claims(&self, text: &str) -> bool {
        let Some((id, rest)) = id(text) else { return false };
        let plain = id.strip_suffix(NEWER).unwrap_or(id);
        matches!(plain, "bcrypt" | "pbkdf2" | "scrypt" | "argon2" | "sha256" | "SHA-1" | "SHA-256")
            // LDAP writes {MD5} as well, but then in base64.
            || (plain == "MD5" && (rest.starts_with('{') || rest.len() == 32))
            || plain == "MD4"
    }

    fn parse(&self, text: &str) -> Result<Parsed, Refused> {
        let (name, rest) = id(text).unwrap_or_default();
        let mut parsed = match name.strip_suffix(NEWER).unwrap_or(name) {
            "bcrypt" => inside(&Bcrypt, rest)?,
            "argon2" => inside(&Argon2Phc, rest)?,
            "pbkdf2" => pbkdf2(rest, name.ends_with(NEWER))?,
            "scrypt" => scrypt(rest)?,
            "sha256" => standard(rest)?,
            "SHA-1" => digest(Digest::Sha1, rest)?,
            "SHA-256" => digest(Digest::Sha256, rest)?,
            "MD5" => digest(Digest::Md5, rest)?,
            _ => return Err(Refused::new("MD4 is not computed")),
        };
        parsed.blank = format!("{{{name}}}{}", parsed.blank);
        Ok(parsed)
    }
}

fn id(text: &str) -> Option<(&str, &str)> {
    text.strip_prefix('{')?.split_once('}')
}

fn inside(format: &dyn Format, inner: &str) -> Result<Parsed, Refused> {
    if format.claims(inner) {
        return format.parse(inner);
    }
    Err(Refused::new(format!("after its `{{id}}` there is no {} hash", format.name())))
}

/// Salt and key, in hexadecimal.
fn pbkdf2(text: &str, newer: bool) -> Result<Parsed, Refused> {
    let (digest, rounds, salt_length) =
        if newer { (Digest::Sha256, 310_000, 16) } else { (Digest::Sha1, 185_000, 8) };
    let (salt, key) = salted(text, salt_length)?;
    let blank = hex(&[salt.as_slice(), &vec![0; key.len()]].concat());
    let computation = Pbkdf2Hash::new(digest, rounds, salt, key.len())?;
    Ok(Parsed { computation: Box::new(computation), expected: key, blank })
}

/// The salt and the 32 bytes after it.
fn salted(text: &str, salt_length: usize) -> Result<(Vec<u8>, Vec<u8>), Refused> {
    let bytes = decoded(unhex(text), "hash")?;
    match bytes.split_at_checked(salt_length) {
        Some((salt, key)) if key.len() == 32 => Ok((salt.to_vec(), key.to_vec())),
        _ => Err(Refused::new(format!("it is not {} hexadecimal digits long", 2 * (salt_length + 32)))),
    }
}

/// `$PARAMETERS$salt$key`, the parameters in one hexadecimal number: the logarithm of N, then r and p in a byte each.
fn scrypt(text: &str) -> Result<Parsed, Refused> {
    let [_, params, salt, key] = fields(text)?;
    let number = u32::from_str_radix(params, 16).ok().filter(|_| !params.starts_with('+'));
    let number = number.ok_or_else(|| Refused::new("its parameters are not a hexadecimal number"))?;
    let factors = Factors { log_n: number >> 16, r: number >> 8 & 0xff, p: number & 0xff };
    let expected = result(unbase64(key))?;
    let salt_bytes = decoded(unbase64(salt), "salt")?;
    let computation = ScryptHash::new(factors, salt_bytes, expected.len())?;
    let blank = format!("${params}${salt}${}", base64(&vec![0; expected.len()]));
    Ok(Parsed { computation: Box::new(computation), expected, blank })
}

/// `StandardPasswordEncoder`: SHA-256 of salt and password, over and over.
fn standard(text: &str) -> Result<Parsed, Refused> {
    let (salt, key) = salted(text, 8)?;
    let blank = hex(&[salt.as_slice(), &[0; 32]].concat());
    let computation =
        Salted { digest: Digest::Sha256, before: salt, after: Vec::new(), rounds: STANDARD_ROUNDS };
    Ok(Parsed { computation: Box::new(computation), expected: key, blank })
}

/// `MessageDigestPasswordEncoder`: the salt stands in braces, and the braces are part of it.
fn digest(digest: Digest, text: &str) -> Result<Parsed, Refused> {
    let end = if text.starts_with('{') {
        text.find('}').ok_or_else(|| Refused::new("its salt has no end"))? + 1
    } else {
        0
    };
    let (salt, hash) = text.split_at(end);
    let expected = decoded(unhex(hash), "hash")?;
    if expected.len() != digest.length() {
        return Err(Refused::new(format!("its hash is not {} hexadecimal digits long", 2 * digest.length())));
    }
    let blank = format!("{salt}{}", hex(&vec![0; expected.len()]));
    let computation = Salted { digest, before: Vec::new(), after: salt.as_bytes().to_vec(), rounds: 1 };
    Ok(Parsed { computation: Box::new(computation), expected, blank })
}

struct Salted {
    digest: Digest,
    before: Vec<u8>,
    after: Vec<u8>,
    rounds: u32,
}

impl Computation for Salted {
    fn load(&self, password: u64) -> Load {
        let salt = (self.before.len() + self.after.len()) as u64;
        self.digest.load(password.saturating_add(salt)).and(self.digest.load(64).times(self.rounds.into()))
    }

    fn compute(&self, password: &[u8], _means: &mut Means<'_>) -> Result<Secret, Unusable> {
        let mut result = self.digest.of(&[&self.before, password, &self.after]);
        for _ in 1..self.rounds {
            result = self.digest.of(&[&result]);
        }
        Ok(result)
    }
}

#[cfg(test)]
mod tests {
    use crate::format::tests::{refused, right};

    #[test]
    fn others() {
        right("{MD5}3cb4e732631f47e6eb961f34554b7cde", "correct horse");
        right(
            "{SHA-256}{c2FsdA==}09d6232324cf4db50bad6977a0950e9849c382c508f25a244e904c85660e7083",
            "correct horse",
        );
        right(
            "{scrypt}$e0801$c2Vhc2FsdDBzZWFzYWx0MHNlYXNhbHQwc2Vhc2FsdDA=$V11eroHpiOKTENP9i8OWdkxeoLLBIet2tR7jBr8S0Y0=",
            "correct horse",
        );
    }

    #[test]
    fn what_is_refused_says_why() {
        assert!(refused("{noop}password").contains("in clear"));
        assert_eq!(refused("{MD4}x"), "MD4 is not computed");
        for damaged in [
            "{bcrypt}",
            "{bcrypt}{bcrypt}$2a$",
            "{pbkdf2}00",
            "{pbkdf2}5d923b44a6d129f3ddf3e3c8d29412723dcbde72445e8ef6bf3b508fbf17fa4ed4d6b99ca763d8dc00",
            "{scrypt}$1f0801$c2Fs$OAOec05+bXxvuu/1qZ6NUR+xQYvYv7BeL1QxwRpY5Pc=",
            "{scrypt}$+e0801$c2Fs$OAOec05+bXxvuu/1qZ6NUR+xQYvYv7BeL1QxwRpY5Pc=",
            "{sha256}00",
            "{SHA-1}{abc",
            "{SHA-1}{abc}00",
            "{argon2}x",
        ] {
            refused(damaged);
        }
    }
}
