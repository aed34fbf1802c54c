//! What the actions on codes share: drawing, keeping and comparing one.

use super::destination::{addresses, named};
use super::{Context, Named, Setting};
use crate::account::Account;
use crate::change::Change;
use crate::code::{Code, Purpose, Stage, TRIES_PER_CODE, TRIES_PER_HOUR};
use crate::fault::Fault;
use crate::key::{MacKey, same_bytes};
use crate::outcome::{Answer, Outcome as Name};
use crate::port::Tries;
use crate::stage_token::read_stage_id;
use crate::time::Timestamp;
use std::net::IpAddr;
use std::time::Duration;
use uuid::Uuid;

const HOUR_MS: i64 = 3_600_000;

/// The keyed hash under which a code is kept.
pub(super) fn code_mac(id: Uuid, code: &str, key: &MacKey) -> [u8; 32] {
    key.mac(&[b"code", id.as_bytes(), code.as_bytes()])
}

/// Why a presented code is not good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadCode {
    /// Not the code; and how tries stand now.
    Wrong(Tries),
    /// Too late.
    Expired,
    /// Spent already.
    Used,
    /// There is none.
    Unknown,
}

impl From<BadCode> for Answer {
    fn from(bad: BadCode) -> Answer {
        match bad {
            BadCode::Wrong(tries) => Answer::bare(Name::WrongCode).tried(Some(tries)),
            BadCode::Expired => Answer::bare(Name::ExpiredCode),
            BadCode::Used => Answer::bare(Name::UsedCode),
            BadCode::Unknown => Answer::bare(Name::UnknownCode),
        }
    }
}

/// The newest code for a destination, with how often it was guessed at.
pub(super) struct Guarded {
    pub(super) code: Option<Code>,
    here: u32,
    hour: u32,
    /// Why there is none.
    absent: BadCode,
}

impl Guarded {
    /// Reads the code and its tallies.
    pub(super) async fn load(
        purpose: Purpose,
        destination: &str,
        cx: &Context<'_>,
    ) -> Result<Guarded, Fault> {
        let (at, store) = (&cx.setting, &cx.services.store);
        let realm = &at.policy.realm;
        let Some(code) = store.code(realm, purpose, destination).await? else { return Ok(Guarded::none()) };
        let here = store.tally(realm, &here_key(&code, at.client.address), at.now).await?;
        let hour = store.tally(realm, &hour_key(destination), at.now).await?;
        Ok(Guarded { here, hour, ..Guarded::found(code) })
    }

    /// The row that a link's token names, where the presented text is one. It cannot be guessed, so no tries are
    /// counted.
    pub(super) async fn of_link(
        purpose: Purpose,
        presented: &str,
        cx: &Context<'_>,
    ) -> Result<Guarded, Fault> {
        let (at, store) = (&cx.setting, &cx.services.store);
        match read_stage_id(presented, at.keys.code()) {
            Some((id, said)) if said == purpose => Ok(match store.code_by_id(&at.policy.realm, id).await? {
                Some(code) => Guarded::found(code),
                // A newer one has taken its place, or it is long over.
                None => Guarded { absent: BadCode::Expired, ..Guarded::none() },
            }),
            _ => Ok(Guarded::none()),
        }
    }

    /// Whether a link's token named it, or one that is gone.
    pub(super) fn is_link(&self) -> bool {
        self.code.is_some() || self.absent != BadCode::Unknown
    }

    fn found(code: Code) -> Guarded {
        Guarded { code: Some(code), ..Guarded::none() }
    }

    /// The same for an account: the code at the address that is named, otherwise the newest at any of its addresses; no
    /// code where there is no account or no address.
    pub(super) async fn of_account(
        purpose: Purpose,
        (account, name): (Option<&Account>, Option<&Named>),
        cx: &Context<'_>,
    ) -> Result<Guarded, Fault> {
        let Some(account) = account else { return Ok(Guarded::none()) };
        if let Some(address) = name.and_then(|name| named(std::slice::from_ref(name))) {
            return Guarded::load(purpose, &address.canonical, cx).await;
        }
        let mut newest = Guarded::none();
        for address in addresses(account) {
            newest = newest.newer(Guarded::load(purpose, &address.canonical, cx).await?);
        }
        Ok(newest)
    }

    /// The one of the two that was sent later.
    pub(super) fn newer(self, other: Guarded) -> Guarded {
        let sent = |guarded: &Guarded| guarded.code.as_ref().map(|code| code.created_at);
        if sent(&other) > sent(&self) { other } else { self }
    }

