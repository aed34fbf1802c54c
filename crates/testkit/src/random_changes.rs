//! Random changes over a small world, made on the model and on a store: both must answer the same, and show
//! the same afterwards. One seed is one history.

use crate::dice::SeededDice;
use crate::samples;
use doorward_core::account::{Account, AccountId, LastLogin};
use doorward_core::audit::Segment;
use doorward_core::change::{AccountUpdate, Change};
use doorward_core::code::{Code, Purpose, Stage};
use doorward_core::identifier::{Identifier, IdentifierKind};
use doorward_core::key::MacKey;
use doorward_core::password::PasswordHash;
use doorward_core::port::{AccountOrder, AccountPage, AccountSearch, Store};
use doorward_core::public_id::PublicId;
use doorward_core::session::{EndReason, RefreshState, Session, SessionId};
use doorward_core::standing::{Lock, Standing, Status};
use doorward_core::time::Timestamp;
use doorward_core::token::TokenNote;
use std::time::Duration;

const ACCOUNTS: usize = 5;
const SESSIONS: usize = 5;
const PURPOSES: [Purpose; 2] = [Purpose::SignUp, Purpose::Stage(Stage::CompleteRegister)];
const NAMES: [&str; 4] = ["ann", "bob", "cid", "ann@example.org"];
const REALM_NAMES: [&str; 2] = ["a", "b"];
const REASONS: [EndReason; 4] =
    [EndReason::SignedOut, EndReason::PasswordChanged, EndReason::Locked, EndReason::Reused];

/// Makes `steps` random applies of one seed on both stores, and panics where they differ. Stores may hold other
/// seeds' worlds already: each seed has realms and ids of its own.
pub async fn agree(seed: u64, steps: u32, model: &dyn Store, subject: &dyn Store) {
    let world = World { seed, dice: SeededDice::new(seed), model };
    let mut now = samples::NOW;
    for step in 0..steps {
        now = now.plus(Duration::from_millis(world.dice.below(40_000) as u64));
        let mut changes = Vec::new();
        for _ in 0..=world.dice.below(4) {
            changes.push(world.change(now).await);
        }
        let told = format!("seed {seed}, step {step}: {changes:?}");
        let expected = model.apply(changes.clone()).await.expect("the model works");
        let got = subject.apply(changes).await.expect("the store works");
        assert_eq!(got, expected, "{told}");
        if step % 5 == 4 || step + 1 == steps {
            world.compare_reads(subject, now, &told).await;
        }
    }
    let long_after = now.plus(Duration::from_secs(world.dice.below(4) as u64 * 24 * 3600));
    let swept = model.sweep(long_after).await.expect("the model works");
    assert_eq!(subject.sweep(long_after).await.expect("the store works"), swept, "sweep after seed {seed}");
    world.compare_reads(subject, long_after, &format!("after seed {seed}")).await;
}

struct World<'a> {
    seed: u64,
    dice: SeededDice,
    /// What the guards are mostly read from, so that many changes succeed.
    model: &'a dyn Store,
}

