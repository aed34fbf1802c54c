//! Decisions that others overtake: an action loads, somebody else writes, and only then does it apply.

use doorward_core::action::{
    Action, Command, DeleteAccount, Inputs, Named, SetLocked, SetPassword, Wish, check_code, close_account,
    login, perform, refresh, register, reset_password,
};
use doorward_core::authenticate::Rejection;
use doorward_core::change::{ApplyResult, Change};
use doorward_core::code::Purpose;
use doorward_core::identifier::IdentifierKind;
use doorward_core::outcome::Outcome;
use doorward_core::password::Password;
use doorward_core::port::Clock;
use doorward_core::profile::Setter;
use doorward_core::session::EndReason;
use doorward_core::standing::Lock;
use doorward_testkit::realm::{TestRealm, by_name};
use std::time::Duration;

const RESET: [(&str, &str); 2] = [("purpose", "reset_password"), ("tell", "truth")];

fn kim(world: &TestRealm) -> Named {
    Named::one(&(IdentifierKind::Username, "kim".to_owned()), &world.policy).expect("a username")
}

fn sign_in(world: &TestRealm) -> login::Input {
    login::Input {
        name: kim(world),
        password: Password::new("secret".to_owned()),
        wish: Wish::default(),
        sessions: login::Sessions::Many,
        second_step: false,
        refuse_unverified: false,
        refuse_must_change: false,
    }
}

fn check(world: &TestRealm, code: &str) -> check_code::Input {
    check_code::Input {
        names: vec![kim(world)],
        code: code.to_owned(),
        purpose: Purpose::ResetPassword,
        consume: false,
    }
}

fn reset(world: &TestRealm, code: &str, password: &str) -> reset_password::Input {
    reset_password::Input {
        name: Some(kim(world)),
        account_id: None,
        code: Some(code.to_owned()),
        stage_token: None,
        new_password: Password::new(password.to_owned()),
        sign_in: true,
        wish: Wish::default(),
        wire: Vec::new(),
    }
}

fn set_password(password: Password) -> SetPassword {
    SetPassword { password, field: "password".to_owned(), must_change: false }
}

fn sign_up(world: &TestRealm) -> register::Input {
    register::Input {
        identifiers: vec![kim(world)],
        proved: None,
        password: Some(Password::new("secret".to_owned())),
        profile: serde_json::Map::new(),
        setter: Setter::Caller,
        sign_in: true,
        needs_approval: false,
        wish: Wish::default(),
        must_change: false,
        address: register::Address::default(),
        wire: Vec::new(),
    }
}

/// Loads an action and decides; what it would write.
async fn decided<A: Action>(action: &A, world: &TestRealm) -> Vec<Change> {
    let cx = world.context(None);
    let loaded = action.load(&cx).await.expect("no fault");
    action.decide(&loaded, &cx.setting).expect("no fault").changes
}

async fn done<A: Action>(action: &A, world: &TestRealm) {
    perform(action, &world.context(None)).await.expect("no fault");
}

async fn conflicts(world: &TestRealm, changes: Vec<Change>) -> bool {
    assert!(!changes.is_empty(), "nothing to guard");
    world.store.apply(changes).await.expect("no fault") == ApplyResult::Conflict
}

async fn realm_of_kim() -> (TestRealm, String) {
    let world = TestRealm::new().await;
    world.register("kim", "secret").await;
    world.run("send_verification", by_name("kim", "_", ""), &RESET).await;
    let code = world.mailed_code().await;
    (world, code)
}

/// What happens in between.
#[derive(Clone, Copy, Debug)]
enum Meanwhile {
    Locked,
    PasswordSet,
    PasswordReset,
    Deleted,
    SignedOutEverywhere,
}

const ALL: [Meanwhile; 5] = [
    Meanwhile::Locked,
    Meanwhile::PasswordSet,
    Meanwhile::PasswordReset,
    Meanwhile::Deleted,
    Meanwhile::SignedOutEverywhere,
];

async fn happen(what: Meanwhile, world: &TestRealm, code: &str) {
    let name = kim(world);
    let password = Password::new("another".to_owned());
    match what {
        Meanwhile::Locked => done(&Command::by_operator(name, SetLocked(Some(Lock::default()))), world).await,
        Meanwhile::PasswordSet => done(&Command::by_operator(name, set_password(password)), world).await,
        Meanwhile::PasswordReset => done(&reset(world, code, "another"), world).await,
        Meanwhile::Deleted => done(&Command::by_operator(name, DeleteAccount), world).await,
        Meanwhile::SignedOutEverywhere => {
            let session = world.login("kim", "secret").await.session.expect("a session");
            let alive = world.check("access", &world.mint("access", &session)).await.expect("alive");
            let out = world.run_as("logout", Inputs::default(), &[("which", "all")], Some(&alive)).await;
            assert_eq!(out.outcome, Outcome::SignedOut);
        }
    }
}

