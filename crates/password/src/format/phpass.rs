//! phpass (`$P$`, `$H$`), and Drupal 7's `$S$`, which is the same with SHA-512.
//!
//! From Openwall's phpass by Solar Designer: WordPress before 6.8, phpBB 3, Drupal 7. No well-kept library does it, so
//! the loop is written down here; the digests are the library's.

use super::{Computation, Example, Format, Means, Parsed, Refused, Unusable};
use crate::alphabet::{crypt, crypt_value, is_crypt};
use crate::digest::{Digest, Secret};
use crate::load::Load;
use zeroize::Zeroizing;

/// The format.
pub(super) struct Phpass;

impl Format for Phpass {
    fn name(&self) -> &'static str {
        "phpass"
    }

    fn origin(&self) -> &'static str {
        "WordPress before 6.8, phpBB 3, Drupal 7 (`$S$`)"
    }

    fn examples(&self) -> &'static [Example] {
        &[
            Example {
                stored: "$P$9IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0",
                password: "test12345",
                made_by: "phpass's own test",
            },
            Example {
                stored: "$H$9ohUJ.1sdzxTLKgr/o86a.9gktm0Om0",
                password: "correct horse",
                made_by: "Passlib 1.7",
            },
            Example {
                stored: "$S$C33783772bRXEx1aCsvY.dqgaaSu76XmVlKrW9Qu8IQlvxHlmzLf",
                password: "hashcat",
                made_by: "hashcat's examples",
            },
        ]
    }

    fn claims(&self, text: &str) -> bool {
        ["$P$", "$H$", "$S$"].iter().any(|start| text.starts_with(start))
    }

    fn parse(&self, text: &str) -> Result<Parsed, Refused> {
        // Drupal cuts its hashes off to fit a column.
        let (digest, letters) =
            if text.starts_with("$S$") { (Digest::Sha512, 43) } else { (Digest::Md5, 22) };
        let (head, hash) = text.split_at_checked(12).ok_or_else(|| Refused::new("it is cut off"))?;
        if hash.len() != letters || !is_crypt(hash) {
            return Err(Refused::new(format!("its hash is not {letters} letters long")));
        }
        let cost = head.as_bytes().get(3).and_then(|letter| crypt_value(*letter));
        let cost = cost.filter(|cost| (1..=30).contains(cost));
        let cost = cost.ok_or_else(|| Refused::new("its number of rounds is not from 2^1 to 2^30"))?;
        let salt = head.as_bytes().get(4..).unwrap_or_default().to_vec();
        let computation = PhpassHash { digest, rounds: 1 << cost, salt, letters };
        computation.load(crate::stored::USUAL_PASSWORD).check(&format!("2^{cost} rounds of phpass"))?;
        Ok(Parsed {
            computation: Box::new(computation),
            expected: hash.as_bytes().to_vec(),
            blank: format!("{head}{}", ".".repeat(letters)),
        })
    }
}

struct PhpassHash {
    digest: Digest,
    rounds: u32,
    salt: Vec<u8>,
    letters: usize,
}

impl Computation for PhpassHash {
    fn load(&self, password: u64) -> Load {
        self.digest.load(password.saturating_add(self.digest.length() as u64)).times(self.rounds.into())
    }

    fn compute(&self, password: &[u8], _means: &mut Means<'_>) -> Result<Secret, Unusable> {
        let mut result = self.digest.of(&[&self.salt, password]);
        for _ in 0..self.rounds {
            result = self.digest.of(&[&result, password]);
        }
        let mut written = crypt(&result);
        written.truncate(self.letters);
        Ok(Zeroizing::new(written.into_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use crate::format::tests::{refused, right};

    #[test]
    fn vectors_of_others() {
        right("$P$984478476IagS59wHZvyQMArzfx58u.", "hashcat");
        right("$P$5ohUJ.1sdkaIYh41T9MFOqIoSnhAqT/", "correct horse");
    }

    #[test]
    fn too_much_work_and_damage_are_refused() {
        let message = refused("$P$S84478476IagS59wHZvyQMArzfx58u.");
        assert!(message.starts_with("2^30 rounds of phpass takes about "), "{message}");
        for damaged in [
            "$P$",
            "$P$9",
            "$P$.84478476IagS59wHZvyQMArzfx58u.",
            "$P$984478476IagS59wHZvyQMArzfx58u",
            "$P$984478476IagS59wHZvyQMArzfx58u.x",
            "$P$98447é476IagS59wHZvyQMArzfx58u.",
        ] {
            refused(damaged);
        }
    }
}