    /// No code.
    pub(super) fn none() -> Guarded {
        Guarded { code: None, here: 0, hour: 0, absent: BadCode::Unknown }
    }

    /// Whether the presented code is the one, and what must be written when it is not. Whoever tells by any answer
    /// that it is the one must write [`Guarded::still`], or guesses sent side by side would go uncounted.
    pub(super) fn compare(&self, presented: &str, at: &Setting<'_>) -> Result<&Code, (BadCode, Vec<Change>)> {
        let Some(code) = &self.code else { return Err((self.absent, Vec::new())) };
        let spent = self.here >= TRIES_PER_CODE || self.hour >= TRIES_PER_HOUR;
        if spent && !is_token_of(code, presented, at) {
            return Err((BadCode::Wrong(Tries { used: self.here, left: 0 }), Vec::new()));
        }
        if !same_bytes(&code.mac, &code_mac(code.id, presented, at.keys.code())) {
            let used = self.here + 1;
            let tries = Tries { used, left: TRIES_PER_CODE.saturating_sub(used) };
            return Err((BadCode::Wrong(tries), self.count_try(code, at)));
        }
        if code.used_at.is_some() {
            return Err((BadCode::Used, Vec::new()));
        }
        if at.now >= code.expires_at {
            return Err((BadCode::Expired, Vec::new()));
        }
        Ok(code)
    }

    /// The guards of what was presented and is right: it is not one guess too many. A link's token is no guess, so
    /// nobody stops it by guessing.
    pub(super) fn still(&self, code: &Code, presented: &str, at: &Setting<'_>) -> Vec<Change> {
        if is_token_of(code, presented, at) {
            return Vec::new();
        }
        let under = |key: String, below: u32| Change::TallyBelow {
            realm: code.realm.clone(),
            key,
            below,
            at: at.now,
        };
        vec![
            under(here_key(code, at.client.address), TRIES_PER_CODE),
            under(hour_key(&code.destination), TRIES_PER_HOUR),
        ]
    }

    /// The changes that count a wrong try. Of guesses sent side by side, no more than are allowed are answered.
    pub(super) fn count_try(&self, code: &Code, at: &Setting<'_>) -> Vec<Change> {
        let count = |key: String, below: u32, until: Timestamp| Change::Count {
            realm: code.realm.clone(),
            key,
            below,
            until,
            at: at.now,
        };
        // Tries on an old code stay counted until nobody could use it any more.
        let later = code.expires_at.plus(Duration::from_secs(3600));
        let hour_end = Timestamp((at.now.0.div_euclid(HOUR_MS) + 1) * HOUR_MS);
        vec![
            count(here_key(code, at.client.address), TRIES_PER_CODE, later),
            count(hour_key(&code.destination), TRIES_PER_HOUR, hour_end),
        ]
    }
}

/// Whether a text is the token of this row, which nobody can guess.
fn is_token_of(code: &Code, presented: &str, at: &Setting<'_>) -> bool {
    read_stage_id(presented, at.keys.code()) == Some((code.id, code.purpose))
}

/// The changes that forget what would set a password, or goes on with the one before, once one is set; all but what
/// was spent for it.
pub(super) fn overtaken(account: &Account, spent: Option<&Code>) -> Vec<Change> {
    let mut destinations: Vec<String> = addresses(account).map(|address| address.canonical.clone()).collect();
    // Stages of an account without an address are kept under its id.
    destinations.push(account.id.0.to_string());
    destinations.extend(spent.map(|code| code.destination.clone()));
    destinations.dedup();
    let [reset, first] = [Stage::ResetPassword, Stage::SetInitialPassword].map(Purpose::Stage);
    let purposes = [Purpose::ResetPassword, Purpose::SecondStep, reset, first];
    let ways = destinations.iter().flat_map(|to| purposes.map(|purpose| (purpose, to.clone())));
    let is_spent = |(purpose, to): &(Purpose, String)| {
        spent.is_some_and(|code| code.purpose == *purpose && code.destination == *to)
    };
    let forget =
        |(purpose, destination)| Change::DropCodes { realm: account.realm.clone(), purpose, destination };
    ways.filter(|way| !is_spent(way)).map(forget).collect()
}

fn here_key(code: &Code, address: IpAddr) -> String {
    format!("code:{}:{}", code.id, network(address))
}

fn hour_key(destination: &str) -> String {
    format!("code-hour:{destination}")
}

/// The network an address is counted as: an IPv4 address (also when mapped into IPv6), or an IPv6 /64.
#[must_use]
pub fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}
