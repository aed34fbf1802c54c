//! The table `keys`: wrapped under the master key, which is not here.

use crate::error::Failure;
use crate::row::{Cells, Table};
use doorward_core::key::StoredKey;
use rusqlite::{Connection, params};

const TABLE: Table = Table {
    name: "keys",
    columns: &["id", "realm", "kind", "algorithm", "wrapped", "created_at", "active", "legacy_until"],
};

const OF_REALM: &str =
    "SELECT id, realm, kind, algorithm, wrapped, created_at, active, legacy_until FROM keys WHERE realm = ?1
    ORDER BY created_at, kind, id";

/// The keys of a realm, oldest first.
pub(crate) fn of_realm(connection: &Connection, realm: &str) -> Result<Vec<StoredKey>, Failure> {
    let mut statement = connection.prepare_cached(OF_REALM)?;
    let mut rows = statement.query([realm])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let cells = Cells::new(row, &TABLE, 0);
        found.push(StoredKey {
            id: cells.text(0)?,
            realm: cells.text(1)?,
            kind: cells.text(2)?,
            algorithm: cells.text(3)?,
            wrapped: cells.bytes(4)?.to_vec(),
            created_at: cells.time(5)?,
            active: cells.flag(6)?,
            legacy_until: cells.optional(7, Cells::time)?,
        });
    }
    Ok(found)
}

/// Stores a key. Guard: there is none with this realm, kind and id.
pub(crate) fn put(connection: &Connection, key: &StoredKey) -> Result<(), Failure> {
    let sql = "INSERT INTO keys VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    connection.prepare_cached(sql)?.execute(params![
        key.realm,
        key.kind,
        key.id,
        key.algorithm,
        key.wrapped,
        key.created_at.0,
        key.active,
        key.legacy_until.map(|until| until.0),
    ])?;
    Ok(())
}
