//! Puts a server together: store, keys, realms, pool, budgets, mail, control socket and the HTTP face.

use crate::control::ControlSocket;
use crate::doors::Doors;
use crate::folder::{DataFolder, plain};
use crate::front::Front;
use crate::hashing::HashPool;
use crate::limits::MemoryLimits;
use crate::live::Live;
pub use crate::offline::{Offline, OfflineRealm};
use crate::options::Options;
use crate::realm::{OpenRealm, Opening, Prepared, Realms};
use crate::realm_options::RealmOptions;
use crate::reload::{Reloaded, Reloading};
use crate::sealing::Sealer;
use crate::start_error::StartError;
use crate::sweep::{sweep, sweep_each_minute};
use crate::tls_files::TlsFiles;
use doorward_contract::plan::Plan;
use doorward_core::action::{Services, Turns};
use doorward_core::fault::Fault;
use doorward_core::identifier::Compare;
use doorward_core::key::MasterKey;
use doorward_core::live::LiveSessions;
use doorward_core::port::{Dice, Store};
use doorward_http::Metrics;
use doorward_http::accept::{self, Served};
use doorward_mail::{Bell, Mailbox, Outbox, Patience, Transport, Transports};
use doorward_store_sqlite::{OpenError, SqliteStore};
use prometheus_client::metrics::counter::Counter;
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// A server that answers.
pub struct Running {
    /// Where it listens; the first of several.
    pub addr: SocketAddr,
    /// Where operators are answered, if that is another place.
    pub ops: Option<SocketAddr>,
    url: String,
    /// Its realms, as they were at its start.
    pub realms: Arc<Vec<OpenRealm>>,
    /// What its actions run on.
    pub services: Arc<Services>,
    /// The mails it sent.
    pub mailbox: Mailbox,
    /// Its metrics.
    pub metrics: Arc<Metrics>,
    sealer: Arc<Sealer>,
    reloading: Option<Arc<Reloading>>,
    stop: watch::Sender<bool>,
    serving: JoinSet<()>,
    workers: JoinSet<()>,
}

impl Running {
    /// `http://` or `https://`, and the address.
    #[must_use]
    pub fn url(&self) -> String {
        self.url.clone()
    }

    /// Reads its configuration and contracts again: the next request is answered by what they say now, requests under
    /// way by what they said. Nothing for a server without a configuration.
    pub async fn reload(&self) -> Option<Reloaded> {
        match &self.reloading {
            Some(reloading) => Some(reloading.reload().await),
            None => None,
        }
    }

    /// Shows a certificate that was renewed, as is done each minute.
    pub async fn look_at_certificate(&self) {
        if let Some(reloading) = &self.reloading {
            reloading.look_at_certificate().await;
        }
    }

    /// Removes what is over now, as is done each minute, and seals the audit trail, as is done each second.
    ///
    /// # Errors
    /// The store failed.
    pub async fn sweep(&self) -> Result<u64, Fault> {
        self.sealer.seal().await?;
        sweep(&self.services).await
    }

    /// Stops accepting, answers what is being answered, and ends everything.
    pub async fn shutdown(mut self) {
        // A server whose accept loop has ended already has nobody to tell.
        let _ = self.stop.send(true);
        while self.serving.join_next().await.is_some() {}
        self.workers.shutdown().await;
        // What the last requests wrote; it is sealed at the next start if this fails.
        let _ = self.sealer.seal().await;
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
    let tls = options.tls.as_ref().map(TlsFiles::open).transpose()?;
    let Doors { listening, addr, ops } = Doors::open(&options, tls.as_ref()).await?;
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
    let transports = match &options.transports {
        Some(transports) => transports(&mailbox),
        None => Transports::all(Transport::Mailbox(mailbox.clone())),
    };
    let services = Arc::new(services(&options, &store, metrics.password_hashes(), (&transports, &bell))?);
    let realms = Arc::new(open_realms(prepared, &services, &master).await?);

    let mut workers = JoinSet::new();
    workers.spawn(outbox(&services, &master, &metrics, (transports, options.patience, bell)).run());
    workers.spawn(sweep_each_minute(Arc::clone(&services), fault_log(&metrics)));
    let sealer = Sealer::start(&services, &master, fault_log(&metrics), &mut workers);
    let now = Realms::new(Arc::clone(&realms));
    if in_folder {
        let socket = ControlSocket::open(&folder.socket())?;
        workers.spawn(socket.serve(now.clone(), Arc::clone(&services)));
    }

    let on_save = options.on_save.clone();
    let around = (Arc::clone(&services), Arc::clone(&metrics), mailbox.clone(), addr);
    let url = options.url(addr);
    let front = Front { options, folder, around };
    let app = Arc::new(front.app(&front.options, &realms)?);
    let mut reloading = None;
    let served = match (on_save.zip(wanted.into_iter().next()), front.options.again.clone()) {
        (Some((on_save, realm)), _) => {
            match Live::new(realm, (front, Arc::clone(&app)), (now, master), on_save).map(Arc::new) {
                None => Served::Fixed(app),
                Some(live) => {
                    workers.spawn(Arc::clone(&live).watch());
                    Served::Current(live)
                }
            }
        }
        (None, Some(again)) => {
            let reload = Arc::new(Reloading::new((front, app), (now, master), (again, tls)));
            workers.spawn(Arc::clone(&reload).watch_certificate());
            reloading = Some(Arc::clone(&reload));
            Served::Current(reload)
        }
        (None, None) => Served::Fixed(app),
    };
    let (stop, stopped) = watch::channel(false);
    let mut serving = JoinSet::new();
    for one in listening {
        serving.spawn(accept::serve(one, served.clone(), stopped.clone()));
    }
    Ok(Running {
        addr,
        ops,
        url,
        realms,
        services,
        mailbox,
        metrics,
        sealer,
        reloading,
        stop,
        serving,
        workers,
    })
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
pub(crate) async fn master_key(
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
    (transports, bell): (&Transports, &Bell),
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
        channels: transports.channels(),
        mail_caps: options.mail_caps,
        mail_queued: Arc::new(move || bell.ring()),
    })
}

fn outbox(
    services: &Services,
    master: &Arc<MasterKey>,
    metrics: &Arc<Metrics>,
    (transports, patience, bell): (Transports, Patience, Bell),
) -> Outbox {
    Outbox::new(doorward_mail::Parts {
        store: Arc::clone(&services.store),
        clock: Arc::clone(&services.clock),
        dice: Arc::clone(&services.dice),
        master: Arc::clone(master),
        transports,
        patience,
        bell,
        on_fault: fault_log(metrics),
    })
}

/// Counts a fault outside any request, and writes it down.
fn fault_log(metrics: &Metrics) -> Arc<dyn Fn(&Fault) + Send + Sync> {
    let faults = metrics.faults();
    Arc::new(move |fault| {
        faults.inc();
        tracing::error!(%fault, "a worker failed");
    })
}

pub(crate) fn unopened(error: &OpenError) -> StartError {
    match error {
        OpenError::File { path, error } => {
            StartError::new(format!("cannot write {}: {}", path.display(), plain(error)))
        }
        error => StartError::new(error.to_string()),
    }
}
