//! Who is signed in, as the store knows them now: what the check of the token saw may have come from the cache, and
//! a guard must fit what is true.

use super::Context;
use crate::account::Account;
use crate::authenticate::{ACCESS, Rejection};
use crate::fault::Fault;
use crate::outcome::{Answer, Outcome};

/// The caller's account, or why nobody is signed in any more.
pub(super) async fn fresh(cx: &Context<'_>) -> Result<Result<Account, Rejection>, Fault> {
    let Some(caller) = cx.setting.caller else { return Ok(Err(Rejection::Missing)) };
    let Some(found) = cx.services.store.session(caller.session.id).await? else {
        return Ok(Err(Rejection::Ended(None)));
    };
    let Some(account) = found.account else { return Ok(Err(Rejection::Deleted)) };
    Ok(match found.session.ended {
        Some(ended) => Err(Rejection::Ended(Some(ended.reason))),
        None => Ok(account),
    })
}

/// The caller's account, if it may still sign in, or why nobody is signed in any more.
pub(super) async fn unbarred(cx: &Context<'_>) -> Result<Result<Account, Rejection>, Fault> {
    Ok(fresh(cx).await?.and_then(|account| match account.bar(cx.setting.now) {
        Some(bar) => Err(Rejection::Ended(Some(bar.end_reason()))),
        None => Ok(account),
    }))
}

/// Why a caller may not do what administrators do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unauthorised {
    /// Nobody is signed in any more.
    Gone(Rejection),
    /// Somebody is, but no administrator.
    Forbidden,
}

impl From<Unauthorised> for Answer {
    fn from(refusal: Unauthorised) -> Answer {
        match refusal {
            Unauthorised::Gone(rejection) => rejection.answer(ACCESS),
            Unauthorised::Forbidden => Answer::bare(Outcome::Forbidden),
        }
    }
}

/// The caller's account, if it is an administrator's now: a role that was taken away is gone at once.
pub(super) async fn administrator(cx: &Context<'_>) -> Result<Result<Account, Unauthorised>, Fault> {
    let account = match unbarred(cx).await? {
        Ok(account) => account,
        Err(rejection) => return Ok(Err(Unauthorised::Gone(rejection))),
    };
    let administers = cx.setting.policy.roles.administers(&account.roles);
    Ok(if administers { Ok(account) } else { Err(Unauthorised::Forbidden) })
}
