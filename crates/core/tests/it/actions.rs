//! The actions on the in-memory model: one hash for whoever it is, guards that hold, ends that end.

use doorward_core::action::{Command, Inputs, Named, SetLocked, SetMustChange, perform};
use doorward_core::authenticate::Rejection;
use doorward_core::identifier::IdentifierKind;
use doorward_core::outcome::Outcome;
use doorward_core::session::EndReason;
use doorward_core::standing::Lock;
use doorward_testkit::realm::{TestRealm, by_name, named};
use std::time::Duration;

fn name(world: &TestRealm, username: &str) -> Named {
    Named::one(&(IdentifierKind::Username, username.to_owned()), &world.policy).expect("a username")
}

#[tokio::test]
async fn every_failed_login_costs_exactly_one_hash() {
    let world = TestRealm::new().await;
    for user in ["kim", "lee"] {
        world.register(user, "secret").await;
    }
    let lock = Command::by_operator(name(&world, "lee"), SetLocked(Some(Lock::default())));
    perform(&lock, &world.context(None)).await.expect("no fault");
    let long = "x".repeat(100_000);
    let cases = [
        ("kim", "wrong", Outcome::WrongPassword),
        ("nobody", "secret", Outcome::UnknownAccount),
        ("lee", "secret", Outcome::Locked),
        ("lee", "wrong", Outcome::WrongPassword),
        ("kim", long.as_str(), Outcome::WrongPassword),
        ("kim", "", Outcome::WrongPassword),
    ];
    for (user, password, expected) in cases {
        let before = world.hashes();
        assert_eq!(world.login(user, password).await.outcome, expected, "{user}");
        assert_eq!(world.hashes(), before + 1, "{user}");
    }
}

#[tokio::test]
async fn taken_names_cost_no_hash_and_numbers_are_never_reused() {
    let world = TestRealm::new().await;
    let first = world.register("kim", "secret").await;
    assert_eq!(first.public_id(&world.policy.id).as_deref(), Some("1"));
    let before = world.hashes();
    let again = world.run("register", by_name("kim", "password", "secret"), &[]).await;
    assert_eq!(again.outcome, Outcome::Taken);
    assert_eq!(world.hashes(), before);
    let closed =
        world.run("close_account", by_name("kim", "password", "secret"), &[("needs", "password")]).await;
    assert_eq!(closed.outcome, Outcome::Closed);
    let second = world.register("kim", "secret").await;
    assert_eq!(second.public_id(&world.policy.id).as_deref(), Some("2"));
    assert_ne!(first.id, second.id);
}

