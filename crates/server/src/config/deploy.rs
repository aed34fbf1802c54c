//! From what a configuration says to what a server is assembled from: contracts are found and compiled, secrets fetched,
//! and whatever is wrong with any of them is said at once.

use super::mistake::{Mistake, refusal};
use super::realms::RealmSection;
use super::secret::Secrets;
use super::tighten::tightening;
use super::value::UsedContract;
use super::{Config, Environment, post};
use crate::contracts::Contract;
use crate::folder::{master_key_of, plain};
use crate::hashing::HashKeys;
use crate::options::Options;
use crate::realm_options::{Introspection, Placed, RealmAccess, RealmOptions, Tightening};
use crate::start_error::StartError;
use crate::tls_files::TlsFiles;
use crate::wiring::agree;
use doorward_contract::plan::{Plan, Proves};
use doorward_core::key::MasterKey;
use doorward_http::{ClientKey, Origins, overlap};
use std::sync::Arc;

/// What was found wrong so far.
#[derive(Default)]
struct Found {
    mistakes: Vec<Mistake>,
    contracts: Vec<StartError>,
}

impl Config {
    /// The secrets that this configuration points to.
    #[must_use]
    pub fn secrets(&self, environment: Environment) -> Secrets {
        Secrets::new(environment, self.folder())
    }

    /// What a server of this configuration is assembled from. Of a configuration without realms: the demo with its
    /// limits.
    ///
    /// # Errors
    /// Everything that is wrong: secrets that are missing or open to others, contracts with errors, places that
    /// collide.
    pub fn options(&self, secrets: &Secrets) -> Result<Options, StartError> {
        let mut options = Options::demo(self.data());
        self.limits.apply(&mut options);
        if self.realms.is_empty() {
            return Ok(options);
        }
        let mut found = Found::default();
        options.master = self.master_key(secrets, &mut found);
        options.tls = self.tls(secrets, &mut found);
        options.hash_keys = self.hash_keys(secrets, &mut found);
        let post = post::transports(self, secrets, &mut found.mistakes);
        options.transports = Some(Arc::new(post));
        options.patience = self.mail.patience;
        options.mail = Some(self.mail.clone());
        let realms: Vec<(RealmOptions, Vec<Plan>)> =
            self.realms.iter().map(|realm| self.realm(realm, secrets, &mut found)).collect();
        self.places(&realms, &mut found);
        options.realms = realms.into_iter().map(|(realm, _)| realm).collect();
        options.listen.clone_from(&self.server.listen);
        options.ops = self.ops.listen;
        options.trusted_proxies.clone_from(&self.server.trusted_proxies);
        options.contracts = Vec::new();
        options.origins = Origins::default();
        found.refused(self)?;
        Ok(options)
    }

    fn tls(&self, secrets: &Secrets, found: &mut Found) -> Option<TlsFiles> {
        let (certificate, key) = self.server.tls.as_ref()?;
        let file = self.folder().join(certificate);
        let at = self.at("server", "tls_certificate");
        let read = std::fs::read(&file).map_err(|error| {
            let said = format!("`server.tls_certificate`: cannot read {}: {}", file.display(), plain(&error));
            Mistake::new(&at, said)
        });
        let secret = secrets.fetch("server.tls_key", key, &self.at("server", "tls_key"));
        match (read, secret) {
            (Ok(certificate), Ok(key)) => {
                let files = TlsFiles { file, certificate, key };
                if let Err(error) = files.open() {
                    found.mistakes.push(Mistake::new(&at, format!("`server.tls_certificate`: {error}")));
                }
                Some(files)
            }
            (read, secret) => {
                found.mistakes.extend(read.err().into_iter().chain(secret.err()));
                None
            }
        }
    }

    /// The keys that stored hashes name.
    ///
    /// # Errors
    /// One is not there, or open to others.
    pub fn keys_of_hashes(&self, secrets: &Secrets) -> Result<HashKeys, StartError> {
        let mut found = Found::default();
        let keys = self.hash_keys(secrets, &mut found);
        found.refused(self)?;
        Ok(keys)
    }

    fn hash_keys(&self, secrets: &Secrets, found: &mut Found) -> HashKeys {
        let at = self.at("store", "hash_keys");
        let mut keys = HashKeys::default();
        for (name, sources) in &self.store.hash_keys {
            let key = format!("store.hash_keys.{name}");
            let [source] = sources.as_slice() else {
                found.mistakes.push(Mistake::new(&at, format!("`{key}`: one key is expected")).hidden());
                continue;
            };
            match secrets.fetch(&key, source, &at) {
                Ok(text) => keys = keys.with(name, text.as_bytes().to_vec()),
                Err(mistake) => found.mistakes.push(mistake),
            }
        }
        keys
    }

