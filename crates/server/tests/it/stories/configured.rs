//! A deployment: realms by host and by path, contracts side by side, and what operators have for themselves.

use crate::deployment;
use crate::world::World;
use doorward_testkit::http_actor::{Actor, Reply};
use serde_json::{Value, json};

/// An API of a test's own: two generations of it know other paths.
fn api(paths: &str) -> String {
    format!(
        "openapi: 3.1.0
info: {{title: Own, version: '1'}}
components: {{securitySchemes: {{bearer: {{type: http, scheme: bearer}}}}}}
x-doorward:
  account: {{identifiers: [email]}}
  password: {{min: 8}}
  tokens: {{access: {{jwt: {{algorithm: HS256}}, lifetime: 1h}}}}
  cors: {{}}
  shapes: {{failure: {{body: {{error: $outcome.name}}}}}}
  replies: {{failure: {{}}}}
paths:
  /{paths}/accounts:
    post:
      x-doorward:
        action: register
        input: {{email: $body.email, password: $body.password}}
        replies: {{registered: {{body: {{id: $account.id}}}}}}
  /{paths}/sessions:
    post:
      x-doorward:
        action: login
        input: {{email: $body.email, password: $body.password}}
        replies: {{signed_in: {{body: {{token: $tokens.access, ends: $tokens.access.expires_at}}}}}}
  /{paths}/me:
    get:
      security: [{{bearer: []}}]
      x-doorward: {{action: show_account, replies: {{shown: {{body: {{email: $account.email}}}}}}}}
"
    )
}

struct Client<'a> {
    actor: &'a Actor,
    host: &'a str,
    below: &'a str,
}

impl Client<'_> {
    async fn post(&self, path: &str, password: &str) -> Reply {
        let body = json!({"email": "ann@example.org", "password": password}).to_string();
        let request = self.actor.post(&format!("{}{path}", self.below)).header("Host", self.host);
        request.json(&body).send().await
    }

    async fn token(&self) -> String {
        let reply = self.post("/sessions", "correct horse").await;
        reply.json()["token"].as_str().unwrap_or_else(|| panic!("signed in: {}", reply.text())).to_owned()
    }

    async fn me(&self, token: &str) -> Reply {
        let request = self.actor.get(&format!("{}/me", self.below)).header("Host", self.host);
        request.bearer(token).send().await
    }
}

/// Two realms that know nothing of each other's accounts and tokens.
async fn apart(one: &Client<'_>, other: &Client<'_>) {
    assert_eq!(one.post("/accounts", "correct horse").await.status, 201);
    let token = one.token().await;
    assert_eq!(one.me(&token).await.json()["email"], "ann@example.org");
    assert_eq!(other.post("/sessions", "correct horse").await.json()["error"], "bad_credentials");
    assert_eq!(other.me(&token).await.status, 401, "a token of one realm is nothing to another");
    assert_eq!(
        other.post("/accounts", "another horse").await.status,
        201,
        "the name is free in the other realm"
    );
    assert_eq!(one.post("/sessions", "another horse").await.json()["error"], "bad_credentials");
}

#[tokio::test]
async fn two_realms_of_one_contract_by_host() {
    let text = "[realms.a]\nhosts = [\"a.example\"]\ncontracts = [\"own.yaml\"]\n\
                [realms.b]\nhosts = [\"b.example\", \"B2.example\"]\ncontracts = [\"own.yaml\"]\n";
    let world = World::configured(text, &[("own.yaml", &api("v1"))]).await;
    let actor = world.actor();
    let client = |host| Client { actor: &actor, host, below: "/v1" };
    apart(&client("a.example"), &client("b.example")).await;
    let token = client("b2.EXAMPLE:8080").post("/sessions", "another horse").await.json()["token"].clone();
    assert!(token.is_string(), "hosts are compared without case and port");

    let stranger = client("c.example").post("/sessions", "correct horse").await;
    assert_eq!((stranger.status, stranger.json()["error"].clone()), (421, json!("unknown_host")));
    let forwarded =
        actor.post("/v1/sessions").header("Host", "c.example").header("X-Forwarded-Host", "a.example");
    assert_eq!(forwarded.json("{}").send().await.status, 421, "only Host counts");
}

