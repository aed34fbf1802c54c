//! What must hold after a restart.

use super::api::{Api, Who};
use doorward_testkit::http_actor::{Actor, Reply};
use serde_json::{Value, json};

/// Something that a client shows to be let in.
#[derive(Clone, Debug)]
pub(super) struct Credential {
    pub(super) realm: &'static str,
    pub(super) header: &'static str,
    pub(super) value: String,
}

impl Credential {
    async fn verify(&self, actor: &Actor) -> Reply {
        let path = format!("/_doorward/{}/verify", self.realm);
        actor.get(&path).header(self.header, &self.value).send().await
    }

    async fn is_alive(&self, actor: &Actor) -> bool {
        let reply = self.verify(actor).await;
        assert!(matches!(reply.status, 204 | 401), "{self:?} is answered with {reply:?}");
        reply.status == 204
    }

    /// Asserts that it is of no use.
    pub(super) async fn is_dead(&self, actor: &Actor) {
        assert!(!self.is_alive(actor).await, "an ended session lives again: {self:?}");
    }
}

/// Something that a client knows, or knows that it cannot know.
#[derive(Clone, Debug)]
pub(super) enum Fact {
    /// This registration was acknowledged.
    Registered(Api, Who),
    /// Nobody heard what came of this registration.
    MaybeRegistered(Api, Who),
    /// This session was begun, and nobody ended it.
    Alive(Credential),
    /// This session was ended.
    Ended(Credential),
    /// Nobody heard what came of this logout.
    MaybeEnded(Api, Credential),
    /// This password was set with this code.
    Reset(Reset),
    /// Nobody heard what came of it.
    MaybeReset(Reset),
}

/// A password reset.
#[derive(Clone, Debug)]
pub(super) struct Reset {
    /// Who, with the password before.
    pub(super) before: Who,
    /// Who, with the password after.
    pub(super) after: Who,
    /// The request's body.
    pub(super) body: Value,
    /// A session from before.
    pub(super) session: Credential,
}

impl Fact {
    /// Asks the server. Gives back sessions that must stay dead from now on.
    pub(super) async fn check(self, actor: &Actor) -> Vec<Credential> {
        match self {
            Fact::Registered(api, who) => {
                assert!(signs_in(api, actor, &who).await, "{api:?} has lost {who:?}");
                Vec::new()
            }
            Fact::MaybeRegistered(api, who) => {
                all_or_nothing(api, actor, &who).await;
                Vec::new()
            }
            Fact::Alive(credential) => {
                assert!(credential.is_alive(actor).await, "a session is lost: {credential:?}");
                Vec::new()
            }
            Fact::Ended(credential) => {
                credential.is_dead(actor).await;
                vec![credential]
            }
            Fact::MaybeEnded(api, credential) => {
                let alive = credential.is_alive(actor).await;
                let request = api.logout(actor, &credential).expect("this contract has a logout");
                let reply = request.send().await;
                assert_eq!(reply.status < 300, alive, "{credential:?}: {reply:?}");
                credential.is_dead(actor).await;
                vec![credential]
            }
            Fact::Reset(reset) => {
                assert!(signs_in(Api::Haenaem, actor, &reset.after).await, "a reset is lost: {reset:?}");
                assert!(!signs_in(Api::Haenaem, actor, &reset.before).await, "two passwords: {reset:?}");
                reset.over(actor).await
            }
            Fact::MaybeReset(reset) => {
                let after = signs_in(Api::Haenaem, actor, &reset.after).await;
                let before = signs_in(Api::Haenaem, actor, &reset.before).await;
                assert_ne!(before, after, "one password of two: {reset:?}");
                let alive = reset.session.is_alive(actor).await;
                assert_eq!(alive, before, "the sessions end with the reset: {reset:?}");
                if after { reset.over(actor).await } else { Vec::new() }
            }
        }
    }
}

impl Reset {
    /// After a reset its code is spent and the old session is over.
    async fn over(self, actor: &Actor) -> Vec<Credential> {
        let again = actor.post(RESET).json(&self.body.to_string()).send().await;
        assert_eq!(again.status, 400, "a code works twice: {again:?}");
        self.session.is_dead(actor).await;
        vec![self.session]
    }
}

/// Where haenaem resets passwords.
pub(super) const RESET: &str = "/haenaem/api/auth/reset/password";

async fn signs_in(api: Api, actor: &Actor, who: &Who) -> bool {
    let reply = api.login(actor, who).send().await;
    assert!(reply.status < 500, "{reply:?}");
    reply.status < 300
}

/// Either the name is free, or all of the account is there.
async fn all_or_nothing(api: Api, actor: &Actor, who: &Who) {
    if api == Api::Haenaem {
        let name = usable(actor, &format!("/haenaem/api/auth/check/auth-id/{}", who.name)).await;
        let email = usable(actor, &format!("/haenaem/api/auth/check/email/{}", who.email())).await;
        assert_eq!(name, email, "half of {who:?} is there");
    }
    let reply = api.register(actor, who).send().await;
    assert!(reply.status < 300 || api.is_taken(&reply), "{who:?}: {reply:?}");
    assert!(signs_in(api, actor, who).await, "{api:?} has half of {who:?}");
}

async fn usable(actor: &Actor, path: &str) -> Value {
    let reply = actor.get(path).send().await.json();
    assert_eq!(reply["error"], json!(null), "{reply}");
    reply["data"]["usable"].clone()
}
