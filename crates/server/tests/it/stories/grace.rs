//! Accounts that their owners close with a grace, in a contract of the test's own.

use crate::world::{DAY, HOUR, MINUTE, World};
use doorward_testkit::http_actor::{Actor, Reply};
use serde_json::{Value, json};

const CONTRACT: &str = include_str!("grace.yaml");
const IN_A_WEEK: &str = "2026-01-12T12:00:00Z";

fn told(reply: &Reply) -> (u16, Value) {
    (reply.status, if reply.body.is_empty() { Value::Null } else { reply.json() })
}

async fn send(actor: &Actor, method: &str, path: &str, body: Value) -> (u16, Value) {
    told(&actor.request(method, path).json(&body.to_string()).send().await)
}

fn kim(password: &str) -> Value {
    json!({"email": "kim@example.org", "password": password})
}

fn right() -> Value {
    kim("correct horse")
}

fn error(status: u16, name: &str) -> (u16, Value) {
    (status, json!({"error": name}))
}

async fn sign_in(actor: &Actor, body: Value) -> String {
    let (status, said) = send(actor, "POST", "/login", body).await;
    assert_eq!((status, said["status"].as_str()), (200, Some("active")), "{said}");
    said["token"].as_str().expect("a token").to_owned()
}

/// Kim's account, closed a moment ago, and the token of a session before.
async fn closed(world: &World) -> (Actor, String) {
    let actor = world.actor();
    assert_eq!(send(&actor, "POST", "/register", right()).await.0, 204);
    let token = sign_in(&actor, right()).await;
    let said = json!({"until": IN_A_WEEK, "status": "closing"});
    assert_eq!(send(&actor, "DELETE", "/account", right()).await, (200, said));
    (actor, token)
}

/// The token of an administrator, and what they see of Kim's account.
async fn administrator(world: &World, actor: &Actor) -> String {
    let ann = json!({"email": "ann@example.org", "password": "correct horse"});
    send(actor, "POST", "/register", ann.clone()).await;
    world.set_roles("face", "ann@example.org", &["admin"]).await;
    sign_in(actor, ann).await
}

async fn standing(actor: &Actor, admin: &str) -> (u16, Value) {
    told(&actor.get("/accounts/kim@example.org").bearer(admin).send().await)
}

fn closing() -> (u16, Value) {
    (200, json!({"status": "closing", "closes_at": IN_A_WEEK}))
}

fn active() -> (u16, Value) {
    (200, json!({"status": "active", "closes_at": null}))
}

