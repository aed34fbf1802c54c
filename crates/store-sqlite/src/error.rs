//! What can go wrong: opening, and one read or change.

use doorward_core::fault::Fault;
use rusqlite::ffi;
use std::fmt;
use std::path::PathBuf;

/// Why a store could not be opened.
#[derive(Debug)]
pub enum OpenError {
    /// Another server (or command) has the data folder.
    InUse(PathBuf),
    /// A file or folder could not be made or opened.
    File {
        /// Which.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// The database was written by a newer version of the program.
    Newer {
        /// The version of its tables.
        found: u32,
        /// The latest that this program knows.
        known: u32,
    },
    /// The linked SQLite has known defects that lose data.
    OldSqlite(&'static str),
    /// SQLite refused.
    Sqlite(rusqlite::Error),
    /// The writer's thread could not be started.
    Thread(std::io::Error),
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OpenError::InUse(folder) => {
                write!(f, "the data folder {} is in use by another doorward", folder.display())
            }
            OpenError::File { path, error } => write!(f, "cannot open {}: {error}", path.display()),
            OpenError::Newer { found, known } => write!(
                f,
                "the database has version {found}, but this program knows only up to {known}: \
                 use the newer doorward that wrote it"
            ),
            OpenError::OldSqlite(version) => {
                write!(f, "SQLite {version} can corrupt its write-ahead log; 3.51.3 or later is needed")
            }
            OpenError::Sqlite(error) => write!(f, "the database cannot be opened: {error}"),
            OpenError::Thread(error) => write!(f, "the writer's thread cannot be started: {error}"),
        }
    }
}

impl std::error::Error for OpenError {}

impl From<rusqlite::Error> for OpenError {
    fn from(error: rusqlite::Error) -> OpenError {
        OpenError::Sqlite(error)
    }
}

/// Why a read or a change was not made.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A guard failed: somebody else was there first.
    Conflict,
    /// SQLite refused.
    Sqlite(rusqlite::Error),
    /// A row makes no sense.
    Fault(Fault),
}

impl From<rusqlite::Error> for Failure {
    /// A row that a unique index refuses is a failed guard, whatever the table.
    fn from(error: rusqlite::Error) -> Failure {
        match &error {
            rusqlite::Error::SqliteFailure(inner, _)
                if inner.extended_code == ffi::SQLITE_CONSTRAINT_UNIQUE
                    || inner.extended_code == ffi::SQLITE_CONSTRAINT_PRIMARYKEY =>
            {
                Failure::Conflict
            }
            _ => Failure::Sqlite(error),
        }
    }
}

impl From<Failure> for Fault {
    fn from(failure: Failure) -> Fault {
        match failure {
            Failure::Conflict => Fault::Internal("a read met a guard".to_owned()),
            Failure::Sqlite(error) => Fault::Store(error.to_string()),
            Failure::Fault(fault) => fault,
        }
    }
}

/// A guard that is a row count: the change met exactly one row, or it conflicts.
pub(crate) fn met(rows: usize) -> Result<(), Failure> {
    if rows == 1 { Ok(()) } else { Err(Failure::Conflict) }
}
