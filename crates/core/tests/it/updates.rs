//! `update_account`: identifiers, profile and password of whoever is signed in.

use doorward_core::action::Inputs;
use doorward_core::authenticate::{Alive, Rejection};
use doorward_core::change::Change;
use doorward_core::identifier::IdentifierKind::{self, Email, Username};
use doorward_core::outcome::{Answer, Outcome};
use doorward_core::port::Clock;
use doorward_core::profile::{Field, FieldType, ProfileSchema, SetBy};
use doorward_core::session::EndReason;
use doorward_testkit::realm::{TestRealm, by_name, named};
use doorward_testkit::samples::locked;
use serde_json::{Value, json};
use std::time::Duration;

const NEEDS_PASSWORD: &[(&str, &str)] = &[("needs", "password")];
const NEEDS_SESSION: &[(&str, &str)] = &[("needs", "session")];

fn field(name: &str, kind: FieldType) -> Field {
    Field::new(name, kind)
}

/// A realm with a profile, and Kim signed in.
async fn world() -> (TestRealm, Alive) {
    let mut world = TestRealm::new().await;
    world.policy.profile = ProfileSchema {
        fields: vec![
            field("city", FieldType::Text),
            Field { nullable: true, ..field("motto", FieldType::Text) },
            Field { default: Some(json!(0)), ..field("age", FieldType::Integer) },
            Field {
                default: Some(json!("novice")),
                set_by: SetBy::Operator,
                ..field("rank", FieldType::Text)
            },
        ],
    };
    for user in ["kim", "lee"] {
        let inputs = Inputs {
            identifiers: vec![(Username, user.to_owned()), (Email, format!("{user}@example.com"))],
            profile: object(json!({"city": "Seoul", "motto": "hi", "age": 7})),
            ..named("password", "secret")
        };
        assert_eq!(world.run("register", inputs, &[]).await.outcome, Outcome::Registered);
    }
    let kim = signed_in(&world).await;
    (world, kim)
}

async fn signed_in(world: &TestRealm) -> Alive {
    let session = world.login("kim", "secret").await.session.expect("a session");
    world.check("access", &world.mint("access", &session)).await.expect("alive")
}

fn object(value: Value) -> serde_json::Map<String, Value> {
    value.as_object().cloned().expect("an object")
}

