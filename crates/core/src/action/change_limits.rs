//! What an account's owner may change only once, or only now and then: profile fields and identifiers.

use super::{Context, Setting};
use crate::account::Account;
use crate::change::Change;
use crate::fault::Fault;
use crate::identifier::{Identifier, IdentifierKind};
use crate::outcome::{Answer, Outcome as Name};
use crate::policy::Policy;
use crate::profile::ChangeLimit;
use crate::time::Timestamp;
use serde_json::{Map, Value};
use std::time::Duration;

/// What an account is to have.
#[derive(Clone, Copy)]
pub(super) struct Wished<'a> {
    pub(super) identifiers: &'a [Identifier],
    pub(super) profile: &'a Map<String, Value>,
}

/// Why a value may not change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unchangeable {
    /// It is set once, and set: this field.
    AlreadySet(String),
    /// It has changed not so long ago: when it may again.
    TooSoon(Duration),
}

impl From<Unchangeable> for Answer {
    fn from(why: Unchangeable) -> Answer {
        match why {
            Unchangeable::AlreadySet(field) => Answer::bare(Name::AlreadySet).with("field", field),
            Unchangeable::TooSoon(wait) => Answer::too_soon(wait),
        }
    }
}

/// The first limit in the way of this change, identifiers first, then fields in written order.
pub(super) async fn in_the_way(
    before: &Account,
    after: Wished<'_>,
    cx: &Context<'_>,
) -> Result<Option<Unchangeable>, Fault> {
    let changes = limited(before, after, cx.setting.policy);
    if let Some(set) = changes.iter().find(|change| change.limit.once && change.was_set) {
        return Ok(Some(Unchangeable::AlreadySet(set.name.to_owned())));
    }
    if changes.iter().all(|change| change.limit.every.is_none()) {
        return Ok(None);
    }
    let noted = cx.services.store.changed_fields(before.id).await?;
    let last = |name: &str| noted.iter().find(|(field, _)| field == name).map(|(_, at)| *at);
    let waits = changes.iter().filter_map(|change| {
        let until = last(change.name)?.plus(change.limit.every?);
        (cx.setting.now < until).then(|| until.since(cx.setting.now))
    });
    Ok(waits.max().map(Unchangeable::TooSoon))
}

/// What must be written beside this change, so that the next one is known to be too soon.
pub(super) fn noted(before: &Account, after: Wished<'_>, at: &Setting<'_>) -> Vec<Change> {
    let changes = limited(before, after, at.policy);
    let timed = changes.iter().filter(|change| change.limit.every.is_some());
    timed.map(|change| note(before, change.name, at.now)).collect()
}

fn note(account: &Account, field: &str, at: Timestamp) -> Change {
    Change::NoteChange { account: account.id, field: field.to_owned(), at }
}

/// A limited value that is to change.
struct Limited<'p> {
    name: &'p str,
    limit: ChangeLimit,
    was_set: bool,
}

fn limited<'p>(before: &Account, after: Wished<'_>, policy: &'p Policy) -> Vec<Limited<'p>> {
    let mut changes = Vec::new();
    for (kind, limit) in &policy.changes {
        // Another spelling of the same is no change.
        let old = canonical(&before.identifiers, *kind);
        if old != canonical(after.identifiers, *kind) {
            changes.push(Limited { name: kind.name(), limit: *limit, was_set: old.is_some() });
        }
    }
    for field in policy.profile.fields.iter().filter(|field| field.changes != ChangeLimit::default()) {
        let value = |profile: &Map<String, Value>| profile.get(&field.name).cloned().unwrap_or(Value::Null);
        let old = value(&before.profile);
        if old != value(after.profile) {
            let was_set = !old.is_null() && field.default.as_ref() != Some(&old);
            changes.push(Limited { name: &field.name, limit: field.changes, was_set });
        }
    }
    changes
}

fn canonical(identifiers: &[Identifier], kind: IdentifierKind) -> Option<&str> {
    let found = identifiers.iter().find(|identifier| identifier.kind == kind);
    found.map(|identifier| identifier.canonical.as_str())
}
