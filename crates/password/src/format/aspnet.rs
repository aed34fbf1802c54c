//! ASP.NET Identity's blobs in base64: version 2 (PBKDF2 of SHA-1, a thousand rounds) and version 3 (with its own
//! digest, rounds and salt length).
//!
//! From `Microsoft.AspNetCore.Identity.PasswordHasher` and its predecessor.

use super::parts::decoded;
use super::pbkdf2::Pbkdf2Hash;
use super::{Example, Format, Parsed, Refused};
use crate::alphabet::{base64, unbase64};
use crate::digest::Digest;

const VERSION_2: u8 = 0;
const VERSION_3: u8 = 1;

/// The format.
pub(super) struct AspNet;

impl Format for AspNet {
    fn name(&self) -> &'static str {
        "aspnet"
    }

    fn origin(&self) -> &'static str {
        "ASP.NET Identity, versions 2 and 3"
    }

    fn examples(&self) -> &'static [Example] {
        &[
            Example {
                stored: "AQAAAAEAACcQAAAAEAABAgMEBQYHCAkKCwwNDg+yWU7rLgUwPZb1Itsmra7cbxw2EFpwpVFIEtP+JIuUEw==",
                password: "my password",
                made_by: "ASP.NET Core's own tests",
            },
            Example {
                stored: "AAABAgMEBQYHCAkKCwwNDg+ukCEMDf0yyQ29NYubggHIVY0sdEUfdyeM+E1LtH1uJg==",
                password: "my password",
                made_by: "ASP.NET Core's own tests",
            },
        ]
    }

    fn claims(&self, text: &str) -> bool {
        let starts = text.starts_with("AQAAAA") || (text.starts_with('A') && text.len() == 68);
        starts && !text.contains(['$', ':', '{'])
    }

    fn parse(&self, text: &str) -> Result<Parsed, Refused> {
        let blob = decoded(unbase64(text), "base64")?;
        let (digest, rounds, salt_from, salt_length) = match blob.first() {
            Some(&VERSION_2) if blob.len() == 49 => (Digest::Sha1, 1000, 1, 16),
            Some(&VERSION_3) => {
                let digest = match word(&blob, 1)? {
                    0 => Digest::Sha1,
                    1 => Digest::Sha256,
                    2 => Digest::Sha512,
                    _ => return Err(Refused::new("its digest is not known")),
                };
                (digest, word(&blob, 5)?.max(1), 13, word(&blob, 9)? as usize)
            }
            _ => return Err(Refused::new("it is neither of version 2 nor of version 3")),
        };
        let rest = blob.get(salt_from..).unwrap_or_default();
        let (salt, key) = rest.split_at_checked(salt_length).ok_or_else(|| Refused::new("it is cut off"))?;
        if salt.len() < 8 || !(16..=64).contains(&key.len()) {
            return Err(Refused::new("its salt or its key has a length that ASP.NET does not write"));
        }
        let computation = Pbkdf2Hash::new(digest, rounds, salt.to_vec(), key.len())?;
        let mut blank = blob.clone();
        let key_from = salt_from + salt_length;
        blank.iter_mut().skip(key_from).for_each(|byte| *byte = 0);
        Ok(Parsed { computation: Box::new(computation), expected: key.to_vec(), blank: base64(&blank) })
    }
}

/// Four bytes, the highest first.
fn word(blob: &[u8], from: usize) -> Result<u32, Refused> {
    let bytes = blob.get(from..from + 4).and_then(|bytes| bytes.try_into().ok());
    bytes.map(u32::from_be_bytes).ok_or_else(|| Refused::new("it is cut off"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::tests::{refused, right};

    #[test]
    fn other_digests_and_lengths() {
        // ASP.NET Core's own tests: SHA-512, 50 rounds; SHA-512, 250 rounds, salt 256 bits, key 512; SHA-1.
        right("AQAAAAIAAAAyAAAAEOMwvh3+FZxqkdMBz2ekgGhwQ4B6pZWND6zgESBuWiHw", "my password");
        right("AQAAAAAAAAD6AAAAEAhftMyfTJylOlZT+eEotFXd1elee8ih5WsjXaR3PA9M", "my password");
        right(
            "AQAAAAIAAYagAAAAEHNlYXNhbHQwc2Vhc2FsdDDxrAPWW13U+aup0kivyWmuiy63nhiBQFLdJdGtx8zvSg==",
            "correct horse",
        );
        right("AHNlYXNhbHQwc2Vhc2FsdDDGRoB3QpyOrU3qR0sDGHAla9/7+CPxqeGiulHTD98L1A==", "correct horse");
    }

    #[test]
    fn too_much_work_and_damage_are_refused() {
        let mut blob = unbase64(AspNet.examples()[0].stored).unwrap();
        for (place, byte) in [(5, 255), (4, 3), (9, 255), (12, 0)] {
            let before = blob[place];
            blob[place] = byte;
            refused(&base64(&blob));
            blob[place] = before;
        }
        for length in 1..blob.len() - 16 {
            refused(&base64(&blob[..length]));
        }
    }
}
