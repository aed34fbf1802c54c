//! Puts a server together: store, keys, realms, pool, budgets, mail, control socket and the HTTP face.

use crate::contracts::Contract;
use crate::control::ControlSocket;
use crate::folder::{DataFolder, plain};
use crate::hashing::{HashCost, HashKeys, HashPool};
use crate::limits::MemoryLimits;
use crate::live::Live;
use crate::options::Options;
use crate::pages::{PageRealm, ProgramPages};
use crate::realm::{OpenRealm, Opening, Realms};
use crate::start_error::StartError;
use crate::sweep::sweep_each_minute;
use crate::{clock::SystemClock, dice::SystemDice, limits::LimitPolicy};
use doorward_contract::plan::Plan;
use doorward_core::action::{Services, Turns};
use doorward_core::channel::Channels;
use doorward_core::fault::Fault;
use doorward_core::key::MasterKey;
use doorward_core::live::LiveSessions;
use doorward_core::port::{Dice, Store};
use doorward_http::accept::{self, Served};
use doorward_http::{App, Metrics, Mount, Parts, RealmParts};
use doorward_mail::{Bell, Mailbox, Outbox, Transport};
use doorward_store_sqlite::{OpenError, SqliteStore};
use prometheus_client::metrics::counter::Counter;
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// A server that answers.
pub struct Running {
    /// Where it listens.
    pub addr: SocketAddr,
    /// Its realms.
    pub realms: Arc<Vec<OpenRealm>>,
    /// What its actions run on.
    pub services: Arc<Services>,
    /// The mails it sent.
    pub mailbox: Mailbox,
    /// Its metrics.
    pub metrics: Arc<Metrics>,
    /// Whether the one contract is mounted at `/`.
    pub at_root: bool,
    stop: watch::Sender<bool>,
    serving: JoinSet<()>,
    workers: JoinSet<()>,
}

impl Running {
    /// `http://` and the address.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// Where a contract is mounted: the URL without a slash at its end.
    #[must_use]
    pub fn realm_url(&self, name: &str) -> String {
        format!("{}{}", self.url(), prefix(name, self.at_root))
    }

    /// Stops accepting, answers what is being answered, and ends everything.
    pub async fn shutdown(mut self) {
        // A server whose accept loop has ended already has nobody to tell.
        let _ = self.stop.send(true);
        while self.serving.join_next().await.is_some() {}
        self.workers.shutdown().await;
    }
}

/// Puts a server together and starts it.
///
/// # Errors
/// One sentence: why it cannot start.
pub async fn assemble(options: Options) -> Result<Running, StartError> {
    let plans = plans(&options.contracts)?;
    let folder = Arc::new(DataFolder::open(&options.data)?);
    let in_folder = options.store.is_none();
    let store = match &options.store {
        Some(store) => Arc::clone(store),
        None => Arc::new(SqliteStore::open(folder.path()).map_err(|error| unopened(&error))?),
    };
    let listener = TcpListener::bind(options.listen).await.map_err(|error| {
        StartError::new(format!("cannot listen on {}: {}", options.listen, plain(&error)))
    })?;
    let addr = listener.local_addr().map_err(|error| StartError::new(plain(&error)))?;
    let names = plans.iter().map(|(_, contract)| contract.realm());
    let master = master_key(&folder, store.as_ref(), names, options.dice.as_ref()).await?;
    let metrics = Arc::new(Metrics::default());
    let bell = Bell::default();
    let mailbox = Mailbox::new();
    let transport = Transport::Mailbox(mailbox.clone());
    let services = Arc::new(services(&options, &store, metrics.password_hashes(), (&transport, &bell))?);
    let realms = Arc::new(open_realms(plans, &services, &master).await?);

    let mut workers = JoinSet::new();
    workers.spawn(outbox(&services, &master, &metrics, (transport, &bell)).run());
    workers.spawn(sweep_each_minute(Arc::clone(&services), fault_log(&metrics)));
    let now = Realms::new(Arc::clone(&realms));
    if in_folder {
        let socket = ControlSocket::open(&folder.socket())?;
        workers.spawn(socket.serve(now.clone(), Arc::clone(&services)));
    }

    let (at_root, on_save) = (options.at_root, options.on_save.clone());
    let around = (Arc::clone(&services), Arc::clone(&metrics), mailbox.clone(), addr);
    let front = Front { options, folder, around };
    let app = Arc::new(front.app(&realms)?);
    let served = match on_save.zip(realms.first().map(|realm| realm.contract.clone())) {
        None => Served::Fixed(app),
        Some((on_save, contract)) => {
            let live = Arc::new(Live::new(contract, (front, app), (now, master), on_save));
            workers.spawn(Arc::clone(&live).watch());
            Served::Current(live)
        }
    };
    let (stop, stopped) = watch::channel(false);
    let mut serving = JoinSet::new();
    serving.spawn(accept::serve(listener, served, stopped));
    Ok(Running { addr, realms, services, mailbox, metrics, at_root, stop, serving, workers })
}

