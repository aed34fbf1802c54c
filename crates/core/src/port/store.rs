//! What is kept. A store offers reads and one write: [`Store::apply`]. No transaction leaves it.
//!
//! To add an engine: a crate `store-<name>` with the same file names as `store-sqlite`, that passes the stories
//! in `testkit::store_stories` and agrees with `testkit::MemoryStore` on random actions.

use crate::account::{Account, AccountId};
use crate::audit::{AuditEvent, NumberedEvent, Segment};
use crate::change::{ApplyResult, Change, SealedMail};
use crate::code::{Code, Purpose};
use crate::fault::Fault;
use crate::identifier::IdentifierKind;
use crate::key::StoredKey;
use crate::session::{Session, SessionId};
use crate::time::Timestamp;
use crate::token::TokenNote;
use async_trait::async_trait;
use std::time::Duration;
use uuid::Uuid;

/// How long a session or a code stays after its expiry, so that a late caller is still told the true reason.
pub const KEPT_AFTER_EXPIRY: Duration = Duration::from_secs(24 * 60 * 60);

/// How long a mail that was given up stays, so that an operator can see it and have it tried again.
pub const DEAD_MAILS_KEPT: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// A session and the account it belongs to, unless that is gone.
#[derive(Clone, Debug, PartialEq)]
pub struct SessionWithAccount {
    /// The session, ended or not.
    pub session: Session,
    /// Its account.
    pub account: Option<Account>,
}

/// Which accounts to list: ordered by creation (internal id).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountPage {
    /// Only accounts after this one.
    pub after: Option<AccountId>,
    /// How many at most.
    pub limit: u32,
}

/// Which accounts to look for, and which part of what is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountSearch {
    /// Only accounts that have this text in an identifier, in upper or lower case.
    pub contains: Option<String>,
    /// In which order.
    pub order: AccountOrder,
    /// Whether the order is turned round.
    pub descending: bool,
    /// How many to pass over.
    pub offset: u64,
    /// How many at most.
    pub limit: u64,
}

/// The orders of accounts; where two are equal, the one that was created first comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountOrder {
    /// By creation (internal id).
    Created,
    /// By the last change.
    Updated,
    /// By the canonical form of an identifier; accounts that have none of the kind come last, by creation.
    Identifier(IdentifierKind),
}

/// What a search found.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundAccounts {
    /// The part that was asked for.
    pub accounts: Vec<Account>,
    /// How many there are in all.
    pub total: u64,
}

/// The store. Look-ups by canonical form; times and ids are parameters.
#[async_trait]
pub trait Store: Send + Sync {
    /// The account with this id.
    ///
    /// # Errors
    /// The store failed; likewise for every method below.
    async fn account(&self, realm: &str, id: AccountId) -> Result<Option<Account>, Fault>;

    /// The account that has this identifier.
    async fn account_by_identifier(
        &self,
        realm: &str,
        kind: IdentifierKind,
        canonical: &str,
    ) -> Result<Option<Account>, Fault>;

    /// The account that has this public id; `kind` is [`crate::public_id::PublicIdKind::name`].
    async fn account_by_public_id(
        &self,
        realm: &str,
        kind: &str,
        value: &str,
    ) -> Result<Option<Account>, Fault>;

    /// The account that holds this value of a unique profile field.
    async fn value_holder(&self, realm: &str, field: &str, value: &str) -> Result<Option<AccountId>, Fault>;

    /// When fields of an account were last changed, as noted, by name.
    async fn changed_fields(&self, account: AccountId) -> Result<Vec<(String, Timestamp)>, Fault>;

    /// Accounts in order of creation.
    async fn accounts(&self, realm: &str, page: &AccountPage) -> Result<Vec<Account>, Fault>;

    /// Accounts of whatever realm whose closing is over, those first whose was over first.
    async fn closed_accounts(&self, now: Timestamp, limit: u32) -> Result<Vec<Account>, Fault>;

    /// Accounts that fit, in some order.
    async fn search_accounts(&self, realm: &str, search: &AccountSearch) -> Result<FoundAccounts, Fault>;

    /// A session with its account.
    async fn session(&self, id: SessionId) -> Result<Option<SessionWithAccount>, Fault>;

    /// What is kept of the token with this digest ([`crate::token::token_digest`]).
    async fn token_note(&self, realm: &str, digest: &[u8; 32]) -> Result<Option<TokenNote>, Fault>;

    /// The sessions of an account that have not ended and not expired, oldest first.
    async fn live_sessions(&self, account: AccountId, now: Timestamp) -> Result<Vec<Session>, Fault>;

    /// The newest code for a purpose and a canonical destination, good or not.
    async fn code(&self, realm: &str, purpose: Purpose, destination: &str) -> Result<Option<Code>, Fault>;

    /// The code with this id, unless a newer one has taken its place.
    async fn code_by_id(&self, realm: &str, id: Uuid) -> Result<Option<Code>, Fault>;

    /// How a tally stands; 0 when absent or past its time.
    async fn tally(&self, realm: &str, key: &str, now: Timestamp) -> Result<u32, Fault>;

    /// When a tally is forgotten that has not been yet.
    async fn tally_ends(&self, realm: &str, key: &str, now: Timestamp) -> Result<Option<Timestamp>, Fault>;

    /// Mails that are due and not given up, oldest first.
    async fn due_mails(&self, now: Timestamp, limit: u32) -> Result<Vec<SealedMail>, Fault>;

    /// All mails in the outbox, waiting or given up, in the order of their ids; only those after this one.
    async fn mails(&self, after: Option<Uuid>, limit: u32) -> Result<Vec<SealedMail>, Fault>;

    /// The mail with this id.
    async fn mail(&self, id: Uuid) -> Result<Option<SealedMail>, Fault>;

    /// The wrapped keys of a realm.
    async fn keys(&self, realm: &str) -> Result<Vec<StoredKey>, Fault>;

    /// The latest audit events of a realm, newest first.
    async fn audit_events(&self, realm: &str, limit: u32) -> Result<Vec<AuditEvent>, Fault>;

    /// The events of all realms after the one with this number, in the order of writing.
    async fn audit_after(&self, number: u64, limit: u32) -> Result<Vec<NumberedEvent>, Fault>;

    /// The sealed segments of the trail after the one with this number, in order.
    async fn segments_after(&self, number: u64, limit: u32) -> Result<Vec<Segment>, Fault>;

    /// The latest sealed segment of the trail.
    async fn last_segment(&self) -> Result<Option<Segment>, Fault>;

    /// Makes all changes or none; returns only when they are durable.
    async fn apply(&self, changes: Vec<Change>) -> Result<ApplyResult, Fault>;

    /// Removes what nobody can ask for any more: sessions [`KEPT_AFTER_EXPIRY`] past their end by expiry (ended
    /// or not) and past `access_until`, codes as long past their expiry (spent or not), tallies past their
    /// time, mails [`DEAD_MAILS_KEPT`] after they were given up. At most a thousand rows of each at a time; says how many rows went.
    async fn sweep(&self, now: Timestamp) -> Result<u64, Fault>;
}
