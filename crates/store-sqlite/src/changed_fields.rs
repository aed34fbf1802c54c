//! The table `changed_fields`: when an account's owner last changed a field that may not change often.

use crate::error::Failure;
use crate::row::{Cells, Table};
use doorward_core::account::AccountId;
use doorward_core::time::Timestamp;
use rusqlite::{Connection, params};

const TABLE: Table = Table { name: "changed_fields", columns: &["field", "at"] };

/// The fields of an account that were changed, with their last times.
pub(crate) fn of_account(
    connection: &Connection,
    account: AccountId,
) -> Result<Vec<(String, Timestamp)>, Failure> {
    let sql = "SELECT field, at FROM changed_fields WHERE account = ?1 ORDER BY field";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([account.0.as_bytes()])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let cells = Cells::new(row, &TABLE, 0);
        found.push((cells.text(0)?, cells.time(1)?));
    }
    Ok(found)
}

/// Notes a change.
pub(crate) fn note(
    connection: &Connection,
    account: AccountId,
    field: &str,
    at: Timestamp,
) -> Result<(), Failure> {
    let sql = "INSERT OR REPLACE INTO changed_fields VALUES (?1, ?2, ?3)";
    connection.prepare_cached(sql)?.execute(params![account.0.as_bytes(), field, at.0])?;
    Ok(())
}

/// Forgets an account.
pub(crate) fn remove(connection: &Connection, account: AccountId) -> Result<(), Failure> {
    let sql = "DELETE FROM changed_fields WHERE account = ?1";
    connection.prepare_cached(sql)?.execute([account.0.as_bytes()])?;
    Ok(())
}
