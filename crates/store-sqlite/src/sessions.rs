//! The table `sessions`: one row per sign-in, none per rotation.

use crate::accounts;
use crate::error::{Failure, met};
use crate::row::{Cells, Table, millis};
use crate::token_notes;
use doorward_core::account::AccountId;
use doorward_core::action::beginnings;
use doorward_core::port::{KEPT_AFTER_EXPIRY, SessionWithAccount};
use doorward_core::session::{EndReason, Ended, RefreshState, Session, SessionId};
use doorward_core::time::Timestamp;
use rusqlite::{Connection, params};

const TABLE: Table = Table {
    name: "sessions",
    columns: &[
        "id",
        "realm",
        "contract",
        "account",
        "created_at",
        "last_used_at",
        "generation",
        "seed",
        "rotated_at",
        "confirmed",
        "late_retry",
        "expires_at",
        "absolute_until",
        "access_until",
        "access_lifetime",
        "key_id",
        "user_agent",
        "address",
        "ended_at",
        "end_reason",
        "device",
        "remembered",
        "begun_by",
    ],
};

const WITH_ACCOUNT: &str =
    "SELECT s.id, s.realm, s.contract, s.account, s.created_at, s.last_used_at, s.generation,
    s.seed, s.rotated_at, s.confirmed, s.late_retry, s.expires_at, s.absolute_until, s.access_until,
    s.access_lifetime, s.key_id, s.user_agent, s.address, s.ended_at, s.end_reason,
    s.device, s.remembered, s.begun_by,
    a.id, a.realm, a.version, a.password, a.profile, a.roles, a.must_change_password, a.locked, a.created_at,
    a.updated_at, a.last_login_at, a.last_login_address, a.status, a.status_reason, a.locked_until, a.lock_reason,
    a.expires_at, a.closes_at
    FROM sessions s LEFT JOIN accounts a ON a.id = s.account WHERE s.id = ?1";
const LIVE: &str = "SELECT id, realm, contract, account, created_at, last_used_at, generation, seed, rotated_at,
    confirmed, late_retry, expires_at, absolute_until, access_until, access_lifetime, key_id, user_agent, address,
    ended_at, end_reason, device, remembered, begun_by FROM sessions
    WHERE account = ?1 AND ended_at IS NULL AND expires_at > ?2 AND absolute_until > ?2 ORDER BY created_at, id";

/// A session with its account.
pub(crate) fn by_id(connection: &Connection, id: SessionId) -> Result<Option<SessionWithAccount>, Failure> {
    let mut statement = connection.prepare_cached(WITH_ACCOUNT)?;
    let mut rows = statement.query([id.0.as_bytes()])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let session = from_cells(&Cells::new(row, &TABLE, 0))?;
    let cells = Cells::new(row, &accounts::TABLE, TABLE.columns.len());
    let mut account = None;
    if cells.optional(0, Cells::uuid)?.is_some() {
        let mut found = accounts::from_cells(&cells)?;
        accounts::complete(connection, &mut found)?;
        account = Some(found);
    }
    Ok(Some(SessionWithAccount { session, account }))
}

/// The sessions of an account that have not ended and not expired, oldest first.
pub(crate) fn live(
    connection: &Connection,
    account: AccountId,
    now: Timestamp,
) -> Result<Vec<Session>, Failure> {
    let mut statement = connection.prepare_cached(LIVE)?;
    let mut rows = statement.query(params![account.0.as_bytes(), now.0])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(from_cells(&Cells::new(row, &TABLE, 0))?);
    }
    Ok(found)
}

