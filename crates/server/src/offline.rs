//! A realm that the command line opens itself, while no server runs on the data folder.

use crate::clock::SystemClock;
use crate::config::{Config, Environment};
use crate::contracts::Contract;
use crate::dice::SystemDice;
use crate::folder::DataFolder;
use crate::hashing::{HashCost, HashKeys, HashPool};
use crate::limits::{LimitPolicy, MemoryLimits};
use crate::options::Options;
use crate::realm::OpenRealm;
use crate::realm_options::RealmOptions;
use crate::start_error::StartError;
use crate::wiring::{master_key, open_realms, prepare, unopened};
use doorward_core::action::{Services, Turns};
use doorward_core::channel::Channels;
use doorward_core::key::MasterKey;
use doorward_core::live::LiveSessions;
use doorward_core::mail_caps::MailCaps;
use doorward_store_sqlite::{OpenError, SqliteStore};
use prometheus_client::metrics::counter::Counter;
use std::path::Path;
use std::sync::Arc;

/// Which realm the command line opens itself, and the master key where a configuration names it.
pub struct OfflineRealm {
    realm: Vec<RealmOptions>,
    master: Option<Arc<MasterKey>>,
    hash_keys: HashKeys,
}

impl OfflineRealm {
    /// The demo's realm of one contract.
    #[must_use]
    pub fn of(contract: Contract) -> OfflineRealm {
        let realm = Options { contracts: vec![contract], ..Options::demo("") }.realms();
        OfflineRealm { realm, master: None, hash_keys: HashKeys::default() }
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
        let secrets = config.secrets(Environment::of_process());
        let (master, hash_keys) = (config.master(&secrets)?, config.keys_of_hashes(&secrets)?);
        Ok(OfflineRealm { realm: vec![config.offline(realm)?], master, hash_keys })
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
            hasher: Arc::new(HashPool::start(
                HashCost::default(),
                wanted.hash_keys,
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
            mail_caps: MailCaps::default(),
            mail_queued: Arc::new(|| {}),
        };
        let realms = open_realms(prepare(&wanted.realm)?, &services, &master).await?;
        Ok(Offline { realms, services })
    }
}

/// Where the master key of a folder or a configuration lies, in words.
#[must_use]
pub(crate) fn where_master_lies(data: &Path, deployed: Option<&Config>) -> String {
    match deployed {
        Some(config) => format!("the one that `store.master_key` of {} names", config.source.name),
        None => data.join("demo-master.key").display().to_string(),
    }
}

/// The master key that is there; none is made.
///
/// # Errors
/// It is not there, or is none.
pub(crate) fn known_master(data: &Path, deployed: Option<&Config>) -> Result<Arc<MasterKey>, StartError> {
    let missing = || StartError::new(format!("there is no {}", where_master_lies(data, deployed)));
    if let Some(config) = deployed {
        return config.master(&config.secrets(Environment::of_process()))?.ok_or_else(missing);
    }
    if !data.exists() {
        return Err(StartError::new(format!("there is no data folder {}", data.display())));
    }
    let folder = DataFolder::open(data)?;
    if !folder.key_file().exists() {
        return Err(missing());
    }
    Ok(Arc::new(folder.master_key(&SystemDice)?))
}
