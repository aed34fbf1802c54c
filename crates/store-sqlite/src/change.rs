//! Makes the changes of one apply: each goes to its table.

use crate::error::Failure;
use crate::sessions::Move;
use crate::tallies::Count;
use crate::{
    accounts, audit, changed_fields, codes, held_values, keys, outbox, segments, sessions, tallies,
    token_notes,
};
use doorward_core::change::{Applied, Change};
use doorward_core::session::Ended;
use rusqlite::Connection;

/// Makes all changes in order; at the first failure some are made, and the caller takes them back.
pub(crate) fn make_all(connection: &Connection, changes: &[Change]) -> Result<Applied, Failure> {
    let mut applied = Applied::default();
    for change in changes {
        make(connection, change, &mut applied)?;
    }
    Ok(applied)
}

fn make(connection: &Connection, change: &Change, applied: &mut Applied) -> Result<(), Failure> {
    match change {
        Change::CreateAccount { account, sequence } => {
            accounts::create(connection, account, *sequence, applied)
        }
        Change::UpdateAccount { account, version, update, at } => {
            accounts::update(connection, (*account, *version), update, *at)
        }
        Change::HasVersion { account, version } => accounts::has_version(connection, *account, *version),
        Change::GivePublicIds { account, ids, sequence } => {
            accounts::give_ids(connection, *account, (ids, *sequence), applied)
        }
        Change::DeleteAccount { account, version } => accounts::delete(connection, *account, *version),
        Change::UpgradeHash { account, from, to } => accounts::upgrade_hash(connection, *account, from, to),
        Change::NoteLogin { account, login } => accounts::note_login(connection, *account, login),
        Change::StartSession { session, account_version } => {
            sessions::start(connection, session, *account_version)
        }
        Change::MoveSession { session, from, to, expires_at, access_until, at } => {
            let step = Move { from, to, expires_at: *expires_at, access_until: *access_until, at: *at };
            sessions::advance(connection, *session, &step)
        }
        Change::NoteToken { note, at } => {
            applied.ended.extend(token_notes::put(connection, note, *at)?);
            Ok(())
        }
        Change::TouchSession { session, at } => sessions::touch(connection, *session, *at),
        Change::EndSession { session, reason, at } => {
            sessions::end(connection, *session, &Ended { at: *at, reason: *reason })?;
            applied.ended.push(*session);
            Ok(())
        }
        Change::EndSessions { account, version, except, reason, at } => {
            if let Some(version) = version {
                accounts::has_version(connection, *account, *version)?;
            }
            accounts::bump_version(connection, *account)?;
            let how = Ended { at: *at, reason: *reason };
            applied.ended.extend(sessions::end_all(connection, *account, *except, &how)?);
            Ok(())
        }
        Change::PutCode(code) => codes::put(connection, code),
        Change::NewestIs { realm, purpose, destination, code } => {
            codes::newest_is(connection, (realm, *purpose, destination), *code)
        }
        Change::SpendCode { code, at } => codes::spend(connection, *code, *at),
        Change::DropCodes { realm, purpose, destination } => {
            codes::drop_for(connection, realm, *purpose, destination)
        }
        Change::Count { realm, key, below, at, until } => {
            tallies::add(connection, &Count { realm, key, below: *below, at: *at, until: *until })
        }
        Change::TallyBelow { realm, key, below, at } => {
            tallies::stands_below(connection, (realm, key), *below, *at)
        }
        Change::QueueMail(mail) => outbox::queue(connection, mail),
        Change::MailDelivered(id) => outbox::wipe(connection, *id),
        Change::MailPutOff { id, next_at, failure } => {
            outbox::put_off(connection, *id, *next_at, failure.as_deref())
        }
        Change::MailDied { id, at, failure } => outbox::give_up(connection, *id, *at, failure),
        Change::MailRevived { id, next_at } => outbox::revive(connection, *id, *next_at),
        Change::SealAudit(segment) => segments::put(connection, segment),
        Change::PruneAudit { through, mark } => segments::prune(connection, *through, mark),
        Change::PutKey(key) => keys::put(connection, key),
        Change::HoldValue { realm, account, field, value } => {
            held_values::hold(connection, (realm, *account), field, value.as_deref())
        }
        Change::NoteChange { account, field, at } => changed_fields::note(connection, *account, field, *at),
        Change::Audit(event) => audit::write(connection, event),
    }
}
