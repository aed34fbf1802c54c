//! Finding the account that a request is about.

use super::{Context, Named};
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

/// The account that is named, or the caller's own where none is. Fresh from the store: the version guards what is
/// decided on it.
pub(super) async fn named_or_callers(
    name: Option<&Named>,
    cx: &Context<'_>,
) -> Result<Option<Account>, Fault> {
    let (realm, store) = (&cx.setting.policy.realm, &cx.services.store);
    match (name, cx.setting.caller) {
        (Some(name), _) => store.account_by_identifier(realm, name.kind, &name.canonical).await,
        (None, Some(caller)) => store.account(realm, caller.account.id).await,
        (None, None) => Ok(None),
    }
}

/// The name that an account has now, of whatever kind: the first of the contract's kinds by which one is found.
pub(super) async fn any_name(text: &str, cx: &Context<'_>) -> Result<Option<Named>, Fault> {
    let (policy, store) = (cx.setting.policy, &cx.services.store);
    for rule in &policy.identifiers {
        let Some(name) = Named::one(&(rule.kind, text.to_owned()), policy) else { continue };
        if store.account_by_identifier(&policy.realm, name.kind, &name.canonical).await?.is_some() {
            return Ok(Some(name));
        }
    }
    Ok(None)
}
