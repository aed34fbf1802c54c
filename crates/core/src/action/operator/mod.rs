//! What an operator does by command line, in the same form as every action. `account create` is `register`
//! with an operator as setter, so it has no file here.

mod delete_account;
mod list_accounts;
mod set_locked;
mod set_must_change;
mod set_password;
mod show_account;

pub use delete_account::DeleteAccount;
pub use list_accounts::ListAccounts;
pub use set_locked::SetLocked;
pub use set_must_change::SetMustChange;
pub use set_password::SetPassword;
pub use show_account::ShowAccount;

use super::{Context, Named};
use crate::account::Account;
use crate::fault::Fault;
use crate::outcome::{Answer, Outcome as Name};
use crate::violation::Violation;
use std::sync::Arc;

/// What changing one account by an operator can answer.
pub enum Outcome {
    /// Changed; this is how it is now.
    Updated(Arc<Account>),
    /// Gone.
    Deleted(Arc<Account>),
    /// Here it is.
    Shown(Arc<Account>),
    /// No such account.
    UnknownAccount,
    /// The password may not be set.
    WeakPassword(Vec<Violation>),
}

impl From<Outcome> for Answer {
    fn from(outcome: Outcome) -> Answer {
        match outcome {
            Outcome::Updated(account) => Answer::bare(Name::Updated).account(account),
            Outcome::Deleted(account) => Answer::bare(Name::Deleted).account(account),
            Outcome::Shown(account) => Answer::bare(Name::Shown).account(account),
            Outcome::UnknownAccount => Answer::bare(Name::UnknownAccount),
            Outcome::WeakPassword(violations) => Answer::bare(Name::WeakPassword).violating(violations),
        }
    }
}

async fn find(name: &Named, cx: &Context<'_>) -> Result<Option<Account>, Fault> {
    let realm = &cx.setting.policy.realm;
    cx.services.store.account_by_identifier(realm, name.kind, &name.canonical).await
}
