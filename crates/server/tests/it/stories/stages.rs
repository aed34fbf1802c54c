//! What takes several requests: a code is exchanged for a stage token, and the next action goes on with it once.

use crate::world::World;
use doorward_testkit::http_actor::{Actor, Reply};
use serde_json::{Value, json};
use std::time::Duration;

const CONTRACT: &str = include_str!("stages.yaml");
const EMAIL: &str = "ann@example.org";
const OLD: &str = "correct horse";
const NEW: &str = "battery staple";

async fn post(actor: &Actor, path: &str, body: Value) -> Reply {
    actor.post(path).json(&body.to_string()).send().await
}

fn told(reply: &Reply) -> (u16, Value) {
    (reply.status, reply.json())
}

fn text(reply: &Reply, name: &str) -> String {
    reply.json()[name].as_str().unwrap_or_else(|| panic!("{name} in {}", reply.text())).to_owned()
}

/// A world with Ann, signed up.
async fn world() -> (World, Actor) {
    let world = World::serving(CONTRACT).await;
    let actor = world.actor();
    let ann = post(&actor, "/register", json!({"email": EMAIL, "password": OLD})).await;
    assert_eq!(ann.status, 201, "{}", ann.text());
    (world, actor)
}

/// The code in the newest of so many mails.
async fn mailed(world: &World, to: &str, mails: usize) -> String {
    let mails = world.mails(to, mails).await;
    let text = &mails.last().expect("a mail").text;
    let digits = |word: &&str| word.len() == 6 && word.bytes().all(|byte| byte.is_ascii_digit());
    text.split(|c: char| !c.is_ascii_alphanumeric()).find(digits).expect("a code").to_owned()
}

/// A code is asked for, mailed as the given mail, and exchanged.
async fn reset_token(world: &World, actor: &Actor, mail: usize) -> String {
    assert_eq!(post(actor, "/forgot", json!({"email": EMAIL})).await.status, 204);
    let code = mailed(world, EMAIL, mail).await;
    let exchanged = post(actor, "/exchange", json!({"email": EMAIL, "code": code})).await;
    assert_eq!((exchanged.status, &exchanged.json()["expires_in"]), (200, &json!(900)));
    let again = post(actor, "/exchange", json!({"email": EMAIL, "code": code})).await;
    assert_eq!(told(&again), (400, json!({"error": "used_code"})));
    text(&exchanged, "token")
}

async fn reset(actor: &Actor, token: &str, new: &str) -> (u16, Value) {
    told(&actor.post("/reset").bearer(token).json(&json!({"new": new}).to_string()).send().await)
}

fn error(error: &str) -> Value {
    json!({"error": error})
}

