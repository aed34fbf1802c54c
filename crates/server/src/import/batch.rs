//! A batch of rows, where the data is: they become accounts under the realm's rules and are added in one apply.

use super::row::{Rules, account};
use crate::account::Reply;
use crate::realm::{OpenRealm, operator_client};
use doorward_core::action::operator::{Arriving, Fate, ImportAccounts};
use doorward_core::action::{Context, Services, Setting, perform};
use doorward_core::fault::Fault;
use doorward_core::policy::Policy;
use doorward_core::port::uuid_v7;
use doorward_core::profile::ProfileSchema;
use doorward_core::public_id::PublicIdKind;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// Rows of a file, ready to become accounts. They hold password hashes, so they cannot be printed.
#[derive(Clone, Serialize, Deserialize)]
pub struct Batch {
    /// The file's name and the lines, for the audit trail.
    pub source: String,
    /// The rows: members by name.
    pub rows: Vec<Row>,
    /// Whether nothing is written.
    pub dry_run: bool,
}

/// One row.
pub type Row = Map<String, Value>;

/// What rows of this realm may say, for whoever reads the file: the kinds of identifiers, the profile's fields, and
/// whether ids are numbers that the realm counts.
#[must_use]
pub fn describe(realm: &[&OpenRealm]) -> Reply {
    let Some(policy) = of_all(realm) else { return Reply::refused("usage", "there is no such realm") };
    let identifiers: Vec<&str> = policy.identifiers.iter().map(|rule| rule.kind.name()).collect();
    let fields: Vec<&str> = policy.profile.fields.iter().map(|field| field.name.as_str()).collect();
    let counted = policy.realm_ids.contains(&PublicIdKind::Sequence);
    let described = json!({"identifiers": identifiers, "fields": fields, "counted": counted});
    Reply::Done { outcome: "described".to_owned(), accounts: vec![described] }
}

/// The rules of all contracts of a realm.
fn of_all(realm: &[&OpenRealm]) -> Option<Policy> {
    let first = realm.first()?;
    let mut policy = first.plan.policy(&first.name, &first.policy.realm_ids);
    policy.contract.clone_from(&first.operator_policy.contract);
    for other in realm.iter().skip(1) {
        for rule in &other.policy.identifiers {
            if policy.identifier(rule.kind).is_none() {
                policy.identifiers.push(*rule);
            }
        }
        for field in &other.policy.profile.fields {
            if policy.profile.field(&field.name).is_none() {
                policy.profile.fields.push(field.clone());
            }
        }
    }
    Some(policy)
}

/// Adds a batch. The reply has for each row `"added"`, `"there"`, or an object with `member` and `why`; in a dry run
/// also `keys`, by which the row's account is told from those of other rows.
///
/// # Errors
/// Infrastructure failed.
pub async fn add(batch: &Batch, realm: &[&OpenRealm], services: &Services) -> Result<Reply, Fault> {
    let Some((policy, first)) = of_all(realm).zip(realm.first()) else {
        return Ok(Reply::refused("usage", "there is no such realm"));
    };
    let profiles: Vec<&ProfileSchema> = realm.iter().map(|one| &one.policy.profile).collect();
    let (now, dice) = (services.clock.now(), services.dice.as_ref());
    let rules = Rules { policy: &policy, profiles: &profiles, now, dice };
    let mut told: Vec<Option<Value>> = Vec::with_capacity(batch.rows.len());
    let mut accounts = Vec::new();
    for row in &batch.rows {
        match account(row, &rules) {
            Ok(arriving) => {
                told.push(None);
                accounts.push(arriving);
            }
            Err((member, why)) => told.push(Some(json!({"member": member, "why": why}))),
        }
    }
    let keys: Vec<Vec<String>> = match batch.dry_run {
        true => accounts.iter().map(|arriving| keys(arriving, &policy)).collect(),
        false => Vec::new(),
    };
    let client = operator_client(uuid_v7(now, dice).to_string());
    let own = first.as_operator(&client, services);
    let cx = Context { setting: Setting { policy: &policy, ..own.setting }, ..own };
    let fates = fates(accounts, batch, &cx).await?;
    let mut fates = fates.iter().enumerate().map(|(at, fate)| said(fate, keys.get(at)));
    let told = told.into_iter().map(|told| told.or_else(|| fates.next()).unwrap_or_default()).collect();
    Ok(Reply::Done { outcome: "imported".to_owned(), accounts: told })
}

async fn fates(accounts: Vec<Arriving>, batch: &Batch, cx: &Context<'_>) -> Result<Vec<Fate>, Fault> {
    let (source, dry_run) = (batch.source.clone(), batch.dry_run);
    let together = ImportAccounts { accounts, source: source.clone(), dry_run };
    match perform(&together, cx).await {
        Ok(answer) => Ok(Fate::of_answer(&answer)),
        // One of them cannot be added, whatever is read: its internal id is an account's of another realm.
        Err(Fault::Contention) => {
            let mut fates = Vec::new();
            for arriving in together.accounts {
                let alone = ImportAccounts { accounts: vec![arriving], source: source.clone(), dry_run };
                fates.extend(match perform(&alone, cx).await {
                    Ok(answer) => Fate::of_answer(&answer),
                    Err(Fault::Contention) => vec![Fate::Taken("uuid".to_owned())],
                    Err(fault) => return Err(fault),
                });
            }
            Ok(fates)
        }
        Err(fault) => Err(fault),
    }
}

fn said(fate: &Fate, keys: Option<&Vec<String>>) -> Value {
    match (fate, keys) {
        (Fate::Added, Some(keys)) => json!({"keys": keys}),
        (Fate::Added, None) => json!("added"),
        (Fate::There, _) => json!("there"),
        (Fate::Taken(member), _) => {
            let name = member.strip_prefix("profile.").unwrap_or(member);
            json!({"member": member, "why": format!("another account has this {name}")})
        }
    }
}

/// What no two rows of a file may share, each after the member's name.
fn keys(Arriving { account, brought }: &Arriving, policy: &Policy) -> Vec<String> {
    let mut keys: Vec<String> =
        account.identifiers.iter().map(|one| format!("{} {}", one.kind.name(), one.canonical)).collect();
    if brought.iter().any(|name| name == "uuid") {
        keys.push(format!("uuid {}", account.id.0));
    }
    let ids = account.public_ids.iter().filter(|id| brought.contains(&id.kind));
    keys.extend(ids.map(|id| format!("id {} {}", id.kind, id.value)));
    for field in policy.profile.fields.iter().filter(|field| field.unique.is_some()) {
        let value = account.profile.get(&field.name).and_then(|value| field.canonical(value));
        keys.extend(value.map(|value| format!("profile.{} {value}", field.name)));
    }
    keys
}
