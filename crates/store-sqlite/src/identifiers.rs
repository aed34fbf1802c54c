//! The table `identifiers`: unique on (realm, kind, canonical form). The canonical form comes from the core.

use crate::error::Failure;
use crate::row::{Cells, Table};
use doorward_core::account::AccountId;
use doorward_core::identifier::{Identifier, IdentifierKind};
use rusqlite::{Connection, params};
use uuid::Uuid;

const TABLE: Table =
    Table { name: "identifiers", columns: &["account", "kind", "written", "canonical", "verified"] };

const OF_ACCOUNT: &str =
    "SELECT account, kind, written, canonical, verified FROM identifiers WHERE account = ?1 ORDER BY place";
const OWNER: &str = "SELECT account FROM identifiers WHERE realm = ?1 AND kind = ?2 AND canonical = ?3";

/// Whose identifier this is.
pub(crate) fn owner(
    connection: &Connection,
    realm: &str,
    kind: IdentifierKind,
    canonical: &str,
) -> Result<Option<Uuid>, Failure> {
    let mut statement = connection.prepare_cached(OWNER)?;
    let mut rows = statement.query(params![realm, kind.name(), canonical])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    Cells::new(row, &TABLE, 0).uuid(0).map(Some)
}

/// The identifiers of an account, in their order.
pub(crate) fn of_account(connection: &Connection, account: AccountId) -> Result<Vec<Identifier>, Failure> {
    let mut statement = connection.prepare_cached(OF_ACCOUNT)?;
    let mut rows = statement.query([account.0.as_bytes()])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let cells = Cells::new(row, &TABLE, 0);
        found.push(Identifier {
            kind: cells.parsed(1, IdentifierKind::from_name)?,
            written: cells.text(2)?,
            canonical: cells.text(3)?,
            verified: cells.flag(4)?,
        });
    }
    Ok(found)
}

/// Adds identifiers of an account that has none; the unique index is the guard.
pub(crate) fn add(
    connection: &Connection,
    (realm, account): (&str, AccountId),
    identifiers: &[Identifier],
) -> Result<(), Failure> {
    let sql = "INSERT INTO identifiers VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let mut statement = connection.prepare_cached(sql)?;
    for (place, one) in (0_i64..).zip(identifiers) {
        statement.execute(params![
            realm,
            one.kind.name(),
            one.canonical,
            account.0.as_bytes(),
            place,
            one.written,
            one.verified,
        ])?;
    }
    Ok(())
}

/// Puts these identifiers in place of those an account has.
pub(crate) fn replace(
    connection: &Connection,
    account: AccountId,
    identifiers: &[Identifier],
) -> Result<(), Failure> {
    let sql = "SELECT realm FROM accounts WHERE id = ?1";
    let mut statement = connection.prepare_cached(sql)?;
    let realm: String = statement.query_row([account.0.as_bytes()], |row| row.get(0))?;
    remove(connection, account)?;
    add(connection, (&realm, account), identifiers)
}

/// Frees the identifiers of an account.
pub(crate) fn remove(connection: &Connection, account: AccountId) -> Result<(), Failure> {
    let sql = "DELETE FROM identifiers WHERE account = ?1";
    connection.prepare_cached(sql)?.execute([account.0.as_bytes()])?;
    Ok(())
}
