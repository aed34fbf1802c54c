//! Puts a server together: store, keys, realms, pool, budgets, mail, control socket and the HTTP face.

use crate::config::{Config, Environment};
use crate::contracts::Contract;
use crate::control::ControlSocket;
use crate::folder::{DataFolder, plain};
use crate::hashing::{HashCost, HashKeys, HashPool};
use crate::limits::MemoryLimits;
use crate::live::Live;
use crate::options::Options;
use crate::pages::{PageRealm, ProgramPages};
use crate::realm::{OpenRealm, Opening, Prepared, Realms};
use crate::realm_options::{Introspection, RealmOptions};
use crate::start_error::StartError;
use crate::sweep::{sweep, sweep_each_minute};
use crate::{clock::SystemClock, dice::SystemDice, limits::LimitPolicy};
use doorward_contract::plan::Plan;
use doorward_core::action::{Services, Turns};
use doorward_core::channel::Channels;
use doorward_core::fault::Fault;
use doorward_core::identifier::Compare;
use doorward_core::key::MasterKey;
use doorward_core::live::LiveSessions;
use doorward_core::port::{Dice, Store};
use doorward_http::accept::{self, Listening, Served};
use doorward_http::{App, Door, Metrics, Mount, Parts, RealmParts};
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
    /// Where it listens; the first of several.
    pub addr: SocketAddr,
    /// Where operators are answered, if that is another place.
    pub ops: Option<SocketAddr>,
    /// Its realms.
    pub realms: Arc<Vec<OpenRealm>>,
    /// What its actions run on.
    pub services: Arc<Services>,
    /// The mails it sent.
    pub mailbox: Mailbox,
    /// Its metrics.
    pub metrics: Arc<Metrics>,
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

    /// Removes what is over now, as is done each minute.
    ///
    /// # Errors
    /// The store failed.
    pub async fn sweep(&self) -> Result<u64, Fault> {
        sweep(&self.services).await
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
    let wanted = options.realms();
    let prepared = prepare(&wanted)?;
    let folder = Arc::new(DataFolder::open(&options.data)?);
    let in_folder = options.store.is_none();
    let store = match &options.store {
        Some(store) => Arc::clone(store),
        None => Arc::new(SqliteStore::open(folder.path()).map_err(|error| unopened(&error))?),
    };
    let Doors { listening, addr, ops } = Doors::open(&options).await?;
    let master = match &options.master {
        Some(master) => Arc::clone(master),
        None => {
            let names = wanted.iter().map(|realm| realm.name.as_str());
            master_key(&folder, store.as_ref(), names, options.dice.as_ref()).await?
        }
    };
    let metrics = Arc::new(Metrics::default());
    let bell = Bell::default();
    let mailbox = Mailbox::new();
    let transport = Transport::Mailbox(mailbox.clone());
    let services = Arc::new(services(&options, &store, metrics.password_hashes(), (&transport, &bell))?);
    let realms = Arc::new(open_realms(prepared, &services, &master).await?);

    let mut workers = JoinSet::new();
    workers.spawn(outbox(&services, &master, &metrics, (transport, &bell)).run());
    workers.spawn(sweep_each_minute(Arc::clone(&services), fault_log(&metrics)));
    let now = Realms::new(Arc::clone(&realms));
    if in_folder {
        let socket = ControlSocket::open(&folder.socket())?;
        workers.spawn(socket.serve(now.clone(), Arc::clone(&services)));
    }

    let on_save = options.on_save.clone();
    let around = (Arc::clone(&services), Arc::clone(&metrics), mailbox.clone(), addr);
    let front = Front { options, folder, around };
    let app = Arc::new(front.app(&front.options, &realms)?);
    let live = on_save.zip(wanted.into_iter().next()).and_then(|(on_save, realm)| {
        Live::new(realm, (front, Arc::clone(&app)), (now, master), on_save).map(Arc::new)
    });
    let served = match live {
        None => Served::Fixed(app),
        Some(live) => {
            workers.spawn(Arc::clone(&live).watch());
            Served::Current(live)
        }
    };
    let (stop, stopped) = watch::channel(false);
    let mut serving = JoinSet::new();
    for one in listening {
        serving.spawn(accept::serve(one, served.clone(), stopped.clone()));
    }
    Ok(Running { addr, ops, realms, services, mailbox, metrics, stop, serving, workers })
}

