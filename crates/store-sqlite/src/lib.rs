//! The store on SQLite: one writer that commits in groups, readers beside it.
//!
//! [`SqliteStore::open`] takes the data lock of a folder, brings the database to its latest version and starts
//! the writer. Reads run inline on the calling thread (`reader.rs`); writes go to the writer's thread
//! (`writer.rs`), which answers when they are on the disk. Each table has a file: its reads and its changes.

mod accounts;
mod audit;
mod change;
mod changed_fields;
mod codes;
mod connection;
mod copy;
mod error;
mod held_values;
mod identifiers;
mod keys;
mod lock;
mod migrate;
mod outbox;
mod public_ids;
mod reader;
mod row;
mod search;
mod segments;
mod sessions;
mod tallies;
mod token_notes;
mod writer;

pub use copy::{Contents, Restore, copy_out, examine};
pub use error::OpenError;

use crate::lock::DataLock;
use crate::reader::Reader;
use crate::writer::Writer;
use async_trait::async_trait;
use doorward_core::account::{Account, AccountId};
use doorward_core::audit::{AuditEvent, NumberedEvent, Segment};
use doorward_core::change::{ApplyResult, Change, SealedMail};
use doorward_core::code::{Code, Purpose};
use doorward_core::fault::Fault;
use doorward_core::identifier::IdentifierKind;
use doorward_core::key::StoredKey;
use doorward_core::port::{AccountPage, AccountSearch, FoundAccounts, SessionWithAccount, Store};
use doorward_core::session::{Session, SessionId};
use doorward_core::time::Timestamp;
use doorward_core::token::TokenNote;
use std::fs::{DirBuilder, OpenOptions};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use uuid::Uuid;

/// How many rows of a table one sweep removes at most.
const SWEEP_AT_MOST: u16 = 1000;

/// The oldest SQLite without the defect that could corrupt a database in WAL mode.
const SQLITE_AT_LEAST: i32 = 3_051_003;

/// A store in a data folder. Dropping it finishes the writes under way, empties the log into the database and
/// gives the folder free; that may take as long as a few commits.
pub struct SqliteStore {
    // In the order in which they are let go.
    reader: Reader,
    writer: Writer,
    _lock: Option<DataLock>,
}

impl SqliteStore {
    /// Opens the store in a folder, which is made if it is not there (readable by its owner only), and brings
    /// its database to the latest version.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn open(folder: &Path) -> Result<SqliteStore, OpenError> {
        if rusqlite::version_number() < SQLITE_AT_LEAST {
            return Err(OpenError::OldSqlite(rusqlite::version()));
        }
        let refused = |error| OpenError::File { path: folder.to_owned(), error };
        DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(refused)?;
        let lock = DataLock::take(folder)?;

