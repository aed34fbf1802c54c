//! What people do with their own account, in a contract of the test's own.

use crate::world::World;
use doorward_testkit::http_actor::{Actor, Reply};
use serde_json::{Value, json};

const CONTRACT: &str = include_str!("own_account.yaml");

async fn post(actor: &Actor, path: &str, body: Value) -> Reply {
    actor.post(path).json(&body.to_string()).send().await
}

async fn post_as(actor: &Actor, access: &str, path: &str, body: Value) -> Reply {
    actor.post(path).bearer(access).json(&body.to_string()).send().await
}

/// Ann, signed up.
async fn ann(actor: &Actor) {
    let body = json!({"email": "ann@example.org", "password": "correct horse", "nickname": "Ann"});
    assert_eq!(post(actor, "/register", body).await.status, 201);
}

async fn log_in(actor: &Actor, email: &str, password: &str) -> Reply {
    post(actor, "/login", json!({"email": email, "password": password})).await
}

async fn token(actor: &Actor) -> String {
    let reply = log_in(actor, "ann@example.org", "correct horse").await;
    reply.json()["token"].as_str().expect("a token").to_owned()
}

#[tokio::test]
async fn a_password_is_changed_and_the_other_devices_are_signed_out() {
    let world = World::serving(CONTRACT).await;
    let actor = world.actor();
    ann(&actor).await;
    let (here, there) = (token(&actor).await, token(&actor).await);
    let change = |old: &str, new: &str| json!({"old": old, "new": new});
    let told = |reply: Reply| (reply.status, reply.text());
    let bare = post(&actor, "/password", change("correct horse", "battery staple")).await;
    assert_eq!(told(bare), (401, r#"{"error":"missing_token"}"#.to_owned()));
    for (old, new, status, error) in [
        ("wrong horse", "battery staple", 401, "wrong_password"),
        ("correct horse", "short", 400, "weak_password"),
        ("correct horse", "correct horse", 400, "same_password"),
    ] {
        let refused = post_as(&actor, &here, "/password", change(old, new)).await;
        assert_eq!(told(refused), (status, json!({"error": error}).to_string()));
    }
    let done = post_as(&actor, &here, "/password", change("correct horse", "battery staple")).await;
    assert_eq!(told(done), (200, r#"{"email":"ann@example.org"}"#.to_owned()));
    let verify = async |access: &str| actor.get("/_doorward/face/verify").bearer(access).send().await.status;
    assert_eq!((verify(&here).await, verify(&there).await), (204, 401));
    assert_eq!(log_in(&actor, "ann@example.org", "correct horse").await.status, 401);
    assert_eq!(log_in(&actor, "ann@example.org", "battery staple").await.status, 200);
    assert_eq!(world.faults().await, 0.0);
}

/// The code in the newest of so many mails to Ann.
async fn mailed(world: &World, mails: usize) -> String {
    let mails = world.mails("ann@example.org", mails).await;
    let text = &mails.last().expect("a mail").text;
    let digits = |word: &&str| word.len() == 6 && word.bytes().all(|byte| byte.is_ascii_digit());
    let mut words = text.split(|c: char| !c.is_ascii_alphanumeric());
    words.find(digits).expect("a code").to_owned()
}

#[tokio::test]
async fn a_forgotten_password_tells_a_stranger_nothing_and_is_set_anew() {
    let world = World::serving(CONTRACT).await;
    let actor = world.actor();
    ann(&actor).await;
    let before = token(&actor).await;
    for (email, to) in [("bob@example.org", "bob@example.org"), ("Ann@Example.org", "Ann@Example.org")] {
        let sent = post(&actor, "/forgot", json!({"email": email})).await;
        assert_eq!((sent.status, sent.json()), (200, json!({"to": to, "expires_in": 600})), "{email}");
    }
    assert!(world.mails("bob@example.org", 0).await.is_empty());
    let verify = actor.get("/_doorward/face/verify").bearer(&before).send().await;
    assert_eq!(verify.status, 401, "the sessions ended with the request");
    let body = |code: &str| json!({"email": "ann@example.org", "code": code, "new": "battery staple"});
    let code = mailed(&world, 1).await;
    let wrong = post(&actor, "/reset", body("nope")).await;
    assert_eq!((wrong.status, wrong.text()), (400, r#"{"error":"wrong_code"}"#.to_owned()));
    assert_eq!(post(&actor, "/reset", body(&code)).await.status, 200);
    assert_eq!(log_in(&actor, "ann@example.org", "battery staple").await.status, 200);
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn an_address_is_proved_by_the_code_that_was_mailed_to_it() {
    let world = World::serving(CONTRACT).await;
    let actor = world.actor();
    ann(&actor).await;
    assert_eq!(post(&actor, "/send", json!({"email": "ann@example.org"})).await.status, 204);
    let body = |code: &str| json!({"email": "ann@example.org", "code": code});
    let code = mailed(&world, 1).await;
    let verified = post(&actor, "/confirm", body(&code)).await;
    assert_eq!((verified.status, &verified.json()["verified"]), (200, &json!(true)));
    let access = verified.json()["token"].as_str().expect("signed in").to_owned();
    let verify = actor.get("/_doorward/face/verify").bearer(&access).send().await;
    assert_eq!(verify.status, 204);
    let again = post(&actor, "/confirm", body(&code)).await;
    assert_eq!((again.status, again.text()), (409, r#"{"error":"already_verified"}"#.to_owned()));
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn an_account_is_updated_member_by_member() {
    let world = World::serving(CONTRACT).await;
    let actor = world.actor();
    ann(&actor).await;
    let bob = json!({"email": "bob@example.org", "password": "correct horse", "nickname": "Bob"});
    assert_eq!(post(&actor, "/register", bob).await.status, 201);
    let access = token(&actor).await;
    let patch = async |body: Value| {
        let reply = actor.request("PATCH", "/me").bearer(&access).json(&body.to_string()).send().await;
        (reply.status, reply.json())
    };
    let mut me = json!({"email": "ann@example.org", "phone": null, "verified": false, "nickname": "Ann", "motto": null, "rank": "novice"});
    me["motto"] = json!("onwards");
    assert_eq!(patch(json!({"motto": "onwards", "rank": "chief"})).await, (200, me.clone()));
    me["motto"] = Value::Null;
    me["nickname"] = json!("Annie");
    assert_eq!(patch(json!({"clear": ["motto"], "nickname": "Annie"})).await, (200, me.clone()));
    let error = |error: &str| json!({"error": error});
    let old = "correct horse";
    for (body, expected) in [
        (json!({"email": "a@example.org"}), (401, error("wrong_password"))),
        (json!({"email": "Bob@example.org", "old": old}), (409, error("taken"))),
        (json!({"new": "short", "old": old}), (400, error("weak_password"))),
        (
            json!({"email": "nowhere", "old": old}),
            (400, json!({"error": "invalid_input", "field": "email", "rule": "format"})),
        ),
        (
            json!({"nickname": 7}),
            (400, json!({"error": "invalid_input", "field": "nickname", "rule": "type"})),
        ),
        (
            json!({"clear": ["nickname"]}),
            (400, json!({"error": "invalid_input", "field": "nickname", "rule": "required"})),
        ),
        (
            json!({"clear": "motto"}),
            (400, json!({"error": "invalid_input", "field": "clear", "rule": "type"})),
        ),
    ] {
        assert_eq!(patch(body.clone()).await, expected, "{body}");
    }
    me["email"] = json!("a@example.org");
    let changed = patch(json!({"email": "a@example.org", "new": "battery staple", "old": old})).await;
    assert_eq!(changed, (200, me.clone()));
    let shown = actor.get("/me").bearer(&access).send().await;
    assert_eq!((shown.status, shown.json()), (200, me));
    assert_eq!(log_in(&actor, "ann@example.org", old).await.status, 401);
    assert_eq!(log_in(&actor, "a@example.org", "battery staple").await.status, 200);
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn a_null_takes_away_what_was_there_and_nothing_leaves_it() {
    let world = World::serving(CONTRACT).await;
    let actor = world.actor();
    ann(&actor).await;
    let access = token(&actor).await;
    let patch = async |body: Value| {
        let reply = actor.request("PATCH", "/me").bearer(&access).json(&body.to_string()).send().await;
        (reply.status, reply.json())
    };
    let old = "correct horse";
    let (status, me) = patch(json!({"phone": "010-1234", "motto": "onwards", "old": old})).await;
    assert_eq!((status, &me["phone"], &me["motto"]), (200, &json!("010-1234"), &json!("onwards")));
    let (_, me) = patch(json!({})).await;
    assert_eq!((&me["phone"], &me["motto"]), (&json!("010-1234"), &json!("onwards")));
    let (status, me) = patch(json!({"motto": null})).await;
    assert_eq!((status, &me["phone"], &me["motto"]), (200, &json!("010-1234"), &Value::Null));
    let unproved = patch(json!({"phone": null})).await;
    assert_eq!(unproved, (401, json!({"error": "wrong_password"})));
    assert_eq!(patch(json!({"phone": null, "old": old})).await.1["phone"], Value::Null);
    for field in ["nickname", "email"] {
        let refused = json!({"error": "invalid_input", "field": field, "rule": "required"});
        assert_eq!(patch(json!({field: null, "old": old})).await, (400, refused));
    }
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crowd_of_updates_is_served_one_after_the_other() {
    let world = World::serving(CONTRACT).await;
    let actor = world.actor();
    ann(&actor).await;
    let access = token(&actor).await;
    let mut crowd = tokio::task::JoinSet::new();
    for number in 0..50 {
        let body = json!({"motto": format!("motto {number}")}).to_string();
        crowd.spawn(actor.request("PATCH", "/me").bearer(&access).json(&body).send());
    }
    let statuses: Vec<u16> = crowd.join_all().await.iter().map(|reply| reply.status).collect();
    assert_eq!(statuses, [200; 50]);
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn a_session_is_asked_after_and_strangers_see_what_the_reply_names() {
    let world = World::serving(CONTRACT).await;
    let actor = world.actor();
    ann(&actor).await;
    let access = token(&actor).await;
    let alive = actor.get("/session").bearer(&access).send().await;
    let told = json!({"email": "ann@example.org", "since": "2026-01-05T12:00:00Z"});
    assert_eq!((alive.status, alive.json()), (200, told));
    let missing = actor.get("/session").send().await;
    assert_eq!((missing.status, missing.text()), (401, r#"{"error":"missing_token"}"#.to_owned()));
    let ann = actor.get("/people/1").send().await;
    assert_eq!((ann.status, ann.json()), (200, json!({"nickname": "Ann", "rank": "novice"})));
    let by_name = actor.get("/people?email=Ann@example.org").send().await;
    assert_eq!((by_name.status, by_name.json()), (200, json!({"nickname": "Ann"})));
    for path in ["/people/2", "/people/x", "/people?email=bob@example.org", "/people?email=nobody"] {
        let unknown = actor.get(path).send().await;
        assert_eq!(
            (unknown.status, unknown.text()),
            (404, r#"{"error":"unknown_account"}"#.to_owned()),
            "{path}"
        );
    }
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn an_update_that_would_make_the_next_sign_in_impossible_is_refused() {
    let jwt =
        "tokens:\n    access: {jwt: {algorithm: HS256, claims: {motto: $account.motto, exp: $expires_at}}, ";
    let cookie = "cookies: {session: \"s=${tokens.access}; Path=/; HttpOnly\"}\n  views:";
    let contract = CONTRACT
        .replace("tokens:\n    access: {opaque: {}, ", jwt)
        .replace("views:", cookie)
        .replace("signed_in: {", "signed_in: {set_cookies: [session], ");
    let world = World::serving(&contract).await;
    let actor = world.actor();
    ann(&actor).await;
    let access = token(&actor).await;
    let patch = async |motto: String| {
        let body = json!({"motto": motto}).to_string();
        let reply = actor.request("PATCH", "/me").bearer(&access).json(&body).send().await;
        (reply.status, reply.json())
    };
    let refused = json!({"error": "invalid_input", "field": "s", "rule": "cookie"});
    assert_eq!(patch("x".repeat(4000)).await, (400, refused));
    assert_eq!(actor.get("/me").bearer(&access).send().await.json()["motto"], Value::Null);
    assert_eq!(patch("x".repeat(2000)).await.0, 200);
    assert_eq!(log_in(&actor, "ann@example.org", "correct horse").await.status, 200);
    assert_eq!(world.faults().await, 0.0);
}