fn plans(contracts: &[Contract]) -> Result<Vec<(Plan, Contract)>, StartError> {
    let mut names = BTreeSet::new();
    let mut plans = Vec::new();
    for contract in contracts {
        if !names.insert(&contract.name) {
            return Err(StartError::new(format!("two contracts are called {}", contract.name)));
        }
        let plan = contract.plan()?;
        // What the built-in ones give away is known and written down beside them.
        for lint in plan.lints.iter().filter(|_| !contract.is_builtin()) {
            tracing::warn!(contract = contract.name, lint, "the contract gives something away");
        }
        plans.push((plan, contract.clone()));
    }
    if plans.is_empty() {
        return Err(StartError::new("there is no contract to serve"));
    }
    Ok(plans)
}

/// The folder's master key, made if there is none; but not beside keys that are sealed under one that is gone.
async fn master_key(
    folder: &DataFolder,
    store: &dyn Store,
    realms: impl Iterator<Item = &str>,
    dice: &dyn Dice,
) -> Result<Arc<MasterKey>, StartError> {
    let file = folder.key_file();
    if !file.exists() {
        for realm in realms {
            if !store.keys(realm).await?.is_empty() {
                return Err(StartError::new(format!(
                    "{} is missing, and this data is sealed under it: put it back, or choose another data folder",
                    file.display()
                )));
            }
        }
    }
    Ok(Arc::new(folder.master_key(dice)?))
}

pub(crate) async fn open_realms(
    plans: Vec<(Plan, Contract)>,
    services: &Services,
    master: &Arc<MasterKey>,
) -> Result<Vec<OpenRealm>, StartError> {
    let (store, clock, dice) = (services.store.as_ref(), services.clock.as_ref(), services.dice.as_ref());
    let opening = Opening { store, master, clock, dice };
    let mut realms = Vec::new();
    for (name, contracts) in by_realm(plans) {
        agree(&name, &contracts)?;
        let opened = OpenRealm::open(&name, contracts, &opening).await;
        realms.extend(opened.map_err(|fault| match fault {
            Fault::Crypto(_) => StartError::new(format!(
                "the keys of realm {name} do not open under this data folder's master key: it is another one's"
            )),
            fault => StartError::new(format!("cannot open the realm {name}: {fault}")),
        })?);
    }
    Ok(realms)
}

/// The contracts of each realm, in the order in which they were given.
fn by_realm(plans: Vec<(Plan, Contract)>) -> Vec<(String, Vec<(Plan, Contract)>)> {
    let mut realms: Vec<(String, Vec<(Plan, Contract)>)> = Vec::new();
    for (plan, contract) in plans {
        let name = contract.realm().to_owned();
        match realms.iter_mut().find(|(known, _)| *known == name) {
            Some((_, contracts)) => contracts.push((plan, contract)),
            None => realms.push((name, vec![(plan, contract)])),
        }
    }
    realms
}

/// Contracts that share accounts find them by the same rules.
fn agree(realm: &str, contracts: &[(Plan, Contract)]) -> Result<(), StartError> {
    let rules =
        contracts.iter().flat_map(|(plan, _)| plan.account.identifiers.iter().map(move |rule| (plan, rule)));
    let rules: Vec<_> = rules.collect();
    for (plan, rule) in &rules {
        let other = rules.iter().find(|(_, known)| known.kind == rule.kind && known.compare != rule.compare);
        if let Some((other, _)) = other {
            return Err(StartError::new(format!(
                "{} and {} cannot share the realm {realm}: they compare `{}` differently; write the same `compare` in both",
                other.name,
                plan.name,
                rule.kind.name()
            )));
        }
    }
    Ok(())
}

fn services(
    options: &Options,
    store: &Arc<dyn Store>,
    hashes: Counter,
    (transport, bell): (&Transport, &Bell),
) -> Result<Services, StartError> {
    let bell = bell.clone();
    Ok(Services {
        store: Arc::clone(store),
        hasher: Arc::new(HashPool::start(
            options.cost,
            options.hash_keys.clone(),
            Arc::clone(&options.dice),
            hashes,
        )?),
        clock: Arc::clone(&options.clock),
        dice: Arc::clone(&options.dice),
        limits: Arc::new(MemoryLimits::new(options.limits)),
        live: Arc::new(LiveSessions::default()),
        turns: Turns::default(),
        channels: transport.channels(),
        mail_queued: Arc::new(move || bell.ring()),
    })
}

