//! Proving a password: budget first, then exactly one hash, whoever it is.

use super::Context;
use super::input::Named;
use crate::account::Account;
use crate::change::Change;
use crate::fault::Fault;
use crate::password::{Password, PasswordHash, Upgrade, Verdict};
use crate::port::{Attempt, Settled, Tries};
use std::time::Duration;

/// What came of proving a password.
pub(super) enum Proof {
    /// It is right.
    Right {
        /// The hash that should take the place of the stored one, if any.
        upgrade: Option<PasswordHash>,
        /// How tries stand where this one counts as wrong, because the account may not sign in.
        counted: Option<Tries>,
    },
    /// It is wrong, or there is nothing to compare with; and how tries stand now.
    Wrong(Option<Tries>),
    /// A budget is spent: try again after this long. Nothing was hashed.
    Throttled(Duration),
}

/// Spends from the budgets of the name and the address, then does one hash of work: against the account's
/// hash, or against none when there is no account or no password.
pub(super) async fn prove(
    name: &Named,
    account: Option<&Account>,
    password: &Password,
    cx: &Context<'_>,
) -> Result<Proof, Fault> {
    let at = &cx.setting;
    let attempt =
        Attempt { realm: at.policy.realm.clone(), subject: name.budget(), address: at.client.address };
    if let Some(wait) = cx.services.limits.spend(&attempt, at.now).await? {
        return Ok(Proof::Throttled(wait));
    }
    // An account that may not sign in can answer like a wrong password, so neither its budget nor the time of a new
    // hash must tell the right one.
    let barred = account.is_none_or(|account| account.bar(at.now).is_some());
    let upgrade = if barred { Upgrade::Unwanted } else { Upgrade::Wanted };
    let verdict = verify(account, password, upgrade, cx).await;
    let settled = match &verdict {
        Ok(Verdict::Right { .. }) if !barred => Settled::Right,
        Ok(_) => Settled::Wrong,
        Err(_) => Settled::Untested,
    };
    let tries = cx.services.limits.settle(&attempt, settled, at.now).await?;
    Ok(match verdict? {
        Verdict::Right { upgrade } => Proof::Right { upgrade, counted: tries },
        Verdict::Wrong => Proof::Wrong(tries),
    })
}

/// One hash of work. A password that could never have been set costs the same as any other, but is not read in
/// full.
async fn verify(
    account: Option<&Account>,
    password: &Password,
    upgrade: Upgrade,
    cx: &Context<'_>,
) -> Result<Verdict, Fault> {
    if cx.setting.policy.password.too_long(password) {
        return cx.services.hasher.verify(&Password::new(String::new()), None, upgrade).await;
    }
    let stored = account.and_then(|account| account.password.as_ref());
    cx.services.hasher.verify(password, stored, upgrade).await
}

/// The change that stores a stronger hash of the same password, if verifying made one.
pub(super) fn upgrade_change(account: &Account, upgrade: Option<&PasswordHash>) -> Option<Change> {
    let (from, to) = (account.password.clone()?, upgrade?.clone());
    Some(Change::UpgradeHash { account: account.id, from, to })
}

/// Proves the password of whoever is signed in, under the budget of the account's first name. Without a password it
/// is wrong, and nothing is hashed.
pub(super) async fn prove_own(
    account: &Account,
    password: Option<&Password>,
    cx: &Context<'_>,
) -> Result<Proof, Fault> {
    match (Named::first_of(account), password) {
        (Some(name), Some(password)) => prove(&name, Some(account), password, cx).await,
        _ => Ok(Proof::Wrong(None)),
    }
}
