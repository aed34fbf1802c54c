//! The application: realms with their contracts, and the services they run on. Made once by the program.

use crate::client_ip::TrustedProxies;
use crate::cors::Origins;
use crate::face::{Face, FaceOf};
use crate::log::{AccessLog, Stopwatch};
use crate::metrics::Metrics;
use crate::pages::Pages;
use crate::places::{Located, Places};
use doorward_contract::plan::Plan;
use doorward_core::action::Services;
use doorward_core::key::RealmKeys;
use doorward_core::policy::Policy;
use doorward_core::public_id::PublicIdKind;
use ipnet::IpNet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How much a request may ask for.
#[derive(Clone, Debug)]
pub struct Bounds {
    /// The largest body, in bytes.
    pub body_bytes: usize,
    /// How long a body may take to arrive.
    pub body_time: Duration,
    /// How long a request's head may take to arrive.
    pub head_time: Duration,
    /// The largest head, in bytes (at least 8,192).
    pub head_bytes: usize,
    /// The most connections at a time; more wait to be accepted.
    pub connections: usize,
    /// How long a shutdown waits for requests that are being answered.
    pub drain: Duration,
    /// Whether replies carry `X-Request-Id`.
    pub show_request_id: bool,
}

impl Default for Bounds {
    fn default() -> Bounds {
        Bounds {
            body_bytes: 64 * 1024,
            body_time: Duration::from_secs(10),
            head_time: Duration::from_secs(10),
            head_bytes: 32 * 1024,
            connections: 8192,
            drain: Duration::from_secs(6),
            show_request_id: false,
        }
    }
}

/// One contract and where it is mounted.
pub struct Mount {
    /// The hosts it answers, in lower case and without port; none: those that no other mount names.
    pub hosts: Vec<String>,
    /// What comes before every path: empty, or `/name`.
    pub prefix: String,
    /// The compiled contract.
    pub plan: Arc<Plan>,
    /// Its policy in its realm.
    pub policy: Arc<Policy>,
}

impl Mount {
    /// The contracts of one realm, given as (prefix, plan), with their policies: every account gets an id of every
    /// kind that one of them shows.
    #[must_use]
    pub fn all(realm: &str, contracts: Vec<(String, Arc<Plan>)>) -> Vec<Mount> {
        let mut ids: Vec<PublicIdKind> = contracts.iter().map(|(_, plan)| plan.account.id.clone()).collect();
        ids.sort();
        ids.dedup();
        let mount = |(prefix, plan): (String, Arc<Plan>)| {
            let policy = Arc::new(plan.policy(realm, &ids));
            Mount { hosts: Vec::new(), prefix, plan, policy }
        };
        contracts.into_iter().map(mount).collect()
    }
}

/// A static key that clients show. It does not print.
#[derive(Clone)]
pub struct ClientKey {
    /// The security scheme that carries it, in whichever contract.
    pub scheme: String,
    /// The key.
    pub key: String,
}

/// One realm to serve.
pub struct RealmParts {
    /// Its name: also the `<realm>` of `/_doorward/<realm>/…`.
    pub name: String,
    /// Its contracts; the first one is asked when `?contract=` names none.
    pub contracts: Vec<Mount>,
    /// Its keys: opened for what the policies of its contracts need ([`Policy::key_needs`]).
    pub keys: Arc<RealmKeys>,
    /// What callers of introspection show; without it nobody is let in.
    pub introspection_secret: Option<String>,
    /// Which origins may call from a browser.
    pub origins: Origins,
    /// The keys that clients show, where contracts ask for them; several of one scheme are as good.
    pub client_keys: Vec<ClientKey>,
}

/// Everything an application is made of.
pub struct Parts {
    /// What actions run on.
    pub services: Arc<Services>,
    /// The realms.
    pub realms: Vec<RealmParts>,
    /// The metrics; the hashing pool and the mail worker count in them too.
    pub metrics: Arc<Metrics>,
    /// The program's own pages.
    pub pages: Arc<dyn Pages>,
    /// Where access lines go.
    pub access_log: Arc<dyn AccessLog>,
    /// What durations are measured with.
    pub stopwatch: Arc<dyn Stopwatch>,
    /// Whose forwarding headers are believed.
    pub trusted_proxies: Vec<IpNet>,
    /// How much a request may ask for.
    pub bounds: Bounds,
}

/// A realm as it is served.
pub(crate) struct Realm {
    pub(crate) name: Arc<str>,
    pub(crate) keys: Arc<RealmKeys>,
    pub(crate) faces: Vec<Face>,
    pub(crate) introspection_secret: Option<String>,
}

/// The application.
pub struct App {
    pub(crate) services: Arc<Services>,
    pub(crate) realms: Vec<Realm>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) pages: Arc<dyn Pages>,
    pub(crate) access_log: Arc<dyn AccessLog>,
    pub(crate) stopwatch: Arc<dyn Stopwatch>,
    pub(crate) trusted: TrustedProxies,
    pub(crate) bounds: Bounds,
    places: Places,
    stopping: AtomicBool,
}

impl App {
    /// Makes an application.
    ///
    /// # Errors
    /// A sentence: two contracts at one place, two realms of one name, ambiguous routes.
    pub fn new(parts: Parts) -> Result<App, String> {
        let mut realms: Vec<Realm> = Vec::new();
        for realm in parts.realms {
            let name: Arc<str> = realm.name.into();
            if realms.iter().any(|known| known.name == name) {
                return Err(format!("two realms are called {name}"));
            }
            let with = FaceOf { realm: &name, keys: &realm.keys, origins: &realm.origins };
            let faces = realm.contracts.into_iter();
            let faces = faces.map(|mount| Face::new(&with, mount, &realm.client_keys, &parts.metrics));
            let faces = faces.collect::<Result<Vec<Face>, String>>()?;
            let introspection_secret = realm.introspection_secret;
            realms.push(Realm { name, keys: realm.keys, faces, introspection_secret });
        }
        let places = Places::of(&realms)?;
        Ok(App {
            services: parts.services,
            realms,
            metrics: parts.metrics,
            pages: parts.pages,
            access_log: parts.access_log,
            stopwatch: parts.stopwatch,
            trusted: TrustedProxies(parts.trusted_proxies),
            bounds: parts.bounds,
            places,
            stopping: AtomicBool::new(false),
        })
    }

    /// Says that the program is stopping: `/_doorward/ready` says no from now on.
    pub fn stopping(&self) {
        self.stopping.store(true, Ordering::Release);
    }

    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Acquire)
    }

    /// The contract that a request belongs to, and the path below its prefix.
    pub(crate) fn locate<'p>(&self, host: Option<&str>, path: &'p str) -> Located<'_, 'p> {
        self.places.locate(&self.realms, host, path)
    }
}
