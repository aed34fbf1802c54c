//! What accounts and tokens are in a contract: the part of the plan that views of them, mails and names read too.

use crate::template::CompiledTemplate;
use crate::wire_date::WireDate;
use doorward_core::identifier::{IdentifierKind, IdentifierRule};
use doorward_core::policy::{RolePolicy, TokenPolicy};
use doorward_core::profile::{ChangeLimit, ProfileSchema};
use doorward_core::public_id::PublicIdKind;

/// What accounts are.
#[derive(Clone, Debug)]
pub struct AccountPlan {
    /// What they sign in by.
    pub identifiers: Vec<IdentifierRule>,
    /// Those of them that are never missing.
    pub certain: Vec<IdentifierKind>,
    /// How often owners may change identifiers, where that is limited.
    pub changes: Vec<(IdentifierKind, ChangeLimit)>,
    /// The id that the API shows.
    pub id: PublicIdKind,
    /// Whether a sequence number is shown as text.
    pub id_as_text: bool,
    /// The roles.
    pub roles: RolePolicy,
    /// How its dates and times are written on the wire, where the contract says so.
    pub wire: Vec<WireDate>,
    /// The profile.
    pub profile: ProfileSchema,
}

impl Default for AccountPlan {
    fn default() -> Self {
        Self {
            identifiers: Vec::new(),
            certain: Vec::new(),
            changes: Vec::new(),
            id: PublicIdKind::Uuid,
            id_as_text: false,
            roles: RolePolicy::default(),
            wire: Vec::new(),
            profile: ProfileSchema::default(),
        }
    }
}

/// One token of the contract.
pub struct TokenPlan {
    /// What the core knows of it.
    pub policy: TokenPolicy,
    /// The recipe of a JWT; nothing for opaque tokens.
    pub recipe: Option<Recipe>,
}

/// How a JWT is made: the header and the claims in written order, without the `jti` that is added last.
/// Evaluated with [`crate::scope::Root::Account`], `Session`, `IssuedAt`, `ExpiresAt`, `TokenId`, `Request`.
pub struct Recipe {
    /// The header object.
    pub header: CompiledTemplate,
    /// The claims object.
    pub claims: CompiledTemplate,
}
