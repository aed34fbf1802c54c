//! The table `outbox`: sealed mails until they are delivered, or given up and gone.

use crate::error::Failure;
use crate::row::{Cells, Table};
use doorward_core::change::SealedMail;
use doorward_core::port::DEAD_MAILS_KEPT;
use doorward_core::time::Timestamp;
use rusqlite::{Connection, Params, params};
use uuid::Uuid;

const TABLE: Table = Table {
    name: "outbox",
    columns: &[
        "id",
        "realm",
        "sealed",
        "created_at",
        "attempts",
        "next_at",
        "expires_at",
        "failure",
        "dead_at",
    ],
};

const COLUMNS: &str =
    "SELECT id, realm, sealed, created_at, attempts, next_at, expires_at, failure, dead_at FROM outbox";

/// Mails that are due and not given up, oldest first.
pub(crate) fn due(connection: &Connection, now: Timestamp, limit: u32) -> Result<Vec<SealedMail>, Failure> {
    let which = "WHERE next_at <= ?1 AND dead_at IS NULL ORDER BY created_at, id LIMIT ?2";
    found(connection, which, params![now.0, limit])
}

/// All mails after this one, in the order of their ids.
pub(crate) fn all(
    connection: &Connection,
    after: Option<Uuid>,
    limit: u32,
) -> Result<Vec<SealedMail>, Failure> {
    let after = after.map(|id| id.as_bytes().to_vec());
    found(connection, "WHERE ?1 IS NULL OR id > ?1 ORDER BY id LIMIT ?2", params![after, limit])
}

/// The mail with this id.
pub(crate) fn one(connection: &Connection, id: Uuid) -> Result<Option<SealedMail>, Failure> {
    Ok(found(connection, "WHERE id = ?1", [id.as_bytes()])?.pop())
}

fn found(connection: &Connection, which: &str, with: impl Params) -> Result<Vec<SealedMail>, Failure> {
    let mut statement = connection.prepare_cached(&format!("{COLUMNS} {which}"))?;
    let mut rows = statement.query(with)?;
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
            expires_at: cells.optional(6, |cells, at| cells.time(at))?,
            failure: cells.optional(7, |cells, at| cells.text(at))?,
            dead_at: cells.optional(8, |cells, at| cells.time(at))?,
        });
    }
    Ok(found)
}

/// Queues a mail.
pub(crate) fn queue(connection: &Connection, mail: &SealedMail) -> Result<(), Failure> {
    let sql = "INSERT INTO outbox VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    connection.prepare_cached(sql)?.execute(params![
        mail.id.as_bytes(),
        mail.realm,
        mail.sealed,
        mail.created_at.0,
        mail.attempts,
        mail.next_at.0,
        mail.expires_at.map(|at| at.0),
        mail.failure,
        mail.dead_at.map(|at| at.0),
    ])?;
    Ok(())
}

/// Wipes a mail: `secure_delete` overwrites its bytes.
pub(crate) fn wipe(connection: &Connection, id: Uuid) -> Result<(), Failure> {
    connection.prepare_cached("DELETE FROM outbox WHERE id = ?1")?.execute([id.as_bytes()])?;
    Ok(())
}

/// Puts a mail off; with a failure that is one more attempt.
pub(crate) fn put_off(
    connection: &Connection,
    id: Uuid,
    next_at: Timestamp,
    failure: Option<&str>,
) -> Result<(), Failure> {
    let sql = "UPDATE outbox SET next_at = ?2, failure = ifnull(?3, failure),
        attempts = min(attempts + (?3 IS NOT NULL), 4294967295) WHERE id = ?1";
    connection.prepare_cached(sql)?.execute(params![id.as_bytes(), next_at.0, failure])?;
    Ok(())
}

/// Gives a mail up.
pub(crate) fn give_up(
    connection: &Connection,
    id: Uuid,
    at: Timestamp,
    failure: &str,
) -> Result<(), Failure> {
    let sql = "UPDATE outbox SET dead_at = ?2, failure = ?3, attempts = min(attempts + 1, 4294967295) WHERE id = ?1";
    connection.prepare_cached(sql)?.execute(params![id.as_bytes(), at.0, failure])?;
    Ok(())
}

/// Has a mail tried again.
pub(crate) fn revive(connection: &Connection, id: Uuid, next_at: Timestamp) -> Result<(), Failure> {
    let sql = "UPDATE outbox SET dead_at = NULL, next_at = ?2 WHERE id = ?1";
    connection.prepare_cached(sql)?.execute(params![id.as_bytes(), next_at.0])?;
    Ok(())
}

/// Removes mails that were given up long ago.
pub(crate) fn sweep(connection: &Connection, now: Timestamp) -> Result<usize, Failure> {
    let kept = i64::try_from(DEAD_MAILS_KEPT.as_millis()).unwrap_or(i64::MAX);
    let sql = "DELETE FROM outbox WHERE id IN
        (SELECT id FROM outbox WHERE dead_at IS NOT NULL AND dead_at <= ?1 LIMIT ?2)";
    let before = now.0.saturating_sub(kept);
    Ok(connection.prepare_cached(sql)?.execute(params![before, crate::SWEEP_AT_MOST])?)
}