/// Inputs: identifiers by kind, profile, and the others by name.
fn inputs(
    identifiers: &[(IdentifierKind, &str)],
    profile: Value,
    values: &[(&'static str, Value)],
) -> Inputs {
    Inputs {
        identifiers: identifiers.iter().map(|(kind, text)| (*kind, (*text).to_owned())).collect(),
        profile: object(profile),
        values: values.to_vec(),
        ..Inputs::default()
    }
}

async fn update(world: &TestRealm, kim: &Alive, inputs: Inputs) -> Answer {
    let answer = world.run_as("update_account", inputs, NEEDS_PASSWORD, Some(kim)).await;
    if let Some(told) = &answer.account {
        let kept = world.store.account("r", told.id).await.expect("no fault").expect("there");
        assert_eq!(**told, kept, "what is answered is what is kept");
    }
    answer
}

fn password() -> (&'static str, Value) {
    ("password", json!("secret"))
}

#[tokio::test]
async fn only_what_is_given_of_the_profile_changes_and_only_what_callers_may_set() {
    let (world, kim) = world().await;
    let hashes = world.hashes();
    let given = json!({"city": "Busan", "rank": "chief", "unknown": 1});
    let answer = update(&world, &kim, inputs(&[], given, &[])).await;
    assert_eq!(answer.outcome, Outcome::Updated);
    let profile = answer.account.expect("the account").profile.clone();
    assert_eq!(Value::Object(profile), json!({"city": "Busan", "motto": "hi", "age": 7, "rank": "novice"}));
    assert_eq!(world.hashes(), hashes, "a profile costs no hash");
    let before = kim.account.version + 1;
    let again = update(&world, &kim, inputs(&[], json!({"city": "Busan"}), &[])).await;
    assert_eq!(again.account.expect("the account").version, before, "nothing to do is nothing done");
}

#[tokio::test]
async fn what_is_removed_is_as_if_nobody_had_said_it() {
    let (world, kim) = world().await;
    let removal = [("remove", json!(["motto", "age"]))];
    let answer = update(&world, &kim, inputs(&[], json!({}), &removal)).await;
    assert_eq!(answer.outcome, Outcome::Updated);
    let profile = answer.account.expect("the account").profile.clone();
    assert_eq!(Value::Object(profile), json!({"city": "Seoul", "motto": null, "age": 0, "rank": "novice"}));
    let removal = [("remove", json!(["email"])), password()];
    let answer = update(&world, &kim, inputs(&[], json!({}), &removal)).await;
    assert_eq!(answer.account.expect("the account").identifiers.len(), 1);
    let by_email = world.store.account_by_identifier("r", Email, "kim@example.com").await;
    assert_eq!(by_email.expect("no fault"), None, "the address is free");

    let cases = [
        (json!(["city"]), "city", "required"),
        (json!(["username"]), "username", "required"),
        (json!(["rank"]), "remove", "enum"),
        (json!(["phone"]), "remove", "enum"),
        (json!("motto"), "remove", "type"),
        (json!([1]), "remove", "type"),
    ];
    for (remove, field, rule) in cases {
        let removal = [("remove", remove.clone()), password()];
        let answer = update(&world, &kim, inputs(&[], json!({}), &removal)).await;
        let broken: Vec<_> = answer.violations.iter().map(|one| (&*one.field, &*one.rule)).collect();
        assert_eq!((answer.outcome, broken), (Outcome::InvalidInput, vec![(field, rule)]), "{remove}");
    }
}

#[tokio::test]
async fn a_changed_address_must_be_proved_again_and_old_codes_are_nothing() {
    let (world, kim) = world().await;
    let verify = [("purpose", "verify"), ("tell", "truth")];
    world.run("send_verification", by_name("kim", "_", ""), &verify).await;
    let code = world.mailed_code().await;
    let confirmed = world.run("confirm_verification", by_name("kim", "code", &code), &[]).await;
    assert_eq!(confirmed.outcome, Outcome::Verified);
    let email = async |written: &str| {
        let answer = update(&world, &kim, inputs(&[(Email, written)], json!({}), &[password()])).await;
        assert_eq!(answer.outcome, Outcome::Updated);
        answer.account.expect("the account").identifier(Email).cloned().expect("an address")
    };
    let respelt = email("Kim@Example.com").await;
    assert_eq!((&*respelt.written, respelt.verified), ("Kim@Example.com", true), "the same address");

    world.clock.advance(Duration::from_secs(1));
    let reset = [("purpose", "reset_password"), ("tell", "truth")];
    world.run("send_verification", by_name("kim", "_", ""), &reset).await;
    let code = world.mailed_code().await;
    let moved = email("kim@example.org").await;
    assert_eq!((&*moved.canonical, moved.verified), ("kim@example.org", false));
    let mut presented = by_name("kim", "code", &code);
    presented.values.push(("new_password", "another".into()));
    assert_eq!(world.run("reset_password", presented, &[]).await.outcome, Outcome::UnknownCode);
    email("kim@example.com").await;
    let mut presented = by_name("kim", "code", &code);
    presented.values.push(("new_password", "another".into()));
    assert_eq!(
        world.run("reset_password", presented, &[]).await.outcome,
        Outcome::UnknownCode,
        "gone for good"
    );
}

#[tokio::test]
async fn what_opens_the_account_changes_only_with_the_password() {
    let (world, kim) = world().await;
    let changes = [
        inputs(&[(Username, "new")], json!({"city": "Busan"}), &[]),
        inputs(&[(Email, "new@example.com")], json!({}), &[]),
        inputs(&[], json!({}), &[("new_password", json!("another"))]),
        inputs(&[], json!({}), &[("remove", json!(["email"]))]),
    ];
    for change in &changes {
        assert_eq!(update(&world, &kim, change.clone()).await.outcome, Outcome::WrongPassword);
        let mut wrong = change.clone();
        wrong.values.push(("password", json!("wrong")));
        let before = world.hashes();
        assert_eq!(update(&world, &kim, wrong).await.outcome, Outcome::WrongPassword);
        assert_eq!(world.hashes(), before + 1);
    }
    let kept = world.store.account("r", kim.account.id).await.expect("no fault").expect("there");
    assert_eq!(kept.profile, kim.account.profile, "all or nothing");
    let same = inputs(&[(Username, "kim"), (Email, "KIM@example.com")], json!({}), &[]);
    assert_eq!(update(&world, &kim, same).await.outcome, Outcome::Updated, "another spelling of the same");
    for change in changes {
        let answer = world.run_as("update_account", change, NEEDS_SESSION, Some(&kim)).await;
        assert_eq!(answer.outcome, Outcome::Updated, "a session is enough where the contract says so");
    }
    assert_eq!(world.login("new", "another").await.outcome, Outcome::SignedIn);
}

#[tokio::test]
async fn a_new_password_ends_the_other_sessions_in_the_same_step() {
    let (world, kim) = world().await;
    let other = signed_in(&world).await;
    let weak = inputs(&[], json!({"city": "Busan"}), &[("new_password", json!("x")), password()]);
    assert_eq!(update(&world, &kim, weak).await.outcome, Outcome::WeakPassword);
    let new = [("new_password", json!("another")), password()];
    let answer = update(&world, &kim, inputs(&[(Username, "new")], json!({"city": "Busan"}), &new)).await;
    assert_eq!(answer.outcome, Outcome::Updated);
    assert!(world.check("access", &world.mint("access", &kim.session)).await.is_ok());
    let over = world.check("access", &world.mint("access", &other.session)).await.err();
    assert_eq!(over, Some(Rejection::Ended(Some(EndReason::PasswordChanged))));
    assert_eq!(world.login("new", "another").await.outcome, Outcome::SignedIn);
}

#[tokio::test]
async fn what_is_taken_or_breaks_rules_is_refused() {
    let (world, kim) = world().await;
    let taken = update(&world, &kim, inputs(&[(Email, "LEE@example.com")], json!({}), &[password()])).await;
    assert_eq!(taken.outcome, Outcome::Taken);
    let data = [taken.datum("field"), taken.datum("verified")];
    assert_eq!(data, [Some(&json!("email")), Some(&json!(false))]);
    let blind = update(&world, &kim, inputs(&[(Email, "lee@example.com")], json!({}), &[])).await;
    assert_eq!(blind.outcome, Outcome::WrongPassword, "who has not proved the password is told nothing");
    let cases = [
        (inputs(&[(Email, "nowhere")], json!({}), &[password()]), "email", "format"),
        (inputs(&[(Username, "")], json!({}), &[password()]), "username", "minLength"),
        (inputs(&[], json!({"age": "old"}), &[]), "age", "type"),
        (inputs(&[], json!({"city": null}), &[]), "city", "required"),
    ];
    for (given, field, rule) in cases {
        let answer = update(&world, &kim, given).await;
        let broken: Vec<_> = answer.violations.iter().map(|one| (&*one.field, &*one.rule)).collect();
        assert_eq!((answer.outcome, broken), (Outcome::InvalidInput, vec![(field, rule)]));
    }
}

#[tokio::test]
async fn nobody_updates_with_a_session_that_is_over_or_an_account_that_is_locked() {
    let (world, kim) = world().await;
    let change = async |caller| {
        let given = inputs(&[], json!({"city": "Busan"}), &[]);
        world.run_as("update_account", given, NEEDS_PASSWORD, caller).await
    };
    assert_eq!(change(None).await.outcome, Outcome::MissingToken);
    let account = world.store.account("r", kim.account.id).await.expect("no fault").expect("there");
    let (update, at) = (locked(), world.clock.now());
    let lock = Change::UpdateAccount { account: account.id, version: account.version, update, at };
    world.store.apply(vec![lock]).await.expect("no fault");
    let locked = change(Some(&kim)).await;
    assert_eq!((locked.outcome, locked.datum("reason")), (Outcome::EndedSession, Some(&json!("locked"))));
    let end = Change::EndSession { session: kim.session.id, reason: EndReason::SignedOut, at };
    world.store.apply(vec![end]).await.expect("no fault");
    assert_eq!(change(Some(&kim)).await.outcome, Outcome::EndedSession);
}
