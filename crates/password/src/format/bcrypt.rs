//! bcrypt (`$2a$`, `$2b$`, `$2y$`, `$2x$`): what most older servers kept.
//!
//! From OpenBSD, then PHP, Ruby, Node, Go, Java. Like bcrypt itself, only the first 72 bytes of a password count.
//! `$2x$` is what PHP before 5.3.7 wrote as `$2a$`: its crypt_blowfish took bytes from 0x80 for negative numbers, so
//! that such a byte wiped out up to three before it. It is verified with that fault, as crypt_blowfish itself does.

use super::parts::decoded;
use super::{Computation, Example, Format, Means, Parsed, Refused, Unusable};
use crate::alphabet::{bcrypt as encode, unbcrypt};
use crate::digest::Secret;
use crate::load::Load;
use zeroize::Zeroizing;

/// The time of one round in nanoseconds.
const PER_ROUND: u64 = 50_000;
/// The bytes of a password that count, and what the key schedule takes.
const KEY: usize = 72;
const RESULT: usize = 23;

/// The format.
pub(super) struct Bcrypt;

impl Format for Bcrypt {
    fn name(&self) -> &'static str {
        "bcrypt"
    }

    fn origin(&self) -> &'static str {
        "PHP, Rails, Node, Go, Java, Laravel; `$2x$` with the fault of PHP before 5.3.7"
    }

    fn examples(&self) -> &'static [Example] {
        &[
            Example {
                stored: "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
                password: "U*U",
                made_by: "crypt_blowfish's own tests",
            },
            Example {
                stored: "$2b$04$abcdefghijklmnopqrstuuu/9uWgPTY1dXdJ3FYx/AMGjuoHFZoKq",
                password: "grüße 1é",
                made_by: "Passlib 1.7",
            },
            Example {
                stored: "$2y$04$abcdefghijklmnopqrstuuu/9uWgPTY1dXdJ3FYx/AMGjuoHFZoKq",
                password: "grüße 1é",
                made_by: "Passlib 1.7",
            },
            Example {
                stored: "$2x$05$6bNw2HLQYeqHYyBfLMsv/OiwqTymGIGzFsA4hOTWebfehXHNprcAS",
                password: "ё",
                made_by: "crypt_blowfish's own tests",
            },
        ]
    }

    fn claims(&self, text: &str) -> bool {
        ["$2a$", "$2b$", "$2x$", "$2y$"].iter().any(|start| text.starts_with(start))
    }

    fn parse(&self, text: &str) -> Result<Parsed, Refused> {
        let (head, body) = text.split_at_checked(7).ok_or_else(|| Refused::new("it is cut off"))?;
        let (salt, hash) = body.split_at_checked(22).ok_or_else(|| Refused::new("it is cut off"))?;
        let cost = head.get(4..6).filter(|_| head.ends_with('$')).unwrap_or_default();
        let expected = decoded(unbcrypt(hash), "hash")?;
        if expected.len() != RESULT {
            return Err(Refused::new(format!(
                "a bcrypt hash has 60 letters, this one {}",
                text.chars().count()
            )));
        }
        let computation = BcryptHash::new(cost, salt, text.starts_with("$2x$"))?;
        Ok(Parsed {
            computation: Box::new(computation),
            expected,
            blank: format!("{head}{salt}{}", encode(&[0; RESULT])),
        })
    }
}

/// bcrypt with its salt and cost.
pub(super) struct BcryptHash {
    cost: u32,
    salt: [u8; 16],
    signed: bool,
}

impl BcryptHash {
    /// Of a cost of one or two digits and 22 letters of salt.
    pub(super) fn new(cost: &str, salt: &str, signed: bool) -> Result<BcryptHash, Refused> {
        let digits = cost.bytes().all(|digit| digit.is_ascii_digit());
        let number = cost.parse().ok().filter(|cost| digits && (4..=31).contains(cost));
        let cost: u32 = number.ok_or_else(|| Refused::new("its cost is not a number from 04 to 31"))?;
        let salt = decoded(unbcrypt(salt), "salt")?;
        let salt = salt.try_into().map_err(|_| Refused::new("its salt is not 22 letters long"))?;
        let computation = BcryptHash { cost, salt, signed };
        computation.load(0).check(&format!("bcrypt's cost {cost}"))?;
        Ok(computation)
    }
}

impl Computation for BcryptHash {
    fn load(&self, _password: u64) -> Load {
        Load::operations(1 << self.cost, PER_ROUND)
    }

