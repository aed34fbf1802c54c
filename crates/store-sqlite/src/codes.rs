//! The table `codes`: the newest per realm, purpose and destination.

use crate::error::{Failure, met};
use crate::row::{Cells, Table, millis};
use doorward_core::account::AccountId;
use doorward_core::code::{Code, Purpose};
use doorward_core::identifier::IdentifierKind;
use doorward_core::port::KEPT_AFTER_EXPIRY;
use doorward_core::time::Timestamp;
use rusqlite::{Connection, Rows, params};
use serde_json::Value;
use uuid::Uuid;

const TABLE: Table = Table {
    name: "codes",
    columns: &[
        "id",
        "realm",
        "purpose",
        "destination",
        "account",
        "claims",
        "mac",
        "created_at",
        "expires_at",
        "used_at",
    ],
};

const NEWEST: &str =
    "SELECT id, realm, purpose, destination, account, claims, mac, created_at, expires_at, used_at
    FROM codes WHERE realm = ?1 AND purpose = ?2 AND destination = ?3";

const BY_ID: &str =
    "SELECT id, realm, purpose, destination, account, claims, mac, created_at, expires_at, used_at
    FROM codes WHERE id = ?1 AND realm = ?2";

/// The code for a purpose and destination.
pub(crate) fn newest(
    connection: &Connection,
    realm: &str,
    purpose: Purpose,
    destination: &str,
) -> Result<Option<Code>, Failure> {
    let mut statement = connection.prepare_cached(NEWEST)?;
    first(statement.query(params![realm, purpose.name(), destination])?)
}

/// The code with this id.
pub(crate) fn by_id(connection: &Connection, realm: &str, id: Uuid) -> Result<Option<Code>, Failure> {
    let mut statement = connection.prepare_cached(BY_ID)?;
    first(statement.query(params![id.as_bytes(), realm])?)
}

fn first(mut rows: Rows<'_>) -> Result<Option<Code>, Failure> {
    let Some(row) = rows.next()? else { return Ok(None) };
    let cells = Cells::new(row, &TABLE, 0);
    Ok(Some(Code {
        id: cells.uuid(0)?,
        realm: cells.text(1)?,
        purpose: cells.parsed(2, Purpose::from_name)?,
        destination: cells.text(3)?,
        account: cells.optional(4, Cells::uuid)?.map(AccountId),
        claims: cells.parsed(5, read_claims)?,
        mac: cells.array(6)?,
        created_at: cells.time(7)?,
        expires_at: cells.time(8)?,
        used_at: cells.optional(9, Cells::time)?,
    }))
}

fn read_claims(text: &str) -> Option<Vec<(IdentifierKind, String)>> {
    let pairs: Vec<(String, String)> = serde_json::from_str(text).ok()?;
    pairs.into_iter().map(|(kind, canonical)| Some((IdentifierKind::from_name(&kind)?, canonical))).collect()
}

fn write_claims(claims: &[(IdentifierKind, String)]) -> String {
    let pair =
        |(kind, canonical): &(IdentifierKind, String)| Value::from(vec![kind.name(), canonical.as_str()]);
    Value::Array(claims.iter().map(pair).collect()).to_string()
}

/// Stores a code in place of the one before it.
pub(crate) fn put(connection: &Connection, code: &Code) -> Result<(), Failure> {
    drop_for(connection, &code.realm, code.purpose, &code.destination)?;
    let sql = "INSERT INTO codes VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    connection.prepare_cached(sql)?.execute(params![
        code.id.as_bytes(),
        code.realm,
        code.purpose.name(),
        code.destination,
        code.account.map(|account| *account.0.as_bytes()),
        write_claims(&code.claims),
        code.mac,
        code.created_at.0,
        code.expires_at.0,
        code.used_at.map(|at| at.0),
    ])?;
    Ok(())
}

/// Writes nothing. Guard: the newest code is this one, or there is none.
pub(crate) fn newest_is(
    connection: &Connection,
    (realm, purpose, destination): (&str, Purpose, &str),
    code: Option<Uuid>,
) -> Result<(), Failure> {
    let found = newest(connection, realm, purpose, destination)?.map(|found| found.id);
    if found == code { Ok(()) } else { Err(Failure::Conflict) }
}

/// Spends a code. Guard: it is unspent.
pub(crate) fn spend(connection: &Connection, code: Uuid, at: Timestamp) -> Result<(), Failure> {
    let sql = "UPDATE codes SET used_at = ?2 WHERE id = ?1 AND used_at IS NULL";
    met(connection.prepare_cached(sql)?.execute(params![code.as_bytes(), at.0])?)
}

/// Forgets the code of a destination.
pub(crate) fn drop_for(
    connection: &Connection,
    realm: &str,
    purpose: Purpose,
    destination: &str,
) -> Result<(), Failure> {
    let sql = "DELETE FROM codes WHERE realm = ?1 AND purpose = ?2 AND destination = ?3";
    connection.prepare_cached(sql)?.execute(params![realm, purpose.name(), destination])?;
    Ok(())
}

/// Removes codes that are long over.
pub(crate) fn sweep(connection: &Connection, now: Timestamp) -> Result<usize, Failure> {
    let over = now.0.saturating_sub(millis(KEPT_AFTER_EXPIRY));
    let sql = "DELETE FROM codes WHERE rowid IN (SELECT rowid FROM codes WHERE expires_at <= ?1 LIMIT ?2)";
    Ok(connection.prepare_cached(sql)?.execute(params![over, crate::SWEEP_AT_MOST])?)
}
