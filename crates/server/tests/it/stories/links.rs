//! Links that are mailed: they find their account by themselves, are good once, and lead only where the contract says.

use crate::world::World;
use doorward_testkit::http_actor::{Actor, Reply};
use serde_json::{Value, json};
use std::time::Duration;

const CONTRACT: &str = include_str!("links.yaml");
const EMAIL: &str = "ann@example.org";
const OLD: &str = "correct horse";
const NEW: &str = "battery staple";

async fn post(actor: &Actor, path: &str, body: Value) -> Reply {
    actor.post(path).json(&body.to_string()).send().await
}

fn told(reply: &Reply) -> (u16, Value) {
    (reply.status, reply.json())
}

fn error(error: &str) -> Value {
    json!({"error": error})
}

/// A world with Ann, signed up.
async fn world() -> (World, Actor) {
    let world = World::serving(CONTRACT).await;
    let actor = world.actor();
    let ann = json!({"username": "ann", "email": EMAIL, "password": OLD});
    assert_eq!(post(&actor, "/register", ann).await.status, 201);
    (world, actor)
}

/// The text of the newest of so many mails, and the token in its link.
async fn mailed(world: &World, to: &str, mails: usize) -> (String, String) {
    let mails = world.mails(to, mails).await;
    let text = mails.last().expect("a mail").text.clone();
    let is_token = |word: &&str| word.len() == 64;
    let token = text.split(|c: char| !(c.is_ascii_alphanumeric() || "-_".contains(c))).find(is_token);
    let token = token.unwrap_or_else(|| panic!("a link in {text}")).to_owned();
    (text, token)
}

async fn reset(actor: &Actor, token: &str, new: &str) -> (u16, Value) {
    told(&post(actor, &format!("/reset/{token}"), json!({"new": new})).await)
}

