//! The master key: everything secret in the store is sealed under it (AES-256-GCM).

use super::MacKey;
use crate::fault::Fault;
use crate::port::Dice;
use crate::time::Timestamp;
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::hmac;
use zeroize::Zeroizing;

const NONCE: usize = 12;
/// How much of a derived key names the master key.
const ID_BYTES: usize = 8;

/// The key that wraps all others. It never lies in the store.
pub struct MasterKey {
    key: LessSafeKey,
    derive: hmac::Key,
}

/// A key as it lies in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredKey {
    /// The realm.
    pub realm: String,
    /// The token kind (`access`, `refresh` …) or `mac:` and an inner use.
    pub kind: String,
    /// The key id, unique in the realm.
    pub id: String,
    /// The algorithm's JOSE name.
    pub algorithm: String,
    /// The key, sealed under the master key and bound to realm, kind and id.
    pub wrapped: Vec<u8>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Whether new tokens are signed with it; otherwise it only verifies.
    pub active: bool,
    /// Of a key that another server had before: until when tokens are good that were made there.
    pub legacy_until: Option<Timestamp>,
}

impl StoredKey {
    /// What the seal of a key is bound to.
    #[must_use]
    pub fn binding(realm: &str, kind: &str, id: &str) -> Vec<u8> {
        format!("key\n{realm}\n{kind}\n{id}").into_bytes()
    }
}

impl MasterKey {
    /// Takes 32 bytes of key material.
    ///
    /// # Errors
    /// The material has another length.
    pub fn new(material: &[u8]) -> Result<MasterKey, Fault> {
        let key = UnboundKey::new(&AES_256_GCM, material)
            .map_err(|_| Fault::Crypto("the master key must be 32 bytes long".to_owned()))?;
        let derive = hmac::Key::new(hmac::HMAC_SHA256, material);
        Ok(MasterKey { key: LessSafeKey::new(key), derive })
    }

    /// What the key is called in words that give nothing of it away: the same for the same key, on every machine.
    #[must_use]
    pub fn id(&self) -> String {
        let derived = self.derive("id");
        derived.as_ref().iter().take(ID_BYTES).map(|byte| format!("{byte:02x}")).collect()
    }

    /// A key for keyed hashes that follows from this one and from what it is for.
    #[must_use]
    pub fn derived(&self, purpose: &str) -> MacKey {
        MacKey::new(purpose.to_owned(), self.derive(purpose).as_ref())
    }

    fn derive(&self, purpose: &str) -> hmac::Tag {
        hmac::sign(&self.derive, format!("doorward derived key\n{purpose}").as_bytes())
    }

    /// Seals a text; `binding` must be given again to open it.
    ///
    /// # Errors
    /// The cipher refused (never with texts below many gigabytes).
    pub fn seal(&self, binding: &[u8], clear: &[u8], dice: &dyn Dice) -> Result<Vec<u8>, Fault> {
        let mut nonce = [0u8; NONCE];
        dice.fill(&mut nonce);
        let mut sealed = clear.to_vec();
        self.key
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(binding), &mut sealed)
            .map_err(|_| Fault::Crypto("sealing failed".to_owned()))?;
        let mut out = nonce.to_vec();
        out.append(&mut sealed);
        Ok(out)
    }

    /// Opens what [`MasterKey::seal`] sealed.
    ///
    /// # Errors
    /// Another master key, another binding, or damaged data.
    pub fn open(&self, binding: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Fault> {
        let wrong = || Fault::Crypto("sealed data does not open under this master key".to_owned());
        let (nonce, body) = sealed.split_at_checked(NONCE).ok_or_else(wrong)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| wrong())?;
        let mut buffer = Zeroizing::new(body.to_vec());
        let length =
            self.key.open_in_place(nonce, Aad::from(binding), &mut buffer).map_err(|_| wrong())?.len();
        buffer.truncate(length);
        Ok(buffer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_named_without_being_told_and_derives_one_key_per_purpose() {
        let (one, same, other) = ([1u8; 32], [1u8; 32], [2u8; 32]);
        let key = |material: &[u8]| MasterKey::new(material).unwrap();
        assert_eq!(key(&one).id(), key(&same).id());
        assert_ne!(key(&one).id(), key(&other).id());
        assert_eq!(key(&one).id().len(), 2 * ID_BYTES);
        assert!(!key(&one).id().contains("0101"));
        let mac = |purpose: &str| key(&one).derived(purpose).mac(&[b"x"]);
        assert_eq!(mac("a"), mac("a"));
        assert_ne!(mac("a"), mac("b"));
    }
}
