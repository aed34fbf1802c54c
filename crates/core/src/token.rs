//! Tokens: what rides in them, how they find their session, and why they cannot be forged.
//!
//! Every token of ours carries a *token id*. An access token's is (session, generation, random); a refresh
//! token's is (session, generation, MAC over both and the session's seed). In a JWT it is the last claim,
//! `jti`; an opaque token is the id itself, with expiry and MAC for an access token. So no token needs a row.
//!
//! Two kinds carry no id: a token that is *found by its digest* ([`TokenPolicy::by_digest`]), and a cross-site token,
//! which every request of its session must show beside the cookie ([`csrf_token`]).
//!
//! [`TokenPolicy::by_digest`]: crate::policy::TokenPolicy::by_digest

use crate::key::{MacKey, RealmKeys, SigningKey, same_bytes};
use crate::opaque::OpaqueForm;
use crate::port::Dice;
use crate::session::{Session, SessionId};
use crate::time::Timestamp;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};
use uuid::Uuid;

/// Longer tokens are refused unread: nothing we mint comes near.
const LONGEST: usize = 8 * 1024;
const HEAD: usize = 16 + 4;
const NONCE: usize = 8;
const MAC: usize = 32;
/// Bytes of an opaque access token that say something: head, random, expiry.
const SAID: usize = HEAD + NONCE + 8;

/// The fewest bytes that keep a token secret.
pub const SECRET_BYTES: usize = 16;
/// The fewest bytes of an opaque refresh token: its session is written in it.
pub const LEAST_REFRESH_BYTES: usize = HEAD + SECRET_BYTES;
/// The fewest bytes of an opaque access token that is not found by its digest.
pub const LEAST_ACCESS_BYTES: usize = SAID + SECRET_BYTES;

/// What a token id says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenHead {
    /// The session it belongs to.
    pub session: SessionId,
    /// The refresh generation it was made in.
    pub generation: u32,
}

impl TokenHead {
    fn of(session: &Session) -> TokenHead {
        TokenHead { session: session.id, generation: session.refresh.generation }
    }

    fn bytes(self) -> [u8; HEAD] {
        let mut bytes = [0u8; HEAD];
        bytes[..16].copy_from_slice(self.session.0.as_bytes());
        bytes[16..].copy_from_slice(&self.generation.to_be_bytes());
        bytes
    }

    fn read(bytes: &[u8]) -> Option<TokenHead> {
        let session: [u8; 16] = bytes.get(..16)?.try_into().ok()?;
        let generation: [u8; 4] = bytes.get(16..HEAD)?.try_into().ok()?;
        Some(TokenHead {
            session: SessionId(Uuid::from_bytes(session)),
            generation: u32::from_be_bytes(generation),
        })
    }
}

/// The id of a new access token of a session.
pub fn access_id(session: &Session, dice: &dyn Dice) -> String {
    let mut bytes = [0u8; HEAD + NONCE];
    bytes[..HEAD].copy_from_slice(&TokenHead::of(session).bytes());
    dice.fill(&mut bytes[HEAD..]);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Reads an access token's id. The token's signature must have been verified.
#[must_use]
pub fn read_access_id(id: &str) -> Option<TokenHead> {
    let bytes = URL_SAFE_NO_PAD.decode(id).ok()?;
    if bytes.len() == HEAD + NONCE { TokenHead::read(&bytes) } else { None }
}

/// The id of a session's current refresh token: the same whenever it is asked for.
#[must_use]
pub fn refresh_id(session: &Session, key: &MacKey) -> String {
    URL_SAFE_NO_PAD.encode(refresh_bytes(session, HEAD + MAC, key))
}

/// The current refresh token of a session in its opaque form.
#[must_use]
pub fn opaque_refresh(session: &Session, form: &OpaqueForm, key: &MacKey) -> String {
    form.write(&refresh_bytes(session, form.bytes.unwrap_or(HEAD + MAC), key))
}

fn refresh_bytes(session: &Session, size: usize, key: &MacKey) -> Vec<u8> {
    let head = TokenHead::of(session);
    let mut bytes = head.bytes().to_vec();
    bytes.extend(refresh_tag(head, &session.refresh.seed, size.saturating_sub(HEAD), key));
    bytes
}

fn refresh_tag(head: TokenHead, seed: &[u8; 16], length: usize, key: &MacKey) -> Vec<u8> {
    key.tag(&[b"refresh", &head.bytes(), seed], length)
}

/// A refresh token's id, read but not yet verified: that needs the session's seed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefreshId {
    /// Session and generation it claims.
    pub head: TokenHead,
    mac: Vec<u8>,
}

impl RefreshId {
    /// Reads a refresh token's id.
    #[must_use]
    pub fn read(id: &str) -> Option<RefreshId> {
        let bytes = URL_SAFE_NO_PAD.decode(id).ok()?;
        if bytes.len() == HEAD + MAC { RefreshId::of(&bytes) } else { None }
    }

    /// Reads an opaque refresh token.
    #[must_use]
    pub fn opaque(text: &str, form: &OpaqueForm) -> Option<RefreshId> {
        RefreshId::of(&form.read(text, form.bytes.unwrap_or(HEAD + MAC))?)
    }

    fn of(bytes: &[u8]) -> Option<RefreshId> {
        let mac = bytes.get(HEAD..).filter(|mac| mac.len() >= SECRET_BYTES)?;
        Some(RefreshId { head: TokenHead::read(bytes)?, mac: mac.to_vec() })
    }

