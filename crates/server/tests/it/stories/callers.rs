//! Replies that name whoever asks, whatever else they are about; and sessions that say how they began.

use crate::world::World;
use doorward_testkit::http_actor::{Actor, Reply};
use serde_json::{Value, json};

const CONTRACT: &str = include_str!("callers.yaml");
const PASSWORD: &str = "correct horse";

fn told(reply: &Reply) -> (u16, Value) {
    (reply.status, reply.json())
}

fn token(reply: &Reply) -> String {
    reply.json()["token"].as_str().unwrap_or_else(|| panic!("a token: {reply:?}")).to_owned()
}

async fn enter(actor: &Actor, path: &str, username: &str) -> Reply {
    let body = json!({"username": username, "password": PASSWORD}).to_string();
    actor.post(path).json(&body).send().await
}

async fn ask(actor: &Actor, access: &str, (method, path): (&str, &str), body: Value) -> (u16, Value) {
    told(&actor.request(method, path).bearer(access).json(&body.to_string()).send().await)
}

async fn get(actor: &Actor, access: &str, path: &str) -> (u16, Value) {
    told(&actor.get(path).bearer(access).send().await)
}

#[tokio::test]
async fn a_session_says_how_it_began_and_whose_it_is() {
    let world = World::serving(CONTRACT).await;
    let actor = world.actor();
    let first = enter(&actor, "/register", "ann").await;
    let second = enter(&actor, "/login", "ann").await;
    assert_eq!((first.status, &first.json()["began"]), (201, &json!("signup")));
    assert_eq!((second.status, &second.json()["began"]), (200, &json!("login")));
    let shown = |began: &str| (200, json!({"user": {"objectId": 1}, "createdWith": {"action": began}}));
    assert_eq!(get(&actor, &token(&first), "/sessions/me").await, shown("signup"));
    assert_eq!(get(&actor, &token(&second), "/sessions/me").await, shown("login"));
    let (_, list) = get(&actor, &token(&second), "/sessions").await;
    let mut began: Vec<_> = list.as_array().expect("a list").iter().map(|one| one["began"].clone()).collect();
    began.sort_by_key(Value::to_string);
    assert_eq!(began, [json!("login"), json!("register")]);
    assert!(list.as_array().expect("a list").iter().all(|one| one["user"] == 1), "{list}");
    let change = json!({"old": PASSWORD, "new": "battery staple"});
    let (status, changed) = ask(&actor, &token(&second), ("POST", "/password"), change).await;
    assert_eq!((status, &changed["began"], &changed["user"]), (200, &json!("password"), &json!(1)));
    let new = changed["token"].as_str().expect("a token");
    assert_eq!(get(&actor, new, "/sessions/me").await, shown("password"));
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn failures_and_administrators_name_who_asks() {
    let world = World::serving(CONTRACT).await;
    let actor = world.actor();
    let (ann, bob) =
        (token(&enter(&actor, "/register", "ann").await), token(&enter(&actor, "/register", "bob").await));
    let end = ("DELETE", "/sessions/nonsense");
    assert_eq!(
        ask(&actor, &bob, end, json!({})).await,
        (404, json!({"error": "unknown_session", "user": 2}))
    );
    let weak = json!({"old": PASSWORD, "new": "x"});
    assert_eq!(
        ask(&actor, &bob, ("POST", "/password"), weak).await,
        (400, json!({"error": "weak", "user": "bob"}))
    );
    let lock = ("POST", "/admin/people/2/lock");
    assert_eq!(ask(&actor, &ann, lock, json!({})).await, (403, json!({"error": "forbidden", "user": "ann"})));
    world.set_roles("face", "ann", &["admin"]).await;
    let ann = token(&enter(&actor, "/login", "ann").await);
    assert_eq!(ask(&actor, &ann, lock, json!({})).await, (200, json!({"locked": "bob", "by": "ann"})));
}

#[tokio::test]
async fn the_caller_is_as_the_answer_knows_them_and_nobody_where_nobody_asks() {
    let world = World::serving(CONTRACT).await;
    let actor = world.actor();
    let ann = token(&enter(&actor, "/register", "ann").await);
    enter(&actor, "/register", "bob").await;
    let updated = ask(&actor, &ann, ("PATCH", "/me"), json!({"nickname": "Annie"})).await;
    assert_eq!(updated, (200, json!({"nickname": "Annie", "own": "Annie"})), "not as before the change");
    assert_eq!(get(&actor, &ann, "/people/2").await, (200, json!({"name": "bob", "by": "ann"})));
    let stranger = told(&actor.get("/people/2").send().await);
    assert_eq!(stranger, (200, json!({"name": "bob", "by": "nobody"})));
}
