//! What is counted and measured, in the text form that Prometheus reads.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use std::borrow::Cow;
use std::sync::Arc;

/// Bucket limits of latencies, in seconds: checks take tens of microseconds, hashes tens of milliseconds.
const SECONDS: [f64; 14] =
    [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Answered {
    realm: Arc<str>,
    action: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Requested {
    route: Cow<'static, str>,
    method: &'static str,
}

/// The program's metrics.
pub struct Metrics {
    registry: Registry,
    hashes: Counter,
    faults: Counter,
    outcomes: Family<Answered, Counter>,
    requests: Family<Requested, Histogram, fn() -> Histogram>,
    renewals: Counter,
    pub(crate) connections: Gauge,
}

impl Default for Metrics {
    fn default() -> Metrics {
        let mut registry = Registry::default();
        let (hashes, faults, renewals) = (Counter::default(), Counter::default(), Counter::default());
        let outcomes = Family::default();
        let requests: Family<Requested, Histogram, fn() -> Histogram> =
            Family::new_with_constructor(|| Histogram::new(SECONDS));
        let connections = Gauge::default();
        registry.register("password_hash", "Password hashes computed", hashes.clone());
        registry.register("faults", "Infrastructure failures", faults.clone());
        registry.register("action_outcome", "Answers by realm, action and outcome", outcomes.clone());
        registry.register("http_request_seconds", "Latency by route template and method", requests.clone());
        registry.register(
            "session_renewals",
            "Sliding and silent renewals of access tokens",
            renewals.clone(),
        );
        registry.register("http_connections", "Open connections", connections.clone());
        Metrics { registry, hashes, faults, outcomes, requests, renewals, connections }
    }
}

impl Metrics {
    /// `password_hash_total`: one per hash of work, counted by the hashing pool.
    #[must_use]
    pub fn password_hashes(&self) -> Counter {
        self.hashes.clone()
    }

    /// `faults_total`: infrastructure failures, also those outside requests (mail).
    #[must_use]
    pub fn faults(&self) -> Counter {
        self.faults.clone()
    }

    /// The registry, to add the program's own metrics before serving.
    pub fn registry(&mut self) -> &mut Registry {
        &mut self.registry
    }

    /// The text form (OpenMetrics 1.0).
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a String cannot fail.
        let _ = encode(&mut text, &self.registry);
        text
    }

    pub(crate) fn fault(&self) {
        self.faults.inc();
    }

    pub(crate) fn renewed(&self) {
        self.renewals.inc();
    }

    pub(crate) fn answered(&self, realm: &Arc<str>, action: &'static str, outcome: &'static str) {
        self.outcomes.get_or_create(&Answered { realm: Arc::clone(realm), action, outcome }).inc();
    }

    /// Notes the latency of a route that is no contract's.
    pub(crate) fn took(&self, route: Cow<'static, str>, method: &'static str, seconds: f64) {
        self.requests.get_or_create(&Requested { route, method }).observe(seconds);
    }

    /// The histogram of one route and method.
    pub(crate) fn latency(&self, route: &str, method: &'static str) -> Histogram {
        self.requests.get_or_create_owned(&Requested { route: Cow::Owned(route.to_owned()), method })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_that_operators_look_for() {
        let metrics = Metrics::default();
        metrics.password_hashes().inc();
        metrics.fault();
        metrics.answered(&Arc::from("r"), "login", "signed_in");
        metrics.latency("/a/{b}", "GET").observe(0.002);
        let text = metrics.text();
        for line in [
            "password_hash_total 1",
            "faults_total 1",
            "action_outcome_total{realm=\"r\",action=\"login\",outcome=\"signed_in\"} 1",
            "http_request_seconds_count{route=\"/a/{b}\",method=\"GET\"} 1",
        ] {
            assert!(text.contains(line), "{line} in {text}");
        }
    }
}
