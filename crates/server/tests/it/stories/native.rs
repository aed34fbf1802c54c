//! Doorward's own API beside an older one, on the same accounts. What it answers is told in its own stories.

use crate::world::World;
use doorward_server::contracts::Contract;
use doorward_testkit::http_actor::Reply;
use serde_json::{Value, json};

fn beside(name: &str) -> Vec<Contract> {
    let named = |name: &str| Contract::builtin(name).expect("built in").within("shop");
    vec![named(name), named("native")]
}

async fn signed_in(world: &World, login: &str, password: &str) -> Reply {
    let body = json!({"login": login, "password": password}).to_string();
    world.actor().post("/native/v1/sessions").json(&body).send().await
}

async fn own_account(world: &World, reply: &Reply) -> Value {
    let token = reply.json()["access_token"].as_str().expect("a token").to_owned();
    world.actor().get("/native/v1/account").bearer(&token).send().await.json()
}

#[tokio::test]
async fn a_user_of_a_contract_of_user_names_signs_in_through_native() {
    let world = World::of_contracts(beside("cakes")).await;
    let body =
        json!({"username": "minji", "password": "kaesong", "realname": "Kim", "unit": "b", "pro": false});
    let old = world.actor().post("/cakes/register").json(&body.to_string()).send().await;
    assert_eq!(old.status, 201, "{old:?}");
    let reply = signed_in(&world, "minji", "kaesong").await;
    assert_eq!(reply.status, 201, "{reply:?}");
    let account = own_account(&world, &reply).await;
    assert_eq!((&account["username"], &account["email"]), (&json!("minji"), &Value::Null));
    let wrong = signed_in(&world, "minji", "wrong").await;
    assert_eq!((wrong.status, wrong.header("www-authenticate").as_deref()), (401, Some("Bearer")));
}

#[tokio::test]
async fn a_user_of_a_contract_of_addresses_signs_in_through_native() {
    let world = World::of_contracts(beside("formmate")).await;
    let body = json!({
        "email": "mina@abcd.com", "name": "Mina", "password": "secret", "birth": "040201", "sex": "4",
        "contact": "010-1234-5678", "address": "Seoul", "job": "baker",
    });
    let old = world.actor().post("/formmate/auth/register").json(&body.to_string()).send().await;
    assert_eq!(old.status, 201, "{old:?}");
    let reply = signed_in(&world, "Mina@ABCD.com", "secret").await;
    assert_eq!(reply.status, 201, "{reply:?}");
    let account = own_account(&world, &reply).await;
    assert_eq!((&account["username"], &account["email"]), (&Value::Null, &json!("mina@abcd.com")));
}
