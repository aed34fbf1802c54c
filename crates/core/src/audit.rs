//! One line of the audit trail. Events are made by the pipeline and written in the action's own changes, never
//! by call sites.

use crate::account::AccountId;
use crate::session::SessionId;
use crate::time::Timestamp;
use std::borrow::Cow;
use uuid::Uuid;

/// Who did what, from where, and what came of it. It holds no secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEvent {
    /// The event's id (UUIDv7): order of writing.
    pub id: Uuid,
    /// When.
    pub at: Timestamp,
    /// In which realm.
    pub realm: String,
    /// Through which contract; `operator` for the command line.
    pub contract: String,
    /// Which action.
    pub action: Cow<'static, str>,
    /// What it answered.
    pub outcome: Cow<'static, str>,
    /// Which account it was about, when known.
    pub account: Option<AccountId>,
    /// Whose session asked for it, where somebody was signed in.
    pub caller: Option<AccountId>,
    /// Which session it was about, when known.
    pub session: Option<SessionId>,
    /// The client's address.
    pub address: String,
    /// The client's user agent, cut to 256 characters.
    pub user_agent: String,
    /// The request's id, as in the access log.
    pub request_id: String,
    /// What the caller said of it, as given, such as why an account is closed.
    pub note: Option<String>,
}
