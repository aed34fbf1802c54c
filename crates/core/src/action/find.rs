//! Finding an account by the id that the API shows.

use super::Context;
use crate::account::Account;
use crate::fault::Fault;
use crate::public_id::PublicIdKind;

/// The account with this public id of the contract's kind. An id that cannot be one is simply unknown.
pub(super) async fn by_public_id(id: &str, cx: &Context<'_>) -> Result<Option<Account>, Fault> {
    let (policy, store) = (cx.setting.policy, &cx.services.store);
    match &policy.id {
        PublicIdKind::Identifier(kind) => match policy.identifier(*kind) {
            Some(rule) => store.account_by_identifier(&policy.realm, *kind, &rule.canonical(id)).await,
            None => Ok(None),
        },
        kind => store.account_by_public_id(&policy.realm, &kind.name(), id).await,
    }
}
