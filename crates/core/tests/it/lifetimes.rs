//! How long pairs live: prolonged in place, chosen by the caller, opaque, and under a clock that goes back.

use doorward_core::action::{Inputs, refresh};
use doorward_core::authenticate::{Presented, Rejection, Verifier};
use doorward_core::opaque::OpaqueForm;
use doorward_core::outcome::Outcome;
use doorward_core::policy::TokenFormat;
use doorward_core::port::Clock;
use doorward_core::session::{RETRY_WINDOW, RefreshState, RefreshStep, Session};
use doorward_core::time::Timestamp;
use doorward_core::token::refresh_id;
use doorward_testkit::realm::{TestRealm, by_name, named};
use std::sync::Arc;
use std::time::Duration;

const MINUTE: u64 = 60;
const HOUR: u64 = 3600;

async fn prolonging() -> TestRealm {
    let mut world = TestRealm::new().await;
    world.policy.prolongs = true;
    world.register("kim", "secret").await;
    world
}

async fn signed_in(world: &TestRealm, lifetime: Option<u64>) -> Arc<Session> {
    let mut inputs = by_name("kim", "password", "secret");
    inputs.values.extend(lifetime.map(|seconds| ("lifetime", seconds.into())));
    world.run("login", inputs, &[]).await.session.expect("a session")
}

/// Seconds after the sign-in.
fn after(session: &Session, seconds: u64) -> Timestamp {
    session.created_at.whole_second().plus(Duration::from_secs(seconds))
}

async fn prolong(world: &TestRealm, refresh: &str, access: &str) -> Outcome {
    let mut inputs: Inputs = named("refresh_token", refresh);
    inputs.values.push(("access_token", access.into()));
    world.run("refresh", inputs, &[("rotation", "prolong")]).await.outcome
}

#[tokio::test]
async fn a_pair_is_prolonged_up_to_twelve_hours_and_no_further() {
    let world = prolonging().await;
    let session = signed_in(&world, None).await;
    let (access, refresh) = (world.mint("access", &session), world.mint("refresh", &session));
    assert_eq!(session.access_until, Some(after(&session, 30 * MINUTE)));
    assert_eq!(session.expires_at, after(&session, 4 * HOUR));
    // Each time the access token has just expired, by its row too.
    for _ in 0..4 {
        world.clock.advance(Duration::from_secs(3 * HOUR - 1));
        assert_eq!(world.check("access", &access).await.err(), Some(Rejection::Expired));
        assert_eq!(prolong(&world, &refresh, &access).await, Outcome::Refreshed);
        let alive = world.check("access", &access).await.expect("alive past its own exp");
        let now = world.clock.now().whole_second();
        let end = after(&session, 12 * HOUR);
        assert_eq!(alive.expires_at, now.plus(Duration::from_secs(30 * MINUTE)).min(end));
        assert_eq!(alive.session.expires_at, now.plus(Duration::from_secs(4 * HOUR)).min(end));
    }
    world.clock.advance(Duration::from_secs(5));
    assert!(world.check("access", &access).await.is_err());
    assert_eq!(prolong(&world, &refresh, &access).await, Outcome::ExpiredToken);
}

#[tokio::test]
async fn a_chosen_lifetime_is_that_of_the_row_too() {
    for chosen in [10 * MINUTE, 2 * HOUR, u64::MAX] {
        let world = prolonging().await;
        let session = signed_in(&world, Some(chosen)).await;
        let clamped = chosen.min(12 * HOUR);
        assert_eq!(session.access_until, Some(after(&session, clamped)));
        assert_eq!(session.expires_at, after(&session, clamped.max(4 * HOUR)));
        let input = refresh::Input {
            refresh_token: world.mint("refresh", &session),
            access_token: None,
            rotation: refresh::Rotation::Prolong,
        };
        world.clock.advance(Duration::from_secs(MINUTE));
        let cx = world.context(None);
        let longer = doorward_core::action::perform(&input, &cx).await.expect("no fault").session;
        let until = after(&session, MINUTE + clamped).min(after(&session, 12 * HOUR));
        assert_eq!(longer.expect("refreshed").access_until, Some(until), "{chosen}");
    }
}

#[tokio::test]
async fn an_opaque_refresh_token_past_its_time_is_expired_not_ended() {
    let world = TestRealm::with(TokenFormat::Opaque(OpaqueForm::default())).await;
    world.register("kim", "secret").await;
    let session = signed_in(&world, None).await;
    let raw = refresh_id(&session, world.keys.refresh());
    let refreshed = world.run("refresh", named("refresh_token", &raw), &[("rotation", "keep")]).await;
    assert_eq!(refreshed.outcome, Outcome::Refreshed);
    world.clock.advance(Duration::from_secs(4 * HOUR));
    let late = world.run("refresh", named("refresh_token", &raw), &[("rotation", "keep")]).await;
    assert_eq!(late.outcome, Outcome::ExpiredToken);
}

#[tokio::test]
async fn an_expired_access_token_is_accepted_only_where_that_is_said() {
    let world = prolonging().await;
    let session = signed_in(&world, None).await;
    let access = world.mint("access", &session);
    world.clock.advance(Duration::from_secs(HOUR));
    let verifier = Verifier {
        policy: &world.policy,
        keys: &world.keys,
        store: world.store.as_ref(),
        live: &world.services.live,
        now: world.clock.now(),
    };
    for (accept_expired, good) in [(false, false), (true, true)] {
        let presented = Presented { token: "access", raw: Some(&access), accept_expired };
        assert_eq!(verifier.check(&presented).await.expect("no fault").is_ok(), good);
    }
}

#[test]
fn a_clock_set_back_does_not_hold_the_retry_window_open() {
    let rotated_at = Timestamp(10_000_000);
    let confirmed = RefreshState { confirmed: true, ..RefreshState::new([0; 16], rotated_at) };
    let state = RefreshState { generation: 1, ..confirmed };
    let earlier = |seconds: i64| Timestamp(rotated_at.0 - seconds * 1000);
    let window = RETRY_WINDOW.as_secs().cast_signed();
    assert_eq!(state.present(0, earlier(window)), RefreshStep::Repeat { late: false });
    assert_eq!(state.present(0, earlier(window + 1)), RefreshStep::Reused);
    assert_eq!(state.present(0, earlier(7200)), RefreshStep::Reused);
}
