//! `forgot_password` and `confirm_verification`: who is told what, and what a code can do.

use doorward_core::action::{Command, Inputs, Named, SetLocked, perform};
use doorward_core::authenticate::Rejection;
use doorward_core::identifier::IdentifierKind;
use doorward_core::outcome::Outcome;
use doorward_core::port::Clock;
use doorward_core::session::EndReason;
use doorward_core::standing::Lock;
use doorward_testkit::realm::{TestRealm, by_name, named};
use std::time::Duration;

const SILENT: &[(&str, &str)] = &[("by", "code"), ("tell", "always_sent"), ("end_sessions", "false")];
const TRUTH: &[(&str, &str)] = &[("by", "code"), ("tell", "truth"), ("end_sessions", "false")];
const VERIFY: &[(&str, &str)] = &[("purpose", "verify"), ("tell", "truth")];

fn whom(user: &str) -> Inputs {
    by_name(user, "_", "")
}

async fn mails(world: &TestRealm) -> usize {
    world.store.due_mails(world.clock.now(), 100).await.expect("no fault").len()
}

async fn lock(world: &TestRealm, user: &str) {
    let name = Named::one(&(IdentifierKind::Username, user.to_owned()), &world.policy).expect("a username");
    perform(&Command::by_operator(name, SetLocked(Some(Lock::default()))), &world.context(None))
        .await
        .expect("no fault");
}

async fn without_address(world: &TestRealm, user: &str) {
    let registered = world.run("register", by_name(user, "password", "secret"), &[]).await;
    assert_eq!(registered.outcome, Outcome::Registered);
}

#[tokio::test]
async fn a_forgotten_password_is_set_anew_with_the_code_that_was_mailed() {
    let world = TestRealm::new().await;
    let kim = world.register("kim", "secret").await;
    let sent = world.run("forgot_password", whom("kim"), TRUTH).await;
    assert_eq!(sent.outcome, Outcome::Sent);
    assert_eq!(sent.datum("expires_in"), Some(&600.into()));
    assert_eq!(sent.account.expect("the account").id, kim.id);
    let mut inputs = by_name("kim", "code", &world.mailed_code().await);
    inputs.values.push(("new_password", "another".into()));
    assert_eq!(world.run("reset_password", inputs, &[]).await.outcome, Outcome::PasswordReset);
    assert_eq!(world.login("kim", "another").await.outcome, Outcome::SignedIn);
    let events = world.store.audit_events("r", 10).await.expect("no fault");
    let event = events.iter().find(|event| event.action == "forgot_password").expect("written down");
    assert_eq!((event.account, event.outcome.as_ref()), (Some(kim.id), "sent"));
}

#[tokio::test]
async fn whether_there_is_an_account_is_told_only_where_the_contract_says_so() {
    let mut world = TestRealm::new().await;
    world.policy.codes.clear();
    for user in ["kim", "lee"] {
        world.register(user, "secret").await;
    }
    lock(&world, "lee").await;
    without_address(&world, "park").await;
    let told = [
        ("kim", Outcome::Sent),
        ("kim", Outcome::TooSoon),
        ("lee", Outcome::Locked),
        ("park", Outcome::DeliveryFailed),
        ("nobody", Outcome::UnknownAccount),
    ];
    for (user, expected) in told {
        let answer = world.run("forgot_password", whom(user), TRUTH).await;
        assert_eq!(answer.outcome, expected, "{user}");
    }
    assert_eq!(mails(&world).await, 1);
    world.clock.advance(Duration::from_secs(61));
    let hashes = world.hashes();
    for user in ["kim", "kim", "lee", "park", "nobody"] {
        let answer = world.run("forgot_password", whom(user), SILENT).await;
        assert_eq!(answer.outcome, Outcome::Sent, "{user}");
        let account = answer.account.as_ref().expect("what the request says");
        let names: Vec<&str> = account.identifiers.iter().map(|one| one.written.as_str()).collect();
        assert_eq!((names, account.public_ids.len()), (vec![user], 0), "nothing of the account is told");
        assert!(account.id.0.is_nil() && account.created_at == world.clock.now());
    }
    assert_eq!((mails(&world).await, world.hashes()), (2, hashes), "one mail more, and no hash");
}

#[tokio::test]
async fn sessions_end_with_the_request_where_the_contract_says_so_and_a_code_is_sent() {
    let mut world = TestRealm::new().await;
    world.policy.codes.clear();
    world.register("kim", "secret").await;
    let options = [("by", "code"), ("tell", "always_sent"), ("end_sessions", "true")];
    let sign_in = async || {
        let session = world.login("kim", "secret").await.session.expect("a session");
        world.mint("access", &session)
    };
    let first = sign_in().await;
    world.run("forgot_password", whom("kim"), SILENT).await;
    assert!(world.check("access", &first).await.is_ok());
    world.run("forgot_password", whom("kim"), &options).await;
    assert!(world.check("access", &first).await.is_ok(), "too soon: nothing was sent, nothing ends");
    world.clock.advance(Duration::from_secs(61));
    world.run("forgot_password", whom("kim"), &options).await;
    let over = world.check("access", &first).await.err();
    assert_eq!(over, Some(Rejection::Ended(Some(EndReason::PasswordForgotten))));
    assert_eq!(world.run("forgot_password", whom("nobody"), &options).await.outcome, Outcome::Sent);
}

