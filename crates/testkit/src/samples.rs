//! Records to put into a store: complete, plausible, and different from their defaults in every field.

use doorward_core::account::{Account, AccountId, LastLogin};
use doorward_core::audit::AuditEvent;
use doorward_core::change::{AccountUpdate, Change, SealedMail};
use doorward_core::code::{Code, Purpose};
use doorward_core::identifier::{Identifier, IdentifierKind};
use doorward_core::key::StoredKey;
use doorward_core::password::PasswordHash;
use doorward_core::public_id::PublicId;
use doorward_core::session::{RefreshState, Session, SessionId};
use doorward_core::standing::{Lock, Standing, Status};
use doorward_core::time::Timestamp;
use serde_json::json;
use std::time::Duration;
use uuid::Uuid;

/// The time at which all samples are made: 2026-01-01T00:00:00Z and 7 ms.
pub const NOW: Timestamp = Timestamp(1_767_225_600_007);

/// So much later than [`NOW`].
#[must_use]
pub fn later(seconds: u64) -> Timestamp {
    NOW.plus(Duration::from_secs(seconds))
}

/// The `n`th id: ordered like `n`.
#[must_use]
pub fn id(n: u64) -> Uuid {
    Uuid::from_u128(0x0190_ABCD_0000_7000_8000_0000_0000_0000 + u128::from(n))
}

/// The `n`th account's id.
#[must_use]
pub fn account_id(n: u64) -> AccountId {
    AccountId(id(n))
}

/// The `n`th session's id.
#[must_use]
pub fn session_id(n: u64) -> SessionId {
    SessionId(id(n))
}

/// The `n`th account: `User<n>`, `User<n>@Example.org`, a hex id, version 1.
#[must_use]
pub fn account(realm: &str, n: u64) -> Account {
    let identifier = |kind, written: String, verified| Identifier {
        kind,
        canonical: written.to_lowercase(),
        written,
        verified,
    };
    let profile =
        json!({ "z": n, "nickname": "Zoë \u{1F436} \u{0} '", "age": 7, "tags": ["a", null, {"b": false}] });
    Account {
        id: account_id(n),
        realm: realm.to_owned(),
        version: 1,
        identifiers: vec![
            identifier(IdentifierKind::Username, format!("User{n}"), false),
            identifier(IdentifierKind::Email, format!("User{n}@Example.org"), true),
        ],
        public_ids: vec![PublicId { kind: "hex24".to_owned(), value: format!("{n:024x}") }],
        password: Some(PasswordHash::new(format!("$argon2id$v=19$sample{n}"))),
        profile: profile.as_object().cloned().unwrap_or_default(),
        roles: vec!["admin".to_owned(), "Ünusual \"role\"".to_owned()],
        must_change_password: n % 2 == 1,
        standing: Standing {
            status: Status::ALL[(n % 3) as usize],
            reason: n.is_multiple_of(3).then(|| "left the \"club\"".to_owned()),
            lock: None,
            expires_at: n.is_multiple_of(5).then(|| later(90_000)),
        },
        created_at: NOW,
        updated_at: later(1),
        last_login: n
            .is_multiple_of(2)
            .then(|| LastLogin { at: later(2), address: "2001:db8::7".to_owned() }),
    }
}

/// The `n`th session, of this account: expires after an hour, at the latest after a day.
#[must_use]
pub fn session(realm: &str, n: u64, account: AccountId) -> Session {
    Session {
        id: session_id(n),
        realm: realm.to_owned(),
        contract: "cakes".to_owned(),
        account,
        created_at: NOW,
        last_used_at: later(3),
        refresh: RefreshState {
            generation: 4,
            seed: [u8::try_from(n % 251).unwrap_or(0); 16],
            rotated_at: later(1),
            confirmed: n % 2 == 1,
            late_retry: n.is_multiple_of(3).then_some(2),
        },
        expires_at: later(3600),
        absolute_until: later(86_400),
        access_until: n.is_multiple_of(2).then(|| later(900)),
        access_lifetime: n.is_multiple_of(2).then_some(Duration::from_secs(900)),
        key_id: format!("key-{n}"),
        user_agent: "Mozilla/5.0 (sample)".to_owned(),
        device: n.is_multiple_of(2).then(|| format!("Kim\u{2019}s phone {n}")),
        remembered: !n.is_multiple_of(3),
        address: "192.0.2.7".to_owned(),
        begun_by: if n.is_multiple_of(2) { "register" } else { "login" },
        ended: None,
    }
}

/// The `n`th code, for this destination: expires after ten minutes.
#[must_use]
pub fn code(realm: &str, n: u64, destination: &str) -> Code {
    Code {
        id: id(n),
        realm: realm.to_owned(),
        purpose: Purpose::ResetPassword,
        destination: destination.to_owned(),
        account: n.is_multiple_of(2).then(|| account_id(n)),
        claims: vec![
            (IdentifierKind::Email, destination.to_owned()),
            (IdentifierKind::Username, "na\"me, with\n[marks]".to_owned()),
        ],
        mac: [u8::try_from(n % 251).unwrap_or(0); 32],
        created_at: NOW,
        expires_at: later(600),
        used_at: None,
    }
}

/// The `n`th mail: queued `n` seconds after [`NOW`], due at once.
#[must_use]
pub fn mail(realm: &str, n: u64) -> SealedMail {
    SealedMail {
        id: id(n),
        realm: realm.to_owned(),
        sealed: format!("sealed\u{0}{n}").into_bytes(),
        created_at: later(n),
        attempts: 0,
        next_at: later(n),
        expires_at: n.is_multiple_of(2).then(|| later(n + 600)),
        failure: None,
        dead_at: None,
    }
}

/// The `n`th key.
#[must_use]
pub fn key(realm: &str, kind: &str, n: u64) -> StoredKey {
    StoredKey {
        realm: realm.to_owned(),
        kind: kind.to_owned(),
        id: format!("key-{n}"),
        algorithm: "HS256".to_owned(),
        wrapped: vec![0, 255, u8::try_from(n % 251).unwrap_or(0)],
        created_at: later(n),
        active: n % 2 == 1,
        legacy_until: (n % 3 == 1).then(|| later(n + 9)),
    }
}

/// The `n`th audit event.
#[must_use]
pub fn event(realm: &str, n: u64) -> AuditEvent {
    AuditEvent {
        id: id(n),
        at: later(n),
        realm: realm.to_owned(),
        contract: "haenaem".to_owned(),
        action: "login".into(),
        outcome: if n.is_multiple_of(2) { "signed_in".into() } else { "wrong_password".into() },
        account: n.is_multiple_of(2).then(|| account_id(n)),
        caller: n.is_multiple_of(5).then(|| account_id(n + 1)),
        session: n.is_multiple_of(3).then(|| session_id(n)),
        address: "192.0.2.9".to_owned(),
        user_agent: "curl/8".to_owned(),
        request_id: format!("r{n}"),
        note: n.is_multiple_of(7).then(|| format!(" because {n} ")),
    }
}

/// The change that adds an account, without drawing a number.
#[must_use]
pub fn create(account: Account) -> Change {
    Change::CreateAccount { account: Box::new(account), sequence: false }
}

/// The change that starts a session on an account of version 1.
#[must_use]
pub fn start(session: Session) -> Change {
    Change::StartSession { session: Box::new(session), account_version: 1 }
}

/// The update that locks an active account until somebody unlocks it.
#[must_use]
pub fn locked() -> AccountUpdate {
    AccountUpdate::Standing(Standing { lock: Some(Lock::default()), ..Standing::default() })
}