    /// Whether we made it for this session.
    #[must_use]
    pub fn genuine(&self, session: &Session, key: &MacKey) -> bool {
        same_bytes(&self.mac, &refresh_tag(self.head, &session.refresh.seed, self.mac.len(), key))
    }
}

/// An opaque access token: (session, generation, random, expiry, MAC).
pub fn opaque_access(
    session: &Session,
    expires_at: Timestamp,
    form: &OpaqueForm,
    (key, dice): (&MacKey, &dyn Dice),
) -> String {
    let mut bytes = TokenHead::of(session).bytes().to_vec();
    let mut nonce = [0u8; NONCE];
    dice.fill(&mut nonce);
    bytes.extend_from_slice(&nonce);
    bytes.extend_from_slice(&expires_at.0.to_be_bytes());
    let length = form.bytes.map_or(MAC, |size| size.saturating_sub(SAID));
    let mac = key.tag(&[b"access", &bytes, &session.refresh.seed], length);
    bytes.extend_from_slice(&mac);
    form.write(&bytes)
}

/// An opaque access token, read but not yet verified: that needs the session's seed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpaqueAccess {
    /// Session and generation it claims.
    pub head: TokenHead,
    /// When it expires.
    pub expires_at: Timestamp,
    signed: Vec<u8>,
    mac: Vec<u8>,
}

impl OpaqueAccess {
    /// Reads an opaque access token.
    #[must_use]
    pub fn read(text: &str, form: &OpaqueForm) -> Option<OpaqueAccess> {
        let bytes = form.read(text, form.bytes.unwrap_or(SAID + MAC))?;
        let expires: [u8; 8] = bytes.get(HEAD + NONCE..SAID)?.try_into().ok()?;
        Some(OpaqueAccess {
            head: TokenHead::read(&bytes)?,
            expires_at: Timestamp(i64::from_be_bytes(expires)),
            signed: bytes.get(..SAID)?.to_vec(),
            mac: bytes.get(SAID..).filter(|mac| mac.len() >= SECRET_BYTES)?.to_vec(),
        })
    }

    /// Whether we made it for this session.
    #[must_use]
    pub fn genuine(&self, session: &Session, key: &MacKey) -> bool {
        let tag = key.tag(&[b"access", &self.signed, &session.refresh.seed], self.mac.len());
        same_bytes(&self.mac, &tag)
    }
}

/// A token of nothing but chance: it is found by its digest.
pub fn random_token(form: &OpaqueForm, dice: &dyn Dice) -> String {
    let mut bytes = vec![0u8; form.bytes.unwrap_or(MAC)];
    dice.fill(&mut bytes);
    form.write(&bytes)
}

/// The cross-site token of this name: the same as long as the session lives, and known only to who was sent it.
#[must_use]
pub fn csrf_token(session: &Session, name: &str, form: &OpaqueForm, key: &MacKey) -> String {
    let parts: [&[u8]; 4] = [b"csrf", name.as_bytes(), session.id.0.as_bytes(), &session.refresh.seed];
    form.write(&key.tag(&parts, form.bytes.unwrap_or(MAC)))
}

/// By what a token that carries no id is found.
#[must_use]
pub fn token_digest(token: &str, key: &MacKey) -> [u8; 32] {
    key.mac(&[b"digest", token.as_bytes()])
}

/// What is kept of a token that is found by its digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenNote {
    /// The realm.
    pub realm: String,
    /// [`token_digest`] of its text.
    pub digest: [u8; 32],
    /// Its session: each has one such token, the newest.
    pub session: SessionId,
    /// The refresh generation it was made in.
    pub generation: u32,
    /// When it expires.
    pub expires_at: Timestamp,
}

/// The claims of a JWT whose signature is right; `None` for anything unreadable or wrongly signed. What the
/// header says is believed only after the signature: its `alg` must be the key's, `crit` must be absent.
#[must_use]
pub fn verify_jwt(token: &str, kind: &str, keys: &RealmKeys) -> Option<Map<String, Value>> {
    verify_jwt_by(token, kind, keys).map(|(_, claims)| claims)
}

/// The same, with the key that signed it.
pub(crate) fn verify_jwt_by<'k>(
    token: &str,
    kind: &str,
    keys: &'k RealmKeys,
) -> Option<(&'k SigningKey, Map<String, Value>)> {
    if token.len() > LONGEST {
        return None;
    }
    let (message, signature) = token.rsplit_once('.')?;
    let (header, payload) = message.split_once('.')?;
    if payload.contains('.') {
        return None;
    }
    let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
    let signer = keys.verifiers(kind).iter().find(|key| key.verifies(message.as_bytes(), &signature))?;
    header_fits(header, signer)?;
    match serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()? {
        Value::Object(claims) => Some((signer, claims)),
        _ => None,
    }
}

fn header_fits(header: &str, signer: &SigningKey) -> Option<()> {
    let header: Map<String, Value> = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).ok()?).ok()?;
    let algorithm = header.get("alg")?.as_str()?;
    // A hint only: the signature has said which key it was, and a header of old may name any.
    let kid_fits = header.get("kid").is_none_or(Value::is_string);
    (algorithm == signer.algorithm().name() && kid_fits && !header.contains_key("crit")).then_some(())
}

/// The expiry that a verified JWT's claims give; a missing or non-integer `exp` is no expiry at all, which is
/// treated as expired long ago.
#[must_use]
pub fn jwt_expiry(claims: &Map<String, Value>) -> Timestamp {
    Timestamp::from_seconds(claims.get("exp").and_then(Value::as_i64).unwrap_or(0))
}
