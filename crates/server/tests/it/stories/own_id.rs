//! The caller's own id in the path, of actions that anybody may do: another's is refused before anything happens.

use crate::world::World;
use doorward_testkit::http_actor::{Actor, Reply};
use serde_json::{Value, json};

const CONTRACT: &str = include_str!("own_id.yaml");
const PASSWORD: &str = "correct horse";

fn told(reply: &Reply) -> (u16, Value) {
    (reply.status, if reply.text().is_empty() { Value::Null } else { reply.json() })
}

async fn post(actor: &Actor, path: &str, body: Value) -> Reply {
    actor.post(path).json(&body.to_string()).send().await
}

/// Somebody signed up: the id and a token.
async fn signed_up(actor: &Actor, name: &str) -> (u64, String) {
    let body = json!({"email": format!("{name}@example.org"), "password": PASSWORD});
    let reply = post(actor, "/register", body).await.json();
    let token = reply["token"].as_str().unwrap_or_else(|| panic!("a token: {reply}"));
    (reply["id"].as_u64().expect("an id"), token.to_owned())
}

#[tokio::test]
async fn nobody_is_removed_by_an_id_that_is_not_their_own() {
    let world = World::serving(CONTRACT).await;
    let actor = world.actor();
    let (ann, ann_token) = signed_up(&actor, "ann").await;
    let (bob, bob_token) = signed_up(&actor, "bob").await;
    let forbidden = (403, json!({"error": "forbidden"}));
    let remove = async |token: &str, id: &str| {
        told(&actor.request("DELETE", &format!("/users/{id}")).bearer(token).send().await)
    };
    assert_eq!(remove(&ann_token, &bob.to_string()).await, forbidden);
    assert_eq!(remove(&ann_token, "nobody").await, forbidden);
    let in_body = json!({"token": ann_token});
    assert_eq!(told(&post(&actor, &format!("/users/{bob}/close"), in_body.clone()).await), forbidden);
    let missing = (401, json!({"error": "missing_token"}));
    let bare = actor.request("DELETE", &format!("/users/{bob}")).send().await;
    assert_eq!(told(&bare), missing);
    assert_eq!(told(&post(&actor, &format!("/users/{bob}/close"), json!({})).await), missing);
    // Both are still there.
    assert_eq!(remove(&bob_token, &bob.to_string()).await, (204, Value::Null));
    assert_eq!(told(&post(&actor, &format!("/users/{ann}/close"), in_body).await), (204, Value::Null));
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn an_id_wants_somebody_who_says_whose_it_is_even_where_a_session_may_be_left_out() {
    let world = World::serving(CONTRACT).await;
    let actor = world.actor();
    let (ann, token) = signed_up(&actor, "ann").await;
    let (path, body) =
        (format!("/users/{ann}/leave"), json!({"email": "ann@example.org", "password": PASSWORD}));
    let bare = post(&actor, &path, body.clone()).await;
    assert_eq!(told(&bare), (401, json!({"error": "missing_token"})));
    let reply = actor.post(&path).bearer(&token).json(&body.to_string()).send().await;
    assert_eq!(told(&reply), (204, Value::Null));
}
