//! What the connections send.

use crate::Broken;
use crate::client::{Connection, Reply, get, post};
use crate::load::{Script, Scripts};
use std::net::SocketAddr;

/// Where a token is checked (the realm is named after the contract's file).
pub(crate) const VERIFY: &str = "/_doorward/rotating/verify";
const PASSWORD: &str = "correct horse battery staple";

/// The same request again and again.
pub(crate) struct Same {
    request: Vec<u8>,
    status: u16,
}

impl Same {
    /// Asks the bare handler.
    pub(crate) fn bare() -> Box<dyn Script> {
        Box::new(Same { request: get("/check", "none"), status: 200 })
    }

    /// Checks a token.
    pub(crate) fn check(access: &str) -> Box<dyn Script> {
        Box::new(Same { request: get(VERIFY, access), status: 204 })
    }

    /// Signs in.
    pub(crate) fn login(username: &str) -> Box<dyn Script> {
        Box::new(Same { request: post("/rotating/auth/login", &credentials(username)), status: 200 })
    }
}

impl Script for Same {
    fn next(&mut self) -> &[u8] {
        &self.request
    }

    fn answered(&mut self, reply: &Reply<'_>) -> Result<(), Broken> {
        reply.expect(self.status)
    }
}

/// Registers one name after the other.
pub(crate) struct Registering {
    prefix: String,
    number: usize,
    request: Vec<u8>,
}

impl Registering {
    /// Names with this beginning.
    pub(crate) fn names(prefix: &str) -> Box<dyn Script> {
        Box::new(Registering { prefix: prefix.to_owned(), number: 0, request: Vec::new() })
    }
}

impl Script for Registering {
    fn next(&mut self) -> &[u8] {
        self.number += 1;
        self.request =
            post("/rotating/auth/register", &credentials(&format!("{}-{}", self.prefix, self.number)));
        &self.request
    }

    fn answered(&mut self, reply: &Reply<'_>) -> Result<(), Broken> {
        reply.expect(201)
    }
}

/// Refreshes one session, each time with the token that the last reply gave.
struct Refreshing {
    request: Vec<u8>,
}

impl Script for Refreshing {
    fn next(&mut self) -> &[u8] {
        &self.request
    }

    fn answered(&mut self, reply: &Reply<'_>) -> Result<(), Broken> {
        reply.expect(200)?;
        self.request = refresh(&reply.text("refresh_token")?);
        Ok(())
    }
}

/// Somebody who is signed in.
pub(crate) struct Member {
    /// The name.
    pub(crate) username: String,
    /// An access token.
    pub(crate) access: String,
    refresh: String,
}

impl Member {
    /// Registers somebody.
    pub(crate) async fn register(connection: &mut Connection, username: &str) -> Result<Member, Broken> {
        let reply = connection.exchange(&post("/rotating/auth/register", &credentials(username))).await?;
        reply.expect(201)?;
        Ok(Member {
            username: username.to_owned(),
            access: reply.text("access_token")?,
            refresh: reply.text("refresh_token")?,
        })
    }

    /// Registers so many, whose names begin like this.
    pub(crate) async fn several(
        address: SocketAddr,
        prefix: &str,
        number: usize,
    ) -> Result<Vec<Member>, Broken> {
        let mut connection = Connection::open(address).await?;
        let mut members = Vec::new();
        for index in 0..number {
            members.push(Member::register(&mut connection, &format!("{prefix}-{index}")).await?);
        }
        Ok(members)
    }
}

/// A connection for each that refreshes their session.
pub(crate) fn refreshing(members: Vec<Member>) -> Scripts {
    let script =
        |member: Member| -> Box<dyn Script> { Box::new(Refreshing { request: refresh(&member.refresh) }) };
    members.into_iter().map(script).collect()
}

fn refresh(token: &str) -> Vec<u8> {
    post("/rotating/auth/refresh", &serde_json::json!({ "refresh_token": token }).to_string())
}

fn credentials(username: &str) -> String {
    serde_json::json!({ "username": username, "password": PASSWORD }).to_string()
}
