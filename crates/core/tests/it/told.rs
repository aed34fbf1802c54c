//! What answers, budgets, counts and the audit trail tell, and to whom.

use doorward_core::action::{Command, Inputs, Named, SetLocked, perform};
use doorward_core::fault::Fault;
use doorward_core::identifier::IdentifierKind;
use doorward_core::outcome::Outcome;
use doorward_core::port::{Attempt, Limits, Settled, Tries};
use doorward_core::standing::Lock;
use doorward_core::time::Timestamp;
use doorward_testkit::realm::{TestRealm, by_name, named};
use serde_json::Value;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// Counts what is spent and not given back.
#[derive(Default)]
struct Balance(AtomicI64);

#[async_trait::async_trait]
impl Limits for Balance {
    async fn spend(&self, _attempt: &Attempt, _now: Timestamp) -> Result<Option<Duration>, Fault> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Ok(None)
    }

    async fn settle(
        &self,
        _attempt: &Attempt,
        how: Settled,
        _now: Timestamp,
    ) -> Result<Option<Tries>, Fault> {
        if how != Settled::Wrong {
            self.0.fetch_sub(1, Ordering::SeqCst);
        }
        Ok(None)
    }
}

async fn lock(world: &TestRealm, user: &str) {
    let name = Named::one(&(IdentifierKind::Username, user.to_owned()), &world.policy).expect("a username");
    perform(&Command::by_operator(name, SetLocked(Some(Lock::default()))), &world.context(None))
        .await
        .expect("no fault");
}

#[tokio::test]
async fn the_budget_of_a_locked_account_does_not_tell_its_password() {
    let mut world = TestRealm::new().await;
    let balance = Arc::new(Balance::default());
    world.services.limits = Arc::clone(&balance) as Arc<dyn Limits>;
    world.register("kim", "secret").await;
    world.register("lee", "secret").await;
    lock(&world, "lee").await;
    let cases = [
        ("kim", "secret", 0),
        ("kim", "wrong", 1),
        ("lee", "secret", 1),
        ("lee", "wrong", 1),
        ("no", "x", 1),
    ];
    for (user, password, spent) in cases {
        for action in ["login", "close_account"] {
            if spent == 0 && action == "close_account" {
                continue;
            }
            let before = balance.0.load(Ordering::SeqCst);
            world.run(action, by_name(user, "password", password), &[("needs", "password")]).await;
            assert_eq!(balance.0.load(Ordering::SeqCst) - before, spent, "{action} {user} {password}");
        }
    }
}

#[tokio::test]
async fn a_sign_out_of_all_does_not_count_sessions_that_were_over() {
    let world = TestRealm::new().await;
    world.register("kim", "secret").await;
    world.login("kim", "secret").await;
    world.clock.advance(Duration::from_secs(5 * 3600));
    let session = world.login("kim", "secret").await.session.expect("a session");
    let alive = world.check("access", &world.mint("access", &session)).await.expect("alive");
    let out = world.run_as("logout", Inputs::default(), &[("which", "all")], Some(&alive)).await;
    assert_eq!(out.datum("count").and_then(Value::as_u64), Some(1));
}

#[tokio::test]
async fn the_audit_trail_names_whom_the_answer_does_not() {
    let world = TestRealm::new().await;
    let account = world.register("kim", "secret").await;
    let session = world.login("kim", "secret").await.session.expect("a session");
    let tokens = [world.mint("refresh", &session)];
    let rotate = [("rotation", "rotate")];
    let mut next = session.clone();
    for _ in 0..2 {
        let presented = named("refresh_token", &world.mint("refresh", &next));
        next = world.run("refresh", presented, &rotate).await.session.expect("refreshed");
    }
    let reused = world.run("refresh", named("refresh_token", &tokens[0]), &rotate).await;
    let wrong = world.login("kim", "wrong").await;
    let kept =
        world.run("close_account", by_name("kim", "password", "wrong"), &[("needs", "password")]).await;
    world.run("send_verification", by_name("kim", "_", ""), &[("purpose", "reset_password")]).await;
    let mut bad = by_name("kim", "code", "nope");
    bad.values.push(("new_password", "another".into()));
    let code = world.run("reset_password", bad, &[]).await;
    let expected = [Outcome::ReusedToken, Outcome::WrongPassword, Outcome::WrongPassword, Outcome::WrongCode];
    for (answer, expected) in [&reused, &wrong, &kept, &code].into_iter().zip(expected) {
        assert_eq!(answer.outcome, expected);
        assert!(answer.account.is_none() && answer.session.is_none(), "{expected:?}");
    }
    let events = world.store.audit_events("r", 5).await.expect("no fault");
    for event in &events {
        assert_eq!(event.account, Some(account.id), "{}:{}", event.action, event.outcome);
    }
    let found = events.iter().find(|event| event.outcome == "reused_token").expect("an event");
    assert_eq!(found.session, Some(session.id));
}

#[tokio::test]
async fn whoever_waits_as_long_as_told_is_not_too_soon() {
    let mut world = TestRealm::new().await;
    world.policy.codes.clear();
    world.register("kim", "secret").await;
    let reset = [("purpose", "reset_password"), ("tell", "truth")];
    world.run("send_verification", by_name("kim", "_", ""), &reset).await;
    world.clock.advance(Duration::from_millis(500));
    let early = world.run("send_verification", by_name("kim", "_", ""), &reset).await;
    assert_eq!(early.outcome, Outcome::TooSoon);
    let told = early.datum("retry_after").and_then(Value::as_u64).expect("seconds");
    world.clock.advance(Duration::from_secs(told));
    assert_eq!(world.run("send_verification", by_name("kim", "_", ""), &reset).await.outcome, Outcome::Sent);
}
