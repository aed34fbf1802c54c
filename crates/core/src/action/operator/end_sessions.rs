//! The end of an account's sessions, or of one of them.

use super::{Order, Outcome, Prepared};
use crate::account::Account;
use crate::action::end_session::own;
use crate::action::{Context, Decision, Setting};
use crate::change::Change;
use crate::fault::Fault;
use crate::session::EndReason;
use async_trait::async_trait;

/// The order: the session by its id; without it all of them.
pub struct EndSessions(pub Option<String>);

#[async_trait]
impl Order for EndSessions {
    fn name(&self) -> &'static str {
        "end_sessions"
    }

    async fn prepare(&self, account: &Account, cx: &Context<'_>) -> Result<Prepared, Fault> {
        let Some(id) = &self.0 else { return Ok(Prepared::Nothing) };
        Ok(match own(id, account.id, cx).await? {
            Some(session) => Prepared::Sessions(vec![session]),
            None => Prepared::Refused(Outcome::UnknownSession),
        })
    }

    fn decide(&self, account: &Account, prepared: &Prepared, at: &Setting<'_>) -> Decision<Outcome> {
        let reason = EndReason::ByAdministrator;
        let change = match prepared {
            Prepared::Sessions(sessions) => {
                let end = |session: &crate::session::Session| Change::EndSession {
                    session: session.id,
                    reason,
                    at: at.now,
                };
                sessions.iter().map(end).collect()
            }
            _ => vec![Change::EndSessions {
                account: account.id,
                version: Some(account.version),
                except: None,
                reason,
                at: at.now,
            }],
        };
        Decision { outcome: Outcome::Ended, changes: change }
    }
}
