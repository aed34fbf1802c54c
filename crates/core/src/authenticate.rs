//! Who is asking: from a presented token to a live session, or to the reason why not.

use crate::account::Account;
use crate::change::{ApplyResult, Change};
use crate::fault::Fault;
use crate::key::RealmKeys;
use crate::live::{Found, LiveSessions};
use crate::outcome::{Answer, Outcome};
use crate::policy::{Policy, TokenFormat, TokenPolicy, TokenUse};
use crate::port::Store;
use crate::session::{EndReason, RefreshState, Session};
use crate::time::Timestamp;
use crate::token::{
    OpaqueAccess, RefreshId, TokenHead, jwt_expiry, read_access_id, token_digest, verify_jwt,
};
use std::sync::Arc;

/// The name of the token that a session's checks use.
pub const ACCESS: &str = "access";
/// The name of the token that a session is prolonged with.
pub const REFRESH: &str = "refresh";

/// A token as a request brought it.
#[derive(Clone, Copy)]
pub struct Presented<'a> {
    /// Which of the contract's tokens it should be.
    pub token: &'a str,
    /// What was sent, if anything.
    pub raw: Option<&'a str>,
    /// Whether an expired but otherwise good one still names its session.
    pub accept_expired: bool,
}

/// A live session that a good token named.
#[derive(Clone, Debug)]
pub struct Alive {
    /// The session.
    pub session: Arc<Session>,
    /// Its account.
    pub account: Arc<Account>,
    /// What the token's id said.
    pub head: TokenHead,
    /// When the presented token expires.
    pub expires_at: Timestamp,
    /// Whether it was a refresh token.
    pub token_is_refresh: bool,
}

/// Why a presented token is not good, asked in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rejection {
    /// Nothing was presented.
    Missing,
    /// Unreadable or wrongly signed.
    Invalid,
    /// Past its time.
    Expired,
    /// Good, but for something else.
    WrongPurpose,
    /// Its account is gone.
    Deleted,
    /// Its session is over (and why), or unknown.
    Ended(Option<EndReason>),
    /// A refresh token that should long be gone.
    Reused,
}

impl Rejection {
    /// The outcome that says so, about the token with this name.
    #[must_use]
    pub fn answer(self, token: &str) -> Answer {
        let outcome = match self {
            Rejection::Missing => Outcome::MissingToken,
            Rejection::Invalid => Outcome::InvalidToken,
            Rejection::Expired => Outcome::ExpiredToken,
            Rejection::WrongPurpose => Outcome::WrongPurpose,
            Rejection::Deleted => Outcome::DeletedAccount,
            Rejection::Ended(_) => Outcome::EndedSession,
            Rejection::Reused => Outcome::ReusedToken,
        };
        let answer = Answer::bare(outcome).with("token", token);
        match self {
            Rejection::Ended(reason) => answer.with("reason", reason.map_or("unknown", EndReason::name)),
            _ => answer,
        }
    }
}

/// Checks presented tokens of one contract.
#[derive(Clone, Copy)]
pub struct Verifier<'a> {
    /// The contract's policy.
    pub policy: &'a Policy,
    /// The realm's keys.
    pub keys: &'a RealmKeys,
    /// The store.
    pub store: &'a dyn Store,
    /// The cache before it.
    pub live: &'a LiveSessions,
    /// The time of the request.
    pub now: Timestamp,
}

/// What could be read from a token before its session was looked at.
struct Read {
    head: TokenHead,
    expires_at: Timestamp,
    proof: Proof,
}

enum Proof {
    /// The JWT's signature was verified, or a digest of the token was found.
    Signed,
    /// A refresh token's MAC must be compared with the session's.
    Refresh(RefreshId, bool),
    /// An opaque access token's MAC must be compared with the session's.
    Opaque(OpaqueAccess),
}

