//! Registering, signing in and signing out, in the words of four contracts.

use super::fact::Credential;
use doorward_testkit::http_actor::{Actor, Part, Reply, Request};
use serde_json::json;

/// A contract on which people register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Api {
    Cakes,
    Formmate,
    Haenaem,
    Biji,
}

/// Somebody who registers.
#[derive(Clone, Debug)]
pub(super) struct Who {
    pub(super) name: String,
    pub(super) password: String,
}

impl Who {
    pub(super) fn new(name: String) -> Who {
        Who { password: format!("secret of {name}"), name }
    }

    pub(super) fn email(&self) -> String {
        format!("{}@example.com", self.name)
    }

    pub(super) fn with_password(&self, password: &str) -> Who {
        Who { password: password.to_owned(), ..self.clone() }
    }
}

impl Api {
    pub(super) fn realm(self) -> &'static str {
        match self {
            Api::Cakes => "cakes",
            Api::Formmate => "formmate",
            Api::Haenaem => "haenaem",
            Api::Biji => "biji",
        }
    }

    pub(super) fn register(self, actor: &Actor, who: &Who) -> Request {
        let Who { name, password } = who;
        match self {
            Api::Cakes => actor.post("/cakes/register").json(
                &json!({"username": name, "password": password, "realname": "K", "unit": "1", "pro": true})
                    .to_string(),
            ),
            Api::Formmate => actor.post("/formmate/auth/register").json(
                &json!({
                    "email": who.email(), "name": "Kim", "password": password, "birth": "990101", "sex": "1",
                    "contact": "010-1234-5678", "address": "Seoul", "job": "baker",
                })
                .to_string(),
            ),
            Api::Haenaem => actor.post("/haenaem/api/auth/sign-up").json(
                &json!({"authId": name, "password": password, "name": "K", "email": who.email()}).to_string(),
            ),
            Api::Biji => {
                let parts = [Part::text("username", name), Part::text("password", password)];
                actor.post("/biji/auth/register").multipart(&parts)
            }
        }
    }

    pub(super) fn login(self, actor: &Actor, who: &Who) -> Request {
        let Who { name, password } = who;
        match self {
            Api::Cakes => {
                actor.post("/cakes/login").json(&json!({"username": name, "password": password}).to_string())
            }
            Api::Formmate => actor
                .post("/formmate/auth/login")
                .json(&json!({"email": who.email(), "password": password}).to_string()),
            Api::Haenaem => actor
                .post("/haenaem/api/auth/sign-in")
                .json(&json!({"authId": name, "password": password}).to_string()),
            Api::Biji => {
                let parts = [Part::text("username", name), Part::text("password", password)];
                actor.post("/biji/auth/login").multipart(&parts)
            }
        }
    }

    /// What a reply that signs in gives to come back with.
    pub(super) fn credential(self, reply: &Reply) -> Credential {
        let (header, value) = match self {
            Api::Cakes | Api::Formmate => {
                ("Cookie", format!("access_token={}", reply.cookie("access_token")))
            }
            Api::Haenaem => {
                let reply = reply.json();
                let token = reply["data"]["token"].as_str().expect("a token");
                ("Authorization", format!("Bearer {token}"))
            }
            Api::Biji => ("Authorization", reply.header("authorization").expect("a token")),
        };
        Credential { realm: self.realm(), header, value }
    }

    /// Whether a registration signs in too.
    pub(super) fn register_signs_in(self) -> bool {
        matches!(self, Api::Cakes | Api::Formmate)
    }

    /// The number that a registration was told, where there is one.
    pub(super) fn number(self, reply: &Reply) -> Option<u64> {
        match self {
            Api::Cakes | Api::Formmate => None,
            Api::Haenaem | Api::Biji => Some(reply.json()["data"]["id"].as_u64().expect("a number")),
        }
    }

    /// A logout by the access token (formmate's asks for the other cookie, haenaem has none).
    pub(super) fn logout(self, actor: &Actor, credential: &Credential) -> Option<Request> {
        let path = match self {
            Api::Cakes => "/cakes/logout",
            Api::Biji => "/biji/auth/logout",
            Api::Formmate | Api::Haenaem => return None,
        };
        Some(actor.post(path).header(credential.header, &credential.value))
    }

    /// Whether a registration was refused because the name is taken.
    pub(super) fn is_taken(self, reply: &Reply) -> bool {
        match self {
            Api::Cakes => reply.status == 500 && reply.text().contains("already exists"),
            Api::Formmate => reply.status == 409,
            Api::Haenaem => reply.status == 400 && reply.text().contains("이미 존재 하는 값"),
            Api::Biji => reply.status == 401 && reply.text().contains("User Existed"),
        }
    }
}
