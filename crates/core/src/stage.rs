//! Who has come half-way: from a presented stage token to the stage it stands for, or to the reason why not.

use crate::account::Account;
use crate::authenticate::{Rejection, Verifier};
use crate::code::{Code, Purpose, Stage};
use crate::fault::Fault;
use crate::policy::TokenFormat;
use crate::session::EndReason;
use crate::stage_token::{read_stage_id, read_stage_token};
use crate::time::Timestamp;
use crate::token::{jwt_expiry, verify_jwt};
use uuid::Uuid;

/// A stage that a good token names.
#[derive(Clone, Debug, PartialEq)]
pub struct Reached {
    /// The row that is spent by going on.
    pub code: Code,
    /// Whose stage it is; nobody's before there is an account.
    pub account: Option<Account>,
}

/// What a stage token says before its row was looked at.
struct Read {
    code: Uuid,
    purpose: Purpose,
    /// When a JWT says that it ends.
    expires_at: Timestamp,
}

impl Verifier<'_> {
    /// The stage that a token names, or why there is none. A link for the same purpose is as good. The same order as
    /// for sessions: missing, unreadable, expired, for something else, of a deleted account, over.
    ///
    /// # Errors
    /// The store failed.
    pub async fn check_stage(
        &self,
        stage: Stage,
        raw: Option<&str>,
    ) -> Result<Result<Reached, Rejection>, Fault> {
        let Some(raw) = raw else { return Ok(Err(Rejection::Missing)) };
        let Some(read) = self.read_stage(raw) else { return Ok(Err(self.recognised(raw).await?)) };
        let row = self.store.code_by_id(&self.policy.realm, read.code).await?;
        let ends = row.as_ref().map_or(read.expires_at, |code| code.expires_at.min(read.expires_at));
        if self.now >= ends {
            return Ok(Err(Rejection::Expired));
        }
        if read.purpose.stage() != Some(stage) {
            return Ok(Err(Rejection::WrongPurpose));
        }
        // A newer one has taken its place, or it is long over.
        let Some(code) = row else { return Ok(Err(Rejection::Ended(Some(EndReason::Replaced)))) };
        let account = match code.account {
            Some(id) => self.store.account(&self.policy.realm, id).await?,
            None => None,
        };
        Ok(match code {
            code if code.account.is_some() && account.is_none() => Err(Rejection::Deleted),
            // Its address is another by now.
            code if account.as_ref().is_some_and(|account| !code.is_for(account)) => {
                Err(Rejection::Ended(Some(EndReason::Replaced)))
            }
            code if code.used_at.is_some() => Err(Rejection::Reused),
            code => Ok(Reached { code, account }),
        })
    }

    /// Why a text that is no token of a session is none: a stage token is for something else.
    pub(crate) fn foreign(&self, raw: &str) -> Rejection {
        match self.read_stage(raw) {
            Some(read) if self.now >= read.expires_at => Rejection::Expired,
            Some(_) => Rejection::WrongPurpose,
            None => Rejection::Invalid,
        }
    }

    fn read_stage(&self, raw: &str) -> Option<Read> {
        let key = self.keys.code();
        let found = |named: Option<(Uuid, Purpose)>, expires_at: Timestamp| {
            named.map(|(code, purpose)| Read { code, purpose, expires_at })
        };
        let declared = self.policy.tokens.iter().filter(|token| token.stage().is_some());
        let mut declared = declared.filter_map(|token| match &token.format {
            TokenFormat::Jwt(_) => {
                let claims = verify_jwt(raw, &token.name, self.keys)?;
                found(read_stage_id(claims.get("jti")?.as_str()?, key), jwt_expiry(&claims))
            }
            TokenFormat::Opaque(form) => found(read_stage_token(raw, form, key), Timestamp::MAX),
        });
        declared.next().or_else(|| found(read_stage_id(raw, key), Timestamp::MAX))
    }
}
