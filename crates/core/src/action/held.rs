//! Values of unique profile fields: whose one is, and how it becomes an account's own.

use super::Context;
use crate::account::AccountId;
use crate::change::{AccountUpdate, Change};
use crate::fault::Fault;
use crate::policy::Policy;
use crate::profile::Field;
use serde_json::{Map, Value};

/// The first unique field, in written order, whose value in this profile is another account's.
pub(super) async fn held_by_another(
    account: Option<AccountId>,
    profile: &Map<String, Value>,
    cx: &Context<'_>,
) -> Result<Option<String>, Fault> {
    let policy = cx.setting.policy;
    for (field, value) in values(policy, profile) {
        let Some(value) = value else { continue };
        let holder = cx.services.store.value_holder(&policy.realm, &field.name, &value).await?;
        if holder.is_some() && holder != account {
            return Ok(Some(field.name.clone()));
        }
    }
    Ok(None)
}

/// What must be written beside these changes for the accounts in them to hold their unique values.
pub(super) fn holding(changes: &[Change], policy: &Policy) -> Vec<Change> {
    let mut held = Vec::new();
    for change in changes {
        let (account, profile) = match change {
            Change::CreateAccount { account, .. } => (account.id, &account.profile),
            Change::UpdateAccount { account, update: AccountUpdate::Profile(profile), .. } => {
                (*account, profile)
            }
            _ => continue,
        };
        held.extend(values(policy, profile).map(|(field, value)| Change::HoldValue {
            realm: policy.realm.clone(),
            account,
            field: field.name.clone(),
            value,
        }));
    }
    held
}

/// The unique fields with their values as they are compared.
fn values<'p>(
    policy: &'p Policy,
    profile: &'p Map<String, Value>,
) -> impl Iterator<Item = (&'p Field, Option<String>)> {
    let unique = policy.profile.fields.iter().filter(|field| field.unique.is_some());
    unique.map(|field| (field, profile.get(&field.name).and_then(|value| field.canonical(value))))
}
