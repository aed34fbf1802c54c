//! Codes that prove control of an address.

use crate::account::{Account, AccountId};
use crate::channel::Channel;
use crate::identifier::{Identifier, IdentifierKind};
use crate::time::Timestamp;
use std::time::Duration;
use uuid::Uuid;

/// What a code is for. A code for one purpose is nothing for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Purpose {
    /// Proving an address before an account exists.
    SignUp,
    /// Proving an address of an existing account.
    Verify,
    /// Setting a new password.
    ResetPassword,
    /// Moving to another identifier.
    ChangeIdentifier,
    /// Signing in.
    Login,
    /// Going on with a sign-in whose password was right.
    SecondStep,
    /// Going on with an action: what a stage token is for.
    Stage(Stage),
}

impl Purpose {
    /// Every purpose, those of the stages last.
    pub const ALL: [Purpose; 10] = [
        Purpose::SignUp,
        Purpose::Verify,
        Purpose::ResetPassword,
        Purpose::ChangeIdentifier,
        Purpose::Login,
        Purpose::SecondStep,
        Purpose::Stage(Stage::ResetPassword),
        Purpose::Stage(Stage::CompleteRegister),
        Purpose::Stage(Stage::SetInitialPassword),
        Purpose::Stage(Stage::LoginByCode),
    ];

    /// The word in contracts and in the store.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Purpose::SignUp => "sign_up",
            Purpose::Verify => "verify",
            Purpose::ResetPassword => "reset_password",
            Purpose::ChangeIdentifier => "change_identifier",
            Purpose::Login => "login",
            Purpose::SecondStep => "second_step",
            Purpose::Stage(Stage::ResetPassword) => "stage:reset_password",
            Purpose::Stage(Stage::CompleteRegister) => "stage:complete_register",
            Purpose::Stage(Stage::SetInitialPassword) => "stage:set_initial_password",
            Purpose::Stage(Stage::LoginByCode) => "stage:login_by_code",
        }
    }

    /// The purpose with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Purpose> {
        Purpose::ALL.into_iter().find(|purpose| purpose.name() == name)
    }

    /// The stage that somebody has reached who holds a code or a link for this purpose, or a token for the stage.
    #[must_use]
    pub fn stage(self) -> Option<Stage> {
        match self {
            Purpose::SignUp => Some(Stage::CompleteRegister),
            Purpose::ResetPassword => Some(Stage::ResetPassword),
            Purpose::Stage(stage) => Some(stage),
            Purpose::Verify | Purpose::ChangeIdentifier | Purpose::Login | Purpose::SecondStep => None,
        }
    }
}

/// Half-way through something that takes several requests: the action that a stage token goes on with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Allowed to set a new password.
    ResetPassword,
    /// Has proved an address, and may make the account.
    CompleteRegister,
    /// Has proved a password that must be changed first.
    SetInitialPassword,
    /// Has proved a password, and holds the code of the second step or not.
    LoginByCode,
}

impl Stage {
    /// Every stage.
    pub const ALL: [Stage; 4] =
        [Stage::ResetPassword, Stage::CompleteRegister, Stage::SetInitialPassword, Stage::LoginByCode];

    /// Its name in contracts: the name of the action.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Stage::ResetPassword => "reset_password",
            Stage::CompleteRegister => "complete_register",
            Stage::SetInitialPassword => "set_initial_password",
            Stage::LoginByCode => "login_by_code",
        }
    }

    /// The stage with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Stage> {
        Stage::ALL.into_iter().find(|stage| stage.name() == name)
    }
}

/// How codes look and live.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodePolicy {
    /// The characters they are drawn from.
    pub alphabet: Vec<char>,
    /// How many characters.
    pub length: usize,
    /// How long one is good.
    pub lifetime: Duration,
    /// How long to wait before asking for another.
    pub resend_after: Duration,
}

impl Default for CodePolicy {
    fn default() -> CodePolicy {
        CodePolicy {
            alphabet: ('0'..='9').collect(),
            length: 6,
            lifetime: Duration::from_secs(600),
            resend_after: Duration::from_secs(60),
        }
    }
}

/// A code or a link that was sent, or a stage that was reached. Of a code only its keyed hash is kept; the newest per
/// (realm, purpose, destination) counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// Its id: tries are counted against it.
    pub id: Uuid,
    /// The realm.
    pub realm: String,
    /// What it is for.
    pub purpose: Purpose,
    /// The canonical address it was sent to; of a stage of an account without one, the account's id.
    pub destination: String,
    /// The account it is for; absent at sign-up.
    pub account: Option<AccountId>,
    /// The canonical identifiers that were named when it was asked for: whatever a check names must be among them.
    pub claims: Vec<(IdentifierKind, String)>,
    /// HMAC over id and code under the realm's code key; of a link and a stage, over the token.
    pub mac: [u8; 32],
    /// When it was made.
    pub created_at: Timestamp,
    /// Until when it is good.
    pub expires_at: Timestamp,
    /// When it was spent.
    pub used_at: Option<Timestamp>,
}

impl Code {
    /// Whether it is this account's, and went to an address that the account has now.
    #[must_use]
    pub fn is_for(&self, account: &Account) -> bool {
        let is_at = |one: &Identifier| Channel::of(one.kind).is_some() && one.canonical == self.destination;
        let here = account.identifiers.iter().any(is_at) || self.destination == account.id.0.to_string();
        self.account == Some(account.id) && here
    }
}

/// How many wrong tries one client address has at one code.
pub const TRIES_PER_CODE: u32 = 5;
/// How many wrong tries one destination's codes stand in an hour, from everywhere.
pub const TRIES_PER_HOUR: u32 = 25;