#[tokio::test]
async fn who_registers_again_with_the_right_password_is_signed_in_where_the_contract_says_so() {
    let mut world = TestRealm::new().await;
    let known = [("on_taken_with_password", "sign_in")];
    world.run("register", by_name("ann", "password", "secret"), &known).await;
    // Nor is who could not sign in before an address is proved.
    let bea = || Inputs {
        identifiers: vec![(IdentifierKind::Email, "bea@example.com".to_owned())],
        ..named("password", "secret")
    };
    assert_eq!(world.run("register", bea(), &known).await.outcome, Outcome::Registered);
    world.policy.refuses_unverified = true;
    let unproved = world.run("register", bea(), &known).await;
    assert!(unproved.outcome == Outcome::Taken && unproved.session.is_none());
    world.policy.refuses_unverified = false;
    assert_eq!(world.run("register", bea(), &known).await.outcome, Outcome::SignedIn);
    let register = async |password: &str, options: &[(&'static str, &str)]| {
        world.run("register", by_name("ann", "password", password), options).await
    };
    assert_eq!(register("secret", &[]).await.outcome, Outcome::Taken);
    let again = register("secret", &known).await;
    assert_eq!(again.outcome, Outcome::SignedIn);
    assert!(again.session.is_some());
    let wrong = register("wrong one", &known).await;
    assert_eq!((wrong.outcome, wrong.session, wrong.account), (Outcome::Taken, None, None));
    // An account that may not sign in is told no more of.
    let lock = Command::by_operator(name(&world, "ann"), SetLocked(Some(Lock::default())));
    perform(&lock, &world.context(None)).await.expect("no fault");
    assert_eq!(register("secret", &known).await.outcome, Outcome::Taken);
}

#[tokio::test]
async fn ended_sessions_are_ended_everywhere_at_once() {
    let world = TestRealm::new().await;
    world.register("kim", "secret").await;
    let session = world.login("kim", "secret").await.session.expect("a session");
    let token = world.mint("access", &session);
    let alive = world.check("access", &token).await.expect("alive");
    let out = world.run_as("logout", Inputs::default(), &[("which", "this")], Some(&alive)).await;
    assert_eq!(out.outcome, Outcome::SignedOut);
    assert_eq!(world.check("access", &token).await.err(), Some(Rejection::Ended(Some(EndReason::SignedOut))));
    let again = world.run_as("logout", Inputs::default(), &[("which", "this")], Some(&alive)).await;
    assert_eq!(again.outcome, Outcome::EndedSession);
}

#[tokio::test]
async fn logout_of_all_counts_what_it_ended() {
    let world = TestRealm::new().await;
    world.register("kim", "secret").await;
    let mut tokens = Vec::new();
    for _ in 0..3 {
        let session = world.login("kim", "secret").await.session.expect("a session");
        tokens.push(world.mint("access", &session));
    }
    let alive = world.check("access", &tokens[0]).await.expect("alive");
    let out = world.run_as("logout", Inputs::default(), &[("which", "all")], Some(&alive)).await;
    assert_eq!(out.datum("count").and_then(serde_json::Value::as_u64), Some(3));
    for token in &tokens {
        assert!(world.check("access", token).await.is_err());
    }
}

#[tokio::test]
async fn rotation_answers_a_retry_with_the_same_successor_and_ends_on_reuse() {
    let world = TestRealm::new().await;
    world.register("kim", "secret").await;
    let session = world.login("kim", "secret").await.session.expect("a session");
    let first = world.mint("refresh", &session);
    let rotate = [("rotation", "rotate")];
    let next =
        world.run("refresh", named("refresh_token", &first), &rotate).await.session.expect("refreshed");
    let retried =
        world.run("refresh", named("refresh_token", &first), &rotate).await.session.expect("retried");
    assert_eq!(world.mint("refresh", &next), world.mint("refresh", &retried));
    let second = world.mint("refresh", &next);
    world.run("refresh", named("refresh_token", &second), &rotate).await.session.expect("refreshed");
    let reused = world.run("refresh", named("refresh_token", &first), &rotate).await;
    assert_eq!(reused.outcome, Outcome::ReusedToken);
    let dead = world.run("refresh", named("refresh_token", &second), &rotate).await;
    assert_eq!(dead.outcome, Outcome::EndedSession);
}

#[tokio::test]
async fn an_access_token_seen_confirms_its_generation() {
    let world = TestRealm::new().await;
    world.register("kim", "secret").await;
    let session = world.login("kim", "secret").await.session.expect("a session");
    let first = world.mint("refresh", &session);
    let rotate = [("rotation", "rotate")];
    let next =
        world.run("refresh", named("refresh_token", &first), &rotate).await.session.expect("refreshed");
    world.check("access", &world.mint("access", &next)).await.expect("alive");
    world.clock.advance(Duration::from_secs(31));
    let late = world.run("refresh", named("refresh_token", &first), &rotate).await;
    assert_eq!(late.outcome, Outcome::ReusedToken, "the successor is known to have arrived");
}

#[tokio::test]
async fn a_refresh_takes_only_an_access_token_of_its_own_session() {
    let world = TestRealm::new().await;
    world.register("kim", "secret").await;
    let one = world.login("kim", "secret").await.session.expect("a session");
    let two = world.login("kim", "secret").await.session.expect("a session");
    let mut inputs = named("refresh_token", &world.mint("refresh", &one));
    inputs.values.push(("access_token", world.mint("access", &two).into()));
    let answer = world.run("refresh", inputs, &[("rotation", "rotate")]).await;
    assert_eq!(answer.outcome, Outcome::InvalidToken);
}

fn code_inputs(username: &str, code: &str) -> Inputs {
    by_name(username, "code", code)
}

#[tokio::test]
async fn codes_are_bound_counted_and_spent() {
    let world = TestRealm::new().await;
    world.register("kim", "secret").await;
    let reset = [("purpose", "reset_password"), ("tell", "truth")];
    let sent = world.run("send_verification", by_name("kim", "_", ""), &reset).await;
    assert_eq!(sent.outcome, Outcome::Sent);
    let code = world.mailed_code().await;
    let good = world.run("check_code", code_inputs("kim", &code), &reset).await;
    assert_eq!(good.outcome, Outcome::CodeAccepted);
    let other_purpose = world.run("check_code", code_inputs("kim", &code), &[("purpose", "verify")]).await;
    assert_eq!(other_purpose.outcome, Outcome::UnknownCode);
    for left in (0..5).rev() {
        let wrong = world.run("check_code", code_inputs("kim", "nope"), &reset).await;
        assert_eq!(wrong.outcome, Outcome::WrongCode);
        assert_eq!(wrong.datum("tries_left").and_then(serde_json::Value::as_u64), Some(left));
    }
    let burnt = world.run("check_code", code_inputs("kim", &code), &reset).await;
    assert_eq!(burnt.outcome, Outcome::WrongCode, "five wrong tries are the end of it from this address");
}

#[tokio::test]
async fn a_reset_spends_the_code_and_ends_every_session() {
    let world = TestRealm::new().await;
    world.register("kim", "secret").await;
    let session = world.login("kim", "secret").await.session.expect("a session");
    let token = world.mint("access", &session);
    world.check("access", &token).await.expect("alive");
    let reset = [("purpose", "reset_password"), ("tell", "truth")];
    world.run("send_verification", by_name("kim", "_", ""), &reset).await;
    let code = world.mailed_code().await;
    let inputs = |password: &str| {
        let mut inputs = code_inputs("kim", &code);
        inputs.values.push(("new_password", password.into()));
        inputs
    };
    let weak = world.run("reset_password", inputs("x"), &[]).await;
    assert_eq!(weak.outcome, Outcome::WeakPassword);
    let done = world.run("reset_password", inputs("another"), &[]).await;
    assert_eq!(done.outcome, Outcome::PasswordReset);
    assert_eq!(
        world.check("access", &token).await.err(),
        Some(Rejection::Ended(Some(EndReason::PasswordChanged)))
    );
    assert_eq!(world.run("reset_password", inputs("third"), &[]).await.outcome, Outcome::UsedCode);
    assert_eq!(world.login("kim", "secret").await.outcome, Outcome::WrongPassword);
    assert_eq!(world.login("kim", "another").await.outcome, Outcome::SignedIn);
}

#[tokio::test]
async fn operators_flag_and_lock() {
    let world = TestRealm::new().await;
    world.register("kim", "secret").await;
    let session = world.login("kim", "secret").await.session.expect("a session");
    let token = world.mint("access", &session);
    let flag = Command::by_operator(name(&world, "kim"), SetMustChange(true));
    perform(&flag, &world.context(None)).await.expect("no fault");
    let flagged = world.login("kim", "secret").await;
    assert_eq!(flagged.datum("must_change_password"), Some(&true.into()));
    let lock = Command::by_operator(name(&world, "kim"), SetLocked(Some(Lock::default())));
    perform(&lock, &world.context(None)).await.expect("no fault");
    assert_eq!(world.check("access", &token).await.err(), Some(Rejection::Ended(Some(EndReason::Locked))));
}

#[tokio::test]
async fn why_an_account_is_closed_is_kept_as_it_was_given() {
    let world = TestRealm::new().await;
    world.register("kim", "secret").await;
    let mut inputs = by_name("kim", "password", "secret");
    inputs.values.push(("reason", " too busy ".into()));
    assert_eq!(world.run("close_account", inputs, &[("needs", "password")]).await.outcome, Outcome::Closed);
    let events = world.store.audit_events(&world.policy.realm, 10).await.expect("no fault");
    let closed = events.iter().find(|event| event.action == "close_account").expect("an event");
    assert_eq!(closed.note.as_deref(), Some(" too busy "));
}

#[tokio::test]
async fn every_decision_is_written_down_without_secrets() {
    let world = TestRealm::new().await;
    world.register("kim", "canary-password").await;
    world.login("kim", "canary-password").await;
    world.login("kim", "canary-wrong").await;
    world.login("nobody", "canary-wrong").await;
    let events = world.store.audit_events("r", 10).await.expect("no fault");
    let told: Vec<_> =
        events.iter().rev().map(|event| format!("{}:{}", event.action, event.outcome)).collect();
    assert_eq!(
        told,
        ["register:registered", "login:signed_in", "login:wrong_password", "login:unknown_account"]
    );
    assert!(!format!("{events:?}").contains("canary"));
}
