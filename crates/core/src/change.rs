//! What an action may write. Every change carries its guard: what must still be true for it to be made. All
//! changes of one `apply` are made together, or none is.

use crate::account::{Account, AccountId, LastLogin};
use crate::audit::{AuditEvent, Segment};
use crate::code::{Code, Purpose};
use crate::identifier::Identifier;
use crate::key::StoredKey;
use crate::password::PasswordHash;
use crate::public_id::PublicId;
use crate::session::{EndReason, RefreshState, Session, SessionId};
use crate::standing::Standing;
use crate::time::Timestamp;
use crate::token::TokenNote;
use serde_json::{Map, Value};
use uuid::Uuid;

/// A guarded write.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// Adds an account. Guard: none of its identifiers and public ids is taken. When `sequence` is set, the
    /// realm's counter gives it the next number as public id `sequence`.
    CreateAccount {
        /// The account, without the number that the counter will give.
        account: Box<Account>,
        /// Whether to draw a number.
        sequence: bool,
    },
    /// Changes an account. Guards: `version` is still the account's (it becomes `version + 1`), and no new
    /// identifier is another account's.
    UpdateAccount {
        /// Which account.
        account: AccountId,
        /// The version it was decided on.
        version: u64,
        /// What to change.
        update: AccountUpdate,
        /// The new `updated_at`.
        at: Timestamp,
    },
    /// Writes nothing. Guard: the account is there and has this version, so that what it may do is still what the
    /// decision saw.
    HasVersion {
        /// Which account.
        account: AccountId,
        /// The version the decision saw.
        version: u64,
    },
    /// Gives an account public ids of kinds that it has none of, and a number when `sequence` is set. Guards: the
    /// account is there and has no id of these kinds, and none is taken.
    GivePublicIds {
        /// Which account.
        account: AccountId,
        /// The ids, after those it has.
        ids: Vec<PublicId>,
        /// Whether to draw a number.
        sequence: bool,
    },
    /// Removes an account with its identifiers, public ids and unique values. Guard: `version`.
    DeleteAccount {
        /// Which account.
        account: AccountId,
        /// The version it was decided on.
        version: u64,
    },
    /// Replaces a password hash by a stronger one of the same password. Where the stored hash is no longer
    /// `from`, nothing happens and nothing conflicts: somebody else was faster.
    UpgradeHash {
        /// Whose.
        account: AccountId,
        /// The hash that was verified.
        from: PasswordHash,
        /// The hash to store.
        to: PasswordHash,
    },
    /// Notes the last successful sign-in. No guard, no new version.
    NoteLogin {
        /// Whose.
        account: AccountId,
        /// When and from where.
        login: LastLogin,
    },
    /// Starts a session. Guard: the account still has this version.
    StartSession {
        /// The session.
        session: Box<Session>,
        /// The version of its account that the decision saw.
        account_version: u64,
    },
    /// Moves a session's refresh state, expiry and prolongation. Guards: it has not ended, and generation and
    /// late-retry mark are still those of `from`.
    MoveSession {
        /// Which session.
        session: SessionId,
        /// The state the decision saw.
        from: RefreshState,
        /// The new state.
        to: RefreshState,
        /// The new expiry.
        expires_at: Timestamp,
        /// The new prolongation, if its contract prolongs.
        access_until: Option<Timestamp>,
        /// The new last use.
        at: Timestamp,
    },
    /// Notes the one token of a session that is found by its digest, in place of the one before. Where another
    /// session had the same token, that session ends ([`EndReason::Replaced`]): both cannot be meant. Guard: that
    /// session is of the same account, or one account's token would become another's.
    NoteToken {
        /// What is kept of it.
        note: TokenNote,
        /// When.
        at: Timestamp,
    },
    /// Notes that a session was used. No guard.
    TouchSession {
        /// Which session.
        session: SessionId,
        /// When.
        at: Timestamp,
    },
    /// Ends one session. Guard: it has not ended.
    EndSession {
        /// Which session.
        session: SessionId,
        /// Why.
        reason: EndReason,
        /// When.
        at: Timestamp,
    },
    /// Ends all live sessions of an account, but `except`. Guard: `version`; it becomes `version + 1`, so that
    /// a sign-in under way cannot slip through. The ended ones are in [`Applied::ended`].
    EndSessions {
        /// Whose.
        account: AccountId,
        /// The version the decision saw, or nothing when an earlier change of the same apply has checked it.
        version: Option<u64>,
        /// The one that stays.
        except: Option<SessionId>,
        /// Why.
        reason: EndReason,
        /// When.
        at: Timestamp,
    },
    /// Stores a code in place of the one before it for the same realm, purpose and destination.
    PutCode(Box<Code>),
    /// Writes nothing. Guard: the newest code for a realm, purpose and destination is this one, or there is none; so
    /// that of requests side by side one is mailed.
    NewestIs {
        /// The realm.
        realm: String,
        /// The purpose.
        purpose: Purpose,
        /// The canonical destination.
        destination: String,
        /// The code that the decision saw, if there was one.
        code: Option<Uuid>,
    },
    /// Spends a code. Guard: it is there and unspent.
    SpendCode {
        /// Which code.
        code: Uuid,
        /// When.
        at: Timestamp,
    },
    /// Forgets the codes of a destination.
    DropCodes {
        /// The realm.
        realm: String,
        /// The purpose.
        purpose: Purpose,
        /// The canonical destination.
        destination: String,
    },
    /// Adds one to a tally. Guard: at `at` it stands below `below` (at 0 when absent or past its `until`). So of
    /// many tries side by side just as many are counted as are allowed, and the others find the tally full.
    Count {
        /// The realm.
        realm: String,
        /// What is counted.
        key: String,
        /// How many tries are allowed.
        below: u32,
        /// When it was counted: tells a tally that is past its time from one that is not.
        at: Timestamp,
        /// When the tally is forgotten. Only the first count of a tally sets it: later ones do not prolong it.
        until: Timestamp,
    },
    /// Writes nothing. Guard: at `at` a tally stands below `below`, so that a right guess cannot get past the wrong
    /// ones that were counted meanwhile.
    TallyBelow {
        /// The realm.
        realm: String,
        /// What is counted.
        key: String,
        /// How many tries are allowed.
        below: u32,
        /// When it was read.
        at: Timestamp,
    },
    /// Puts a sealed mail into the outbox.
    QueueMail(SealedMail),
    /// Wipes a mail from the outbox. No guard.
    MailDelivered(Uuid),
    /// Puts a mail off. No guard.
    MailPutOff {
        /// Which mail.
        id: Uuid,
        /// When to try again.
        next_at: Timestamp,
        /// Why a delivery failed, which counts as an attempt; nothing where none was tried.
        failure: Option<String>,
    },
    /// Gives a mail up: it stays until it is tried again, dropped or swept. No guard.
    MailDied {
        /// Which mail.
        id: Uuid,
        /// When.
        at: Timestamp,
        /// Why, in one sentence.
        failure: String,
    },
    /// Has a mail tried again that was given up or put off. No guard.
    MailRevived {
        /// Which mail.
        id: Uuid,
        /// When it is due.
        next_at: Timestamp,
    },
    /// Seals events that were written before. Guards: its number follows the latest segment's, and its rows follow
    /// that one's.
    SealAudit(Box<Segment>),
    /// Removes the events of this segment and of all before it, and those before it themselves; the segment stays,
    /// without its rows, as where the trail begins. Guards: there is such a segment, it is not pruned, and a later one.
    PruneAudit {
        /// The segment's number.
        through: u64,
        /// What proves that we did it ([`crate::audit::pruned_mark`]).
        mark: [u8; 32],
    },
    /// Stores a wrapped key. Guard: no key with this realm, kind and id.
    PutKey(StoredKey),
    /// Makes a value of a unique profile field an account's own, in place of the one it held. Guard: nobody else
    /// holds it.
    HoldValue {
        /// The realm.
        realm: String,
        /// Whose it becomes.
        account: AccountId,
        /// The field.
        field: String,
        /// The value as it is compared; nothing gives the old one up.
        value: Option<String>,
    },
    /// Notes when an account's owner changed a field that may not change often. No guard.
    NoteChange {
        /// Whose.
        account: AccountId,
        /// The field or identifier.
        field: String,
        /// When.
        at: Timestamp,
    },
    /// Writes one line of the audit trail.
    Audit(Box<AuditEvent>),
}

