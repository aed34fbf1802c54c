//! The table `held_values`: values of unique profile fields, unique on (realm, field, value as it is compared).

use crate::error::Failure;
use crate::row::{Cells, Table};
use doorward_core::account::AccountId;
use rusqlite::{Connection, params};

const TABLE: Table = Table { name: "held_values", columns: &["account"] };

/// Whose value this is.
pub(crate) fn holder(
    connection: &Connection,
    realm: &str,
    field: &str,
    value: &str,
) -> Result<Option<AccountId>, Failure> {
    let sql = "SELECT account FROM held_values WHERE realm = ?1 AND field = ?2 AND value = ?3";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params![realm, field, value])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    Cells::new(row, &TABLE, 0).uuid(0).map(|id| Some(AccountId(id)))
}

/// Puts a value in place of the one that an account holds of a field; the unique index is the guard.
pub(crate) fn hold(
    connection: &Connection,
    (realm, account): (&str, AccountId),
    field: &str,
    value: Option<&str>,
) -> Result<(), Failure> {
    let sql = "DELETE FROM held_values WHERE account = ?1 AND field = ?2";
    connection.prepare_cached(sql)?.execute(params![account.0.as_bytes(), field])?;
    let Some(value) = value else { return Ok(()) };
    let sql = "INSERT INTO held_values VALUES (?1, ?2, ?3, ?4)";
    connection.prepare_cached(sql)?.execute(params![realm, field, value, account.0.as_bytes()])?;
    Ok(())
}

/// Frees all values of an account.
pub(crate) fn remove(connection: &Connection, account: AccountId) -> Result<(), Failure> {
    let sql = "DELETE FROM held_values WHERE account = ?1";
    connection.prepare_cached(sql)?.execute([account.0.as_bytes()])?;
    Ok(())
}
