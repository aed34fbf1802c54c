//! Sessions that are refreshed through all cycles: by a token that rotates, and by cbs's pair that is prolonged.

use super::wire::{Ack, Wire};
use doorward_testkit::http_actor::{Actor, Reply, Request};
use serde_json::json;
use std::time::{SystemTime, UNIX_EPOCH};

/// Everybody's password here.
pub(super) const PASSWORD: &str = "correct horse battery staple";
/// How long cbs's access tokens live, in seconds.
const ACCESS: u64 = 1800;

/// A session whose refresh token changes each time.
pub(super) struct Chain {
    /// The tokens that were told, the last one at the end.
    tokens: Vec<String>,
}

impl Chain {
    pub(super) async fn begin(actor: &Actor, number: usize) -> Chain {
        let body = json!({"username": format!("chain-{number}"), "password": PASSWORD});
        let reply = actor.post("/rotating/auth/register").json(&body.to_string()).send().await;
        assert_eq!(reply.status, 201, "{reply:?}");
        Chain { tokens: vec![refresh_token(&reply)] }
    }

    fn request(actor: &Actor, token: &str) -> Request {
        actor.post("/rotating/auth/refresh").json(&json!({"refresh_token": token}).to_string())
    }

    fn last(&self) -> &str {
        self.tokens.last().expect("there is always one")
    }

    /// Refreshes until the server is gone.
    pub(super) async fn run(mut self, wire: Wire) -> Chain {
        while let Some(reply) = wire.ask(&Chain::request(&wire.actor(), self.last()), Ack::Refresh).await {
            assert_eq!(reply.status, 200, "{reply:?}");
            self.tokens.push(refresh_token(&reply));
        }
        self
    }

    /// The last token that was told is good: whether or not the server made a next one that nobody heard of.
    pub(super) async fn go_on(&mut self, actor: &Actor) {
        let reply = Chain::request(actor, self.last()).send().await;
        assert_eq!(reply.status, 200, "an acknowledged refresh is lost: {reply:?}");
        self.tokens.push(refresh_token(&reply));
    }

    /// A token from long ago ends the session, the last one with it.
    pub(super) async fn ends_on_reuse(&mut self, actor: &Actor) {
        self.go_on(actor).await;
        let first = Chain::request(actor, &self.tokens[0]).send().await;
        assert_eq!(first.status, 401, "{first:?}");
        let last = Chain::request(actor, self.last()).send().await;
        assert_eq!(last.status, 401, "{last:?}");
    }
}

fn refresh_token(reply: &Reply) -> String {
    reply.json()["refresh_token"].as_str().expect("a token").to_owned()
}

/// The operator with this number.
pub(super) fn operator(number: usize) -> String {
    format!("operator-{number}")
}

/// A pair of tokens that stays; the server prolongs it.
pub(super) struct Pair {
    access: String,
    refresh: String,
    secret: String,
    /// When the last acknowledged refresh was sent, in seconds.
    sent: u64,
}

impl Pair {
    pub(super) async fn begin(actor: &Actor, number: usize, secret: String) -> Pair {
        let body = json!({"user": operator(number), "password": PASSWORD});
        let sent = now();
        let reply = actor.post("/cbs/api/v1/auth/login").json(&body.to_string()).send().await;
        assert_eq!(reply.status, 200, "{reply:?}");
        let pair = reply.json();
        let token = |name: &str| pair["result"][name].as_str().expect("a token").to_owned();
        Pair { access: token("access_token"), refresh: token("refresh_token"), secret, sent }
    }

    fn request(&self, actor: &Actor) -> Request {
        let body = json!({"refresh_token": self.refresh});
        actor.post("/cbs/api/v1/auth/refresh").bearer(&self.access).json(&body.to_string())
    }

    /// Refreshes until the server is gone.
    pub(super) async fn run(mut self, wire: Wire) -> Pair {
        loop {
            let sent = now();
            let Some(reply) = wire.ask(&self.request(&wire.actor()), Ack::Refresh).await else { return self };
            assert_eq!(reply.text(), r#"{"result":{"code":0,"desc":"Ok"}}"#);
            self.sent = sent;
        }
    }

    /// The pair lives at least as long as the last acknowledged refresh said, and can be refreshed again.
    pub(super) async fn go_on(&mut self, actor: &Actor) {
        let request = actor.post("/_doorward/cbs/introspect").bearer(&self.secret);
        let state = request.form(&[("token", &self.access)]).send().await.json();
        assert_eq!(state["active"], json!(true), "{state}");
        let until = state["exp"].as_u64().expect("when it ends");
        assert!(
            until >= self.sent + ACCESS,
            "an acknowledged refresh is lost: {state}, sent at {}",
            self.sent
        );
        let sent = now();
        let reply = self.request(actor).send().await;
        assert_eq!(reply.status, 200, "{reply:?}");
        self.sent = sent;
    }
}

#[expect(clippy::disallowed_methods, reason = "the binary runs on the real clock, so it is compared with it")]
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs()
}
