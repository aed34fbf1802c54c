//! Who signs in.

use crate::identifier::{Identifier, IdentifierKind};
use crate::password::PasswordHash;
use crate::public_id::{PublicId, PublicIdKind};
use crate::standing::{Bar, Standing};
use crate::time::Timestamp;
use serde_json::{Map, Value};
use uuid::Uuid;

/// The internal id of an account (UUIDv7). What clients see is a [`PublicId`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(pub Uuid);

/// The version of a new account, and of one that was brought: since then nothing relevant to its security has changed.
pub const FIRST_VERSION: u64 = 1;

/// A person's record in one realm.
#[derive(Clone, Debug, PartialEq)]
pub struct Account {
    /// The internal id.
    pub id: AccountId,
    /// The realm it lives in.
    pub realm: String,
    /// Changes whenever something security-relevant changes (password, standing, roles, identifiers, end of all
    /// sessions), so that a session cannot start from a state that is no longer true.
    pub version: u64,
    /// What it signs in by.
    pub identifiers: Vec<Identifier>,
    /// The ids it is known by outside.
    pub public_ids: Vec<PublicId>,
    /// The stored password, absent for an account that has none.
    pub password: Option<PasswordHash>,
    /// The contract's own fields, validated by the contract.
    pub profile: Map<String, Value>,
    /// Role names.
    pub roles: Vec<String>,
    /// An operator asks for a new password at the next sign-in.
    pub must_change_password: bool,
    /// Whether it may sign in, as those in charge of it decided.
    pub standing: Standing,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// When it last signed in, and from where.
    pub last_login: Option<LastLogin>,
}

/// The last successful sign-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastLogin {
    /// When.
    pub at: Timestamp,
    /// From which address.
    pub address: String,
}

impl Account {
    /// Why it may not sign in now, if so.
    #[must_use]
    pub fn bar(&self, now: Timestamp) -> Option<Bar> {
        self.standing.bar(now)
    }

    /// The identifier of this kind, if it has one.
    #[must_use]
    pub fn identifier(&self, kind: IdentifierKind) -> Option<&Identifier> {
        self.identifiers.iter().find(|identifier| identifier.kind == kind)
    }

    /// The id of this kind as text. A UUID and an identifier that serves as id are never absent when the
    /// account has them; a sequence number is absent only before the store has assigned it.
    #[must_use]
    pub fn public_id(&self, kind: &PublicIdKind) -> Option<String> {
        match kind {
            PublicIdKind::Uuid => Some(self.id.0.to_string()),
            PublicIdKind::Identifier(kind) => self.identifier(*kind).map(|found| found.written.clone()),
            stored => {
                let name = stored.name();
                self.public_ids.iter().find(|id| id.kind == name).map(|id| id.value.clone())
            }
        }
    }
}
