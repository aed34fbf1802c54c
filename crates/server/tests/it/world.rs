//! A whole server in this process, with its clock and dice in the test's hands: all five contracts on one socket.

use crate::deployment;
use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use doorward_core::account::{Account, AccountId};
use doorward_core::audit::{AuditEvent, NumberedEvent, Segment, Verdict, seal_key, verify};
use doorward_core::change::{ApplyResult, Change, SealedMail};
use doorward_core::code::{Code, Purpose};
use doorward_core::fault::Fault;
use doorward_core::identifier::IdentifierKind;
use doorward_core::key::StoredKey;
use doorward_core::mail_caps::MailCaps;
use doorward_core::password::PasswordHash;
use doorward_core::port::{AccountPage, AccountSearch, FoundAccounts, SessionWithAccount, Store};
use doorward_core::session::{Session, SessionId};
use doorward_core::time::Timestamp;
use doorward_core::token::TokenNote;
use doorward_http::ClientKey;
use doorward_server::account::{Reply as Done, Request as Order, Work, operate};
use doorward_server::contracts::Contract;
use doorward_server::hashing::{HashCost, HashKeys};
use doorward_server::limits::LimitPolicy;
use doorward_server::options::Options;
use doorward_server::reload::Reloaded;
use doorward_server::wiring::{Running, assemble};
use doorward_testkit::http_actor::{Actor, Reply};
use doorward_testkit::{FakeClock, MemoryStore, SeededDice};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tempfile::TempDir;
use uuid::Uuid;
use zeroize::Zeroizing;

/// What the clock says at first, in seconds: 2026-01-05T12:00:00Z, a Monday.
pub(crate) const START: i64 = 1_767_614_400;
pub(crate) const SECOND: Duration = Duration::from_secs(1);
pub(crate) const MINUTE: Duration = Duration::from_secs(60);
pub(crate) const HOUR: Duration = Duration::from_secs(60 * 60);
pub(crate) const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Whatever a mail takes, it takes less.
const PATIENCE: Duration = Duration::from_secs(20);

/// The server and what a test holds of it. Dropping it ends the server.
pub(crate) struct World {
    clock: FakeClock,
    dice: Arc<SeededDice>,
    running: Running,
    folder: TempDir,
}

/// An account that an operator makes.
pub(crate) struct NewAccount<'a> {
    /// Its username, or its email address.
    pub(crate) name: &'a str,
    pub(crate) password: &'a str,
    pub(crate) profile: &'a [(&'a str, &'a str)],
    pub(crate) must_change: bool,
}

/// A mail as the development mailbox shows it.
pub(crate) struct Mail {
    pub(crate) to: String,
    /// Empty of a text message, which has none.
    pub(crate) subject: String,
    pub(crate) text: String,
}

impl World {
    /// The usual world: SQLite in a scratch folder, cheap hashes, limits that no story reaches.
    pub(crate) async fn start() -> World {
        World::with(|_| {}).await
    }

    /// The same with the variants of the five beside them.
    pub(crate) async fn with_variants() -> World {
        World::with(|options| options.contracts = Contract::all_builtin()).await
    }

    /// The same on the in-memory model of the store.
    pub(crate) async fn on_the_model() -> World {
        World::with(|options| options.store = Some(Arc::new(MemoryStore::new()))).await
    }

    /// The same with the limits of the demo.
    pub(crate) async fn with_demo_limits() -> World {
        World::with(|options| {
            options.limits = LimitPolicy::default();
            options.mail_caps = MailCaps::default();
        })
        .await
    }

    /// The same behind a proxy on this host whose forwarding headers are believed.
    pub(crate) async fn behind_a_proxy() -> World {
        let proxy = "127.0.0.0/8".parse().expect("a network");
        World::with(|options| options.trusted_proxies = vec![proxy]).await
    }

    /// The same, with the variants, on a store that fails at everything once the server is up.
    pub(crate) async fn with_a_failing_store() -> World {
        let store = Arc::new(FailingStore::default());
        let world = World::with(|options| {
            options.contracts = Contract::all_builtin();
            options.store = Some(Arc::<FailingStore>::clone(&store));
        })
        .await;
        store.broken.store(true, Ordering::SeqCst);
        world
    }

    /// The same with password hashes that take seconds, so that the queue is soon too long.
    pub(crate) async fn with_slow_hashes() -> World {
        World::with(|options| options.cost = HashCost { passes: 1_000_000, ..HashCost::least() }).await
    }

