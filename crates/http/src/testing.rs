//! A small application for the tests of this crate: two contracts in one realm, the model of the store, a clock and
//! dice in hand, and a hasher that panics when told to.

use crate::app::{App, Bounds, ClientKey, Mount, Parts, RealmParts};
use crate::call::Activity;
use crate::cors::Origins;
use crate::log::{AccessEntry, AccessLog, Stopwatch};
use crate::metrics::Metrics;
use crate::pages::NoPages;
use crate::reject::Reply;
use async_trait::async_trait;
use bytes::Bytes;
use doorward_contract::load;
use doorward_contract::plan::{Plan, Proves, Scheme};
use doorward_core::action::{Services, Turns};
use doorward_core::channel::Channels;
use doorward_core::fault::Fault;
use doorward_core::key::{MasterKey, RealmKeys};
use doorward_core::live::LiveSessions;
use doorward_core::password::{Password, PasswordHash, Upgrade, Verdict};
use doorward_core::port::{Attempt, Clock, Hasher, Limits, Settled, Tries};
use doorward_core::time::Timestamp;
use doorward_testkit::{FakeClock, MemoryStore, SeededDice};
use http::Request;
use http_body_util::{BodyExt, Full};
use serde_json::Value;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::Notify;

/// Two cookies with silent refresh.
const COOKIES: &str = include_str!("testing/cookies.yaml");
/// One bearer token with sliding life in a header, strict `Accept`, old router habits.
const BEARER: &str = include_str!("testing/bearer.yaml");

fn plan(name: &str, text: &str) -> Arc<Plan> {
    let loaded = load(name, name, text, &|_| Err("no files".to_owned()));
    let said: Vec<_> = loaded.diagnostics.iter().map(|finding| &*finding.message).collect();
    Arc::new(loaded.plan.unwrap_or_else(|| panic!("{name}: {said:#?}")))
}

/// "Hashes" by writing the password down. The password `slow` waits for the gate.
struct PlainHasher(Arc<Gate>);

/// Holds a request in the middle of its work.
#[derive(Default)]
pub(crate) struct Gate {
    /// Rung when somebody waits.
    pub(crate) reached: Notify,
    /// Lets one through.
    pub(crate) open: Notify,
}

#[async_trait]
impl Hasher for PlainHasher {
    async fn hash(&self, password: &Password) -> Result<PasswordHash, Fault> {
        Ok(PasswordHash::new(String::from_utf8_lossy(password.raw()).into_owned()))
    }

    async fn verify(
        &self,
        password: &Password,
        stored: Option<&PasswordHash>,
        _: Upgrade,
    ) -> Result<Verdict, Fault> {
        match password.raw() {
            b"slow" => {
                self.0.reached.notify_one();
                self.0.open.notified().await;
                Ok(Verdict::Wrong)
            }
            b"panic" => panic!("as asked"),
            b"overload" => Err(Fault::Overloaded(Duration::from_secs(7))),
            b"fault" => Err(Fault::Internal("secret detail".to_owned())),
            raw if stored.is_some_and(|stored| stored.expose().as_bytes() == raw) => {
                Ok(Verdict::Right { upgrade: None })
            }
            _ => Ok(Verdict::Wrong),
        }
    }
}

struct NoLimits;

#[async_trait]
impl Limits for NoLimits {
    async fn spend(&self, _attempt: &Attempt, _now: Timestamp) -> Result<Option<Duration>, Fault> {
        Ok(None)
    }

    async fn settle(
        &self,
        _attempt: &Attempt,
        _how: Settled,
        _now: Timestamp,
    ) -> Result<Option<Tries>, Fault> {
        Ok(None)
    }
}

/// Access lines in memory.
#[derive(Default)]
pub(crate) struct Lines(pub(crate) Mutex<Vec<String>>);

impl AccessLog for Lines {
    fn line(&self, entry: &AccessEntry<'_>) {
        self.0.lock().expect("lines").push(format!("{entry:?}"));
    }
}

struct Standing;

impl Stopwatch for Standing {
    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }
}

/// An application in a test's hands.
pub(crate) struct Bed {
    pub(crate) app: Arc<App>,
    pub(crate) clock: FakeClock,
    pub(crate) lines: Arc<Lines>,
    pub(crate) gate: Arc<Gate>,
}

impl Bed {
    pub(crate) async fn new() -> Bed {
        let contracts =
            vec![("/c".to_owned(), plan("cookies", COOKIES)), ("/b".to_owned(), plan("bearer", BEARER))];
        Bed::of("test", contracts).await
    }