fn from_cells(cells: &Cells<'_>) -> Result<Session, Failure> {
    let ended = match cells.optional(18, Cells::time)? {
        Some(at) => Some(Ended { at, reason: cells.parsed(19, EndReason::from_name)? }),
        None => None,
    };
    Ok(Session {
        id: SessionId(cells.uuid(0)?),
        realm: cells.text(1)?,
        contract: cells.text(2)?,
        account: AccountId(cells.uuid(3)?),
        created_at: cells.time(4)?,
        last_used_at: cells.time(5)?,
        refresh: RefreshState {
            generation: cells.count(6)?,
            seed: cells.array(7)?,
            rotated_at: cells.time(8)?,
            confirmed: cells.flag(9)?,
            late_retry: cells.optional(10, Cells::count)?,
        },
        expires_at: cells.time(11)?,
        absolute_until: cells.time(12)?,
        access_until: cells.optional(13, Cells::time)?,
        access_lifetime: cells.optional(14, Cells::duration)?,
        key_id: cells.text(15)?,
        user_agent: cells.text(16)?,
        device: cells.optional(20, Cells::text)?,
        remembered: cells.flag(21)?,
        address: cells.text(17)?,
        begun_by: cells.parsed(22, |name| beginnings().find(|known| *known == name))?,
        ended,
    })
}

/// Starts a session. Guard: the account's version.
pub(crate) fn start(connection: &Connection, session: &Session, account_version: u64) -> Result<(), Failure> {
    accounts::has_version(connection, session.account, account_version)?;
    let sql = "INSERT INTO sessions VALUES
        (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20,
        ?21, ?22, ?23)";
    connection.prepare_cached(sql)?.execute(params![
        session.id.0.as_bytes(),
        session.realm,
        session.contract,
        session.account.0.as_bytes(),
        session.created_at.0,
        session.last_used_at.0,
        session.refresh.generation,
        session.refresh.seed,
        session.refresh.rotated_at.0,
        session.refresh.confirmed,
        session.refresh.late_retry,
        session.expires_at.0,
        session.absolute_until.0,
        session.access_until.map(|until| until.0),
        session.access_lifetime.map(millis),
        session.key_id,
        session.user_agent,
        session.address,
        session.ended.as_ref().map(|ended| ended.at.0),
        session.ended.as_ref().map(|ended| ended.reason.name()),
        session.device,
        session.remembered,
        session.begun_by,
    ])?;
    Ok(())
}

/// Where a session moves to.
pub(crate) struct Move<'a> {
    pub(crate) from: &'a RefreshState,
    pub(crate) to: &'a RefreshState,
    pub(crate) expires_at: Timestamp,
    pub(crate) access_until: Option<Timestamp>,
    pub(crate) at: Timestamp,
}

/// Moves a session. Guards: not ended, same generation, same late-retry mark. The columns become what
/// `Session::moved` says: within a generation nothing is taken back.
pub(crate) fn advance(connection: &Connection, session: SessionId, step: &Move<'_>) -> Result<(), Failure> {
    let sql = "UPDATE sessions SET generation = ?4, seed = ?5, rotated_at = ?6,
        confirmed = ?7 OR (confirmed AND generation = ?4), late_retry = ?8, expires_at = max(expires_at, ?9),
        access_until = max(coalesce(access_until, ?10), ?10), last_used_at = max(last_used_at, ?11)
        WHERE id = ?1 AND ended_at IS NULL AND generation = ?2 AND late_retry IS ?3";
    met(connection.prepare_cached(sql)?.execute(params![
        session.0.as_bytes(),
        step.from.generation,
        step.from.late_retry,
        step.to.generation,
        step.to.seed,
        step.to.rotated_at.0,
        step.to.confirmed,
        step.to.late_retry,
        step.expires_at.0,
        step.access_until.map(|until| until.0),
        step.at.0,
    ])?)
}

/// Notes that a session was used.
pub(crate) fn touch(connection: &Connection, session: SessionId, at: Timestamp) -> Result<(), Failure> {
    let sql = "UPDATE sessions SET last_used_at = ?2 WHERE id = ?1";
    connection.prepare_cached(sql)?.execute(params![session.0.as_bytes(), at.0])?;
    Ok(())
}

