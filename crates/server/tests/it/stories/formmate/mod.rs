//! Formmate: email, two HttpOnly cookies, silent refresh, and messages in the reason phrase.

mod register;
mod renewal;
mod sessions;

use crate::stories::expect::{JSON_UTF8, TEXT_UTF8, empty, keys, worded};
use crate::world::{DAY, HOUR, MINUTE, SECOND, START, World};
use doorward_testkit::http_actor::{Actor, Jwt, Reply};
use serde_json::{Value, json};

const EMAIL: &str = "someone@abcd.com";
const PASSWORD: &str = "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8";
const CLEARED: [&str; 2] = [
    "access_token=; path=/; expires=Thu, 01 Jan 1970 00:00:00 GMT; httponly",
    "refresh_token=; path=/; expires=Thu, 01 Jan 1970 00:00:00 GMT; httponly",
];

fn karen() -> Value {
    json!({
        "email": EMAIL, "name": "Karen", "password": PASSWORD, "birth": "040201", "sex": "3",
        "contact": "010-1234-5678", "address": "강원도 횡성군 둔내면 둔내로 76-1", "job": "학생"
    })
}

fn login_body() -> String {
    json!({"email": EMAIL, "password": PASSWORD}).to_string()
}

async fn register(api: &Actor, body: &Value) -> Reply {
    api.post("/auth/register").json(&body.to_string()).send().await
}

async fn registered(world: &World) -> (Actor, Reply) {
    let api = world.api("formmate");
    let reply = register(&api, &karen()).await;
    assert_eq!(reply.status, 201, "{reply:?}");
    (api, reply)
}

fn access(reply: &Reply) -> String {
    format!("access_token={}", reply.cookie("access_token"))
}

fn refresh(reply: &Reply) -> String {
    format!("refresh_token={}", reply.cookie("refresh_token"))
}

async fn logout(api: &Actor, cookie: &str) -> Reply {
    api.delete("/auth/logout").header("Cookie", cookie).send().await
}

#[track_caller]
fn refused(reply: &Reply, message: &str) {
    worded(reply, (401, message), TEXT_UTF8, message);
    assert_eq!(reply.set_cookies(), CLEARED, "{reply:?}");
}

#[track_caller]
fn user(id: &str, purpose: &str) -> String {
    format!(
        r#"{{"id":"{id}","email":"someone@abcd.com","name":"Karen","birth":"040201","sex":"3","contact":"010-1234-5678","address":"강원도 횡성군 둔내면 둔내로 76-1","job":"학생","purpose":"{purpose}","occupation":"Unspecified","sign":"Idk"}}"#
    )
}

