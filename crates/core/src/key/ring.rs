//! All keys of one realm, unwrapped and ready.

use super::{Algorithm, MacKey, MasterKey, SigningKey, StoredKey};
use crate::change::{ApplyResult, Change};
use crate::fault::Fault;
use crate::port::{Dice, Store, draw_text};
use crate::time::Timestamp;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::sync::Arc;
use zeroize::Zeroizing;

/// The inner keys every realm has: refresh tokens, opaque access tokens, codes.
const MAC_KINDS: [&str; 3] = ["mac:refresh", "mac:access", "mac:code"];

/// A signing key that a realm's contracts need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyNeed {
    /// The token kind.
    pub kind: String,
    /// Its algorithm.
    pub algorithm: Algorithm,
}

/// The keys of one realm.
pub struct RealmKeys {
    master: Arc<MasterKey>,
    signing: BTreeMap<String, Vec<SigningKey>>,
    refresh: MacKey,
    access: MacKey,
    code: MacKey,
}

impl RealmKeys {
    /// Reads the realm's keys from the store, and makes those that are needed and missing.
    ///
    /// # Errors
    /// The store failed, or a key does not open under this master key.
    pub async fn open(
        realm: &str,
        needs: &[KeyNeed],
        master: Arc<MasterKey>,
        store: &dyn Store,
        (now, dice): (Timestamp, &dyn Dice),
    ) -> Result<RealmKeys, Fault> {
        let mut stored = store.keys(realm).await?;
        let mut fresh = Vec::new();
        for (kind, algorithm) in wanted(needs) {
            let there = |key: &StoredKey| {
                key.kind == kind && key.algorithm == algorithm && key.active && key.legacy_until.is_none()
            };
            if !stored.iter().any(there) {
                fresh.push(make(realm, &kind, algorithm, &master, (now, dice))?);
            }
        }
        if !fresh.is_empty() {
            let changes = fresh.iter().cloned().map(Change::PutKey).collect();
            match store.apply(changes).await? {
                ApplyResult::Applied(_) => stored.append(&mut fresh),
                ApplyResult::Conflict => return Err(Fault::Contention),
            }
        }
        assemble(&stored, master)
    }

    /// The key that new tokens of a kind are signed with under this algorithm: one that was brought for it, newest
    /// first, or our own.
    #[must_use]
    pub fn signer(&self, kind: &str, algorithm: Algorithm) -> Option<&SigningKey> {
        let good = |key: &&SigningKey| key.active() && key.algorithm() == algorithm;
        let keys = self.signing.get(kind)?;
        let brought = keys.iter().rev().find(|key| good(key) && key.legacy_until().is_some());
        brought.or_else(|| keys.iter().find(good))
    }

    /// The keys that may have signed a token of a kind.
    #[must_use]
    pub fn verifiers(&self, kind: &str) -> &[SigningKey] {
        self.signing.get(kind).map_or(&[], Vec::as_slice)
    }

    /// The public keys (RFC 7517 section 5).
    #[must_use]
    pub fn jwks(&self) -> Vec<Map<String, Value>> {
        self.signing.values().flatten().filter_map(SigningKey::jwk).collect()
    }

    /// The key of refresh tokens.
    #[must_use]
    pub fn refresh(&self) -> &MacKey {
        &self.refresh
    }

    /// The key of opaque access tokens.
    #[must_use]
    pub fn access(&self) -> &MacKey {
        &self.access
    }

    /// The key of codes.
    #[must_use]
    pub fn code(&self) -> &MacKey {
        &self.code
    }

    /// The master key, for what is sealed beside keys: mails.
    #[must_use]
    pub fn master(&self) -> &MasterKey {
        &self.master
    }
}

fn wanted(needs: &[KeyNeed]) -> Vec<(String, &'static str)> {
    let signing = needs.iter().map(|need| (need.kind.clone(), need.algorithm.name()));
    let inner = MAC_KINDS.iter().map(|kind| ((*kind).to_owned(), "HS256"));
    signing.chain(inner).collect()
}

fn make(
    realm: &str,
    kind: &str,
    algorithm: &str,
    master: &MasterKey,
    (now, dice): (Timestamp, &dyn Dice),
) -> Result<StoredKey, Fault> {
    let known = Algorithm::from_name(algorithm)
        .ok_or_else(|| Fault::Crypto(format!("unknown algorithm {algorithm}")))?;
    let alphabet: Vec<char> = ('a'..='z').chain('0'..='9').collect();
    let id = draw_text(&alphabet, 12, dice);
    let material = SigningKey::generate(known, dice)?;
    let wrapped = master.seal(&StoredKey::binding(realm, kind, &id), &material, dice)?;
    Ok(StoredKey {
        realm: realm.to_owned(),
        kind: kind.to_owned(),
        id,
        algorithm: algorithm.to_owned(),
        wrapped,
        created_at: now,
        active: true,
        legacy_until: None,
    })
}

fn assemble(stored: &[StoredKey], master: Arc<MasterKey>) -> Result<RealmKeys, Fault> {
    let open = |key: &StoredKey| -> Result<Zeroizing<Vec<u8>>, Fault> {
        master.open(&StoredKey::binding(&key.realm, &key.kind, &key.id), &key.wrapped)
    };
    let mac = |kind: &str| -> Result<MacKey, Fault> {
        let key = stored
            .iter()
            .find(|key| key.kind == kind && key.active)
            .ok_or_else(|| Fault::Crypto(format!("no {kind} key")))?;
        Ok(MacKey::new(key.id.clone(), &open(key)?))
    };
    let mut signing: BTreeMap<String, Vec<SigningKey>> = BTreeMap::new();
    for key in stored.iter().filter(|key| !key.kind.starts_with("mac:")) {
        signing.entry(key.kind.clone()).or_default().push(SigningKey::read(key, &open(key)?)?);
    }
    Ok(RealmKeys {
        signing,
        refresh: mac("mac:refresh")?,
        access: mac("mac:access")?,
        code: mac("mac:code")?,
        master,
    })
}
