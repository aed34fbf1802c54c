//! Haenaem: authId and email, a token in the body, mailed codes, `{data, error}` around everything.

mod codes;
mod reset;
mod wire;

use crate::stories::expect::{JSON, exactly};
use crate::world::{DAY, HOUR, MINUTE, Mail, SECOND, START, World};
use doorward_testkit::http_actor::{Actor, Jwt, Reply};
use serde_json::{Value, json};

const EMAIL: &str = "hyeonj1998@naver.com";
const SIGN_UP: &str =
    r#"{"authId":"phj123","password":"password","name":"parkh","email":"hyeonj1998@naver.com"}"#;
const SIGN_IN: &str = r#"{"authId":"phj123","password":"password"}"#;

const TAKEN: &str = "이미 존재 하는 값";
const UNKNOWN: &str = "존재 하지 않는 아이디";
const WRONG: &str = "비밀번호 불일치";
const DENIED: &str = "올바르지 않은 접근 권한";
const EXPIRED: &str = "토큰 인증 기간 만료";

fn api(world: &World) -> Actor {
    world.api("haenaem").under("/haenaem/api/auth")
}

async fn post(api: &Actor, path: &str, body: &Value) -> Reply {
    api.post(path).json(&body.to_string()).send().await
}

async fn signed_up(world: &World) -> Actor {
    let api = api(world);
    let reply = api.post("/sign-up").json(SIGN_UP).send().await;
    data(&reply, r#"{"id":1,"name":"parkh"}"#);
    api
}

async fn token(api: &Actor) -> String {
    let reply = api.post("/sign-in").json(SIGN_IN).send().await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.json()["data"]["token"].as_str().expect("a token").to_owned()
}

#[track_caller]
fn data(reply: &Reply, data: &str) {
    exactly(reply, 200, JSON, &format!(r#"{{"data":{data},"error":null}}"#));
}

#[track_caller]
fn refused(reply: &Reply, status: u16, error: &str) {
    exactly(reply, status, JSON, &format!(r#"{{"data":null,"error":"{error}"}}"#));
}

#[track_caller]
fn violated(reply: &Reply, list: &[(&str, &str)]) {
    let list: Vec<_> =
        list.iter().map(|(field, text)| format!(r#"{{"field":"{field}","message":"{text}"}}"#)).collect();
    exactly(reply, 400, JSON, &format!(r#"{{"data":null,"error":[{}]}}"#, list.join(",")));
}

async fn send_code(world: &World, api: &Actor, kind: &str, auth_id: &str, email: &str) -> String {
    let before = world.mails(email, 0).await.len();
    let reply = post(api, "/send/auth-key", &json!({"authId": auth_id, "email": email, "type": kind})).await;
    data(&reply, r#"{"state":true}"#);
    code_of(world.mails(email, before + 1).await.last().expect("a mail"))
}

fn code_of(mail: &Mail) -> String {
    mail.text.rsplit(' ').next().expect("the code is last").trim().to_owned()
}

async fn check(api: &Actor, kind: &str, auth_id: &str, email: &str, code: &str) -> bool {
    let body = json!({"authId": auth_id, "email": email, "authCode": code, "type": kind});
    let reply = post(api, "/check/auth-code", &body).await;
    let usable = reply.json()["data"]["usable"].as_bool().expect("usable is true or false");
    data(&reply, &format!(r#"{{"usable":{usable}}}"#));
    assert_eq!(reply.header("cache-control").as_deref(), Some("no-store"));
    usable
}

#[tokio::test]
async fn signing_up_answers_number_and_name_and_needs_no_code() {
    let world = World::start().await;
    let api = signed_up(&world).await;
    let body = json!({"authId": "second", "password": "pw", "name": "둘째", "email": "second@naver.com"});
    data(&post(&api, "/sign-up", &body).await, r#"{"id":2,"name":"둘째"}"#);
}

#[tokio::test]
async fn a_taken_id_or_address_is_one_error() {
    let world = World::start().await;
    let api = signed_up(&world).await;
    for (auth_id, email) in
        [("phj123", "other@naver.com"), ("other", EMAIL), ("other", "HYEONJ1998@Naver.com")]
    {
        let body = json!({"authId": auth_id, "password": "pw", "name": "n", "email": email});
        refused(&post(&api, "/sign-up", &body).await, 400, TAKEN);
    }
    let body = json!({"authId": "PHJ123", "password": "pw", "name": "n", "email": "third@naver.com"});
    data(&post(&api, "/sign-up", &body).await, r#"{"id":2,"name":"n"}"#);
}

#[tokio::test]
async fn signing_in_answers_the_token_in_the_body() {
    let world = World::start().await;
    let api = signed_up(&world).await;
    let reply = api.post("/sign-in").json(SIGN_IN).send().await;
    let token = reply.json()["data"]["token"].as_str().expect("a token").to_owned();
    data(&reply, &format!(r#"{{"id":1,"name":"parkh","authId":"phj123","token":"{token}"}}"#));
    let jwt = Jwt::read(&token);
    assert_eq!(jwt.header, r#"{"alg":"HS512"}"#);
    let claims = format!(r#"{{"iat":{START},"sub":"phj123","exp":{}}}"#, START + 86_400);
    assert_eq!(jwt.claims_before_jti(), claims);
    assert!(reply.set_cookies().is_empty());
    let again = api.post("/sign-in").json(SIGN_IN).send().await.json();
    assert_ne!(again["data"]["token"], token.as_str(), "two sign-ins in one second differ");
}

#[tokio::test]
async fn an_unknown_id_comes_before_a_wrong_password() {
    let world = World::start().await;
    let api = signed_up(&world).await;
    for auth_id in ["nobody", "PHJ123", EMAIL] {
        refused(
            &post(&api, "/sign-in", &json!({"authId": auth_id, "password": "password"})).await,
            400,
            UNKNOWN,
        );
    }
    let wrong = post(&api, "/sign-in", &json!({"authId": "phj123", "password": "wrong"})).await;
    refused(&wrong, 400, WRONG);
    world.lock("haenaem", "phj123").await;
    let locked = api.post("/sign-in").json(SIGN_IN).send().await;
    assert_eq!(locked.comparable(), wrong.comparable());
}

#[tokio::test]
async fn a_token_lives_for_one_day() {
    let world = World::start().await;
    let api = signed_up(&world).await;
    let bearer = format!("Bearer {}", token(&api).await);
    world.advance(DAY - SECOND);
    assert_eq!(world.verify("haenaem", &[("Authorization", &bearer)]).await.status, 204);
    world.advance(SECOND);
    refused(&world.verify("haenaem", &[("Authorization", &bearer)]).await, 401, EXPIRED);
    let withdrawal = api.post("/withdrawal").header("Authorization", &bearer).json(SIGN_IN).send().await;
    refused(&withdrawal, 401, EXPIRED);
}

#[tokio::test]
async fn withdrawal_asks_id_then_password() {
    let world = World::start().await;
    let api = signed_up(&world).await;
    refused(
        &post(&api, "/withdrawal", &json!({"authId": "nobody", "password": "password"})).await,
        400,
        UNKNOWN,
    );
    refused(&post(&api, "/withdrawal", &json!({"authId": "phj123", "password": "wrong"})).await, 400, WRONG);
    world.lock("haenaem", "phj123").await;
    refused(&api.post("/withdrawal").json(SIGN_IN).send().await, 400, WRONG);
    world.unlock("haenaem", "phj123").await;
    data(&api.post("/withdrawal").json(SIGN_IN).send().await, r#"{"status":true}"#);
}

#[tokio::test]
async fn withdrawal_frees_id_and_address_and_ends_every_session() {
    let world = World::start().await;
    let api = signed_up(&world).await;
    let bearer = format!("Bearer {}", token(&api).await);
    data(&api.post("/withdrawal").json(SIGN_IN).send().await, r#"{"status":true}"#);
    refused(&api.post("/sign-in").json(SIGN_IN).send().await, 400, UNKNOWN);
    assert_eq!(world.verify("haenaem", &[("Authorization", &bearer)]).await.status, 401);
    data(&api.get("/check/auth-id/phj123").send().await, r#"{"usable":true}"#);
    data(&api.get(&format!("/check/email/{EMAIL}")).send().await, r#"{"usable":true}"#);
    let again = api.post("/sign-up").json(SIGN_UP).send().await;
    data(&again, r#"{"id":2,"name":"parkh"}"#);
    assert_eq!(
        world.verify("haenaem", &[("Authorization", &bearer)]).await.status,
        401,
        "not the new user's"
    );
}

#[tokio::test]
async fn a_bearer_at_withdrawal_must_be_the_same_users() {
    let world = World::start().await;
    let api = signed_up(&world).await;
    let body = json!({"authId": "other", "password": "pw", "name": "n", "email": "other@naver.com"});
    post(&api, "/sign-up", &body).await;
    let mine = token(&api).await;
    let other = json!({"authId": "other", "password": "pw"}).to_string();
    refused(&api.post("/withdrawal").bearer(&mine).json(&other).send().await, 400, DENIED);
    refused(&api.post("/withdrawal").bearer("junk").json(&other).send().await, 401, DENIED);
    data(&api.get("/check/auth-id/other").send().await, r#"{"usable":false}"#);
    data(&api.post("/withdrawal").bearer(&mine).json(SIGN_IN).send().await, r#"{"status":true}"#);
}

#[tokio::test]
async fn checks_tell_what_is_usable() {
    let world = World::start().await;
    let api = signed_up(&world).await;
    let cases = [
        ("/check/auth-id/phj123", false),
        ("/check/auth-id/PHJ123", true),
        ("/check/auth-id/parkh", true),
        ("/check/auth-id/%ED%95%9C%EA%B8%80", true),
        ("/check/email/hyeonj1998@naver.com", false),
        ("/check/email/hyeonj1998%40naver.com", false),
        ("/check/email/HyeonJ1998@NAVER.com", false),
        ("/check/email/free@naver.com", true),
    ];
    for (path, usable) in cases {
        let reply = api.get(path).send().await;
        data(&reply, &format!(r#"{{"usable":{usable}}}"#));
        let head = api.request("HEAD", path).send().await;
        assert_eq!(head.status, 200, "{path}");
    }
}

async fn data_is_signed_in(api: &Actor) {
    assert_eq!(api.post("/sign-in").json(SIGN_IN).send().await.status, 200, "the password is as before");
}