#[tokio::test]
async fn a_link_sets_the_password_of_its_own_account_once() {
    let (world, actor) = world().await;
    let sent = post(&actor, "/forgot", json!({"email": EMAIL})).await;
    assert_eq!(told(&sent), (200, json!({"to": EMAIL, "expires_in": 3600})));
    let (text, token) = mailed(&world, EMAIL, 1).await;
    let link = format!("Go to https://app.example.com/reset?token={token} within 3600 seconds");
    assert_eq!(text, link);
    for bad in ["nope", &token[1..], &format!("{token}AAAA")] {
        assert_eq!(reset(&actor, bad, NEW).await, (400, error("unknown_code")), "{bad}");
    }
    assert_eq!(reset(&actor, &token, "short").await, (400, error("weak_password")), "and is not spent");
    assert_eq!(reset(&actor, &token, NEW).await, (200, json!({"username": "ann"})));
    assert_eq!(reset(&actor, &token, OLD).await, (400, error("used_code")));
    let login = async |password: &str| {
        post(&actor, "/login", json!({"who": "ann", "password": password})).await.status
    };
    assert_eq!((login(OLD).await, login(NEW).await), (401, 200));
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn only_the_newest_link_counts_and_only_for_its_time_and_purpose() {
    let (world, actor) = world().await;
    post(&actor, "/forgot", json!({"email": EMAIL})).await;
    let (_, first) = mailed(&world, EMAIL, 1).await;
    world.advance(Duration::from_secs(61));
    post(&actor, "/forgot", json!({"email": EMAIL})).await;
    let (_, second) = mailed(&world, EMAIL, 2).await;
    assert_eq!(reset(&actor, &first, NEW).await, (400, error("expired_code")), "a newer one took its place");
    world.advance(Duration::from_secs(61));
    assert_eq!(post(&actor, "/send", json!({"username": "ann"})).await.status, 204);
    let (_, verify) = mailed(&world, EMAIL, 3).await;
    assert_eq!(reset(&actor, &verify, NEW).await, (400, error("unknown_code")), "it is for something else");
    let foreign = actor.get(&format!("/verify/{second}")).send().await;
    assert_eq!(told(&foreign), (400, error("unknown_code")));
    world.advance(Duration::from_secs(3600));
    assert_eq!(reset(&actor, &second, NEW).await, (400, error("expired_code")));
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn a_caller_may_choose_where_the_link_leads_from_the_list() {
    let (world, actor) = world().await;
    let ask = async |url: Value| told(&post(&actor, "/forgot", json!({"email": EMAIL, "url": url})).await);
    let sent = (200, json!({"to": EMAIL, "expires_in": 3600}));
    for bad in [
        "https://evil.example/auth",
        "https://app.example.com/authority",
        "https://app.example.com/auth/../x",
        "http://app.example.com/auth",
        "/auth",
        "",
    ] {
        assert_eq!(ask(json!(bad)).await, (400, error("unlisted_url")), "{bad}");
        let stranger = post(&actor, "/forgot", json!({"email": "bob@example.org", "url": bad})).await;
        assert_eq!(told(&stranger), (400, error("unlisted_url")), "whoever is named");
    }
    assert_eq!(ask(json!("https://app.example.com/auth/reset?lang=ko#form")).await, sent);
    let (text, token) = mailed(&world, EMAIL, 1).await;
    let link = format!("https://app.example.com/auth/reset?lang=ko&token={token}#form");
    assert_eq!(text, format!("Go to {link} within 3600 seconds"));
    assert_eq!(reset(&actor, &token, NEW).await.0, 200);
    assert_eq!(ask(Value::Null).await, sent);
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn a_link_proves_the_address_without_anybody_being_named() {
    let (world, actor) = world().await;
    let unknown = post(&actor, "/send", json!({"username": "bob"})).await;
    assert_eq!(told(&unknown), (401, error("bad_credentials")));
    assert_eq!(post(&actor, "/send", json!({"username": "ann"})).await.status, 204);
    let again = post(&actor, "/send", json!({"username": "ann"})).await;
    assert_eq!(told(&again), (429, error("too_soon")));
    let (text, token) = mailed(&world, EMAIL, 1).await;
    assert_eq!(text, format!("Prove it: https://app.example.com/verify/{token}"));
    let verify = async |token: &str| actor.get(&format!("/verify/{token}")).send().await;
    assert_eq!(told(&verify("nope").await), (400, error("unknown_code")));
    let verified = verify(&token).await;
    assert_eq!((verified.status, &verified.json()["verified"]), (200, &json!(true)));
    assert!(verified.json()["access"].is_string());
    assert_eq!(told(&verify(&token).await), (409, error("already_verified")));
    let needless = post(&actor, "/send", json!({"username": "ann"})).await;
    assert_eq!(told(&needless), (409, error("already_verified")), "and nothing is sent");
    assert_eq!(world.mails(EMAIL, 1).await.len(), 1);
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn a_link_at_sign_up_says_whose_address_it_proves() {
    let (world, actor) = world().await;
    assert_eq!(post(&actor, "/join", json!({"email": "bob@example.org"})).await.status, 204);
    let (text, token) = mailed(&world, "bob@example.org", 1).await;
    assert!(text.contains(&format!("https://app.example.com/join#{token}")), "{text}");
    let joined = post(&actor, "/joined", json!({"token": token})).await;
    assert_eq!(told(&joined), (200, json!({"email": "bob@example.org"})));
    assert_eq!(told(&post(&actor, "/joined", json!({"token": "x"})).await), (400, error("unknown_code")));
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn a_sign_up_mails_a_link_that_proves_the_new_account_s_address() {
    let (world, actor) = world().await;
    let bob = json!({"username": "bob", "email": "bob@example.org", "password": OLD});
    let nobody = json!({"username": "cid", "password": OLD});
    assert_eq!(told(&post(&actor, "/sign-up/link", nobody).await), (502, error("delivery_failed")));
    let sent = post(&actor, "/sign-up/link", bob.clone()).await;
    let expected = json!({"email": "bob@example.org", "verified": false, "expires_in": 172_800});
    assert_eq!(told(&sent), (202, expected));
    assert_eq!(told(&post(&actor, "/sign-up/link", bob).await), (409, error("taken")));
    let (_, token) = mailed(&world, "bob@example.org", 1).await;
    let verified = actor.get(&format!("/verify/{token}")).send().await;
    assert_eq!((verified.status, &verified.json()["verified"]), (200, &json!(true)));
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn a_proved_address_is_verified_from_the_start() {
    let (world, actor) = world().await;
    let sign_up = async |name: &str, code: Value| {
        let email = format!("{name}@example.org");
        let body = json!({"username": name, "email": email, "password": OLD, "code": code});
        told(&post(&actor, "/sign-up/proof", body).await)
    };
    assert_eq!(post(&actor, "/join", json!({"email": "bob@example.org"})).await.status, 204);
    let (_, token) = mailed(&world, "bob@example.org", 1).await;
    assert_eq!(sign_up("bob", json!("nope")).await, (400, error("wrong_code")));
    assert_eq!(sign_up("cid", json!(token)).await, (400, error("unknown_code")), "it proves another address");
    assert_eq!(sign_up("bob", json!(token)).await, (201, json!({"verified": true})));
    assert_eq!(sign_up("dan", Value::Null).await, (201, json!({"verified": false})));
    assert_eq!(world.faults().await, 0.0);
}
