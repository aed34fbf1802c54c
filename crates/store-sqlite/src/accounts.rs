//! The table `accounts`.

use crate::error::{Failure, met};
use crate::row::{Cells, Table, number};
use crate::{changed_fields, held_values, identifiers, public_ids};
use doorward_core::account::{Account, AccountId, LastLogin};
use doorward_core::change::{AccountUpdate, Applied};
use doorward_core::password::PasswordHash;
use doorward_core::port::AccountPage;
use doorward_core::public_id::PublicId;
use doorward_core::standing::{Lock, Standing, Status};
use doorward_core::time::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

/// How accounts are selected.
pub(crate) const TABLE: Table = Table {
    name: "accounts",
    columns: &[
        "id",
        "realm",
        "version",
        "password",
        "profile",
        "roles",
        "must_change_password",
        "locked",
        "created_at",
        "updated_at",
        "last_login_at",
        "last_login_address",
        "status",
        "status_reason",
        "locked_until",
        "lock_reason",
        "expires_at",
        "closes_at",
    ],
};

const BY_ID: &str =
    "SELECT id, realm, version, password, profile, roles, must_change_password, locked, created_at,
    updated_at, last_login_at, last_login_address, status, status_reason, locked_until, lock_reason, expires_at,
    closes_at
    FROM accounts WHERE id = ?1";
const PAGE: &str =
    "SELECT id, realm, version, password, profile, roles, must_change_password, locked, created_at,
    updated_at, last_login_at, last_login_address, status, status_reason, locked_until, lock_reason, expires_at,
    closes_at
    FROM accounts
    WHERE realm = ?1 AND id > ?2 ORDER BY id LIMIT ?3";
const CLOSED: &str =
    "SELECT id, realm, version, password, profile, roles, must_change_password, locked, created_at,
    updated_at, last_login_at, last_login_address, status, status_reason, locked_until, lock_reason, expires_at,
    closes_at
    FROM accounts WHERE closes_at <= ?1 ORDER BY closes_at, id LIMIT ?2";

/// The account with this id, in whatever realm.
pub(crate) fn by_id(connection: &Connection, id: Uuid) -> Result<Option<Account>, Failure> {
    let mut statement = connection.prepare_cached(BY_ID)?;
    let mut rows = statement.query([id.as_bytes()])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let mut account = from_cells(&Cells::new(row, &TABLE, 0))?;
    complete(connection, &mut account)?;
    Ok(Some(account))
}

/// Accounts of a realm in order of id.
pub(crate) fn page(
    connection: &Connection,
    realm: &str,
    page: &AccountPage,
) -> Result<Vec<Account>, Failure> {
    // Before the first id comes the empty one.
    let after = page.after.map_or_else(Vec::new, |id| id.0.as_bytes().to_vec());
    let mut statement = connection.prepare_cached(PAGE)?;
    let mut rows = statement.query(params![realm, after, page.limit])?;
    let mut accounts = Vec::new();
    while let Some(row) = rows.next()? {
        accounts.push(from_cells(&Cells::new(row, &TABLE, 0))?);
    }
    for account in &mut accounts {
        complete(connection, account)?;
    }
    Ok(accounts)
}

/// Accounts whose closing is over.
pub(crate) fn closed(connection: &Connection, now: Timestamp, limit: u32) -> Result<Vec<Account>, Failure> {
    let mut statement = connection.prepare_cached(CLOSED)?;
    let mut rows = statement.query(params![now.0, limit])?;
    let mut accounts = Vec::new();
    while let Some(row) = rows.next()? {
        accounts.push(from_cells(&Cells::new(row, &TABLE, 0))?);
    }
    for account in &mut accounts {
        complete(connection, account)?;
    }
    Ok(accounts)
}

/// An account without its identifiers and public ids.
pub(crate) fn from_cells(cells: &Cells<'_>) -> Result<Account, Failure> {
    let last_login = match cells.optional(10, Cells::time)? {
        Some(at) => Some(LastLogin { at, address: cells.text(11)? }),
        None => None,
    };
    Ok(Account {
        id: AccountId(cells.uuid(0)?),
        realm: cells.text(1)?,
        version: cells.whole(2)?,
        identifiers: Vec::new(),
        public_ids: Vec::new(),
        password: cells.optional(3, Cells::text)?.map(PasswordHash::new),
        profile: cells.parsed(4, |text| serde_json::from_str(text).ok())?,
        roles: cells.parsed(5, |text| serde_json::from_str(text).ok())?,
        must_change_password: cells.flag(6)?,
        standing: standing(cells)?,
        created_at: cells.time(8)?,
        updated_at: cells.time(9)?,
        last_login,
    })
}

