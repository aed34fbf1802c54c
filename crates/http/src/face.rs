//! One contract as it is mounted: its plan, its policy, and everything that can be made ready at load.

use crate::app::{ClientKey, Mount};
use crate::cors::{CorsFace, Origins};
use crate::header::{name, safe};
use crate::metrics::Metrics;
use crate::route::RouteTable;
use doorward_contract::plan::{Plan, Proves, Scheme};
use doorward_contract::template::TimeFormat;
use doorward_core::action::Services;
use doorward_core::authenticate::{ACCESS, Verifier};
use doorward_core::key::{RealmKeys, same_bytes};
use doorward_core::policy::Policy;
use doorward_core::time::Timestamp;
use http::{HeaderName, HeaderValue};
use prometheus_client::metrics::histogram::Histogram;
use serde_json::Value;
use std::sync::Arc;

/// A mounted contract.
pub(crate) struct Face {
    /// Its realm's name.
    pub(crate) realm: Arc<str>,
    /// The hosts it answers; none: those that nobody names.
    pub(crate) hosts: Vec<String>,
    /// What comes before every path: empty, or `/name`.
    pub(crate) prefix: String,
    /// Which origins may call from a browser.
    pub(crate) origins: Origins,
    /// The compiled contract.
    pub(crate) plan: Arc<Plan>,
    /// Its policy in the realm.
    pub(crate) policy: Arc<Policy>,
    /// The realm's keys.
    pub(crate) keys: Arc<RealmKeys>,
    /// The routes.
    pub(crate) routes: RouteTable,
    /// The CORS face, if it has one.
    pub(crate) cors: Option<CorsFace>,
    /// Headers on every reply that never vary.
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    /// By operation: route template and latency.
    pub(crate) operations: Vec<Measured>,
    /// Where access tokens arrive (indexes into the plan's schemes).
    pub(crate) access_schemes: Vec<usize>,
    /// The client keys that are good, each with its scheme (an index into the plan's).
    pub(crate) client_keys: Vec<(usize, String)>,
    /// How cookies write their end.
    dates: TimeFormat,
}

/// What is measured of an operation.
pub(crate) struct Measured {
    /// Prefix and template.
    pub(crate) route: String,
    /// Its latency.
    pub(crate) seconds: Histogram,
}

/// What the contracts of one realm have in common.
pub(crate) struct FaceOf<'a> {
    /// The realm's name.
    pub(crate) realm: &'a Arc<str>,
    /// Its keys.
    pub(crate) keys: &'a Arc<RealmKeys>,
    /// Which origins may call from a browser.
    pub(crate) origins: &'a Origins,
}

impl Face {
    /// Whether this is a key that the deployment knows for a scheme; how long that takes tells nothing of it.
    pub(crate) fn is_client_key(&self, scheme: usize, shown: &str) -> bool {
        let mut known = self.client_keys.iter().filter(|(known, _)| *known == scheme);
        known.any(|(_, key)| same_bytes(key.as_bytes(), shown.as_bytes()))
    }

    /// Makes a contract ready to be served.
    ///
    /// # Errors
    /// Its routes are ambiguous, or a header cannot be sent.
    pub(crate) fn new(
        of: &FaceOf<'_>,
        mount: Mount,
        client_keys: &[ClientKey],
        metrics: &Metrics,
    ) -> Result<Face, String> {
        let Mount { hosts, prefix, plan, policy } = mount;
        let fail = |text: &str| format!("{}: {text}", plan.name);
        if !(prefix.is_empty() || prefix.starts_with('/') && !prefix.ends_with('/')) {
            return Err(fail("a prefix begins with a slash and does not end with one"));
        }
        let routes = RouteTable::new(&plan).map_err(|error| fail(&error))?;
        let mut headers = Vec::new();
        for (header, value) in &plan.response.headers {
            let header = name(header).ok_or_else(|| fail("a header name that cannot be sent"))?;
            // Those that vary are written with each reply.
            if let Some(text) = value.constant().and_then(Value::as_str) {
                headers.push((header, safe(text)));
            }
        }
        let measured = |operation: &doorward_contract::plan::Operation| {
            let route = format!("{prefix}{}", operation.path);
            let seconds = metrics.latency(&route, method_label(&operation.method));
            Measured { route, seconds }
        };
        let operations = plan.operations.iter().map(measured).collect();
        let known = client_keys_of(&plan, client_keys).map_err(|error| fail(&error))?;
        let carries = |(at, scheme): (usize, &Scheme)| {
            (scheme.names_a_session() && scheme.token == ACCESS).then_some(at)
        };
        let access_schemes = plan.schemes.iter().enumerate().filter_map(carries).collect();
        let cors = plan.cors.as_ref().map(CorsFace::new);
        let dates = TimeFormat::parse("http", None)?;
        Ok(Face {
            realm: Arc::clone(of.realm),
            hosts,
            prefix,
            origins: of.origins.clone(),
            policy,
            keys: Arc::clone(of.keys),
            routes,
            cors,
            headers,
            operations,
            access_schemes,
            client_keys: known,
            dates,
            plan,
        })
    }

    /// The path below the prefix, if it is this contract's.
    pub(crate) fn below<'p>(&self, path: &'p str) -> Option<&'p str> {
        let rest = path.strip_prefix(self.prefix.as_str())?;
        (self.prefix.is_empty() || rest.is_empty() || rest.starts_with('/')).then_some(rest)
    }

    /// What checks its tokens.
    pub(crate) fn verifier<'a>(&'a self, services: &'a Services, now: Timestamp) -> Verifier<'a> {
        Verifier {
            policy: &self.policy,
            keys: &self.keys,
            store: services.store.as_ref(),
            live: &services.live,
            now,
        }
    }

    /// A moment as HTTP writes it (RFC 9110 section 5.6.7).
    pub(crate) fn http_date(&self, at: Timestamp) -> String {
        self.dates.render(&Value::from(at.0)).as_str().unwrap_or_default().to_owned()
    }
}

/// The keys of the schemes that ask for one.
fn client_keys_of(plan: &Plan, given: &[ClientKey]) -> Result<Vec<(usize, String)>, String> {
    let mut known = Vec::new();
    for (at, scheme) in plan.schemes.iter().enumerate() {
        if !matches!(scheme.proves, Proves::ClientKey) {
            continue;
        }
        let before = known.len();
        known.extend(given.iter().filter(|key| key.scheme == scheme.name).map(|key| (at, key.key.clone())));
        if known.len() == before {
            let name = &scheme.name;
            return Err(format!(
                "clients show a key by `{name}`, and none is known: write it into a file and add --client-key {name}=FILE"
            ));
        }
    }
    Ok(known)
}

/// The method as a label: a fixed word, so that strangers cannot make up labels.
pub(crate) fn method_label(method: &str) -> &'static str {
    const KNOWN: [&str; 9] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"];
    KNOWN.into_iter().find(|known| *known == method).unwrap_or("OTHER")
}
