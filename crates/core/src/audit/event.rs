//! One line of the trail. Events are made by the pipeline and written in the action's own changes, never
//! by call sites.

use crate::account::AccountId;
use crate::session::SessionId;
use crate::time::Timestamp;
use aws_lc_rs::digest::{SHA256, digest};
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

/// An event with its place in the trail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberedEvent {
    /// Its number: the order of writing over all realms.
    pub number: u64,
    /// The event.
    pub event: AuditEvent,
}

impl NumberedEvent {
    /// SHA-256 over the number and every field. Each text is preceded by its length and each field that may be missing
    /// by whether it is there, so that no two events have the same bytes.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        let event = &self.event;
        let mut bytes = self.number.to_be_bytes().to_vec();
        bytes.extend_from_slice(event.id.as_bytes());
        bytes.extend_from_slice(&event.at.0.to_be_bytes());
        let texts = [
            event.realm.as_str(),
            &event.contract,
            &event.action,
            &event.outcome,
            &event.address,
            &event.user_agent,
            &event.request_id,
        ];
        for text in texts {
            put(&mut bytes, Some(text.as_bytes()));
        }
        put(&mut bytes, event.account.as_ref().map(|account| account.0.as_bytes().as_slice()));
        put(&mut bytes, event.caller.as_ref().map(|caller| caller.0.as_bytes().as_slice()));
        put(&mut bytes, event.session.as_ref().map(|session| session.0.as_bytes().as_slice()));
        put(&mut bytes, event.note.as_deref().map(str::as_bytes));
        let mut out = [0u8; 32];
        out.copy_from_slice(digest(&SHA256, &bytes).as_ref());
        out
    }
}

fn put(bytes: &mut Vec<u8>, field: Option<&[u8]>) {
    match field {
        None => bytes.push(0),
        Some(field) => {
            bytes.push(1);
            bytes.extend_from_slice(&(field.len() as u64).to_be_bytes());
            bytes.extend_from_slice(field);
        }
    }
}
