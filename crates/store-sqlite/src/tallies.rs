//! The table `tallies`.

use crate::error::{Failure, met};
use crate::row::{Cells, Table};
use doorward_core::time::Timestamp;
use rusqlite::{Connection, params};

const TABLE: Table = Table { name: "tallies", columns: &["key", "count"] };

const ENDS: Table = Table { name: "tallies", columns: &["key", "until"] };

const STANDS: &str = "SELECT key, count FROM tallies WHERE realm = ?1 AND key = ?2 AND until > ?3";

/// How a tally stands.
pub(crate) fn stands(
    connection: &Connection,
    realm: &str,
    key: &str,
    now: Timestamp,
) -> Result<u32, Failure> {
    let mut statement = connection.prepare_cached(STANDS)?;
    let mut rows = statement.query(params![realm, key, now.0])?;
    match rows.next()? {
        Some(row) => Cells::new(row, &TABLE, 0).count(1),
        None => Ok(0),
    }
}

/// When a tally is forgotten that has not been yet.
pub(crate) fn ends(
    connection: &Connection,
    realm: &str,
    key: &str,
    now: Timestamp,
) -> Result<Option<Timestamp>, Failure> {
    let sql = "SELECT key, until FROM tallies WHERE realm = ?1 AND key = ?2 AND until > ?3";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params![realm, key, now.0])?;
    rows.next()?.map(|row| Cells::new(row, &ENDS, 0).time(1)).transpose()
}

/// One count: allowed while the tally stands below `below` at `at`; forgotten at `until` if it is the first.
pub(crate) struct Count<'a> {
    pub(crate) realm: &'a str,
    pub(crate) key: &'a str,
    pub(crate) below: u32,
    pub(crate) at: Timestamp,
    pub(crate) until: Timestamp,
}

/// Adds one. Guard: the tally stands below the bound.
pub(crate) fn add(connection: &Connection, count: &Count<'_>) -> Result<(), Failure> {
    stands_below(connection, (count.realm, count.key), count.below, count.at)?;
    let sql = "INSERT INTO tallies VALUES (?1, ?2, 1, ?4) ON CONFLICT DO UPDATE SET
        count = iif(tallies.until <= ?3, 1, tallies.count + 1),
        until = iif(tallies.until <= ?3, excluded.until, tallies.until)";
    let mut statement = connection.prepare_cached(sql)?;
    met(statement.execute(params![count.realm, count.key, count.at.0, count.until.0])?)
}

/// Writes nothing. Guard: the tally stands below the bound.
pub(crate) fn stands_below(
    connection: &Connection,
    (realm, key): (&str, &str),
    below: u32,
    at: Timestamp,
) -> Result<(), Failure> {
    met(usize::from(stands(connection, realm, key, at)? < below))
}

/// Removes tallies whose time has come.
pub(crate) fn sweep(connection: &Connection, now: Timestamp) -> Result<usize, Failure> {
    let sql = "DELETE FROM tallies WHERE (realm, key) IN
        (SELECT realm, key FROM tallies WHERE until <= ?1 LIMIT ?2)";
    Ok(connection.prepare_cached(sql)?.execute(params![now.0, crate::SWEEP_AT_MOST])?)
}
