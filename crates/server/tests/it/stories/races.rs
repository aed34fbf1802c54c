//! Many requests at once for the same thing: exactly one of them gets it, and nobody gets a fault.

use crate::world::World;
use doorward_testkit::http_actor::{Reply, Request};
use serde_json::json;
use std::collections::BTreeMap;
use tokio::task::JoinSet;

const CROWD: usize = 24;

/// Sends the same request many times at once.
async fn at_once(request: &Request) -> Vec<Reply> {
    let mut crowd = JoinSet::new();
    for _ in 0..CROWD {
        crowd.spawn(request.clone().send());
    }
    crowd.join_all().await
}

fn statuses(replies: &[Reply]) -> BTreeMap<u16, usize> {
    let mut count = BTreeMap::new();
    for reply in replies {
        *count.entry(reply.status).or_default() += 1;
    }
    count
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_name_is_registered_once() {
    let world = World::start().await;
    let cakes =
        json!({"username": "a", "password": "b", "realname": "c", "unit": "d", "pro": true}).to_string();
    let cakes = at_once(&world.api("cakes").post("/register").json(&cakes)).await;
    assert_eq!(statuses(&cakes), BTreeMap::from([(201, 1), (500, CROWD - 1)]));
    let biji = world.api("biji").post("/auth/register").form(&[("username", "a"), ("password", "p")]);
    assert_eq!(statuses(&at_once(&biji).await), BTreeMap::from([(200, 1), (401, CROWD - 1)]));
    let next =
        world.api("biji").post("/auth/register").form(&[("username", "b"), ("password", "p")]).send().await;
    assert_eq!(next.json()["data"]["id"], 2, "lost races use no number");
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_resets_once_and_every_wrong_guess_is_counted() {
    let world = World::start().await;
    let api = world.api("haenaem").under("/haenaem/api/auth");
    let body =
        json!({"authId": "a", "password": "pw", "name": "n", "email": "a@b.cd", "type": "FORGET_PASSWORD"});
    for path in ["/sign-up", "/send/auth-key"] {
        assert_eq!(api.post(path).json(&body.to_string()).send().await.status, 200);
    }
    let code = |text: &str| text.rsplit(' ').next().expect("the code is last").to_owned();
    let first = code(&world.mails("a@b.cd", 1).await[0].text);
    let reset = |code: &str| {
        let body = json!({"userId": 1, "authCode": code, "newPassword": "hello"}).to_string();
        api.post("/reset/password").json(&body)
    };
    assert_eq!(statuses(&at_once(&reset(&first)).await), BTreeMap::from([(200, 1), (400, CROWD - 1)]));

    api.post("/send/auth-key").json(&body.to_string()).send().await;
    let second = code(&world.mails("a@b.cd", 2).await[1].text);
    let wrong = if second == "000000" { "111111" } else { "000000" };
    assert_eq!(statuses(&at_once(&reset(wrong)).await), BTreeMap::from([(400, CROWD)]));
    assert_eq!(reset(&second).send().await.status, 400, "guessing is over");
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_is_signed_out_once() {
    let world = World::start().await;
    let form = [("username", "a"), ("password", "p")];
    let biji = world.api("biji");
    biji.post("/auth/register").form(&form).send().await;
    let sign_ins = at_once(&biji.post("/auth/login").form(&form)).await;
    assert_eq!(statuses(&sign_ins), BTreeMap::from([(200, CROWD)]));
    let token = sign_ins[0].header("authorization").expect("a token");
    let outs = at_once(&biji.post("/auth/logout").header("Authorization", &token).body("")).await;
    let counted: Vec<_> = outs.iter().filter(|reply| reply.status == 200).collect();
    assert_eq!(counted.len(), 1, "{:?}", statuses(&outs));
    assert_eq!(counted[0].json()["data"]["count"], CROWD);
    assert!(outs.iter().all(|reply| matches!(reply.status, 200 | 401)), "{:?}", statuses(&outs));
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_user_withdraws_once() {
    let world = World::start().await;
    let api = world.api("haenaem").under("/haenaem/api/auth");
    let body = json!({"authId": "a", "password": "pw", "name": "n", "email": "a@b.cd"}).to_string();
    api.post("/sign-up").json(&body).send().await;
    let replies = at_once(&api.post("/withdrawal").json(&body)).await;
    assert_eq!(statuses(&replies), BTreeMap::from([(200, 1), (400, CROWD - 1)]));
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pair_is_prolonged_by_everybody_who_asks() {
    let world = World::start().await;
    let account = crate::world::NewAccount { name: "a", password: "p", profile: &[], must_change: false };
    world.create("cbs", &account).await;
    let api = world.api("cbs").under("/cbs/api/v1/auth");
    let tokens = api.post("/login").body(r#"{"user":"a","password":"p"}"#).send().await.json();
    let text = |name: &str| tokens["result"][name].as_str().expect("a token").to_owned();
    let body = json!({"refresh_token": text("refresh_token")}).to_string();
    let refresh = api.post("/refresh").bearer(&text("access_token")).body(body);
    assert_eq!(statuses(&at_once(&refresh).await), BTreeMap::from([(200, CROWD)]));
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn codes_asked_for_at_once_leave_one_that_is_good() {
    let world = World::start().await;
    let api = world.api("haenaem").under("/haenaem/api/auth");
    let body = json!({"authId": "a", "email": "a@b.cd", "type": "SIGN_UP"}).to_string();
    let replies = at_once(&api.post("/send/auth-key").json(&body)).await;
    assert_eq!(statuses(&replies), BTreeMap::from([(200, CROWD)]));
    let mut good = 0;
    for mail in world.mails("a@b.cd", CROWD).await {
        let code = mail.text.rsplit(' ').next().expect("the code is last");
        let body = json!({"authId": "a", "email": "a@b.cd", "authCode": code, "type": "SIGN_UP"}).to_string();
        let reply = api.post("/check/auth-code").header("X-Try", code).json(&body).send().await;
        good += usize::from(reply.json()["data"]["usable"] == true);
    }
    assert!(good <= 1, "only the newest counts");
    assert_eq!(world.faults().await, 0.0);
}