    /// One contract of the test's own, alone at `/`, in a realm called `face`.
    pub(crate) async fn serving(contract: &str) -> World {
        World::serving_where(contract, |_| {}).await
    }

    /// The same with the limits of the demo.
    pub(crate) async fn serving_with_limits(contract: &str) -> World {
        World::serving_where(contract, |options| {
            options.limits = LimitPolicy::default();
            options.mail_caps = MailCaps::default();
        })
        .await
    }

    /// The same where clients show these keys, by scheme.
    pub(crate) async fn serving_with_keys(contract: &str, keys: &[(&str, &str)]) -> World {
        let key = |(scheme, key): &(&str, &str)| ClientKey { scheme: (*scheme).into(), key: (*key).into() };
        World::serving_where(contract, |options| options.client_keys = keys.iter().map(key).collect()).await
    }

    /// A server of this configuration, its addresses free ports; `master.key` lies beside it, and so do these files.
    pub(crate) async fn configured(text: &str, files: &[(&str, &str)]) -> World {
        let folder = tempfile::tempdir().expect("a scratch folder");
        deployment::write(folder.path(), text, files);
        let clock = FakeClock::new(Timestamp::from_seconds(START));
        let dice = Arc::new(SeededDice::new(2026));
        let mut options = deployment::options(folder.path());
        options.clock = Arc::new(clock.clone());
        options.dice = Arc::<SeededDice>::clone(&dice);
        options.cost = HashCost::least();
        let running = assemble(options).await;
        let running = running.unwrap_or_else(|error| panic!("the server starts: {error}"));
        World { clock, dice, running, folder }
    }