    /// The master key of this configuration.
    ///
    /// # Errors
    /// It is not there, open to others, or no key.
    pub fn master(&self, secrets: &Secrets) -> Result<Option<Arc<MasterKey>>, StartError> {
        let mut found = Found::default();
        let master = self.master_key(secrets, &mut found);
        found.refused(self)?;
        Ok(master)
    }

    fn master_key(&self, secrets: &Secrets, found: &mut Found) -> Option<Arc<MasterKey>> {
        let at = self.at("store", "master_key");
        let source = self.store.master_key.as_ref()?;
        match secrets.fetch("store.master_key", source, &at) {
            Ok(text) => {
                let key = master_key_of(&text);
                if key.is_none() {
                    let said = "`store.master_key`: this is no master key: 32 bytes in base64 are expected";
                    found.mistakes.push(Mistake::new(&at, said).help(HOW_TO_MAKE_ONE));
                }
                key.map(Arc::new)
            }
            Err(mistake) => {
                let missing = mistake.help.is_empty();
                found.mistakes.push(if missing { mistake.help(HOW_TO_MAKE_ONE) } else { mistake });
                None
            }
        }
    }

    fn realm(&self, realm: &RealmSection, secrets: &Secrets, found: &mut Found) -> (RealmOptions, Vec<Plan>) {
        let mut contracts = Vec::new();
        let mut plans = Vec::new();
        for used in &realm.contracts {
            let Some(placed) = self.contract(realm, used, found) else { continue };
            if contracts.iter().any(|known: &Placed| known.contract.name == placed.contract.name) {
                let said =
                    format!("two contracts of the realm {} are called {}", realm.name, placed.contract.name);
                found.mistakes.push(
                    Mistake::new(&used.at, said).help("give one another name: { use = \"…\", name = \"…\" }"),
                );
                continue;
            }
            match placed.contract.plan() {
                Ok(plan) => plans.push(plan),
                Err(error) => found.contracts.push(error),
            }
            contracts.push(placed);
        }
        if let Err(said) = agree(&realm.name, &plans.iter().collect::<Vec<_>>()) {
            found.mistakes.push(Mistake::new(&realm.group.at("contracts"), said));
        }
        let tightening = tightening(realm, &plans, &mut found.mistakes);
        let access = Arc::new(access(realm, (&plans, secrets), &mut found.mistakes));
        (RealmOptions { name: realm.name.clone(), contracts, access, tightening }, plans)
    }

    fn contract(&self, realm: &RealmSection, used: &UsedContract, found: &mut Found) -> Option<Placed> {
        let file = self.folder().join(&used.uses).display().to_string();
        let contract = match Contract::builtin(&used.uses) {
            Some(contract) => Ok(contract),
            None => Contract::read(&file),
        };
        let contract = match contract {
            Ok(contract) => contract,
            Err(error) => {
                let mut mistake = Mistake::new(&used.at, error.to_string());
                let known = doorward_contract::all_builtin().map(|(name, _)| name);
                if let Some(alike) = doorward_contract::diagnostic::did_you_mean(&used.uses, known) {
                    mistake = mistake.help(format!("did you mean `{alike}`?"));
                }
                found.mistakes.push(mistake);
                return None;
            }
        };
        let contract = match &used.name {
            Some(name) => contract.named(name),
            None => contract,
        };
        Some(Placed {
            contract: contract.within(&realm.name),
            hosts: used.hosts.clone().unwrap_or_else(|| realm.hosts.clone()),
            prefix: used.path.clone().unwrap_or_else(|| realm.path.clone()),
        })
    }

    /// No two realms at one place, and no two contracts at one that know the same path.
    fn places(&self, realms: &[(RealmOptions, Vec<Plan>)], found: &mut Found) {
        let all = realms.iter().zip(&self.realms).flat_map(|((options, plans), section)| {
            let used = options.contracts.iter().zip(&section.contracts);
            used.map(move |(placed, used)| {
                (options, placed, used, plans.iter().find(|plan| plan.name == placed.contract.name))
            })
        });
        let all: Vec<_> = all.collect();
        for (index, (realm, placed, used, plan)) in all.iter().enumerate() {
            for (other_realm, other, _, other_plan) in all.iter().take(index) {
                if !meet(placed, other) {
                    continue;
                }
                let place = shown(placed);
                if realm.name != other_realm.name {
                    let said = format!(
                        "the realms {} and {} are both mounted at {place}",
                        other_realm.name, realm.name
                    );
                    found.mistakes.push(
                        Mistake::new(&used.at, said)
                            .help("give one of them another path, or hosts of its own"),
                    );
                    return;
                }
                if let Some(path) = plan.zip(*other_plan).and_then(|(plan, other)| overlap(other, plan)) {
                    let said = format!(
                        "the contracts {} and {} are both mounted at {place}, and both know {path}",
                        other.contract.name, placed.contract.name
                    );
                    let help =
                        format!("give one a place of its own: {{ use = \"{}\", path = \"/v2\" }}", used.uses);
                    found.mistakes.push(Mistake::new(&used.at, said).help(help));
                }
            }
        }
    }
}

