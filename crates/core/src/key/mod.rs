//! Keys: one per realm and token kind, never shared between kinds, kept wrapped under the master key.

mod master;
mod ring;
mod signing;

pub use master::{MasterKey, StoredKey};
pub use ring::{KeyNeed, RealmKeys};
pub use signing::{Algorithm, SigningKey};

use aws_lc_rs::hmac;

/// A key for keyed hashes. It cannot be printed.
#[derive(Clone)]
pub struct MacKey {
    id: String,
    key: hmac::Key,
}

impl MacKey {
    /// Makes an HMAC-SHA256 key of 32 bytes of key material.
    #[must_use]
    pub fn new(id: String, material: &[u8]) -> MacKey {
        MacKey { id, key: hmac::Key::new(hmac::HMAC_SHA256, material) }
    }

    /// The key's id in the store.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// HMAC-SHA256 over the parts, each preceded by its length so that no two lists of parts collide.
    #[must_use]
    pub fn mac(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&self.key);
        for part in parts {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part);
        }
        let mut out = [0u8; 32];
        out.copy_from_slice(context.sign().as_ref());
        out
    }

    /// So many bytes over the parts: [`MacKey::mac`], cut, or followed by numbered ones.
    #[must_use]
    pub fn tag(&self, parts: &[&[u8]], length: usize) -> Vec<u8> {
        let mut tag = self.mac(parts).to_vec();
        let mut number = 0u64;
        while tag.len() < length {
            number += 1;
            let numbered = number.to_be_bytes();
            tag.extend_from_slice(&self.mac(&[parts, &[&numbered]].concat()));
        }
        tag.truncate(length);
        tag
    }
}

/// Compares two byte strings without telling by time where they differ.
#[must_use]
pub fn same_bytes(a: &[u8], b: &[u8]) -> bool {
    use subtle::ConstantTimeEq;
    a.ct_eq(b).into()
}
