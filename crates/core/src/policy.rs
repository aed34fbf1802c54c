//! What a contract asks of the core: the part of a compiled plan that actions decide by.

use crate::code::{CodePolicy, Purpose, Stage};
use crate::identifier::{IdentifierKind, IdentifierRule};
use crate::key::{Algorithm, KeyNeed};
use crate::mail::MailTexts;
use crate::opaque::OpaqueForm;
use crate::password::PasswordPolicy;
use crate::profile::{ChangeLimit, ProfileSchema};
use crate::public_id::PublicIdKind;
use crate::return_url::ReturnUrl;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// How tokens of one name look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenFormat {
    /// A signed JWT (RFC 7519).
    Jwt(Algorithm),
    /// A random-looking text of this form.
    Opaque(OpaqueForm),
}

/// What tokens of one name are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenUse {
    /// `access` and `refresh`: each as its name says.
    Session,
    /// Shown beside a cookie, so that another site cannot act in its user's name.
    Csrf,
    /// Going on with an action.
    Stage(Stage),
}

/// What the claims of a token say of its account: how a token of another server, made by the same claims, is read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClaimsOfAccount {
    /// The claims that are the account's id or an identifier, in written order.
    pub names: Vec<(String, NameOfAccount)>,
    /// The claims that are always the same.
    pub constants: Vec<(String, Value)>,
}

/// What a claim names an account by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameOfAccount {
    /// The id that the contract shows.
    Id,
    /// An identifier.
    Identifier(IdentifierKind),
}

/// How tokens of one name look and live.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenPolicy {
    /// `access`, `refresh` or a name of the contract's own.
    pub name: String,
    /// Its format.
    pub format: TokenFormat,
    /// How long one lives.
    pub lifetime: Duration,
    /// It never lives past sign-in plus this.
    pub longest: Option<Duration>,
    /// How long one lives that a refresh issued, where that is another time.
    pub after_refresh: Option<Duration>,
    /// Whether it carries no id of ours, and its session is found by a digest of it. Only `access`.
    pub by_digest: bool,
    /// What it is for.
    pub used: TokenUse,
    /// How a token of another server is read, where a key was brought from there. Only `access`.
    pub claims: ClaimsOfAccount,
}

impl TokenPolicy {
    /// The stage that it is for; nothing for the tokens of sessions.
    #[must_use]
    pub fn stage(&self) -> Option<Stage> {
        match self.used {
            TokenUse::Stage(stage) => Some(stage),
            TokenUse::Session | TokenUse::Csrf => None,
        }
    }
}

/// The roles of a contract's accounts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RolePolicy {
    /// What a new account has.
    pub default: Vec<String>,
    /// The role of those who may look after other people's accounts.
    pub administrator: Option<String>,
}

impl RolePolicy {
    /// Whether an account with these roles is an administrator's.
    #[must_use]
    pub fn administers(&self, roles: &[String]) -> bool {
        self.administrator.as_ref().is_some_and(|administrator| roles.contains(administrator))
    }
}

/// A contract's policy within a realm.
pub struct Policy {
    /// The realm's name.
    pub realm: String,
    /// The contract's name.
    pub contract: String,
    /// What accounts sign in by, in the order in which uniqueness is asked.
    pub identifiers: Vec<IdentifierRule>,
    /// How often owners may change identifiers, where that is limited.
    pub changes: Vec<(IdentifierKind, ChangeLimit)>,
    /// The id that this contract shows.
    pub id: PublicIdKind,
    /// All id kinds that the realm's contracts show: a new account gets one of each.
    pub realm_ids: Vec<PublicIdKind>,
    /// The profile.
    pub profile: ProfileSchema,
    /// The roles.
    pub roles: RolePolicy,
    /// What new passwords must be.
    pub password: PasswordPolicy,
    /// The tokens by name.
    pub tokens: Vec<TokenPolicy>,
    /// Whether its sessions are prolonged in place (`rotation: prolong`): then a pair lives by its row.
    pub prolongs: bool,
    /// Whether every sign-in with a password of this contract refuses whoever has not proved an address.
    pub refuses_unverified: bool,
    /// How codes look and live, where the contract says so.
    pub codes: BTreeMap<Purpose, CodePolicy>,
    /// Where mailed links may lead that callers ask for.
    pub return_urls: Vec<ReturnUrl>,
    /// The texts of mails.
    pub mails: Arc<dyn MailTexts>,
}

impl Policy {
    /// The comparison rule of an identifier kind, if accounts have it.
    #[must_use]
    pub fn identifier(&self, kind: IdentifierKind) -> Option<&IdentifierRule> {
        self.identifiers.iter().find(|rule| rule.kind == kind)
    }

    /// The token with this name.
    #[must_use]
    pub fn token(&self, name: &str) -> Option<&TokenPolicy> {
        self.tokens.iter().find(|token| token.name == name)
    }

    /// The token for a stage.
    #[must_use]
    pub fn stage_token(&self, stage: Stage) -> Option<&TokenPolicy> {
        self.tokens.iter().find(|token| token.stage() == Some(stage))
    }

    /// How codes for a purpose look and live.
    #[must_use]
    pub fn code(&self, purpose: Purpose) -> CodePolicy {
        self.codes.get(&purpose).cloned().unwrap_or_default()
    }

    /// The signing keys its tokens need.
    #[must_use]
    pub fn key_needs(&self) -> Vec<KeyNeed> {
        let need = |token: &TokenPolicy| match token.format {
            TokenFormat::Jwt(algorithm) => Some(KeyNeed { kind: token.name.clone(), algorithm }),
            TokenFormat::Opaque(_) => None,
        };
        self.tokens.iter().filter_map(need).collect()
    }
}
