//! Tokens of another server, whose signing secret was brought: good until they expire, like any other until then.

use crate::program::{Said, Serving, run, run_with};
use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use std::fs;
use std::io::{Read, Write};
use std::path::PathBuf;
use tempfile::TempDir;

const SECRET: &str = "yesterday's secret, which is long enough";
const ANN: &str = "507f1f77bcf86cd799439011";
/// bcrypt of "grüße 1é".
const BCRYPT: &str = "$2b$04$abcdefghijklmnopqrstuuu/9uWgPTY1dXdJ3FYx/AMGjuoHFZoKq";

fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    i64::try_from(since.as_secs()).unwrap()
}

/// A token as the other server made it.
fn token(secret: &str, claims: &Value) -> String {
    let head = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#);
    let message = format!("{head}.{}", URL_SAFE_NO_PAD.encode(claims.to_string()));
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()), message.as_bytes());
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(tag.as_ref()))
}

/// A token of an account that was made an hour ago and lives so many seconds from now.
fn of(id: &str, seconds: i64) -> String {
    token(SECRET, &json!({"_id": id, "username": "ann", "iat": now() - 3600, "exp": now() + seconds}))
}

struct Place {
    folder: TempDir,
}

impl Place {
    /// A data folder with Ann in it, and the secret in a file.
    fn new() -> Place {
        let place = Place { folder: tempfile::tempdir().unwrap() };
        let line = json!({"id": ANN, "username": "ann", "password_hash": BCRYPT, "realname": "Ann", "unit": "7", "pro": true});
        let said =
            run_with(&place.data(), &["account", "import", "-", "--realm", "cakes"], &line.to_string());
        assert_eq!(said.code, 0, "{}", said.err);
        place
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn keys_import(&self, secret: &str, more: &[&str]) -> Said {
        let file = self.folder.path().join("secret");
        fs::write(&file, format!("{secret}\n")).unwrap();
        let file = file.display().to_string();
        let all: Vec<&str> = ["keys", "import", "--realm", "cakes", "--secret-file", &file]
            .iter()
            .chain(more)
            .copied()
            .collect();
        run(&self.data(), &all)
    }

    fn serve(&self) -> Serving {
        Serving::start(&self.data(), &["cakes", "cbs"])
    }
}

/// The status of a request with this token in the contract's cookie, and the whole reply.
fn ask(server: &Serving, line: &str, token: &str) -> (u16, String) {
    let mut stream = server.connect();
    write!(stream, "{line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nCookie: access_token={token}\r\n\r\n")
        .unwrap();
    let mut reply = String::new();
    stream.read_to_string(&mut reply).unwrap();
    (reply[9..12].parse().unwrap(), reply)
}

fn verified(server: &Serving, token: &str) -> u16 {
    ask(server, "GET /_doorward/cakes/verify", token).0
}

#[test]
fn a_token_of_yesterday_is_good_until_its_end_and_only_for_whom_it_means() {
    let place = Place::new();
    let server = place.serve();
    assert_eq!(verified(&server, &of(ANN, 600)), 401, "nobody knows its secret yet");
    server.stop();
    assert_eq!(place.keys_import(SECRET, &["--algorithm", "HS256"]).code, 0);
    let server = place.serve();
    let good = of(ANN, 600);
    let (status, reply) = ask(&server, "GET /_doorward/cakes/verify", &good);
    assert!(status == 204 && reply.to_lowercase().contains(&format!("x-doorward-account: {ANN}")), "{reply}");
    assert_eq!(verified(&server, &good), 204, "again");
    assert_eq!(verified(&server, &of(ANN, 601)), 204, "another one of hers");
    let forever = token(SECRET, &json!({"_id": ANN, "username": "ann"}));
    let bad = [
        ("expired", of(ANN, -1)),
        ("without an end", forever),
        ("of nobody", of("507f1f77bcf86cd799439012", 600)),
        ("of another secret", token("another", &json!({"_id": ANN, "exp": now() + 600}))),
        ("of no account", token(SECRET, &json!({"exp": now() + 600}))),
    ];
    for (what, token) in bad {
        assert_eq!(verified(&server, &token), 401, "{what}");
    }
    server.stop();
}

#[test]
fn signing_out_and_a_new_password_end_what_another_server_began() {
    let place = Place::new();
    assert_eq!(place.keys_import(SECRET, &["--algorithm", "HS256"]).code, 0);
    let server = place.serve();
    let (first, second, unseen) = (of(ANN, 600), of(ANN, 700), of(ANN, 800));
    assert_eq!((verified(&server, &first), verified(&server, &second)), (204, 204));
    let (status, reply) = ask(&server, "POST /cakes/logout", &first);
    assert!(status < 300, "{reply}");
    assert_eq!((verified(&server, &first), verified(&server, &second)), (401, 204), "one of them");
    let set = ["account", "set-password", "--realm", "cakes", "--username", "ann", "--password-stdin"];
    assert_eq!(run_with(&place.data(), &set, "a new password").code, 0);
    assert_eq!(
        (verified(&server, &second), verified(&server, &unseen)),
        (401, 401),
        "also one never shown before"
    );
    server.stop();
}

#[test]
fn whoever_takes_a_name_that_is_free_again_is_somebody_else() {
    let place = Place::new();
    // Of this API the name is in the token, not an id.
    assert_eq!(run_with(&place.data(), &["account", "import", "-", "--realm", "haenaem"], &json!({"username": "ben", "email": "b@example.com", "name": "Ben", "created_at": "2020-01-01T00:00:00Z"}).to_string()).code, 0);
    let file = place.folder.path().join("secret");
    fs::write(&file, SECRET.repeat(2)).unwrap();
    let file = file.display().to_string();
    let said = run(
        &place.data(),
        &["keys", "import", "--realm", "haenaem", "--algorithm", "HS512", "--secret-file", &file],
    );
    assert_eq!(said.code, 0, "{}", said.err);
    let head = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS512"}"#);
    let made = |n: i64| {
        let claims = json!({"iat": now() - 3600, "sub": "ben", "exp": now() + n}).to_string();
        let message = format!("{head}.{}", URL_SAFE_NO_PAD.encode(claims));
        let key = hmac::Key::new(hmac::HMAC_SHA512, SECRET.repeat(2).as_bytes());
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(hmac::sign(&key, message.as_bytes()).as_ref()))
    };
    let server = Serving::start(&place.data(), &["haenaem", "cbs"]);
    let bearer = |token: &str| {
        let mut stream = server.connect();
        write!(stream, "GET /_doorward/haenaem/verify HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\r\n").unwrap();
        let mut reply = String::new();
        stream.read_to_string(&mut reply).unwrap();
        reply[9..12].to_owned()
    };
    assert_eq!(bearer(&made(600)), "204");
    let on = ["--realm", "haenaem", "--username", "ben"];
    let all = |command: &[&'static str], more: &[&'static str]| {
        let all: Vec<&str> = command.iter().chain(&on).chain(more).copied().collect();
        let said = run(&place.data(), &all);
        assert_eq!(said.code, 0, "{}", said.err);
    };
    all(&["account", "delete"], &[]);
    all(&["account", "create"], &["--email", "new@example.com", "--profile", "name=New"]);
    assert_eq!((bearer(&made(600)), bearer(&made(700))), ("401".to_owned(), "401".to_owned()));
    server.stop();
}