/// The sockets of a server, bound.
struct Doors {
    listening: Vec<Listening>,
    addr: SocketAddr,
    ops: Option<SocketAddr>,
}

impl Doors {
    async fn open(options: &Options) -> Result<Doors, StartError> {
        let door = if options.ops.is_some() { Door::Clients } else { Door::Everybody };
        let mut listening = Vec::new();
        let mut addr = None;
        for at in &options.listen {
            let (listener, bound) = bind(*at).await?;
            addr = addr.or(Some(bound));
            listening.push(Listening { listener, door });
        }
        let mut ops = None;
        if let Some(at) = options.ops {
            let (listener, bound) = bind(at).await?;
            ops = Some(bound);
            listening.push(Listening { listener, door: Door::Operators });
        }
        let addr = addr.ok_or_else(|| StartError::new("there is no address to listen on"))?;
        Ok(Doors { listening, addr, ops })
    }
}

async fn bind(at: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let refused =
        |error: std::io::Error| StartError::new(format!("cannot listen on {at}: {}", plain(&error)));
    let listener = TcpListener::bind(at).await.map_err(refused)?;
    let bound = listener.local_addr().map_err(refused)?;
    Ok((listener, bound))
}

/// The contracts of every realm, compiled, and narrowed as the realm wants it.
pub(crate) fn prepare(realms: &[RealmOptions]) -> Result<Vec<Prepared>, StartError> {
    let mut prepared = Vec::new();
    for realm in realms {
        let mut names = BTreeSet::new();
        let mut contracts = Vec::new();
        for placed in &realm.contracts {
            let contract = &placed.contract;
            if !names.insert(&contract.name) {
                return Err(StartError::new(format!("two contracts are called {}", contract.name)));
            }
            let mut plan = contract.plan()?;
            // What the built-in ones give away is known and written down beside them.
            for lint in plan.lints.iter().filter(|_| !contract.is_builtin()) {
                tracing::warn!(contract = contract.name, lint, "the contract gives something away");
            }
            realm.tightening.apply(&mut plan);
            contracts.push((plan, placed.clone()));
        }
        prepared.push(Prepared { name: realm.name.clone(), contracts, access: Arc::clone(&realm.access) });
    }
    if prepared.is_empty() {
        return Err(StartError::new("there is no contract to serve"));
    }
    Ok(prepared)
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
    prepared: Vec<Prepared>,
    services: &Services,
    master: &Arc<MasterKey>,
) -> Result<Vec<OpenRealm>, StartError> {
    let (store, clock, dice) = (services.store.as_ref(), services.clock.as_ref(), services.dice.as_ref());
    let opening = Opening { store, master, clock, dice };
    let mut realms = Vec::new();
    for realm in prepared {
        let name = realm.name.clone();
        let plans: Vec<&Plan> = realm.contracts.iter().map(|(plan, _)| plan).collect();
        agree(&name, &plans).map_err(StartError::new)?;
        realms.extend(OpenRealm::open(realm, &opening).await.map_err(|fault| match fault {
            Fault::Crypto(_) => StartError::new(format!(
                "the keys of realm {name} do not open under this data folder's master key: it is another one's"
            )),
            fault => StartError::new(format!("cannot open the realm {name}: {fault}")),
        })?);
    }
    Ok(realms)
}

/// Contracts that share accounts find them by the same rules, and read their profiles alike.
pub(crate) fn agree(realm: &str, plans: &[&Plan]) -> Result<(), String> {
    let pairs = plans
        .iter()
        .enumerate()
        .flat_map(|(at, second)| plans[..at].iter().map(move |first| (first, second)));
    for (first, second) in pairs {
        if let Some(why) = disagreement(first, second) {
            return Err(format!("{} and {} cannot share the realm {realm}: {why}", first.name, second.name));
        }
    }
    Ok(())
}