    fn compute(&self, password: &[u8], _means: &mut Means<'_>) -> Result<Secret, Unusable> {
        let key = if self.signed { signed_key(password) } else { key(password) };
        let out = Zeroizing::new(::bcrypt::bcrypt(self.cost, self.salt, &key));
        Ok(Zeroizing::new(out.iter().copied().take(RESULT).collect()))
    }
}

/// The password and a zero, as far as bcrypt looks.
fn key(password: &[u8]) -> Secret {
    Zeroizing::new(password.iter().copied().chain([0]).take(KEY).collect())
}

/// The key that crypt_blowfish made by mistake: in every word of four bytes, one from 0x80 sets all bits before it.
/// Without such a byte it is the same key, written out over and over.
fn signed_key(password: &[u8]) -> Secret {
    let mut bytes = password.iter().copied().chain([0]).cycle();
    let mut key = Zeroizing::new(Vec::with_capacity(KEY));
    for _ in 0..KEY / 4 {
        let word = bytes.by_ref().take(4).fold(0u32, |word, byte| {
            let extended = i32::from(byte.cast_signed()).cast_unsigned();
            word << 8 | extended
        });
        key.extend(word.to_be_bytes());
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::tests::{refused, right, wrong};
    use crate::keys::HashKeys;
    use crate::memory::Memory;

    /// Passwords that are not UTF-8 cannot be sent to us, but they are what the published vectors are about.
    fn matches(stored: &str, password: &[u8]) -> bool {
        let parsed = Bcrypt.parse(stored).unwrap();
        let (keys, mut memory) = (HashKeys::default(), Memory::default());
        let mut means = Means { keys: &keys, memory: &mut memory };
        *parsed.computation.compute(password, &mut means).unwrap() == parsed.expected
    }

    #[test]
    fn crypt_blowfishs_own_vectors() {
        let start = "/OK.fbVrR/bpIqNJ5ianF.";
        for (version, rest, password) in [
            ("2a", "Sa7shbm4.OzKpvFnX1pQLmQW96oUlCq", &b"\xa3"[..]),
            ("2b", "Sa7shbm4.OzKpvFnX1pQLmQW96oUlCq", b"\xa3"),
            ("2y", "Sa7shbm4.OzKpvFnX1pQLmQW96oUlCq", b"\xa3"),
            ("2y", "CE5elHaaO4EbggVDjb8P19RukzXSM3e", b"\xff\xff\xa3"),
            ("2x", "CE5elHaaO4EbggVDjb8P19RukzXSM3e", b"\xa3"),
            ("2x", "CE5elHaaO4EbggVDjb8P19RukzXSM3e", b"\xff\xff\xa3"),
            ("2x", "o./n25XVfn6oAPaUvHe.Csk4zRfsYPi", b"1\xa3345"),
            ("2y", "nRht2l/HRhr6zmCp9vYUvvsqynflf9e", b"\xff\xa3345"),
        ] {
            assert!(matches(&format!("${version}$05${start}{rest}"), password), "{version} {password:x?}");
            assert!(!matches(&format!("${version}$05${start}{rest}"), b"other"));
        }
        assert!(matches(
            "$2x$05$6bNw2HLQYeqHYyBfLMsv/O9LIGgn8OMzuDoHfof8AQimSGfcSWxnS",
            b"\xd0\xc1\xd2\xcf\xcc\xd8"
        ));
    }

    #[test]
    fn without_high_bytes_the_faulty_spelling_is_the_same() {
        let stored = "$2a$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui";
        let long = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789chars after 72 are ignored";
        for version in ["2a", "2b", "2x", "2y"] {
            let stored = stored.replacen("2a", version, 1);
            right(&stored, long);
            right(&stored, &long[..72]);
            wrong(&stored, &long[..71]);
        }
    }

    #[test]
    fn bits_that_are_left_over_in_the_salt_do_not_count() {
        right("$2a$05$CCCCCCCCCCCCCCCCCCCCC/E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "U*U");
    }

    #[test]
    fn too_much_work_and_damage_are_refused() {
        let rest = "UuTkLRZZ6QofpDOlMz32MuuxEHA43WOemOYHPz6.SjsVsyO1tDU96";
        assert_eq!(
            refused(&format!("$2a$15${rest}")),
            "bcrypt's cost 15 takes about 1.6 s of work; at most 1 s is done"
        );
        for damaged in ["$2a$", "$2a$04$short", "$2a$xx$", "$2a$03$", "$2a$+4$", "$2a$4$0"] {
            refused(damaged);
            refused(&format!("{damaged}{rest}"));
        }
        refused(&format!("$2a$04${rest}x"));
        assert!(refused("$2$04$UuTk").contains("first bcrypt"));
    }
}
