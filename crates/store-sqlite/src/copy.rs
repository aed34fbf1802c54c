//! Copies of a database: taken while a server runs, looked at, and put back into a folder that has none.

use crate::audit;
use crate::connection::{open_plain, open_reader};
use crate::error::OpenError;
use crate::lock::DataLock;
use crate::migrate::latest;
use doorward_core::audit::AuditEvent;
use doorward_core::session::EndReason;
use doorward_core::time::Timestamp;
use rusqlite::{Connection, TransactionBehavior};
use std::fs::{DirBuilder, File, OpenOptions};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// The name of the database in its folder.
pub(crate) const DATABASE: &str = "doorward.db";
const DRAFT: &str = "doorward.db.restoring";
/// How many defects are told at most.
const DEFECTS: usize = 20;

/// What lies in a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contents {
    /// The version of its tables.
    pub schema: u32,
    /// How many accounts.
    pub accounts: u64,
    /// How many sessions that have not been ended.
    pub sessions: u64,
    /// How many keys.
    pub keys: u64,
    /// How many events of the audit trail.
    pub audit_events: u64,
    /// What is wrong with the file, in SQLite's words; nothing of one that is whole.
    pub defects: Vec<String>,
}

/// Writes the folder's database as it is at this moment into a file, which only its owner may read. A server that
/// runs on the folder goes on meanwhile: it neither waits nor is asked.
///
/// # Errors
/// There is no database, it is a newer program's, or the file cannot be written.
pub fn copy_out(folder: &Path, to: &Path) -> Result<(), OpenError> {
    let from = folder.join(DATABASE);
    // SQLite would make one.
    File::open(&from).map_err(|error| OpenError::File { path: from.clone(), error })?;
    let connection = open_plain(&from)?;
    let found = version(&connection)?;
    if found > latest() {
        return Err(OpenError::Newer { found, known: latest() });
    }
    // It takes an empty file as it is, with its mode.
    private(to)?;
    let name = to.to_str().ok_or_else(|| OpenError::File {
        path: to.to_owned(),
        error: std::io::Error::new(std::io::ErrorKind::InvalidInput, "the path is no text"),
    })?;
    connection.execute("VACUUM INTO ?1", [name])?;
    Ok(())
}

/// Looks through a database that nobody uses, or that a server runs on.
///
/// # Errors
/// It cannot be read at all.
pub fn examine(database: &Path) -> Result<Contents, OpenError> {
    File::open(database).map_err(|error| OpenError::File { path: database.to_owned(), error })?;
    let connection = open_reader(database)?;
    let defects = defects(&connection)?;
    let schema = version(&connection)?;
    if schema > latest() {
        return Err(OpenError::Newer { found: schema, known: latest() });
    }
    let count = |sql: &str| -> rusqlite::Result<u64> {
        connection.query_row(sql, [], |row| row.get::<_, i64>(0)).map(|count| count.try_into().unwrap_or(0))
    };
    Ok(Contents {
        schema,
        accounts: count("SELECT count(*) FROM accounts")?,
        sessions: count("SELECT count(*) FROM sessions WHERE ended_at IS NULL")?,
        keys: count("SELECT count(*) FROM keys")?,
        audit_events: count("SELECT count(*) FROM audit")?,
        defects,
    })
}

/// The version of the tables of a database that is there.
pub(crate) fn version_of(database: &Path) -> Result<u32, OpenError> {
    File::open(database).map_err(|error| OpenError::File { path: database.to_owned(), error })?;
    Ok(version(&open_reader(database)?)?)
}

fn version(connection: &Connection) -> rusqlite::Result<u32> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

fn defects(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare(&format!("PRAGMA integrity_check({DEFECTS})"))?;
    let said = statement.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
    Ok(said.into_iter().filter(|line| line != "ok").collect())
}

fn private(path: &Path) -> Result<File, OpenError> {
    let made = OpenOptions::new().create_new(true).write(true).mode(0o600).open(path);
    made.map_err(|error| OpenError::File { path: path.to_owned(), error })
}

/// A database that is being put into a folder. Dropped before it is finished, it leaves nothing there.
pub struct Restore {
    folder: PathBuf,
    _lock: DataLock,
}

impl Restore {
    /// Takes the folder, which is made if it is not there and must have no database.
    ///
    /// # Errors
    /// A server runs on it, it has a database, or it cannot be written.
    pub fn begin(folder: &Path) -> Result<Restore, OpenError> {
        let refused = |error| OpenError::File { path: folder.to_owned(), error };
        DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(refused)?;
        let lock = DataLock::take(folder)?;
        if folder.join(DATABASE).exists() {
            return Err(refused(std::io::Error::new(
                std::io::ErrorKind::AlreadyExists,
                "the folder has a database",
            )));
        }
        // Left by one that was killed.
        let _ = std::fs::remove_file(folder.join(DRAFT));
        Ok(Restore { folder: folder.to_owned(), _lock: lock })
    }

    /// The file that the database is written into, empty, for its owner only.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn draft(&self) -> Result<File, OpenError> {
        private(&self.draft_path())
    }

    /// Where that file is.
    #[must_use]
    pub fn draft_path(&self) -> PathBuf {
        self.folder.join(DRAFT)
    }

    /// Ends every session and drops what must not be good twice: codes, links, and mails that were sent since.
    /// Says how many sessions were ended.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn end_sessions(&self, at: Timestamp) -> Result<u64, OpenError> {
        let mut connection = open_plain(&self.draft_path())?;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let ended = transaction.execute(
            "UPDATE sessions SET ended_at = ?1, end_reason = ?2 WHERE ended_at IS NULL",
            rusqlite::params![at.0, EndReason::Restored.name()],
        )?;
        transaction.execute("DELETE FROM codes", [])?;
        transaction.execute("DELETE FROM outbox", [])?;
        transaction.commit()?;
        Ok(ended as u64)
    }

    /// Puts the database in place with an event that says so; from now on a server may start on the folder.
    ///
    /// # Errors
    /// The file cannot be written or moved.
    pub fn finish(self, event: &AuditEvent) -> Result<(), OpenError> {
        let (draft, place) = (self.draft_path(), self.folder.join(DATABASE));
        let connection = open_plain(&draft)?;
        // Tables of an older version have other columns; then the trail begins with what happens next.
        if version(&connection)? == latest() {
            audit::write(&connection, event).map_err(|failure| match failure {
                crate::error::Failure::Sqlite(error) => OpenError::Sqlite(error),
                _ => OpenError::Sqlite(rusqlite::Error::InvalidQuery),
            })?;
        }
        connection.close().map_err(|(_, error)| OpenError::Sqlite(error))?;
        let moved = |error| OpenError::File { path: place.clone(), error };
        File::open(&draft).and_then(|file| file.sync_all()).map_err(moved)?;
        std::fs::rename(&draft, &place).map_err(moved)?;
        File::open(&self.folder).and_then(|folder| folder.sync_all()).map_err(moved)
    }
}

impl Drop for Restore {
    fn drop(&mut self) {
        for ending in ["", "-journal", "-wal", "-shm"] {
            // Gone already once it is in place.
            let _ = std::fs::remove_file(self.folder.join(format!("{DRAFT}{ending}")));
        }
    }
}
