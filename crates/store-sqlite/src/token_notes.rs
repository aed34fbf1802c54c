//! The table `token_notes`: tokens that are found by their digest. A row goes with its session.

use crate::error::Failure;
use crate::row::{Cells, Table};
use crate::sessions;
use doorward_core::session::{EndReason, Ended, SessionId};
use doorward_core::time::Timestamp;
use doorward_core::token::TokenNote;
use rusqlite::{Connection, params};

const TABLE: Table =
    Table { name: "token_notes", columns: &["realm", "digest", "session", "generation", "expires_at"] };

/// What is kept of the token with this digest.
pub(crate) fn of_digest(
    connection: &Connection,
    realm: &str,
    digest: &[u8; 32],
) -> Result<Option<TokenNote>, Failure> {
    let sql = "SELECT realm, digest, session, generation, expires_at FROM token_notes
        WHERE realm = ?1 AND digest = ?2";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params![realm, digest])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let cells = Cells::new(row, &TABLE, 0);
    Ok(Some(TokenNote {
        realm: cells.text(0)?,
        digest: cells.array(1)?,
        session: SessionId(cells.uuid(2)?),
        generation: cells.count(3)?,
        expires_at: cells.time(4)?,
    }))
}

/// Forgets the tokens of sessions that are gone.
pub(crate) fn forget(connection: &Connection, sessions: &[SessionId]) -> Result<(), Failure> {
    let mut statement = connection.prepare_cached("DELETE FROM token_notes WHERE session = ?1")?;
    for session in sessions {
        statement.execute([session.0.as_bytes()])?;
    }
    Ok(())
}

/// Notes a session's token in place of the one before. Says which session had the same one and ends by that. Guard:
/// it is one of the same account.
pub(crate) fn put(
    connection: &Connection,
    note: &TokenNote,
    at: Timestamp,
) -> Result<Option<SessionId>, Failure> {
    let same = of_digest(connection, &note.realm, &note.digest)?.map(|other| other.session);
    let other = same.filter(|other| *other != note.session);
    if let Some(other) = other
        && !sessions::of_one_account(connection, note.session, other)?
    {
        return Err(Failure::Conflict);
    }
    let sql = "DELETE FROM token_notes WHERE session IN (?1, ?2)";
    let others = other.map(|other| *other.0.as_bytes());
    connection.prepare_cached(sql)?.execute(params![note.session.0.as_bytes(), others])?;
    let sql = "INSERT INTO token_notes VALUES (?1, ?2, ?3, ?4, ?5)";
    let session = note.session.0.as_bytes();
    let mut statement = connection.prepare_cached(sql)?;
    statement.execute(params![note.realm, note.digest, session, note.generation, note.expires_at.0])?;
    let Some(other) = other else { return Ok(None) };
    match sessions::end(connection, other, &Ended { at, reason: EndReason::Replaced }) {
        Ok(()) => Ok(Some(other)),
        Err(Failure::Conflict) => Ok(None),
        Err(failure) => Err(failure),
    }
}
