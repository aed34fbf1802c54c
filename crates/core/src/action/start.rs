//! Starting a session: the same for every action that signs in.

use super::{About, Inputs, Setting, close_account, event};
use crate::account::{Account, LastLogin};
use crate::audit::AuditEvent;
use crate::authenticate::{ACCESS, REFRESH};
use crate::change::{AccountUpdate, Change};
use crate::outcome::{Answer, Outcome};
use crate::policy::TokenPolicy;
use crate::port::uuid_v7;
use crate::session::{RefreshState, Session, SessionId, device_name};
use crate::spec::{DEVICE, REMEMBER};
use crate::time::Timestamp;
use serde_json::Value;
use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

/// How the caller wants the session to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// The access lifetime the caller asks for; it is clamped.
    pub lifetime: Option<Duration>,
    /// What the caller calls its device.
    pub device: Option<String>,
    /// Whether it is to outlive the browser.
    pub remembered: bool,
}

impl Default for Wish {
    fn default() -> Wish {
        Wish { lifetime: None, device: None, remembered: true }
    }
}

impl Wish {
    /// What the inputs say, of those that the action takes.
    #[must_use]
    pub fn of(inputs: &Inputs) -> Wish {
        Wish {
            lifetime: inputs.duration("lifetime").filter(|lifetime| !lifetime.is_zero()),
            device: inputs.loose_text(DEVICE.name).and_then(|said| device_name(&said)),
            remembered: inputs.value(REMEMBER.name).and_then(Value::as_bool).unwrap_or(true),
        }
    }

    /// What the inputs say, and otherwise what the session is whose place the new one takes.
    #[must_use]
    pub fn after(before: &Session, inputs: &Inputs) -> Wish {
        let said = Wish::of(inputs);
        let remembered = inputs.value(REMEMBER.name).and_then(Value::as_bool).unwrap_or(before.remembered);
        Wish {
            lifetime: said.lifetime.or(before.access_lifetime),
            device: said.device.or_else(|| before.device.clone()),
            remembered,
        }
    }

    /// Whether a session is as it is wished for; a device that is not named is any.
    pub(super) fn suits(&self, session: &Session) -> bool {
        let device = self.device.is_none() || self.device == session.device;
        device && self.remembered == session.remembered
    }
}

/// A session that is started.
pub(super) struct Started {
    /// Its account, as it is then.
    pub(super) account: Account,
    /// The session.
    pub(super) session: Arc<Session>,
    /// The changes that make them so.
    pub(super) changes: Vec<Change>,
}

