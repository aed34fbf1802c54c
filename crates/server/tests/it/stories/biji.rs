//! Biji: form bodies, `{code, message, data}`, the token in a reply header, sign-out everywhere.

use super::expect::{JSON, exactly};
use crate::world::{DAY, HOUR, SECOND, START, World};
use doorward_testkit::http_actor::{Actor, Jwt, Part, Reply};
use serde_json::json;

const USER: [(&str, &str); 2] = [("username", "Testuser"), ("password", "secret")];
const PARAM_ERROR: &str = "Request Form Data Param Error";

fn api(world: &World) -> Actor {
    world.api("biji").under("/biji/auth")
}

async fn registered(world: &World) -> Actor {
    let api = api(world);
    let reply = api.post("/register").form(&USER).send().await;
    success(&reply, r#"{"id":1,"username":"Testuser"}"#);
    api
}

/// Signs in and gives back the header as it came: old builds echo it verbatim.
async fn login(api: &Actor, expiration: Option<&str>) -> String {
    let mut pairs = USER.to_vec();
    pairs.extend(expiration.map(|seconds| ("expiration", seconds)));
    let reply = api.post("/login").form(&pairs).send().await;
    success(&reply, r#"{"id":1,"username":"Testuser"}"#);
    reply.header("authorization").expect("the token is in a header")
}

fn token(header: &str) -> Jwt {
    Jwt::read(header.strip_prefix("Bearer ").expect("the header starts with Bearer"))
}

async fn logout(api: &Actor, header: &str) -> Reply {
    api.post("/logout").header("Authorization", header).body("").send().await
}

#[track_caller]
fn success(reply: &Reply, data: &str) {
    exactly(reply, 200, JSON, &format!(r#"{{"code":200,"message":"Success","data":{data}}}"#));
}

#[track_caller]
fn refused(reply: &Reply, status: u16, message: &str) {
    let body = format!(r#"{{"code":{status},"message":"{message}","data":{{}}}}"#);
    exactly(reply, status, JSON, &body);
    assert_eq!(reply.header("authorization"), None);
}

#[tokio::test]
async fn registering_by_typed_parts_or_form_answers_id_and_name() {
    let world = World::start().await;
    let api = api(&world);
    let parts = [Part::text("username", "Testuser"), Part::text("password", "secret")];
    success(&api.post("/register").multipart(&parts).send().await, r#"{"id":1,"username":"Testuser"}"#);
    let form = [("username", "한글 & more"), ("password", "비밀")];
    success(&api.post("/register").form(&form).send().await, r#"{"id":2,"username":"한글 & more"}"#);
    let parts = [Part::text("password", "비밀"), Part::text("username", "用户=1")];
    success(&api.post("/register").multipart(&parts).send().await, r#"{"id":3,"username":"用户=1"}"#);
    let untyped = ["username", "password"].map(|name| Part { name, content_type: None, value: b"plain" });
    success(&api.post("/register").multipart(&untyped).send().await, r#"{"id":4,"username":"plain"}"#);
}

#[tokio::test]
async fn a_taken_name_is_401_and_names_compare_as_typed() {
    let world = World::start().await;
    let api = registered(&world).await;
    refused(&api.post("/register").form(&USER).send().await, 401, "User Existed");
    let other = [("username", "testuser"), ("password", "secret")];
    success(&api.post("/register").form(&other).send().await, r#"{"id":2,"username":"testuser"}"#);
}

#[tokio::test]
async fn a_missing_or_empty_field_is_a_param_error() {
    let world = World::start().await;
    let api = registered(&world).await;
    for path in ["/register", "/login"] {
        let bodies: [&[(&str, &str)]; 5] = [
            &[],
            &[("username", "canary")],
            &[("password", "canary")],
            &[("username", ""), ("password", "canary")],
            &[("username", "canary"), ("password", "")],
        ];
        for pairs in bodies {
            refused(&api.post(path).form(pairs).send().await, 400, PARAM_ERROR);
            let parts: Vec<_> = pairs.iter().map(|(name, value)| Part::text(name, value)).collect();
            refused(&api.post(path).multipart(&parts).send().await, 400, PARAM_ERROR);
        }
    }
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn a_body_that_is_no_form_is_a_param_error() {
    let world = World::start().await;
    let api = registered(&world).await;
    let json = json!({"username": "Testuser", "password": "secret"}).to_string();
    for path in ["/register", "/login"] {
        refused(&api.post(path).json(&json).send().await, 400, PARAM_ERROR);
        refused(&api.post(path).body("username=Testuser&password=secret").send().await, 400, PARAM_ERROR);
        refused(
            &api.post(path).header("Content-Type", "text/plain").body("x").send().await,
            400,
            PARAM_ERROR,
        );
        refused(&api.post(path).send().await, 400, PARAM_ERROR);
        let no_boundary = api.post(path).header("Content-Type", "multipart/form-data").body("--x\r\n");
        refused(&no_boundary.send().await, 400, PARAM_ERROR);
        let cut = api.post(path).header("Content-Type", "multipart/form-data; boundary=b");
        let cut = cut.body("--b\r\nContent-Disposition: form-data; name=\"username\"\r\n\r\nTest");
        refused(&cut.send().await, 400, PARAM_ERROR);
    }
}

#[tokio::test]
async fn logging_in_puts_the_token_into_the_authorization_header() {
    let world = World::start().await;
    let api = registered(&world).await;
    let parts = [Part::text("username", "Testuser"), Part::text("password", "secret")];
    let reply = api.post("/login").multipart(&parts).send().await;
    success(&reply, r#"{"id":1,"username":"Testuser"}"#);
    let header = reply.header("authorization").expect("the token is in a header");
    let jwt = token(&header);
    assert!(jwt.header.contains(r#""alg":"HS512""#), "{}", jwt.header);
    let claims = format!(r#"{{"uid":1,"iat":{START},"exp":{}}}"#, START + 86_400);
    assert_eq!(jwt.claims_before_jti(), claims);
    success(&logout(&api, &header).await, r#"{"count":1}"#);
}

#[tokio::test]
async fn two_logins_in_one_second_both_work_and_differ() {
    let world = World::start().await;
    let api = registered(&world).await;
    let (a, b) = (login(&api, None).await, login(&api, None).await);
    assert_ne!(a, b);
    for header in [&a, &b] {
        assert_eq!(world.verify("biji", &[("Authorization", header)]).await.status, 204);
    }
}

#[tokio::test]
async fn failed_logins_tell_the_unknown_user_from_the_wrong_password() {
    let world = World::start().await;
    let api = registered(&world).await;
    let unknown = api.post("/login").form(&[("username", "nobody"), ("password", "secret")]).send().await;
    refused(&unknown, 401, "User Not Found");
    let spelling = api.post("/login").form(&[("username", "testuser"), ("password", "secret")]).send().await;
    refused(&spelling, 401, "User Not Found");
    let wrong = api.post("/login").form(&[("username", "Testuser"), ("password", "wrong")]).send().await;
    refused(&wrong, 401, "Password Error");
    world.lock("biji", "Testuser").await;
    let locked = api.post("/login").form(&USER).send().await;
    assert_eq!(locked.comparable(), wrong.comparable());
}

#[tokio::test]
async fn the_caller_chooses_the_lifetime_up_to_sixty_days() {
    let world = World::start().await;
    let api = registered(&world).await;
    let cases = [
        (None, 86_400),
        (Some(""), 86_400),
        (Some("0"), 86_400),
        (Some("1"), 1),
        (Some("3600"), 3600),
        (Some("2592000"), 2_592_000),
        (Some("5184000"), 5_184_000),
        (Some("5184001"), 5_184_000),
        (Some("999999999999"), 5_184_000),
        (Some("99999999999999999999999999"), 5_184_000),
    ];
    for (asked, lives) in cases {
        let jwt = token(&login(&api, asked).await);
        assert_eq!(jwt.claim("exp"), START + lives, "{asked:?}");
        let parts = [
            Part::text("username", "Testuser"),
            Part::text("password", "secret"),
            Part::text("expiration", asked.unwrap_or("")),
        ];
        let reply = api.post("/login").multipart(&parts).send().await;
        let header = reply.header("authorization").unwrap_or_else(|| panic!("{asked:?}: {reply:?}"));
        assert_eq!(token(&header).claim("exp"), START + lives, "{asked:?}");
    }
    for asked in ["canary", "-1", "1.5", "12s", "0x10", "NaN", "٣"] {
        let mut pairs = USER.to_vec();
        pairs.push(("expiration", asked));
        refused(&api.post("/login").form(&pairs).send().await, 400, PARAM_ERROR);
    }
}

#[tokio::test]
async fn a_token_lives_exactly_as_long_as_was_asked() {
    let world = World::start().await;
    let api = registered(&world).await;
    let (short, long) = (login(&api, Some("3600")).await, login(&api, Some("5184000")).await);
    world.advance(HOUR - SECOND);
    assert_eq!(world.verify("biji", &[("Authorization", &short)]).await.status, 204);
    world.advance(SECOND);
    refused(&world.verify("biji", &[("Authorization", &short)]).await, 401, "Token Expired");
    world.advance(60 * DAY - HOUR - SECOND);
    assert_eq!(world.verify("biji", &[("Authorization", &long)]).await.status, 204);
    world.advance(SECOND);
    refused(&world.verify("biji", &[("Authorization", &long)]).await, 401, "Token Expired");
    refused(&logout(&api, &long).await, 401, "Token Expired");
}

#[tokio::test]
async fn logging_out_ends_every_session_and_counts_them() {
    let world = World::start().await;
    let api = registered(&world).await;
    let other = [("username", "Other"), ("password", "secret")];
    api.post("/register").form(&other).send().await;
    let theirs = api.post("/login").form(&other).send().await.header("authorization").expect("a token");
    login(&api, Some("60")).await;
    world.advance(60 * SECOND);
    let headers = [login(&api, None).await, login(&api, None).await, login(&api, None).await];
    success(&logout(&api, &headers[1]).await, r#"{"count":3}"#);
    for header in &headers {
        refused(&logout(&api, header).await, 401, "Unauthorized");
        refused(&world.verify("biji", &[("Authorization", header)]).await, 401, "Unauthorized");
    }
    assert_eq!(world.verify("biji", &[("Authorization", &theirs)]).await.status, 204, "others stay");
    let again = login(&api, None).await;
    success(&logout(&api, &again).await, r#"{"count":1}"#);
}

#[tokio::test]
async fn what_is_wrong_with_a_token_is_told() {
    let world = World::start().await;
    let api = registered(&world).await;
    let header = login(&api, None).await;
    refused(&api.post("/logout").body("").send().await, 401, "Unauthorized");
    refused(&api.post("/logout").send().await, 401, "Unauthorized");
    for bad in ["Bearer junk", "Bearer a.b.c", "Bearer eyJhbGciOiJub25lIn0.eyJ1aWQiOjF9."] {
        refused(&logout(&api, bad).await, 401, "Token Bad Signature");
    }
    let mut forged = token(&header);
    forged.claims = forged.claims.replace("\"uid\":1", "\"uid\":2");
    refused(&logout(&api, &format!("Bearer {}", forged.write())).await, 401, "Token Bad Signature");
    let mut unsigned = token(&header);
    unsigned.signature = String::new();
    refused(&logout(&api, &format!("Bearer {}", unsigned.write())).await, 401, "Token Bad Signature");
    success(&logout(&api, &header).await, r#"{"count":1}"#);
}

#[tokio::test]
async fn a_token_of_another_api_is_a_bad_signature() {
    let world = World::start().await;
    let api = registered(&world).await;
    let haenaem = world.api("haenaem").under("/haenaem/api/auth");
    let body = json!({"authId": "Testuser", "password": "secret", "name": "n", "email": "a@b.cd"});
    haenaem.post("/sign-up").json(&body.to_string()).send().await;
    let reply = haenaem.post("/sign-in").json(&body.to_string()).send().await;
    let foreign = reply.json()["data"]["token"].as_str().expect("a token").to_owned();
    refused(&logout(&api, &format!("Bearer {foreign}")).await, 401, "Token Bad Signature");
}

#[tokio::test]
async fn the_scheme_word_is_caseless() {
    let world = World::start().await;
    let api = registered(&world).await;
    let header = login(&api, None).await.replace("Bearer", "bearer");
    success(&logout(&api, &header).await, r#"{"count":1}"#);
}

#[tokio::test]
async fn a_locked_users_sessions_are_over() {
    let world = World::start().await;
    let api = registered(&world).await;
    let header = login(&api, None).await;
    world.lock("biji", "Testuser").await;
    refused(&world.verify("biji", &[("Authorization", &header)]).await, 401, "Unauthorized");
}

#[tokio::test]
async fn unknown_paths_and_methods_wear_the_envelope() {
    let world = World::start().await;
    let api = api(&world);
    for path in ["/nowhere", "/", "/login/", "/Login"] {
        refused(&api.post(path).form(&USER).send().await, 404, "Not Found");
    }
    let method = api.get("/login").send().await;
    refused(&method, 405, "Method Not Allowed");
    assert_eq!(method.header("allow").map(|allow| allow.contains("POST")), Some(true));
}

#[tokio::test]
async fn cors_is_open_and_exposes_the_token() {
    let world = World::start().await;
    let api = registered(&world).await;
    let origin = "https://anywhere.example";
    let good = api.post("/login").header("Origin", origin).form(&USER).send().await;
    let bad = api.post("/login").header("Origin", origin).form(&[]).send().await;
    let lost = api.post("/nowhere").header("Origin", origin).send().await;
    for reply in [good, bad, lost] {
        assert_eq!(reply.header("access-control-allow-origin").as_deref(), Some("*"), "{reply:?}");
        assert_eq!(reply.header("access-control-expose-headers").as_deref(), Some("Authorization"));
        assert_eq!(reply.header("access-control-allow-credentials"), None);
    }
    let pre = api.request("OPTIONS", "/login").header("Origin", origin);
    let pre = pre.header("Access-Control-Request-Method", "POST");
    let pre = pre.header("Access-Control-Request-Headers", "authorization").send().await;
    assert!((200..300).contains(&pre.status), "{pre:?}");
    assert_eq!(pre.header("access-control-allow-origin").as_deref(), Some("*"));
    assert_eq!(pre.header("access-control-allow-headers").as_deref(), Some("authorization"));
}