    /// These contracts, given as (prefix, plan), in one realm.
    pub(crate) async fn of(realm: &str, contracts: Vec<(String, Arc<Plan>)>) -> Bed {
        let clock = FakeClock::default();
        let gate = Arc::new(Gate::default());
        let dice = Arc::new(SeededDice::new(7));
        let store = Arc::new(MemoryStore::default());
        let schemes = contracts.iter().flat_map(|(_, plan)| &plan.schemes);
        let keyed = schemes.filter(|scheme| matches!(scheme.proves, Proves::ClientKey));
        let key = |scheme: &Scheme| ClientKey { scheme: scheme.name.clone(), key: "key".to_owned() };
        let client_keys = keyed.map(key).collect();
        let contracts = Mount::all(realm, contracts);
        let needs: Vec<_> = contracts.iter().flat_map(|mount| mount.policy.key_needs()).collect();
        let master = Arc::new(MasterKey::new(&[7; 32]).expect("32 bytes"));
        let keys = RealmKeys::open(realm, &needs, master, store.as_ref(), (clock.now(), dice.as_ref()));
        let keys = Arc::new(keys.await.expect("keys"));
        let services = Services {
            store,
            hasher: Arc::new(PlainHasher(Arc::clone(&gate))),
            clock: Arc::new(clock.clone()),
            dice,
            limits: Arc::new(NoLimits),
            live: Arc::new(LiveSessions::default()),
            turns: Turns::default(),
            channels: Channels::ALL,
            mail_caps: doorward_core::mail_caps::MailCaps::unlimited(),
            mail_queued: Arc::new(|| {}),
        };
        let lines = Arc::new(Lines::default());
        let introspection_secret = Some("let-me-in".to_owned());
        let origins = Origins { listed: vec!["https://good.com".to_owned()], loopback: false };
        let app = App::new(Parts {
            services: Arc::new(services),
            realms: vec![RealmParts {
                name: realm.to_owned(),
                contracts,
                keys,
                introspection_secret,
                origins,
                client_keys,
            }],
            metrics: Arc::new(Metrics::default()),
            pages: Arc::new(NoPages),
            access_log: Arc::<Lines>::clone(&lines),
            stopwatch: Arc::new(Standing),
            trusted_proxies: vec!["10.0.0.0/8".parse().expect("net")],
            bounds: Bounds::default(),
        });
        Bed { app: Arc::new(app.expect("application")), clock, lines, gate }
    }

    /// Sends a request from 10.0.0.1, which is a trusted proxy.
    pub(crate) async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Sent {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = Full::new(Bytes::copy_from_slice(body.as_bytes()));
        let request = request.body(body).expect("request");
        let peer = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));
        Sent::of(self.app.handle(request, peer, &Activity::default()).await).await
    }

    /// Sends JSON.
    pub(crate) async fn post(&self, path: &str, body: &str) -> Sent {
        self.send("POST", path, &[("content-type", "application/json")], body).await
    }

    /// A `GET` with these headers.
    pub(crate) async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Sent {
        self.send("GET", path, headers, "").await
    }

    /// Signs up `kim` with the password `pw` and signs in over the cookie contract.
    pub(crate) async fn kim(&self) -> Sent {
        self.post("/c/auth/register", r#"{"username":"kim","password":"pw"}"#).await;
        self.post("/c/auth/login", r#"{"username":"kim","password":"pw"}"#).await
    }
}

/// A reply as the test looks at it.
pub(crate) struct Sent {
    pub(crate) status: u16,
    pub(crate) reason: String,
    pub(crate) headers: http::HeaderMap,
    pub(crate) body: String,
}

impl Sent {
    async fn of(reply: Reply) -> Sent {
        let (head, body) = reply.into_parts();
        let reason = head.extensions.get::<hyper::ext::ReasonPhrase>();
        let reason = reason.map(|reason| String::from_utf8_lossy(reason.as_bytes()).into_owned());
        let body = body.collect().await.expect("body").to_bytes();
        Sent {
            status: head.status.as_u16(),
            reason: reason.unwrap_or_default(),
            headers: head.headers,
            body: String::from_utf8(body.to_vec()).expect("text"),
        }
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().expect("ASCII"))
    }

    /// The `Set-Cookie` line of a cookie.
    pub(crate) fn line(&self, cookie: &str) -> Option<String> {
        let lines = self.headers.get_all("set-cookie").iter();
        let mut lines = lines.map(|line| line.to_str().expect("ASCII").to_owned());
        lines.find(|line| line.starts_with(&format!("{cookie}=")))
    }

    /// `name=value` of a cookie that was set.
    pub(crate) fn cookie(&self, cookie: &str) -> String {
        let line = self.line(cookie).unwrap_or_else(|| panic!("no cookie {cookie}"));
        line.split(';').next().unwrap_or_default().to_owned()
    }
}