/// Starts a session in the place of one that ends: nobody signs in, so the last login stays as it is.
pub(super) fn continue_session(
    account: &Account,
    wish_by: (&Wish, &'static str),
    at: &Setting<'_>,
) -> Started {
    start_session(account, wish_by, at)
}

/// Starts a session of an account. An account that its owner has closed is open again by that: whoever signs in wants
/// to keep it. `by` is the action that does it.
fn start_session(account: &Account, (wish, by): (&Wish, &'static str), at: &Setting<'_>) -> Started {
    let (account, mut changes) = reopened(account, at);
    let session = session(&account, (wish, by), at);
    changes.push(Change::StartSession {
        session: Box::new(Session::clone(&session)),
        account_version: account.version,
    });
    Started { account, session, changes }
}

/// What the audit trail says of a closing that is taken back.
const TAKEN_BACK: &str = "taken_back";

fn reopened(account: &Account, at: &Setting<'_>) -> (Account, Vec<Change>) {
    let Some(standing) = account.standing.reopened() else { return (account.clone(), Vec::new()) };
    let update = AccountUpdate::Standing(standing.clone());
    let (id, version) = (account.id, account.version);
    let said =
        event(close_account::SPEC.name, &Answer::bare(Outcome::Closed), About::account(Some(account)), at);
    let changes = vec![
        Change::UpdateAccount { account: id, version, update, at: at.now },
        Change::Audit(Box::new(AuditEvent { outcome: Cow::Borrowed(TAKEN_BACK), ..said })),
    ];
    (Account { version: version + 1, standing, updated_at: at.now, ..account.clone() }, changes)
}

fn session(account: &Account, (wish, by): (&Wish, &'static str), at: &Setting<'_>) -> Arc<Session> {
    let mut seed = [0u8; 16];
    at.dice.fill(&mut seed);
    let access = at.policy.token(ACCESS);
    let longest = access.and_then(|token| token.longest);
    let chosen = wish.lifetime.map(|asked| longest.map_or(asked, |most| asked.min(most)));
    // A JWT says whole seconds: the row says the same, so that both end together.
    let began = at.now.whole_second();
    let absolute_until = absolute_end(at, began);
    let life = session_life(at, chosen);
    let prolongs = at.policy.prolongs;
    let access_life = chosen.or(access.map(|token| token.lifetime)).unwrap_or(life);
    Arc::new(Session {
        id: SessionId(uuid_v7(at.now, at.dice)),
        realm: at.policy.realm.clone(),
        contract: at.policy.contract.clone(),
        account: account.id,
        created_at: at.now,
        last_used_at: at.now,
        refresh: RefreshState::new(seed, at.now),
        expires_at: began.plus(life).min(absolute_until),
        absolute_until,
        access_until: prolongs.then(|| began.plus(access_life).min(absolute_until)),
        access_lifetime: chosen,
        key_id: at.keys.refresh().id().to_owned(),
        user_agent: at.client.user_agent.clone(),
        device: wish.device.clone(),
        remembered: wish.remembered,
        address: at.client.address.to_string(),
        begun_by: by,
        ended: None,
    })
}

/// Signs in: a new session of an account, whose last login this is.
pub(super) fn sign_in(account: &Account, (wish, by): (&Wish, &'static str), at: &Setting<'_>) -> Started {
    let login = LastLogin { at: at.now, address: at.client.address.to_string() };
    let account = Account { last_login: Some(login.clone()), ..account.clone() };
    let mut started = start_session(&account, (wish, by), at);
    started.changes.push(Change::NoteLogin { account: account.id, login });
    started
}

/// When a session ends whatever happens: sign-in plus the longest that its longest-living token may live.
fn absolute_end(at: &Setting<'_>, began: Timestamp) -> Timestamp {
    let token = at.policy.token(REFRESH).or_else(|| at.policy.token(ACCESS));
    token.and_then(|token| token.longest).map_or(Timestamp::MAX, |longest| began.plus(longest))
}

/// How long a session lives unless it is prolonged: as long as its longest-living token.
pub(super) fn session_life(at: &Setting<'_>, chosen: Option<Duration>) -> Duration {
    let life = |token: Option<&TokenPolicy>| {
        token.map(|token| token.after_refresh.map_or(token.lifetime, |after| after.max(token.lifetime)))
    };
    let access = chosen.or(life(at.policy.token(ACCESS))).unwrap_or_default();
    let refresh = life(at.policy.token(REFRESH)).unwrap_or_default();
    access.max(refresh)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn wish(values: &[(&'static str, Value)]) -> Wish {
        Wish::of(&Inputs { values: values.to_vec(), ..Inputs::default() })
    }

    #[test]
    fn a_session_is_remembered_unless_the_request_says_no() {
        assert_eq!(wish(&[]), Wish::default());
        assert_eq!(wish(&[("remember", Value::Null), ("device", json!(" "))]), Wish::default());
        assert_eq!(wish(&[("remember", json!(true))]), Wish::default());
        let said = wish(&[("remember", json!(false)), ("device", json!("a\u{7}b")), ("lifetime", json!(60))]);
        let length = Some(Duration::from_secs(60));
        assert_eq!(said, Wish { lifetime: length, device: Some("ab".to_owned()), remembered: false });
    }
}