fn standing(cells: &Cells<'_>) -> Result<Standing, Failure> {
    let lock = match cells.flag(7)? {
        true => {
            Some(Lock { until: cells.optional(14, Cells::time)?, reason: cells.optional(15, Cells::text)? })
        }
        false => None,
    };
    let closes_at = cells.optional(17, Cells::time)?;
    Ok(Standing {
        status: cells.parsed(12, |name| Status::of_store(name, closes_at))?,
        reason: cells.optional(13, Cells::text)?,
        lock,
        expires_at: cells.optional(16, Cells::time)?,
    })
}

/// Adds what lies in tables of its own.
pub(crate) fn complete(connection: &Connection, account: &mut Account) -> Result<(), Failure> {
    account.identifiers = identifiers::of_account(connection, account.id)?;
    account.public_ids = public_ids::of_account(connection, account.id)?;
    Ok(())
}

/// Gives an account more public ids. Guard: it is there, and has none of these kinds.
pub(crate) fn give_ids(
    connection: &Connection,
    id: AccountId,
    (ids, sequence): (&[PublicId], bool),
    applied: &mut Applied,
) -> Result<(), Failure> {
    let account = by_id(connection, id.0)?.ok_or(Failure::Conflict)?;
    let given = |kind: &str| ids.iter().any(|id| id.kind == kind) || (sequence && kind == "sequence");
    if account.public_ids.iter().any(|known| given(&known.kind)) {
        return Err(Failure::Conflict);
    }
    public_ids::add(
        connection,
        &Account { public_ids: ids.to_vec(), ..account.clone() },
        (account.public_ids.len(), sequence),
        applied,
    )
}

/// Adds an account with its identifiers and public ids; unique indexes are the guard.
pub(crate) fn create(
    connection: &Connection,
    account: &Account,
    sequence: bool,
    applied: &mut Applied,
) -> Result<(), Failure> {
    let sql = "INSERT INTO accounts VALUES
        (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)";
    let standing = &account.standing;
    connection.prepare_cached(sql)?.execute(params![
        account.id.0.as_bytes(),
        account.realm,
        number(account.version),
        account.password.as_ref().map(PasswordHash::expose),
        serde_json::Value::Object(account.profile.clone()).to_string(),
        serde_json::Value::from(account.roles.clone()).to_string(),
        account.must_change_password,
        standing.lock.is_some(),
        account.created_at.0,
        account.updated_at.0,
        account.last_login.as_ref().map(|login| login.at.0),
        account.last_login.as_ref().map(|login| &login.address),
        standing.status.name(),
        standing.reason,
        standing.lock.as_ref().and_then(|lock| lock.until).map(|until| until.0),
        standing.lock.as_ref().and_then(|lock| lock.reason.as_ref()),
        standing.expires_at.map(|end| end.0),
        standing.status.closes_at().map(|end| end.0),
    ])?;
    identifiers::add(connection, (&account.realm, account.id), &account.identifiers)?;
    public_ids::add(connection, account, (0, sequence), applied)
}

