//! Cakes: username, one HttpOnly cookie that slides, 500 for every failed registration.

use super::expect::{JSON_UTF8, empty, exactly, keys};
use crate::world::{DAY, HOUR, SECOND, START, World};
use doorward_testkit::http_actor::{Actor, Jwt, Reply};

const DYYJKD: &str = r#"{"username":"dyyjkd","password":"secret pass","realname":"양용진","unit":"공군 15비 보급대대 운영통제","pro":true}"#;
const LOGIN: &str = r#"{"username":"dyyjkd","password":"secret pass"}"#;
const AXIOS: &str = "application/json;charset=UTF-8";
const CLEARED: &str = "access_token=; Max-Age=0; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly";

async fn registered(world: &World) -> (Actor, Reply) {
    let api = world.api("cakes");
    let reply = api.post("/register").header("Content-Type", AXIOS).body(DYYJKD).send().await;
    assert_eq!(reply.status, 201, "{reply:?}");
    (api, reply)
}

async fn logged_in(world: &World, api: &Actor) -> String {
    let reply = api.post("/login").json(LOGIN).send().await;
    assert_eq!(reply.status, 201, "{reply:?} in {}", world.addr());
    reply.cookie("access_token")
}

#[track_caller]
fn short_error(reply: &Reply, status: u16) -> String {
    assert_eq!(reply.status, status, "{reply:?}");
    assert_eq!(reply.header("content-type").as_deref(), Some(JSON_UTF8));
    let body = reply.json();
    assert_eq!(keys(&body), ["error"], "{reply:?}");
    let error = body["error"].as_str().expect("error is a text");
    assert!(!error.is_empty() && error.len() < 120, "short: {error}");
    assert!(reply.set_cookies().is_empty(), "{reply:?}");
    error.to_owned()
}