#[test]
fn new_tokens_are_signed_with_it_where_that_is_wanted() {
    let place = Place::new();
    assert_eq!(place.keys_import(SECRET, &["--algorithm", "HS256", "--sign"]).code, 0);
    let server = place.serve();
    let reply = server.ask("POST", "/cakes/login", r#"{"username":"ann","password":"grüße 1é"}"#);
    let token = reply.split("access_token=").nth(1).unwrap().split(';').next().unwrap();
    let (message, tag) = token.rsplit_once('.').unwrap();
    let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
    hmac::verify(&key, message.as_bytes(), &URL_SAFE_NO_PAD.decode(tag).unwrap()).unwrap();
    assert_eq!(verified(&server, token), 204);
    let (status, reply) = ask(&server, "POST /cakes/logout", token);
    assert!(status < 300, "{reply}");
    assert_eq!(verified(&server, token), 401, "it is one of ours: it is not begun anew");
    server.stop();
}

#[test]
fn what_is_no_good_key_is_refused_and_none_is_shown() {
    let place = Place::new();
    for (secret, more, why) in [
        ("secret", ["--algorithm", "HS256"].as_slice(), "the secret has 48 bits"),
        (SECRET, &["--algorithm", "HS512"], "access tokens of this realm are HS256, not HS512"),
        (SECRET, &["--algorithm", "RS256"], "a secret is for HS256, HS384 or HS512"),
        (SECRET, &["--algorithm", "HS256", "--kind", "refresh"], "the kind is access"),
        ("", &["--algorithm", "HS256"], "the secret is empty"),
    ] {
        let said = place.keys_import(secret, more);
        assert!(said.code == 2 && said.err.contains(why), "{}", said.err);
    }
    assert_eq!(
        place.keys_import("secret", &["--algorithm", "HS256", "--legacy-weak", "--days", "7"]).code,
        0
    );
    let said = run(&place.data(), &["keys", "list", "--realm", "cakes"]);
    let brought: Vec<&str> =
        said.out.lines().filter(|line| line.contains("another server's tokens until")).collect();
    assert!(brought.len() == 1 && brought[0].contains("  access        HS256   verifies"), "{}", said.out);
    assert!(!said.out.contains("secret"));
    let listed = run(&place.data(), &["keys", "list", "--realm", "cakes", "--json"]).json();
    assert_eq!(listed.as_array().unwrap().iter().filter(|key| !key["legacy_until"].is_null()).count(), 1);
}
