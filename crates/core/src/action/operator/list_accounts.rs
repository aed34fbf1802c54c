//! `list`: the accounts of a realm, page by page.

use crate::account::{Account, AccountId};
use crate::action::{Context, Services};
use crate::fault::Fault;
use crate::port::AccountPage;

/// The input: which page.
pub struct ListAccounts {
    /// Only accounts after this one.
    pub after: Option<AccountId>,
    /// How many at most.
    pub limit: u32,
}

impl ListAccounts {
    /// Reads the page. There is nothing to decide and nothing to write.
    ///
    /// # Errors
    /// The store failed.
    pub async fn run(&self, cx: &Context<'_>) -> Result<Vec<Account>, Fault> {
        let services: &Services = cx.services;
        let page = AccountPage { after: self.after, limit: self.limit };
        services.store.accounts(&cx.setting.policy.realm, &page).await
    }
}