/// Why two contracts cannot have the same accounts.
fn disagreement(first: &Plan, second: &Plan) -> Option<String> {
    let word = |compare| if compare == Compare::Exact { "exact" } else { "caseless" };
    for rule in &first.account.identifiers {
        let same = second.account.identifiers.iter().find(|other| other.kind == rule.kind);
        if let Some(other) = same.filter(|other| other.compare != rule.compare) {
            return Some(format!(
                "{} compares `{}` {}, {} {}; write the same `compare` in both",
                first.name,
                rule.kind.name(),
                word(rule.compare),
                second.name,
                word(other.compare)
            ));
        }
    }
    for field in &first.account.profile.fields {
        let same = second.account.profile.fields.iter().find(|other| other.name == field.name);
        if let Some(other) = same.filter(|other| other.kind != field.kind) {
            return Some(format!(
                "the profile field `{}` is {} in {} and {} in {}; write the same `type` in both, or another name in one",
                field.name,
                field.kind.name(),
                first.name,
                other.kind.name(),
                second.name
            ));
        }
    }
    None
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
    pub(crate) fn app(&self, options: &Options, realms: &[OpenRealm]) -> Result<App, StartError> {
        let Front { folder, around: (services, metrics, mailbox, addr), .. } = self;
        let mut parts = Vec::new();
        let mut shown = Vec::new();
        let url = format!("http://{addr}");
        for realm in realms {
            let around = (folder.path(), options.program.as_str());
            shown.push(PageRealm::new(realm, &realm.place.url(&url), around));
            let mount = Mount {
                hosts: realm.place.hosts.clone(),
                prefix: realm.place.prefix.clone(),
                plan: Arc::clone(&realm.plan),
                policy: Arc::clone(&realm.policy),
            };
            if let Some(known) = parts.iter_mut().find(|known: &&mut RealmParts| known.name == realm.name) {
                known.contracts.push(mount);
                continue;
            }
            parts.push(RealmParts {
                name: realm.name.clone(),
                contracts: vec![mount],
                keys: Arc::clone(&realm.keys),
                introspection_secret: self.introspection_secret(realm)?,
                origins: realm.access.origins.clone(),
                client_keys: realm.access.client_keys.clone(),
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
            trusted_proxies: options.trusted_proxies.clone(),
            bounds: options.bounds.clone(),
        })
        .map_err(StartError::new)
    }

    fn introspection_secret(&self, realm: &OpenRealm) -> Result<Option<String>, StartError> {
        Ok(match &realm.access.introspection {
            Introspection::OfTheFolder => {
                let dice = self.around.0.dice.as_ref();
                Some(self.folder.introspection_secret(&realm.name, dice)?.to_string())
            }
            Introspection::Secret(secret) => Some(secret.to_string()),
            Introspection::Nobody => None,
        })
    }
}

fn unopened(error: &OpenError) -> StartError {
    match error {
        OpenError::File { path, error } => {
            StartError::new(format!("cannot write {}: {}", path.display(), plain(error)))
        }
        error => StartError::new(error.to_string()),
    }
}

/// Which realm the command line opens itself, and the master key where a configuration names it.
pub struct OfflineRealm {
    realm: Vec<RealmOptions>,
    master: Option<Arc<MasterKey>>,
}

impl OfflineRealm {
    /// The demo's realm of one contract.
    #[must_use]
    pub fn of(contract: Contract) -> OfflineRealm {
        let realm = Options { contracts: vec![contract], ..Options::demo("") }.realms();
        OfflineRealm { realm, master: None }
    }

    /// A realm of a configuration.
    ///
    /// # Errors
    /// There is none of this name, or its contracts or the master key cannot be read.
    pub fn configured(config: &Config, name: &str) -> Result<OfflineRealm, StartError> {
        let realm = config.realm_named(name).ok_or_else(|| {
            let known: Vec<&str> = config.realms.iter().map(|realm| realm.name.as_str()).collect();
            let file = &config.source.name;
            StartError::new(format!("{file} has no realm {name}: there are {}", known.join(", ")))
        })?;
        let master = config.master(&config.secrets(Environment::of_process()))?;
        Ok(OfflineRealm { realm: vec![config.offline(realm)?], master })
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

    /// Opens one realm.
    ///
    /// # Errors
    /// The keys cannot be read or made.
    pub async fn open(
        folder: &DataFolder,
        store: SqliteStore,
        wanted: OfflineRealm,
    ) -> Result<Offline, StartError> {
        let dice = Arc::new(SystemDice);
        let names = wanted.realm.iter().map(|realm| realm.name.as_str());
        let master = match wanted.master {
            Some(master) => master,
            None => master_key(folder, &store, names, dice.as_ref()).await?,
        };
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
        let realms = open_realms(prepare(&wanted.realm)?, &services, &master).await?;
        Ok(Offline { realms, services })
    }
}
