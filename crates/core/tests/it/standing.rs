//! Accounts that may not sign in: told after the right password only, and nobody's session goes on.

use doorward_core::action::Inputs;
use doorward_core::authenticate::Rejection;
use doorward_core::change::{AccountUpdate, Change};
use doorward_core::outcome::Outcome;
use doorward_core::port::Clock;
use doorward_core::session::EndReason;
use doorward_core::standing::{Lock, Standing, Status};
use doorward_testkit::realm::{TestRealm, by_name, named};
use serde_json::json;
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);

async fn stand(world: &TestRealm, username: &str, standing: Standing) {
    let kind = doorward_core::identifier::IdentifierKind::Username;
    let account = world.store.account_by_identifier("r", kind, username).await.expect("no fault");
    let account = account.expect("there");
    let (update, at) = (AccountUpdate::Standing(standing), world.clock.now());
    let change = Change::UpdateAccount { account: account.id, version: account.version, update, at };
    let stale = doorward_core::live::touched(std::slice::from_ref(&change));
    world.store.apply(vec![change]).await.expect("no fault");
    world.services.live.doubt(&stale);
}

/// Every way of being barred, with its outcome.
fn bars(world: &TestRealm) -> [(Standing, Outcome); 5] {
    let status = |status, reason: Option<&str>| Standing {
        status,
        reason: reason.map(str::to_owned),
        ..Standing::default()
    };
    let until = Some(world.clock.now().plus(MINUTE));
    [
        (Standing { lock: Some(Lock::default()), ..status(Status::Pending, None) }, Outcome::Locked),
        (Standing { lock: Some(Lock { until, reason: None }), ..Standing::default() }, Outcome::Locked),
        (status(Status::Disabled, Some("left")), Outcome::Disabled),
        (status(Status::Pending, None), Outcome::Pending),
        (Standing { expires_at: Some(world.clock.now()), ..Standing::default() }, Outcome::ExpiredAccount),
    ]
}

#[tokio::test]
async fn a_barred_account_is_told_after_the_right_password_only_and_with_one_hash() {
    let world = TestRealm::new().await;
    world.register("kim", "secret").await;
    for (standing, outcome) in bars(&world) {
        stand(&world, "kim", standing).await;
        for (password, expected) in [("secret", outcome), ("wrong", Outcome::WrongPassword)] {
            let before = world.hashes();
            assert_eq!(world.login("kim", password).await.outcome, expected);
            assert_eq!(world.hashes() - before, 1);
        }
        let asked = world.run(
            "send_verification",
            by_name("kim", "_", ""),
            &[("purpose", "login"), ("tell", "truth")],
        );
        assert_eq!(asked.await.outcome, outcome);
    }
}

#[tokio::test]
async fn the_answer_says_until_when_and_why() {
    let world = TestRealm::new().await;
    world.register("kim", "secret").await;
    let [_, (locked, _), (disabled, _), ..] = bars(&world);
    stand(&world, "kim", locked).await;
    let answer = world.login("kim", "secret").await;
    assert_eq!(answer.datum("retry_after"), Some(&json!(60)));
    assert_eq!(answer.datum("until"), Some(&json!(world.clock.now().plus(MINUTE).0)));
    world.clock.advance(MINUTE);
    assert_eq!(world.login("kim", "secret").await.outcome, Outcome::SignedIn, "a lock ends by itself");
    stand(&world, "kim", disabled).await;
    assert_eq!(world.login("kim", "secret").await.datum("reason"), Some(&json!("left")));
}

#[tokio::test]
async fn no_session_of_a_barred_account_is_alive_and_its_refresh_says_why() {
    let world = TestRealm::new().await;
    world.register("kim", "secret").await;
    let session = world.login("kim", "secret").await.session.expect("signed in");
    let (access, refresh) = (world.mint("access", &session), world.mint("refresh", &session));
    assert!(world.check("access", &access).await.is_ok());
    let reasons = [
        EndReason::Locked,
        EndReason::Locked,
        EndReason::Disabled,
        EndReason::Disabled,
        EndReason::AccountExpired,
    ];
    for ((standing, outcome), reason) in bars(&world).into_iter().zip(reasons) {
        stand(&world, "kim", standing).await;
        assert_eq!(world.check("access", &access).await.err(), Some(Rejection::Ended(Some(reason))));
        let answer = world.run("refresh", named("refresh_token", &refresh), &[]).await;
        // Whoever bars an account ends its sessions; its own end comes by itself.
        let bars = if reason == EndReason::AccountExpired { outcome } else { Outcome::EndedSession };
        assert_eq!(answer.outcome, bars);
        let said = answer.data.iter().find(|(name, _)| *name == "reason").map(|(_, reason)| reason.clone());
        assert_eq!(said, (bars != outcome).then(|| json!(reason.name())));
    }
    stand(&world, "kim", Standing::default()).await;
    assert!(world.check("access", &access).await.is_ok());
}

#[tokio::test]
async fn who_must_be_approved_is_not_signed_in_by_registering() {
    let world = TestRealm::new().await;
    let kim = doorward_core::identifier::IdentifierKind::Username;
    let inputs = Inputs { identifiers: vec![(kim, "kim".to_owned())], ..named("password", "secret") };
    let options = [("approval", "required"), ("sign_in", "true")];
    let answer = world.run("register", inputs, &options).await;
    assert_eq!((answer.outcome, answer.session), (Outcome::Registered, None));
    assert_eq!(answer.account.expect("made").roles, ["member"], "the default roles");
    assert_eq!(world.login("kim", "secret").await.outcome, Outcome::Pending);
    stand(&world, "kim", Standing::default()).await;
    assert_eq!(world.login("kim", "secret").await.outcome, Outcome::SignedIn);
}