/// Whether two sessions are of the same account.
pub(crate) fn of_one_account(
    connection: &Connection,
    one: SessionId,
    other: SessionId,
) -> Result<bool, Failure> {
    let sql =
        "SELECT (SELECT account FROM sessions WHERE id = ?1) IS (SELECT account FROM sessions WHERE id = ?2)";
    let mut statement = connection.prepare_cached(sql)?;
    Ok(statement.query_row(params![one.0.as_bytes(), other.0.as_bytes()], |row| row.get(0))?)
}

/// Ends one session. Guard: it has not ended.
pub(crate) fn end(connection: &Connection, session: SessionId, how: &Ended) -> Result<(), Failure> {
    let sql = "UPDATE sessions SET ended_at = ?2, end_reason = ?3 WHERE id = ?1 AND ended_at IS NULL";
    let mut statement = connection.prepare_cached(sql)?;
    met(statement.execute(params![session.0.as_bytes(), how.at.0, how.reason.name()])?)
}

/// Ends what has not ended of an account, expired or not: an expired session could still be moved by a decision
/// under way. Says which ones were alive, oldest first.
pub(crate) fn end_all(
    connection: &Connection,
    account: AccountId,
    except: Option<SessionId>,
    how: &Ended,
) -> Result<Vec<SessionId>, Failure> {
    let sql = "UPDATE sessions SET ended_at = ?3, end_reason = ?4
        WHERE account = ?1 AND ended_at IS NULL AND id IS NOT ?2
        RETURNING id, min(expires_at, absolute_until) > ?3";
    let except = except.map(|id| *id.0.as_bytes());
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params![account.0.as_bytes(), except, how.at.0, how.reason.name()])?;
    let mut ended = Vec::new();
    while let Some(row) = rows.next()? {
        if row.get(1)? {
            ended.push(SessionId(Cells::new(row, &TABLE, 0).uuid(0)?));
        }
    }
    ended.sort_unstable();
    Ok(ended)
}

/// How many rows one sweep looks at. There is no index on expiry, because every refresh would have to move its
/// entry; so sweeps go round the table instead, a piece at a time.
const SWEEP_PIECE: i64 = 20_000;

/// Removes sessions that are long over, looking at a piece of the table after `after`. Says how many went, and
/// where the next sweep goes on.
pub(crate) fn sweep(connection: &Connection, now: Timestamp, after: i64) -> Result<(usize, i64), Failure> {
    let sql = "SELECT count(*), max(rowid) FROM
        (SELECT rowid FROM sessions WHERE rowid > ?1 ORDER BY rowid LIMIT ?2)";
    let (looked_at, last): (i64, Option<i64>) = connection
        .prepare_cached(sql)?
        .query_row(params![after, SWEEP_PIECE], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let last = last.unwrap_or(after);
    let sql =
        "DELETE FROM sessions WHERE rowid IN (SELECT rowid FROM sessions WHERE rowid > ?1 AND rowid <= ?2
        AND min(expires_at, absolute_until) <= ?3 AND ifnull(access_until, ?3) <= ?3 LIMIT ?4)
        RETURNING id";
    let over = now.0.saturating_sub(millis(KEPT_AFTER_EXPIRY));
    let gone = {
        let mut statement = connection.prepare_cached(sql)?;
        let mut rows = statement.query(params![after, last, over, crate::SWEEP_AT_MOST])?;
        let mut gone = Vec::new();
        while let Some(row) = rows.next()? {
            gone.push(SessionId(Cells::new(row, &TABLE, 0).uuid(0)?));
        }
        gone
    };
    token_notes::forget(connection, &gone)?;
    let gone = gone.len();
    let next = match () {
        () if gone >= usize::from(crate::SWEEP_AT_MOST) => after,
        () if looked_at < SWEEP_PIECE => 0,
        () => last,
    };
    Ok((gone, next))
}