impl Verifier<'_> {
    /// The live session that a token names, or why there is none. A good access token of a new generation
    /// confirms that generation, and a session's last use is written down now and then.
    ///
    /// # Errors
    /// The store failed.
    pub async fn check(&self, presented: &Presented<'_>) -> Result<Result<Alive, Rejection>, Fault> {
        let Some(raw) = presented.raw else { return Ok(Err(Rejection::Missing)) };
        let read = match self.read_or_look_up(presented.token, raw).await? {
            Ok(read) => read,
            Err(Rejection::Invalid) => return Ok(Err(self.foreign(raw))),
            Err(rejection) => return Ok(Err(rejection)),
        };
        let found = self.live.find(self.store, read.head.session).await?;
        let judged = self.judge(&read, found, presented.accept_expired);
        match judged.and_then(recent).and_then(|alive| self.in_good_standing(alive)) {
            Ok(alive) => {
                self.note(&alive, presented.token).await?;
                Ok(Ok(alive))
            }
            Err(rejection) => Ok(Err(rejection)),
        }
    }

    /// The session that a refresh token names, whatever its generation. Should the cache be behind the store, the
    /// guard of what is decided on it fails, and it is read anew.
    ///
    /// # Errors
    /// The store failed.
    pub async fn check_refresh(&self, raw: Option<&str>) -> Result<Result<Alive, Rejection>, Fault> {
        let Some(raw) = raw else { return Ok(Err(Rejection::Missing)) };
        let Some(read) = self.read(REFRESH, raw) else { return Ok(Err(Rejection::Invalid)) };
        let found = self.live.find(self.store, read.head.session).await?;
        // The generation is the refresh action's to judge: reuse has consequences there.
        Ok(self.judge(&read, found, false))
    }

    /// Why one of the contract's session tokens is not good for a stage, or `Invalid` for what is none.
    ///
    /// # Errors
    /// The store failed.
    pub(crate) async fn recognised(&self, raw: &str) -> Result<Rejection, Fault> {
        for token in self.policy.tokens.iter().filter(|token| token.used == TokenUse::Session) {
            let read = match self.read_or_look_up(&token.name, raw).await? {
                Ok(read) => read,
                Err(Rejection::Invalid) => continue,
                Err(Rejection::Expired) => return Ok(Rejection::Expired),
                Err(_) => return Ok(Rejection::WrongPurpose),
            };
            let found = self.live.find(self.store, read.head.session).await?;
            match self.judge(&read, found, false) {
                Err(Rejection::Invalid) => {}
                Err(Rejection::Expired) => return Ok(Rejection::Expired),
                _ => return Ok(Rejection::WrongPurpose),
            }
        }
        Ok(Rejection::Invalid)
    }

    async fn read_or_look_up(&self, token: &str, raw: &str) -> Result<Result<Read, Rejection>, Fault> {
        match self.policy.token(token) {
            Some(policy) if policy.by_digest => self.look_up(policy, raw).await,
            Some(policy) => match self.read(token, raw) {
                Some(read) => Ok(Ok(read)),
                None => self.read_adopted(policy, raw).await,
            },
            None => Ok(Err(Rejection::Invalid)),
        }
    }

    /// Reads a token that another server signed.
    async fn read_adopted(&self, policy: &TokenPolicy, raw: &str) -> Result<Result<Read, Rejection>, Fault> {
        if policy.name != ACCESS || !matches!(policy.format, TokenFormat::Jwt(_)) {
            return Ok(Err(Rejection::Invalid));
        }
        Ok(self.adopt(policy, raw).await?.map(|adopted| Read {
            head: TokenHead { session: adopted.session, generation: 0 },
            expires_at: adopted.expires_at,
            proof: Proof::Signed,
        }))
    }

    /// Reads a token that carries no id: a digest of it leads to its session.
    async fn look_up(&self, policy: &TokenPolicy, raw: &str) -> Result<Result<Read, Rejection>, Fault> {
        let claims = match policy.format {
            TokenFormat::Jwt(_) => match verify_jwt(raw, &policy.name, self.keys) {
                Some(claims) => Some(claims),
                None => return Ok(Err(Rejection::Invalid)),
            },
            TokenFormat::Opaque(_) => None,
        };
        let digest = token_digest(raw, self.keys.access());
        let note = self.store.token_note(&self.policy.realm, &digest).await?;
        let signed = claims.as_ref().map(jwt_expiry);
        if note.is_none() && signed.is_some() {
            match self.read_adopted(policy, raw).await? {
                // Not from elsewhere: one of ours that is over.
                Err(Rejection::Invalid) => {}
                adopted => return Ok(adopted),
            }
        }
        Ok(match (note, signed) {
            (Some(note), signed) => Ok(Read {
                head: TokenHead { session: note.session, generation: note.generation },
                expires_at: signed.unwrap_or(note.expires_at),
                proof: Proof::Signed,
            }),
            (None, Some(until)) if self.now >= until => Err(Rejection::Expired),
            (None, Some(_)) => Err(Rejection::Ended(None)),
            (None, None) => Err(Rejection::Invalid),
        })
    }

    fn read(&self, token: &str, raw: &str) -> Option<Read> {
        let policy = self.policy.token(token)?;
        match (&policy.format, token) {
            (TokenFormat::Jwt(_), _) => {
                let claims = verify_jwt(raw, token, self.keys)?;
                let id = claims.get("jti")?.as_str()?;
                let (head, proof) = if token == REFRESH {
                    let id = RefreshId::read(id)?;
                    (id.head, Proof::Refresh(id, true))
                } else {
                    (read_access_id(id)?, Proof::Signed)
                };
                Some(Read { head, expires_at: jwt_expiry(&claims), proof })
            }
            (TokenFormat::Opaque(form), REFRESH) => {
                let id = RefreshId::opaque(raw, form)?;
                Some(Read { head: id.head, expires_at: Timestamp::MAX, proof: Proof::Refresh(id, false) })
            }
            (TokenFormat::Opaque(form), ACCESS) => {
                let opaque = OpaqueAccess::read(raw, form)?;
                Some(Read { head: opaque.head, expires_at: opaque.expires_at, proof: Proof::Opaque(opaque) })
            }
            (TokenFormat::Opaque(_), _) => None,
        }
    }

    fn judge(&self, read: &Read, found: Option<Found>, accept_expired: bool) -> Result<Alive, Rejection> {
        let Some(found) = found.filter(|found| found.session.realm == self.policy.realm) else {
            return Err(self.without_session(read));
        };
        let session = found.session;
        if !self.genuine(read, &session) {
            return Err(Rejection::Invalid);
        }
        let expires_at = lives_until(read, &session);
        if self.now >= expires_at && !accept_expired {
            return Err(Rejection::Expired);
        }
        let Some(account) = found.account else { return Err(Rejection::Deleted) };
        match &session.ended {
            Some(ended) => Err(Rejection::Ended(Some(ended.reason))),
            None if !session.alive(self.now) => Err(Rejection::Ended(None)),
            None if read.head.generation > session.refresh.generation => Err(Rejection::Invalid),
            None => Ok(Alive {
                session,
                account,
                head: read.head,
                expires_at,
                token_is_refresh: matches!(read.proof, Proof::Refresh(..)),
            }),
        }
    }

    // Those who bar an account end its sessions, but its end comes by itself. A refresh is told more: see there.
    fn in_good_standing(&self, alive: Alive) -> Result<Alive, Rejection> {
        match alive.account.bar(self.now) {
            Some(bar) => Err(Rejection::Ended(Some(bar.end_reason()))),
            None => Ok(alive),
        }
    }

    // A signed token whose session is unknown is an ended one; anything else cannot be known as ours.
    fn without_session(&self, read: &Read) -> Rejection {
        match read.proof {
            Proof::Signed | Proof::Refresh(_, true) if self.now >= read.expires_at => Rejection::Expired,
            Proof::Signed | Proof::Refresh(_, true) => Rejection::Ended(None),
            Proof::Refresh(_, false) | Proof::Opaque(_) => Rejection::Invalid,
        }
    }

    fn genuine(&self, read: &Read, session: &Session) -> bool {
        match &read.proof {
            Proof::Signed => true,
            Proof::Refresh(id, _) => id.genuine(session, self.keys.refresh()),
            Proof::Opaque(opaque) => opaque.genuine(session, self.keys.access()),
        }
    }

    async fn note(&self, alive: &Alive, token: &str) -> Result<(), Fault> {
        let session = &alive.session;
        let state = &session.refresh;
        let confirms = token == ACCESS
            && state.generation > 0
            && !state.confirmed
            && alive.head.generation == state.generation;
        if confirms {
            let change = Change::MoveSession {
                session: session.id,
                from: state.clone(),
                to: RefreshState { confirmed: true, ..state.clone() },
                expires_at: session.expires_at,
                access_until: session.access_until,
                at: self.now,
            };
            let touched = crate::live::touched(std::slice::from_ref(&change));
            // A conflict means that the session moved on meanwhile: there is nothing left to confirm.
            if let ApplyResult::Applied(applied) = self.store.apply(vec![change]).await? {
                self.live.follow(&touched, &applied);
            }
        } else if session.touch_due(self.now) {
            self.store.apply(vec![Change::TouchSession { session: session.id, at: self.now }]).await?;
            self.live.note_use(session, self.now);
        }
        Ok(())
    }
}

// A refresh token two generations old is nobody's credential any more, even where it is only shown.
fn recent(alive: Alive) -> Result<Alive, Rejection> {
    let old = alive.head.generation.saturating_add(1) < alive.session.refresh.generation;
    if old && alive.token_is_refresh { Err(Rejection::Reused) } else { Ok(alive) }
}

// Under `rotation: prolong` the pair lives by its row; otherwise a token lives by its own expiry.
fn lives_until(read: &Read, session: &Session) -> Timestamp {
    match (&read.proof, session.access_until) {
        (Proof::Refresh(..), Some(_)) => session.expires_at,
        (Proof::Signed | Proof::Opaque(_), Some(until)) => until,
        // An opaque refresh token says no expiry of its own.
        (Proof::Refresh(_, false), None) => session.expires_at,
        (_, None) => read.expires_at,
    }
}
