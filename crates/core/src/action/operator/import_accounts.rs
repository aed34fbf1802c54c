//! `import`: adds accounts that were made elsewhere, many at a time, as they are. One event in the audit trail tells of
//! all of them: a line each for a million accounts would bury what the trail is for.

use crate::account::Account;
use crate::action::{Action, Context, Decision, Setting};
use crate::change::Change;
use crate::fault::Fault;
use crate::outcome::{Answer, Outcome as Name};
use crate::policy::Policy;
use crate::public_id::PublicIdKind;
use async_trait::async_trait;
use serde_json::{Value, json};
use std::collections::HashSet;

/// The name in the audit trail.
const NAME: &str = "import_accounts";

/// The input: whole accounts, checked by the caller.
pub struct ImportAccounts {
    /// The accounts.
    pub accounts: Vec<Arriving>,
    /// Where they come from, for the audit trail.
    pub source: String,
    /// Whether nothing is written, and only said what would be.
    pub dry_run: bool,
}

/// An account that is to be added.
pub struct Arriving {
    /// The account as it is to be.
    pub account: Account,
    /// What of its own it brings, and is therefore recognised by: `uuid`, the names of kinds of public ids, and those of
    /// profile fields. The rest was drawn for it. Identifiers are always brought.
    pub brought: Vec<String>,
}

/// What became of one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It was added.
    Added,
    /// It is there already: everything it is known by is one account's.
    There,
    /// What it is known by is another account's: `id`, `uuid`, a kind of identifier, or a profile field.
    Taken(String),
}

/// What it can answer: the fate of each account, in the order of the input, and whether that was written.
pub struct Outcome(Vec<Fate>, bool);

impl From<Outcome> for Answer {
    fn from(Outcome(fates, written): Outcome) -> Answer {
        let added = written && fates.contains(&Fate::Added);
        let fates: Vec<Value> = fates.iter().map(Fate::value).collect();
        // Where nothing is added, nothing happened that the trail should tell.
        Answer::bare(if added { Name::Registered } else { Name::Listed }).with("fates", fates)
    }
}

impl Fate {
    fn value(&self) -> Value {
        match self {
            Fate::Added => json!("added"),
            Fate::There => json!("there"),
            Fate::Taken(what) => json!({"taken": what}),
        }
    }

    /// The fates that an answer tells.
    #[must_use]
    pub fn of_answer(answer: &Answer) -> Vec<Fate> {
        let fates = answer.datum("fates").and_then(Value::as_array);
        let fate = |value: &Value| match value.get("taken").and_then(Value::as_str) {
            Some(what) => Fate::Taken(what.to_owned()),
            None if value == "added" => Fate::Added,
            None => Fate::There,
        };
        fates.into_iter().flatten().map(fate).collect()
    }
}

/// Something that no two accounts of a realm have: what it is called, and its value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    of: String,
    kind: String,
    value: String,
}

impl Key {
    fn new(of: &str, kind: impl Into<String>, value: impl Into<String>) -> Key {
        Key { of: of.to_owned(), kind: kind.into(), value: value.into() }
    }
}

/// What an account is known by, as far as it was brought along.
fn keys(Arriving { account, brought }: &Arriving, policy: &Policy) -> Vec<Key> {
    let brings = |name: &str| brought.iter().any(|one| one == name);
    let mut keys = Vec::new();
    if brings("uuid") {
        keys.push(Key::new("uuid", "uuid", account.id.0.to_string()));
    }
    let ids = account.public_ids.iter().filter(|id| brings(&id.kind));
    keys.extend(ids.map(|id| Key::new("id", &id.kind, &id.value)));
    let identifiers = account.identifiers.iter();
    keys.extend(identifiers.map(|one| Key::new(one.kind.name(), one.kind.name(), &one.canonical)));
    for field in policy.profile.fields.iter().filter(|field| field.unique.is_some() && brings(&field.name)) {
        let value = account.profile.get(&field.name).and_then(|value| field.canonical(value));
        keys.extend(value.map(|value| Key::new(&format!("profile.{}", field.name), "held", value)));
    }
    keys
}

#[async_trait]
impl Action for ImportAccounts {
    type Loaded = Vec<Fate>;
    type Outcome = Outcome;

    fn name(&self) -> &'static str {
        NAME
    }

    async fn load(&self, cx: &Context<'_>) -> Result<Vec<Fate>, Fault> {
        let mut fates = Vec::with_capacity(self.accounts.len());
        let mut seen = HashSet::new();
        for arriving in &self.accounts {
            let keys = keys(arriving, cx.setting.policy);
            let mut fate = fate(&arriving.account, &keys, cx).await?;
            // A dry run adds nothing: its caller knows in which line of the file something stood before.
            if fate == Fate::Added && !self.dry_run {
                match keys.iter().find(|key| seen.contains(*key)) {
                    Some(twice) => fate = Fate::Taken(twice.of.clone()),
                    None => seen.extend(keys),
                }
            }
            fates.push(fate);
        }
        Ok(fates)
    }

    fn note(&self) -> Option<String> {
        Some(self.source.clone())
    }

    fn decide(&self, fates: &Vec<Fate>, at: &Setting<'_>) -> Result<Decision<Outcome>, Fault> {
        let numbers = at.policy.realm_ids.contains(&PublicIdKind::Sequence);
        let sequence = PublicIdKind::Sequence.name();
        let create = |account: &Account| Change::CreateAccount {
            sequence: numbers && !account.public_ids.iter().any(|id| id.kind == sequence),
            account: Box::new(account.clone()),
        };
        let added = self.accounts.iter().zip(fates).filter(|(_, fate)| **fate == Fate::Added);
        let changes = match self.dry_run {
            true => Vec::new(),
            false => added.map(|(arriving, _)| create(&arriving.account)).collect(),
        };
        Ok(Decision { outcome: Outcome(fates.clone(), !self.dry_run), changes })
    }
}

/// What is to become of an account, as far as the store says.
async fn fate(account: &Account, keys: &[Key], cx: &Context<'_>) -> Result<Fate, Fault> {
    let store = cx.services.store.as_ref();
    let realm = cx.setting.policy.realm.as_str();
    let mut owner = None;
    let mut taken = None;
    let mut free = false;
    for key in keys {
        let found = if key.of == "uuid" {
            store.account(realm, account.id).await?.map(|found| found.id)
        } else if let Some(identifier) = account.identifiers.iter().find(|one| one.kind.name() == key.of) {
            let found = store.account_by_identifier(realm, identifier.kind, &key.value).await?;
            found.map(|found| found.id)
        } else if let Some(field) = key.of.strip_prefix("profile.") {
            store.value_holder(realm, field, &key.value).await?
        } else {
            store.account_by_public_id(realm, &key.kind, &key.value).await?.map(|found| found.id)
        };
        match found {
            None => free = true,
            Some(found) if owner.is_none() || owner == Some(found) => {
                taken.get_or_insert_with(|| key.of.clone());
                owner = Some(found);
            }
            Some(_) => return Ok(Fate::Taken(key.of.clone())),
        }
    }
    Ok(match taken {
        None => Fate::Added,
        // Somebody else has a part of what it is known by; or the same account was changed since.
        Some(what) if free => Fate::Taken(what),
        Some(_) => Fate::There,
    })
}
