//! What those in charge of accounts do to one of them: an operator by command line, an administrator through a
//! contract. What is decided is the same for both; an administrator must be one, and is spared from himself.
//! `account create` is `register` with an operator as setter, so it has no order here.

mod command;
mod delete_account;
mod edit_account;
mod end_sessions;
mod import_accounts;
mod import_key;
mod list_accounts;
mod list_sessions;
mod set_expiry;
mod set_locked;
mod set_must_change;
mod set_password;
mod set_roles;
mod set_status;
mod show_account;

pub use command::{By, Command, Whom};
pub use delete_account::DeleteAccount;
pub use edit_account::EditAccount;
pub use end_sessions::EndSessions;
pub use import_accounts::{Arriving, Fate, ImportAccounts};
pub use import_key::ImportKey;
pub use list_accounts::ListAccounts;
pub use list_sessions::ListSessions;
pub use set_expiry::SetExpiry;
pub use set_locked::SetLocked;
pub use set_must_change::SetMustChange;
pub use set_password::SetPassword;
pub use set_roles::SetRoles;
pub use set_status::SetStatus;
pub use show_account::ShowAccount;

use super::update_account::Wanted;
use super::{Context, Decision, Setting};
use crate::account::Account;
use crate::authenticate::Rejection;
use crate::change::{AccountUpdate, Change};
use crate::fault::Fault;
use crate::identifier::IdentifierKind;
use crate::outcome::{Answer, Outcome as Name};
use crate::password::PasswordHash;
use crate::session::{EndReason, Session};
use crate::violation::Violation;
use async_trait::async_trait;
use std::sync::Arc;

/// What is done to one account. It is found by [`Command`].
#[async_trait]
pub trait Order: Send + Sync {
    /// The name of the command.
    fn name(&self) -> &'static str;

    /// What must be read or hashed before deciding.
    async fn prepare(&self, _account: &Account, _cx: &Context<'_>) -> Result<Prepared, Fault> {
        Ok(Prepared::Nothing)
    }

    /// The decision: pure, synchronous.
    fn decide(&self, account: &Account, prepared: &Prepared, at: &Setting<'_>) -> Decision<Outcome>;

    /// Whether an administrator who did this to himself would take his own rights away.
    fn harms_self(&self, _at: &Setting<'_>) -> bool {
        false
    }
}

/// What an order has prepared.
pub enum Prepared {
    /// Nothing was needed.
    Nothing,
    /// It will not be done.
    Refused(Outcome),
    /// The hash of a new password.
    Hash(PasswordHash),
    /// The identifiers and the profile that the account is to have.
    Wanted(Wanted),
    /// The account's live sessions.
    Sessions(Vec<Session>),
}

/// What an order can answer.
#[derive(Clone)]
pub enum Outcome {
    /// Changed; this is how it is now.
    Updated(Arc<Account>),
    /// Gone.
    Deleted(Arc<Account>),
    /// Gone, in the words of contracts.
    Closed(Arc<Account>),
    /// Here it is.
    Shown(Arc<Account>),
    /// Here are its sessions.
    Sessions(Answer),
    /// Its sessions, or one of them, are over.
    Ended,
    /// No such account.
    UnknownAccount,
    /// It has no such session.
    UnknownSession,
    /// An identifier belongs to somebody else; whether that owner has proved it.
    Taken(IdentifierKind, bool),
    /// A value of this unique field is somebody else's.
    ValueTaken(String),
    /// The password may not be set.
    WeakPassword(Vec<Violation>),
    /// The input breaks rules.
    InvalidInput(Vec<Violation>),
    /// The caller may not do this.
    Forbidden,
    /// Nobody is signed in any more.
    Gone(Rejection),
}

impl From<Outcome> for Answer {
    fn from(outcome: Outcome) -> Answer {
        match outcome {
            Outcome::Updated(account) => Answer::bare(Name::Updated).account(account),
            Outcome::Deleted(account) => Answer::bare(Name::Deleted).account(account),
            Outcome::Closed(account) => Answer::bare(Name::Closed).account(account),
            Outcome::Shown(account) => Answer::bare(Name::Shown).account(account),
            Outcome::Sessions(answer) => answer,
            // The store says how many.
            Outcome::Ended => Answer::bare(Name::Ended).with("count", 0),
            Outcome::UnknownAccount => Answer::bare(Name::UnknownAccount),
            Outcome::UnknownSession => Answer::bare(Name::UnknownSession),
            Outcome::Taken(kind, verified) => {
                Answer::bare(Name::Taken).with("field", kind.name()).with("verified", verified)
            }
            Outcome::ValueTaken(field) => {
                Answer::bare(Name::Taken).with("field", field).with("verified", false)
            }
            Outcome::WeakPassword(violations) => Answer::bare(Name::WeakPassword).violating(violations),
            Outcome::InvalidInput(violations) => Answer::bare(Name::InvalidInput).violating(violations),
            Outcome::Forbidden => Answer::bare(Name::Forbidden),
            Outcome::Gone(rejection) => rejection.answer("access"),
        }
    }
}

/// One change of an account and, where a reason is given, the end of its sessions.
fn updated(
    changed: Account,
    update: AccountUpdate,
    ends: Option<EndReason>,
    at: &Setting<'_>,
) -> Decision<Outcome> {
    let (account, version) = (changed.id, changed.version);
    let mut changes = vec![Change::UpdateAccount { account, version, update, at: at.now }];
    changes.extend(ends.map(|reason| Change::EndSessions {
        account,
        version: None,
        except: None,
        reason,
        at: at.now,
    }));
    let version = version + changes.len() as u64;
    let changed = Account { version, updated_at: at.now, ..changed };
    Decision { outcome: Outcome::Updated(Arc::new(changed)), changes }
}
