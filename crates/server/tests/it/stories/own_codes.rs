//! Signing in by codes, and other names and addresses, in a contract of the test's own.

use crate::world::{MINUTE, SECOND, World};
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

/// The answer to a code that is not good, with how tries stand.
fn bad_code(error: &str, tries: Option<(u32, u32)>) -> Told {
    let (left, used) = tries.unzip();
    (400, json!({"error": error, "left": left, "used": used}))
}

async fn log_in(actor: &Actor, path: &str, who: &str, password: &str) -> Told {
    post(actor, path, json!({"who": who, "password": password})).await
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
    assert_eq!(enter("ann", "nope").await, bad_code("wrong_code", Some((4, 1))));
    let entered = enter("ann@example.org", &code).await;
    assert_eq!((entered.0, &entered.1["me"]["verified"]), (200, &json!(true)));
    let me = told(actor.get("/me").bearer(&token(&entered))).await;
    assert_eq!(me, (200, entered.1["me"].clone()));
    assert_eq!(enter("ann", &code).await, bad_code("used_code", None));
    assert_eq!(post(&actor, "/send", json!({"email": "ann@example.org"})).await.0, 204);
    let code = mailed(&world, "ann@example.org", 2).await;
    assert_eq!(enter("ann", &code).await.0, 200, "a code by `send_verification` is the same");
    assert_eq!(post(&actor, "/code", json!({"who": "ann"})).await.0, 200);
    let code = mailed(&world, "ann@example.org", 3).await;
    world.advance(10 * MINUTE);
    assert_eq!(enter("ann", &code).await, bad_code("expired_code", None));
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn an_address_of_nobody_becomes_an_account_without_a_password() {
    let world = World::serving(CONTRACT).await;
    let actor = world.actor();
    let body = |code: &str| json!({"email": "Bob@example.org", "code": code, "town": "Bonn"});
    assert_eq!(post(&actor, "/quiet/enter", body("000000")).await, bad_code("unknown_code", None));
    assert_eq!(post(&actor, "/quiet/code", json!({"email": "Bob@example.org"})).await.0, 204);
    let code = mailed(&world, "Bob@example.org", 1).await;
    let incomplete = post(&actor, "/quiet/enter", json!({"email": "bob@example.org", "code": code})).await;
    assert_eq!(incomplete, (400, json!({"error": "invalid_input", "field": "town", "rule": "required"})));
    let (status, made) = post(&actor, "/quiet/enter", body(&code)).await;
    let me = json!({"email": "Bob@example.org", "verified": true, "username": null, "password": false, "city": "Bonn"});
    assert_eq!((status, &made["me"]), (201, &me));
    assert_eq!(told(actor.get("/me").bearer(&token(&(status, made)))).await, (200, me));
    assert_eq!(post(&actor, "/quiet/enter", body(&code)).await, bad_code("used_code", None));
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
        (new, "wrong horse", (401, json!({"error": "bad_credentials", "left": null, "used": null}))),
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
    assert_eq!(change(json!({"email": new, "code": "nope"})).await, bad_code("wrong_code", Some((4, 1))));
    assert_eq!(
        change(json!({"email": "other@example.net", "code": code})).await,
        bad_code("unknown_code", None)
    );
    let (status, me) = change(json!({"email": new, "code": code})).await;
    assert_eq!((status, &me["email"], &me["verified"]), (200, &json!(new), &json!(true)));
    assert_eq!(change(json!({"email": new, "code": code})).await, bad_code("used_code", None));
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

#[tokio::test]
async fn whoever_joins_needs_no_password_and_must_not_be_signed_in() {
    let world = World::serving(CONTRACT).await;
    let actor = world.actor();
    let dan = json!({"email": "dan@example.org", "city": "Bonn"});
    let (status, me) = post(&actor, "/join", dan.clone()).await;
    assert_eq!((status, &me["password"], &me["verified"]), (201, &json!(false), &json!(false)));
    assert_eq!(post(&actor, "/join", dan).await, error(409, "taken"));
    let blind = log_in(&actor, "/login", "dan@example.org", "").await;
    assert_eq!(blind, (401, json!({"error": "bad_credentials", "left": null, "used": null})));
    let bare = post(&actor, "/register", json!({"email": "eve@example.org", "city": "Bonn"})).await;
    assert_eq!(bare, (400, json!({"error": "invalid_input", "field": "password", "rule": "required"})));
    assert_eq!(post(&actor, "/code", json!({"who": "dan@example.org"})).await.0, 200);
    let code = mailed(&world, "dan@example.org", 1).await;
    let access = token(&post(&actor, "/enter", json!({"who": "dan@example.org", "code": code})).await);
    let eve = json!({"email": "eve@example.org", "city": "Bonn"});
    let refused = post_as(&actor, &access, "/join", eve.clone()).await;
    assert_eq!(refused, (409, json!({"error": "already_signed_in", "as": "dan@example.org"})));
    assert_eq!(post_as(&actor, "junk", "/join", eve.clone()).await, error(401, "invalid_token"));
    assert_eq!(post(&actor, "/join", eve).await.0, 201);
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn a_session_is_kept_and_its_token_made_again() {
    let world = World::serving(CONTRACT).await;
    let actor = world.actor();
    ann(&actor).await;
    let put = async || {
        let body = json!({"who": "ann", "password": "correct horse"}).to_string();
        told(actor.request("PUT", "/login").json(&body)).await
    };
    let (status, first) = put().await;
    assert_eq!(status, 200, "there is none to keep: a new one");
    world.advance(10 * MINUTE);
    let second = put().await;
    assert_eq!(second.1["session"], first["session"]);
    assert_eq!(told(actor.get("/me").bearer(&token(&second))).await.0, 200);
    let apart = log_in(&actor, "/login", "ann", "correct horse").await;
    assert_ne!(apart.1["session"], first["session"]);
    assert_eq!(put().await.1["session"], apart.1["session"], "the newest");
    world.advance(30 * MINUTE);
    assert_ne!(put().await.1["session"], apart.1["session"], "that one is over");
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn a_right_password_may_not_be_enough() {
    let world = World::serving(CONTRACT).await;
    let actor = world.actor();
    ann(&actor).await;
    let unverified = (403, json!({"error": "unverified", "prove": "ann@example.org"}));
    assert_eq!(log_in(&actor, "/login/proved", "ann", "correct horse").await, unverified);
    assert_eq!(log_in(&actor, "/login/proved", "ann", "wrong horse").await.0, 401);
    assert_eq!(log_in(&actor, "/login/twice", "ann", "wrong horse").await.0, 401);
    let sent = |expires_in: u32| (202, json!({"to": "ann@example.org", "expires_in": expires_in}));
    assert_eq!(log_in(&actor, "/login/twice", "ann", "correct horse").await, sent(600));
    world.advance(30 * SECOND);
    assert_eq!(log_in(&actor, "/login/twice", "ann", "correct horse").await, sent(570), "the same code");
    let code = mailed(&world, "ann@example.org", 1).await;
    assert_eq!(post(&actor, "/enter/second", json!({"who": "ann", "code": code})).await.0, 200);
    assert_eq!(world.mails("ann@example.org", 1).await.len(), 1);
    assert_eq!(log_in(&actor, "/login/proved", "ann", "correct horse").await.0, 200, "proved by the code");
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn how_tries_stand_is_told_alike_of_known_and_unknown_accounts() {
    let world = World::serving_with_limits(CONTRACT).await;
    let actor = world.actor();
    ann(&actor).await;
    for who in ["ann", "nobody"] {
        for used in 1..=5 {
            let told = log_in(&actor, "/login", who, "wrong horse").await;
            assert_eq!(told, (401, json!({"error": "bad_credentials", "left": 5 - used, "used": used})));
        }
        assert_eq!(log_in(&actor, "/login", who, "wrong horse").await.0, 429);
    }
    assert_eq!(world.faults().await, 0.0);
}
