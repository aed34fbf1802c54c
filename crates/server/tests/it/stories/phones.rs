//! Codes to telephones, in a contract of the test's own.

use crate::world::{MINUTE, World};
use doorward_testkit::http_actor::{Actor, Request};
use serde_json::{Value, json};

const CONTRACT: &str = include_str!("phones.yaml");
const PHONE: &str = "+14165550100";
const EMAIL: &str = "ann@example.org";

type Told = (u16, Value);

async fn post(actor: &Actor, path: &str, body: Value) -> Told {
    told(actor.post(path).json(&body.to_string())).await
}

async fn told(request: Request) -> Told {
    let reply = request.send().await;
    (reply.status, if reply.text().is_empty() { Value::Null } else { reply.json() })
}

fn error(status: u16, error: &str) -> Told {
    (status, json!({"error": error}))
}

fn sent() -> Told {
    (200, json!({"sent": true}))
}

fn me(phone: &str, (email_verified, phone_verified): (bool, bool)) -> Value {
    json!({"email": EMAIL, "phone": phone, "email_verified": email_verified, "phone_verified": phone_verified})
}

/// The text of the newest of so many messages.
async fn text(world: &World, to: &str, messages: usize) -> String {
    world.mails(to, messages).await.pop().expect("a message").text
}

fn code(text: &str) -> &str {
    let digits = |word: &&str| word.len() == 6 && word.bytes().all(|byte| byte.is_ascii_digit());
    text.split(' ').find(digits).expect("a code")
}

/// Ann, signed up with a telephone that she has proved, and an e-mail address that she has not.
async fn ann(world: &World, actor: &Actor) {
    let asked = post(actor, "/code", json!({"who": PHONE, "purpose": "sign_up"})).await;
    assert_eq!(asked, sent());
    let message = text(world, PHONE, 1).await;
    let body = json!({"email": EMAIL, "phone": PHONE, "password": "correct horse", "code": code(&message)});
    assert_eq!(post(actor, "/register", body).await, (201, me(PHONE, (false, true))));
}

#[tokio::test]
async fn a_text_message_has_its_own_text_in_the_language_of_the_request_and_no_subject() {
    let world = World::serving(CONTRACT).await;
    let actor = world.actor();
    let body = json!({"who": PHONE, "purpose": "sign_up"}).to_string();
    let asked = actor.post("/code").header("accept-language", "ko").json(&body);
    assert_eq!(told(asked).await, sent());
    let message = world.mails(PHONE, 1).await.remove(0);
    assert!(message.text.starts_with("인증번호 ") && message.subject.is_empty(), "{}", message.text);
    assert_eq!(message.to, PHONE);
    let again = post(&actor, "/code", json!({"who": PHONE, "purpose": "sign_up"})).await;
    assert_eq!(again, (429, json!({"error": "too_soon", "wait": 60})));
    let broken = post(&actor, "/code", json!({"who": "+1", "purpose": "sign_up"})).await;
    assert_eq!(broken.1, json!({"error": "invalid_input", "field": "who", "rule": "format"}));
}

#[tokio::test]
async fn each_address_is_proved_by_its_own_code() {
    let world = World::serving(CONTRACT).await;
    let actor = world.actor();
    ann(&world, &actor).await;
    assert_eq!(post(&actor, "/code", json!({"who": EMAIL, "purpose": "verify"})).await, sent());
    let letter = text(&world, EMAIL, 1).await;
    assert!(letter.starts_with("Your address is proved by "), "{letter}");
    let at_the_phone = post(&actor, "/confirm", json!({"who": PHONE, "code": code(&letter)})).await;
    assert_eq!(at_the_phone, error(400, "unknown_code"), "nothing was sent there to verify it");
    let confirmed = post(&actor, "/confirm", json!({"who": EMAIL, "code": code(&letter)})).await;
    assert_eq!(confirmed, (200, me(PHONE, (true, true))));
}

#[tokio::test]
async fn whoever_signs_in_by_telephone_gets_the_second_step_there() {
    let world = World::serving(CONTRACT).await;
    let actor = world.actor();
    ann(&world, &actor).await;
    let log_in = json!({"who": PHONE, "password": "correct horse"});
    assert_eq!(post(&actor, "/login", log_in).await, sent());
    let message = text(&world, PHONE, 2).await;
    assert!(message.ends_with(" is your code"), "{message}");
    let body = json!({"who": PHONE, "code": code(&message)});
    assert_eq!(post(&actor, "/login/code", body.clone()).await.0, 200);
    assert_eq!(post(&actor, "/login/code", body).await, error(400, "used_code"));
    let log_in = json!({"who": EMAIL, "password": "correct horse"});
    assert_eq!(post(&actor, "/login", log_in).await, sent());
    assert_eq!(text(&world, EMAIL, 1).await.split(" about ").next(), Some("A long letter"));
}

#[tokio::test]
async fn a_new_telephone_counts_once_its_code_has_come_back() {
    let world = World::serving(CONTRACT).await;
    let actor = world.actor();
    ann(&world, &actor).await;
    let next = "+14165550111";
    assert_eq!(post(&actor, "/login", json!({"who": PHONE, "password": "correct horse"})).await, sent());
    let message = text(&world, PHONE, 2).await;
    let signed_in = post(&actor, "/login/code", json!({"who": PHONE, "code": code(&message)})).await;
    let token = signed_in.1["token"].as_str().expect("a token").to_owned();
    let change =
        async |body: Value| told(actor.request("PATCH", "/me").bearer(&token).json(&body.to_string())).await;
    assert_eq!(change(json!({"phone": next})).await, sent());
    assert_eq!(told(actor.get("/me").bearer(&token)).await, (200, me(PHONE, (false, true))), "not yet");
    let message = text(&world, next, 1).await;
    let changed = change(json!({"phone": next, "code": code(&message)})).await;
    assert_eq!(changed, (200, me(next, (false, true))));
    let reset = post(&actor, "/code", json!({"who": PHONE, "purpose": "reset_password"})).await;
    assert_eq!(reset, error(401, "bad_credentials"), "the old telephone is nobody's");
    world.advance(MINUTE);
    assert_eq!(post(&actor, "/code", json!({"who": next, "purpose": "reset_password"})).await, sent());
    let message = text(&world, next, 2).await;
    let body = json!({"who": next, "code": code(&message), "password": "battery staple"});
    assert_eq!(post(&actor, "/reset", body).await.0, 204);
    assert_eq!(post(&actor, "/login", json!({"who": next, "password": "battery staple"})).await, sent());
}
