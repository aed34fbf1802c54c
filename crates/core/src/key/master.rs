//! The master key: everything secret in the store is sealed under it (AES-256-GCM).

use crate::fault::Fault;
use crate::port::Dice;
use crate::time::Timestamp;
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use zeroize::Zeroizing;

const NONCE: usize = 12;

/// The key that wraps all others. It never lies in the store.
pub struct MasterKey {
    key: LessSafeKey,
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
        Ok(MasterKey { key: LessSafeKey::new(key) })
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