/// Sets what the update says. Guards: the version, and for identifiers the unique index.
pub(crate) fn update(
    connection: &Connection,
    (account, version): (AccountId, u64),
    update: &AccountUpdate,
    at: Timestamp,
) -> Result<(), Failure> {
    let (id, version, at) = (account.0.as_bytes(), number(version), at.0);
    let rows = match update {
        AccountUpdate::Password { hash, must_change } => connection
            .prepare_cached(
                "UPDATE accounts SET version = version + 1, updated_at = ?3, password = ?4,
                 must_change_password = ?5 WHERE id = ?1 AND version = ?2",
            )?
            .execute(params![id, version, at, hash.expose(), must_change])?,
        AccountUpdate::Standing(standing) => set_standing(connection, (id, version, at), standing)?,
        AccountUpdate::Roles(roles) => connection
            .prepare_cached(
                "UPDATE accounts SET version = version + 1, updated_at = ?3, roles = ?4
                 WHERE id = ?1 AND version = ?2",
            )?
            .execute(params![id, version, at, serde_json::Value::from(roles.clone()).to_string()])?,
        AccountUpdate::MustChange(must_change) => connection
            .prepare_cached(
                "UPDATE accounts SET version = version + 1, updated_at = ?3, must_change_password = ?4
                 WHERE id = ?1 AND version = ?2",
            )?
            .execute(params![id, version, at, must_change])?,
        AccountUpdate::Profile(profile) => connection
            .prepare_cached(
                "UPDATE accounts SET version = version + 1, updated_at = ?3, profile = ?4
                 WHERE id = ?1 AND version = ?2",
            )?
            .execute(params![id, version, at, serde_json::Value::Object(profile.clone()).to_string()])?,
        AccountUpdate::Identifiers(_) => connection
            .prepare_cached(
                "UPDATE accounts SET version = version + 1, updated_at = ?3 WHERE id = ?1 AND version = ?2",
            )?
            .execute(params![id, version, at])?,
    };
    met(rows)?;
    match update {
        AccountUpdate::Identifiers(identifiers) => identifiers::replace(connection, account, identifiers),
        _ => Ok(()),
    }
}

fn set_standing(
    connection: &Connection,
    (id, version, at): (&[u8; 16], i64, i64),
    standing: &Standing,
) -> Result<usize, Failure> {
    let sql = "UPDATE accounts SET version = version + 1, updated_at = ?3, locked = ?4, status = ?5,
        status_reason = ?6, locked_until = ?7, lock_reason = ?8, expires_at = ?9, closes_at = ?10
        WHERE id = ?1 AND version = ?2";
    let lock = standing.lock.as_ref();
    Ok(connection.prepare_cached(sql)?.execute(params![
        id,
        version,
        at,
        lock.is_some(),
        standing.status.name(),
        standing.reason,
        lock.and_then(|lock| lock.until).map(|until| until.0),
        lock.and_then(|lock| lock.reason.as_ref()),
        standing.expires_at.map(|end| end.0),
        standing.status.closes_at().map(|end| end.0),
    ])?)
}

/// Removes an account with its identifiers and public ids. Guard: the version.
pub(crate) fn delete(connection: &Connection, account: AccountId, version: u64) -> Result<(), Failure> {
    let sql = "DELETE FROM accounts WHERE id = ?1 AND version = ?2";
    met(connection.prepare_cached(sql)?.execute(params![account.0.as_bytes(), number(version)])?)?;
    identifiers::remove(connection, account)?;
    held_values::remove(connection, account)?;
    changed_fields::remove(connection, account)?;
    public_ids::remove(connection, account)
}

/// Replaces a hash, if it is still the one that was verified.
pub(crate) fn upgrade_hash(
    connection: &Connection,
    account: AccountId,
    from: &PasswordHash,
    to: &PasswordHash,
) -> Result<(), Failure> {
    let sql = "UPDATE accounts SET password = ?3 WHERE id = ?1 AND password = ?2";
    connection.prepare_cached(sql)?.execute(params![account.0.as_bytes(), from.expose(), to.expose()])?;
    Ok(())
}

/// Notes a sign-in.
pub(crate) fn note_login(
    connection: &Connection,
    account: AccountId,
    login: &LastLogin,
) -> Result<(), Failure> {
    let sql = "UPDATE accounts SET last_login_at = ?2, last_login_address = ?3 WHERE id = ?1";
    connection.prepare_cached(sql)?.execute(params![account.0.as_bytes(), login.at.0, login.address])?;
    Ok(())
}

/// The guard of a change beside the account: it has this version.
pub(crate) fn has_version(connection: &Connection, account: AccountId, version: u64) -> Result<(), Failure> {
    let sql = "SELECT 1 FROM accounts WHERE id = ?1 AND version = ?2";
    let mut statement = connection.prepare_cached(sql)?;
    let found = statement.query_row(params![account.0.as_bytes(), number(version)], |_| Ok(())).optional()?;
    found.ok_or(Failure::Conflict)
}

/// Bumps the version, if the account is there.
pub(crate) fn bump_version(connection: &Connection, account: AccountId) -> Result<(), Failure> {
    let sql = "UPDATE accounts SET version = version + 1 WHERE id = ?1";
    connection.prepare_cached(sql)?.execute([account.0.as_bytes()])?;
    Ok(())
}
