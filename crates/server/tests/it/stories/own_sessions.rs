//! What people see and do of their own sessions, in a contract of the test's own.

use crate::world::{HOUR, MINUTE, World};
use doorward_testkit::http_actor::{Actor, Reply};
use serde_json::{Value, json};

const CONTRACT: &str = include_str!("own_sessions.yaml");

/// Signs somebody in, who is registered if need be; the session's id and its token.
async fn sign_in(actor: &Actor, email: &str) -> (String, String) {
    let body = json!({"email": email, "password": "correct horse"}).to_string();
    actor.post("/register").json(&body).send().await;
    let reply = actor.post("/login").json(&body).send().await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let text = |name: &str| reply.json()[name].as_str().expect("a text").to_owned();
    (text("id"), text("token"))
}

fn told(reply: &Reply) -> (u16, Value) {
    (reply.status, reply.json())
}

async fn get(actor: &Actor, path: &str, token: &str) -> (u16, Value) {
    told(&actor.get(path).bearer(token).send().await)
}

async fn delete(actor: &Actor, path: &str, token: &str, body: Value) -> (u16, Value) {
    told(&actor.request("DELETE", path).bearer(token).json(&body.to_string()).send().await)
}

#[tokio::test]
async fn sessions_are_listed_the_newest_first_and_in_pages() {
    let world = World::serving(CONTRACT).await;
    let actor = world.actor();
    let (first, token) = sign_in(&actor, "ann@example.org").await;
    world.advance(MINUTE);
    let (second, _) = sign_in(&actor, "ann@example.org").await;
    sign_in(&actor, "bob@example.org").await;
    let item = |id: &str, since: &str, current: bool| json!({"id": id, "since": since, "agent": "", "current": current});
    let newest = item(&second, "2026-01-05T12:01:00Z", false);
    let oldest = item(&first, "2026-01-05T12:00:00Z", true);
    let both = json!({"total": 2, "sessions": [newest, oldest]});
    assert_eq!(get(&actor, "/sessions", &token).await, (200, both));
    let page = json!({"total": 2, "sessions": [oldest]});
    assert_eq!(get(&actor, "/sessions?offset=1&limit=1", &token).await, (200, page));
    for (query, field, rule) in
        [("limit=0", "limit", "minimum"), ("limit=101", "limit", "maximum"), ("offset=x", "offset", "type")]
    {
        let refused = json!({"error": "invalid_input", "field": field, "rule": rule});
        assert_eq!(get(&actor, &format!("/sessions?{query}"), &token).await, (400, refused));
    }
    assert_eq!(
        get(&actor, "/sessions", &first).await,
        (401, json!({"error": "invalid_token"})),
        "no credential"
    );
    world.advance(HOUR);
    let (_, token) = sign_in(&actor, "ann@example.org").await;
    assert_eq!(get(&actor, "/sessions", &token).await.1["total"], 1, "what is over is not listed");
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn a_session_is_shown_and_ended_by_its_owner_only() {
    let world = World::serving(CONTRACT).await;
    let actor = world.actor();
    let (here, token) = sign_in(&actor, "ann@example.org").await;
    let (there, other) = sign_in(&actor, "ann@example.org").await;
    let (foreign, _) = sign_in(&actor, "bob@example.org").await;
    assert_eq!(get(&actor, "/session", &token).await, (200, json!({"id": here, "current": true})));
    let shown = json!({"id": there, "current": false});
    assert_eq!(get(&actor, &format!("/sessions/{there}"), &token).await, (200, shown));
    let unknown = || (404, json!({"error": "unknown_session"}));
    for id in [foreign.as_str(), "nothing", "00000000-0000-0000-0000-000000000000"] {
        assert_eq!(get(&actor, &format!("/sessions/{id}"), &token).await, unknown());
        assert_eq!(delete(&actor, &format!("/sessions/{id}"), &token, json!({})).await, unknown());
    }
    let end = format!("/sessions/{there}");
    assert_eq!(delete(&actor, &end, &token, json!({})).await, (200, json!({"ended": 1})));
    assert_eq!(delete(&actor, &end, &token, json!({})).await, unknown());
    assert_eq!(get(&actor, "/session", &other).await, (401, json!({"error": "ended_session"})));
    assert_eq!(get(&actor, "/session", &token).await.0, 200);
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn the_other_sessions_end_for_whoever_proves_the_password() {
    let world = World::serving(CONTRACT).await;
    let actor = world.actor();
    let (_, token) = sign_in(&actor, "ann@example.org").await;
    let others = [sign_in(&actor, "ann@example.org").await.1, sign_in(&actor, "ann@example.org").await.1];
    let bob = sign_in(&actor, "bob@example.org").await.1;
    for password in [json!({}), json!({"password": "wrong horse"})] {
        let refused = (401, json!({"error": "wrong_password"}));
        assert_eq!(delete(&actor, "/sessions", &token, password).await, refused);
    }
    let right = json!({"password": "correct horse"});
    assert_eq!(delete(&actor, "/sessions", &token, right.clone()).await, (200, json!({"ended": 2})));
    assert_eq!(delete(&actor, "/sessions", &token, right).await, (200, json!({"ended": 0})));
    for over in others {
        assert_eq!(get(&actor, "/session", &over).await.0, 401);
    }
    assert_eq!(get(&actor, "/session", &token).await.0, 200);
    assert_eq!(get(&actor, "/session", &bob).await.0, 200);
    assert_eq!(world.faults().await, 0.0);
}
