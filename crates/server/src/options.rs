//! Everything a server is assembled from. The demo's values are the defaults; tests put their own in.

use crate::clock::{SystemClock, SystemStopwatch};
use crate::config::MailSection;
use crate::contracts::Contract;
use crate::dice::SystemDice;
use crate::hashing::{HashCost, HashKeys};
use crate::limits::LimitPolicy;
use crate::live::OnSave;
use crate::realm_options::{Introspection, Placed, RealmAccess, RealmOptions, Tightening};
use crate::reload::Again;
use crate::tls_files::TlsFiles;
use doorward_core::key::MasterKey;
use doorward_core::mail_caps::MailCaps;
use doorward_core::port::{Clock, Dice, Store};
use doorward_http::{AccessEntry, AccessLog, Bounds, ClientKey, Origins, Stopwatch};
use doorward_mail::{Mailbox, Patience, Transports};
use ipnet::IpNet;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

/// How messages leave, given the mailbox that some of them may stay in.
pub type PostOffice = dyn Fn(&Mailbox) -> Transports + Send + Sync;

/// What to serve, where, and on what.
pub struct Options {
    /// The data folder: keys, the control socket, and the database unless `store` is given.
    pub data: PathBuf,
    /// Where clients are answered; port 0 takes a free one.
    pub listen: Vec<SocketAddr>,
    /// Where operators are answered: what is below `/_doorward/` is served there only. Without it it is served beside
    /// the contracts: the demo.
    pub ops: Option<SocketAddr>,
    /// The certificate that clients are shown. Without it they are spoken to in the clear.
    pub tls: Option<TlsFiles>,
    /// Reads all this again from where it came. Without it nothing is reloaded.
    pub again: Option<Again>,
    /// The master key. Without it one is made in the data folder: the demo's.
    pub master: Option<Arc<MasterKey>>,
    /// How the program was called, for lines that can be pasted into a shell.
    pub program: String,
    /// The realms of a configuration. Without any, `contracts` are served.
    pub realms: Vec<RealmOptions>,
    /// The contracts, each in a realm of its own name.
    pub contracts: Vec<Contract>,
    /// Who hears of it when the one contract's file is saved again: then the next request is answered by what it
    /// says now. Without anybody the contract stays as it is.
    pub on_save: Option<OnSave>,
    /// Whether the one contract is mounted at `/` instead of `/<name>`.
    pub at_root: bool,
    /// How much work a password hash is.
    pub cost: HashCost,
    /// The keys that stored hashes brought from elsewhere name.
    pub hash_keys: HashKeys,
    /// The budgets for guessing.
    pub limits: LimitPolicy,
    /// How mails leave; without it they stay in the development mailbox.
    pub transports: Option<Arc<PostOffice>>,
    /// What the configuration says of mails.
    pub mail: Option<MailSection>,
    /// How long a mail is tried.
    pub patience: Patience,
    /// How many messages may be sent.
    pub mail_caps: MailCaps,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub dice: Arc<dyn Dice>,
    /// A store to use instead of the one in the data folder. Then nothing locks the folder.
    pub store: Option<Arc<dyn Store>>,
    /// Where access lines go.
    pub access_log: Arc<dyn AccessLog>,
    /// What durations are measured with.
    pub stopwatch: Arc<dyn Stopwatch>,
    /// Which origins may call from a browser.
    pub origins: Origins,
    /// Whose forwarding headers are believed.
    pub trusted_proxies: Vec<IpNet>,
    /// How much a request may ask for.
    pub bounds: Bounds,
    /// The keys that clients show, where contracts ask for them.
    pub client_keys: Vec<ClientKey>,
}

impl Options {
    /// The demo on this data folder: the built-in contracts without their variants, on a free
    /// port of the loopback address.
    #[must_use]
    pub fn demo(data: impl Into<PathBuf>) -> Options {
        Options {
            data: data.into(),
            listen: vec![SocketAddr::from((Ipv4Addr::LOCALHOST, 0))],
            ops: None,
            tls: None,
            again: None,
            master: None,
            program: "doorward".to_owned(),
            realms: Vec::new(),
            contracts: Contract::demo(),
            on_save: None,
            at_root: false,
            cost: HashCost::default(),
            hash_keys: HashKeys::default(),
            limits: LimitPolicy::default(),
            transports: None,
            mail: None,
            patience: Patience::default(),
            mail_caps: MailCaps::default(),
            clock: Arc::new(SystemClock),
            dice: Arc::new(SystemDice),
            store: None,
            access_log: Arc::new(NoAccessLog),
            stopwatch: Arc::new(SystemStopwatch::default()),
            origins: Origins { listed: Vec::new(), loopback: true },
            trusted_proxies: Vec::new(),
            bounds: Bounds::default(),
            client_keys: Vec::new(),
        }
    }

    /// The same with these contracts only; one alone is mounted at `/`.
    #[must_use]
    pub fn serving(mut self, contracts: Vec<Contract>) -> Options {
        self.at_root = contracts.len() == 1;
        self.contracts = contracts;
        self
    }

    /// `http://` or `https://`, and an address.
    #[must_use]
    pub(crate) fn url(&self, addr: SocketAddr) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{addr}")
    }

    /// The realms to serve: those of the configuration, or the contracts, each below its name or in the one realm that
    /// they share.
    #[must_use]
    pub fn realms(&self) -> Vec<RealmOptions> {
        if !self.realms.is_empty() {
            return self.realms.clone();
        }
        let mut realms: Vec<RealmOptions> = Vec::new();
        for contract in &self.contracts {
            let prefix = if self.at_root { String::new() } else { format!("/{}", contract.name) };
            let placed = Placed { contract: contract.clone(), hosts: Vec::new(), prefix };
            match realms.iter_mut().find(|known| known.name == contract.realm()) {
                Some(known) => known.contracts.push(placed),
                None => realms.push(RealmOptions {
                    name: contract.realm().to_owned(),
                    contracts: vec![placed],
                    access: Arc::new(RealmAccess {
                        origins: self.origins.clone(),
                        client_keys: self.client_keys.clone(),
                        introspection: Introspection::OfTheFolder,
                    }),
                    tightening: Tightening::default(),
                }),
            }
        }
        realms
    }
}

/// No access log: what tests need.
pub struct NoAccessLog;

impl AccessLog for NoAccessLog {
    fn line(&self, _entry: &AccessEntry<'_>) {}
}
