//! What can break underneath: infrastructure, never a business answer.

use std::fmt;
use std::time::Duration;

/// Infrastructure failed. A caller sees `broken` or `overloaded`; the text is for the operator's log.
#[derive(Debug, Clone)]
pub enum Fault {
    /// The store could not be read or written.
    Store(String),
    /// A stored row makes no sense: table, column and row are named.
    CorruptRow {
        /// The table it was read from.
        table: &'static str,
        /// The column that does not parse.
        column: &'static str,
        /// The row, as its primary key in text.
        row: String,
    },
    /// The hashing queue is longer than its waiting time allows; try again after this long.
    Overloaded(Duration),
    /// Several attempts in a row lost against other writers.
    Contention,
    /// A cryptographic operation failed (wrong key, damaged data).
    Crypto(String),
    /// Anything else that should not happen: a bug of ours, said without a panic.
    Internal(String),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Store(text) => write!(f, "the store failed: {text}"),
            Fault::CorruptRow { table, column, row } => {
                write!(f, "corrupt row: table {table}, column {column}, row {row}")
            }
            Fault::Overloaded(wait) => write!(f, "overloaded: try again in {} s", wait.as_secs()),
            Fault::Contention => write!(f, "several attempts in a row lost against other writers"),
            Fault::Crypto(text) => write!(f, "cryptography failed: {text}"),
            Fault::Internal(text) => write!(f, "internal fault: {text}"),
        }
    }
}

impl std::error::Error for Fault {}
