//! Who has no account yet, seen as if there were one: it holds what the request claims.

use super::Setting;
use crate::account::{Account, AccountId};
use crate::identifier::{Identifier, IdentifierKind};
use crate::standing::Standing;
use serde_json::Map;
use uuid::Uuid;

/// An account that holds only these identifiers.
pub(super) fn claimed(names: &[(IdentifierKind, String)], at: &Setting<'_>) -> Account {
    let identifier = |(kind, canonical): &(IdentifierKind, String)| Identifier {
        kind: *kind,
        written: canonical.clone(),
        canonical: canonical.clone(),
        verified: false,
    };
    Account {
        id: AccountId(Uuid::nil()),
        realm: at.policy.realm.clone(),
        version: 0,
        identifiers: names.iter().map(identifier).collect(),
        public_ids: Vec::new(),
        password: None,
        profile: Map::new(),
        roles: Vec::new(),
        must_change_password: false,
        standing: Standing::default(),
        created_at: at.now,
        updated_at: at.now,
        last_login: None,
    }
}
