//! The table `audit_segments`: what seals the table `audit`.

use crate::error::{Failure, met};
use crate::row::{Cells, Table, number};
use doorward_core::audit::Segment;
use rusqlite::{Connection, params};

const TABLE: Table = Table {
    name: "audit_segments",
    columns: &["number", "last", "sealed_at", "packed", "chain", "seal", "pruned"],
};

const AFTER: &str = "SELECT number, last, sealed_at, packed, chain, seal, pruned FROM audit_segments
    WHERE number > ?1 ORDER BY number LIMIT ?2";
const LAST: &str = "SELECT number, last, sealed_at, packed, chain, seal, pruned FROM audit_segments
    ORDER BY number DESC LIMIT 1";

/// The segments after this one, in order.
pub(crate) fn after(connection: &Connection, after: u64, limit: u32) -> Result<Vec<Segment>, Failure> {
    let mut statement = connection.prepare_cached(AFTER)?;
    let mut rows = statement.query(params![number(after), limit])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read(&Cells::new(row, &TABLE, 0))?);
    }
    Ok(found)
}

/// The latest segment.
pub(crate) fn last(connection: &Connection) -> Result<Option<Segment>, Failure> {
    let mut statement = connection.prepare_cached(LAST)?;
    let mut rows = statement.query([])?;
    rows.next()?.map(|row| read(&Cells::new(row, &TABLE, 0))).transpose()
}

fn read(cells: &Cells<'_>) -> Result<Segment, Failure> {
    Ok(Segment {
        number: cells.whole(0)?,
        last: cells.whole(1)?,
        sealed_at: cells.time(2)?,
        packed: cells.bytes(3)?.to_vec(),
        chain: cells.array(4)?,
        seal: cells.array(5)?,
        pruned: cells.optional(6, Cells::array)?,
    })
}

/// Adds a segment. Guards: its number and its events follow the latest one's.
pub(crate) fn put(connection: &Connection, segment: &Segment) -> Result<(), Failure> {
    let sql = "INSERT INTO audit_segments SELECT ?1, ?2, ?3, ?4, ?5, ?6, NULL
        WHERE ?1 = 1 + (SELECT coalesce(max(number), 0) FROM audit_segments)
        AND ?2 > (SELECT coalesce(max(last), 0) FROM audit_segments)";
    met(connection.prepare_cached(sql)?.execute(params![
        number(segment.number),
        number(segment.last),
        segment.sealed_at.0,
        segment.packed,
        segment.chain,
        segment.seal,
    ])?)
}

/// Removes the events of this segment and of those before it. Guards: it is there with its events, and is not the
/// latest.
pub(crate) fn prune(connection: &Connection, through: u64, mark: &[u8; 32]) -> Result<(), Failure> {
    let through = number(through);
    let sql = "UPDATE audit_segments SET packed = x'', pruned = ?2 WHERE number = ?1 AND pruned IS NULL
        AND EXISTS (SELECT 1 FROM audit_segments WHERE number > ?1)";
    met(connection.prepare_cached(sql)?.execute(params![through, mark])?)?;
    let sql = "DELETE FROM audit WHERE number <= (SELECT last FROM audit_segments WHERE number = ?1)";
    connection.prepare_cached(sql)?.execute([through])?;
    connection.prepare_cached("DELETE FROM audit_segments WHERE number < ?1")?.execute([through])?;
    Ok(())
}