#[tokio::test]
async fn a_closed_account_ends_its_sessions_and_keeps_its_name() {
    let world = World::serving(CONTRACT).await;
    let (actor, token) = closed(&world).await;
    let over = told(&actor.get("/account").bearer(&token).send().await);
    assert_eq!(over, (401, json!({"error": "ended_session", "reason": "account_closed"})));
    assert_eq!(send(&actor, "POST", "/register", right()).await, error(409, "taken"));
    world.advance(DAY);
    world.sweep().await;
    let again = json!({"until": IN_A_WEEK, "status": "closing"});
    assert_eq!(send(&actor, "DELETE", "/account", right()).await, (200, again), "the first end counts");
    assert_eq!(send(&actor, "DELETE", "/account", kim("wrong")).await, error(401, "bad_credentials"));
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn a_right_sign_in_takes_the_closing_back() {
    let world = World::serving(CONTRACT).await;
    let (actor, _) = closed(&world).await;
    let admin = administrator(&world, &actor).await;
    assert_eq!(send(&actor, "POST", "/login", kim("wrong horse")).await, error(401, "bad_credentials"));
    assert_eq!(standing(&actor, &admin).await, closing());
    world.advance(6 * DAY);
    let token = sign_in(&actor, right()).await;
    let shown = told(&actor.get("/account").bearer(&token).send().await);
    assert_eq!(shown, active());
    world.advance(2 * DAY);
    world.sweep().await;
    let again = sign_in(&actor, right()).await;
    let trail: Vec<_> =
        world.audit("face").await.into_iter().filter(|event| event.action == "close_account").collect();
    let outcomes: Vec<_> = trail.iter().map(|event| event.outcome.as_ref()).collect();
    assert_eq!(outcomes, ["taken_back", "closed"], "the newest first");

    let soon = told(&actor.delete("/account/soon").bearer(&again).send().await);
    assert_eq!(soon, (200, json!({"until": "2026-01-14T12:00:00Z"})), "by the session alone, and for a day");
    send(&actor, "POST", "/code", right()).await;
    let mail = world.mails("kim@example.org", 1).await.pop().expect("a mail");
    let code: String = mail.text.chars().filter(char::is_ascii_digit).take(6).collect();
    let body = json!({"email": "kim@example.org", "code": code});
    let (status, said) = send(&actor, "PUT", "/code", body).await;
    assert_eq!((status, &said["status"]), (200, &json!("active")), "a code signs in too");
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn a_new_password_alone_takes_nothing_back() {
    let world = World::serving(CONTRACT).await;
    let (actor, _) = closed(&world).await;
    let admin = administrator(&world, &actor).await;
    for (path, nth, status) in [("/forgot", 1, "closing"), ("/forgot/signed-in", 2, "active")] {
        world.advance(10 * MINUTE);
        assert_eq!(send(&actor, "POST", "/forgot", right()).await.0, 204);
        let mail = world.mails("kim@example.org", nth).await.pop().expect("a mail");
        let code: String = mail.text.chars().filter(char::is_ascii_digit).take(6).collect();
        let body = json!({"email": "kim@example.org", "code": code, "password": "new horse"});
        let (_, said) = send(&actor, "PUT", path, body).await;
        assert_eq!(said["status"], status, "{path}: {said}");
        assert_eq!(standing(&actor, &admin).await.1["status"], status);
    }
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn after_the_grace_the_account_is_removed() {
    let world = World::serving(CONTRACT).await;
    let (actor, token) = closed(&world).await;
    world.advance(7 * DAY - MINUTE);
    world.sweep().await;
    assert_eq!(send(&actor, "POST", "/register", right()).await, error(409, "taken"), "a minute is left");
    world.advance(MINUTE);
    assert_eq!(send(&actor, "POST", "/login", right()).await, error(403, "expired_account"), "not swept yet");
    assert_eq!(send(&actor, "DELETE", "/account", right()).await, error(401, "bad_credentials"));
    world.sweep().await;
    assert_eq!(send(&actor, "POST", "/login", right()).await, error(401, "bad_credentials"));
    let event =
        world.audit("face").await.into_iter().find(|event| event.outcome == "deleted").expect("an event");
    assert_eq!((event.action.as_ref(), event.caller), ("close_account", None));
    assert_eq!(send(&actor, "POST", "/register", right()).await.0, 204, "the name is free");
    let fresh = sign_in(&actor, right()).await;
    assert_eq!(told(&actor.get("/account").bearer(&fresh).send().await), active());
    assert_eq!(told(&actor.get("/account").bearer(&token).send().await).0, 401);
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn those_in_charge_take_it_back_or_remove_it_at_once() {
    let world = World::serving(CONTRACT).await;
    let (actor, _) = closed(&world).await;
    let admin = administrator(&world, &actor).await;
    let order = async |method: &str, path: &str, body: Value| {
        let path = format!("/accounts/kim@example.org{path}");
        told(&actor.request(method, &path).bearer(&admin).json(&body.to_string()).send().await)
    };
    let locked = json!({"status": "locked", "closes_at": IN_A_WEEK});
    assert_eq!(order("PUT", "/lock", json!({"locked": true})).await, (200, locked));
    assert_eq!(send(&actor, "POST", "/login", right()).await, error(423, "locked"));
    assert_eq!(order("PUT", "/lock", json!({"locked": false})).await, closing());
    assert_eq!(order("PUT", "", json!({"status": "active"})).await, active());
    sign_in(&actor, right()).await;
    send(&actor, "DELETE", "/account", right()).await;
    let off = json!({"status": "disabled", "closes_at": null});
    assert_eq!(
        order("PUT", "", json!({"status": "disabled"})).await,
        (200, off),
        "it takes the closing's place"
    );
    world.advance(8 * DAY);
    world.sweep().await;
    assert_eq!(send(&actor, "POST", "/login", right()).await, error(403, "disabled"));
    assert_eq!(
        order("PUT", "", json!({"status": "active"})).await.0,
        401,
        "the administrator's session is over"
    );
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn a_closing_account_can_be_removed_at_once() {
    let world = World::serving(CONTRACT).await;
    let (actor, _) = closed(&world).await;
    assert_eq!(send(&actor, "DELETE", "/account/now", right()).await.0, 204, "by its owner");
    assert_eq!(send(&actor, "POST", "/register", right()).await.0, 204);
    send(&actor, "DELETE", "/account", right()).await;
    world.advance(HOUR / 2);
    let admin = administrator(&world, &actor).await;
    let path = "/accounts/kim@example.org";
    assert_eq!(actor.delete(path).bearer(&admin).send().await.status, 204, "by those in charge");
    assert_eq!(standing(&actor, &admin).await, error(401, "bad_credentials"));
    assert_eq!(world.faults().await, 0.0);
}
