//! The last login is noted however somebody signs in; a session that goes on under a new password is no login.

use crate::world::World;
use doorward_testkit::http_actor::{Actor, Reply};
use serde_json::{Value, json};
use std::time::Duration;

const CONTRACT: &str = include_str!("last_login.yaml");
const EMAIL: &str = "ann@example.org";

async fn post(actor: &Actor, path: &str, body: Value) -> Reply {
    actor.post(path).json(&body.to_string()).send().await
}

/// What a sign-in says, which is what the account says afterwards: when, and from where.
async fn noted(actor: &Actor, reply: &Reply) -> (Value, Value) {
    assert!(matches!(reply.status, 200 | 201), "{reply:?}");
    let said = reply.json();
    let token = said["token"].as_str().expect("a token");
    let kept = actor.get("/me").bearer(token).send().await.json();
    assert_eq!((&said["at"], &said["from"]), (&kept["at"], &kept["from"]), "{reply:?}");
    assert!(said["at"].is_string() && said["from"].is_string(), "{said}");
    (said["at"].clone(), said["from"].clone())
}

/// The code in the newest of so many mails.
async fn mailed(world: &World, mails: usize) -> String {
    let mails = world.mails(EMAIL, mails).await;
    let text = &mails.last().expect("a mail").text;
    let digits = |word: &&str| word.len() == 6 && word.bytes().all(|byte| byte.is_ascii_digit());
    let mut words = text.split(|c: char| !c.is_ascii_alphanumeric());
    words.find(digits).expect("a code").to_owned()
}

#[tokio::test]
async fn every_way_to_sign_in_is_a_login() {
    let world = World::serving(CONTRACT).await;
    let actor = world.actor();
    let (first, second) = ("correct horse", "battery staple");
    let registered = post(&actor, "/register", json!({"email": EMAIL, "password": first})).await;
    let (at_first, _) = noted(&actor, &registered).await;
    world.advance(Duration::from_secs(120));
    assert_eq!(post(&actor, "/send", json!({"email": EMAIL})).await.status, 204);
    let code = mailed(&world, 1).await;
    let verified = post(&actor, "/confirm", json!({"email": EMAIL, "code": code})).await;
    let (at_second, _) = noted(&actor, &verified).await;
    assert_ne!(at_first, at_second);
    world.advance(Duration::from_secs(120));
    assert_eq!(post(&actor, "/forgot", json!({"email": EMAIL})).await.status, 204);
    let code = mailed(&world, 2).await;
    let reset = json!({"email": EMAIL, "code": code, "password": second});
    let reset = post(&actor, "/reset", reset).await;
    let (at_third, _) = noted(&actor, &reset).await;
    assert_ne!(at_second, at_third);
    world.advance(Duration::from_secs(120));
    let token = reset.json()["token"].as_str().expect("a token").to_owned();
    let change = json!({"old": second, "password": first}).to_string();
    let changed = actor.post("/password").bearer(&token).json(&change).send().await;
    assert_eq!(noted(&actor, &changed).await.0, at_third, "nobody signed in");
    assert_eq!(world.faults().await, 0.0);
}