#[tokio::test]
async fn two_realms_by_path_and_one_that_takes_the_rest() {
    let text = "[realms.a]\npath = \"/a\"\ncontracts = [\"own.yaml\"]\n\
                [realms.b]\npath = \"/b/\"\ncontracts = [\"own.yaml\"]\n\
                [realms.c]\nhosts = [\"c.example\"]\ncontracts = [\"own.yaml\"]\n";
    let world = World::configured(text, &[("own.yaml", &api("v1"))]).await;
    let actor = world.actor();
    let client = |below| Client { actor: &actor, host: "any.example", below };
    apart(&client("/a/v1"), &client("/b/v1")).await;
    assert_eq!(client("/v1").post("/sessions", "x").await.status, 404, "a path that is nobody's");
    let named = Client { actor: &actor, host: "c.example", below: "/a/v1" };
    assert_eq!(named.post("/sessions", "x").await.status, 404, "a named host is its realm's alone");
}

#[tokio::test]
async fn contracts_of_one_realm_stand_side_by_side() {
    let text = "[realms.shop]\ncontracts = [\"first.yaml\", \"second.yaml\", \
                { use = \"first.yaml\", name = \"third\", path = \"/other\" }]\n";
    let files = [("first.yaml", api("v1")), ("second.yaml", api("v2"))];
    let files = files.each_ref().map(|(name, text)| (*name, text.as_str()));
    let world = World::configured(text, &files).await;
    let actor = world.actor();
    let client = |below| Client { actor: &actor, host: "x", below };
    assert_eq!(client("/v1").post("/accounts", "correct horse").await.status, 201);
    for below in ["/v1", "/v2", "/other/v1"] {
        let token = client(below).token().await;
        assert_eq!(client(below).me(&token).await.json()["email"], "ann@example.org", "{below}");
    }
    assert_eq!(client("/v2").post("/nosuch", "x").await.json()["error"], "not_found");
}

#[tokio::test]
async fn operators_have_an_address_of_their_own() {
    let text = "[realms.shop]\ncontracts = [\"own.yaml\"]\nintrospection_secret = { file = \"ask\" }\n\
                origins = [\"https://app.example\"]\n[realms.silent]\npath = \"/silent\"\ncontracts = [\"own.yaml\"]\n";
    let world = World::configured(text, &[("own.yaml", &api("v1")), ("ask", "s3cret\n")]).await;
    let (actor, operator) = (world.actor(), world.operator());
    for path in ["health", "ready", "metrics", "mailbox", "shop/verify", "shop/jwks.json"] {
        let path = format!("/_doorward/{path}");
        assert_eq!(actor.get(&path).send().await.status, 404, "{path} is not for clients");
        assert_ne!(operator.get(&path).send().await.status, 404, "{path} is for operators");
    }
    assert_eq!(operator.get("/").send().await.status, 200);
    assert_eq!(
        operator.post("/v1/sessions").json("{}").send().await.status,
        404,
        "no contract is served there"
    );

    let client = Client { actor: &actor, host: "x", below: "/v1" };
    assert_eq!(client.post("/accounts", "correct horse").await.status, 201);
    let token = client.token().await;
    let verified = operator.get("/_doorward/shop/verify").bearer(&token).send().await;
    assert_eq!(verified.header("x-doorward-username").as_deref(), Some("ann@example.org"));
    let ask = |realm: &str, secret: &str| {
        operator
            .post(&format!("/_doorward/{realm}/introspect"))
            .bearer(secret)
            .form(&[("token", token.as_str())])
    };
    assert_eq!(ask("shop", "s3cret").send().await.json()["active"], true);
    assert_eq!(ask("shop", "guess").send().await.status, 401);
    assert_eq!(ask("silent", "s3cret").send().await.status, 401, "without a secret nobody may ask");

    let from = |origin: &str| actor.get("/v1/me").header("Origin", origin);
    let allowed = from("https://app.example").send().await.header("access-control-allow-origin");
    assert_eq!(allowed.as_deref(), Some("https://app.example"));
    for origin in ["http://localhost:3000", "https://other.example"] {
        assert_eq!(from(origin).send().await.header("access-control-allow-origin"), None, "{origin}");
    }
}