#[tokio::test]
async fn no_sign_in_slips_past_what_ends_sessions() {
    for what in ALL {
        for sessions in [login::Sessions::Many, login::Sessions::Single] {
            let (world, code) = realm_of_kim().await;
            let late = decided(&login::Input { sessions, ..sign_in(&world) }, &world).await;
            happen(what, &world, &code).await;
            assert!(conflicts(&world, late).await, "{what:?}, {sessions:?}");
        }
    }
}

#[tokio::test]
async fn no_reset_and_no_closing_slips_past_what_changes_the_account() {
    for what in ALL {
        let (world, code) = realm_of_kim().await;
        let late = decided(&reset(&world, &code, "third"), &world).await;
        happen(what, &world, &code).await;
        assert!(conflicts(&world, late).await, "reset, {what:?}");

        let (world, code) = realm_of_kim().await;
        let close = close_account::Input {
            name: Some(kim(&world)),
            password: Some(Password::new("secret".to_owned())),
            needs_password: true,
            reason: None,
            grace: None,
        };
        let late = decided(&close, &world).await;
        happen(what, &world, &code).await;
        assert!(conflicts(&world, late).await, "closing, {what:?}");
    }
}

#[tokio::test]
async fn no_refresh_slips_past_what_ends_sessions() {
    for what in ALL {
        for rotation in [refresh::Rotation::Rotate, refresh::Rotation::Prolong] {
            let (world, code) = realm_of_kim().await;
            let session = world.login("kim", "secret").await.session.expect("a session");
            let input = refresh::Input {
                refresh_token: world.mint("refresh", &session),
                access_token: None,
                rotation,
            };
            let late = decided(&input, &world).await;
            happen(what, &world, &code).await;
            assert!(conflicts(&world, late).await, "{what:?}, {rotation:?}");
        }
    }
}

#[tokio::test]
async fn a_reset_that_signs_in_knows_the_version_it_makes() {
    let (world, code) = realm_of_kim().await;
    let answer = perform(&reset(&world, &code, "another"), &world.context(None)).await.expect("no fault");
    let session = answer.session.expect("a session");
    world.check("access", &world.mint("access", &session)).await.expect("alive");
    let stored = world.store.account("r", session.account).await.expect("no fault").expect("an account");
    assert_eq!(answer.account.expect("an account").version, stored.version);
}

#[tokio::test]
async fn of_two_registrations_one_wins_and_the_other_is_told() {
    let world = TestRealm::new().await;
    let late = decided(&sign_up(&world), &world).await;
    done(&sign_up(&world), &world).await;
    assert!(conflicts(&world, late).await);
    let told = perform(&sign_up(&world), &world.context(None)).await.expect("no fault");
    assert_eq!(told.outcome, Outcome::Taken);
}

/// Otherwise a thousand guesses sent side by side would be a thousand guesses for the price of five.
#[tokio::test]
async fn a_right_guess_cannot_get_past_wrong_ones_counted_meanwhile() {
    for password in ["another", "x"] {
        let (world, code) = realm_of_kim().await;
        let checked = decided(&check(&world, &code), &world).await;
        let used = decided(&reset(&world, &code, password), &world).await;
        for _ in 0..5 {
            done(&check(&world, "nope"), &world).await;
        }
        assert!(conflicts(&world, checked).await, "a check");
        assert!(conflicts(&world, used).await, "a reset to {password}");
    }
}

#[tokio::test]
async fn a_locked_account_tells_a_right_code_only_under_guard() {
    let (world, code) = realm_of_kim().await;
    done(&Command::by_operator(kim(&world), SetLocked(Some(Lock::default()))), &world).await;
    let late = decided(&reset(&world, &code, "another"), &world).await;
    for _ in 0..5 {
        done(&check(&world, "nope"), &world).await;
    }
    assert!(conflicts(&world, late).await);
}

#[tokio::test]
async fn noting_a_use_does_not_bring_an_ended_session_back() {
    let (world, _) = realm_of_kim().await;
    let session = world.login("kim", "secret").await.session.expect("a session");
    let token = world.mint("access", &session);
    let found = world.check("access", &token).await.expect("alive");
    world.run_as("logout", Inputs::default(), &[("which", "this")], Some(&found)).await;
    let over = Some(Rejection::Ended(Some(EndReason::SignedOut)));
    assert_eq!(world.check("access", &token).await.err(), over);
    // The check before the sign-out only now comes to note what it saw.
    world.services.live.note_use(&found.session, world.clock.now().plus(Duration::from_secs(300)));
    assert_eq!(world.check("access", &token).await.err(), over);
}

#[tokio::test]
async fn a_use_is_noted_where_nothing_changed() {
    let (world, _) = realm_of_kim().await;
    let session = world.login("kim", "secret").await.session.expect("a session");
    let token = world.mint("access", &session);
    world.check("access", &token).await.expect("alive");
    world.clock.advance(Duration::from_secs(301));
    world.check("access", &token).await.expect("alive");
    let again = world.check("access", &token).await.expect("alive");
    assert!(!again.session.touch_due(world.clock.now()), "found again in the cache as noted");
}
