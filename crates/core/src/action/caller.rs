//! Who is signed in, as the store knows them now: what the check of the token saw may have come from the cache, and
//! a guard must fit what is true.

use super::Context;
use crate::account::Account;
use crate::authenticate::Rejection;
use crate::fault::Fault;

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
