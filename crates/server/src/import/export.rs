//! Accounts as lines of the format in which they are imported, with everything that is known of them.

use crate::account::Reply;
use crate::realm::OpenRealm;
use doorward_core::account::{Account, AccountId};
use doorward_core::action::Services;
use doorward_core::fault::Fault;
use doorward_core::identifier::IdentifierKind;
use doorward_core::policy::Policy;
use doorward_core::port::AccountPage;
use doorward_core::public_id::PublicIdKind;
use doorward_core::standing::Status;
use doorward_core::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// Which part of a realm's accounts.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Page {
    /// Only accounts after the one with this internal id.
    pub after: Option<String>,
    /// How many at most.
    pub limit: u32,
}

/// The lines of a page, each with the internal id of its account.
///
/// # Errors
/// The store failed.
pub async fn export(page: &Page, realm: &OpenRealm, services: &Services) -> Result<Reply, Fault> {
    let after = page.after.as_ref().and_then(|text| uuid::Uuid::parse_str(text).ok()).map(AccountId);
    let asked = AccountPage { after, limit: page.limit };
    let accounts = services.store.accounts(&realm.name, &asked).await?;
    let line = |account: &Account| json!([account.id.0.to_string(), line(account, &realm.policy)]);
    Ok(Reply::Done { outcome: "exported".to_owned(), accounts: accounts.iter().map(line).collect() })
}

fn at(time: Timestamp) -> Value {
    jiff::Timestamp::from_millisecond(time.0).map_or(Value::Null, |time| json!(time.to_string()))
}

/// One account.
pub(super) fn line(account: &Account, policy: &Policy) -> Value {
    let mut line = Map::new();
    let mut put = |name: &str, value: Value| {
        if !value.is_null() {
            line.insert(name.to_owned(), value);
        }
    };
    put("id", shown_id(account, policy));
    let others = other_ids(account, policy);
    put("ids", if others.is_empty() { Value::Null } else { Value::Object(others) });
    if policy.id != PublicIdKind::Uuid {
        put("uuid", json!(account.id.0.to_string()));
    }
    for identifier in IdentifierKind::ALL.into_iter().filter_map(|kind| account.identifier(kind)) {
        let name = identifier.kind.name();
        put(name, json!(identifier.written));
        put(&format!("{name}_verified"), said(identifier.verified));
    }
    put("password_hash", json!(account.password.as_ref().map(|hash| hash.expose())));
    let profile = Value::Object(account.profile.clone());
    put("profile", if account.profile.is_empty() { Value::Null } else { profile });
    put("roles", json!(account.roles));
    put("must_change_password", said(account.must_change_password));
    let standing = &account.standing;
    put(
        "status",
        if standing.status == Status::Active { Value::Null } else { json!(standing.status.name()) },
    );
    put("status_reason", json!(standing.reason));
    put("closes_at", standing.status.closes_at().map_or(Value::Null, at));
    put("locked", said(standing.lock.is_some()));
    let lock = standing.lock.as_ref();
    put("locked_until", lock.and_then(|lock| lock.until).map_or(Value::Null, at));
    put("lock_reason", json!(lock.and_then(|lock| lock.reason.as_ref())));
    put("expires_at", standing.expires_at.map_or(Value::Null, at));
    put("created_at", at(account.created_at));
    put(
        "updated_at",
        if account.updated_at == account.created_at { Value::Null } else { at(account.updated_at) },
    );
    let login = account.last_login.as_ref();
    put("last_login_at", login.map_or(Value::Null, |login| at(login.at)));
    let address = login.map(|login| &login.address).filter(|address| !address.is_empty());
    put("last_login_address", json!(address));
    Value::Object(line)
}

/// What is the case is said, what is not is left out.
fn said(flag: bool) -> Value {
    if flag { Value::Bool(true) } else { Value::Null }
}

/// The id that the realm's first contract shows; a number where it counts.
fn shown_id(account: &Account, policy: &Policy) -> Value {
    match &policy.id {
        PublicIdKind::Identifier(_) => Value::Null,
        PublicIdKind::Sequence => {
            let number = account.public_id(&policy.id).and_then(|id| id.parse::<u64>().ok());
            json!(number)
        }
        kind => json!(account.public_id(kind)),
    }
}

fn other_ids(account: &Account, policy: &Policy) -> Map<String, Value> {
    let stored = |kind: &&PublicIdKind| {
        **kind != policy.id && !matches!(kind, PublicIdKind::Uuid | PublicIdKind::Identifier(_))
    };
    let id = |kind: &PublicIdKind| Some((kind.name(), json!(account.public_id(kind)?)));
    policy.realm_ids.iter().filter(stored).filter_map(id).collect()
}
