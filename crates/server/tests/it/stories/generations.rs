//! Two generations of an API on the same accounts: two contracts in one realm.

use crate::world::World;
use doorward_server::contracts::Contract;
use doorward_testkit::http_actor::{Actor, Reply};
use serde_json::{Value, json};

/// A contract whose API shows this kind of id and these tokens.
fn contract(name: &str, id: &str, access: &str) -> Contract {
    let text = format!(
        "openapi: 3.1.0
info: {{title: {name}, version: '1'}}
components: {{securitySchemes: {{bearer: {{type: http, scheme: bearer}}}}}}
x-doorward:
  account: {{id: {id}, identifiers: [email]}}
  password: {{min: 8}}
  tokens: {{access: {{{access}, lifetime: 1h}}}}
  shapes: {{failure: {{body: {{error: $outcome.name}}}}}}
  replies: {{failure: {{}}}}
paths:
  /accounts:
    post:
      x-doorward:
        action: register
        input: {{email: $body.email, password: $body.password}}
        replies: {{registered: {{body: {{id: $account.id}}}}}}
  /sessions:
    post:
      x-doorward:
        action: login
        input: {{email: $body.email, password: $body.password}}
        replies: {{signed_in: {{body: {{id: $account.id, token: $tokens.access}}}}}}
  /me:
    get:
      security: [{{bearer: []}}]
      x-doorward: {{action: show_account, replies: {{shown: {{body: {{id: $account.id}}}}}}}}
"
    );
    let folder = tempfile::tempdir().expect("a scratch folder");
    let file = folder.path().join(format!("{name}.yaml"));
    std::fs::write(&file, text).expect("room for a file");
    Contract::read(&file.display().to_string()).expect("a readable file").within("shop")
}

fn first() -> Contract {
    contract("first", "sequence", "opaque: {}")
}

fn second() -> Contract {
    contract("second", "{prefix: user_}", "jwt: {algorithm: HS256}")
}

async fn post(actor: &Actor, path: &str, name: &str) -> Reply {
    let body = json!({"email": format!("{name}@example.org"), "password": "correct horse"});
    actor.post(path).json(&body.to_string()).send().await
}

async fn me(actor: &Actor, path: &str, token: &Value) -> Value {
    actor.get(path).bearer(token.as_str().expect("a token")).send().await.json()["id"].clone()
}

#[tokio::test]
async fn an_account_of_one_generation_signs_in_through_the_other() {
    let world = World::of_contracts(vec![first()]).await;
    for (name, id) in [("ann", 1), ("bob", 2)] {
        let reply = post(&world.actor(), "/first/accounts", name).await;
        assert_eq!((reply.status, reply.json()), (201, json!({"id": id})));
    }
    let world = world.restarted_serving(vec![first(), second()]).await;
    let actor = world.actor();
    let new = post(&actor, "/second/sessions", "bob").await.json();
    assert!(new["id"].as_str().is_some_and(|id| id.starts_with("user_")), "{new}: given when it was added");
    let old = post(&actor, "/first/sessions", "bob").await.json();
    assert_eq!(old["id"], 2);
    assert_eq!(me(&actor, "/first/me", &old["token"]).await, 2);
    assert_eq!(me(&actor, "/second/me", &new["token"]).await, new["id"]);
    let taken = post(&actor, "/second/accounts", "ann").await;
    assert_eq!((taken.status, taken.json()), (409, json!({"error": "taken"})));
    let cid = post(&actor, "/second/accounts", "cid").await.json();
    assert_eq!(post(&actor, "/first/sessions", "cid").await.json()["id"], 3, "of both kinds from the start");
    let verify = async |token: &Value, contract: &str| {
        let path = format!("/_doorward/shop/verify?contract={contract}");
        let reply = actor.get(&path).bearer(token.as_str().expect("a token")).send().await;
        (reply.status, reply.header("x-doorward-account"))
    };
    assert_eq!(verify(&old["token"], "first").await, (204, Some("2".to_owned())));
    assert_eq!(verify(&new["token"], "second").await, (204, new["id"].as_str().map(str::to_owned)));
    let world = world.restarted_serving(vec![second()]).await;
    let again = post(&world.actor(), "/second/sessions", "cid").await.json();
    assert_eq!(again["id"], cid["id"], "what was given stays");
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn every_contract_of_a_realm_has_its_page() {
    let world = World::of_contracts(vec![first(), second()]).await;
    let actor = world.actor();
    for name in ["first", "second"] {
        let page = actor.get(&format!("/_doorward/{name}/openapi.json")).send().await;
        assert_eq!((page.status, &page.json()["info"]["title"]), (200, &json!(name)));
    }
    let start = actor.get("/").send().await.text();
    assert!(start.contains("/_doorward/shop/verify") && start.contains("/second/"), "{start}");
}