    /// Writes a file beside the configuration.
    pub(crate) fn save(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join(name), text).expect("room");
    }

    /// What is done with the certificate each minute.
    pub(crate) async fn look_at_certificate(&self) {
        self.running.look_at_certificate().await;
    }

    /// What SIGHUP does.
    pub(crate) async fn reload(&self) -> Reloaded {
        self.running.reload().await.expect("a configuration")
    }

    /// Somebody who talks to the operators' address.
    pub(crate) fn operator(&self) -> Actor {
        Actor::new(self.running.ops.expect("an address of operators"))
    }

    /// The same where stored hashes name these keys.
    pub(crate) async fn serving_with_hash_keys(contract: &str, keys: HashKeys) -> World {
        World::serving_where(contract, |options| options.hash_keys = keys).await
    }

    pub(crate) async fn serving_where(contract: &str, change: impl FnOnce(&mut Options)) -> World {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let file = folder.path().join("face.yaml");
        std::fs::write(&file, contract).expect("room for a file");
        let contract = Contract::read(&file.display().to_string()).expect("a readable file");
        World::with(|options| {
            *options = std::mem::replace(options, Options::demo("/nowhere")).serving(vec![contract]);
            change(options);
        })
        .await
    }

    async fn with(change: impl FnOnce(&mut Options)) -> World {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let clock = FakeClock::new(Timestamp::from_seconds(START));
        let dice = Arc::new(SeededDice::new(2026));
        let mut options = options(&folder, &clock, &dice);
        change(&mut options);
        let running = assemble(options).await;
        let running = running.unwrap_or_else(|error| panic!("the server starts: {error}"));
        World { clock, dice, running, folder }
    }

    /// The usual world after the server was stopped and started again on the same folder.
    pub(crate) async fn restarted(self) -> World {
        self.restarted_serving(Contract::demo()).await
    }

    /// These contracts on a folder of their own.
    pub(crate) async fn of_contracts(contracts: Vec<Contract>) -> World {
        World::with(|options| options.contracts = contracts).await
    }

    /// The same with these contracts.
    pub(crate) async fn restarted_serving(self, contracts: Vec<Contract>) -> World {
        let World { clock, dice, running, folder } = self;
        running.shutdown().await;
        let options = Options { contracts, ..options(&folder, &clock, &dice) };
        let running = assemble(options).await;
        let running = running.unwrap_or_else(|error| panic!("the server starts again: {error}"));
        World { clock, dice, running, folder }
    }

    /// The files of the data folder by name. The database may hold pages that it no longer uses.
    pub(crate) fn files(&self) -> Vec<(String, Vec<u8>)> {
        let entries = std::fs::read_dir(self.folder.path()).expect("the data folder");
        let file = |entry: std::io::Result<std::fs::DirEntry>| {
            let entry = entry.expect("an entry");
            let bytes = entry.file_type().ok()?.is_file().then(|| std::fs::read(entry.path()))?;
            Some((entry.file_name().to_string_lossy().into_owned(), bytes.expect("a readable file")))
        };
        entries.filter_map(file).collect()
    }

    /// The realm's audit trail, newest first.
    pub(crate) async fn audit(&self, realm: &str) -> Vec<AuditEvent> {
        self.running.services.store.audit_events(realm, 1000).await.expect("the audit trail")
    }

    /// What a look through the whole trail finds.
    pub(crate) async fn trail(&self) -> Verdict {
        let key = seal_key(self.running.realms[0].keys.master());
        verify(self.running.services.store.as_ref(), &key, None).await.expect("the store works")
    }

    pub(crate) fn addr(&self) -> SocketAddr {
        self.running.addr
    }

    /// Somebody who talks to the server.
    pub(crate) fn actor(&self) -> Actor {
        Actor::new(self.addr())
    }

    /// A client of one contract.
    pub(crate) fn api(&self, contract: &str) -> Actor {
        self.actor().under(&format!("/{contract}"))
    }

    pub(crate) fn advance(&self, length: Duration) {
        self.clock.advance(length);
    }

    /// What the server does each minute.
    pub(crate) async fn sweep(&self) {
        while self.running.sweep().await.expect("the store works") > 0 {}
    }

    /// Forward-auth for a request with these headers.
    pub(crate) async fn verify(&self, realm: &str, headers: &[(&str, &str)]) -> Reply {
        let mut request = self.actor().get(&format!("/_doorward/{realm}/verify"));
        for (name, value) in headers {
            request = request.header(name, value);
        }
        request.send().await
    }

    /// What the realm knows about a token, asked with the realm's secret.
    pub(crate) async fn introspect(&self, realm: &str, token: &str) -> Reply {
        let request = self.actor().post(&format!("/_doorward/{realm}/introspect"));
        request.bearer(&self.introspection_secret(realm)).form(&[("token", token)]).send().await
    }

    /// The secret that callers of introspection show, as it lies beside the key.
    pub(crate) fn introspection_secret(&self, realm: &str) -> String {
        let file = self.folder.path().join(format!("introspection-{realm}.secret"));
        std::fs::read_to_string(file).expect("the realm's secret").trim().to_owned()
    }

    /// An `Authorization: Basic` value.
    pub(crate) fn basic(&self, user: &str, password: &str) -> String {
        format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
    }

    /// The mails to an address, oldest first, once there are at least so many.
    pub(crate) async fn mails(&self, to: &str, at_least: usize) -> Vec<Mail> {
        let read = async {
            loop {
                let to = to.replace('+', "%2B");
                let reply = self.actor().get(&format!("/_doorward/mailbox?to={to}")).send().await;
                let list = reply.json();
                let list = list.as_array().expect("the mailbox is a list");
                if list.len() >= at_least {
                    let text = |mail: &serde_json::Value, name: &str| {
                        mail[name].as_str().unwrap_or_default().to_owned()
                    };
                    let mail = |mail| Mail {
                        to: text(mail, "to"),
                        subject: text(mail, "subject"),
                        text: text(mail, "text"),
                    };
                    return list.iter().map(mail).collect();
                }
            }
        };
        tokio::time::timeout(PATIENCE, read).await.expect("the mail comes")
    }

    /// A counter's value, summed over its labels; 0 when it was never counted.
    pub(crate) async fn metric(&self, name: &str) -> f64 {
        let text = self.actor().get("/_doorward/metrics").send().await.text();
        let value = |line: &str| {
            let rest = line.strip_prefix(name)?;
            let number =
                if rest.starts_with('{') { rest.rsplit_once("} ")?.1 } else { rest.strip_prefix(' ')? };
            number.split(' ').next()?.parse::<f64>().ok()
        };
        text.lines().filter_map(value).sum()
    }

    /// `faults_total`.
    pub(crate) async fn faults(&self) -> f64 {
        self.metric("faults_total").await
    }

    /// What `account create` does.
    pub(crate) async fn create(&self, realm: &str, account: &NewAccount<'_>) {
        let profile = account.profile.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
        let mut profile: Vec<_> = profile.collect();
        let mut extra = Vec::new();
        if realm == "haenaem" {
            extra.push(("email".to_owned(), format!("{}@naver.com", account.name)));
        }
        profile.retain(|(name, _)| name != "email");
        let password = Some(Zeroizing::new(account.password.to_owned()));
        let work = Work::Create { profile, password, must_change: account.must_change };
        self.order(realm, account.name, extra, work).await;
    }

    pub(crate) async fn lock(&self, realm: &str, name: &str) {
        self.order(realm, name, Vec::new(), Work::Lock { until: None, reason: None }).await;
    }

    pub(crate) async fn unlock(&self, realm: &str, name: &str) {
        self.order(realm, name, Vec::new(), Work::Unlock).await;
    }

    pub(crate) async fn set_roles(&self, realm: &str, name: &str, roles: &[&str]) {
        let roles = roles.iter().map(|role| (*role).to_owned()).collect();
        self.order(realm, name, Vec::new(), Work::SetRoles(roles)).await;
    }

    pub(crate) async fn must_change(&self, realm: &str, name: &str) {
        self.order(realm, name, Vec::new(), Work::MustChange(true)).await;
    }

    pub(crate) async fn delete(&self, realm: &str, name: &str) {
        self.order(realm, name, Vec::new(), Work::Delete).await;
    }

    pub(crate) async fn set_password(&self, realm: &str, name: &str, password: &str) {
        let work = Work::SetPassword { password: Zeroizing::new(password.to_owned()), must_change: false };
        self.order(realm, name, Vec::new(), work).await;
    }

    async fn account(&self, realm: &str, name: &str) -> Account {
        let store = &self.running.services.store;
        let found = store.account_by_identifier(realm, IdentifierKind::Username, name).await;
        found.expect("the store answers").expect("the account is there")
    }

    /// The stored hash of an account.
    pub(crate) async fn hash(&self, realm: &str, name: &str) -> String {
        self.account(realm, name).await.password.expect("it has a password").expose().to_owned()
    }

    /// Puts another stored hash in its place, as an import would have.
    pub(crate) async fn put_hash(&self, realm: &str, name: &str, stored: &str) {
        let account = self.account(realm, name).await;
        let from = account.password.expect("it has a password");
        let change =
            Change::UpgradeHash { account: account.id, from, to: PasswordHash::new(stored.to_owned()) };
        self.running.services.store.apply(vec![change]).await.expect("the store answers");
    }

    async fn order(&self, realm: &str, name: &str, extra: Vec<(String, String)>, work: Work) {
        let kind = if name.contains('@') { "email" } else { "username" };
        let mut identifiers = vec![(kind.to_owned(), name.to_owned())];
        identifiers.extend(extra);
        let order = Order { realm: realm.to_owned(), identifiers, work };
        match operate(&order, &self.running.realms, &self.running.services).await {
            Done::Done { .. } => {}
            refused @ Done::Refused { .. } => panic!("{realm} {name}: {refused:?}"),
        }
    }
}

