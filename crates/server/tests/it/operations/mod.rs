//! What operators do to a deployment, with the built binary: while a server runs, and without one.

mod audit;
mod backup;
mod doctor;
mod generated;
mod session;

use crate::program::{Said, Serving, run, run_with};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::path::Path;

/// Runs a command on a folder that must do what it is asked.
pub(crate) fn done(data: &Path, arguments: &[&str]) -> String {
    let said = run(data, arguments);
    assert_eq!(said.code, 0, "{arguments:?}: {}{}", said.out, said.err);
    said.out
}

/// Runs a command on a folder that answers no.
pub(crate) fn no(data: &Path, arguments: &[&str], why: &str) {
    refused(&run(data, arguments), 1, why);
}

pub(crate) fn refused(said: &Said, code: i32, why: &str) {
    assert_eq!(said.code, code, "{}{}", said.out, said.err);
    assert!(said.err.contains(why) && !said.err.contains("os error"), "{}", said.err);
}

/// An account of the realm with the password `secret`.
pub(crate) fn account(data: &Path, name: &str) {
    let create = ["account", "create", "--realm", "cbs", "--username", name, "--password-stdin"];
    let said = run_with(data, &create, "secret\n");
    assert_eq!(said.code, 0, "{}", said.err);
}

/// The tokens of a new session: access and refresh.
pub(crate) fn sign_in(server: &Serving, name: &str) -> (String, String) {
    let asked = json!({"user": name, "password": "secret"}).to_string();
    let reply = server.ask("POST", "/api/v1/auth/login", &asked);
    assert!(reply.starts_with("HTTP/1.1 200 "), "{reply}");
    let body: Value = serde_json::from_str(reply.split("\r\n\r\n").nth(1).unwrap()).unwrap();
    let token = |name: &str| body["result"][name].as_str().unwrap().to_owned();
    (token("access_token"), token("refresh_token"))
}

/// Whether an access token is good.
pub(crate) fn alive(server: &Serving, access: &str) -> bool {
    let mut stream = server.connect();
    write!(
        stream,
        "GET /_doorward/cbs/verify HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {access}\r\n\r\n"
    )
    .unwrap();
    let mut reply = String::new();
    stream.read_to_string(&mut reply).unwrap();
    reply.starts_with("HTTP/1.1 204 ")
}

/// Whether a session can be prolonged.
pub(crate) fn refreshes(server: &Serving, (access, refresh): (&str, &str)) -> bool {
    let asked = json!({"refresh_token": refresh}).to_string();
    let mut stream = server.connect();
    write!(
        stream,
        "POST /api/v1/auth/refresh HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n\
         Authorization: Bearer {access}\r\nContent-Length: {}\r\n\r\n{asked}",
        asked.len()
    )
    .unwrap();
    let mut reply = String::new();
    stream.read_to_string(&mut reply).unwrap();
    reply.starts_with("HTTP/1.1 200 ")
}
