//! The tables `public_ids`, unique on (realm, kind, value), and `counters`, from which numbers are drawn.

use crate::error::Failure;
use crate::row::{Cells, Table, number};
use doorward_core::account::{Account, AccountId};
use doorward_core::change::Applied;
use doorward_core::public_id::PublicId;
use rusqlite::{Connection, params};
use uuid::Uuid;

const TABLE: Table = Table { name: "public_ids", columns: &["account", "kind", "value"] };

/// The kind of id that is a number ([`doorward_core::public_id::PublicIdKind::Sequence`]).
const SEQUENCE: &str = "sequence";

const OF_ACCOUNT: &str = "SELECT account, kind, value FROM public_ids WHERE account = ?1 ORDER BY place";
const OWNER: &str = "SELECT account FROM public_ids WHERE realm = ?1 AND kind = ?2 AND value = ?3";

/// Whose public id this is. A `uuid` is the account's own and lies in no table.
pub(crate) fn owner(
    connection: &Connection,
    realm: &str,
    kind: &str,
    value: &str,
) -> Result<Option<Uuid>, Failure> {
    if kind == "uuid" {
        // Only as we write it: one id has one spelling.
        return Ok(Uuid::parse_str(value).ok().filter(|id| id.to_string() == value));
    }
    let mut statement = connection.prepare_cached(OWNER)?;
    let mut rows = statement.query(params![realm, kind, value])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    Cells::new(row, &TABLE, 0).uuid(0).map(Some)
}

/// The public ids of an account, in their order.
pub(crate) fn of_account(connection: &Connection, account: AccountId) -> Result<Vec<PublicId>, Failure> {
    let mut statement = connection.prepare_cached(OF_ACCOUNT)?;
    let mut rows = statement.query([account.0.as_bytes()])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let cells = Cells::new(row, &TABLE, 0);
        found.push(PublicId { kind: cells.text(1)?, value: cells.text(2)? });
    }
    Ok(found)
}

/// Adds the public ids of an account after those it has, and draws its number when `sequence` says so.
pub(crate) fn add(
    connection: &Connection,
    account: &Account,
    (after, sequence): (usize, bool),
    applied: &mut Applied,
) -> Result<(), Failure> {
    let mut place = number(after as u64);
    for id in &account.public_ids {
        if id.kind == SEQUENCE {
            // A number that was brought along is never given again.
            let brought = number(id.value.parse().unwrap_or(0));
            let sql = "INSERT INTO counters VALUES (?1, ?2)
                ON CONFLICT DO UPDATE SET last = max(last, excluded.last)";
            connection.prepare_cached(sql)?.execute(params![account.realm, brought])?;
        }
        insert(connection, account, place, id)?;
        place += 1;
    }
    if sequence {
        let sql =
            "INSERT INTO counters VALUES (?1, 1) ON CONFLICT DO UPDATE SET last = last + 1 RETURNING last";
        let next: i64 = connection.prepare_cached(sql)?.query_row([&account.realm], |row| row.get(0))?;
        let id = PublicId { kind: SEQUENCE.to_owned(), value: next.to_string() };
        insert(connection, account, place, &id)?;
        applied.assigned.push((account.id, id));
    }
    Ok(())
}

fn insert(connection: &Connection, account: &Account, place: i64, id: &PublicId) -> Result<(), Failure> {
    let sql = "INSERT INTO public_ids VALUES (?1, ?2, ?3, ?4, ?5)";
    let mut statement = connection.prepare_cached(sql)?;
    statement.execute(params![account.realm, id.kind, id.value, account.id.0.as_bytes(), place])?;
    Ok(())
}

/// Frees the public ids of an account. The counter stays where it is.
pub(crate) fn remove(connection: &Connection, account: AccountId) -> Result<(), Failure> {
    let sql = "DELETE FROM public_ids WHERE account = ?1";
    connection.prepare_cached(sql)?.execute([account.0.as_bytes()])?;
    Ok(())
}
