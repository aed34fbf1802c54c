//! A password is changed and whoever changed it goes on with a new session: every token from before is dead. And a
//! header with a constant, which a cookie wants beside it.

use crate::world::World;
use doorward_testkit::http_actor::{Actor, Reply};
use serde_json::{Value, json};
use tokio::task::JoinSet;

const CONTRACT: &str = include_str!("changed_password.yaml");
const OLD: &str = "correct horse";
const NEW: &str = "battery staple";

async fn post(actor: &Actor, path: &str, body: Value) -> Reply {
    actor.post(path).json(&body.to_string()).send().await
}

async fn change(actor: &Actor, path: &str, access: &str, device: Option<&str>) -> Reply {
    let body = json!({"old": OLD, "new": NEW, "device": device}).to_string();
    actor.post(path).bearer(access).json(&body).send().await
}

fn text(reply: &Reply, name: &str) -> String {
    reply.json()[name].as_str().unwrap_or_else(|| panic!("{name} of {reply:?}")).to_owned()
}

/// Ann, signed up, and signed in on a laptop and on a telephone.
async fn ann(actor: &Actor) -> (Reply, Reply) {
    let body = json!({"email": "ann@example.org", "password": OLD});
    assert_eq!(post(actor, "/register", body).await.status, 201);
    let on = async |device: &str| {
        let body = json!({"email": "ann@example.org", "password": OLD, "device": device, "remember": false});
        post(actor, "/login", body).await
    };
    (on("laptop").await, on("telephone").await)
}

async fn alive(actor: &Actor, access: &str) -> (u16, Value) {
    let reply = actor.get("/session").bearer(access).send().await;
    (reply.status, reply.json())
}

async fn refreshed(actor: &Actor, token: &str) -> Reply {
    post(actor, "/refresh", json!({"refresh": token})).await
}

fn over() -> (u16, Value) {
    (401, json!({"error": "ended_session"}))
}

#[tokio::test]
async fn a_new_session_takes_the_place_of_the_one_that_asked() {
    let world = World::serving(CONTRACT).await;
    let actor = world.actor();
    let (laptop, telephone) = ann(&actor).await;
    let done = change(&actor, "/password", &text(&laptop, "access"), None).await;
    assert_eq!((done.status, text(&done, "device")), (200, "laptop".to_owned()));
    let line = done.header("set-cookie").expect("a cookie");
    assert!(
        !line.contains("Max-Age") && !line.contains("Expires"),
        "for as long as the browser is open: {line}"
    );
    for dead in [&laptop, &telephone] {
        assert_eq!(alive(&actor, &text(dead, "access")).await, over());
        let again = refreshed(&actor, &text(dead, "refresh")).await;
        assert_eq!((again.status, again.json()), over());
    }
    assert_eq!(alive(&actor, &text(&done, "access")).await, (200, json!({"device": "laptop"})));
    assert_eq!(refreshed(&actor, &text(&done, "refresh")).await.status, 200);
    let again = change(&actor, "/password", &text(&laptop, "access"), None).await;
    assert_eq!((again.status, again.json()), over());
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn the_other_sessions_stay_where_they_are_to_and_a_refusal_ends_none() {
    let world = World::serving(CONTRACT).await;
    let actor = world.actor();
    let (laptop, telephone) = ann(&actor).await;
    let access = text(&laptop, "access");
    let wrong = json!({"old": "wrong horse", "new": NEW}).to_string();
    let refused = actor.post("/password/here").bearer(&access).json(&wrong).send().await;
    assert_eq!((refused.status, alive(&actor, &access).await.0), (401, 200));
    let done = change(&actor, "/password/here", &access, Some("old laptop")).await;
    assert_eq!((done.status, text(&done, "device")), (200, "old laptop".to_owned()));
    assert_eq!(alive(&actor, &access).await, over());
    assert_eq!(alive(&actor, &text(&telephone, "access")).await, (200, json!({"device": "telephone"})));
    assert_eq!(alive(&actor, &text(&done, "access")).await.0, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refreshes_at_the_same_time_leave_no_second_session() {
    let world = World::serving(CONTRACT).await;
    let actor = world.actor();
    let (laptop, _) = ann(&actor).await;
    let mut crowd = JoinSet::new();
    for at in 0..16 {
        let request = if at == 5 || at == 9 {
            let body = json!({"old": OLD, "new": NEW}).to_string();
            actor.post("/password").bearer(&text(&laptop, "access")).json(&body)
        } else {
            let body = json!({"refresh": text(&laptop, "refresh")}).to_string();
            actor.post("/refresh").json(&body)
        };
        crowd.spawn(async move { (at == 5 || at == 9, request.send().await) });
    }
    let mut live = 0;
    let mut changed = 0;
    for (changes, reply) in crowd.join_all().await {
        assert!(matches!(reply.status, 200 | 401), "{reply:?}");
        if reply.status == 200 {
            changed += usize::from(changes);
            let good = alive(&actor, &text(&reply, "access")).await.0 == 200;
            live += usize::from(good);
            assert_eq!(good, changes, "what a refresh gave out is of the session that ended");
        }
    }
    assert_eq!((changed, live), (1, 1));
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn a_cookie_wants_the_constant_beside_it_and_the_constant_is_nothing_alone() {
    let world = World::serving(CONTRACT).await;
    let actor = world.actor();
    let (laptop, _) = ann(&actor).await;
    let cookie = laptop.cookie("sid");
    let send = async |header: Option<&str>, cookie: &str| {
        let request = actor.get("/session");
        let request = if cookie.is_empty() { request } else { request.cookies(&[("sid", cookie)]) };
        let request = header.into_iter().fold(request, |r, value| r.header("X-Requested-With", value));
        let reply = request.send().await;
        (reply.status, reply.json())
    };
    let refused = |error: &str, about: &str| (401, json!({"error": error, "about": about}));
    assert_eq!(send(Some("XMLHttpRequest"), &cookie).await, (200, json!({"device": "laptop"})));
    assert_eq!(send(None, &cookie).await, refused("missing_token", "access"));
    assert_eq!(send(Some("xmlhttprequest"), &cookie).await, refused("invalid_token", "script"));
    assert_eq!(send(Some("XMLHttpRequest"), "").await, refused("missing_token", "access"));
    assert_eq!(alive(&actor, &text(&laptop, "access")).await.0, 200, "a bearer needs none");
}
