//! The keys of a realm, as operators see them and bring them.

use super::request::Reply;
use crate::realm::OpenRealm;
use doorward_core::action::operator::ImportKey;
use doorward_core::action::{Context, Services, perform};
use doorward_core::fault::Fault;
use doorward_core::key::Algorithm;
use doorward_core::policy::TokenFormat;
use doorward_core::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use zeroize::Zeroizing;

/// The fewest bytes of a secret: as many as SHA-256 has.
const STRONG: usize = 32;

/// A key that another server signed tokens with. It cannot be printed.
#[derive(Clone, Serialize, Deserialize)]
pub struct BroughtKey {
    /// The token kind.
    pub kind: String,
    /// The algorithm's JOSE name.
    pub algorithm: String,
    /// The secret.
    pub secret: Zeroizing<Vec<u8>>,
    /// Whether new tokens are signed with it too.
    pub sign: bool,
    /// Whether a secret is taken that could be guessed.
    pub weak: bool,
    /// For how many days at most tokens of the other server are good.
    pub days: u32,
}

/// Brings a key.
pub(super) async fn import(key: &BroughtKey, realm: &[&OpenRealm], cx: &Context<'_>) -> Result<Reply, Fault> {
    let algorithm = match fitting(key, realm) {
        Ok(algorithm) => algorithm,
        Err(why) => return Ok(Reply::refused("usage", why)),
    };
    let (kind, material) = (key.kind.clone(), key.secret.clone());
    let order = ImportKey { kind, algorithm, material, sign: key.sign, days: key.days };
    let answer = perform(&order, cx).await?;
    let told = json!({"id": answer.datum("key"), "kind": key.kind, "algorithm": algorithm.name()});
    Ok(Reply::Done { outcome: "updated".to_owned(), accounts: vec![told] })
}

/// The algorithm, if the key is one that the realm's contracts have tokens for.
fn fitting(key: &BroughtKey, realm: &[&OpenRealm]) -> Result<Algorithm, String> {
    let known = [Algorithm::Hs256, Algorithm::Hs384, Algorithm::Hs512];
    let algorithm = known
        .into_iter()
        .find(|one| one.name() == key.algorithm)
        .ok_or("a secret is for HS256, HS384 or HS512")?;
    if key.kind != "access" {
        return Err("only access tokens of another server are read: the kind is access".to_owned());
    }
    let policies = realm.iter().filter_map(|one| one.policy.token(&key.kind));
    let tokens: Vec<_> = policies.collect();
    let alike: Vec<_> = tokens.iter().filter(|token| token.format == TokenFormat::Jwt(algorithm)).collect();
    if alike.is_empty() {
        let made = tokens.iter().map(|token| match token.format {
            TokenFormat::Jwt(algorithm) => algorithm.name(),
            TokenFormat::Opaque(_) => "opaque",
        });
        let made: Vec<&str> = made.collect();
        return Err(format!("access tokens of this realm are {}, not {}", made.join(", "), algorithm.name()));
    }
    if alike.iter().all(|token| token.claims.names.is_empty()) {
        return Err(
            "no claim of the contract's access tokens is the account's id or an identifier".to_owned()
        );
    }
    if key.sign && alike.iter().any(|token| token.by_digest) {
        return Err(
            "tokens of this realm carry no id of ours: ours and the other server's must have different keys"
                .to_owned(),
        );
    }
    if key.secret.len() < STRONG && !key.weak {
        let bits = key.secret.len() * 8;
        return Err(format!(
            "the secret has {bits} bits, and whoever guesses it signs in as anybody: 256 are expected (--legacy-weak takes it all the same)"
        ));
    }
    Ok(algorithm)
}

/// The keys of a realm, without what is secret.
pub(super) async fn list(realm: &OpenRealm, services: &Services) -> Result<Reply, Fault> {
    let keys = services.store.keys(&realm.name).await?;
    let at = |time: Timestamp| {
        jiff::Timestamp::from_second(time.seconds()).map_or(Value::Null, |at| json!(at.to_string()))
    };
    let told = keys.iter().map(|key| {
        json!({
            "id": key.id,
            "kind": key.kind,
            "algorithm": key.algorithm,
            "signs": key.active,
            "created_at": at(key.created_at),
            "legacy_until": key.legacy_until.map(at),
        })
    });
    Ok(Reply::Done { outcome: "listed".to_owned(), accounts: told.collect() })
}