fn options(folder: &TempDir, clock: &FakeClock, dice: &Arc<SeededDice>) -> Options {
    let mut options = Options::demo(folder.path());
    options.clock = Arc::new(clock.clone());
    options.dice = Arc::<SeededDice>::clone(dice);
    options.cost = HashCost::least();
    options.limits = LimitPolicy::unlimited();
    options.mail_caps = MailCaps::unlimited();
    options
}

/// An operation of a contract, as its plan has it.
pub(crate) struct Route {
    pub(crate) method: String,
    /// With `{name}` parameters.
    pub(crate) path: String,
    pub(crate) answers_head: bool,
    /// Media types of the body; empty when it takes none.
    pub(crate) body_types: Vec<String>,
    /// The members of the body that its schema knows.
    pub(crate) fields: Vec<String>,
}

/// The operations of a built-in contract.
pub(crate) fn routes(contract: &str) -> Vec<Route> {
    let plan = Contract::builtin(contract).expect("a built-in contract").plan();
    let plan = plan.unwrap_or_else(|error| panic!("{contract} loads: {error}"));
    let route = |operation: &doorward_contract::plan::Operation| {
        let types = if operation.body.taken { operation.body.types.as_slice() } else { &[] };
        let schema = types.iter().find_map(|(_, schema)| schema.as_ref());
        Route {
            method: operation.method.clone(),
            path: operation.path.clone(),
            answers_head: operation.answers_head,
            body_types: types.iter().map(|(media, _)| media.clone()).collect(),
            fields: schema.iter().flat_map(|schema| schema.members()).map(str::to_owned).collect(),
        }
    };
    plan.operations.iter().map(route).collect()
}

/// The model of the store, until it breaks: then everything is a fault.
#[derive(Default)]
struct FailingStore {
    model: MemoryStore,
    broken: AtomicBool,
}

