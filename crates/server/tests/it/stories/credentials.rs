//! Credentials beside the token: client keys, companions, a cookie with its cross-site token, Basic; and a refresh that
//! wants the expired access token too.

use crate::world::{HOUR, World};
use doorward_testkit::http_actor::{Actor, Reply};
use serde_json::{Value, json};

const CONTRACT: &str = include_str!("credentials.yaml");
const KEY: &str = "key-of-the-app";

async fn world() -> (World, Actor) {
    let world = World::serving_with_keys(CONTRACT, &[("appKey", "older-key"), ("appKey", KEY)]).await;
    let actor = world.actor();
    for name in ["ann", "bob"] {
        let body = json!({"username": name, "password": "correct horse"}).to_string();
        let reply = actor.post("/auth/register").header("X-Api-Key", KEY).json(&body).send().await;
        assert_eq!(reply.status, 201, "{reply:?}");
        let headers = (reply.header("X-Trace-Id"), reply.header("X-Api"));
        assert_eq!(headers, (None, Some("v1".to_owned())), "null takes one away");
    }
    let lost = actor.get("/auth/nowhere").send().await;
    assert_eq!((lost.status, lost.header("X-Trace-Id").map(|id| id.len())), (404, Some(36)));
    (world, actor)
}

async fn log_in(world: &World, actor: &Actor, name: &str) -> Reply {
    let line = world.basic(name, "correct horse");
    let request = actor.post("/auth/login").header("X-Api-Key", "older-key");
    let reply = request.header("Authorization", &line).send().await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().expect("a text")
}

fn told(reply: &Reply) -> (u16, Value) {
    (reply.status, reply.json())
}

fn refused(error: &str, about: &str) -> (u16, Value) {
    (401, json!({"error": error, "about": about}))
}

#[tokio::test]
async fn a_client_key_comes_before_everything() {
    let (world, actor) = world().await;
    for (key, error) in
        [("", "missing_token"), ("wrong", "unauthenticated"), ("key-of-the-ap", "unauthenticated")]
    {
        let request = actor.post("/auth/register").header("X-Api-Key", key).body("{");
        let reply = request.header("Content-Type", "text/nonsense").send().await;
        assert_eq!(told(&reply), refused(error, "appKey"), "{key}");
    }
    let broken = actor.post("/auth/register").header("X-Api-Key", KEY).body("{").send().await;
    assert_ne!(broken.status, 401, "the rest is looked at only now");
    let spent = world.metric("password_hash_total").await;
    let line = world.basic("ann", "correct horse");
    let reply = actor.post("/auth/login").header("Authorization", &line).send().await;
    assert_eq!(told(&reply), refused("missing_token", "appKey"));
    assert_eq!(world.metric("password_hash_total").await, spent, "no password was looked at");
}

