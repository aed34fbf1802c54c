//! CBS: accounts by an operator, two JWTs in the body, a pair that is prolonged on the server.

use super::expect::{JSON, exactly, keys};
use crate::world::{MINUTE, NewAccount, SECOND, START, World};
use doorward_testkit::http_actor::{Actor, Jwt, Reply};
use serde_json::{Value, json};

const LOGIN: &str = r#"{"user":"testuser","password":"111111"}"#;
const OK: &str = r#"{"result":{"code":0,"desc":"Ok"}}"#;

struct Pair {
    access: String,
    refresh: String,
}

fn api(world: &World) -> Actor {
    world.api("cbs").under("/cbs/api/v1/auth")
}

async fn with_operator(world: &World) -> Actor {
    let account = NewAccount {
        name: "testuser",
        password: "111111",
        profile: &[("role", "admin")],
        must_change: false,
    };
    world.create("cbs", &account).await;
    api(world)
}

async fn login(api: &Actor) -> Pair {
    // The samples send JSON without a content type.
    let reply = api.post("/login").header("Accept", "application/json").body(LOGIN).send().await;
    assert_eq!(reply.status, 200, "{reply:?}");
    pair(&reply)
}

fn pair(reply: &Reply) -> Pair {
    let result = reply.json()["result"].clone();
    let text = |name: &str| result[name].as_str().expect("a token").to_owned();
    Pair { access: text("access_token"), refresh: text("refresh_token") }
}

async fn refresh(api: &Actor, access: &str, refresh: &str) -> Reply {
    let body = json!({"refresh_token": refresh}).to_string();
    api.post("/refresh").header("Athorization", &format!("Bearer {access}")).body(body).send().await
}

async fn alive(world: &World, access: &str) -> bool {
    let reply = world.verify("cbs", &[("Authorization", &format!("Bearer {access}"))]).await;
    assert!(reply.status == 204 || reply.status == 401, "{reply:?}");
    reply.status == 204
}

#[track_caller]
fn login_body(reply: &Reply, redirect: &str) {
    let tokens = pair(reply);
    let body = format!(
        r#"{{"code":0,"result":{{"token_type":"Bearer","access_token":"{}","access_token_expires_in":1800,"refresh_token":"{}","refresh_token_expires_in":14400}}{redirect}}}"#,
        tokens.access, tokens.refresh
    );
    exactly(reply, 200, JSON, &body);
}

/// The code of a failure in the login's shape.
#[track_caller]
fn login_failure(reply: &Reply, status: u16) -> i64 {
    let body = reply.json();
    assert_eq!(keys(&body), ["code", "result"], "{reply:?}");
    let code = failure(reply, status, &body["result"]);
    assert_eq!(body["code"], code);
    code
}

/// The code of a failure in the refresh's shape, which unknown paths wear too.
#[track_caller]
fn refresh_failure(reply: &Reply, status: u16) -> i64 {
    let body = reply.json();
    assert_eq!(keys(&body), ["result"], "{reply:?}");
    failure(reply, status, &body["result"])
}

#[track_caller]
fn failure(reply: &Reply, status: u16, result: &Value) -> i64 {
    assert_eq!(reply.status, status, "{reply:?}");
    assert_eq!(reply.header("content-type").as_deref(), Some(JSON));
    assert_eq!(keys(result), ["code", "error", "desc"], "{reply:?}");
    let error = result["error"].as_str().expect("error is a text");
    assert!(!error.is_empty() && error.len() <= 40 && !error.contains(' '), "a short id: {error}");
    assert!(result["desc"].as_str().is_some_and(|text| !text.is_empty()), "{reply:?}");
    let code = result["code"].as_i64().expect("code is an integer");
    assert_ne!(code, 0);
    code
}

