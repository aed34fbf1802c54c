//! The model of the store: plain maps under one lock. What it does is what every engine must do.

use async_trait::async_trait;
use doorward_core::account::{Account, AccountId};
use doorward_core::audit::{AuditEvent, NumberedEvent, Segment};
use doorward_core::change::{AccountUpdate, Applied, ApplyResult, Change, SealedMail};
use doorward_core::code::{Code, Purpose};
use doorward_core::fault::Fault;
use doorward_core::identifier::{Identifier, IdentifierKind};
use doorward_core::key::StoredKey;
use doorward_core::port::{
    AccountOrder, AccountPage, AccountSearch, DEAD_MAILS_KEPT, FoundAccounts, KEPT_AFTER_EXPIRY,
    SessionWithAccount, Store,
};
use doorward_core::public_id::PublicId;
use doorward_core::session::{EndReason, Ended, Session, SessionId};
use doorward_core::time::Timestamp;
use doorward_core::token::TokenNote;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};
use uuid::Uuid;

/// A store that forgets everything when it is dropped.
#[derive(Debug, Default)]
pub struct MemoryStore {
    state: Mutex<State>,
}

#[derive(Clone, Debug, Default)]
struct State {
    accounts: BTreeMap<AccountId, Account>,
    counters: BTreeMap<String, u64>,
    sessions: BTreeMap<SessionId, Session>,
    notes: BTreeMap<SessionId, TokenNote>,
    codes: BTreeMap<(String, Purpose, String), Code>,
    tallies: BTreeMap<(String, String), (u32, Timestamp)>,
    outbox: BTreeMap<Uuid, SealedMail>,
    keys: BTreeMap<(String, String, String), StoredKey>,
    audit: BTreeMap<u64, AuditEvent>,
    segments: BTreeMap<u64, Segment>,
    held: BTreeMap<(String, String, String), AccountId>,
    changed: BTreeMap<(AccountId, String), Timestamp>,
}

/// A guard failed.
struct Conflict;

type Step = Result<(), Conflict>;