impl FailingStore {
    fn works(&self) -> Result<&MemoryStore, Fault> {
        if self.broken.load(Ordering::SeqCst) {
            return Err(Fault::Internal("the disk is gone".to_owned()));
        }
        Ok(&self.model)
    }
}

#[async_trait]
impl Store for FailingStore {
    async fn account(&self, realm: &str, id: AccountId) -> Result<Option<Account>, Fault> {
        self.works()?.account(realm, id).await
    }

    async fn account_by_identifier(
        &self,
        realm: &str,
        kind: IdentifierKind,
        canonical: &str,
    ) -> Result<Option<Account>, Fault> {
        self.works()?.account_by_identifier(realm, kind, canonical).await
    }

    async fn account_by_public_id(
        &self,
        realm: &str,
        kind: &str,
        value: &str,
    ) -> Result<Option<Account>, Fault> {
        self.works()?.account_by_public_id(realm, kind, value).await
    }

    async fn value_holder(&self, realm: &str, field: &str, value: &str) -> Result<Option<AccountId>, Fault> {
        self.works()?.value_holder(realm, field, value).await
    }

    async fn changed_fields(&self, account: AccountId) -> Result<Vec<(String, Timestamp)>, Fault> {
        self.works()?.changed_fields(account).await
    }

    async fn accounts(&self, realm: &str, page: &AccountPage) -> Result<Vec<Account>, Fault> {
        self.works()?.accounts(realm, page).await
    }

    async fn closed_accounts(&self, now: Timestamp, limit: u32) -> Result<Vec<Account>, Fault> {
        self.works()?.closed_accounts(now, limit).await
    }

    async fn search_accounts(&self, realm: &str, search: &AccountSearch) -> Result<FoundAccounts, Fault> {
        self.works()?.search_accounts(realm, search).await
    }

    async fn session(&self, id: SessionId) -> Result<Option<SessionWithAccount>, Fault> {
        self.works()?.session(id).await
    }

    async fn token_note(&self, realm: &str, digest: &[u8; 32]) -> Result<Option<TokenNote>, Fault> {
        self.works()?.token_note(realm, digest).await
    }

    async fn live_sessions(&self, account: AccountId, now: Timestamp) -> Result<Vec<Session>, Fault> {
        self.works()?.live_sessions(account, now).await
    }

    async fn code(&self, realm: &str, purpose: Purpose, destination: &str) -> Result<Option<Code>, Fault> {
        self.works()?.code(realm, purpose, destination).await
    }

    async fn code_by_id(&self, realm: &str, id: Uuid) -> Result<Option<Code>, Fault> {
        self.works()?.code_by_id(realm, id).await
    }

    async fn tally(&self, realm: &str, key: &str, now: Timestamp) -> Result<u32, Fault> {
        self.works()?.tally(realm, key, now).await
    }

    async fn tally_ends(&self, realm: &str, key: &str, now: Timestamp) -> Result<Option<Timestamp>, Fault> {
        self.works()?.tally_ends(realm, key, now).await
    }

    async fn mails(&self, after: Option<Uuid>, limit: u32) -> Result<Vec<SealedMail>, Fault> {
        self.works()?.mails(after, limit).await
    }

    async fn mail(&self, id: Uuid) -> Result<Option<SealedMail>, Fault> {
        self.works()?.mail(id).await
    }

    async fn due_mails(&self, now: Timestamp, limit: u32) -> Result<Vec<SealedMail>, Fault> {
        self.works()?.due_mails(now, limit).await
    }

    async fn keys(&self, realm: &str) -> Result<Vec<StoredKey>, Fault> {
        self.works()?.keys(realm).await
    }

    async fn audit_events(&self, realm: &str, limit: u32) -> Result<Vec<AuditEvent>, Fault> {
        self.works()?.audit_events(realm, limit).await
    }

    async fn audit_after(&self, number: u64, limit: u32) -> Result<Vec<NumberedEvent>, Fault> {
        self.works()?.audit_after(number, limit).await
    }

    async fn segments_after(&self, number: u64, limit: u32) -> Result<Vec<Segment>, Fault> {
        self.works()?.segments_after(number, limit).await
    }

    async fn last_segment(&self) -> Result<Option<Segment>, Fault> {
        self.works()?.last_segment().await
    }

    async fn apply(&self, changes: Vec<Change>) -> Result<ApplyResult, Fault> {
        self.works()?.apply(changes).await
    }

    async fn sweep(&self, now: Timestamp) -> Result<u64, Fault> {
        self.works()?.sweep(now).await
    }
}
