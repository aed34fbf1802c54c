//! What signed-in people change of their own account: the password, and what they are known by.

use doorward_core::action::Inputs;
use doorward_core::authenticate::{Alive, Rejection};
use doorward_core::change::Change;
use doorward_core::identifier::IdentifierKind;
use doorward_core::outcome::Outcome;
use doorward_core::port::Clock;
use doorward_core::session::EndReason;
use doorward_testkit::realm::{TestRealm, named};
use doorward_testkit::samples::locked;

/// Signed in, with the access token.
async fn signed_in(world: &TestRealm, user: &str, password: &str) -> (Alive, String) {
    let session = world.login(user, password).await.session.expect("a session");
    let token = world.mint("access", &session);
    (world.check("access", &token).await.expect("alive"), token)
}

fn passwords(old: Option<&str>, new: &str) -> Inputs {
    let mut inputs = named("new_password", new);
    inputs.values.extend(old.map(|old| ("password", old.into())));
    inputs
}

const NEEDS_PASSWORD: &[(&str, &str)] = &[("needs", "password"), ("end_others", "true")];
const NEEDS_SESSION: &[(&str, &str)] = &[("needs", "session"), ("end_others", "true")];

#[tokio::test]
async fn a_new_password_ends_the_other_sessions_and_keeps_the_callers() {
    let world = TestRealm::new().await;
    world.register("kim", "secret").await;
    let (kim, own) = signed_in(&world, "kim", "secret").await;
    let (_, other) = signed_in(&world, "kim", "secret").await;
    let changed = world
        .run_as("change_password", passwords(Some("secret"), "another"), NEEDS_PASSWORD, Some(&kim))
        .await;
    assert_eq!(changed.outcome, Outcome::PasswordChanged);
    let told = changed.account.expect("the account");
    let kept = world.store.account("r", told.id).await.expect("no fault").expect("there");
    assert_eq!(*told, kept, "what is answered is what is kept");
    assert!(world.check("access", &own).await.is_ok());
    let over = world.check("access", &other).await.err();
    assert_eq!(over, Some(Rejection::Ended(Some(EndReason::PasswordChanged))));
    assert_eq!(world.login("kim", "secret").await.outcome, Outcome::WrongPassword);
    assert_eq!(world.login("kim", "another").await.outcome, Outcome::SignedIn);
}

#[tokio::test]
async fn the_other_sessions_go_on_where_the_contract_says_so() {
    let world = TestRealm::new().await;
    world.register("kim", "secret").await;
    let (kim, _) = signed_in(&world, "kim", "secret").await;
    let (_, other) = signed_in(&world, "kim", "secret").await;
    let options = [("needs", "password"), ("end_others", "false")];
    let changed =
        world.run_as("change_password", passwords(Some("secret"), "another"), &options, Some(&kim)).await;
    assert_eq!(changed.outcome, Outcome::PasswordChanged);
    let told = changed.account.expect("the account");
    assert_eq!(world.store.account("r", told.id).await.expect("no fault").expect("there"), *told);
    assert!(world.check("access", &other).await.is_ok());
}

#[tokio::test]
async fn a_refused_change_says_why_and_costs_one_hash() {
    let world = TestRealm::new().await;
    world.register("kim", "secret").await;
    world.register("lee", "secret").await;
    let (kim, _) = signed_in(&world, "kim", "secret").await;
    let cases = [
        (None, Some("wrong"), "another", 1, Outcome::WrongPassword),
        (None, Some("secret"), "x", 1, Outcome::WeakPassword),
        (None, Some("wrong"), "x", 1, Outcome::WrongPassword),
        (None, Some("secret"), "secret", 1, Outcome::SamePassword),
        (None, None, "another", 0, Outcome::WrongPassword),
        (Some("lee"), Some("secret"), "another", 1, Outcome::UnknownAccount),
        (Some("lee"), Some("wrong"), "another", 1, Outcome::UnknownAccount),
        (Some("nobody"), Some("secret"), "another", 1, Outcome::UnknownAccount),
    ];
    for (user, old, new, hashes, expected) in cases {
        let mut inputs = passwords(old, new);
        inputs.identifiers.extend(user.map(|user| (IdentifierKind::Username, user.to_owned())));
        let before = world.hashes();
        let answer = world.run_as("change_password", inputs, NEEDS_PASSWORD, Some(&kim)).await;
        assert_eq!(answer.outcome, expected, "{user:?} {old:?} {new}");
        assert_eq!(world.hashes(), before + hashes, "{user:?} {old:?} {new}");
    }
    for user in ["kim", "lee"] {
        assert_eq!(world.login(user, "secret").await.outcome, Outcome::SignedIn, "{user}: nothing changed");
    }
    let mut own = passwords(Some("secret"), "another");
    own.identifiers.push((IdentifierKind::Email, "KIM@example.com".to_owned()));
    let changed = world.run_as("change_password", own, NEEDS_PASSWORD, Some(&kim)).await;
    assert_eq!(changed.outcome, Outcome::PasswordChanged);
}

#[tokio::test]
async fn a_session_is_enough_where_the_contract_says_so() {
    let world = TestRealm::new().await;
    world.register("kim", "secret").await;
    let (kim, _) = signed_in(&world, "kim", "secret").await;
    let run = async |new| {
        world.run_as("change_password", passwords(None, new), NEEDS_SESSION, Some(&kim)).await.outcome
    };
    assert_eq!(run("secret").await, Outcome::SamePassword);
    assert_eq!(run("x").await, Outcome::WeakPassword);
    assert_eq!(run("another").await, Outcome::PasswordChanged);
    assert_eq!(world.login("kim", "another").await.outcome, Outcome::SignedIn);
}

#[tokio::test]
async fn nobody_changes_a_password_with_a_session_that_is_over_or_an_account_that_is_locked() {
    let world = TestRealm::new().await;
    let account = world.register("kim", "secret").await;
    let (kim, _) = signed_in(&world, "kim", "secret").await;
    let change = async |caller| {
        world.run_as("change_password", passwords(Some("secret"), "another"), NEEDS_PASSWORD, caller).await
    };
    assert_eq!(change(None).await.outcome, Outcome::MissingToken);
    // A lock ends every session in the same step; should one be left, it is worth nothing.
    let lock = Change::UpdateAccount {
        account: account.id,
        version: account.version,
        update: locked(),
        at: world.clock.now(),
    };
    world.store.apply(vec![lock]).await.expect("no fault");
    assert_eq!(change(Some(&kim)).await.outcome, Outcome::EndedSession);
    let end =
        Change::EndSession { session: kim.session.id, reason: EndReason::SignedOut, at: world.clock.now() };
    world.store.apply(vec![end]).await.expect("no fault");
    assert_eq!(change(Some(&kim)).await.outcome, Outcome::EndedSession);
    let delete = Change::DeleteAccount { account: account.id, version: account.version + 1 };
    world.store.apply(vec![delete]).await.expect("no fault");
    assert_eq!(change(Some(&kim)).await.outcome, Outcome::DeletedAccount);
}