        // SQLite gives its log the mode that the database has.
        let path = folder.join(copy::DATABASE);
        let made = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&path);
        made.map_err(|error| OpenError::File { path: path.clone(), error })?;
        let mut connection = connection::open_writer(&path)?;
        migrate::migrate(&mut connection)?;
        let writer = Writer::start(path.clone(), connection).map_err(OpenError::Thread)?;
        Ok(SqliteStore { reader: Reader::new(path), writer, _lock: Some(lock) })
    }

    /// Opens the store of a folder only to read, beside a server that may run on it. What is to be written is refused.
    /// A database of an older version is brought to the latest one, unless somebody has it.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn beside(folder: &Path) -> Result<SqliteStore, OpenError> {
        let path = folder.join(copy::DATABASE);
        let found = copy::version_of(&path)?;
        let known = migrate::latest();
        if found > known {
            return Err(OpenError::Newer { found, known });
        }
        if found < known {
            SqliteStore::open(folder)?;
        }
        Ok(SqliteStore { reader: Reader::new(path), writer: Writer::none(), _lock: None })
    }

    /// Whether the writer lives. Writes nothing and does not wait.
    #[must_use]
    pub fn healthy(&self) -> bool {
        self.writer.lives()
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn account(&self, realm: &str, id: AccountId) -> Result<Option<Account>, Fault> {
        let found = self.reader.snapshot(|connection| accounts::by_id(connection, id.0))?;
        Ok(found.filter(|account| account.realm == realm))
    }

    async fn account_by_identifier(
        &self,
        realm: &str,
        kind: IdentifierKind,
        canonical: &str,
    ) -> Result<Option<Account>, Fault> {
        self.reader.snapshot(|connection| match identifiers::owner(connection, realm, kind, canonical)? {
            Some(owner) => accounts::by_id(connection, owner),
            None => Ok(None),
        })
    }

    async fn account_by_public_id(
        &self,
        realm: &str,
        kind: &str,
        value: &str,
    ) -> Result<Option<Account>, Fault> {
        let found =
            self.reader.snapshot(|connection| match public_ids::owner(connection, realm, kind, value)? {
                Some(owner) => accounts::by_id(connection, owner),
                None => Ok(None),
            })?;
        Ok(found.filter(|account| account.realm == realm))
    }

    async fn value_holder(&self, realm: &str, field: &str, value: &str) -> Result<Option<AccountId>, Fault> {
        self.reader.read(|connection| held_values::holder(connection, realm, field, value))
    }

    async fn changed_fields(&self, account: AccountId) -> Result<Vec<(String, Timestamp)>, Fault> {
        self.reader.read(|connection| changed_fields::of_account(connection, account))
    }

    async fn accounts(&self, realm: &str, page: &AccountPage) -> Result<Vec<Account>, Fault> {
        self.reader.snapshot(|connection| accounts::page(connection, realm, page))
    }

    async fn closed_accounts(&self, now: Timestamp, limit: u32) -> Result<Vec<Account>, Fault> {
        self.reader.snapshot(|connection| accounts::closed(connection, now, limit))
    }

    async fn search_accounts(&self, realm: &str, search: &AccountSearch) -> Result<FoundAccounts, Fault> {
        self.reader.snapshot(|connection| search::search(connection, realm, search))
    }

    async fn session(&self, id: SessionId) -> Result<Option<SessionWithAccount>, Fault> {
        self.reader.snapshot(|connection| sessions::by_id(connection, id))
    }

    async fn token_note(&self, realm: &str, digest: &[u8; 32]) -> Result<Option<TokenNote>, Fault> {
        self.reader.read(|connection| token_notes::of_digest(connection, realm, digest))
    }

    async fn live_sessions(&self, account: AccountId, now: Timestamp) -> Result<Vec<Session>, Fault> {
        self.reader.read(|connection| sessions::live(connection, account, now))
    }

    async fn code(&self, realm: &str, purpose: Purpose, destination: &str) -> Result<Option<Code>, Fault> {
        self.reader.read(|connection| codes::newest(connection, realm, purpose, destination))
    }

    async fn code_by_id(&self, realm: &str, id: Uuid) -> Result<Option<Code>, Fault> {
        self.reader.read(|connection| codes::by_id(connection, realm, id))
    }

    async fn tally(&self, realm: &str, key: &str, now: Timestamp) -> Result<u32, Fault> {
        self.reader.read(|connection| tallies::stands(connection, realm, key, now))
    }

    async fn tally_ends(&self, realm: &str, key: &str, now: Timestamp) -> Result<Option<Timestamp>, Fault> {
        self.reader.read(|connection| tallies::ends(connection, realm, key, now))
    }

    async fn due_mails(&self, now: Timestamp, limit: u32) -> Result<Vec<SealedMail>, Fault> {
        self.reader.read(|connection| outbox::due(connection, now, limit))
    }

    async fn mails(&self, after: Option<Uuid>, limit: u32) -> Result<Vec<SealedMail>, Fault> {
        self.reader.read(|connection| outbox::all(connection, after, limit))
    }

    async fn mail(&self, id: Uuid) -> Result<Option<SealedMail>, Fault> {
        self.reader.read(|connection| outbox::one(connection, id))
    }

    async fn keys(&self, realm: &str) -> Result<Vec<StoredKey>, Fault> {
        self.reader.read(|connection| keys::of_realm(connection, realm))
    }

    async fn audit_events(&self, realm: &str, limit: u32) -> Result<Vec<AuditEvent>, Fault> {
        self.reader.read(|connection| audit::latest(connection, realm, limit))
    }

    async fn audit_after(&self, number: u64, limit: u32) -> Result<Vec<NumberedEvent>, Fault> {
        self.reader.read(|connection| audit::after(connection, number, limit))
    }

    async fn segments_after(&self, number: u64, limit: u32) -> Result<Vec<Segment>, Fault> {
        self.reader.read(|connection| segments::after(connection, number, limit))
    }

    async fn last_segment(&self) -> Result<Option<Segment>, Fault> {
        self.reader.read(segments::last)
    }

    async fn apply(&self, changes: Vec<Change>) -> Result<ApplyResult, Fault> {
        self.writer.apply(changes).await
    }

    async fn sweep(&self, now: Timestamp) -> Result<u64, Fault> {
        self.writer.sweep(now).await
    }
}
