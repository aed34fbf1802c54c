//! The table `outbox`: sealed mails until they are delivered.

use crate::error::Failure;
use crate::row::{Cells, Table};
use doorward_core::change::SealedMail;
use doorward_core::time::Timestamp;
use rusqlite::{Connection, params};
use uuid::Uuid;

const TABLE: Table =
    Table { name: "outbox", columns: &["id", "realm", "sealed", "created_at", "attempts", "next_at"] };

const DUE: &str = "SELECT id, realm, sealed, created_at, attempts, next_at FROM outbox WHERE next_at <= ?1
    ORDER BY created_at, id LIMIT ?2";

/// Mails that are due, oldest first.
pub(crate) fn due(connection: &Connection, now: Timestamp, limit: u32) -> Result<Vec<SealedMail>, Failure> {
    let mut statement = connection.prepare_cached(DUE)?;
    let mut rows = statement.query(params![now.0, limit])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let cells = Cells::new(row, &TABLE, 0);
        found.push(SealedMail {
            id: cells.uuid(0)?,
            realm: cells.text(1)?,
            sealed: cells.bytes(2)?.to_vec(),
            created_at: cells.time(3)?,
            attempts: cells.count(4)?,
            next_at: cells.time(5)?,
        });
    }
    Ok(found)
}

/// Queues a mail.
pub(crate) fn queue(connection: &Connection, mail: &SealedMail) -> Result<(), Failure> {
    let sql = "INSERT INTO outbox VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    connection.prepare_cached(sql)?.execute(params![
        mail.id.as_bytes(),
        mail.realm,
        mail.sealed,
        mail.created_at.0,
        mail.attempts,
        mail.next_at.0,
    ])?;
    Ok(())
}

/// Wipes a mail: `secure_delete` overwrites its bytes.
pub(crate) fn wipe(connection: &Connection, id: Uuid) -> Result<(), Failure> {
    connection.prepare_cached("DELETE FROM outbox WHERE id = ?1")?.execute([id.as_bytes()])?;
    Ok(())
}

/// Puts a mail off.
pub(crate) fn put_off(connection: &Connection, id: Uuid, next_at: Timestamp) -> Result<(), Failure> {
    let sql = "UPDATE outbox SET attempts = min(attempts + 1, 4294967295), next_at = ?2 WHERE id = ?1";
    connection.prepare_cached(sql)?.execute(params![id.as_bytes(), next_at.0])?;
    Ok(())
}
