//! A Doorward in this process for one story: a fresh store, a clock that stands still, cheap hashes.

use super::order::Order;
use crate::account::{Reply, operate};
use crate::contracts::Contract;
use crate::hashing::HashCost;
use crate::limits::LimitPolicy;
use crate::options::Options;
use crate::start_error::StartError;
use crate::wiring::{Running, assemble};
use doorward_client::Address;
use doorward_core::fault::Fault;
use doorward_core::mail_caps::MailCaps;
use doorward_core::port::Clock;
use doorward_core::time::Timestamp;
use doorward_http::{AccessEntry, AccessLog, ClientKey};
use doorward_mail::Received;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tempfile::TempDir;

/// What the clock says at first: 2026-01-05T12:00:00Z, a Monday.
const START: Timestamp = Timestamp(1_767_614_400_000);
/// How long mails may take to arrive.
const PATIENCE: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(1);

/// The running server. Its folder goes with it.
pub(super) struct Own {
    running: Running,
    clock: StoryClock,
    answered: Arc<LastAnswer>,
    _folder: TempDir,
}

/// Which reply of a contract a request got.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Answered {
    /// The method.
    pub method: String,
    /// The route's template.
    pub route: String,
    /// The outcome's name.
    pub outcome: String,
}

impl Answered {
    /// `METHOD /path outcome`.
    #[must_use]
    pub fn reply(&self) -> String {
        format!("{} {} {}", self.method, self.route, self.outcome)
    }
}

impl Own {
    /// Serves a contract at `/`.
    ///
    /// # Errors
    /// The contract has errors, or there is no room for a folder.
    pub(super) async fn start(
        contract: &Contract,
        client_keys: &[(String, String)],
        limited: bool,
    ) -> Result<Own, StartError> {
        let folder = tempfile::tempdir();
        let folder = folder.map_err(|error| StartError::new(format!("no folder for a story: {error}")))?;
        let clock = StoryClock(Arc::new(AtomicI64::new(START.0)));
        let answered = Arc::new(LastAnswer::default());
        let mut options = Options::demo(folder.path()).serving(vec![contract.clone()]);
        let key = |(scheme, key): &(String, String)| ClientKey { scheme: scheme.clone(), key: key.clone() };
        options.client_keys = client_keys.iter().map(key).collect();
        options.clock = Arc::new(clock.clone());
        // How strong a hash is does not matter where the passwords stand in a file.
        options.cost = HashCost::least();
        options.access_log = Arc::<LastAnswer>::clone(&answered);
        if !limited {
            options.limits = LimitPolicy::unlimited();
            options.mail_caps = MailCaps::unlimited();
        }
        let running = assemble(options).await?;
        Ok(Own { running, clock, answered, _folder: folder })
    }

    /// Where it listens.
    pub(super) fn address(&self) -> Address {
        let (host, port) = (self.running.addr.ip().to_string(), self.running.addr.port());
        Address { tls: false, host, port, prefix: String::new() }
    }

    /// Lets time pass.
    pub(super) fn pass(&self, length: Duration) {
        let millis = i64::try_from(length.as_millis()).unwrap_or(i64::MAX);
        self.clock.0.fetch_add(millis, Ordering::SeqCst);
    }

    /// What the last request was answered with; nothing where no contract answered.
    pub(super) fn answered(&self) -> Option<Answered> {
        self.answered.lock().take()
    }

    /// Does what an operator asks.
    ///
    /// # Errors
    /// A sentence: why it was not done.
    pub(super) async fn operate(&self, order: &Order, names: &BTreeMap<String, Value>) -> Result<(), String> {
        let realm = self.running.realms.first().ok_or("there is no realm")?;
        let kinds: Vec<&str> = realm.policy.identifiers.iter().map(|rule| rule.kind.name()).collect();
        let request = order.request(&realm.name, &kinds, names)?;
        match operate(&request, &self.running.realms, &self.running.services).await {
            Reply::Done { .. } => Ok(()),
            Reply::Refused { message, .. } => Err(message),
        }
    }

    /// The mails to an address, oldest first, once nothing is under way any more.
    ///
    /// # Errors
    /// The store failed, or mails do not go out.
    pub(super) async fn mails(&self, to: &str) -> Result<Vec<Received>, String> {
        let drained = async {
            loop {
                let due = self.running.services.store.due_mails(self.clock.now(), 1).await;
                if due.map_err(|fault: Fault| fault.to_string())?.is_empty() {
                    return Ok(());
                }
                tokio::time::sleep(PAUSE).await;
            }
        };
        let drained: Result<Result<(), String>, _> = tokio::time::timeout(PATIENCE, drained).await;
        drained.map_err(|_| "the mails do not go out".to_owned())??;
        Ok(self.running.mailbox.mails(Some(to)))
    }

    /// Ends it.
    pub(super) async fn stop(self) {
        self.running.shutdown().await;
    }
}

/// A clock that moves only when a story says so.
#[derive(Clone)]
struct StoryClock(Arc<AtomicI64>);

impl Clock for StoryClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

/// The newest line of the access log.
#[derive(Default)]
struct LastAnswer(Mutex<Option<Answered>>);

impl LastAnswer {
    // A panic while holding it cannot leave it half written: going on is right.
    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Answered>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl AccessLog for LastAnswer {
    fn line(&self, entry: &AccessEntry<'_>) {
        let answered = |outcome: &str| Answered {
            method: entry.method.to_owned(),
            route: entry.route.to_owned(),
            outcome: outcome.to_owned(),
        };
        *self.lock() = entry.outcome.map(answered);
    }
}
