//! Tokens as other APIs have them: in headers, of a given length, with exact claims, living otherwise after a refresh.

use crate::world::{MINUTE, SECOND, START, World};
use doorward_testkit::http_actor::{Actor, Jwt, Reply};
use serde_json::{Value, json};

const CONTRACT: &str = include_str!("token_forms.yaml");

async fn post(actor: &Actor, path: &str) -> Reply {
    let body = json!({"email": "ann@example.org", "password": "correct horse", "name": "Ann"});
    actor.post(path).json(&body.to_string()).send().await
}

fn sent(reply: &Reply, name: &str) -> String {
    reply.header(name).unwrap_or_else(|| panic!("no header {name}: {reply:?}"))
}

async fn info(actor: &Actor, token: &str) -> u16 {
    actor.get("/member/user/info").header("token", token).send().await.status
}

/// The server with this contract, and Ann signed up.
async fn with_ann(contract: &str) -> (World, Actor) {
    let world = World::serving(contract).await;
    let actor = world.actor();
    let reply = post(&actor, "/member/register").await;
    assert_eq!((reply.status, reply.text().as_str()), (200, r#"{"name":"Ann"}"#));
    assert_eq!(info(&actor, &sent(&reply, "token")).await, 200);
    (world, actor)
}

#[tokio::test]
async fn tokens_in_headers_live_otherwise_after_a_refresh() {
    let (world, actor) = with_ann(CONTRACT).await;
    let login = post(&actor, "/member/login").await;
    let access = sent(&login, "token");
    let jwt = Jwt::read(&access);
    assert_eq!(jwt.header, r#"{"typ":"JWT","alg":"HS256","kid":"2019"}"#);
    assert_eq!(jwt.claim("until"), START + 7 * 24 * 3600, "another token\'s end");
    assert_eq!(login.set_cookies(), ["last=2026-01-05T12:00:00Z; Path=/"]);
    let body = login.json();
    assert_eq!((&body["in"], &body["id"]), (&json!(3600), &jwt.claim("jti")));
    assert_eq!(
        (&body["at"], &body["from"]),
        (&json!("2026-01-05T13:00:00Z"), &json!("2026-01-05T12:00:00Z"))
    );
    let refresh = sent(&login, "refresh_token");
    assert!(refresh.len() == 256 && refresh.bytes().all(|b| b.is_ascii_hexdigit()), "{refresh}");
    let again = actor.get("/member/user/token").header("refresh_token", &refresh).send().await;
    let fresh = sent(&again, "token");
    assert_eq!((again.json(), Jwt::read(&fresh).claim("exp")), (json!({"in": 1800}), json!(START + 1800)));
    world.advance(30 * MINUTE - SECOND);
    assert_eq!((info(&actor, &access).await, info(&actor, &fresh).await), (200, 200));
    world.advance(SECOND);
    assert_eq!((info(&actor, &access).await, info(&actor, &fresh).await), (200, 401));
    let broken = refresh.replace(&refresh[40..42], "zz");
    let refused = actor.get("/member/user/token").header("refresh_token", &broken).send().await;
    assert_eq!((refused.status, refused.json()), (401, json!({"error": "invalid_token"})));
    let entered = post(&actor, "/member/enter").await;
    let place = sent(&entered, "location");
    let token = place.strip_prefix("https://app.example.org/#").expect("the app");
    assert_eq!((entered.status, info(&actor, token).await), (302, 200));
    assert_eq!(world.faults().await, 0.0);
}

/// The contract with another access token that is found by its digest.
fn by_digest(format: &str) -> String {
    let (before, rest) = CONTRACT.split_once("      jwt:\n").expect("a recipe");
    let (_, after) = rest.split_once("      lifetime: 1h\n").expect("a lifetime");
    let contract = format!("{before}      {format}\n      session: digest\n      lifetime: 1h\n{after}");
    contract.replace("from: $tokens.access.issued_at, id: $tokens.access.id", "from: 1")
}

#[tokio::test]
async fn exact_claims_find_their_session_by_a_digest() {
    let recipe = "jwt: {algorithm: HS256, claims: {sub: $account.email, iat: $issued_at, exp: $expires_at}}";
    let (world, actor) = with_ann(&by_digest(recipe)).await;
    world.advance(SECOND);
    let first = sent(&post(&actor, "/member/login").await, "token");
    let claims: Value = serde_json::from_str(&Jwt::read(&first).claims).expect("claims");
    let (iat, exp) = (START + 1, START + 1 + 3600);
    assert_eq!(claims, json!({"sub": "ann@example.org", "iat": iat, "exp": exp}), "nothing is added");
    let second = sent(&post(&actor, "/member/login").await, "token");
    assert_eq!(first, second, "one second, one token");
    assert_eq!(info(&actor, &second).await, 200);
    world.advance(SECOND);
    let other = sent(&post(&actor, "/member/login").await, "token");
    let out = actor.post("/member/logout").header("token", &second).send().await;
    assert_eq!((out.status, info(&actor, &second).await), (204, 401), "no session of the same token is left");
    let mut forged = Jwt::read(&other);
    forged.claims = forged.claims.replace("ann@", "bob@");
    assert_eq!((info(&actor, &forged.write()).await, info(&actor, &other).await), (401, 200));
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn a_token_of_one_account_is_never_anothers() {
    let recipe = "jwt: {algorithm: HS256, claims: {iat: $issued_at, exp: $expires_at}}";
    let (world, actor) = with_ann(&by_digest(recipe)).await;
    world.advance(SECOND);
    let ann = sent(&post(&actor, "/member/login").await, "token");
    let bob = json!({"email": "bob@example.org", "password": "correct horse", "name": "Bob"});
    let bob = actor.post("/member/register").json(&bob.to_string()).send().await;
    assert_eq!(bob.status, 503, "one second, one token, two accounts");
    let shown = actor.get("/member/user/info").header("token", &ann).send().await;
    assert_eq!((shown.status, shown.json()), (200, json!({"email": "ann@example.org"})));
}

#[tokio::test]
async fn a_short_opaque_token_is_found_by_its_digest() {
    let (world, actor) =
        with_ann(&by_digest("opaque: {alphabet: ABCDEFGHIJKLMNOPQRSTUVWXYZ, length: 40}")).await;
    let login = post(&actor, "/member/login").await;
    let (access, refresh) = (sent(&login, "token"), sent(&login, "refresh_token"));
    assert!(access.len() == 40 && access.bytes().all(|b| b.is_ascii_uppercase()), "{access}");
    assert_eq!(info(&actor, &access).await, 200);
    assert_eq!(info(&actor, &access.to_lowercase()).await, 401);
    let again = actor.get("/member/user/token").header("refresh_token", &refresh).send().await;
    let fresh = sent(&again, "token");
    assert_eq!((info(&actor, &access).await, info(&actor, &fresh).await), (401, 200), "a session has one");
    world.advance(30 * MINUTE);
    assert_eq!(info(&actor, &fresh).await, 401, "its end is kept beside its digest");
    let verify = async |token: &str| world.verify("face", &[("token", token)]).await.status;
    let login = sent(&post(&actor, "/member/login").await, "token");
    assert_eq!((verify(&login).await, verify(&fresh).await), (204, 401));
    assert_eq!(world.introspect("face", &login).await.json()["active"], true);
    assert_eq!(world.faults().await, 0.0);
}
