//! A second step after the password, and links to sign in with: what proves the one is nothing for the other.

use crate::world::{MINUTE, World};
use doorward_testkit::http_actor::Actor;
use serde_json::{Value, json};

const CONTRACT: &str = include_str!("second_step.yaml");
const EMAIL: &str = "ann@example.org";

type Told = (u16, Value);

async fn post(actor: &Actor, path: &str, body: Value) -> Told {
    let reply = actor.post(path).json(&body.to_string()).send().await;
    (reply.status, if reply.text().is_empty() { Value::Null } else { reply.json() })
}

fn error(status: u16, error: &str) -> Told {
    (status, json!({"error": error}))
}

/// A world with Ann, signed up.
async fn world() -> (World, Actor) {
    let world = World::serving(CONTRACT).await;
    let actor = world.actor();
    let ann = json!({"email": EMAIL, "username": "ann", "password": "correct horse"});
    assert_eq!(post(&actor, "/register", ann).await.0, 201);
    (world, actor)
}

/// The text of the newest of so many mails.
async fn mail(world: &World, to: &str, mails: usize) -> String {
    world.mails(to, mails).await.last().expect("a mail").text.clone()
}

/// The code in it.
async fn code(world: &World, mails: usize) -> String {
    let text = mail(world, EMAIL, mails).await;
    let digits = |word: &&str| word.len() == 6 && word.bytes().all(|byte| byte.is_ascii_digit());
    text.split(|c: char| !c.is_ascii_alphanumeric()).find(digits).expect("a code").to_owned()
}

/// The token of the link in it.
async fn link(world: &World, to: &str, mails: usize) -> String {
    let text = mail(world, to, mails).await;
    let rest = text.split("token=").nth(1).expect("a link");
    rest.split_whitespace().next().expect("a token").to_owned()
}

async fn log_in(actor: &Actor) -> Told {
    post(actor, "/login", json!({"who": "ann", "password": "correct horse"})).await
}

fn step(code: &str) -> Value {
    json!({"who": "ann", "code": code})
}

#[tokio::test]
async fn a_code_for_one_way_of_signing_in_is_nothing_for_the_other() {
    let (world, actor) = world().await;
    assert_eq!(post(&actor, "/code", json!({"who": "ann"})).await.0, 204);
    let alone = code(&world, 1).await;
    assert_eq!(post(&actor, "/second", step(&alone)).await, error(400, "unknown_code"), "no password yet");
    assert_eq!(log_in(&actor).await, (202, json!({"expires_in": 300})));
    assert!(mail(&world, EMAIL, 2).await.starts_with("Your second step is "));
    let second = code(&world, 2).await;
    assert_eq!(post(&actor, "/second", step(&alone)).await, error(400, "wrong_code"));
    assert_eq!(post(&actor, "/code/enter", step(&second)).await, error(400, "wrong_code"));
    let (status, body) = post(&actor, "/second", step(&second)).await;
    assert_eq!((status, &body["verified"]), (200, &json!(true)));
    assert_eq!(post(&actor, "/second", step(&second)).await, error(400, "used_code"));
    assert_eq!(post(&actor, "/code/enter", step(&alone)).await.0, 200);
    assert_eq!(log_in(&actor).await.0, 202);
    let late = code(&world, 3).await;
    world.advance(5 * MINUTE);
    assert_eq!(post(&actor, "/second", step(&late)).await, error(400, "expired_code"));
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn a_password_that_must_change_is_told_after_the_second_step_and_opens_one_stage() {
    let (world, actor) = world().await;
    world.must_change("face", EMAIL).await;
    assert_eq!(log_in(&actor).await.0, 202, "not told before the code");
    let second = code(&world, 1).await;
    let (status, body) = post(&actor, "/second", step(&second)).await;
    assert_eq!((status, &body["error"]), (403, &json!("password_change_required")));
    assert_eq!(post(&actor, "/second", step(&second)).await, error(400, "used_code"));
    let new = json!({"next": body["next"], "new": "battery staple"});
    assert_eq!(post(&actor, "/initial", new).await, (200, json!({"email": EMAIL})));
    assert_eq!(post(&actor, "/code", json!({"who": "ann"})).await.0, 204);
    let alone = code(&world, 2).await;
    assert_eq!(post(&actor, "/code/enter", step(&alone)).await.0, 200);
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn a_link_signs_in_once_and_its_token_names_the_account() {
    let (world, actor) = world().await;
    let ask = json!({"email": EMAIL, "url": "https://app.example.com/back"});
    assert_eq!(post(&actor, "/link", ask).await.0, 204);
    assert!(mail(&world, EMAIL, 1).await.contains("https://app.example.com/back?token="));
    let token = link(&world, EMAIL, 1).await;
    let enter = async |token: &str| post(&actor, "/link/enter", json!({"token": token})).await;
    assert_eq!(post(&actor, "/second", step(&token)).await, error(400, "unknown_code"));
    assert_eq!(enter("000000").await, error(400, "unknown_code"));
    let (status, body) = enter(&token).await;
    assert_eq!((status, &body["verified"]), (200, &json!(true)));
    assert_eq!(enter(&token).await, error(400, "used_code"));
    world.must_change("face", EMAIL).await;
    let ask = json!({"email": EMAIL, "url": "https://evil.example/"});
    assert_eq!(post(&actor, "/link", ask).await, error(400, "unlisted_url"));
    world.advance(MINUTE);
    assert_eq!(post(&actor, "/link", json!({"email": EMAIL})).await.0, 204);
    let newer = link(&world, EMAIL, 2).await;
    assert_eq!(enter(&token).await, error(400, "expired_code"), "a newer one counts");
    assert_eq!(enter(&newer).await.1["error"], "password_change_required");
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn a_link_to_an_address_of_nobody_makes_an_account_where_the_contract_says_so() {
    let (world, actor) = world().await;
    let bob = "bob@example.org";
    assert_eq!(post(&actor, "/link", json!({"email": "Bob@example.org"})).await.0, 204);
    let token = link(&world, "Bob@example.org", 1).await;
    let known = post(&actor, "/link/known", json!({"token": token})).await;
    assert_eq!(known, error(400, "unknown_code"), "this one makes none");
    let (status, body) = post(&actor, "/link/enter", json!({"token": token})).await;
    assert_eq!((status, &body["email"]), (201, &json!(bob)));
    assert_eq!(post(&actor, "/link/enter", json!({"token": token})).await, error(400, "used_code"));
    assert_eq!(post(&actor, "/link", json!({"email": "cy@example.org"})).await.0, 204);
    let token = link(&world, "cy@example.org", 1).await;
    let cy = json!({"email": "cy@example.org", "username": "cy", "password": "correct horse"});
    assert_eq!(post(&actor, "/register", cy).await.0, 201);
    let late = post(&actor, "/link/enter", json!({"token": token})).await;
    assert_eq!(late, error(400, "unknown_code"), "sent when the address was nobody's");
    assert_eq!(world.faults().await, 0.0);
}
