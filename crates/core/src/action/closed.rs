//! Accounts whose closing is over: they are removed as `close_account` without a grace removes them.

use super::close_account::{self, removal};
use super::{Services, write};
use crate::account::Account;
use crate::audit::AuditEvent;
use crate::change::Change;
use crate::fault::Fault;
use crate::outcome::Outcome;
use crate::port::uuid_v7;
use crate::time::Timestamp;
use std::borrow::Cow;

const AT_ONCE: u32 = 100;

/// Removes accounts whose closing is over, so many at most, and says how many it removed. One that somebody changes
/// meanwhile is left for the next time.
///
/// # Errors
/// The store failed.
pub async fn remove_closed(services: &Services) -> Result<u64, Fault> {
    let now = services.clock.now();
    let mut removed = 0;
    for account in services.store.closed_accounts(now, AT_ONCE).await? {
        let mut changes = removal(&account, now);
        changes.push(Change::Audit(Box::new(event(&account, Outcome::Deleted.name(), (services, now)))));
        removed += u64::from(write(changes, services).await?.is_some());
    }
    Ok(removed)
}

/// The event that nobody asked for: the server itself has done it.
fn event(account: &Account, outcome: &'static str, (services, at): (&Services, Timestamp)) -> AuditEvent {
    AuditEvent {
        id: uuid_v7(at, services.dice.as_ref()),
        at,
        realm: account.realm.clone(),
        contract: String::new(),
        action: Cow::Borrowed(close_account::SPEC.name),
        outcome: Cow::Borrowed(outcome),
        account: Some(account.id),
        caller: None,
        session: None,
        address: String::new(),
        user_agent: String::new(),
        request_id: String::new(),
        note: None,
    }
}
