//! What is kept and what is not: restarts, the data folder, the audit trail, the same bytes on both engines.

use super::expect::empty;
use crate::world::{HOUR, World};
use doorward_testkit::http_actor::Reply;
use serde_json::json;

/// A conversation with every contract, as text.
async fn conversation(world: &World) -> String {
    let mut said = String::new();
    let mut note = |reply: &Reply| said.push_str(&format!("{:?}\n", reply.comparable()));
    let cakes = world.api("cakes").keeping_cookies();
    let body =
        json!({"username": "a", "password": "b", "realname": "c", "unit": "d", "pro": true}).to_string();
    note(&cakes.post("/register").json(&body).send().await);
    note(&cakes.post("/login").json(&body).send().await);
    note(&cakes.post("/logout").json("{}").send().await);
    note(&cakes.post("/logout").json("{}").send().await);
    let haenaem = world.api("haenaem").under("/haenaem/api/auth");
    let body =
        json!({"authId": "a", "password": "pw", "name": "n", "email": "a@b.cd", "type": "FORGET_PASSWORD"});
    for path in ["/sign-up", "/sign-up", "/sign-in", "/send/auth-key"] {
        note(&haenaem.post(path).json(&body.to_string()).send().await);
    }
    let mail = world.mails("a@b.cd", 1).await.remove(0);
    let code = mail.text.rsplit(' ').next().expect("the code is last").to_owned();
    let reset = json!({"userId": 1, "authCode": code, "newPassword": "new"}).to_string();
    for path in ["/reset/password", "/reset/password"] {
        note(&haenaem.post(path).json(&reset).send().await);
    }
    note(&haenaem.post("/withdrawal").json(r#"{"authId":"a","password":"new"}"#).send().await);
    let biji = world.api("biji").under("/biji/auth");
    let form = [("username", "a"), ("password", "p")];
    note(&biji.post("/register").form(&form).send().await);
    let signed_in = biji.post("/login").form(&form).send().await;
    note(&signed_in);
    let token = signed_in.header("authorization").expect("a token");
    note(&world.verify("biji", &[("Authorization", &token)]).await);
    note(&biji.post("/logout").header("Authorization", &token).body("").send().await);
    said + &mail.text
}

#[tokio::test]
async fn with_one_clock_and_one_seed_every_byte_is_the_same_on_both_engines() {
    let first = conversation(&World::start().await).await;
    assert_eq!(first, conversation(&World::start().await).await, "twice on SQLite");
    assert_eq!(first, conversation(&World::on_the_model().await).await, "SQLite and the model");
}

#[tokio::test]
async fn a_restart_forgets_nothing() {
    let world = World::start().await;
    let biji = world.api("biji").under("/biji/auth");
    let form = [("username", "a"), ("password", "p")];
    biji.post("/register").form(&form).send().await;
    let sign_in = || async { biji.post("/login").form(&form).send().await.header("authorization") };
    let (lives, ended) = (sign_in().await.expect("a token"), sign_in().await.expect("a token"));
    assert_eq!(biji.post("/logout").header("Authorization", &ended).body("").send().await.status, 200);
    let after = sign_in().await.expect("a token");
    let secret = world.introspection_secret("biji");

    let world = world.restarted().await;
    world.advance(HOUR);
    empty(&world.verify("biji", &[("Authorization", &after)]).await, 204, "No Content");
    assert_eq!(world.verify("biji", &[("Authorization", &ended)]).await.status, 401);
    assert_eq!(world.verify("biji", &[("Authorization", &lives)]).await.status, 401, "all had ended");
    assert_eq!(world.introspection_secret("biji"), secret);
    let again = world.api("biji").post("/auth/register").form(&form).send().await;
    assert_eq!(again.status, 401, "the name is taken: {again:?}");
    let next =
        world.api("biji").post("/auth/register").form(&[("username", "b"), ("password", "p")]).send().await;
    assert_eq!(next.json()["data"]["id"], 2, "numbers go on");
}

#[tokio::test]
async fn no_password_code_or_token_lies_in_the_data_folder() {
    let world = World::start().await;
    let haenaem = world.api("haenaem").under("/haenaem/api/auth");
    let body = json!({
        "authId": "someone", "password": "a quite recognisable password", "name": "n", "email": "a@b.cd", "type": "FORGET_PASSWORD"
    });
    let mut token = String::new();
    for path in ["/sign-up", "/sign-in", "/send/auth-key"] {
        let reply = haenaem.post(path).json(&body.to_string()).send().await;
        assert_eq!(reply.status, 200, "{reply:?}");
        token = reply.json()["data"]["token"].as_str().map_or(token, str::to_owned);
    }
    let mail = world.mails("a@b.cd", 1).await.remove(0);
    let code = mail.text.rsplit(' ').next().expect("the code is last").to_owned();
    let files = world.files();
    assert!(!files.is_empty());
    let signature = token.rsplit('.').next().expect("a signature");
    for secret in ["a quite recognisable password", &code, signature, "확인 코드"] {
        for (name, bytes) in &files {
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "{secret} in {name}");
        }
    }
}

#[tokio::test]
async fn what_happened_is_written_down_with_who_and_from_where() {
    let world = World::start().await;
    let biji = world.api("biji").under("/biji/auth");
    let form = [("username", "a"), ("password", "p")];
    biji.post("/register").form(&form).send().await;
    biji.post("/login").form(&[("username", "a"), ("password", "canary")]).send().await;
    biji.post("/login").form(&[("username", "canary"), ("password", "p")]).send().await;
    let reply = biji.post("/login").header("User-Agent", "okhttp/3.12").form(&form).send().await;
    let token = reply.header("authorization").expect("a token");
    biji.post("/logout").header("Authorization", "Bearer junk").body("").send().await;
    biji.post("/logout").header("Authorization", &token).body("").send().await;
    world.lock("biji", "a").await;
    let events = world.audit("biji").await;
    let said: Vec<_> = events.iter().rev().map(|event| (&*event.action, &*event.outcome)).collect();
    assert_eq!(
        said,
        [
            ("register", "registered"),
            ("login", "wrong_password"),
            ("login", "unknown_account"),
            ("login", "signed_in"),
            ("logout", "invalid_token"),
            ("logout", "signed_out"),
            ("lock", "updated"),
        ]
    );
    let signed_in = &events[3];
    assert_eq!((signed_in.user_agent.as_str(), signed_in.address.as_str()), ("okhttp/3.12", "127.0.0.1"));
    assert!(signed_in.account.is_some() && signed_in.session.is_some());
    assert_eq!(signed_in.contract, "biji");
    assert_ne!(events[0].contract, "biji", "an operator's work says so");
    assert!(!format!("{events:?}").contains("canary"));
}
