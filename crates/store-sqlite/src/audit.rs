//! The table `audit`: append only.

use crate::error::Failure;
use crate::row::{Cells, Table, number};
use doorward_core::account::AccountId;
use doorward_core::audit::{AuditEvent, NumberedEvent};
use doorward_core::session::SessionId;
use rusqlite::{Connection, params};

const TABLE: Table = Table {
    name: "audit",
    columns: &[
        "number",
        "id",
        "at",
        "realm",
        "contract",
        "action",
        "outcome",
        "account",
        "session",
        "address",
        "user_agent",
        "request_id",
        "caller",
        "note",
    ],
};

const LATEST: &str =
    "SELECT number, id, at, realm, contract, action, outcome, account, session, address, user_agent,
    request_id, caller, note FROM audit WHERE realm = ?1 ORDER BY number DESC LIMIT ?2";

/// The latest events of a realm, newest first.
pub(crate) fn latest(connection: &Connection, realm: &str, limit: u32) -> Result<Vec<AuditEvent>, Failure> {
    let mut statement = connection.prepare_cached(LATEST)?;
    let mut rows = statement.query(params![realm, limit])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read(&Cells::new(row, &TABLE, 0))?);
    }
    Ok(found)
}

const AFTER: &str =
    "SELECT number, id, at, realm, contract, action, outcome, account, session, address, user_agent,
    request_id, caller, note FROM audit WHERE number > ?1 ORDER BY number LIMIT ?2";

/// The events of all realms after this one, in the order of writing.
pub(crate) fn after(connection: &Connection, after: u64, limit: u32) -> Result<Vec<NumberedEvent>, Failure> {
    let mut statement = connection.prepare_cached(AFTER)?;
    let mut rows = statement.query(params![number(after), limit])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let cells = Cells::new(row, &TABLE, 0);
        found.push(NumberedEvent { number: cells.whole(0)?, event: read(&cells)? });
    }
    Ok(found)
}

fn read(cells: &Cells<'_>) -> Result<AuditEvent, Failure> {
    Ok(AuditEvent {
        id: cells.uuid(1)?,
        at: cells.time(2)?,
        realm: cells.text(3)?,
        contract: cells.text(4)?,
        action: cells.text(5)?.into(),
        outcome: cells.text(6)?.into(),
        account: cells.optional(7, Cells::uuid)?.map(AccountId),
        session: cells.optional(8, Cells::uuid)?.map(SessionId),
        address: cells.text(9)?,
        user_agent: cells.text(10)?,
        request_id: cells.text(11)?,
        caller: cells.optional(12, Cells::uuid)?.map(AccountId),
        note: cells.optional(13, Cells::text)?,
    })
}

/// Writes one event.
pub(crate) fn write(connection: &Connection, event: &AuditEvent) -> Result<(), Failure> {
    let sql = "INSERT INTO audit VALUES (NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";
    connection.prepare_cached(sql)?.execute(params![
        event.id.as_bytes(),
        event.at.0,
        event.realm,
        event.contract,
        event.action,
        event.outcome,
        event.account.map(|account| *account.0.as_bytes()),
        event.session.map(|session| *session.0.as_bytes()),
        event.address,
        event.user_agent,
        event.request_id,
        event.caller.map(|caller| *caller.0.as_bytes()),
        event.note,
    ])?;
    Ok(())
}
