//! Starting a session: the same for every action that signs in.

use super::Setting;
use crate::account::{Account, LastLogin};
use crate::authenticate::{ACCESS, REFRESH};
use crate::change::Change;
use crate::policy::TokenPolicy;
use crate::port::uuid_v7;
use crate::session::{RefreshState, Session, SessionId};
use crate::time::Timestamp;
use std::sync::Arc;
use std::time::Duration;

/// How the caller and the contract want the session to be.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Wish {
    /// The access lifetime the caller asks for; it is clamped.
    pub(super) lifetime: Option<Duration>,
}

/// A new session of an account, and the change that starts it.
pub(super) fn start_session(account: &Account, wish: Wish, at: &Setting<'_>) -> (Arc<Session>, Change) {
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
    let session = Arc::new(Session {
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
        address: at.client.address.to_string(),
        ended: None,
    });
    let change = Change::StartSession {
        session: Box::new(Session::clone(&session)),
        account_version: account.version,
    };
    (session, change)
}

/// A sign-in: the account as it is then, its new session, and the changes that make them so.
pub(super) fn sign_in(
    account: &Account,
    wish: Wish,
    at: &Setting<'_>,
) -> (Arc<Account>, Arc<Session>, Vec<Change>) {
    let login = LastLogin { at: at.now, address: at.client.address.to_string() };
    let account = Account { last_login: Some(login.clone()), ..account.clone() };
    let (session, start) = start_session(&account, wish, at);
    let changes = vec![start, Change::NoteLogin { account: account.id, login }];
    (Arc::new(account), session, changes)
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
