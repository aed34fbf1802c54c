//! A realm before it is opened: its contracts with their places, and who may talk to it.

use crate::contracts::Contract;
use doorward_contract::plan::{InputTarget, Plan};
use doorward_http::{ClientKey, Origins};
use std::sync::Arc;
use std::time::Duration;
use zeroize::Zeroizing;

/// One realm to serve.
#[derive(Clone)]
pub struct RealmOptions {
    /// Its name.
    pub name: String,
    /// Its contracts: they share accounts and keys, and the first one stands for it.
    pub contracts: Vec<Placed>,
    /// Who may talk to it.
    pub access: Arc<RealmAccess>,
    /// In what it is stricter than its contracts.
    pub tightening: Tightening,
}

/// A contract and where it is mounted.
#[derive(Clone, Debug)]
pub struct Placed {
    /// The contract.
    pub contract: Contract,
    /// The hosts it answers; none: those that no other names.
    pub hosts: Vec<String>,
    /// What comes before every path: empty, or `/path`.
    pub prefix: String,
}

impl Placed {
    /// Where its paths begin, on a server at this URL: at its own host, if it has one.
    #[must_use]
    pub fn url(&self, server: &str) -> String {
        let own = self.hosts.first().zip(server.split_once("://"));
        let base = own.map_or_else(
            || server.to_owned(),
            |(host, (scheme, authority))| match authority.rsplit_once(':') {
                Some((_, port)) => format!("{scheme}://{host}:{port}"),
                None => format!("{scheme}://{host}"),
            },
        );
        format!("{base}{}", self.prefix)
    }
}

/// Who may talk to a realm, and by what.
pub struct RealmAccess {
    /// Which origins may call from a browser.
    pub origins: Origins,
    /// The keys that clients show.
    pub client_keys: Vec<ClientKey>,
    /// What callers of introspection show. Nothing: nobody may ask.
    pub introspection: Introspection,
}

/// What callers of introspection show.
pub enum Introspection {
    /// A secret that lies in the data folder, made at the first start: the demo's.
    OfTheFolder,
    /// This secret.
    Secret(Zeroizing<String>),
    /// Nobody may ask.
    Nobody,
}

/// In what a realm is stricter than its contracts say. It only ever narrows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tightening {
    /// New passwords are at least this long.
    pub password_min: Option<usize>,
    /// The longest that tokens of these names live.
    pub lifetimes: Vec<(String, Duration)>,
}

impl Tightening {
    /// Narrows a plan.
    pub fn apply(&self, plan: &mut Plan) {
        if let Some(least) = self.password_min {
            plan.password.min = plan.password.min.max(least);
        }
        let asked = plan.operations.iter().flat_map(|operation| &operation.bindings);
        let asked = asked
            .flat_map(|binding| &binding.inputs)
            .any(|input| matches!(input.target, InputTarget::Named("lifetime")));
        for token in &mut plan.tokens {
            let policy = &mut token.policy;
            let Some((_, most)) = self.lifetimes.iter().find(|(name, _)| *name == policy.name) else {
                continue;
            };
            policy.lifetime = policy.lifetime.min(*most);
            policy.after_refresh = policy.after_refresh.map(|life| life.min(*most));
            // Where callers choose, only this holds them.
            if asked {
                policy.longest = Some(policy.longest.map_or(*most, |longest| longest.min(*most)));
            }
        }
    }
}
