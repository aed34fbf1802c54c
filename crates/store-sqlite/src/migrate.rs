//! Brings a database to the latest version of its tables.

use crate::error::OpenError;
use rusqlite::{Connection, TransactionBehavior};

/// Every migration in order. Append only: see `migrations/README.md`.
const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001_first.sql"),
    include_str!("migrations/0002_token_notes.sql"),
    include_str!("migrations/0003_standing.sql"),
    include_str!("migrations/0004_profile_values.sql"),
    include_str!("migrations/0005_administrators.sql"),
    include_str!("migrations/0006_audit_note.sql"),
    include_str!("migrations/0007_devices.sql"),
    include_str!("migrations/0008_closing.sql"),
    include_str!("migrations/0009_dead_letters.sql"),
    include_str!("migrations/0010_begun_by.sql"),
    include_str!("migrations/0011_audit_segments.sql"),
    include_str!("migrations/0012_legacy_keys.sql"),
];

/// The version of the tables that this program knows.
pub(crate) fn latest() -> u32 {
    u32::try_from(MIGRATIONS.len()).unwrap_or(u32::MAX)
}

/// Runs what has not run yet, each migration in a transaction with the version it leads to.
pub(crate) fn migrate(connection: &mut Connection) -> Result<(), OpenError> {
    let known = latest();
    let found: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found > known {
        return Err(OpenError::Newer { found, known });
    }
    for (version, sql) in (1..).zip(MIGRATIONS).skip(found as usize) {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute_batch(sql)?;
        transaction.pragma_update(None, "user_version", version)?;
        transaction.commit()?;
    }
    Ok(())
}
