//! Requests and replies of account commands. They travel over the control socket as one line of JSON each.

use super::keys::BroughtKey;
use crate::import::{Batch, Page, Sample};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use zeroize::Zeroizing;

/// What an operator asks for. It may hold a password, so it cannot be printed.
#[derive(Clone, Serialize, Deserialize)]
pub struct Request {
    /// In which realm.
    pub realm: String,
    /// Identifiers as (kind, text): of the account that is meant, or of a new one.
    pub identifiers: Vec<(String, String)>,
    /// What to do.
    pub work: Work,
}

/// What to do.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Work {
    /// Make an account.
    Create {
        /// Profile fields as (name, text); the contract's types decide what the text means.
        profile: Vec<(String, String)>,
        /// Its password, if it gets one.
        password: Option<Zeroizing<String>>,
        /// Whether the password must be changed at the first sign-in.
        must_change: bool,
    },
    /// Show one.
    Show,
    /// List them.
    List,
    /// Set a password; every session ends.
    SetPassword {
        /// The new password.
        password: Zeroizing<String>,
        /// Whether it must be changed at the next sign-in.
        must_change: bool,
    },
    /// Lock; every session ends.
    Lock {
        /// Until when, in seconds since 1970; without it until it is unlocked.
        until: Option<i64>,
        /// Why.
        reason: Option<String>,
    },
    /// Unlock.
    Unlock,
    /// Make it active: enable what was disabled, approve what waits for it.
    Enable,
    /// Switch it off; every session ends.
    Disable {
        /// Why.
        reason: Option<String>,
    },
    /// Let it end at a time, in seconds since 1970, or never.
    Expire {
        /// When.
        at: Option<i64>,
    },
    /// Set its roles, in place of those it had.
    SetRoles(Vec<String>),
    /// Ask for a new password at the next sign-in, or no longer.
    MustChange(bool),
    /// Delete.
    Delete,
    /// What rows of an import may say here.
    DescribeImport,
    /// Add accounts that were made elsewhere.
    Import(Batch),
    /// Give accounts away, with everything that is known of them.
    Export(Page),
    /// Bring a key that another server signed tokens with.
    ImportKey(BroughtKey),
    /// Show the realm's keys, not what is secret of them.
    ListKeys,
    /// Compare passwords that are known, to prove that hashes were brought rightly.
    VerifySample(Sample),
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Reply {
    /// It was done; the accounts it was about.
    Done {
        /// The outcome's name.
        outcome: String,
        /// One account, or those of a list.
        accounts: Vec<Value>,
    },
    /// It was not done.
    Refused {
        /// The outcome's name, or `usage` or `fault`.
        outcome: String,
        /// Why, in one sentence.
        message: String,
    },
}

impl Reply {
    /// A refusal.
    #[must_use]
    pub fn refused(outcome: &str, message: impl Into<String>) -> Reply {
        Reply::Refused { outcome: outcome.to_owned(), message: message.into() }
    }
}