/// The cookie lines of a sign-in at START, and their tokens' claims.
#[track_caller]
fn both_cookies(reply: &Reply, id: &str) {
    let (access, refresh) = (reply.cookie("access_token"), reply.cookie("refresh_token"));
    let lines = [
        format!("access_token={access}; path=/; expires=Mon, 05 Jan 2026 12:30:00 GMT; httponly"),
        format!("refresh_token={refresh}; path=/; expires=Mon, 19 Jan 2026 12:00:00 GMT; httponly"),
    ];
    assert_eq!(reply.set_cookies(), lines);
    for (token, life) in [(access, 1800), (refresh, 14 * 86_400)] {
        let jwt = Jwt::read(&token);
        assert!(jwt.header.contains(r#""alg":"HS256""#), "{}", jwt.header);
        let claims = format!(r#"{{"userId":"{id}","iat":{START},"exp":{}}}"#, START + life);
        assert_eq!(jwt.claims_before_jti(), claims);
    }
}

#[tokio::test]
async fn exists_answers_a_bare_boolean() {
    let world = World::start().await;
    let api = world.api("formmate");
    let free = api.get("/auth/exists/someone@abcd.com").send().await;
    worded(&free, (200, "OK"), JSON_UTF8, "false");
    registered(&world).await;
    for path in ["someone@abcd.com", "someone%40abcd.com", "SomeOne@ABCD.com", "someone%40abcd%2Ecom"] {
        let taken = api.get(&format!("/auth/exists/{path}")).send().await;
        worded(&taken, (200, "OK"), JSON_UTF8, "true");
    }
    for path in ["nobody@abcd.com", "not-an-address", "%20", "%ED%95%9C", "a%2Fb@c.d"] {
        let reply = api.get(&format!("/auth/exists/{path}")).send().await;
        worded(&reply, (200, "OK"), JSON_UTF8, "false");
    }
}

#[tokio::test]
async fn junk_cookies_never_break_exists() {
    let world = World::start().await;
    let api = world.api("formmate");
    let junk = [
        "access_token=garbage",
        "access_token=; refresh_token=",
        "=;;;=",
        "a",
        ";",
        "access_token=a.b.c; refresh_token=a.b.c",
        "refresh_token=eyJhbGciOiJub25lIn0.e30.",
        "refresh_token=\"quoted\"; x=%%%",
    ];
    for cookie in junk {
        let reply = api.get("/auth/exists/someone@abcd.com").header("Cookie", cookie).send().await;
        worded(&reply, (200, "OK"), JSON_UTF8, "false");
        assert!(reply.set_cookies().is_empty(), "{cookie}: {reply:?}");
    }
    let bytes =
        api.get("/auth/exists/someone@abcd.com").header_bytes("Cookie", b"access_token=\xff\xfe; b=\xc3");
    worded(&bytes.send().await, (200, "OK"), JSON_UTF8, "false");
}

#[tokio::test]
async fn head_answers_exists_without_its_body() {
    let world = World::start().await;
    let api = world.api("formmate");
    let reply = api.request("HEAD", "/auth/exists/someone@abcd.com").send().await;
    assert_eq!((reply.status, reply.reason.as_str()), (200, "OK"));
    assert_eq!(reply.header("content-type").as_deref(), Some(JSON_UTF8));
}

/// (instancePath, keyword, params) of each error object, after asking that nothing else is there.
#[track_caller]
fn errors(reply: &Reply) -> Vec<(String, String, Value)> {
    worded(reply, (400, "Invalid request body"), JSON_UTF8, &reply.text());
    assert!(!reply.text().contains("canary"), "a value is quoted: {reply:?}");
    let list = reply.json();
    let list = list.as_array().expect("a list of errors");
    assert!(!list.is_empty());
    let one = |error: &Value| {
        assert_eq!(keys(error), ["instancePath", "keyword", "message", "params"]);
        assert!(error["message"].as_str().is_some_and(|text| !text.is_empty()), "{error}");
        let text = |name: &str| error[name].as_str().expect("a text").to_owned();
        (text("instancePath"), text("keyword"), error["params"].clone())
    };
    list.iter().map(one).collect()
}

#[track_caller]
fn only(reply: &Reply, pointer: &str, keyword: &str, params: Value) {
    assert_eq!(errors(reply), [(pointer.to_owned(), keyword.to_owned(), params)]);
}

#[tokio::test]
async fn unknown_paths_and_methods_are_plain_text() {
    let world = World::start().await;
    let api = world.api("formmate");
    for path in
        ["/auth/nowhere", "/auth", "/", "/exists/a@b.cd", "/auth/exists", "/auth/exists/", "/auth/login/"]
    {
        let reply = api.get(path).send().await;
        worded(&reply, (404, "Not Found"), TEXT_UTF8, "Not Found");
    }
    let cases = [
        ("GET", "/auth/login", "POST"),
        ("POST", "/auth/logout", "DELETE"),
        ("HEAD", "/auth/register", "POST"),
    ];
    for (method, path, allowed) in cases {
        let reply = api.request(method, path).send().await;
        assert_eq!((reply.status, reply.reason.as_str()), (405, "Method Not Allowed"), "{method} {path}");
        assert_eq!(reply.header("content-type").as_deref(), Some(TEXT_UTF8));
        assert_eq!(reply.text(), if method == "HEAD" { "" } else { "Method Not Allowed" });
        let allow = reply.header("allow").expect("a 405 says what is allowed");
        assert!(allow.split(", ").any(|method| method == allowed), "{allow}");
    }
    let exists = api.post("/auth/exists/a@b.cd").send().await;
    let allow = exists.header("allow").expect("a 405 says what is allowed");
    assert!(allow.contains("GET") && allow.contains("HEAD"), "{allow}");
}

#[tokio::test]
async fn cors_echoes_an_allowed_origin_without_credentials() {
    let world = World::start().await;
    let api = world.api("formmate");
    for origin in ["http://localhost:3000", "http://127.0.0.1:5173"] {
        let pre = api.request("OPTIONS", "/auth/login").header("Origin", origin);
        let pre = pre.header("Access-Control-Request-Method", "POST");
        let pre = pre.header("Access-Control-Request-Headers", "content-type").send().await;
        assert_eq!(pre.status, 204, "{pre:?}");
        empty(&pre, 204, "No Content");
        let methods = pre.header("access-control-allow-methods");
        assert_eq!(methods.as_deref(), Some("GET,HEAD,PUT,POST,DELETE,PATCH"));
        let good = api.get("/auth/exists/a@b.cd").header("Origin", origin).send().await;
        let bad = api.post("/auth/login").header("Origin", origin).json("{").send().await;
        let lost = api.get("/nowhere").header("Origin", origin).send().await;
        for reply in [pre, good, bad, lost] {
            assert_eq!(reply.header("access-control-allow-origin").as_deref(), Some(origin), "{reply:?}");
            assert_eq!(reply.header("access-control-allow-credentials"), None);
            assert!(reply.header("vary").is_some_and(|vary| vary.contains("Origin")), "{reply:?}");
        }
    }
    let foreign = api.get("/auth/exists/a@b.cd").header("Origin", "https://evil.example").send().await;
    assert_eq!(foreign.status, 200);
    assert_eq!(foreign.header("access-control-allow-origin"), None);
    assert!(foreign.header("vary").is_some_and(|vary| vary.contains("Origin")), "{foreign:?}");
}