impl World<'_> {
    fn id(&self, kind: u64, n: usize) -> u64 {
        self.seed * 1000 + kind * 100 + n as u64
    }

    fn account_id(&self, n: usize) -> AccountId {
        samples::account_id(self.id(0, n))
    }

    fn session_id(&self, n: usize) -> SessionId {
        samples::session_id(self.id(1, n))
    }

    fn realm(&self, n: usize) -> String {
        format!("{}-{}", REALM_NAMES[n % REALM_NAMES.len()], self.seed)
    }

    /// Accounts are spread over the realms by their number.
    fn realm_of(&self, account: usize) -> String {
        self.realm(usize::from(account == 0))
    }

    fn chance(&self, percent: usize) -> bool {
        self.dice.below(100) < percent
    }

    fn pick<T: Copy>(&self, from: &[T]) -> T {
        from[self.dice.below(from.len())]
    }

    fn any_account(&self) -> usize {
        self.dice.below(ACCOUNTS)
    }

    /// The version that an account has, mostly.
    async fn version_of(&self, account: usize) -> u64 {
        let found =
            self.model.account(&self.realm_of(account), self.account_id(account)).await.expect("works");
        let version = found.map_or(1, |account| account.version);
        if self.chance(85) { version } else { version + 1 }
    }

    async fn change(&self, now: Timestamp) -> Change {
        match self.dice.below(20) {
            0 | 1 => self.create(),
            2 | 3 => self.update(now).await,
            4 if self.chance(40) => {
                let account = self.any_account();
                Change::DeleteAccount {
                    account: self.account_id(account),
                    version: self.version_of(account).await,
                }
            }
            4 if self.chance(30) => {
                let account = self.any_account();
                let version = self.version_of(account).await;
                Change::HasVersion { account: self.account_id(account), version }
            }
            4 if self.chance(50) => {
                let (n, value) = (self.any_account(), format!("user_{}", self.dice.below(4)));
                let id = PublicId { kind: "prefix:user_".to_owned(), value };
                let ids = if self.chance(70) { vec![id] } else { Vec::new() };
                Change::GivePublicIds { account: self.account_id(n), ids, sequence: self.chance(50) }
            }
            4 | 5 => self.upgrade().await,
            6 => Change::NoteLogin {
                account: self.account_id(self.any_account()),
                login: LastLogin { at: now, address: self.pick(&NAMES).to_owned() },
            },
            7..=9 => self.start(now).await,
            12 if self.chance(50) => self.note_token(now),
            12 => Change::TouchSession { session: self.session_id(self.dice.below(SESSIONS)), at: now },
            13 => Change::EndSession {
                session: self.session_id(self.dice.below(SESSIONS)),
                reason: self.pick(&REASONS),
                at: now,
            },
            14 if self.chance(50) => self.end_sessions(now).await,
            10 | 11 | 14 => self.move_session(now).await,
            15..=17 => self.change_codes(now).await,
            _ => self.change_elsewhere(now).await,
        }
    }

    fn create(&self) -> Change {
        let n = self.any_account();
        let mut account = samples::account(&self.realm_of(n), self.id(0, n));
        account.identifiers = self.identifiers();
        if self.chance(10) {
            let value = (self.dice.below(9) + 1).to_string();
            account.public_ids.push(PublicId { kind: "sequence".to_owned(), value });
        }
        if self.chance(20) {
            account.password = None;
        }
        Change::CreateAccount { account: Box::new(account), sequence: self.chance(50) }
    }

    fn identifiers(&self) -> Vec<Identifier> {
        let mut identifiers = Vec::new();
        for _ in 0..self.dice.below(3) {
            let name = self.pick(&NAMES).to_owned();
            let kind = self.pick(&IdentifierKind::ALL);
            let verified = self.chance(50);
            identifiers.push(Identifier { kind, written: name.to_uppercase(), canonical: name, verified });
        }
        identifiers
    }

    async fn update(&self, now: Timestamp) -> Change {
        let account = self.any_account();
        let hash = PasswordHash::new(format!("${}$", self.dice.below(3)));
        let profile = samples::account("", self.id(4, self.dice.below(3))).profile;
        let update = match self.dice.below(8) {
            0 => AccountUpdate::Password { hash, must_change: self.chance(50) },
            1 => AccountUpdate::Standing(self.standing(now)),
            7 => AccountUpdate::Roles(
                NAMES[..self.dice.below(3)].iter().map(|name| (*name).to_owned()).collect(),
            ),
            2 => AccountUpdate::Profile(profile),
            3..=5 => AccountUpdate::Identifiers(self.identifiers()),
            _ => AccountUpdate::MustChange(self.chance(50)),
        };
        let version = self.version_of(account).await;
        Change::UpdateAccount { account: self.account_id(account), version, update, at: now }
    }

    fn standing(&self, now: Timestamp) -> Standing {
        let soon = |chance| self.chance(chance).then(|| now.plus(Duration::from_secs(30)));
        let reason = |chance| self.chance(chance).then(|| self.pick(&NAMES).to_owned());
        Standing {
            status: match self.dice.below(4) {
                3 => Status::Closing { until: now.plus(Duration::from_secs(self.dice.below(60) as u64)) },
                given => Status::ALL[given],
            },
            reason: reason(50),
            lock: self.chance(50).then(|| Lock { until: soon(50), reason: reason(50) }),
            expires_at: soon(30),
        }
    }

    async fn upgrade(&self) -> Change {
        let n = self.any_account();
        let found = self.model.account(&self.realm_of(n), self.account_id(n)).await.expect("works");
        let other = PasswordHash::new("$other$".to_owned());
        let stored = found.and_then(|account| account.password).unwrap_or_else(|| other.clone());
        let from = if self.chance(70) { stored } else { other };
        let to = PasswordHash::new(format!("${}$", self.dice.below(3)));
        Change::UpgradeHash { account: self.account_id(n), from, to }
    }

    async fn start(&self, now: Timestamp) -> Change {
        let account = self.any_account();
        let n = self.dice.below(SESSIONS);
        let seconds = |range: usize| Duration::from_secs(self.dice.below(range) as u64);
        let session = Session {
            created_at: now,
            expires_at: now.plus(seconds(200)),
            absolute_until: now.plus(seconds(400)),
            ..samples::session(&self.realm_of(account), self.id(1, n), self.account_id(account))
        };
        Change::StartSession { session: Box::new(session), account_version: self.version_of(account).await }
    }

    async fn move_session(&self, now: Timestamp) -> Change {
        let session = self.session_id(self.dice.below(SESSIONS));
        let found = self.model.session(session).await.expect("works");
        let fresh = RefreshState::new([3; 16], now);
        let mut from = found.map_or(fresh, |found| found.session.refresh);
        if self.chance(10) {
            from.generation += 1;
        }
        if self.chance(10) {
            from.late_retry = Some(1);
        }
        let to = match self.dice.below(3) {
            0 => from.repeated_late(),
            1 => RefreshState { confirmed: true, ..from.clone() },
            _ => from.advanced(now),
        };
        let expires_at = now.plus(Duration::from_secs(300));
        let access_until = self.chance(50).then_some(expires_at);
        Change::MoveSession { session, from, to, expires_at, access_until, at: now }
    }

    fn note_token(&self, now: Timestamp) -> Change {
        let note = TokenNote {
            realm: self.realm(self.dice.below(2)),
            digest: [u8::from(self.chance(50)); 32],
            session: self.session_id(self.dice.below(SESSIONS)),
            generation: 1,
            expires_at: now.plus(Duration::from_secs(60)),
        };
        Change::NoteToken { note, at: now }
    }

    async fn end_sessions(&self, now: Timestamp) -> Change {
        let account = self.any_account();
        let version = if self.chance(50) { Some(self.version_of(account).await) } else { None };
        Change::EndSessions {
            account: self.account_id(account),
            version,
            except: self.chance(50).then(|| self.session_id(self.dice.below(SESSIONS))),
            reason: self.pick(&REASONS),
            at: now,
        }
    }

    async fn change_codes(&self, now: Timestamp) -> Change {
        let realm = self.realm(self.dice.below(2));
        let (purpose, destination) = (self.pick(&PURPOSES), self.pick(&NAMES).to_owned());
        match self.dice.below(5) {
            0 | 1 => Change::PutCode(Box::new(Code {
                purpose,
                created_at: now,
                expires_at: now.plus(Duration::from_secs(60)),
                ..samples::code(&realm, self.id(2, self.dice.below(30)), &destination)
            })),
            2 => {
                let found = self.model.code(&realm, purpose, &destination).await.expect("works");
                let code = found.map_or(samples::id(self.id(2, 99)), |code| code.id);
                Change::SpendCode { code, at: now }
            }
            3 if self.chance(50) => Change::DropCodes { realm, purpose, destination },
            3 => {
                let found = self.model.code(&realm, purpose, &destination).await.expect("works");
                let code = found.map(|code| code.id).filter(|_| self.chance(70));
                Change::NewestIs { realm, purpose, destination, code }
            }
            _ => {
                let key = destination;
                let stands = self.model.tally(&realm, &key, now).await.expect("works");
                let below = if self.chance(85) { stands + 1 } else { stands };
                if self.chance(20) {
                    return Change::TallyBelow { realm, key, below, at: now };
                }
                let until = now.plus(Duration::from_secs(self.dice.below(120) as u64));
                Change::Count { realm, key, below, at: now, until }
            }
        }
    }

    async fn change_elsewhere(&self, now: Timestamp) -> Change {
        let realm = self.realm(self.dice.below(2));
        let n = self.id(3, self.dice.below(3));
        match self.dice.below(13) {
            11 => self.seal(now).await,
            12 => self.prune(now).await,
            6 | 7 => Change::HoldValue {
                realm,
                account: self.account_id(self.any_account()),
                field: self.pick(&["nick", "nick", "key"]).to_owned(),
                value: self.chance(90).then(|| self.pick(&NAMES[..2]).to_owned()),
            },
            8 => Change::NoteChange {
                account: self.account_id(self.any_account()),
                field: self.pick(&["nick", "key"]).to_owned(),
                at: now,
            },
            0 => Change::QueueMail(samples::mail(&realm, n)),
            1 => Change::MailDelivered(samples::id(n)),
            2 => Change::MailPutOff {
                id: samples::id(n),
                next_at: now.plus(Duration::from_secs(30)),
                failure: self.chance(70).then(|| "it did not answer".to_owned()),
            },
            9 => Change::MailDied { id: samples::id(n), at: now, failure: "550 no such user".to_owned() },
            10 => Change::MailRevived { id: samples::id(n), next_at: now },
            3 => Change::PutKey(samples::key(&realm, self.pick(&["access", "refresh"]), n)),
            _ => Change::Audit(Box::new(samples::event(&realm, n))),
        }
    }

    /// Seals what is not sealed; now and then after a segment that is not the latest.
    async fn seal(&self, now: Timestamp) -> Change {
        let key = MacKey::new("seal".to_owned(), &[7; 32]);
        let mut before = self.model.last_segment().await.expect("the model works");
        if self.chance(20) {
            before = self.model.segments_after(0, 1).await.expect("the model works").pop();
        }
        let after = before.as_ref().map_or(0, |before| before.last);
        let events = self.model.audit_after(after, 1).await.expect("the model works");
        Change::SealAudit(Box::new(Segment::of(&key, before.as_ref(), &events, now)))
    }

    /// Prunes, or seals first where there is too little to prune.
    async fn prune(&self, now: Timestamp) -> Change {
        let latest = self.model.last_segment().await.expect("the model works");
        let number = latest.map_or(0, |latest| latest.number);
        if number < 2 && self.chance(80) {
            return self.seal(now).await;
        }
        let through = number.saturating_sub(u64::from(self.chance(80)));
        Change::PruneAudit { through, mark: [9; 32] }
    }

    async fn compare_reads(&self, subject: &dyn Store, now: Timestamp, told: &str) {
        for n in 0..ACCOUNTS {
            let id = self.account_id(n);
            for realm in [self.realm(0), self.realm(1)] {
                let expected = self.model.account(&realm, id).await.expect("the model works");
                assert_eq!(subject.account(&realm, id).await.expect("works"), expected, "{told}");
                self.compare_look_ups(subject, &realm, expected.as_ref(), told).await;
            }
            let expected = self.model.changed_fields(id).await.expect("the model works");
            assert_eq!(subject.changed_fields(id).await.expect("works"), expected, "{told}");
            let expected = self.model.live_sessions(id, now).await.expect("the model works");
            assert_eq!(subject.live_sessions(id, now).await.expect("works"), expected, "{told}");
        }
        for n in 0..SESSIONS {
            let id = self.session_id(n);
            let expected = self.model.session(id).await.expect("the model works");
            assert_eq!(subject.session(id).await.expect("works"), expected, "{told}");
        }
        for realm in [self.realm(0), self.realm(1)] {
            self.compare_by_name(subject, &realm, now, told).await;
            self.compare_lists(subject, &realm, told).await;
        }
        let expected = self.model.due_mails(now, 20).await.expect("the model works");
        assert_eq!(subject.due_mails(now, 20).await.expect("works"), expected, "{told}");
        let expected = self.model.audit_after(0, 1000).await.expect("the model works");
        assert_eq!(subject.audit_after(0, 1000).await.expect("works"), expected, "{told}");
        let expected = self.model.segments_after(0, 1000).await.expect("the model works");
        assert_eq!(subject.segments_after(0, 1000).await.expect("works"), expected, "{told}");
        let expected = self.model.last_segment().await.expect("the model works");
        assert_eq!(subject.last_segment().await.expect("works"), expected, "{told}");
        let expected = self.model.mails(None, 20).await.expect("the model works");
        assert_eq!(subject.mails(None, 20).await.expect("works"), expected, "{told}");
    }

    async fn compare_look_ups(
        &self,
        subject: &dyn Store,
        realm: &str,
        account: Option<&Account>,
        told: &str,
    ) {
        let Some(account) = account else { return };
        for id in &account.public_ids {
            let found = subject.account_by_public_id(realm, &id.kind, &id.value).await.expect("works");
            assert_eq!(found.as_ref(), Some(account), "{told}");
        }
    }

    async fn compare_by_name(&self, subject: &dyn Store, realm: &str, now: Timestamp, told: &str) {
        for name in NAMES {
            for kind in IdentifierKind::ALL {
                let expected =
                    self.model.account_by_identifier(realm, kind, name).await.expect("the model works");
                let got = subject.account_by_identifier(realm, kind, name).await.expect("works");
                assert_eq!(got, expected, "{told}");
            }
            for purpose in &PURPOSES {
                let expected = self.model.code(realm, *purpose, name).await.expect("the model works");
                assert_eq!(subject.code(realm, *purpose, name).await.expect("works"), expected, "{told}");
                let Some(id) = expected.as_ref().map(|code| code.id) else { continue };
                assert_eq!(subject.code_by_id(realm, id).await.expect("works"), expected, "{told}");
            }
            let expected = self.model.tally(realm, name, now).await.expect("the model works");
            assert_eq!(subject.tally(realm, name, now).await.expect("works"), expected, "{told}");
            let expected = self.model.tally_ends(realm, name, now).await.expect("the model works");
            assert_eq!(subject.tally_ends(realm, name, now).await.expect("works"), expected, "{told}");
        }
        for (field, name) in ["nick", "key"].into_iter().flat_map(|field| NAMES.map(|name| (field, name))) {
            let expected = self.model.value_holder(realm, field, name).await.expect("the model works");
            assert_eq!(subject.value_holder(realm, field, name).await.expect("works"), expected, "{told}");
        }
        for number in 1..12 {
            let value = number.to_string();
            let expected = self.model.account_by_public_id(realm, "sequence", &value).await.expect("works");
            let got = subject.account_by_public_id(realm, "sequence", &value).await.expect("works");
            assert_eq!(got, expected, "{told}");
        }
    }

    async fn compare_lists(&self, subject: &dyn Store, realm: &str, told: &str) {
        for after in [None, Some(self.account_id(1))] {
            let page = AccountPage { after, limit: 3 };
            let expected = self.model.accounts(realm, &page).await.expect("the model works");
            assert_eq!(subject.accounts(realm, &page).await.expect("works"), expected, "{told}");
        }
        for digest in [[0; 32], [1; 32]] {
            let expected = self.model.token_note(realm, &digest).await.expect("the model works");
            assert_eq!(subject.token_note(realm, &digest).await.expect("works"), expected, "{told}");
        }
        let orders = [AccountOrder::Created, AccountOrder::Updated]
            .into_iter()
            .chain(IdentifierKind::ALL.map(AccountOrder::Identifier));
        for order in orders {
            let search = AccountSearch {
                contains: self.chance(40).then(|| self.pick(&["N", "ann", "example", "%", "cid"]).to_owned()),
                order,
                descending: self.chance(50),
                offset: self.dice.below(3) as u64,
                limit: self.dice.below(4) as u64,
            };
            let expected = self.model.search_accounts(realm, &search).await.expect("the model works");
            let got = subject.search_accounts(realm, &search).await.expect("works");
            assert_eq!(got, expected, "{search:?}: {told}");
        }
        let expected = self.model.keys(realm).await.expect("the model works");
        assert_eq!(subject.keys(realm).await.expect("works"), expected, "{told}");
        let expected = self.model.audit_events(realm, 25).await.expect("the model works");
        assert_eq!(subject.audit_events(realm, 25).await.expect("works"), expected, "{told}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MemoryStore;
    use doorward_core::change::ApplyResult;
    use std::collections::BTreeMap;

    /// The changes that have a guard.
    const GUARDED: [&str; 18] = [
        "SealAudit",
        "PruneAudit",
        "HoldValue",
        "GivePublicIds",
        "CreateAccount",
        "UpdateAccount",
        "DeleteAccount",
        "HasVersion",
        "StartSession",
        "MoveSession",
        "EndSession",
        "EndSessions",
        "NewestIs",
        "NoteToken",
        "SpendCode",
        "Count",
        "QueueMail",
        "PutKey",
    ];
    const UNGUARDED: [&str; 11] = [
        "NoteChange",
        "UpgradeHash",
        "NoteLogin",
        "TouchSession",
        "PutCode",
        "DropCodes",
        "MailDelivered",
        "MailPutOff",
        "MailDied",
        "MailRevived",
        "Audit",
    ];

    #[tokio::test]
    async fn every_change_is_made_and_every_guard_fails_now_and_then() {
        let mut seen: BTreeMap<(String, bool), u32> = BTreeMap::new();
        for seed in 0..120 {
            let model = MemoryStore::new();
            let world = World { seed, dice: SeededDice::new(seed), model: &model };
            for step in 0..150 {
                let change = world.change(samples::later(step * 20)).await;
                let told = format!("{change:?}");
                let name = told.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_owned();
                let made = model.apply(vec![change]).await.expect("works") != ApplyResult::Conflict;
                *seen.entry((name, made)).or_default() += 1;
            }
        }
        let times = |name: &str, made| seen.get(&(name.to_owned(), made)).copied().unwrap_or(0);
        for name in GUARDED {
            assert!(times(name, true) >= 5 && times(name, false) >= 5, "{name}: {seen:?}");
        }
        for name in UNGUARDED {
            assert!(times(name, true) >= 5, "{name}: {seen:?}");
        }
    }
}