#[tokio::test]
async fn basic_brings_a_name_and_a_password() {
    let (world, actor) = world().await;
    log_in(&world, &actor, "ann").await;
    let send = async |line: Option<&str>| {
        let request = actor.post("/auth/login").header("X-Api-Key", KEY);
        let request = line.map_or(actor.post("/auth/login").header("X-Api-Key", KEY), |line| {
            request.header("Authorization", line)
        });
        told(&request.send().await)
    };
    let wrong = (401, json!({"error": "bad_credentials"}));
    assert_eq!(send(Some(&world.basic("ann", "wrong horse"))).await, wrong);
    assert_eq!(send(Some(&world.basic("nobody", "correct horse"))).await, wrong);
    assert_eq!(send(None).await, refused("missing_token", "basic"));
    assert_eq!(send(Some("Basic ???")).await, refused("unauthenticated", "basic"));
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn a_companion_must_be_of_the_same_account() {
    let (world, actor) = world().await;
    let ann = log_in(&world, &actor, "ann").await.json();
    let send = async |token: &str, user: Option<&str>| {
        let request = actor.get("/auth/both").header("Cr-Token", token);
        let request = match user {
            Some(user) => request.header("Cr-User", user),
            None => request,
        };
        told(&request.send().await)
    };
    let token = text(&ann, "token");
    assert_eq!(send(token, Some("ann")).await, (200, json!({"username": "ann"})));
    assert_eq!(send(token, Some("bob")).await, refused("unauthenticated", "crUser"));
    assert_eq!(send(token, None).await, refused("missing_token", "crUser"));
    assert_eq!(send("nonsense", Some("ann")).await, refused("unauthenticated", "access"));
}

#[tokio::test]
async fn a_cookie_wants_its_cross_site_token() {
    let (world, actor) = world().await;
    let (ann, bob) = (log_in(&world, &actor, "ann").await, log_in(&world, &actor, "bob").await);
    let (cookie, csrf) = (ann.cookie("access_token_cookie"), ann.cookie("csrf_access_token"));
    assert!(csrf.len() == 64 && csrf.bytes().all(|byte| byte.is_ascii_hexdigit()), "{csrf}");
    let send = async |path: &str, header: &str, pairs: &[(&str, &str)]| {
        let request = actor.post(path).cookies(pairs);
        let (name, value) = header.split_once(": ").expect("a header");
        told(&request.header(name, value).send().await)
    };
    let pairs = [("access_token_cookie", cookie.as_str()), ("csrf_access_token", csrf.as_str())];
    let good = (200, json!({"username": "ann"}));
    assert_eq!(send("/auth/browser", &format!("X-CSRF-TOKEN: {csrf}"), &pairs).await, good);
    assert_eq!(send("/auth/browser", "X-Other: x", &pairs).await, refused("missing_token", "csrf"));
    let theirs = bob.cookie("csrf_access_token");
    let stolen = send("/auth/browser", &format!("X-CSRF-TOKEN: {theirs}"), &pairs).await;
    assert_eq!(stolen, refused("unauthenticated", "csrf"), "a session has its own");
    let bearer = ann.json();
    let bearer = actor.post("/auth/browser").bearer(text(&bearer, "token")).send().await;
    assert_eq!(told(&bearer), good, "what no browser sends by itself needs none");
    assert_eq!(send("/auth/double", &format!("X-XSRF-TOKEN: {csrf}"), &pairs).await, good);
    let without = send("/auth/double", &format!("X-XSRF-TOKEN: {csrf}"), &pairs[..1]).await;
    assert_eq!(without, refused("unauthenticated", "double"));
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn a_refresh_wants_the_expired_access_token_too() {
    let (world, actor) = world().await;
    let (ann, bob) = (log_in(&world, &actor, "ann").await.json(), log_in(&world, &actor, "bob").await.json());
    assert_eq!(text(&ann, "expiration"), "2026-01-05T13:00:00Z");
    assert_eq!(text(&ann, "refreshToken").len(), 88);
    world.advance(2 * HOUR);
    let send = async |body: Value| told(&actor.post("/auth/refresh").json(&body.to_string()).send().await);
    let pair = |access: &Value, refresh: &Value| json!({"token": access["token"], "refreshToken": refresh["refreshToken"]});
    assert_eq!(send(pair(&bob, &ann)).await, refused("unauthenticated", "access"));
    assert_eq!(send(json!({"token": "x", "refreshToken": ann["refreshToken"]})).await.0, 401);
    assert_eq!(actor.get("/auth/both").header("Cr-Token", text(&ann, "token")).send().await.status, 401);
    let (status, fresh) = send(pair(&ann, &ann)).await;
    assert_eq!((status, text(&fresh, "expiration")), (200, "2026-01-05T15:00:00Z"));
    let request = actor.get("/auth/both").header("Cr-Token", text(&fresh, "token"));
    assert_eq!(request.header("Cr-User", "ann").send().await.status, 200);
}

#[tokio::test]
async fn a_client_key_in_the_body_is_answered_as_one_in_a_header() {
    let (world, actor) = world().await;
    let send = async |body: Value| told(&actor.post("/auth/embedded").json(&body.to_string()).send().await);
    let spent = world.metric("password_hash_total").await;
    let login =
        |key: Value| json!({"_method": "PUT", "_Key": key, "username": "ann", "password": "correct horse"});
    for nothing in [json!(null), json!("")] {
        assert_eq!(send(login(nothing)).await, refused("missing_token", "appKey"));
    }
    assert_eq!(send(json!({"_method": "PUT"})).await, refused("missing_token", "appKey"), "before any rule");
    for wrong in [json!("wrong"), json!("key-of-the-ap"), json!(12)] {
        assert_eq!(send(login(wrong)).await.0, 401);
    }
    assert_eq!(world.metric("password_hash_total").await, spent, "no password was looked at");
    let header =
        actor.post("/auth/embedded").header("X-Api-Key", KEY).json(r#"{"_method":"PUT"}"#).send().await;
    assert_eq!(told(&header), refused("missing_token", "appKey"), "it comes where the contract says");
    let (status, body) = send(login(json!(KEY))).await;
    assert_eq!(status, 200, "{body}");
    let me = |key: &str| json!({"_Key": key, "_Token": body["token"]});
    assert_eq!(send(me("older-key")).await, (200, json!({"username": "ann", "caller": "ann"})));
    assert_eq!(send(me("wrong")).await, refused("unauthenticated", "appKey"));
    assert_eq!(send(json!({"_Key": KEY})).await, refused("missing_token", "access"));
}
