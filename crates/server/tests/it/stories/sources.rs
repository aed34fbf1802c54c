//! What a contract of one's own may say and the five do not: inputs from anywhere, words for words, odd replies.

use crate::world::World;
use doorward_testkit::http_actor::{Actor, Reply};
use serde_json::{Value, json};

const CONTRACT: &str = include_str!("sources.yaml");

async fn register(actor: &Actor, body: &Value) -> Reply {
    actor.post("/register").json(&body.to_string()).send().await
}

async fn world() -> (World, Actor) {
    let world = World::serving(CONTRACT).await;
    let actor = world.actor();
    let kim = json!({"u": "kim", "p": "pw", "level": 9, "metal": "AG"});
    assert_eq!(register(&actor, &kim).await.status, 201);
    assert_eq!(register(&actor, &json!({"u": "lee", "p": "pw"})).await.status, 201);
    (world, actor)
}

#[tokio::test]
async fn words_of_the_wire_stand_for_words_of_the_account() {
    let (_world, actor) = world().await;
    let high = register(&actor, &json!({"u": "ann", "p": "p", "level": 6, "metal": "AG"})).await;
    assert_eq!(high.text(), r#"{"ok":{"level":6,"metal":"AG","high":"yes"}}"#);
    assert_eq!(high.header("x-number").as_deref(), Some("no 2"));
    let plain = register(&actor, &json!({"u": "bob", "p": "p"})).await;
    assert_eq!(plain.text(), r#"{"ok":{"level":3,"metal":"AU"}}"#, "defaults, and nothing for `high`");
    let wrong = register(&actor, &json!({"u": "eve", "level": "6", "metal": "gold"})).await;
    assert_eq!(
        (wrong.status, wrong.text()),
        (422, r#"{"p":["required"],"level":["type"],"metal":["enum"]}"#.to_owned())
    );
}

#[tokio::test]
async fn inputs_come_from_path_query_header_and_cookie() {
    let (_world, actor) = world().await;
    for (verb, name, value) in
        [("PUT", "X-Pass", "pw"), ("PATCH", "x-pass", "pw"), ("PUT", "Cookie", "a=b; pw=pw")]
    {
        let reply = actor.request(verb, "/login/lee?ttl=60").header(name, value).send().await;
        assert_eq!(reply.header("content-type").as_deref(), Some("text/plain"), "{reply:?}");
        let text = reply.text();
        let (token, seconds) = text.split_once(' ').expect("a token and seconds");
        assert_eq!((reply.status, seconds), (200, "60"));
        let line = format!("sid={token}; path=/x; SameSite=Lax; HTTPONLY; max-age=60");
        assert_eq!(reply.set_cookies(), [line]);
    }
    let both =
        actor.request("PUT", "/login/lee").header("X-Pass", "wrong").header("Cookie", "pw=pw").send().await;
    assert_eq!((both.status, both.reason.as_str()), (403, "Nope"), "the first source that is there counts");
    assert_eq!(both.text(), "bad: bad_credentials");
    let none = actor.request("PUT", "/login/lee").send().await;
    assert_eq!((none.status, none.text()), (422, r#"{"X-Pass":["required"]}"#.to_owned()));
    for (ttl, seconds) in [("999999", "7200"), ("0", "3600")] {
        let reply =
            actor.request("PUT", &format!("/login/lee?ttl={ttl}")).header("X-Pass", "pw").send().await;
        assert!(reply.text().ends_with(&format!(" {seconds}")), "{ttl}: {reply:?}");
    }
    for ttl in ["abc", "-5", "1e3", "1.5", "%20"] {
        let reply =
            actor.request("PUT", &format!("/login/lee?ttl={ttl}")).header("X-Pass", "pw").send().await;
        assert_eq!((reply.status, reply.text()), (422, r#"{"ttl":["type"]}"#.to_owned()), "{ttl}");
    }
}

#[tokio::test]
async fn a_body_may_be_one_value_and_a_status_any() {
    let (_world, actor) = world().await;
    let high = actor.request("PUT", "/login/kim").header("X-Pass", "pw").send().await;
    assert_eq!((high.status, high.reason.as_str()), (299, "High"));
    let token: String = serde_json::from_str(&high.text()).expect("a bare text");
    for (name, value) in [("X-Auth", format!("Token {token}")), ("Cookie", format!("sid={token}"))] {
        let level = actor.get("/level").header(name, &value).send().await;
        assert_eq!((level.status, level.text().as_str()), (200, "9"), "{name}");
    }
    let bare = actor.get("/level").header("X-Auth", &token).send().await;
    assert_eq!((bare.status, bare.text()), (418, r#"{"error":"invalid_token"}"#.to_owned()));
    let wrong = actor.request("DELETE", "/level").send().await;
    assert_eq!((wrong.status, wrong.text().as_str()), (405, "7"));
    let lost = actor.get("/nowhere").send().await;
    assert_eq!((lost.status, lost.text().as_str(), lost.header("content-type")), (601, "", None));
}
