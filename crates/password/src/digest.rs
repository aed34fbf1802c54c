//! The digests that stored hashes are made of, by name. The functions are RustCrypto's; none is used for anything
//! new.

use crate::load::Load;
use hmac::{EagerHash, Hmac, KeyInit, Mac};
use md5::Md5;
use pbkdf2::pbkdf2_hmac;
use sha1::Sha1;
use sha2::{Sha224, Sha256, Sha384, Sha512};
use zeroize::Zeroizing;

/// What came of a secret is a secret.
pub(crate) type Secret = Zeroizing<Vec<u8>>;

/// A digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Digest {
    Md5,
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
}

impl Digest {
    pub(crate) const ALL: [Digest; 6] =
        [Digest::Md5, Digest::Sha1, Digest::Sha224, Digest::Sha256, Digest::Sha384, Digest::Sha512];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Digest::Md5 => "md5",
            Digest::Sha1 => "sha1",
            Digest::Sha224 => "sha224",
            Digest::Sha256 => "sha256",
            Digest::Sha384 => "sha384",
            Digest::Sha512 => "sha512",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Digest> {
        Digest::ALL.into_iter().find(|digest| digest.name() == name)
    }

    /// The length of a result in bytes.
    pub(crate) fn length(self) -> usize {
        match self {
            Digest::Md5 => 16,
            Digest::Sha1 => 20,
            Digest::Sha224 => 28,
            Digest::Sha256 => 32,
            Digest::Sha384 => 48,
            Digest::Sha512 => 64,
        }
    }

    /// The digest of the parts, one after the other.
    pub(crate) fn of(self, parts: &[&[u8]]) -> Secret {
        fn run<D: sha2::Digest>(parts: &[&[u8]]) -> Secret {
            let mut state = D::new();
            for part in parts {
                state.update(part);
            }
            Zeroizing::new(state.finalize().to_vec())
        }
        match self {
            Digest::Md5 => run::<Md5>(parts),
            Digest::Sha1 => run::<Sha1>(parts),
            Digest::Sha224 => run::<Sha224>(parts),
            Digest::Sha256 => run::<Sha256>(parts),
            Digest::Sha384 => run::<Sha384>(parts),
            Digest::Sha512 => run::<Sha512>(parts),
        }
    }

    /// HMAC (RFC 2104).
    pub(crate) fn hmac(self, key: &[u8], message: &[u8]) -> Secret {
        fn run<D: EagerHash>(key: &[u8], message: &[u8]) -> Secret
        where
            Hmac<D>: KeyInit + Mac,
        {
            // A key of any length is taken.
            let Ok(mut state) = <Hmac<D> as KeyInit>::new_from_slice(key) else { return Secret::default() };
            state.update(message);
            Zeroizing::new(state.finalize().into_bytes().to_vec())
        }
        match self {
            Digest::Md5 => run::<Md5>(key, message),
            Digest::Sha1 => run::<Sha1>(key, message),
            Digest::Sha224 => run::<Sha224>(key, message),
            Digest::Sha256 => run::<Sha256>(key, message),
            Digest::Sha384 => run::<Sha384>(key, message),
            Digest::Sha512 => run::<Sha512>(key, message),
        }
    }

    /// PBKDF2 with HMAC (RFC 8018).
    pub(crate) fn pbkdf2(self, password: &[u8], salt: &[u8], rounds: u32, length: usize) -> Secret {
        let mut out = Zeroizing::new(vec![0; length]);
        match self {
            Digest::Md5 => pbkdf2_hmac::<Md5>(password, salt, rounds, &mut out),
            Digest::Sha1 => pbkdf2_hmac::<Sha1>(password, salt, rounds, &mut out),
            Digest::Sha224 => pbkdf2_hmac::<Sha224>(password, salt, rounds, &mut out),
            Digest::Sha256 => pbkdf2_hmac::<Sha256>(password, salt, rounds, &mut out),
            Digest::Sha384 => pbkdf2_hmac::<Sha384>(password, salt, rounds, &mut out),
            Digest::Sha512 => pbkdf2_hmac::<Sha512>(password, salt, rounds, &mut out),
        }
        out
    }

    fn block(self) -> u64 {
        match self {
            Digest::Sha384 | Digest::Sha512 => 128,
            _ => 64,
        }
    }

    /// The time of one block in nanoseconds, without special instructions.
    fn per_block(self) -> u64 {
        match self {
            Digest::Md5 | Digest::Sha1 => 120,
            Digest::Sha224 | Digest::Sha256 => 200,
            Digest::Sha384 | Digest::Sha512 => 400,
        }
    }

    /// The work of a digest of so many bytes.
    pub(crate) fn load(self, bytes: u64) -> Load {
        // The padding takes a byte and a length; what is left over begins another block.
        Load::operations(bytes.saturating_add(17) / self.block() + 1, self.per_block())
    }

    /// The work of an HMAC over so many bytes.
    pub(crate) fn hmac_load(self, bytes: u64) -> Load {
        self.load(bytes).and(Load::operations(3, self.per_block()))
    }

    /// The work of PBKDF2: two blocks a round, for every digest that the result is longer.
    pub(crate) fn pbkdf2_load(self, rounds: u64, length: usize) -> Load {
        let parts = length.div_ceil(self.length()).max(1) as u64;
        Load::operations(rounds.saturating_mul(parts).saturating_mul(2), self.per_block())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alphabet::hex;

    #[test]
    fn published_vectors() {
        assert_eq!(hex(&Digest::Md5.of(&[b"a", b"bc"])), "900150983cd24fb0d6963f7d28e17f72", "RFC 1321");
        assert_eq!(hex(&Digest::Sha1.of(&[b"abc"])), "a9993e364706816aba3e25717850c26c9cd0d89d", "FIPS 180");
        let keyed = Digest::Md5.hmac(b"Jefe", b"what do ya want for nothing?");
        assert_eq!(hex(&keyed), "750c783e6ab0b503eaa86e310a5db738", "RFC 2202");
        let derived = Digest::Sha1.pbkdf2(b"password", b"salt", 4096, 20);
        assert_eq!(hex(&derived), "4b007901b765489abead49d926f721d065a429c1", "RFC 6070");
    }

    #[test]
    fn results_are_as_long_as_said_and_names_go_both_ways() {
        for digest in Digest::ALL {
            assert_eq!(digest.of(&[]).len(), digest.length());
            assert_eq!(digest.hmac(b"", b"").len(), digest.length());
            assert_eq!(Digest::named(digest.name()), Some(digest));
        }
    }
}