fn outbox(
    services: &Services,
    master: &Arc<MasterKey>,
    metrics: &Arc<Metrics>,
    (transport, bell): (Transport, &Bell),
) -> Outbox {
    Outbox {
        store: Arc::clone(&services.store),
        clock: Arc::clone(&services.clock),
        master: Arc::clone(master),
        transport,
        bell: bell.clone(),
        on_fault: fault_log(metrics),
    }
}

/// Counts a fault outside any request, and writes it down.
fn fault_log(metrics: &Metrics) -> Arc<dyn Fn(&Fault) + Send + Sync> {
    let faults = metrics.faults();
    Arc::new(move |fault| {
        faults.inc();
        tracing::error!(%fault, "a worker failed");
    })
}

/// What every application of a running server is made of: all but its realms.
pub(crate) struct Front {
    pub(crate) options: Options,
    folder: Arc<DataFolder>,
    /// What actions run on, the metrics, the mails that were sent, and where it listens.
    pub(crate) around: (Arc<Services>, Arc<Metrics>, Mailbox, SocketAddr),
}

impl Front {
    /// The application that serves these realms.
    pub(crate) fn app(&self, realms: &[OpenRealm]) -> Result<App, StartError> {
        let Front { options, folder, around: (services, metrics, mailbox, addr) } = self;
        let mut parts = Vec::new();
        let mut shown = Vec::new();
        for realm in realms {
            let prefix = prefix(&realm.contract.name, options.at_root);
            let around = (folder.path(), options.program.as_str());
            shown.push(PageRealm::new(realm, &format!("http://{addr}{prefix}"), around));
            let mount = Mount { prefix, plan: Arc::clone(&realm.plan), policy: Arc::clone(&realm.policy) };
            if let Some(known) = parts.iter_mut().find(|known: &&mut RealmParts| known.name == realm.name) {
                known.contracts.push(mount);
                continue;
            }
            let secret = folder.introspection_secret(&realm.name, services.dice.as_ref())?;
            parts.push(RealmParts {
                name: realm.name.clone(),
                contracts: vec![mount],
                keys: Arc::clone(&realm.keys),
                introspection_secret: Some(secret.to_string()),
            });
        }
        let pages = Arc::new(ProgramPages::new(shown, mailbox.clone()));
        App::new(Parts {
            services: Arc::clone(services),
            realms: parts,
            metrics: Arc::clone(metrics),
            pages,
            access_log: Arc::clone(&options.access_log),
            stopwatch: Arc::clone(&options.stopwatch),
            origins: options.origins.clone(),
            trusted_proxies: options.trusted_proxies.clone(),
            bounds: options.bounds.clone(),
            client_keys: options.client_keys.clone(),
        })
        .map_err(StartError::new)
    }
}

/// What comes before every path of a contract.
#[must_use]
pub fn prefix(name: &str, at_root: bool) -> String {
    if at_root { String::new() } else { format!("/{name}") }
}

fn unopened(error: &OpenError) -> StartError {
    match error {
        OpenError::File { path, error } => {
            StartError::new(format!("cannot write {}: {}", path.display(), plain(error)))
        }
        error => StartError::new(error.to_string()),
    }
}

/// One realm opened by the command line itself, while no server runs on the folder.
pub struct Offline {
    /// The realm.
    pub realms: Vec<OpenRealm>,
    /// What its actions run on.
    pub services: Services,
}

impl Offline {
    /// Takes the data folder; nothing when a server has it.
    ///
    /// # Errors
    /// The folder cannot be used.
    pub fn take(folder: &DataFolder) -> Result<Option<SqliteStore>, StartError> {
        match SqliteStore::open(folder.path()) {
            Ok(store) => Ok(Some(store)),
            Err(OpenError::InUse(_)) => Ok(None),
            Err(error) => Err(unopened(&error)),
        }
    }

    /// Opens the realm of one contract.
    ///
    /// # Errors
    /// The keys cannot be read or made.
    pub async fn open(
        folder: &DataFolder,
        store: SqliteStore,
        contract: Contract,
    ) -> Result<Offline, StartError> {
        let plan = contract.plan()?;
        let dice = Arc::new(SystemDice);
        let names = std::iter::once(contract.realm());
        let master = master_key(folder, &store, names, dice.as_ref()).await?;
        let services = Services {
            store: Arc::new(store),
            // Operators' orders set passwords; none compares one.
            hasher: Arc::new(HashPool::start(
                HashCost::default(),
                HashKeys::default(),
                dice.clone(),
                Counter::default(),
            )?),
            clock: Arc::new(SystemClock),
            dice,
            limits: Arc::new(MemoryLimits::new(LimitPolicy::default())),
            live: Arc::new(LiveSessions::default()),
            turns: Turns::default(),
            // No action of an operator sends anything.
            channels: Channels { email: false, sms: false },
            mail_queued: Arc::new(|| {}),
        };
        let realms = open_realms(vec![(plan, contract)], &services, &master).await?;
        Ok(Offline { realms, services })
    }
}
