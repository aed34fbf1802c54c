//! Profile fields that nobody else may have, that are set once, and that may not change often.

use crate::world::World;
use doorward_testkit::http_actor::Actor;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::task::JoinSet;

const CONTRACT: &str = include_str!("profile_changes.yaml");
const DAY: Duration = Duration::from_secs(86_400);

async fn register(actor: &Actor, username: &str, nickname: &str) -> (u16, Value) {
    let body = json!({"username": username, "password": "correct horse", "nickName": nickname});
    let reply = actor.post("/register").json(&body.to_string()).send().await;
    (reply.status, reply.json())
}

/// Somebody signed up, by token.
async fn somebody(actor: &Actor, username: &str, nickname: &str) -> String {
    let (status, made) = register(actor, username, nickname).await;
    assert_eq!(status, 201, "{made}");
    made["token"].as_str().expect("a token").to_owned()
}

async fn patch(actor: &Actor, access: &str, body: Value) -> (u16, Value) {
    let reply = actor.request("PATCH", "/me").bearer(access).json(&body.to_string()).send().await;
    (reply.status, reply.json())
}

fn taken(field: &str) -> (u16, Value) {
    (409, json!({"error": "taken", "field": field}))
}

#[tokio::test]
async fn a_unique_value_is_one_accounts_until_it_changes_or_the_account_goes() {
    let world = World::serving(CONTRACT).await;
    let actor = world.actor();
    let kim = somebody(&actor, "kim", "Zoe").await;
    assert_eq!(register(&actor, "lee", "ZOE").await, taken("nickName"), "the wire name, whatever the case");
    assert_eq!(register(&actor, "Kim", "zoe").await, taken("username"), "identifiers are asked first");
    let lee = somebody(&actor, "lee", "Lee").await;
    assert_eq!(patch(&actor, &lee, json!({"nickName": "zoe"})).await, taken("nickName"));
    assert_eq!(patch(&actor, &kim, json!({"nickName": "ZOE"})).await.0, 200, "its own it may respell");
    assert_eq!(patch(&actor, &kim, json!({"nickName": "Kim"})).await.0, 200);
    assert_eq!(patch(&actor, &lee, json!({"nickName": "zoe"})).await.0, 200, "what was given up is free");
    let gone = actor.request("DELETE", "/me?password=correct%20horse").bearer(&lee).send().await;
    assert_eq!(gone.status, 204, "{}", gone.text());
    assert_eq!(patch(&actor, &kim, json!({"nickName": "Zoe"})).await.0, 200);
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn of_many_who_want_one_value_at_once_one_gets_it() {
    let world = World::serving(CONTRACT).await;
    let crowd: JoinSet<_> = (0..6)
        .map(|n| {
            let actor = world.actor();
            async move { register(&actor, &format!("user{n}"), "Zoe").await }
        })
        .collect();
    let replies = crowd.join_all().await;
    let won = replies.iter().filter(|(status, _)| *status == 201).count();
    let lost = replies.iter().filter(|reply| **reply == taken("nickName")).count();
    assert_eq!((won, lost), (1, 5), "{replies:?}");
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn what_is_set_once_stays() {
    let world = World::serving(CONTRACT).await;
    let actor = world.actor();
    let kim = somebody(&actor, "kim", "Kim").await;
    let born = |day: &str| json!({"birthday": day});
    let already = |field: &str| (409, json!({"error": "already_set", "field": field}));
    assert_eq!(patch(&actor, &kim, born("2000-02-29")).await.1["birthday"], "2000-02-29");
    assert_eq!(patch(&actor, &kim, born("2000-02-29")).await.0, 200, "the same is no change");
    assert_eq!(patch(&actor, &kim, born("2001-01-01")).await, already("birthday"));
    assert_eq!(patch(&actor, &kim, json!({"remove": ["birthday"]})).await, already("birthday"));
    assert_eq!(patch(&actor, &kim, json!({"phone": "+82 10 1234"})).await.0, 200);
    assert_eq!(patch(&actor, &kim, json!({"phone": "+82 10 9999"})).await, already("phone"));
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn what_may_not_change_often_says_when_it_may_again() {
    let world = World::serving(CONTRACT).await;
    let actor = world.actor();
    let kim = somebody(&actor, "kim", "Kim").await;
    let too_soon = |seconds: u64| (429, json!({"error": "too_soon", "seconds": seconds}));
    assert_eq!(patch(&actor, &kim, json!({"motto": "one"})).await.0, 200);
    assert_eq!(patch(&actor, &kim, json!({"motto": "one", "nickName": "Kimmy"})).await.0, 200);
    assert_eq!(patch(&actor, &kim, json!({"motto": "two"})).await, too_soon(86_400));
    assert_eq!(patch(&actor, &kim, json!({"username": "minsu"})).await.0, 200, "the first change is free");
    assert_eq!(patch(&actor, &kim, json!({"username": "MinSu"})).await.0, 200, "a spelling is no change");
    world.advance(DAY);
    assert_eq!(patch(&actor, &kim, json!({"username": "kim"})).await, too_soon(29 * 86_400));
    assert_eq!(patch(&actor, &kim, json!({"motto": "two"})).await.0, 200);
    world.advance(29 * DAY);
    let changed = patch(&actor, &kim, json!({"username": "kim"})).await;
    assert_eq!((changed.0, &changed.1["username"]), (200, &json!("kim")));
    let refused = actor.request("PATCH", "/me").bearer(&kim).json(r#"{"username": "lee"}"#).send().await;
    assert_eq!((refused.status, refused.header("retry-after")), (429, Some("2592000".to_owned())));
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn a_change_of_name_keeps_to_the_same_limits() {
    let world = World::serving(CONTRACT).await;
    let actor = world.actor();
    let kim = somebody(&actor, "kim", "Kim").await;
    let post = async |path: &str, body: Value| {
        let reply = actor.post(path).bearer(&kim).json(&body.to_string()).send().await;
        (reply.status, reply.json())
    };
    assert_eq!(post("/name", json!({"username": "minsu"})).await.0, 200);
    let too_soon = (429, json!({"error": "too_soon", "seconds": 30 * 86_400}));
    assert_eq!(post("/name", json!({"username": "kim"})).await, too_soon);
    assert_eq!(
        patch(&actor, &kim, json!({"username": "kim"})).await,
        too_soon,
        "one limit, whatever the way"
    );
    assert_eq!(post("/phone", json!({"phone": "+82 10 1234"})).await.0, 200);
    let already = (409, json!({"error": "already_set", "field": "phone"}));
    assert_eq!(post("/phone", json!({"phone": "+82 10 9999"})).await, already);
    world.advance(30 * DAY);
    assert_eq!(post("/name", json!({"username": "kim"})).await.0, 200);
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn a_first_password_brings_only_what_may_change_and_is_nobody_elses() {
    let world = World::serving(CONTRACT).await;
    let actor = world.actor();
    somebody(&actor, "kim", "Zoe").await;
    somebody(&actor, "lee", "Lee").await;
    let first = async |old: &str, mut body: Value| {
        world.must_change("face", "lee").await;
        body["username"] = json!("lee");
        (body["password"], body["new"]) = (json!(old), json!("battery staple"));
        let reply = actor.post("/first").json(&body.to_string()).send().await;
        (reply.status, reply.json())
    };
    assert_eq!(first("correct horse", json!({"nickName": "ZOE"})).await, taken("nickName"));
    let own = json!({"nickName": "LEE", "motto": "Onward", "birthday": "2000-02-29"});
    let (status, me) = first("correct horse", own).await;
    assert_eq!((status, &me["nickname"], &me["birthday"]), (200, &json!("LEE"), &json!("2000-02-29")));
    let set = (409, json!({"error": "already_set", "field": "birthday"}));
    assert_eq!(first("battery staple", json!({"birthday": "2001-03-01"})).await, set);
    let soon = first("battery staple", json!({"motto": "Back"})).await;
    assert_eq!(soon, (429, json!({"error": "too_soon", "seconds": 86_400})));
    world.advance(DAY);
    assert_eq!(first("battery staple", json!({"motto": "Back"})).await.0, 200);
    assert_eq!(world.faults().await, 0.0);
}
