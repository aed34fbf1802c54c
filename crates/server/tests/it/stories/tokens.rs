//! Tokens of every format, in contracts of the test's own: a face is a file, and so are its token recipes.

use crate::world::{MINUTE, SECOND, World};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use doorward_testkit::http_actor::{Actor, Reply};
use serde_json::{Value, json};

const ROTATING: &str = include_str!("../../../../../bench/contracts/rotating.yaml");
const RECIPE: &str = "      jwt:
        algorithm: HS256
        claims: {sub: $account.id, iat: $issued_at, exp: $expires_at}
";

/// The rotating contract with another recipe of its access tokens.
fn with_access(recipe: &str) -> String {
    assert!(ROTATING.contains(RECIPE), "the bench's contract changed");
    ROTATING.replace(RECIPE, recipe)
}

async fn registered(actor: &Actor) -> Value {
    let body = json!({"username": "ann", "password": "correct horse"}).to_string();
    let reply = actor.post("/auth/register").json(&body).send().await;
    assert_eq!(reply.status, 201, "{}", reply.text());
    reply.json()
}

fn token<'a>(pair: &'a Value, name: &str) -> &'a str {
    pair[name].as_str().expect("a token")
}

async fn verify(actor: &Actor, access: &str) -> u16 {
    actor.get("/_doorward/face/verify").bearer(access).send().await.status
}

async fn refresh(actor: &Actor, refresh: &str) -> Reply {
    actor.post("/auth/refresh").json(&json!({"refresh_token": refresh}).to_string()).send().await
}

#[tokio::test]
async fn opaque_tokens_live_die_and_cannot_be_changed() {
    let world = World::serving(&with_access("      opaque: {prefix: dw_}\n")).await;
    let actor = world.actor();
    let pair = registered(&actor).await;
    let access = token(&pair, "access_token");
    assert!(access.starts_with("dw_"), "{access}");
    assert_eq!(verify(&actor, access).await, 204);
    assert_eq!(verify(&actor, &access[..access.len() - 1]).await, 401);
    assert_eq!(verify(&actor, &format!("{access}A")).await, 401);
    assert_eq!(verify(&actor, token(&pair, "refresh_token")).await, 401, "kinds are not interchangeable");
    world.advance(30 * MINUTE - SECOND);
    assert_eq!(verify(&actor, access).await, 204);
    world.advance(SECOND);
    assert_eq!(verify(&actor, access).await, 401);
}

#[tokio::test]
async fn every_algorithm_is_served_and_the_asymmetric_ones_are_published() {
    for algorithm in ["HS256", "HS384", "HS512", "EdDSA", "ES256", "RS256"] {
        let recipe = RECIPE.replace("HS256", algorithm);
        let world = World::serving(&with_access(&recipe)).await;
        let actor = world.actor();
        let pair = registered(&actor).await;
        let access = token(&pair, "access_token");
        assert_eq!(verify(&actor, access).await, 204, "{algorithm}");
        let keys = actor.get("/_doorward/face/jwks.json").send().await.json();
        let keys = keys["keys"].as_array().expect("a list").clone();
        if algorithm.starts_with("HS") {
            assert!(keys.is_empty(), "a secret is never published");
            continue;
        }
        let key = keys.first().unwrap_or_else(|| panic!("no key of {algorithm}"));
        assert_eq!(key["alg"], algorithm);
        assert!(signed_by(access, key), "{algorithm}: the published key verifies the token");
    }
}

/// Whether a JWT was signed by a published key, as somebody else's library would say.
fn signed_by(jwt: &str, key: &Value) -> bool {
    let (message, signature) = jwt.rsplit_once('.').expect("three parts");
    let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).expect("base64url");
    let part = |name: &str| decode(key[name].as_str().unwrap_or_default());
    let (message, signature) = (message.as_bytes(), decode(signature));
    match key["kty"].as_str() {
        Some("OKP") => UnparsedPublicKey::new(&ED25519, part("x")).verify(message, &signature).is_ok(),
        Some("EC") => {
            let point = [vec![4], part("x"), part("y")].concat();
            UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, &signature).is_ok()
        }
        _ => {
            let public = RsaPublicKeyComponents { n: part("n"), e: part("e") };
            assert!(public.n.len() >= 384, "at least 3072 bits");
            public.verify(&RSA_PKCS1_2048_8192_SHA256, message, &signature).is_ok()
        }
    }
}

#[tokio::test]
async fn a_rotated_refresh_token_is_answered_again_and_an_old_one_ends_the_session() {
    let world = World::serving(ROTATING).await;
    let actor = world.actor();
    let first = registered(&actor).await;
    let second = refresh(&actor, token(&first, "refresh_token")).await.json();
    let again = refresh(&actor, token(&first, "refresh_token")).await.json();
    assert_eq!(second["refresh_token"], again["refresh_token"], "the same successor, bit by bit");
    assert_ne!(second["access_token"], again["access_token"]);
    let third = refresh(&actor, token(&second, "refresh_token")).await.json();
    assert_eq!(verify(&actor, token(&third, "access_token")).await, 204);
    let reused = refresh(&actor, token(&first, "refresh_token")).await;
    assert_eq!((reused.status, reused.text()), (401, r#"{"error":"reused_token"}"#.to_owned()));
    assert_eq!(verify(&actor, token(&third, "access_token")).await, 401, "the whole session is over");
    let over = refresh(&actor, token(&third, "refresh_token")).await;
    assert_eq!(over.text(), r#"{"error":"ended_session"}"#);
}

#[tokio::test]
async fn a_hundred_refreshes_at_once_have_one_successor() {
    let world = World::serving(ROTATING).await;
    let actor = world.actor();
    let mut held = registered(&actor).await;
    for round in 0..5 {
        let old = token(&held, "refresh_token").to_owned();
        let tasks: Vec<_> = (0..100)
            .map(|_| {
                let (actor, old) = (world.actor(), old.clone());
                tokio::task::spawn(async move { refresh(&actor, &old).await })
            })
            .collect();
        let mut successors = std::collections::BTreeSet::new();
        for task in tasks {
            let reply = task.await.expect("no panic");
            assert_eq!(reply.status, 200, "round {round}: {}", reply.text());
            held = reply.json();
            successors.insert(token(&held, "refresh_token").to_owned());
        }
        assert_eq!(successors.len(), 1, "round {round}");
    }
    assert_eq!(verify(&actor, token(&held, "access_token")).await, 204);
}

#[tokio::test]
async fn a_sign_out_wins_against_refreshes_in_flight() {
    let world = World::serving(ROTATING).await;
    let actor = world.actor();
    registered(&actor).await;
    for round in 0..30 {
        let body = json!({"username": "ann", "password": "correct horse"}).to_string();
        let pair = actor.post("/auth/login").json(&body).send().await.json();
        let out = actor.post("/auth/logout").bearer(token(&pair, "access_token"));
        let refreshes: Vec<_> = (0..8)
            .map(|_| {
                let (actor, old) = (world.actor(), token(&pair, "refresh_token").to_owned());
                tokio::task::spawn(async move { refresh(&actor, &old).await })
            })
            .collect();
        assert_eq!(out.send().await.status, 204, "round {round}");
        for task in refreshes {
            let reply = task.await.expect("no panic");
            if reply.status == 200 {
                let survivor = reply.json();
                assert_eq!(verify(&actor, token(&survivor, "access_token")).await, 401, "round {round}");
                assert_eq!(
                    refresh(&actor, token(&survivor, "refresh_token")).await.status,
                    401,
                    "round {round}"
                );
            }
        }
    }
}
