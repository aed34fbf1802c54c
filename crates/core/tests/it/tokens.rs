//! Keys and tokens: what we mint verifies under every algorithm, and nothing else does.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use doorward_core::authenticate::Rejection;
use doorward_core::change::Change;
use doorward_core::key::Algorithm;
use doorward_core::opaque::{Alphabet, OpaqueForm};
use doorward_core::outcome::Outcome;
use doorward_core::policy::TokenFormat;
use doorward_core::port::Clock;
use doorward_core::token::{
    TokenNote, opaque_access, opaque_refresh, random_token, token_digest, verify_jwt,
};
use doorward_testkit::realm::TestRealm;
use proptest::prelude::*;
use std::time::Duration;

async fn signed_in(world: &TestRealm) -> std::sync::Arc<doorward_core::session::Session> {
    world.register("kim", "secret").await;
    let answer = world.login("kim", "secret").await;
    assert_eq!(answer.outcome, Outcome::SignedIn);
    answer.session.expect("a session")
}

#[tokio::test]
async fn every_algorithm_signs_and_verifies() {
    for algorithm in Algorithm::ALL {
        let world = TestRealm::with(TokenFormat::Jwt(algorithm)).await;
        let session = signed_in(&world).await;
        let token = world.mint("access", &session);
        assert!(world.check("access", &token).await.is_ok(), "{}", algorithm.name());
        let refused = world.check("refresh", &token).await;
        assert_eq!(refused.expect_err("kinds are not interchangeable"), Rejection::Invalid);
        let published = world.keys.jwks().len();
        assert_eq!(published > 0, algorithm.asymmetric(), "{}", algorithm.name());
    }
}