#[tokio::test]
async fn a_realm_narrows_what_its_contracts_say() {
    let text = "[realms.shop]\ncontracts = [\"own.yaml\"]\npassword_min_length = 12\nlifetimes = { access = \"5m\" }\n";
    let world = World::configured(text, &[("own.yaml", &api("v1"))]).await;
    let actor = world.actor();
    let client = Client { actor: &actor, host: "x", below: "/v1" };
    assert_eq!(client.post("/accounts", "elevenchars").await.json()["error"], "weak_password");
    assert_eq!(client.post("/accounts", "correct horse").await.status, 201);
    let token = client.token().await;
    assert_eq!(client.me(&token).await.status, 200);
    world.advance(crate::world::MINUTE * 5);
    assert_eq!(client.me(&token).await.status, 401, "after five minutes, not after the contract's hour");
}

#[test]
fn what_cannot_be_served_is_said_before_anything_is_started() {
    let own = [("own.yaml", api("v1")), ("loud", "x".to_owned()), ("keyed.yaml", keyed())];
    let files = own.each_ref().map(|(name, text)| (*name, text.as_str()));
    let golden =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/stories/configured.refusals.txt");
    let mut told = String::new();
    for realms in [
        "[realms.a]\ncontracts = [\"nosuch.yaml\", \"natve\"]\n",
        "[realms.a]\ncontracts = [\"own.yaml\"]\n[realms.b]\ncontracts = [\"own.yaml\"]\n",
        "[realms.a]\ncontracts = [\"own.yaml\", \"own.yaml\"]\n",
        "[realms.a]\ncontracts = [\"own.yaml\", { use = \"own.yaml\", name = \"other\" }]\n",
        "[realms.a]\ncontracts = [\"own.yaml\"]\npassword_min_length = 6\nlifetimes = { access = \"2h\", acess = \"1m\" }\n",
        "[realms.a]\ncontracts = [\"own.yaml\"]\nintrospection_secret = { file = \"loud\" }\n",
        "[realms.a]\ncontracts = [\"own.yaml\"]\nintrospection_secret = { env = \"NOT_SET\" }\n",
        "[realms.a]\ncontracts = [\"keyed.yaml\"]\nclient_keys = { app2 = { file = \"master.key\" } }\n",
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        deployment::write(folder.path(), realms, &files);
        let open = std::os::unix::fs::PermissionsExt::from_mode(0o644);
        std::fs::set_permissions(folder.path().join("loud"), open).expect("ours");
        told.push_str(&format!("{realms}\n{}\n\n----\n", deployment::refusal(folder.path())));
        assert!(!folder.path().join("doorward-data").exists(), "nothing is half started");
    }
    if std::env::var_os("DOORWARD_BLESS").is_some() {
        std::fs::write(&golden, &told).expect("room");
    }
    assert_eq!(told, std::fs::read_to_string(&golden).unwrap_or_default(), "DOORWARD_BLESS=1 writes it anew");
}

/// The API where clients show a key.
fn keyed() -> String {
    api("v1").replace(
        "components: {securitySchemes: {",
        "components: {securitySchemes: {app: {type: apiKey, in: header, name: X-App, x-doorward: {client_key: true}}, ",
    )
}

#[tokio::test]
async fn clients_of_each_realm_show_its_own_key() {
    let text = "[realms.a]\npath = \"/a\"\ncontracts = [\"keyed.yaml\"]\nclient_keys = { app = [{ file = \"one\" }, { file = \"two\" }] }\n\
                [realms.b]\npath = \"/b\"\ncontracts = [\"keyed.yaml\"]\nclient_keys = { app = { file = \"three\" } }\n";
    let contract = keyed().replace("    post:\n", "    post:\n      security: [{app: []}]\n");
    let files = [("keyed.yaml", contract.as_str()), ("one", "k1\n"), ("two", "k2"), ("three", "k3")];
    let world = World::configured(text, &files).await;
    let body = json!({"email": "ann@example.org", "password": "correct horse"}).to_string();
    for (realm, key, status) in
        [("a", "k1", 201), ("a", "k2", 409), ("a", "k3", 401), ("b", "k1", 401), ("b", "k3", 200)]
    {
        let reply = world
            .actor()
            .post(&format!("/{realm}/v1/accounts"))
            .header("X-App", key)
            .json(&body)
            .send()
            .await;
        let good: Value = json!(status != 401);
        assert_eq!(json!(reply.status != 401), good, "{realm} {key}: {} {}", reply.status, reply.text());
    }
}
