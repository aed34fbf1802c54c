//! A realm that is open: its contracts' plans, their policies and its keys.

use crate::contracts::Contract;
use crate::realm_options::{Placed, RealmAccess};
use doorward_contract::plan::Plan;
use doorward_core::action::{Client, Context, NoPreview, Services, Setting};
use doorward_core::change::{ApplyResult, Change};
use doorward_core::fault::Fault;
use doorward_core::key::{KeyNeed, MasterKey, RealmKeys};
use doorward_core::policy::Policy;
use doorward_core::port::{AccountPage, Clock, Dice, Store};
use doorward_core::public_id::PublicIdKind;
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, PoisonError, RwLock};

/// One contract of a realm. The contracts of one realm share accounts and keys; the first one stands for it.
#[derive(Clone)]
pub struct OpenRealm {
    /// The realm's name: the contract's, unless it has several.
    pub name: String,
    /// The contract's text.
    pub contract: Contract,
    /// Where it is mounted: its hosts and what comes before its paths.
    pub place: Placed,
    /// Who may talk to the realm.
    pub access: Arc<RealmAccess>,
    /// What its contract says.
    pub plan: Arc<Plan>,
    /// What actions decide by.
    pub policy: Arc<Policy>,
    /// What operators' actions decide by: the same, under another name in the audit trail.
    pub operator_policy: Arc<Policy>,
    /// Its keys.
    pub keys: Arc<RealmKeys>,
}

/// A realm whose contracts are compiled, before it is opened.
pub struct Prepared {
    /// Its name.
    pub name: String,
    /// Its contracts.
    pub contracts: Vec<(Plan, Placed)>,
    /// Who may talk to it.
    pub access: Arc<RealmAccess>,
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
    /// Opens a realm with its contracts; keys and public ids that it needs and does not have are made.
    ///
    /// # Errors
    /// The store failed, or a key does not open under this master key.
    pub async fn open(realm: Prepared, with: &Opening<'_>) -> Result<Vec<OpenRealm>, Fault> {
        let Prepared { name, contracts, access } = realm;
        let name = name.as_str();
        let ids: BTreeSet<PublicIdKind> = contracts.iter().map(|(plan, _)| plan.account.id.clone()).collect();
        let ids: Vec<PublicIdKind> = ids.into_iter().collect();
        let mut needs: Vec<KeyNeed> = Vec::new();
        for need in contracts.iter().flat_map(|(plan, _)| plan.policy(name, &ids).key_needs()) {
            if !needs.contains(&need) {
                needs.push(need);
            }
        }
        let (master, moment) = (Arc::clone(with.master), (with.clock.now(), with.dice));
        let keys = Arc::new(RealmKeys::open(name, &needs, master, with.store, moment).await?);
        complete_ids((name, &ids), contracts.len() > 1, with).await?;
        let open = |(plan, place): (Plan, Placed)| OpenRealm {
            name: name.to_owned(),
            contract: place.contract.clone(),
            place,
            access: Arc::clone(&access),
            policy: Arc::new(plan.policy(name, &ids)),
            operator_policy: Arc::new(Policy { contract: "operator".to_owned(), ..plan.policy(name, &ids) }),
            plan: Arc::new(plan),
            keys: Arc::clone(&keys),
        };
        Ok(contracts.into_iter().map(open).collect())
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
            channels: services.channels,
            mail_caps: services.mail_caps,
        };
        Context { setting, services, preview: &NoPreview }
    }
}

/// How many accounts are read, and given ids, at a time.
const PAGE: u32 = 500;

/// Gives accounts the ids they lack, which were made before a contract that shows them. Where the realm has one
/// contract, its oldest account tells for all: none lacks what an older one has.
async fn complete_ids(
    (realm, kinds): (&str, &[PublicIdKind]),
    several: bool,
    with: &Opening<'_>,
) -> Result<(), Fault> {
    let mut after = None;
    loop {
        let limit = if several || after.is_some() { PAGE } else { 1 };
        let page = with.store.accounts(realm, &AccountPage { after, limit }).await?;
        let missing = |account| PublicIdKind::missing(kinds, account, with.dice);
        let changes: Vec<Change> = page.iter().filter_map(missing).collect();
        let Some(last) = page.last().filter(|_| several || after.is_some() || !changes.is_empty()) else {
            return Ok(());
        };
        after = Some(last.id);
        if let ApplyResult::Conflict = with.store.apply(changes).await? {
            return Err(Fault::Contention);
        }
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