/// What [`Change::UpdateAccount`] sets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccountUpdate {
    /// A new password; the must-change flag becomes what is given.
    Password {
        /// The hash.
        hash: PasswordHash,
        /// Whether it must be changed at the next sign-in.
        must_change: bool,
    },
    /// Whether it may sign in.
    Standing(Standing),
    /// Its roles, in place of those it had.
    Roles(Vec<String>),
    /// The must-change flag.
    MustChange(bool),
    /// All of its identifiers, in place of those it had: those that are left out are free again.
    Identifiers(Vec<Identifier>),
    /// The whole profile, in place of the one it had.
    Profile(Map<String, Value>),
}

/// A mail in the outbox: nobody without the master key reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedMail {
    /// Its id; also what the seal is bound to.
    pub id: Uuid,
    /// The realm.
    pub realm: String,
    /// The sealed bytes.
    pub sealed: Vec<u8>,
    /// When it was queued.
    pub created_at: Timestamp,
    /// How often delivery failed.
    pub attempts: u32,
    /// When it is due.
    pub next_at: Timestamp,
    /// When what it carries is of no use any more: then it is not delivered.
    pub expires_at: Option<Timestamp>,
    /// Why the last delivery failed, in one sentence that quotes no part of the mail.
    pub failure: Option<String>,
    /// Since when it is given up.
    pub dead_at: Option<Timestamp>,
}

impl SealedMail {
    /// A mail of this realm that is due at once, and of use until its code expires.
    #[must_use]
    pub fn queued(id: Uuid, realm: &str, sealed: Vec<u8>, (now, expires_at): (Timestamp, Timestamp)) -> Self {
        SealedMail {
            id,
            realm: realm.to_owned(),
            sealed,
            created_at: now,
            attempts: 0,
            next_at: now,
            expires_at: Some(expires_at),
            failure: None,
            dead_at: None,
        }
    }
}

/// What an `apply` did beyond what was asked by name.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Applied {
    /// The numbers that the counter gave.
    pub assigned: Vec<(AccountId, PublicId)>,
    /// The sessions that [`Change::EndSession`] ended, and those that [`Change::EndSessions`] ended and that were
    /// alive until then: a sign-out counts no session that had run out by itself.
    pub ended: Vec<SessionId>,
}

/// The answer of an `apply`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApplyResult {
    /// Everything was made, and is durable.
    Applied(Applied),
    /// A guard failed; nothing was made. Load and decide again.
    Conflict,
}
