//! Tokens that another server signed with a key that was brought here: good until they expire by themselves.
//!
//! Such a token names no session of ours. The first time that it is shown it gets one, which ends when the token does, and
//! from then on it is found by its digest: signing out, a new password and a lock end it like any other. A token that
//! was never shown before is good only while its account is as it was brought: after a new password nobody comes in with a
//! token from before.

use crate::account::{Account, FIRST_VERSION};
use crate::authenticate::{Rejection, Verifier};
use crate::change::{ApplyResult, Change};
use crate::fault::Fault;
use crate::key::SigningKey;
use crate::policy::{NameOfAccount, TokenPolicy};
use crate::public_id::PublicIdKind;
use crate::session::{RefreshState, Session, SessionId};
use crate::time::Timestamp;
use crate::token::{TokenNote, jwt_expiry, token_digest, verify_jwt_by};
use serde_json::{Map, Value};

/// A session of a token from elsewhere.
pub(crate) struct Adopted {
    /// The session.
    pub(crate) session: SessionId,
    /// When the token expires.
    pub(crate) expires_at: Timestamp,
}

/// How such a session began: by the sign-in at the other server.
const BEGUN_BY: &str = "login";

impl Verifier<'_> {
    /// The session of a token that another server signed, begun if it has none; `Invalid` for what is no such token.
    pub(crate) async fn adopt(
        &self,
        policy: &TokenPolicy,
        raw: &str,
    ) -> Result<Result<Adopted, Rejection>, Fault> {
        let signed = verify_jwt_by(raw, &policy.name, self.keys);
        let Some((key, claims)) = signed.filter(|(_, claims)| fits(policy, claims)) else {
            return Ok(Err(Rejection::Invalid));
        };
        let Some(until) = key.legacy_until() else { return Ok(Err(Rejection::Invalid)) };
        let expires_at = jwt_expiry(&claims);
        if self.now >= expires_at.min(until) {
            return Ok(Err(Rejection::Expired));
        }
        let expires_at = expires_at.min(until);
        let digest = token_digest(raw, self.keys.access());
        let known = || self.store.token_note(&self.policy.realm, &digest);
        if let Some(note) = known().await? {
            return Ok(Ok(Adopted { session: note.session, expires_at }));
        }
        let Some(account) = self.named(policy, &claims).await? else { return Ok(Err(Rejection::Deleted)) };
        // Somebody who has signed up since, under a name that was free again, is not whom the token means.
        let issued_at =
            claims.get("iat").and_then(Value::as_i64).map_or(Timestamp(0), Timestamp::from_seconds);
        let another = account.created_at > key.created_at() && account.created_at.whole_second() > issued_at;
        if account.version != FIRST_VERSION || another {
            return Ok(Err(Rejection::Ended(None)));
        }
        if let Some(bar) = account.bar(self.now) {
            return Ok(Err(Rejection::Ended(Some(bar.end_reason()))));
        }
        let session = self.begun(&account, expires_at, (key, &digest));
        match self.store.apply(begin(&session, &digest, self.now)).await? {
            ApplyResult::Applied(_) => Ok(Ok(Adopted { session: session.id, expires_at })),
            // Another request was first, or the account has changed.
            ApplyResult::Conflict => Ok(match known().await? {
                Some(note) => Ok(Adopted { session: note.session, expires_at }),
                None => Err(Rejection::Ended(None)),
            }),
        }
    }

    /// The account that the first claim which names one names.
    async fn named(
        &self,
        policy: &TokenPolicy,
        claims: &Map<String, Value>,
    ) -> Result<Option<Account>, Fault> {
        let realm = self.policy.realm.as_str();
        let Some((claim, by)) = policy.claims.names.first() else { return Ok(None) };
        let text = match claims.get(claim) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            _ => return Ok(None),
        };
        let identifier = match (by, &self.policy.id) {
            (NameOfAccount::Identifier(kind), _) | (NameOfAccount::Id, PublicIdKind::Identifier(kind)) => {
                Some(*kind)
            }
            (NameOfAccount::Id, _) => None,
        };
        match identifier {
            Some(kind) => {
                let Some(rule) = self.policy.identifier(kind) else { return Ok(None) };
                self.store.account_by_identifier(realm, kind, &rule.canonical(&text)).await
            }
            None => self.store.account_by_public_id(realm, &self.policy.id.name(), &text).await,
        }
    }

    /// The session of a token: all that is drawn for others comes of its keyed digest, so that two requests which show
    /// it side by side begin one.
    fn begun(
        &self,
        account: &Account,
        expires_at: Timestamp,
        (key, digest): (&SigningKey, &[u8; 32]),
    ) -> Session {
        let drawn = self.keys.access().mac(&[b"adopted", key.id().as_bytes(), digest]);
        let mut random = [0u8; 10];
        random.copy_from_slice(&drawn[..10]);
        let mut seed = [0u8; 16];
        seed.copy_from_slice(&drawn[16..]);
        // The end is the same for both requests, their moments are not.
        let millis = u64::try_from(expires_at.0).unwrap_or(0);
        let id = uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid();
        Session {
            id: SessionId(id),
            realm: self.policy.realm.clone(),
            contract: self.policy.contract.clone(),
            account: account.id,
            created_at: self.now,
            last_used_at: self.now,
            refresh: RefreshState::new(seed, self.now),
            expires_at,
            absolute_until: expires_at,
            access_until: None,
            access_lifetime: None,
            key_id: self.keys.refresh().id().to_owned(),
            user_agent: String::new(),
            device: None,
            remembered: true,
            address: String::new(),
            begun_by: BEGUN_BY,
            ended: None,
        }
    }
}

/// Whether the claims that are always the same are so.
fn fits(policy: &TokenPolicy, claims: &Map<String, Value>) -> bool {
    policy.claims.constants.iter().all(|(name, value)| claims.get(name) == Some(value))
}

fn begin(session: &Session, digest: &[u8; 32], now: Timestamp) -> Vec<Change> {
    let note = TokenNote {
        realm: session.realm.clone(),
        digest: *digest,
        session: session.id,
        generation: session.refresh.generation,
        expires_at: session.expires_at,
    };
    vec![
        Change::StartSession { session: Box::new(session.clone()), account_version: FIRST_VERSION },
        Change::NoteToken { note, at: now },
    ]
}
