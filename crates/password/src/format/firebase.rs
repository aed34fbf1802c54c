//! Firebase's scrypt, written as `$firebase-scrypt$ln=14,r=8,ss=SEPARATOR,key=NAME$salt$hash`.
//!
//! Firebase exports salt and hash per account, and once per project a signer key, a salt separator, rounds and memory
//! cost; this string of ours carries them: `ln` is `mem_cost`, `r` is `rounds`, `ss` is `base64_salt_separator`, and
//! the signer key (`base64_signer_key`) is named, not written: the configuration has it, in base64 as Firebase shows it. Salt and hash stand as they
//! are exported, in either alphabet of base64.

use super::parts::{count, decoded, fields, named, result};
use super::scrypt::{Factors, ScryptHash};
use super::{Computation, Example, Format, Means, Parsed, Refused, Unusable};
use crate::alphabet::{base64, unbase64_any};
use crate::digest::Secret;
use crate::keys::is_name;
use crate::load::Load;
use aws_lc_rs::cipher::{AES_256, EncryptingKey, EncryptionContext, UnboundCipherKey};
use zeroize::Zeroizing;

/// The format.
pub(super) struct Firebase;

impl Format for Firebase {
    fn name(&self) -> &'static str {
        "firebase-scrypt"
    }

    fn origin(&self) -> &'static str {
        "Firebase Authentication; our own spelling, the signer key by its name"
    }

    fn examples(&self) -> &'static [Example] {
        &[Example {
            stored: "$firebase-scrypt$ln=14,r=8,ss=Bw==,key=firebase$42xEC+ixf3L2lw==$lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==",
            password: "user1password",
            made_by: "the README of firebase/scrypt",
        }]
    }

    fn claims(&self, text: &str) -> bool {
        text.starts_with("$firebase-scrypt$")
    }

    fn parse(&self, text: &str) -> Result<Parsed, Refused> {
        let [_, name, params, salt, hash] = fields(text)?;
        let parts: Vec<&str> = params.split(',').collect();
        let [log_n, r, separator, key] = parts.as_slice() else {
            return Err(Refused::new("its parameters are not `ln=…,r=…,ss=…,key=…`"));
        };
        let log_n = count(named(log_n, "ln")?, "ln")?;
        let r = count(named(r, "r")?, "r")?;
        let key = named(key, "key")?;
        if !is_name(key) {
            return Err(Refused::new("`key=` does not name a key: letters, digits and `_`"));
        }
        let separator = decoded(unbase64_any(named(separator, "ss")?), "salt separator")?;
        let mut salted = decoded(unbase64_any(salt), "salt")?;
        salted.extend(separator);
        let expected = result(unbase64_any(hash))?;
        let scrypt = ScryptHash::new(Factors { log_n, r, p: 1 }, salted, 32)?;
        let blank = format!("${name}${params}${salt}${}", base64(&vec![0; expected.len()]));
        let computation = FirebaseHash { scrypt, key: key.to_owned() };
        Ok(Parsed { computation: Box::new(computation), expected, blank })
    }
}

struct FirebaseHash {
    scrypt: ScryptHash,
    key: String,
}

impl Computation for FirebaseHash {
    fn load(&self, password: u64) -> Load {
        self.scrypt.load(password)
    }

    fn keys(&self) -> Vec<String> {
        vec![self.key.clone()]
    }

    /// The signer key, enciphered with what scrypt makes of the password: AES-256 in counter mode from zero.
    fn compute(&self, password: &[u8], means: &mut Means<'_>) -> Result<Secret, Unusable> {
        let missing = || Unusable::Hash(Refused::new(format!("there is no key `{}`", self.key)));
        let failed = |_| Unusable::Hash(Refused::new("AES did not take its key"));
        let misspelt = || Unusable::Hash(Refused::new(format!("the key `{}` is not base64", self.key)));
        let signer = means.keys.get(&self.key).ok_or_else(missing)?;
        let signer = std::str::from_utf8(signer).ok().and_then(|text| unbase64_any(text.trim()));
        let mut out = Zeroizing::new(signer.ok_or_else(misspelt)?);
        let derived = self.scrypt.compute(password, means)?;
        let key = UnboundCipherKey::new(&AES_256, &derived).map_err(failed)?;
        let key = EncryptingKey::ctr(key).map_err(failed)?;
        // The counter is fixed because the format says so; the key is new for every password and salt.
        key.less_safe_encrypt(&mut out, EncryptionContext::Iv128([0; 16].into())).map_err(failed)?;
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::tests::{refused, right};
    use crate::memory::Memory;
    use crate::stored::{Check, StoredHash};
    use doorward_core::password::Password;

    #[test]
    fn either_alphabet_is_read() {
        right(
            "$firebase-scrypt$ln=14,r=8,ss=Bw,key=firebase$42xEC-ixf3L2lw$lSrfV15cpx95_sZS2W9c9Kp6i_LVgQNDNC_qzrCnh1SAyZvqmZqAjTdn3aoItz-VHjoZilo78198JAdRuid5lQ",
            "user1password",
        );
    }

    #[test]
    fn without_its_key_it_cannot_be_compared() {
        let stored = StoredHash::parse(Firebase.examples()[0].stored).unwrap();
        assert_eq!(stored.keys(), ["firebase"]);
        let keys = crate::keys::HashKeys::default();
        let check = stored.verify(&Password::new("user1password".to_owned()), &keys, &mut Memory::default());
        assert_eq!(check, Check::Unusable(Refused::new("there is no key `firebase`")));
    }

    #[test]
    fn a_key_that_is_not_spelt_as_firebase_does_is_told() {
        let stored = StoredHash::parse(Firebase.examples()[0].stored).unwrap();
        let keys = crate::keys::HashKeys::default().with("firebase", vec![0xff; 64]);
        let check = stored.verify(&Password::new("user1password".to_owned()), &keys, &mut Memory::default());
        assert_eq!(check, Check::Unusable(Refused::new("the key `firebase` is not base64")));
    }

    #[test]
    fn damage_and_too_much_work_are_refused() {
        let end = "42xEC+ixf3L2lw==$lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==";
        for params in [
            "ln=25,r=8,ss=Bw==,key=k",
            "ln=14,r=0,ss=Bw==,key=k",
            "ln=14,r=8,ss=Bw==,key=",
            "ln=14,r=8,ss=Bw==,key=a.b",
            "ln=14,r=8,ss=?,key=k",
            "ln=14,r=8,key=k",
        ] {
            refused(&format!("$firebase-scrypt${params}${end}"));
        }
    }
}
