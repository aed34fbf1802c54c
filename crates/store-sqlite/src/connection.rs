//! How connections are set up.

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use std::time::Duration;

/// Page cache of a connection, in KiB. Small: the system's own cache holds the file, and memory is counted.
const READER_CACHE: i64 = 1000;
const WRITER_CACHE: i64 = 4000;

/// The write-ahead log is copied back after so many pages (16 MB): hot pages are then written once for many
/// commits.
const CHECKPOINT_PAGES: i64 = 4000;

/// Nobody else writes, so waiting is for a checkpoint, a backup or an operator's shell only.
pub(crate) const BUSY: Duration = Duration::from_secs(5);

/// More than the statements there are, so that none is ever prepared twice.
const STATEMENTS: usize = 96;

/// Each connection stays on one thread.
fn open(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // Without this, SQLite looks at bound values when it plans, and so prepares some cached statements anew each
    // time they are bound: a session was read ten times slower.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.pragma_update(None, "mmap_size", 0)?;
    Ok(connection)
}

/// A connection with which a copy is made or changed, beside the writer or on a file that nobody else has.
pub(crate) fn open_plain(path: &Path) -> rusqlite::Result<Connection> {
    let connection = open(path)?;
    connection.pragma_update_and_check(None, "secure_delete", true, |_| Ok(()))?;
    Ok(connection)
}

/// A connection that can only read.
pub(crate) fn open_reader(path: &Path) -> rusqlite::Result<Connection> {
    let connection = open(path)?;
    connection.pragma_update(None, "cache_size", -READER_CACHE)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

/// The connection of the writer: a commit is on the disk when it returns (`synchronous=FULL`), and deleted text
/// is overwritten (`secure_delete`), so that a wiped mail or code leaves no bytes.
pub(crate) fn open_writer(path: &Path) -> rusqlite::Result<Connection> {
    let connection = open(path)?;
    connection.pragma_update(None, "cache_size", -WRITER_CACHE)?;
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| {
        let mode: String = row.get(0)?;
        if mode == "wal" { Ok(()) } else { Err(rusqlite::Error::InvalidQuery) }
    })?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update_and_check(None, "secure_delete", true, |_| Ok(()))?;
    connection.pragma_update(None, "foreign_keys", false)?;
    connection.pragma_update_and_check(None, "wal_autocheckpoint", CHECKPOINT_PAGES, |_| Ok(()))?;
    Ok(connection)
}
