//! A realm that is open: its contract's plan, its policy and its keys.

use crate::contracts::Contract;
use doorward_contract::plan::Plan;
use doorward_core::action::{Client, Context, NoPreview, Services, Setting};
use doorward_core::fault::Fault;
use doorward_core::key::{MasterKey, RealmKeys};
use doorward_core::policy::Policy;
use doorward_core::port::{Clock, Dice, Store};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, PoisonError, RwLock};

/// One realm with its one contract.
#[derive(Clone)]
pub struct OpenRealm {
    /// Its name: the contract's.
    pub name: String,
    /// Its contract's text.
    pub contract: Contract,
    /// What its contract says.
    pub plan: Arc<Plan>,
    /// What actions decide by.
    pub policy: Arc<Policy>,
    /// What operators' actions decide by: the same, under another name in the audit trail.
    pub operator_policy: Arc<Policy>,
    /// Its keys.
    pub keys: Arc<RealmKeys>,
}

/// The realms that are served at the moment. Clones share them.
#[derive(Clone)]
pub struct Realms(Arc<RwLock<Arc<Vec<OpenRealm>>>>);

impl Realms {
    /// These realms.
    #[must_use]
    pub fn new(realms: Arc<Vec<OpenRealm>>) -> Realms {
        Realms(Arc::new(RwLock::new(realms)))
    }

    /// The realms of this moment.
    #[must_use]
    pub fn now(&self) -> Arc<Vec<OpenRealm>> {
        // A panic while holding it cannot leave it half written: going on is right.
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// From now on it is these.
    pub fn replace(&self, realms: Arc<Vec<OpenRealm>>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = realms;
    }
}

/// What a realm is opened with.
pub struct Opening<'a> {
    /// Where its keys lie.
    pub store: &'a dyn Store,
    /// What they are sealed under.
    pub master: &'a Arc<MasterKey>,
    /// The time.
    pub clock: &'a dyn Clock,
    /// Randomness for new keys.
    pub dice: &'a dyn Dice,
}

impl OpenRealm {
    /// Opens the realm of a contract; keys that it needs and does not have are made.
    ///
    /// # Errors
    /// The store failed, or a key does not open under this master key.
    pub async fn open((plan, contract): (Plan, Contract), with: &Opening<'_>) -> Result<OpenRealm, Fault> {
        let name = plan.name.clone();
        let ids = [plan.account.id.clone()];
        let policy = plan.policy(&name, &ids);
        let operator_policy = Policy { contract: "operator".to_owned(), ..plan.policy(&name, &ids) };
        let (master, moment) = (Arc::clone(with.master), (with.clock.now(), with.dice));
        let keys = RealmKeys::open(&name, &policy.key_needs(), master, with.store, moment).await?;
        Ok(OpenRealm {
            name,
            contract,
            plan: Arc::new(plan),
            policy: Arc::new(policy),
            operator_policy: Arc::new(operator_policy),
            keys: Arc::new(keys),
        })
    }

    /// The context of an operator's action in this realm.
    #[must_use]
    pub fn as_operator<'a>(&'a self, client: &'a Client, services: &'a Services) -> Context<'a> {
        let setting = Setting {
            policy: &self.operator_policy,
            keys: &self.keys,
            client,
            caller: None,
            now: services.clock.now(),
            dice: services.dice.as_ref(),
        };
        Context { setting, services, preview: &NoPreview }
    }
}

/// The operator at the command line, as audit events name them.
#[must_use]
pub fn operator_client(request_id: String) -> Client {
    Client {
        address: IpAddr::V4(Ipv4Addr::LOCALHOST),
        user_agent: format!("doorward/{}", env!("CARGO_PKG_VERSION")),
        request_id,
        language: "en".to_owned(),
    }
}