#[tokio::test]
async fn registering_signs_in_with_a_cookie_that_carries_the_profile() {
    let world = World::start().await;
    let (_, reply) = registered(&world).await;
    exactly(&reply, 201, JSON_UTF8, r#"{"message":"Auth Successfully Created"}"#);
    let token = reply.cookie("access_token");
    let line = format!(
        "access_token={token}; Max-Age=604800; Path=/; Expires=Mon, 12 Jan 2026 12:00:00 GMT; HttpOnly"
    );
    assert_eq!(reply.set_cookies(), [line]);
    let jwt = Jwt::read(&token);
    assert!(jwt.header.contains(r#""alg":"HS256""#), "{}", jwt.header);
    let id = jwt.claim("_id").as_str().expect("_id is a text").to_owned();
    assert!(id.len() == 24 && id.bytes().all(|b| b.is_ascii_hexdigit() && !b.is_ascii_uppercase()), "{id}");
    let claims = format!(
        r#"{{"_id":"{id}","username":"dyyjkd","realname":"양용진","unit":"공군 15비 보급대대 운영통제","pro":true,"iat":{START},"exp":{}}}"#,
        START + 604_800
    );
    assert_eq!(jwt.claims_before_jti(), claims);
    assert_eq!(world.verify("cakes", &[("Cookie", &format!("access_token={token}"))]).await.status, 204);
}

#[tokio::test]
async fn every_failed_registration_is_a_500_with_a_short_error_and_no_fault() {
    let world = World::start().await;
    let (api, _) = registered(&world).await;
    short_error(&api.post("/register").json(DYYJKD).send().await, 500);
    for field in ["username", "password", "realname", "unit", "pro"] {
        let other = DYYJKD.replace("dyyjkd", "other");
        let mut body: serde_json::Value = serde_json::from_str(&other).expect("a sample body");
        body.as_object_mut().expect("an object").shift_remove(field);
        short_error(&api.post("/register").json(&body.to_string()).send().await, 500);
        body[field] = serde_json::json!({"canary-4711": "canary-4711"});
        let error = short_error(&api.post("/register").json(&body.to_string()).send().await, 500);
        assert!(!error.contains("canary"), "{error}");
        body[field] = serde_json::Value::Null;
        short_error(&api.post("/register").json(&body.to_string()).send().await, 500);
    }
    short_error(&api.post("/register").json("{}").send().await, 500);
    short_error(&api.post("/register").json(&DYYJKD.replace("secret pass", "")).send().await, 500);
    for (name, error) in [
        ("", "must NOT have fewer than 1 characters"),
        (" ", "must match format \"username\""),
        (&"u".repeat(255), "must NOT have more than 254 characters"),
    ] {
        let reply = api.post("/register").json(&DYYJKD.replace("dyyjkd", name)).send().await;
        assert_eq!(short_error(&reply, 500), error);
    }
    assert_eq!(world.faults().await, 0.0);
    let reply = api.post("/login").json(r#"{"username":"other","password":"secret pass"}"#).send().await;
    assert_eq!(reply.status, 401, "nothing was stored");
}

#[tokio::test]
async fn a_registration_whose_cookie_no_browser_keeps_is_refused() {
    let world = World::start().await;
    let api = world.api("cakes");
    let register = |name: &str, length: usize| {
        let unit = "u".repeat(length);
        let body = serde_json::json!({"username": name, "password": "p", "realname": "r", "unit": unit, "pro": true});
        api.post("/register").json(&body.to_string())
    };
    let probe = register("probe-0", 900).send().await;
    let line = probe.set_cookies().remove(0).len();
    // Three bytes of claims are four characters of base64url.
    let room = (4096 - line) / 4 * 3;
    let fits = register("probe-1", 900 + room).send().await;
    exactly(&fits, 201, JSON_UTF8, r#"{"message":"Auth Successfully Created"}"#);
    let longest = fits.set_cookies().remove(0).len();
    assert!((4090..=4096).contains(&longest), "{longest}");
    short_error(&register("probe-2", 900 + room + 9).send().await, 500);
    short_error(&register("probe-3", 50_000).send().await, 500);
    let login = api.post("/login").json(r#"{"username":"probe-2","password":"p"}"#).send().await;
    exactly(&login, 401, JSON_UTF8, r#"{"message":"Auth failed"}"#);
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn login_answers_201_in_the_documents_spelling_and_sets_the_cookie() {
    let world = World::start().await;
    let (api, first) = registered(&world).await;
    let reply = api.post("/login").header("Content-Type", AXIOS).body(LOGIN).send().await;
    exactly(&reply, 201, JSON_UTF8, r#"{"message":"Auth succesful"}"#);
    let token = reply.cookie("access_token");
    let line = format!(
        "access_token={token}; Max-Age=604800; Path=/; Expires=Mon, 12 Jan 2026 12:00:00 GMT; HttpOnly"
    );
    assert_eq!(reply.set_cookies(), [line]);
    let (a, b) = (Jwt::read(&first.cookie("access_token")), Jwt::read(&token));
    assert_eq!(a.claims_before_jti(), b.claims_before_jti());
    assert_ne!(a.claim("jti"), b.claim("jti"), "two sign-ins in one second differ");
}

#[tokio::test]
async fn failed_logins_are_one_and_the_same_401_without_a_cookie() {
    let world = World::start().await;
    let (api, _) = registered(&world).await;
    let other = DYYJKD.replace("dyyjkd", "locked");
    assert_eq!(api.post("/register").json(&other).send().await.status, 201);
    world.lock("cakes", "locked").await;
    let bodies = [
        r#"{"username":"dyyjkd","password":"wrong"}"#,
        r#"{"username":"nobody","password":"secret pass"}"#,
        r#"{"username":"locked","password":"secret pass"}"#,
        r#"{"username":"dyyjkd"}"#,
        r#"{"username":"dyyjkd","password":""}"#,
        r#"{"username":"dyyjkd","password":null}"#,
        r#"{"password":"secret pass"}"#,
        r#"{"username":"Dyyjkd","password":"secret pass"}"#,
        "{}",
    ];
    let mut replies = Vec::new();
    for body in bodies {
        let reply = api.post("/login").json(body).send().await;
        exactly(&reply, 401, JSON_UTF8, r#"{"message":"Auth failed"}"#);
        assert!(reply.set_cookies().is_empty());
        replies.push(reply.comparable());
    }
    assert!(replies.windows(2).all(|two| two[0] == two[1]), "{replies:?}");
    world.unlock("cakes", "locked").await;
    let login = api.post("/login").json(&LOGIN.replace("dyyjkd", "locked")).send().await;
    assert_eq!(login.status, 201);
}

#[tokio::test]
async fn unknown_wrong_and_locked_cost_exactly_one_hash_each() {
    let world = World::start().await;
    let (api, _) = registered(&world).await;
    let other = DYYJKD.replace("dyyjkd", "locked");
    assert_eq!(api.post("/register").json(&other).send().await.status, 201);
    world.lock("cakes", "locked").await;
    for (name, password) in
        [("dyyjkd", "wrong"), ("nobody", "secret pass"), ("locked", "secret pass"), ("locked", "x")]
    {
        let before = world.metric("password_hash_total").await;
        let body = serde_json::json!({"username": name, "password": password}).to_string();
        assert_eq!(api.post("/login").json(&body).send().await.status, 401);
        assert_eq!(world.metric("password_hash_total").await - before, 1.0, "{name}");
    }
}

#[tokio::test]
async fn logout_ends_the_session_on_the_server_and_expires_the_cookie() {
    let world = World::start().await;
    let (api, _) = registered(&world).await;
    for (content_type, body) in
        [(Some("application/json"), "{}"), (None, ""), (Some("application/json"), "{nonsense")]
    {
        let (out, stays) = (logged_in(&world, &api).await, logged_in(&world, &api).await);
        let cookie = format!("access_token={out}");
        let mut request = api.post("/logout").header("Cookie", &cookie);
        if let Some(content_type) = content_type {
            request = request.header("Content-Type", content_type).body(body);
        }
        let reply = request.send().await;
        empty(&reply, 204, "No Content");
        assert_eq!(reply.set_cookies(), [CLEARED]);
        let again = api.post("/logout").header("Cookie", &cookie).json("{}").send().await;
        exactly(&again, 401, JSON_UTF8, r#"{"message":"Auth Failed"}"#);
        exactly(
            &world.verify("cakes", &[("Cookie", &cookie)]).await,
            401,
            JSON_UTF8,
            r#"{"message":"Auth Failed"}"#,
        );
        let other = world.verify("cakes", &[("Cookie", &format!("access_token={stays}"))]).await;
        assert_eq!(other.status, 204, "only the presented session ended");
    }
}

#[tokio::test]
async fn logout_without_a_live_cookie_is_401() {
    let world = World::start().await;
    let (api, _) = registered(&world).await;
    let token = logged_in(&world, &api).await;
    let mut forged = Jwt::read(&token);
    forged.claims = forged.claims.replace("dyyjkd", "admin!");
    for cookie in
        [None, Some(String::new()), Some("junk".to_owned()), Some(forged.write()), Some(format!("{token}x"))]
    {
        let mut request = api.post("/logout").json("{}");
        if let Some(cookie) = &cookie {
            request = request.cookies(&[("access_token", cookie)]);
        }
        exactly(&request.send().await, 401, JSON_UTF8, r#"{"message":"Auth Failed"}"#);
    }
    world.advance(7 * DAY);
    let late = api.post("/logout").cookies(&[("access_token", &token)]).json("{}").send().await;
    exactly(&late, 401, JSON_UTF8, r#"{"message":"Auth Failed"}"#);
}

#[tokio::test]
async fn the_cookie_slides_once_less_than_half_of_its_life_is_left() {
    let world = World::start().await;
    let (_, reply) = registered(&world).await;
    let first = format!("access_token={}", reply.cookie("access_token"));
    world.advance(3 * DAY + 12 * HOUR - SECOND);
    let early = world.verify("cakes", &[("Cookie", &first)]).await;
    empty(&early, 204, "No Content");
    assert!(early.set_cookies().is_empty(), "more than half is left: {early:?}");
    world.advance(2 * SECOND);
    let due = world.verify("cakes", &[("Cookie", &first)]).await;
    empty(&due, 204, "No Content");
    let second = due.cookie("access_token");
    let line = format!(
        "access_token={second}; Max-Age=604800; Path=/; Expires=Fri, 16 Jan 2026 00:00:01 GMT; HttpOnly"
    );
    assert_eq!(due.set_cookies(), [line]);
    let jwt = Jwt::read(&second);
    assert_eq!(jwt.claim("iat"), START + 302_401);
    assert_eq!(jwt.claim("exp"), START + 302_401 + 604_800);
    assert_eq!(jwt.claim("username"), "dyyjkd");

    // Past the end of the first cookie the second still lives, and slides again.
    world.advance(4 * DAY);
    assert_eq!(world.verify("cakes", &[("Cookie", &first)]).await.status, 401);
    let again = world.verify("cakes", &[("Cookie", &format!("access_token={second}"))]).await;
    empty(&again, 204, "No Content");
    let third = again.cookie("access_token");
    world.advance(6 * DAY + 23 * HOUR);
    let cookie = format!("access_token={third}");
    assert_eq!(world.verify("cakes", &[("Cookie", &cookie)]).await.status, 204);
}

#[tokio::test]
async fn an_unused_cookie_ends_after_seven_days() {
    let world = World::start().await;
    let (_, reply) = registered(&world).await;
    let cookie = format!("access_token={}", reply.cookie("access_token"));
    world.advance(7 * DAY);
    let late = world.verify("cakes", &[("Cookie", &cookie)]).await;
    exactly(&late, 401, JSON_UTF8, r#"{"message":"Auth Failed"}"#);
    assert!(late.set_cookies().is_empty());
}

#[tokio::test]
async fn the_cookie_is_secure_when_served_over_https() {
    let world = World::behind_a_proxy().await;
    let request = world.api("cakes").post("/register").json(DYYJKD);
    let reply =
        request.header("X-Forwarded-Proto", "https").header("X-Forwarded-For", "203.0.113.9").send().await;
    assert_eq!(reply.status, 201, "{reply:?}");
    let line = reply.set_cookies().remove(0);
    assert!(line.ends_with("; HttpOnly; Secure"), "{line}");
    let plain = world.api("cakes").post("/login").json(LOGIN).send().await.set_cookies().remove(0);
    assert!(plain.ends_with("; HttpOnly"), "{plain}");
}

#[tokio::test]
async fn nobody_but_a_trusted_proxy_says_https() {
    let world = World::start().await;
    let request = world.api("cakes").post("/register").json(DYYJKD).header("X-Forwarded-Proto", "https");
    let line = request.send().await.set_cookies().remove(0);
    assert!(line.ends_with("; HttpOnly"), "{line}");
}

#[tokio::test]
async fn broken_json_and_unknown_paths_wear_the_error_object() {
    let world = World::start().await;
    let api = world.api("cakes");
    for path in ["/register", "/login"] {
        for body in ["{", "{\"username\":\"a\",}", "nonsense", "\u{0}"] {
            let reply = api.post(path).json(body).send().await;
            exactly(&reply, 400, JSON_UTF8, r#"{"error":{"message":"Bad Request"}}"#);
        }
    }
    let not_found = r#"{"error":{"message":"Not Found"}}"#;
    for path in ["/", "", "/nowhere", "/login/", "/Login", "/login/x", "//login", "/%6Cogin/../x"] {
        exactly(&api.post(path).json("{}").send().await, 404, JSON_UTF8, not_found);
    }
    for (method, path) in
        [("GET", "/login"), ("PUT", "/register"), ("DELETE", "/logout"), ("PATCH", "/login")]
    {
        exactly(&api.request(method, path).send().await, 404, JSON_UTF8, not_found);
    }
}

#[tokio::test]
async fn cors_is_open_and_every_options_is_200_with_an_empty_object() {
    let world = World::start().await;
    let (api, _) = registered(&world).await;
    for path in ["/login", "/register", "/logout", "/nowhere"] {
        for origin in [Some("http://anywhere.example"), None] {
            let mut request = api.request("OPTIONS", path);
            if let Some(origin) = origin {
                request = request.header("Origin", origin).header("Access-Control-Request-Method", "POST");
            }
            let reply = request.send().await;
            exactly(&reply, 200, JSON_UTF8, "{}");
            assert_eq!(reply.header("access-control-allow-origin").as_deref(), Some("*"), "{path}");
            let methods = reply.header("access-control-allow-methods");
            assert_eq!(methods.as_deref(), Some("PUT, POST, PATCH, DELETE, GET"));
            let headers = reply.header("access-control-allow-headers");
            assert_eq!(
                headers.as_deref(),
                Some("Origin, X-Requested-With, Content-Type, Accept, Authorization")
            );
            assert_eq!(reply.header("access-control-allow-credentials"), None);
        }
    }
    let good = api.post("/login").json(LOGIN).header("Origin", "http://anywhere.example").send().await;
    let bad = api.post("/login").json("{").header("Origin", "http://anywhere.example").send().await;
    let lost = api.get("/nowhere").send().await;
    for reply in [good, bad, lost] {
        assert_eq!(
            reply.header("access-control-allow-headers").as_deref(),
            Some("Origin, X-Requested-With, Content-Type, Accept, Authorization")
        );
        assert_eq!(reply.header("access-control-allow-methods"), None);
        assert_eq!(reply.header("access-control-allow-origin").as_deref(), Some("*"), "{reply:?}");
        assert_eq!(reply.header("access-control-allow-credentials"), None);
    }
}
