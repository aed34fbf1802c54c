//! Codes, links and stages that something else has overtaken: a new password, guesses at another code, a neighbour
//! who was faster.

use crate::world::World;
use doorward_testkit::http_actor::{Actor, Reply};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::task::JoinSet;

const CONTRACT: &str = include_str!("outdated_codes.yaml");
const EMAIL: &str = "ann@example.org";
const OLD: &str = "correct horse";
const NEW: &str = "battery staple";

async fn post(actor: &Actor, path: &str, body: Value) -> Reply {
    actor.post(path).json(&body.to_string()).send().await
}

fn told(reply: &Reply) -> (u16, Value) {
    (reply.status, if reply.text().is_empty() { Value::Null } else { reply.json() })
}

fn text(reply: &Reply, name: &str) -> String {
    reply.json()[name].as_str().unwrap_or_else(|| panic!("{name} in {}", reply.text())).to_owned()
}

/// A world with Ann, and her access token.
async fn world() -> (World, Actor, String) {
    let world = World::serving(CONTRACT).await;
    let actor = world.actor();
    let ann =
        json!({"email": EMAIL, "password": OLD, "nickname": "Ann", "seat": 1, "birthday": "2000-02-29"});
    let ann = post(&actor, "/register", ann).await;
    assert_eq!(ann.status, 201, "{}", ann.text());
    let access = text(&ann, "access");
    (world, actor, access)
}

/// The code in the newest of so many mails, or the token of its link.
async fn mailed(world: &World, to: &str, mails: usize) -> String {
    let mails = world.mails(to, mails).await;
    let text = &mails.last().expect("a mail").text;
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || "-_".contains(c)));
    let digits = |word: &&str| word.len() == 6 && word.bytes().all(|byte| byte.is_ascii_digit());
    words
        .clone()
        .find(|word| word.len() == 64)
        .or_else(|| words.clone().find(digits))
        .expect("a code")
        .to_owned()
}

async fn send(actor: &Actor, path: &str) {
    assert_eq!(post(actor, path, json!({"email": EMAIL})).await.status, 204, "{path}");
}

async fn set_password(actor: &Actor, access: &str, new: &str) {
    let body = json!({"new": new}).to_string();
    assert_eq!(actor.request("PUT", "/password").bearer(access).json(&body).send().await.status, 204);
}

#[tokio::test]
async fn guesses_at_a_code_do_not_stop_a_link() {
    let (world, actor, _) = world().await;
    send(&actor, "/forgot/link").await;
    let link = mailed(&world, EMAIL, 1).await;
    for _ in 0..5 {
        send(&actor, "/code").await;
        for _ in 0..5 {
            let guess = post(&actor, "/enter", json!({"email": EMAIL, "code": "nope"})).await;
            assert_eq!(told(&guess), (400, json!({"error": "wrong_code"})));
        }
        world.advance(Duration::from_secs(61));
    }
    let reset = post(&actor, "/reset/link", json!({"token": link, "new": NEW})).await;
    assert_eq!(reset.status, 204, "a link cannot be guessed: {}", reset.text());
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn a_new_password_ends_what_was_to_set_one() {
    let (world, actor, access) = world().await;
    send(&actor, "/forgot/link").await;
    let link = mailed(&world, EMAIL, 1).await;
    set_password(&actor, &access, NEW).await;
    let late = post(&actor, "/reset/link", json!({"token": link, "new": OLD})).await;
    assert_eq!(told(&late), (400, json!({"error": "expired_code"})));

    send(&actor, "/forgot/code").await;
    let code = mailed(&world, EMAIL, 2).await;
    let stage = text(&post(&actor, "/exchange", json!({"email": EMAIL, "code": code})).await, "next");
    set_password(&actor, &access, OLD).await;
    let late = post(&actor, "/reset/stage", json!({"token": stage, "new": NEW})).await;
    assert_eq!(told(&late), (401, json!({"error": "ended_session"})));

    world.must_change("face", EMAIL).await;
    let refused = post(&actor, "/login", json!({"email": EMAIL, "password": OLD})).await;
    let stage = text(&refused, "next");
    world.set_password("face", EMAIL, NEW).await;
    world.must_change("face", EMAIL).await;
    let late = post(&actor, "/password/first", json!({"token": stage, "new": OLD})).await;
    assert_eq!(told(&late), (401, json!({"error": "ended_session"})), "who knew the password of before");
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn the_profile_that_comes_with_a_first_password_keeps_its_rules() {
    let (world, actor, _) = world().await;
    let bob = json!({"email": "bob@example.org", "password": OLD, "birthday": "2000-02-29"});
    assert_eq!(post(&actor, "/register", bob).await.status, 201);
    world.must_change("face", "bob@example.org").await;
    let refused = post(&actor, "/login", json!({"email": "bob@example.org", "password": OLD})).await;
    let stage = text(&refused, "next");
    let first = async |mut profile: Value| {
        (profile["token"], profile["new"]) = (json!(stage), json!(NEW));
        told(&post(&actor, "/password/first", profile).await)
    };
    assert_eq!(
        first(json!({"nickname": "ANN"})).await,
        (409, json!({"error": "taken", "field": "nickname"}))
    );
    let already = (409, json!({"error": "already_set", "field": "birthday"}));
    assert_eq!(first(json!({"birthday": "2001-01-01"})).await, already);
    assert_eq!(first(json!({"nickname": "Bob", "birthday": "2000-02-29"})).await.0, 200);
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn the_unique_values_of_an_account_made_by_a_code_are_compared_as_they_are_kept() {
    let (world, actor, _) = world().await;
    assert_eq!(post(&actor, "/code", json!({"email": "bob@example.org"})).await.status, 204);
    let code = mailed(&world, "bob@example.org", 1).await;
    let body = |seat: &str| format!(r#"{{"email": "bob@example.org", "code": "{code}", "seat": {seat}}}"#);
    let taken = actor.post("/enter").json(&body("1.0")).send().await;
    assert_eq!(told(&taken), (409, json!({"error": "taken", "field": "seat"})));
    let made = actor.post("/enter").json(&body("2.0")).send().await;
    assert_eq!(told(&made), (201, json!({"seat": 2})));
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn of_many_requests_for_one_code_side_by_side_one_is_mailed() {
    let (world, _, _) = world().await;
    let crowd: JoinSet<_> = (0..12)
        .map(|_| {
            let actor = world.actor();
            async move { post(&actor, "/forgot/code", json!({"email": EMAIL})).await.status }
        })
        .collect();
    assert_eq!(crowd.join_all().await, [204; 12]);
    world.advance(Duration::from_secs(61));
    send(&world.actor(), "/forgot/code").await;
    let mails = world.mails(EMAIL, 2).await;
    assert_eq!(mails.len(), 2, "one for the crowd, one later");
    assert_eq!(world.faults().await, 0.0);
}