async fn mailed(world: &TestRealm, user: &str) -> String {
    // The newest mail is told by its time.
    world.clock.advance(Duration::from_secs(1));
    assert_eq!(world.run("send_verification", whom(user), VERIFY).await.outcome, Outcome::Sent);
    world.mailed_code().await
}

#[tokio::test]
async fn a_code_proves_the_address_once() {
    let world = TestRealm::new().await;
    let kim = world.register("kim", "secret").await;
    let code = mailed(&world, "kim").await;
    let confirm = async |code: &str| {
        world.run("confirm_verification", by_name("kim", "code", code), &[("sign_in", "false")]).await
    };
    let wrong = confirm("nope").await;
    assert_eq!((wrong.outcome, wrong.datum("tries_left")), (Outcome::WrongCode, Some(&4.into())));
    let verified = confirm(&code).await;
    assert_eq!(verified.outcome, Outcome::Verified);
    assert!(verified.session.is_none());
    let told = verified.account.expect("the account");
    assert!(told.identifier(IdentifierKind::Email).expect("an address").verified);
    assert!(!told.identifier(IdentifierKind::Username).expect("a name").verified);
    let kept = world.store.account("r", kim.id).await.expect("no fault").expect("there");
    assert_eq!(kept, *told);

    let again = confirm(&code).await;
    assert_eq!(again.outcome, Outcome::AlreadyVerified);
    assert_eq!(again.account.expect("the holder of the code is told").id, kim.id);
    assert_eq!(confirm("nope").await.outcome, Outcome::WrongCode, "a stranger is not");
    let sent = mails(&world).await;
    let needless = world.run("send_verification", whom("kim"), VERIFY).await;
    assert_eq!(needless.outcome, Outcome::AlreadyVerified);
    let silent = [("purpose", "verify"), ("by", "code"), ("tell", "always_sent")];
    assert_eq!(world.run("send_verification", whom("kim"), &silent).await.outcome, Outcome::Sent);
    assert_eq!(mails(&world).await, sent, "neither sends anything");
}

#[tokio::test]
async fn the_caller_needs_no_name_and_is_told_at_once() {
    let world = TestRealm::new().await;
    world.register("kim", "secret").await;
    let session = world.login("kim", "secret").await.session.expect("a session");
    let kim = world.check("access", &world.mint("access", &session)).await.expect("alive");
    let code = mailed(&world, "kim").await;
    let confirm =
        async |caller| world.run_as("confirm_verification", named("code", &code), &[], caller).await;
    // Nobody is named, so it is about the code alone, which says nothing of itself as a link's token does.
    assert_eq!(confirm(None).await.outcome, Outcome::UnknownCode);
    let stranger = world.run("confirm_verification", by_name("nobody", "code", &code), &[]).await;
    assert_eq!(stranger.outcome, Outcome::UnknownAccount);
    assert_eq!(confirm(Some(&kim)).await.outcome, Outcome::Verified);
    let again = world.run_as("confirm_verification", named("code", "nope"), &[], Some(&kim)).await;
    assert_eq!(again.outcome, Outcome::AlreadyVerified);
}

#[tokio::test]
async fn a_confirmation_signs_in_where_the_contract_says_so() {
    let world = TestRealm::new().await;
    world.register("kim", "secret").await;
    let code = mailed(&world, "kim").await;
    let options = [("sign_in", "true")];
    let verified = world.run("confirm_verification", by_name("kim", "code", &code), &options).await;
    let session = verified.session.expect("a session");
    assert!(world.check("access", &world.mint("access", &session)).await.is_ok());
}

#[tokio::test]
async fn a_code_that_is_late_of_another_kind_or_of_nobody_proves_nothing() {
    let world = TestRealm::new().await;
    for user in ["kim", "lee", "park"] {
        world.register(user, "secret").await;
    }
    let confirm = async |user: &str, code: &str| {
        world.run("confirm_verification", by_name(user, "code", code), &[("sign_in", "true")]).await.outcome
    };
    assert_eq!(confirm("nobody", "000000").await, Outcome::UnknownAccount);
    assert_eq!(confirm("kim", "000000").await, Outcome::UnknownCode);
    world.run("forgot_password", whom("kim"), TRUTH).await;
    assert_eq!(confirm("kim", &world.mailed_code().await).await, Outcome::UnknownCode);
    let code = mailed(&world, "kim").await;
    assert_eq!(confirm("lee", &code).await, Outcome::UnknownCode);
    world.clock.advance(Duration::from_secs(600));
    assert_eq!(confirm("kim", &code).await, Outcome::ExpiredCode);
    let code = mailed(&world, "lee").await;
    lock(&world, "lee").await;
    assert_eq!(confirm("lee", &code).await, Outcome::Locked);
    without_address(&world, "choi").await;
    assert_eq!(confirm("choi", "000000").await, Outcome::UnknownCode);

    // The address is somebody else's by now: the code is of the account it was sent to.
    let code = mailed(&world, "park").await;
    let close = world.run("close_account", by_name("park", "password", "secret"), &[("needs", "password")]);
    assert_eq!(close.await.outcome, Outcome::Closed);
    world.register("park", "secret").await;
    assert_eq!(confirm("park", &code).await, Outcome::UnknownCode);
}
