//! Signing in by codes, and other names and addresses, in a contract of the test's own.

use crate::world::{MINUTE, World};
use doorward_testkit::http_actor::Actor;
use serde_json::{Value, json};

const CONTRACT: &str = include_str!("own_codes.yaml");

type Told = (u16, Value);

async fn post(actor: &Actor, path: &str, body: Value) -> Told {
    told(actor.post(path).json(&body.to_string())).await
}

async fn post_as(actor: &Actor, access: &str, path: &str, body: Value) -> Told {
    told(actor.post(path).bearer(access).json(&body.to_string())).await
}

async fn told(request: doorward_testkit::http_actor::Request) -> Told {
    let reply = request.send().await;
    (reply.status, if reply.text().is_empty() { Value::Null } else { reply.json() })
}

fn error(status: u16, error: &str) -> Told {
    (status, json!({"error": error}))
}

/// Ann, signed up with a password.
async fn ann(actor: &Actor) {
    let body =
        json!({"email": "ann@example.org", "username": "ann", "password": "correct horse", "city": "Ulm"});
    assert_eq!(post(actor, "/register", body).await.0, 201);
}

/// The code in the newest of so many mails to an address.
async fn mailed(world: &World, to: &str, mails: usize) -> String {
    let mails = world.mails(to, mails).await;
    let text = &mails.last().expect("a mail").text;
    let digits = |word: &&str| word.len() == 6 && word.bytes().all(|byte| byte.is_ascii_digit());
    text.split(|c: char| !c.is_ascii_alphanumeric()).find(digits).expect("a code").to_owned()
}

fn token(told: &Told) -> String {
    told.1["token"].as_str().unwrap_or_else(|| panic!("a token in {told:?}")).to_owned()
}