const HOW_TO_MAKE_ONE: &str = "to make one: (umask 077; head -c 32 /dev/urandom | base64 > /etc/doorward/master.key); what is sealed under it is lost without it";

fn meet(one: &Placed, other: &Placed) -> bool {
    let hosts = if one.hosts.is_empty() {
        other.hosts.is_empty()
    } else {
        one.hosts.iter().any(|host| other.hosts.contains(host))
    };
    one.prefix == other.prefix && hosts
}

fn shown(placed: &Placed) -> String {
    format!("{}{}/", placed.hosts.first().map_or("every other host, ", String::as_str), placed.prefix)
}

fn access(
    realm: &RealmSection,
    (plans, secrets): (&[Plan], &Secrets),
    mistakes: &mut Vec<Mistake>,
) -> RealmAccess {
    let mut client_keys = Vec::new();
    let (key, at) = (realm.group.key("client_keys"), realm.group.at("client_keys"));
    for (scheme, sources) in &realm.client_keys {
        for source in sources {
            match secrets.fetch(&format!("{key}.{scheme}"), source, &at) {
                Ok(text) if text.chars().any(char::is_control) => {
                    mistakes.push(Mistake::new(
                        &at,
                        format!("`{key}.{scheme}`: a client key is one line of text"),
                    ));
                }
                Ok(text) => client_keys.push(ClientKey { scheme: scheme.clone(), key: text.to_string() }),
                Err(mistake) => mistakes.push(mistake),
            }
        }
    }
    asked_for(realm, plans, mistakes);
    let introspection = match &realm.introspection_secret {
        None => Introspection::Nobody,
        Some(source) => {
            let (key, at) = (realm.group.key("introspection_secret"), realm.group.at("introspection_secret"));
            match secrets.fetch(&key, source, &at) {
                Ok(secret) => Introspection::Secret(secret),
                Err(mistake) => {
                    mistakes.push(mistake);
                    Introspection::Nobody
                }
            }
        }
    };
    let origins = Origins { listed: realm.origins.clone(), loopback: false };
    RealmAccess { origins, client_keys, introspection }
}

/// Every scheme of client keys has one, and every key a scheme.
fn asked_for(realm: &RealmSection, plans: &[Plan], mistakes: &mut Vec<Mistake>) {
    let (key, at) = (realm.group.key("client_keys"), realm.group.at("client_keys"));
    let schemes = plans.iter().flat_map(|plan| plan.schemes.iter().map(move |scheme| (plan, scheme)));
    let asked: Vec<_> = schemes.filter(|(_, scheme)| matches!(scheme.proves, Proves::ClientKey)).collect();
    for (plan, scheme) in &asked {
        if !realm.client_keys.iter().any(|(known, _)| *known == scheme.name) {
            let said = format!(
                "`{key}`: clients of {} show a key by `{}`, and none is named",
                plan.name, scheme.name
            );
            let help = format!(
                "client_keys = {{ {} = {{ file = \"/etc/doorward/{}.key\" }} }}",
                scheme.name, scheme.name
            );
            mistakes.push(Mistake::new(&at, said).help(help));
        }
    }
    for (name, _) in &realm.client_keys {
        if !plans.is_empty() && !asked.iter().any(|(_, scheme)| scheme.name == *name) {
            let said = format!("`{key}.{name}`: no contract of this realm asks for a key by `{name}`");
            mistakes.push(Mistake::new(&at, said));
        }
    }
}

impl Found {
    fn refused(self, config: &Config) -> Result<(), StartError> {
        let own = (!self.mistakes.is_empty()).then(|| refusal(self.mistakes, &config.source));
        match own.into_iter().chain(self.contracts).reduce(StartError::and) {
            None => Ok(()),
            Some(error) => Err(error),
        }
    }
}

impl Config {
    /// The realm of this name.
    #[must_use]
    pub fn realm_named(&self, name: &str) -> Option<&RealmSection> {
        self.realms.iter().find(|realm| realm.name == name)
    }

    /// A realm without what is secret of it.
    ///
    /// # Errors
    /// A contract cannot be read.
    pub fn offline(&self, realm: &RealmSection) -> Result<RealmOptions, StartError> {
        let mut found = Found::default();
        let contracts =
            realm.contracts.iter().filter_map(|used| self.contract(realm, used, &mut found)).collect();
        found.refused(self)?;
        let access = RealmAccess {
            origins: Origins::default(),
            client_keys: Vec::new(),
            introspection: Introspection::Nobody,
        };
        let tightening =
            Tightening { password_min: realm.password_min_length, lifetimes: realm.lifetimes.clone() };
        Ok(RealmOptions { name: realm.name.clone(), contracts, access: Arc::new(access), tightening })
    }
}