#[tokio::test]
async fn logging_in_without_a_content_type_answers_two_tokens() {
    let world = World::start().await;
    let api = with_operator(&world).await;
    let plain = api.post("/login").header("Accept", "application/json").body(LOGIN).send().await;
    login_body(&plain, "");
    let typed = api.post("/login").json(LOGIN).send().await;
    login_body(&typed, "");
    let tokens = pair(&plain);
    let header = r#"{"typ":"JWT","alg":"HS256"}"#;
    let (access, refresh) = (Jwt::read(&tokens.access), Jwt::read(&tokens.refresh));
    assert_eq!((access.header.as_str(), refresh.header.as_str()), (header, header));
    let claims = |life: i64, attributes: &str| {
        format!(
            r#"{{"exp":{},"iat":{START},"identifier":"testuser","attributes":{attributes}}}"#,
            START + life
        )
    };
    assert_eq!(access.claims_before_jti(), claims(1800, r#"{"role":"admin"}"#));
    assert_eq!(refresh.claims_before_jti(), claims(14_400, "{}"));
    let other = pair(&typed);
    assert_ne!(tokens.access, other.access);
    assert_ne!(tokens.refresh, other.refresh);
}

#[tokio::test]
async fn unknown_wrong_and_locked_are_identical() {
    let world = World::start().await;
    let api = with_operator(&world).await;
    let locked = NewAccount { name: "locked", password: "111111", profile: &[], must_change: true };
    world.create("cbs", &locked).await;
    world.lock("cbs", "locked").await;
    let mut replies = Vec::new();
    for (user, password) in [
        ("testuser", "wrong"),
        ("nobody", "111111"),
        ("locked", "111111"),
        ("locked", "x"),
        ("TestUser", "111111"),
    ] {
        let before = world.metric("password_hash_total").await;
        let reply =
            api.post("/login").body(json!({"user": user, "password": password}).to_string()).send().await;
        login_failure(&reply, 401);
        assert_eq!(world.metric("password_hash_total").await - before, 1.0, "{user}");
        replies.push(reply.comparable());
    }
    assert!(replies.windows(2).all(|two| two[0] == two[1]), "{replies:?}");
}

#[tokio::test]
async fn malformed_input_is_400_with_a_code() {
    let world = World::start().await;
    let api = with_operator(&world).await;
    let bodies = [
        "{",
        "[]",
        "null",
        "{}",
        r#"{"user":"a"}"#,
        r#"{"password":"a"}"#,
        r#"{"user":1,"password":"a"}"#,
        r#"{"user":"a","password":null}"#,
    ];
    for body in bodies {
        login_failure(&api.post("/login").body(body).send().await, 400);
    }
    let tokens = login(&api).await;
    for body in ["{", "[]", "{}", r#"{"refresh_token":1}"#, r#"{"refresh_token":null}"#] {
        let reply = api.post("/refresh").bearer(&tokens.access).body(body).send().await;
        refresh_failure(&reply, 400);
    }
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn the_presented_pair_itself_is_prolonged() {
    let world = World::start().await;
    let api = with_operator(&world).await;
    let tokens = login(&api).await;
    world.advance(29 * MINUTE);
    exactly(&refresh(&api, &tokens.access, &tokens.refresh).await, 200, JSON, OK);
    world.advance(30 * MINUTE - SECOND);
    assert!(alive(&world, &tokens.access).await, "past its own exp");
    world.advance(SECOND);
    assert!(!alive(&world, &tokens.access).await, "half an hour after the refresh it is over");
}

#[tokio::test]
async fn a_token_that_was_never_refreshed_lives_half_an_hour() {
    let world = World::start().await;
    let api = with_operator(&world).await;
    let tokens = login(&api).await;
    world.advance(30 * MINUTE - SECOND);
    assert!(alive(&world, &tokens.access).await);
    world.advance(SECOND);
    let reply = world.verify("cbs", &[("Authorization", &format!("Bearer {}", tokens.access))]).await;
    refresh_failure(&reply, 401);
}

#[tokio::test]
async fn a_just_expired_access_token_is_accepted_at_refresh_only() {
    let world = World::start().await;
    let api = with_operator(&world).await;
    let tokens = login(&api).await;
    world.advance(31 * MINUTE);
    assert!(!alive(&world, &tokens.access).await);
    exactly(&refresh(&api, &tokens.access, &tokens.refresh).await, 200, JSON, OK);
    assert!(alive(&world, &tokens.access).await, "the same token is good again");
    let other = login(&api).await;
    world.advance(31 * MINUTE);
    refresh_failure(&refresh(&api, &tokens.access, &other.refresh).await, 401);
    assert!(!alive(&world, &tokens.access).await && !alive(&world, &other.access).await);
}

#[tokio::test]
async fn the_two_kinds_are_not_interchangeable() {
    let world = World::start().await;
    let api = with_operator(&world).await;
    let tokens = login(&api).await;
    refresh_failure(&refresh(&api, &tokens.access, &tokens.access).await, 401);
    refresh_failure(&refresh(&api, &tokens.refresh, &tokens.refresh).await, 401);
    refresh_failure(&refresh(&api, &tokens.refresh, &tokens.access).await, 401);
    assert!(!alive(&world, &tokens.refresh).await);
    let mut forged = Jwt::read(&tokens.refresh);
    forged.claims = forged.claims.replace("testuser", "superuser");
    refresh_failure(&refresh(&api, &tokens.access, &forged.write()).await, 401);
}

#[tokio::test]
async fn nothing_lives_past_twelve_hours_from_the_login() {
    let world = World::start().await;
    let api = with_operator(&world).await;
    let tokens = login(&api).await;
    for _ in 0..35 {
        world.advance(20 * MINUTE);
        exactly(&refresh(&api, &tokens.access, &tokens.refresh).await, 200, JSON, OK);
    }
    world.advance(20 * MINUTE - SECOND);
    assert!(alive(&world, &tokens.access).await, "a second before twelve hours");
    exactly(&refresh(&api, &tokens.access, &tokens.refresh).await, 200, JSON, OK);
    world.advance(SECOND);
    assert!(!alive(&world, &tokens.access).await);
    refresh_failure(&refresh(&api, &tokens.access, &tokens.refresh).await, 401);
}

#[tokio::test]
async fn introspection_sees_the_prolonged_pair() {
    let world = World::start().await;
    let api = with_operator(&world).await;
    let tokens = login(&api).await;
    world.advance(25 * MINUTE);
    exactly(&refresh(&api, &tokens.access, &tokens.refresh).await, 200, JSON, OK);
    world.advance(25 * MINUTE);
    let reply = world.introspect("cbs", &tokens.access).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let body = reply.json();
    assert_eq!(body["active"], true, "{body}");
    assert_eq!(body["exp"], START + 55 * 60, "the expiry that counts: {body}");
    world.advance(5 * MINUTE);
    assert_eq!(world.introspect("cbs", &tokens.access).await.text(), r#"{"active":false}"#);
}

#[tokio::test]
async fn a_locked_or_deleted_operator_is_out_at_once() {
    let world = World::start().await;
    let api = with_operator(&world).await;
    let tokens = login(&api).await;
    world.lock("cbs", "testuser").await;
    assert!(!alive(&world, &tokens.access).await);
    refresh_failure(&refresh(&api, &tokens.access, &tokens.refresh).await, 401);
    world.unlock("cbs", "testuser").await;
    let tokens = login(&api).await;
    world.delete("cbs", "testuser").await;
    assert!(!alive(&world, &tokens.access).await);
    refresh_failure(&refresh(&api, &tokens.access, &tokens.refresh).await, 401);
    login_failure(&api.post("/login").body(LOGIN).send().await, 401);
}

#[tokio::test]
async fn accept_is_honoured() {
    let world = World::start().await;
    let api = with_operator(&world).await;
    for accept in [
        "application/json",
        "*/*",
        "application/*",
        "text/html, */*;q=0.1",
        "text/html,application/json;q=0.9",
    ] {
        login_body(&api.post("/login").header("Accept", accept).body(LOGIN).send().await, "");
    }
    login_body(&api.post("/login").body(LOGIN).send().await, "");
    let lines = api.post("/login").header("Accept", "text/html").header("Accept", "application/json");
    login_body(&lines.body(LOGIN).send().await, "");
    for accept in ["text/html", "application/xml", "text/*", "image/png, text/plain"] {
        let reply = api.post("/login").header("Accept", accept).body(LOGIN).send().await;
        login_failure(&reply, 406);
        let reply = api.post("/refresh").header("Accept", accept).body("{}").send().await;
        refresh_failure(&reply, 406);
    }
}

#[tokio::test]
async fn unknown_paths_wear_the_refresh_shape_and_there_is_no_cors() {
    let world = World::start().await;
    let api = api(&world);
    for path in ["/nowhere", "/", "/login/", "/register", "/logout"] {
        refresh_failure(&api.post(path).body("{}").send().await, 404);
    }
    refresh_failure(&world.api("cbs").get("/").send().await, 404);
    for (method, path) in [("GET", "/refresh"), ("PUT", "/refresh"), ("OPTIONS", "/refresh")] {
        let reply = api.request(method, path).header("Origin", "http://localhost:3000").send().await;
        refresh_failure(&reply, 405);
        assert!(reply.header("allow").is_some_and(|allow| allow.contains("POST")), "{reply:?}");
        assert!(
            reply.headers.iter().all(|(name, _)| !name.to_ascii_lowercase().starts_with("access-control"))
        );
    }
    let reply = api.post("/login").header("Origin", "http://localhost:3000").body("{}").send().await;
    assert!(reply.headers.iter().all(|(name, _)| !name.to_ascii_lowercase().starts_with("access-control")));
}