#[tokio::test]
async fn a_code_is_exchanged_for_a_token_that_sets_the_password_once() {
    let (world, actor) = world().await;
    let token = reset_token(&world, &actor, 1).await;
    assert_eq!(told(&post(&actor, "/reset", json!({"new": NEW})).await), (401, error("missing_token")));
    assert_eq!(reset(&actor, "no.such.token", NEW).await, (401, error("invalid_token")));
    let forged = format!("{}A", &token[..token.len() - 1]);
    assert_eq!(reset(&actor, &forged, NEW).await, (401, error("invalid_token")));
    assert_eq!(reset(&actor, &token, "short").await, (400, error("weak_password")), "and is not spent");
    assert_eq!(reset(&actor, &token, NEW).await, (200, json!({"email": EMAIL})));
    assert_eq!(reset(&actor, &token, OLD).await, (401, error("reused_token")));
    let login = async |password: &str| {
        post(&actor, "/login", json!({"email": EMAIL, "password": password})).await.status
    };
    assert_eq!((login(OLD).await, login(NEW).await), (401, 200));
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn a_token_of_another_purpose_is_told_apart_both_ways() {
    let (world, actor) = world().await;
    let token = reset_token(&world, &actor, 1).await;
    let signed_in = post(&actor, "/login", json!({"email": EMAIL, "password": OLD})).await;
    let wrong = (403, json!({"error": "wrong_purpose", "token": "reset"}));
    for name in ["access", "refresh"] {
        assert_eq!(reset(&actor, &text(&signed_in, name), NEW).await, wrong, "{name}");
    }
    world.must_change("face", EMAIL).await;
    let refused = post(&actor, "/login", json!({"email": EMAIL, "password": OLD})).await;
    assert_eq!(refused.status, 403);
    assert_eq!(reset(&actor, &text(&refused, "next"), NEW).await, wrong);
    for stage in [&token, &text(&refused, "next")] {
        let me = actor.get("/me").bearer(stage).send().await;
        assert_eq!(told(&me), (403, json!({"error": "wrong_purpose", "token": "access"})));
    }
    world.advance(Duration::from_secs(3600));
    assert_eq!(reset(&actor, &text(&signed_in, "access"), NEW).await, (401, error("expired_token")));
    let me = actor.get("/me").bearer(&token).send().await;
    assert_eq!(told(&me), (401, error("expired_token")));
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn a_stage_token_ends_with_its_time_with_a_newer_one_and_with_its_account() {
    let (world, actor) = world().await;
    let first = reset_token(&world, &actor, 1).await;
    world.advance(Duration::from_secs(61));
    let second = reset_token(&world, &actor, 2).await;
    let ended = json!({"error": "ended_session", "token": "reset", "reason": "replaced"});
    assert_eq!(reset(&actor, &first, NEW).await, (401, ended));
    world.advance(Duration::from_secs(900));
    assert_eq!(reset(&actor, &second, NEW).await, (401, error("expired_token")));
    let third = reset_token(&world, &actor, 3).await;
    let access = text(&post(&actor, "/login", json!({"email": EMAIL, "password": OLD})).await, "access");
    assert_eq!(actor.request("DELETE", "/me").bearer(&access).send().await.status, 204);
    let (status, body) = reset(&actor, &third, NEW).await;
    assert_eq!((status, &body["error"]), (401, &json!("ended_session")), "its row went with the account");
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn a_locked_account_is_told_to_whoever_holds_its_token() {
    let (world, actor) = world().await;
    let token = reset_token(&world, &actor, 1).await;
    world.lock("face", EMAIL).await;
    assert_eq!(reset(&actor, &token, NEW).await, (423, error("locked")));
    world.unlock("face", EMAIL).await;
    assert_eq!(reset(&actor, &token, NEW).await.0, 200);
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn whoever_must_change_their_password_does_it_with_the_token_of_the_refused_sign_in() {
    let (world, actor) = world().await;
    let first = async |body: Value| told(&post(&actor, "/first-password", body).await);
    let credentials = json!({"email": EMAIL, "password": OLD});
    let by_password = |old: &str, new: &str| json!({"email": EMAIL, "old": old, "new": new});
    assert_eq!(first(by_password(OLD, NEW)).await, (403, error("forbidden")), "no change is due");
    world.must_change("face", EMAIL).await;
    let refused = post(&actor, "/login", credentials.clone()).await;
    assert_eq!((refused.status, &refused.json()["expires_in"]), (403, &json!(300)));
    let token = text(&refused, "next");
    assert!(token.starts_with("first_"), "{token}");
    for (body, expected) in [
        (json!({"new": NEW}), (400, error("invalid_input"))),
        (json!({"email": EMAIL, "new": NEW}), (400, error("invalid_input"))),
        (json!({"old": OLD, "new": NEW}), (400, error("invalid_input"))),
        (by_password("nope nope", NEW), (401, error("bad_credentials"))),
        (json!({"email": "bob@example.org", "old": OLD, "new": NEW}), (401, error("bad_credentials"))),
        (json!({"token": "first_x", "new": NEW}), (401, error("invalid_token"))),
        (json!({"token": token, "new": "short"}), (400, error("weak_password"))),
        (json!({"token": token, "new": NEW, "nickname": 7}), (400, error("invalid_input"))),
    ] {
        assert_eq!(first(body.clone()).await, expected, "{body}");
    }
    let (status, done) = first(json!({"token": token, "new": NEW, "nickname": "Ann"})).await;
    assert_eq!((status, &done["nickname"]), (200, &json!("Ann")));
    let me = actor.get("/me").bearer(done["access"].as_str().expect("signed in")).send().await;
    assert_eq!(me.status, 200);
    assert_eq!(first(json!({"token": token, "new": OLD})).await, (401, error("reused_token")));
    let login = post(&actor, "/login", json!({"email": EMAIL, "password": NEW})).await;
    assert_eq!((login.status, &login.json()["nickname"]), (200, &json!("Ann")));
    world.must_change("face", EMAIL).await;
    assert_eq!(first(by_password(NEW, OLD)).await.0, 200);
    assert_eq!(post(&actor, "/login", credentials).await.status, 200);
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn a_proved_address_is_a_stage_before_there_is_an_account() {
    let (world, actor) = world().await;
    assert_eq!(post(&actor, "/prove", json!({"email": "Bob@example.org"})).await.status, 204);
    let code = mailed(&world, "Bob@example.org", 1).await;
    let proved = post(&actor, "/proved", json!({"email": "bob@example.org", "code": code})).await;
    assert_eq!((proved.status, &proved.json()["email"]), (200, &json!("bob@example.org")));
    let wrong = (403, json!({"error": "wrong_purpose", "token": "reset"}));
    let token = text(&proved, "token");
    assert_eq!(reset(&actor, &token, NEW).await, wrong);
    let join = async |body: Value| told(&post(&actor, "/join", body).await);
    assert_eq!(join(json!({})).await, (401, error("missing_token")));
    assert_eq!(join(json!({"token": "junk"})).await, (401, error("invalid_token")));
    let foreign = json!({"token": token, "email": "eve@example.org"});
    assert_eq!(join(foreign).await, (400, error("invalid_input")));
    let (status, bob) = join(json!({"token": token, "email": "Bob@Example.org", "nickname": "Bob"})).await;
    let made = [&bob["email"], &bob["verified"], &bob["nickname"]];
    assert_eq!((status, made), (201, [&json!("Bob@Example.org"), &json!(true), &json!("Bob")]));
    let me = actor.get("/me").bearer(bob["access"].as_str().expect("signed in")).send().await;
    assert_eq!(told(&me), (200, json!({"email": "Bob@Example.org"})));
    assert_eq!(join(json!({"token": token})).await, (401, error("reused_token")));
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn a_stage_may_ask_for_a_password_and_stays_until_the_account_is_made() {
    let (world, actor) = world().await;
    assert_eq!(post(&actor, "/prove", json!({"email": "cy@example.org"})).await.status, 204);
    let code = mailed(&world, "cy@example.org", 1).await;
    let proved = post(&actor, "/proved", json!({"email": "cy@example.org", "code": code})).await;
    let token = text(&proved, "token");
    let join = async |password: Value| {
        told(&post(&actor, "/join/password", json!({"token": token, "password": password})).await)
    };
    assert_eq!(join(Value::Null).await, (400, error("invalid_input")));
    assert_eq!(join(json!("short")).await, (400, error("weak_password")));
    assert_eq!(join(json!(NEW)).await, (201, json!({"email": "cy@example.org"})));
    let login = post(&actor, "/login", json!({"email": "cy@example.org", "password": NEW})).await;
    assert_eq!(login.status, 200);
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn a_value_that_is_somebodys_is_taken_and_the_stage_goes_on() {
    let world = World::serving(CONTRACT).await;
    let actor = world.actor();
    let proved = async |email: &str| {
        assert_eq!(post(&actor, "/prove", json!({"email": email})).await.status, 204);
        let code = mailed(&world, email, 1).await;
        text(&post(&actor, "/proved", json!({"email": email, "code": code})).await, "token")
    };
    let join = async |email: &str, token: &str, handle: &str| {
        let body = json!({"token": token, "email": email, "handle": handle});
        told(&post(&actor, "/join", body).await)
    };
    let (bob, cy) = (proved("bob@example.org").await, proved("cy@example.org").await);
    assert_eq!(join("bob@example.org", &bob, "ace").await.0, 201);
    assert_eq!(join("cy@example.org", &cy, "ace").await, (409, error("taken")));
    assert_eq!(join("cy@example.org", &cy, "cy").await.0, 201, "and its stage was not spent");
    assert_eq!(world.faults().await, 0.0);
}