#[tokio::test]
async fn forged_tokens_are_invalid() {
    let world = TestRealm::new().await;
    let session = signed_in(&world).await;
    let good = world.mint("access", &session);
    let parts: Vec<&str> = good.split('.').collect();
    let enc = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let payload_of = |text: &str| format!("{}.{}.{}", parts[0], enc(text), parts[2]);
    let header_of = |text: &str| format!("{}.{}.{}", enc(text), parts[1], parts[2]);
    let forged = vec![
        String::new(),
        ".".into(),
        "..".into(),
        "...".into(),
        ".".repeat(100_000),
        format!("{}.{}.", parts[0], parts[1]),
        format!("{}.{}", parts[0], parts[1]),
        format!("{good}."),
        format!("{good}A"),
        format!("{good}=="),
        format!(" {good}"),
        good[..good.len() - 1].to_owned(),
        good.to_uppercase(),
        header_of(r#"{"alg":"none"}"#),
        header_of(r#"{"alg":"None"}"#),
        format!("{}.{}.", enc(r#"{"alg":"none"}"#), parts[1]),
        header_of(r#"{"alg":"HS512"}"#),
        header_of(r#"{"alg":"HS256","crit":["x"]}"#),
        header_of(r#"{"alg":"HS256","kid":"other"}"#),
        header_of("[]"),
        payload_of(r#"{"exp":99999999999}"#),
        payload_of("null"),
        "null".into(),
        "undefined".into(),
        "0".into(),
    ];
    for token in forged {
        assert_eq!(world.check("access", &token).await.err(), Some(Rejection::Invalid), "{:.60}", token);
    }
    assert!(world.check("access", &good).await.is_ok());
}

#[tokio::test]
async fn a_signed_crit_header_is_refused_too() {
    let world = TestRealm::new().await;
    let key = &world.keys.verifiers("access")[0];
    for header in [r#"{"alg":"HS256","crit":[]}"#, r#"{"alg":"HS384"}"#, "{}", r#"{"alg":"HS256","kid":7}"#] {
        let token = key.sign(header, r#"{"exp":1}"#).expect("signed");
        assert!(verify_jwt(&token, "access", &world.keys).is_none(), "{header}");
    }
}

#[tokio::test]
async fn strange_expiries_are_expired() {
    let world = TestRealm::new().await;
    let session = signed_in(&world).await;
    let good = world.mint("access", &session);
    let claims = verify_jwt(&good, "access", &world.keys).expect("good");
    let jti = claims["jti"].as_str().expect("text");
    let key = &world.keys.verifiers("access")[0];
    for exp in ["\"99999999999\"", "1e308", "-1", "null", "1.5", "true", "[]"] {
        let token =
            key.sign(r#"{"alg":"HS256"}"#, &format!(r#"{{"exp":{exp},"jti":"{jti}"}}"#)).expect("signed");
        assert!(world.check("access", &token).await.is_err(), "{exp}");
    }
}

#[tokio::test]
async fn expiry_has_no_leeway() {
    let world = TestRealm::new().await;
    let session = signed_in(&world).await;
    let token = world.mint("access", &session);
    world.clock.advance(Duration::from_secs(1799));
    assert!(world.check("access", &token).await.is_ok());
    world.clock.advance(Duration::from_secs(1));
    assert_eq!(world.check("access", &token).await.err(), Some(Rejection::Expired));
}

#[tokio::test]
async fn opaque_tokens_are_whole_or_nothing() {
    let form = OpaqueForm::prefixed("dw_");
    let world = TestRealm::with(TokenFormat::Opaque(form.clone())).await;
    let session = signed_in(&world).await;
    let expires = world.clock.now().plus(Duration::from_secs(60));
    let with = (world.keys.access(), world.services.dice.as_ref());
    let token = opaque_access(&session, expires, &form, with);
    assert!(world.check("access", &token).await.is_ok());
    for index in 3..token.len() {
        let mut bytes = token.clone().into_bytes();
        bytes[index] = if bytes[index] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(bytes).expect("ascii");
        assert!(world.check("access", &changed).await.is_err(), "byte {index}");
    }
    assert!(world.check("access", &token[..token.len() - 1]).await.is_err());
    assert!(world.check("access", token.strip_prefix("dw_").expect("prefix")).await.is_err());
    world.clock.advance(Duration::from_secs(60));
    assert_eq!(world.check("access", &token).await.err(), Some(Rejection::Expired));
}

#[tokio::test]
async fn opaque_tokens_of_any_size_and_alphabet_are_found() {
    let upper = Alphabet::Letters { letters: (b'A'..=b'Z').collect(), length: Some(200) };
    for (alphabet, bytes) in
        [(Alphabet::Hex, 128), (Alphabet::Base64, 64), (Alphabet::Base64Url, 52), (upper, 116)]
    {
        let form = OpaqueForm { prefix: String::new(), alphabet, bytes: Some(bytes) };
        let world = TestRealm::with(TokenFormat::Opaque(form.clone())).await;
        let session = signed_in(&world).await;
        let expires = world.clock.now().plus(Duration::from_secs(60));
        let access =
            opaque_access(&session, expires, &form, (world.keys.access(), world.services.dice.as_ref()));
        let refresh = opaque_refresh(&session, &form, world.keys.refresh());
        for (name, token) in [("access", access), ("refresh", refresh)] {
            assert!(world.check(name, &token).await.is_ok(), "{name} {form:?}");
            let mut changed = token.clone().into_bytes();
            let last = changed.len() - 5;
            changed[last] = if changed[last] == b'B' { b'C' } else { b'B' };
            let changed = String::from_utf8(changed).expect("ascii");
            assert!(world.check(name, &changed).await.is_err(), "{name} {form:?}");
        }
    }
}

#[tokio::test]
async fn a_token_without_an_id_is_found_by_its_digest() {
    let mut world = TestRealm::with(TokenFormat::Opaque(OpaqueForm::default())).await;
    for token in &mut world.policy.tokens {
        token.by_digest = token.name == "access";
    }
    let session = signed_in(&world).await;
    let token = random_token(&OpaqueForm::default(), world.services.dice.as_ref());
    assert_eq!(world.check("access", &token).await.err(), Some(Rejection::Invalid));
    let note = TokenNote {
        realm: session.realm.clone(),
        digest: token_digest(&token, world.keys.access()),
        session: session.id,
        generation: 0,
        expires_at: world.clock.now().plus(Duration::from_secs(60)),
    };
    world.store.apply(vec![Change::NoteToken { note, at: world.clock.now() }]).await.expect("works");
    assert_eq!(world.check("access", &token).await.expect("good").session.id, session.id);
    world.clock.advance(Duration::from_secs(60));
    assert_eq!(world.check("access", &token).await.err(), Some(Rejection::Expired));
}

proptest! {
    /// No text that we did not sign is a token, and reading one never panics.
    #[test]
    fn random_text_is_no_token(text in "\\PC{0,200}", dotted in "[A-Za-z0-9_-]{0,60}\\.[A-Za-z0-9_-]{0,60}\\.[A-Za-z0-9_-]{0,60}") {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(async {
            let world = TestRealm::new().await;
            assert!(verify_jwt(&text, "access", &world.keys).is_none());
            assert!(verify_jwt(&dotted, "access", &world.keys).is_none());
        });
    }
}
