//! Proving a password: budget first, then exactly one hash, whoever it is.

use super::Context;
use super::input::Named;
use crate::account::Account;
use crate::change::Change;
use crate::fault::Fault;
use crate::password::{Password, PasswordHash, Verdict};
use crate::port::Attempt;
use std::time::Duration;

/// The name of the input that holds a password.
pub const PASSWORD: &str = "password";

/// What came of proving a password.
pub(super) enum Proof {
    /// It is right; the hash should be replaced by this one, if any.
    Right(Option<PasswordHash>),
    /// It is wrong, or there is nothing to compare with.
    Wrong,
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
    let stored = account.and_then(|account| account.password.as_ref());
    // A password that could never have been set costs the same as any other, but is not read in full.
    let verdict = if at.policy.password.too_long(password) {
        cx.services.hasher.verify(&Password::new(String::new()), None).await?
    } else {
        cx.services.hasher.verify(password, stored).await?
    };
    match verdict {
        Verdict::Right { upgrade } => {
            // A locked account answers like a wrong password, so its budget must not tell the right one either.
            if account.is_some_and(|account| !account.locked) {
                cx.services.limits.refund(&attempt, at.now).await?;
            }
            Ok(Proof::Right(upgrade))
        }
        Verdict::Wrong => Ok(Proof::Wrong),
    }
}

/// The change that stores a stronger hash of the same password, if verifying made one.
pub(super) fn upgrade_change(account: &Account, upgrade: Option<&PasswordHash>) -> Option<Change> {
    let (from, to) = (account.password.clone()?, upgrade?.clone());
    Some(Change::UpgradeHash { account: account.id, from, to })
}