#[tokio::test]
async fn a_mailed_code_signs_in_once_and_proves_the_address() {
    let world = World::serving(CONTRACT).await;
    let actor = world.actor();
    ann(&actor).await;
    let who = json!({"who": "ann"});
    assert_eq!(post(&actor, "/code", json!({"who": "bob"})).await, error(401, "unknown_account"));
    assert_eq!(post(&actor, "/code", who.clone()).await, (200, json!({"expires_in": 600})));
    assert_eq!(post(&actor, "/code", who).await, error(429, "too_soon"));
    let code = mailed(&world, "ann@example.org", 1).await;
    let enter = async |who: &str, code: &str| post(&actor, "/enter", json!({"who": who, "code": code})).await;
    assert_eq!(enter("bob@example.org", &code).await, error(401, "unknown_account"));
    assert_eq!(enter("ann", "nope").await, error(400, "wrong_code"));
    let entered = enter("ann@example.org", &code).await;
    assert_eq!((entered.0, &entered.1["me"]["verified"]), (200, &json!(true)));
    let me = told(actor.get("/me").bearer(&token(&entered))).await;
    assert_eq!(me, (200, entered.1["me"].clone()));
    assert_eq!(enter("ann", &code).await, error(400, "used_code"));
    assert_eq!(post(&actor, "/send", json!({"email": "ann@example.org"})).await.0, 204);
    let code = mailed(&world, "ann@example.org", 2).await;
    assert_eq!(enter("ann", &code).await.0, 200, "a code by `send_verification` is the same");
    assert_eq!(post(&actor, "/code", json!({"who": "ann"})).await.0, 200);
    let code = mailed(&world, "ann@example.org", 3).await;
    world.advance(10 * MINUTE);
    assert_eq!(enter("ann", &code).await, error(400, "expired_code"));
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn an_address_of_nobody_becomes_an_account_without_a_password() {
    let world = World::serving(CONTRACT).await;
    let actor = world.actor();
    let body = |code: &str| json!({"email": "Bob@example.org", "code": code, "town": "Bonn"});
    assert_eq!(post(&actor, "/quiet/enter", body("000000")).await, error(400, "unknown_code"));
    assert_eq!(post(&actor, "/quiet/code", json!({"email": "Bob@example.org"})).await.0, 204);
    let code = mailed(&world, "Bob@example.org", 1).await;
    let incomplete = post(&actor, "/quiet/enter", json!({"email": "bob@example.org", "code": code})).await;
    assert_eq!(incomplete, (400, json!({"error": "invalid_input", "field": "town", "rule": "required"})));
    let (status, made) = post(&actor, "/quiet/enter", body(&code)).await;
    let me = json!({"email": "Bob@example.org", "verified": true, "username": null, "password": false, "city": "Bonn"});
    assert_eq!((status, &made["me"]), (201, &me));
    assert_eq!(told(actor.get("/me").bearer(&token(&(status, made)))).await, (200, me));
    assert_eq!(post(&actor, "/quiet/enter", body(&code)).await, error(400, "used_code"));
    assert_eq!(post(&actor, "/quiet/code", json!({"email": "bob@example.org"})).await.0, 204);
    let code = mailed(&world, "Bob@example.org", 2).await;
    assert_eq!(post(&actor, "/quiet/enter", body(&code)).await.0, 200);
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn a_new_address_counts_once_its_code_has_come_back() {
    let world = World::serving(CONTRACT).await;
    let actor = world.actor();
    ann(&actor).await;
    let bob =
        json!({"email": "bob@example.org", "username": "bob", "password": "correct horse", "city": "Ulm"});
    assert_eq!(post(&actor, "/register", bob).await.0, 201);
    assert_eq!(post(&actor, "/code", json!({"who": "ann"})).await.0, 200);
    let code = mailed(&world, "ann@example.org", 1).await;
    let access = token(&post(&actor, "/enter", json!({"who": "ann", "code": code})).await);
    let change = async |body: Value| post_as(&actor, &access, "/email", body).await;
    let new = "ann@example.net";
    assert_eq!(post(&actor, "/email", json!({"email": new})).await, error(401, "missing_token"));
    for (email, password, expected) in [
        (new, "wrong horse", error(401, "bad_credentials")),
        ("bob@example.org", "correct horse", error(409, "taken")),
        (
            "nowhere",
            "correct horse",
            (400, json!({"error": "invalid_input", "field": "email", "rule": "format"})),
        ),
    ] {
        assert_eq!(change(json!({"email": email, "password": password})).await, expected, "{email}");
    }
    let asked = json!({"email": new, "password": "correct horse"});
    assert_eq!(change(asked.clone()).await, (202, json!({"expires_in": 600, "still": "ann@example.org"})));
    assert_eq!(change(asked).await, error(429, "too_soon"));
    let code = mailed(&world, new, 1).await;
    assert_eq!(change(json!({"email": new, "code": "nope"})).await, error(400, "wrong_code"));
    assert_eq!(change(json!({"email": "other@example.net", "code": code})).await, error(400, "unknown_code"));
    let (status, me) = change(json!({"email": new, "code": code})).await;
    assert_eq!((status, &me["email"], &me["verified"]), (200, &json!(new), &json!(true)));
    assert_eq!(change(json!({"email": new, "code": code})).await, error(400, "used_code"));
    assert_eq!(post(&actor, "/code", json!({"who": "ann@example.org"})).await, error(401, "unknown_account"));
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn a_change_at_once_is_unproved_and_a_name_is_set_once() {
    let world = World::serving(CONTRACT).await;
    let actor = world.actor();
    assert_eq!(post(&actor, "/quiet/code", json!({"email": "cy@example.org"})).await.0, 204);
    let body =
        json!({"email": "cy@example.org", "code": mailed(&world, "cy@example.org", 1).await, "town": "Bonn"});
    let access = token(&post(&actor, "/quiet/enter", body).await);
    let (status, me) = post_as(&actor, &access, "/email/now", json!({"email": "cy@example.net"})).await;
    assert_eq!((status, &me["email"], &me["verified"]), (200, &json!("cy@example.net"), &json!(false)));
    let (status, me) = post_as(&actor, &access, "/username", json!({"username": "cy"})).await;
    assert_eq!((status, &me["username"]), (200, &json!("cy")));
    let again = post_as(&actor, &access, "/username", json!({"username": "cyrus"})).await;
    assert_eq!(again, (409, json!({"error": "already_set", "field": "username"})));
    assert_eq!(world.faults().await, 0.0);
}
