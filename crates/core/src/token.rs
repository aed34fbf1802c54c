//! Tokens: what rides in them, how they find their session, and why they cannot be forged.
//!
//! Every token of ours carries a *token id*. An access token's is (session, generation, random); a refresh
//! token's is (session, generation, MAC over both and the session's seed). In a JWT it is the last claim,
//! `jti`; an opaque token is the id itself, with expiry and MAC for an access token. So no token needs a row.

use crate::key::{MacKey, RealmKeys, SigningKey, same_bytes};
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
    let head = TokenHead::of(session);
    let mut bytes = head.bytes().to_vec();
    bytes.extend_from_slice(&refresh_mac(head, &session.refresh.seed, key));
    URL_SAFE_NO_PAD.encode(bytes)
}

fn refresh_mac(head: TokenHead, seed: &[u8; 16], key: &MacKey) -> [u8; MAC] {
    key.mac(&[b"refresh", &head.bytes(), seed])
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
        if bytes.len() != HEAD + MAC {
            return None;
        }
        let head = TokenHead::read(&bytes)?;
        Some(RefreshId { head, mac: bytes.get(HEAD..)?.to_vec() })
    }

    /// Whether we made it for this session.
    #[must_use]
    pub fn genuine(&self, session: &Session, key: &MacKey) -> bool {
        same_bytes(&self.mac, &refresh_mac(self.head, &session.refresh.seed, key))
    }
}

/// An opaque access token: (session, generation, random, expiry, MAC), in base64url.
pub fn opaque_access(session: &Session, expires_at: Timestamp, key: &MacKey, dice: &dyn Dice) -> String {
    let mut bytes = TokenHead::of(session).bytes().to_vec();
    let mut nonce = [0u8; NONCE];
    dice.fill(&mut nonce);
    bytes.extend_from_slice(&nonce);
    bytes.extend_from_slice(&expires_at.0.to_be_bytes());
    let mac = key.mac(&[b"access", &bytes, &session.refresh.seed]);
    bytes.extend_from_slice(&mac);
    URL_SAFE_NO_PAD.encode(bytes)
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
    /// Reads an opaque access token, without its prefix.
    #[must_use]
    pub fn read(text: &str) -> Option<OpaqueAccess> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let signed = HEAD + NONCE + 8;
        if bytes.len() != signed + MAC {
            return None;
        }
        let expires: [u8; 8] = bytes.get(HEAD + NONCE..signed)?.try_into().ok()?;
        Some(OpaqueAccess {
            head: TokenHead::read(&bytes)?,
            expires_at: Timestamp(i64::from_be_bytes(expires)),
            signed: bytes.get(..signed)?.to_vec(),
            mac: bytes.get(signed..)?.to_vec(),
        })
    }

    /// Whether we made it for this session.
    #[must_use]
    pub fn genuine(&self, session: &Session, key: &MacKey) -> bool {
        same_bytes(&self.mac, &key.mac(&[b"access", &self.signed, &session.refresh.seed]))
    }
}

/// The claims of a JWT whose signature is right; `None` for anything unreadable or wrongly signed. What the
/// header says is believed only after the signature: its `alg` must be the key's, `crit` must be absent.
#[must_use]
pub fn verify_jwt(token: &str, kind: &str, keys: &RealmKeys) -> Option<Map<String, Value>> {
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
        Value::Object(claims) => Some(claims),
        _ => None,
    }
}

fn header_fits(header: &str, signer: &SigningKey) -> Option<()> {
    let header: Map<String, Value> = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).ok()?).ok()?;
    let algorithm = header.get("alg")?.as_str()?;
    let kid_fits = header.get("kid").is_none_or(|kid| kid.as_str() == Some(signer.id()));
    (algorithm == signer.algorithm().name() && kid_fits && !header.contains_key("crit")).then_some(())
}

/// The expiry that a verified JWT's claims give; a missing or non-integer `exp` is no expiry at all, which is
/// treated as expired long ago.
#[must_use]
pub fn jwt_expiry(claims: &Map<String, Value>) -> Timestamp {
    Timestamp::from_seconds(claims.get("exp").and_then(Value::as_i64).unwrap_or(0))
}