fn guard(holds: bool) -> Step {
    if holds { Ok(()) } else { Err(Conflict) }
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> MemoryStore {
        MemoryStore::default()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nobody panics while holding the state")
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn account(&self, realm: &str, id: AccountId) -> Result<Option<Account>, Fault> {
        Ok(self.state().accounts.get(&id).filter(|account| account.realm == realm).cloned())
    }

    async fn account_by_identifier(
        &self,
        realm: &str,
        kind: IdentifierKind,
        canonical: &str,
    ) -> Result<Option<Account>, Fault> {
        Ok(self.state().owner_of_identifier(realm, kind, canonical).cloned())
    }

    async fn account_by_public_id(
        &self,
        realm: &str,
        kind: &str,
        value: &str,
    ) -> Result<Option<Account>, Fault> {
        let state = self.state();
        let is_own_uuid = |account: &Account| kind == "uuid" && account.id.0.to_string() == value;
        let own = state.accounts.values().find(|account| account.realm == realm && is_own_uuid(account));
        Ok(own.or_else(|| state.owner_of_public_id(realm, kind, value)).cloned())
    }

    async fn value_holder(&self, realm: &str, field: &str, value: &str) -> Result<Option<AccountId>, Fault> {
        let place = (realm.to_owned(), field.to_owned(), value.to_owned());
        Ok(self.state().held.get(&place).copied())
    }

    async fn changed_fields(&self, account: AccountId) -> Result<Vec<(String, Timestamp)>, Fault> {
        let state = self.state();
        let own = state.changed.iter().filter(|((whose, _), _)| *whose == account);
        Ok(own.map(|((_, field), at)| (field.clone(), *at)).collect())
    }

    async fn accounts(&self, realm: &str, page: &AccountPage) -> Result<Vec<Account>, Fault> {
        let state = self.state();
        let wanted =
            state.accounts.values().filter(|account| account.realm == realm && Some(account.id) > page.after);
        Ok(wanted.take(page.limit as usize).cloned().collect())
    }

    async fn closed_accounts(&self, now: Timestamp, limit: u32) -> Result<Vec<Account>, Fault> {
        let state = self.state();
        let end = |account: &Account| account.standing.status.closes_at();
        let over = state.accounts.values().filter(|account| end(account).is_some_and(|until| until <= now));
        let mut over: Vec<Account> = over.cloned().collect();
        over.sort_by_key(|account| (end(account), account.id));
        over.truncate(limit as usize);
        Ok(over)
    }

    async fn search_accounts(&self, realm: &str, search: &AccountSearch) -> Result<FoundAccounts, Fault> {
        let state = self.state();
        let wanted = search.contains.as_ref().map(|text| text.to_ascii_lowercase());
        let fits = |account: &&Account| {
            let has = |text: &String| {
                account.identifiers.iter().any(|one| {
                    one.written.to_ascii_lowercase().contains(text) || one.canonical.contains(text)
                })
            };
            account.realm == realm && wanted.as_ref().is_none_or(has)
        };
        let mut found: Vec<Account> = state.accounts.values().filter(fits).cloned().collect();
        if search.descending {
            found.reverse();
        }
        match search.order {
            AccountOrder::Created => {}
            AccountOrder::Updated if search.descending => {
                found.sort_by_key(|account| std::cmp::Reverse(account.updated_at));
            }
            AccountOrder::Updated => found.sort_by_key(|account| account.updated_at),
            AccountOrder::Identifier(kind) => {
                let name = |account: &Account| account.identifier(kind).map(|one| one.canonical.clone());
                found.sort_by(|left, right| match (name(left), name(right)) {
                    (Some(left), Some(right)) if search.descending => right.cmp(&left),
                    (Some(left), Some(right)) => left.cmp(&right),
                    (left, right) => right.is_some().cmp(&left.is_some()),
                });
            }
        }
        let total = found.len() as u64;
        let part = |n: u64| usize::try_from(n).expect("a small number");
        let accounts = found.into_iter().skip(part(search.offset)).take(part(search.limit)).collect();
        Ok(FoundAccounts { accounts, total })
    }

    async fn session(&self, id: SessionId) -> Result<Option<SessionWithAccount>, Fault> {
        let state = self.state();
        Ok(state.sessions.get(&id).map(|session| SessionWithAccount {
            session: session.clone(),
            account: state.accounts.get(&session.account).cloned(),
        }))
    }

    async fn token_note(&self, realm: &str, digest: &[u8; 32]) -> Result<Option<TokenNote>, Fault> {
        let state = self.state();
        let is_it = |note: &&TokenNote| note.realm == realm && note.digest == *digest;
        Ok(state.notes.values().find(is_it).cloned())
    }

    async fn live_sessions(&self, account: AccountId, now: Timestamp) -> Result<Vec<Session>, Fault> {
        let state = self.state();
        let live = state.sessions.values().filter(|session| session.account == account && session.alive(now));
        let mut live: Vec<Session> = live.cloned().collect();
        live.sort_by_key(|session| (session.created_at, session.id));
        Ok(live)
    }

    async fn code(&self, realm: &str, purpose: Purpose, destination: &str) -> Result<Option<Code>, Fault> {
        Ok(self.state().codes.get(&(realm.to_owned(), purpose, destination.to_owned())).cloned())
    }

    async fn code_by_id(&self, realm: &str, id: Uuid) -> Result<Option<Code>, Fault> {
        Ok(self.state().codes.values().find(|code| code.realm == realm && code.id == id).cloned())
    }

    async fn tally(&self, realm: &str, key: &str, now: Timestamp) -> Result<u32, Fault> {
        Ok(self.state().tally(realm, key, now).map_or(0, |(count, _)| count))
    }

    async fn tally_ends(&self, realm: &str, key: &str, now: Timestamp) -> Result<Option<Timestamp>, Fault> {
        Ok(self.state().tally(realm, key, now).map(|(_, until)| until))
    }

    async fn due_mails(&self, now: Timestamp, limit: u32) -> Result<Vec<SealedMail>, Fault> {
        let mut due: Vec<SealedMail> = self
            .state()
            .outbox
            .values()
            .filter(|mail| mail.next_at <= now && mail.dead_at.is_none())
            .cloned()
            .collect();
        due.sort_by_key(|mail| (mail.created_at, mail.id));
        due.truncate(limit as usize);
        Ok(due)
    }

    async fn mails(&self, after: Option<Uuid>, limit: u32) -> Result<Vec<SealedMail>, Fault> {
        let state = self.state();
        let later = state.outbox.values().filter(|mail| after.is_none_or(|after| mail.id > after));
        Ok(later.take(limit as usize).cloned().collect())
    }

    async fn mail(&self, id: Uuid) -> Result<Option<SealedMail>, Fault> {
        Ok(self.state().outbox.get(&id).cloned())
    }

    async fn keys(&self, realm: &str) -> Result<Vec<StoredKey>, Fault> {
        let mut keys: Vec<StoredKey> =
            self.state().keys.values().filter(|key| key.realm == realm).cloned().collect();
        keys.sort_by_key(|key| key.created_at);
        Ok(keys)
    }

    async fn audit_events(&self, realm: &str, limit: u32) -> Result<Vec<AuditEvent>, Fault> {
        let state = self.state();
        let newest_first = state.audit.values().rev().filter(|event| event.realm == realm);
        Ok(newest_first.take(limit as usize).cloned().collect())
    }

    async fn audit_after(&self, number: u64, limit: u32) -> Result<Vec<NumberedEvent>, Fault> {
        let state = self.state();
        let numbered =
            |(number, event): (&u64, &AuditEvent)| NumberedEvent { number: *number, event: event.clone() };
        Ok(state.audit.range(number + 1..).take(limit as usize).map(numbered).collect())
    }

    async fn segments_after(&self, number: u64, limit: u32) -> Result<Vec<Segment>, Fault> {
        Ok(self
            .state()
            .segments
            .range(number + 1..)
            .take(limit as usize)
            .map(|(_, one)| one.clone())
            .collect())
    }

    async fn last_segment(&self) -> Result<Option<Segment>, Fault> {
        Ok(self.state().segments.last_key_value().map(|(_, segment)| segment.clone()))
    }

    async fn apply(&self, changes: Vec<Change>) -> Result<ApplyResult, Fault> {
        let mut state = self.state();
        let mut next = state.clone();
        let mut applied = Applied::default();
        for change in changes {
            if next.make(change, &mut applied).is_err() {
                return Ok(ApplyResult::Conflict);
            }
        }
        *state = next;
        Ok(ApplyResult::Applied(applied))
    }

    async fn sweep(&self, now: Timestamp) -> Result<u64, Fault> {
        const AT_MOST: usize = 1000;
        let mut state = self.state();
        let stale = |session: &Session| {
            let end = session.expires_at.min(session.absolute_until).plus(KEPT_AFTER_EXPIRY);
            end <= now && session.access_until.is_none_or(|until| until.plus(KEPT_AFTER_EXPIRY) <= now)
        };
        let sessions: Vec<SessionId> =
            state.sessions.values().filter(|one| stale(one)).map(|one| one.id).take(AT_MOST).collect();
        let codes: Vec<_> = state
            .codes
            .iter()
            .filter(|(_, code)| code.expires_at.plus(KEPT_AFTER_EXPIRY) <= now)
            .map(|(key, _)| key.clone())
            .take(AT_MOST)
            .collect();
        let tallies: Vec<_> = state
            .tallies
            .iter()
            .filter(|(_, (_, until))| *until <= now)
            .map(|(key, _)| key.clone())
            .take(AT_MOST)
            .collect();
        let dead: Vec<Uuid> = state
            .outbox
            .values()
            .filter(|mail| mail.dead_at.is_some_and(|at| at.plus(DEAD_MAILS_KEPT) <= now))
            .map(|mail| mail.id)
            .take(AT_MOST)
            .collect();
        state.outbox.retain(|id, _| !dead.contains(id));
        state.sessions.retain(|id, _| !sessions.contains(id));
        state.notes.retain(|id, _| !sessions.contains(id));
        state.codes.retain(|key, _| !codes.contains(key));
        state.tallies.retain(|key, _| !tallies.contains(key));
        Ok((sessions.len() + codes.len() + tallies.len() + dead.len()) as u64)
    }
}

impl State {
    fn owner_of_identifier(&self, realm: &str, kind: IdentifierKind, canonical: &str) -> Option<&Account> {
        let has = |account: &&Account| {
            account.realm == realm
                && account.identifiers.iter().any(|one| one.kind == kind && one.canonical == canonical)
        };
        self.accounts.values().find(has)
    }

    fn owner_of_public_id(&self, realm: &str, kind: &str, value: &str) -> Option<&Account> {
        let has = |account: &&Account| {
            account.realm == realm && account.public_ids.iter().any(|id| id.kind == kind && id.value == value)
        };
        self.accounts.values().find(has)
    }

    fn tally(&self, realm: &str, key: &str, now: Timestamp) -> Option<(u32, Timestamp)> {
        self.tallies.get(&(realm.to_owned(), key.to_owned())).copied().filter(|(_, until)| now < *until)
    }

    fn make(&mut self, change: Change, applied: &mut Applied) -> Step {
        match change {
            Change::CreateAccount { account, sequence } => self.create_account(*account, sequence, applied),
            Change::UpdateAccount { account, version, update, at } => {
                let realm = self.account_at(account, version)?.realm.clone();
                if let AccountUpdate::Identifiers(identifiers) = &update {
                    self.are_free(&realm, account, identifiers)?;
                }
                update_account(self.account_at(account, version)?, update, at);
                Ok(())
            }
            Change::GivePublicIds { account, ids, sequence } => {
                self.give_ids(account, (ids, sequence), applied)
            }
            Change::DeleteAccount { account, version } => {
                self.account_at(account, version)?;
                self.accounts.remove(&account);
                self.held.retain(|_, holder| *holder != account);
                self.changed.retain(|(whose, _), _| *whose != account);
                Ok(())
            }
            Change::HasVersion { account, version } => self.account_at(account, version).map(drop),
            Change::UpgradeHash { account, from, to } => {
                let found =
                    self.accounts.get_mut(&account).filter(|found| found.password.as_ref() == Some(&from));
                if let Some(found) = found {
                    found.password = Some(to);
                }
                Ok(())
            }
            Change::NoteLogin { account, login } => {
                if let Some(found) = self.accounts.get_mut(&account) {
                    found.last_login = Some(login);
                }
                Ok(())
            }
            session @ (Change::StartSession { .. }
            | Change::MoveSession { .. }
            | Change::NoteToken { .. }
            | Change::TouchSession { .. }
            | Change::EndSession { .. }
            | Change::EndSessions { .. }) => self.make_on_sessions(session, applied),
            other => self.make_elsewhere(other),
        }
    }

    fn account_at(&mut self, id: AccountId, version: u64) -> Result<&mut Account, Conflict> {
        self.accounts.get_mut(&id).filter(|account| account.version == version).ok_or(Conflict)
    }

    fn create_account(&mut self, mut account: Account, sequence: bool, applied: &mut Applied) -> Step {
        guard(!self.accounts.contains_key(&account.id))?;
        let counter = self.counters.entry(account.realm.clone()).or_default();
        for id in account.public_ids.iter().filter(|id| id.kind == "sequence") {
            // A number that was brought along is never given again.
            *counter = (*counter).max(id.value.parse().unwrap_or(0));
        }
        if sequence {
            *counter += 1;
            let number = PublicId { kind: "sequence".to_owned(), value: counter.to_string() };
            account.public_ids.push(number.clone());
            applied.assigned.push((account.id, number));
        }
        self.are_free(&account.realm, account.id, &account.identifiers)?;
        for (place, id) in account.public_ids.iter().enumerate() {
            guard(self.owner_of_public_id(&account.realm, &id.kind, &id.value).is_none())?;
            guard(!account.public_ids[..place].contains(id))?;
        }
        self.accounts.insert(account.id, account);
        Ok(())
    }

    fn give_ids(
        &mut self,
        id: AccountId,
        (ids, sequence): (Vec<PublicId>, bool),
        applied: &mut Applied,
    ) -> Step {
        let mut account = self.accounts.get(&id).cloned().ok_or(Conflict)?;
        let given = |kind: &str| ids.iter().any(|id| id.kind == kind) || (sequence && kind == "sequence");
        guard(!account.public_ids.iter().any(|known| given(&known.kind)))?;
        for (place, new) in ids.iter().enumerate() {
            guard(self.owner_of_public_id(&account.realm, &new.kind, &new.value).is_none())?;
            guard(!ids[..place].contains(new))?;
        }
        let counter = self.counters.entry(account.realm.clone()).or_default();
        for new in ids {
            if new.kind == "sequence" {
                *counter = (*counter).max(new.value.parse().unwrap_or(0));
            }
            account.public_ids.push(new);
        }
        if sequence {
            *counter += 1;
            let number = PublicId { kind: "sequence".to_owned(), value: counter.to_string() };
            account.public_ids.push(number.clone());
            applied.assigned.push((id, number));
        }
        self.accounts.insert(id, account);
        Ok(())
    }

    /// The guard of identifiers: nobody else's, and none twice.
    fn are_free(&self, realm: &str, account: AccountId, identifiers: &[Identifier]) -> Step {
        for (place, one) in identifiers.iter().enumerate() {
            let owner = self.owner_of_identifier(realm, one.kind, &one.canonical);
            guard(owner.is_none_or(|owner| owner.id == account))?;
            let twin = |other: &Identifier| other.kind == one.kind && other.canonical == one.canonical;
            guard(!identifiers[..place].iter().any(twin))?;
        }
        Ok(())
    }

    fn make_on_sessions(&mut self, change: Change, applied: &mut Applied) -> Step {
        match change {
            Change::StartSession { session, account_version } => {
                self.account_at(session.account, account_version)?;
                guard(!self.sessions.contains_key(&session.id))?;
                self.sessions.insert(session.id, *session);
            }
            Change::MoveSession { session, from, to, expires_at, access_until, at } => {
                let found =
                    self.sessions.get_mut(&session).filter(|found| found.ended.is_none()).ok_or(Conflict)?;
                guard(
                    found.refresh.generation == from.generation
                        && found.refresh.late_retry == from.late_retry,
                )?;
                *found = found.moved(&to, (expires_at, access_until), at);
            }
            Change::NoteToken { note, at } => applied.ended.extend(self.note_token(note, at)?),
            Change::TouchSession { session, at } => {
                if let Some(found) = self.sessions.get_mut(&session) {
                    found.last_used_at = at;
                }
            }
            Change::EndSession { session, reason, at } => {
                let found =
                    self.sessions.get_mut(&session).filter(|found| found.ended.is_none()).ok_or(Conflict)?;
                found.ended = Some(Ended { at, reason });
                applied.ended.push(session);
            }
            Change::EndSessions { account, version, except, reason, at } => {
                if let Some(version) = version {
                    self.account_at(account, version)?;
                }
                if let Some(account) = self.accounts.get_mut(&account) {
                    account.version += 1;
                }
                applied.ended.extend(self.end_sessions(account, except, reason, at));
            }
            _ => {}
        }
        Ok(())
    }

    /// Says which session had the same token and ends by that.
    fn note_token(&mut self, note: TokenNote, at: Timestamp) -> Result<Option<SessionId>, Conflict> {
        let same = |other: &&TokenNote| other.realm == note.realm && other.digest == note.digest;
        let other = self.notes.values().find(same).map(|other| other.session);
        let other = other.filter(|other| *other != note.session);
        let owner = |id: &SessionId| self.sessions.get(id).map(|session| session.account);
        if let Some(other) = other {
            guard(owner(&other) == owner(&note.session))?;
            self.notes.remove(&other);
        }
        self.notes.insert(note.session, note);
        let session = other.and_then(|other| self.sessions.get_mut(&other));
        let Some(session) = session.filter(|session| session.ended.is_none()) else { return Ok(None) };
        session.ended = Some(Ended { at, reason: EndReason::Replaced });
        Ok(Some(session.id))
    }

    /// Ends what has not ended, expired or not: an expired session could still be moved by a decision under way.
    /// Says which ones were alive.
    fn end_sessions(
        &mut self,
        account: AccountId,
        except: Option<SessionId>,
        reason: EndReason,
        at: Timestamp,
    ) -> Vec<SessionId> {
        let mut ended = Vec::new();
        for session in self.sessions.values_mut() {
            if session.account == account && session.ended.is_none() && Some(session.id) != except {
                if session.alive(at) {
                    ended.push(session.id);
                }
                session.ended = Some(Ended { at, reason });
            }
        }
        ended
    }

    fn make_elsewhere(&mut self, change: Change) -> Step {
        match change {
            Change::PutCode(code) => {
                let place = (code.realm.clone(), code.purpose, code.destination.clone());
                guard(!self.codes.iter().any(|(other, found)| found.id == code.id && *other != place))?;
                self.codes.insert(place, *code);
            }
            Change::NewestIs { realm, purpose, destination, code } => {
                guard(self.codes.get(&(realm, purpose, destination)).map(|found| found.id) == code)?;
            }
            Change::SpendCode { code, at } => {
                let unspent = |found: &&mut Code| found.id == code && found.used_at.is_none();
                self.codes.values_mut().find(unspent).ok_or(Conflict)?.used_at = Some(at);
            }
            Change::DropCodes { realm, purpose, destination } => {
                self.codes.remove(&(realm, purpose, destination));
            }
            Change::Count { realm, key, below, at, until } => {
                let (count, until) = self.tally(&realm, &key, at).unwrap_or((0, until));
                guard(count < below)?;
                self.tallies.insert((realm, key), (count + 1, until));
            }
            Change::TallyBelow { realm, key, below, at } => {
                guard(self.tally(&realm, &key, at).map_or(0, |(count, _)| count) < below)?;
            }
            Change::QueueMail(mail) => {
                guard(!self.outbox.contains_key(&mail.id))?;
                self.outbox.insert(mail.id, mail);
            }
            Change::MailDelivered(id) => {
                self.outbox.remove(&id);
            }
            Change::MailPutOff { id, next_at, failure } => {
                if let Some(mail) = self.outbox.get_mut(&id) {
                    mail.attempts = mail.attempts.saturating_add(u32::from(failure.is_some()));
                    mail.failure = failure.or(mail.failure.take());
                    mail.next_at = next_at;
                }
            }
            Change::MailDied { id, at, failure } => {
                if let Some(mail) = self.outbox.get_mut(&id) {
                    mail.attempts = mail.attempts.saturating_add(1);
                    (mail.failure, mail.dead_at) = (Some(failure), Some(at));
                }
            }
            Change::MailRevived { id, next_at } => {
                if let Some(mail) = self.outbox.get_mut(&id) {
                    (mail.next_at, mail.dead_at) = (next_at, None);
                }
            }
            Change::PutKey(key) => {
                let place = (key.realm.clone(), key.kind.clone(), key.id.clone());
                guard(!self.keys.contains_key(&place))?;
                self.keys.insert(place, key);
            }
            Change::HoldValue { realm, account, field, value } => {
                self.held.retain(|(_, held, _), holder| *holder != account || *held != field);
                if let Some(value) = value {
                    let place = (realm, field, value);
                    guard(!self.held.contains_key(&place))?;
                    self.held.insert(place, account);
                }
            }
            Change::NoteChange { account, field, at } => {
                self.changed.insert((account, field), at);
            }
            Change::Audit(event) => {
                let number = self.audit.last_key_value().map_or(0, |(last, _)| *last) + 1;
                self.audit.insert(number, *event);
            }
            trail @ (Change::SealAudit(_) | Change::PruneAudit { .. }) => self.make_on_trail(trail)?,
            _ => {}
        }
        Ok(())
    }

    fn make_on_trail(&mut self, change: Change) -> Step {
        match change {
            Change::SealAudit(segment) => {
                let last = self.segments.last_key_value();
                guard(segment.number == last.map_or(0, |(number, _)| *number) + 1)?;
                guard(segment.last > last.map_or(0, |(_, segment)| segment.last))?;
                self.segments.insert(segment.number, *segment);
            }
            Change::PruneAudit { through, mark } => {
                guard(self.segments.keys().any(|number| *number > through))?;
                let found = self.segments.get_mut(&through).filter(|found| found.pruned.is_none());
                let found = found.ok_or(Conflict)?;
                found.packed.clear();
                found.pruned = Some(mark);
                let last = found.last;
                self.segments.retain(|number, _| *number >= through);
                self.audit.retain(|number, _| *number > last);
            }
            _ => {}
        }
        Ok(())
    }
}

fn update_account(account: &mut Account, update: AccountUpdate, at: Timestamp) {
    match update {
        AccountUpdate::Password { hash, must_change } => {
            account.password = Some(hash);
            account.must_change_password = must_change;
        }
        AccountUpdate::Standing(standing) => account.standing = standing,
        AccountUpdate::Roles(roles) => account.roles = roles,
        AccountUpdate::MustChange(must_change) => account.must_change_password = must_change,
        AccountUpdate::Identifiers(identifiers) => account.identifiers = identifiers,
        AccountUpdate::Profile(profile) => account.profile = profile,
    }
    account.version += 1;
    account.updated_at = at;
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[tokio::test]
    async fn tells_every_story() {
        crate::store_stories::all(&|| Arc::new(MemoryStore::new())).await;
    }
}
