//! What a contract's profile fields and passwords must be, in a contract of the test's own.

use crate::world::World;
use doorward_testkit::http_actor::{Actor, Reply};
use serde_json::{Value, json};

const CONTRACT: &str = include_str!("profile_rules.yaml");

async fn post(actor: &Actor, path: &str, body: &Value) -> Reply {
    actor.post(path).json(&body.to_string()).send().await
}

/// A registration with some members in place of good ones.
fn registration(other: Value) -> Value {
    let mut body = json!({"username": "kim", "password": "secret!", "nickname": "kim", "born": "2000-02-29"});
    let given = other.as_object().expect("members").clone();
    body.as_object_mut().expect("an object").extend(given);
    body
}

#[tokio::test]
async fn every_rule_of_a_field_is_told_in_the_order_of_the_fields() {
    let world = World::serving(CONTRACT).await;
    let actor = world.actor();
    for (other, rules) in [
        (json!({"nickname": "K"}), json!(["nickname minLength", "nickname pattern"])),
        (json!({"nickname": "ABCDEFGHIJK"}), json!(["nickname maxLength", "nickname pattern"])),
        (json!({"born": "2012-01-06", "level": 10}), json!(["level maximum", "born min_age"])),
        (json!({"born": "2012-01-06"}), json!(["born min_age"])),
        (json!({"born": "2012-02-30"}), json!(["born format"])),
        (json!({"height": 0, "seen": "yesterday"}), json!(["height exclusiveMinimum", "seen format"])),
        (json!({"tags": ["a", "toolong"]}), json!(["tags.1 maxLength"])),
        (json!({"tags": ["a", "a"]}), json!(["tags uniqueItems"])),
        (json!({"level": "7"}), json!(["level type"])),
    ] {
        let refused = post(&actor, "/register", &registration(other.clone())).await;
        assert_eq!((refused.status, refused.json()["rules"].clone()), (400, rules), "{other}");
    }
    let young = post(&actor, "/register", &registration(json!({"born": "2012-01-06"}))).await;
    assert_eq!(young.json()["messages"], json!({"born": ["must be at least 14 years ago"]}));
    let fourteen =
        registration(json!({"born": "2012-01-05", "level": 3.0, "seen": "2026-01-01T00:00:00+09:00"}));
    let made = post(&actor, "/register", &fourteen).await;
    assert_eq!(made.status, 201, "{}", made.text());
    assert_eq!((&made.json()["me"]["level"], &made.json()["me"]["tags"]), (&json!(3), &json!([])));
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn passwords_are_made_of_the_allowed_characters() {
    let world = World::serving(CONTRACT).await;
    let actor = world.actor();
    let refused = post(&actor, "/register", &registration(json!({"password": "Abc"}))).await;
    let told = (refused.status, refused.json());
    assert_eq!(told.0, 400);
    assert_eq!(told.1["rules"], json!(["password minLength", "password alphabet"]));
    assert_eq!(told.1["messages"]["password"][1], "must have allowed characters only");
    assert_eq!(post(&actor, "/register", &registration(json!({}))).await.status, 201);
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn what_the_server_draws_is_there_from_the_start_and_not_the_callers_to_set() {
    let world = World::serving(CONTRACT).await;
    let actor = world.actor();
    let made = post(&actor, "/register", &registration(json!({"api_key": "key_mine"}))).await.json();
    let key = made["me"]["api_key"].as_str().expect("a key").to_owned();
    let drawn = key.strip_prefix("key_").expect("the prefix");
    assert!(drawn.len() == 28 && drawn.bytes().all(|byte| byte.is_ascii_hexdigit()), "{key}");
    let other = registration(json!({"username": "lee"}));
    assert_ne!(post(&actor, "/register", &other).await.json()["me"]["api_key"], json!(key));
    let access = made["token"].as_str().expect("a token");
    let change = json!({"api_key": "mine", "nickname": "lee"}).to_string();
    let changed = actor.request("PATCH", "/me").bearer(access).json(&change).send().await;
    assert_eq!((changed.status, &changed.json()["api_key"]), (200, &json!(key)));
    let bad = json!({"nickname": "L", "born": "2020-01-01"}).to_string();
    let refused = actor.request("PATCH", "/me").bearer(access).json(&bad).send().await;
    let rules = json!(["nickname minLength", "nickname pattern", "born min_age"]);
    assert_eq!((refused.status, refused.json()["rules"].clone()), (400, rules));
    let bad = json!({"born": "2020-01-01"}).to_string();
    let refused = actor.request("PATCH", "/me").bearer(access).json(&bad).send().await;
    assert_eq!((refused.status, refused.json()["rules"].clone()), (400, json!(["born min_age"])));
    assert_eq!(world.faults().await, 0.0);
}
