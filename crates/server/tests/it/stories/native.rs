//! Doorward's own API beside each of the older ones, on the same accounts: an account that is made through one signs in
//! through the other. What native itself answers is told in its own stories.

use crate::program::run;
use crate::world::{NewAccount, World};
use doorward_server::contracts::Contract;
use doorward_testkit::http_actor::Reply;
use serde_json::{Value, json};

const NAME: &str = "minji";
const ADDRESS: &str = "mina@abcd.com";
const PASSWORD: &str = "correct horse";

async fn beside(old: &str) -> World {
    let named = |name: &str| Contract::builtin(name).expect("built in").within("shop");
    World::of_contracts(vec![named(old), named("native")]).await
}

async fn send(world: &World, path: &str, body: Value) -> Reply {
    world.actor().post(path).json(&body.to_string()).send().await
}

/// Signs up through an older API, as its clients do.
async fn sign_up(world: &World, old: &str) -> Reply {
    match old {
        "cakes" => {
            let body =
                json!({"username": NAME, "password": PASSWORD, "realname": "Kim", "unit": "b", "pro": false});
            send(world, "/cakes/register", body).await
        }
        "formmate" => {
            let body = json!({
                "email": ADDRESS, "name": "Mina", "password": PASSWORD, "birth": "040201", "sex": "4",
                "contact": "010-1234-5678", "address": "Seoul", "job": "baker",
            });
            send(world, "/formmate/auth/register", body).await
        }
        "haenaem" => {
            let body = json!({"authId": NAME, "password": PASSWORD, "name": "Mina", "email": ADDRESS});
            send(world, "/haenaem/api/auth/sign-up", body).await
        }
        "biji" => {
            let form = [("username", NAME), ("password", PASSWORD)];
            world.actor().post("/biji/auth/register").form(&form).send().await
        }
        other => panic!("nobody signs up through {other}"),
    }
}

/// Signs in through an older API.
async fn sign_in(world: &World, old: &str) -> Reply {
    match old {
        "cakes" => send(world, "/cakes/login", json!({"username": NAME, "password": PASSWORD})).await,
        "formmate" => {
            send(world, "/formmate/auth/login", json!({"email": ADDRESS, "password": PASSWORD})).await
        }
        "haenaem" => {
            send(world, "/haenaem/api/auth/sign-in", json!({"authId": NAME, "password": PASSWORD})).await
        }
        "biji" => {
            let form = [("username", NAME), ("password", PASSWORD)];
            world.actor().post("/biji/auth/login").form(&form).send().await
        }
        _ => send(world, "/cbs/api/v1/auth/login", json!({"user": NAME, "password": PASSWORD})).await,
    }
}

/// Who signs in through native by this name.
async fn account(world: &World, login: &str) -> Value {
    let reply = send(world, "/native/v1/sessions", json!({"login": login, "password": PASSWORD})).await;
    assert_eq!(reply.status, 201, "{reply:?}");
    reply.json()["account"].take()
}

#[tokio::test]
async fn an_account_of_an_older_api_signs_in_through_native() {
    for old in ["cakes", "formmate", "haenaem", "biji"] {
        let world = beside(old).await;
        let reply = sign_up(&world, old).await;
        assert!((200..300).contains(&reply.status), "{old}: {reply:?}");
        let named = old != "formmate";
        let account = account(&world, if named { NAME } else { ADDRESS }).await;
        let addressed = matches!(old, "formmate" | "haenaem");
        assert_eq!(account["username"], if named { json!(NAME) } else { Value::Null }, "{old}");
        assert_eq!(account["email"], if addressed { json!(ADDRESS) } else { Value::Null }, "{old}");
        let wrong = json!({"login": NAME, "password": "wrong"});
        assert_eq!(send(&world, "/native/v1/sessions", wrong).await.status, 401, "{old}");
        assert_eq!(world.faults().await, 0.0);
    }
}

#[tokio::test]
async fn an_account_that_an_operator_made_signs_in_through_both() {
    let world = beside("cbs").await;
    let made =
        NewAccount { name: NAME, password: PASSWORD, profile: &[("role", "admin")], must_change: false };
    world.create("shop", &made).await;
    assert_eq!(account(&world, NAME).await["username"], NAME);
    let old = sign_in(&world, "cbs").await;
    assert_eq!((old.status, &old.json()["code"]), (200, &json!(0)), "{old:?}");
}

#[tokio::test]
async fn an_account_of_native_signs_in_through_every_older_api() {
    for old in ["cakes", "formmate", "haenaem", "biji", "cbs"] {
        let world = beside(old).await;
        send(&world, "/native/v1/sign-up/code", json!({"email": ADDRESS})).await;
        let mail = world.mails(ADDRESS, 1).await.remove(0).text;
        let digits = mail.split(|c: char| !c.is_ascii_digit()).find(|digits| digits.len() == 8);
        let code = digits.unwrap_or_else(|| panic!("a code is in {mail}"));
        let body = json!({"email": ADDRESS, "code": code, "username": NAME, "password": PASSWORD});
        let made = send(&world, "/native/v1/accounts", body).await;
        assert_eq!(made.status, 201, "{old}: {made:?}");
        let reply = sign_in(&world, old).await;
        assert!((200..300).contains(&reply.status), "{old}: {reply:?}");
        assert_eq!(world.faults().await, 0.0, "{old}: what it was not asked for is null there");
    }
}

const FACE: &str = r"openapi: 3.1.0
info: {title: Face, version: '1'}
x-doorward:
  account: {identifiers: {email: {}, username: {compare: COMPARE}}, profile: {name: {type: TYPE, nullable: true}}}
  tokens: {access: {opaque: {}, lifetime: 1d}}
  shapes: {failure: {body: {error: $outcome.name}}}
  replies: {failure: {}}
paths:
  /login:
    post:
      x-doorward:
        action: login
        input: {username: $body.username, password: $body.password}
        replies: {signed_in: {body: {token: $tokens.access}}}
";

#[test]
fn contracts_that_cannot_share_a_realm_are_told_why() {
    let folder = tempfile::tempdir().expect("a folder");
    let serve = |compare: &str, kind: &str| {
        let face = FACE.replace("COMPARE", compare).replace("TYPE", kind);
        std::fs::write(folder.path().join("face.yaml"), face).expect("room");
        let both = format!("shop={},native", folder.path().join("face.yaml").display());
        let said = run(folder.path(), &["serve", "--realm", &both, "--listen", "127.0.0.1:0"]);
        assert_eq!(said.code, 2, "{}{}", said.out, said.err);
        said.err
    };
    let said = serve("caseless", "text");
    assert!(
        said.contains("face and native cannot share the realm shop: face compares `username` caseless, native exact; write the same `compare` in both"),
        "{said}"
    );
    let said = serve("exact", "integer");
    assert!(
        said.contains("face and native cannot share the realm shop: the profile field `name` is integer in face and text in native; write the same `type` in both, or another name in one"),
        "{said}"
    );
}
