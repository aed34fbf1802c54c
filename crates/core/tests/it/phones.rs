//! Codes to telephones: where a message goes, what its code proves, and what becomes of it when addresses change.

use doorward_core::action::Inputs;
use doorward_core::channel::{Channel, Channels};
use doorward_core::identifier::{Compare, IdentifierKind, IdentifierRule};
use doorward_core::outcome::{Answer, Outcome};
use doorward_core::port::Clock;
use doorward_testkit::realm::{TestRealm, by_name};
use std::time::Duration;

const PHONE: &str = "+14165550100";
const EMAIL: &str = "kim@example.com";
const TRUTH: &[(&str, &str)] = &[("by", "code"), ("tell", "truth")];
const VERIFY: &[(&str, &str)] = &[("purpose", "verify"), ("tell", "truth")];

/// A realm whose accounts may have telephones.
async fn realm() -> TestRealm {
    let mut world = TestRealm::new().await;
    world.policy.identifiers.push(IdentifierRule { kind: IdentifierKind::Phone, compare: Compare::Caseless });
    world
}

fn who(names: &[(IdentifierKind, &str)], values: &[(&'static str, &str)]) -> Inputs {
    Inputs {
        identifiers: names.iter().map(|(kind, name)| (*kind, (*name).to_owned())).collect(),
        values: values.iter().map(|(name, value)| (*name, (*value).into())).collect(),
        ..Inputs::default()
    }
}

fn username(name: &str) -> Inputs {
    who(&[(IdentifierKind::Username, name)], &[])
}

fn phone(number: &str) -> Inputs {
    who(&[(IdentifierKind::Phone, number)], &[])
}

/// Kim with a username, an e-mail address and a telephone.
async fn kim(world: &TestRealm) {
    let names =
        [(IdentifierKind::Username, "kim"), (IdentifierKind::Email, EMAIL), (IdentifierKind::Phone, PHONE)];
    let inputs = who(&names, &[("password", "secret")]);
    assert_eq!(world.run("register", inputs, &[]).await.outcome, Outcome::Registered);
}

/// Lee, whom only a telephone reaches.
async fn lee(world: &TestRealm) {
    let names = [(IdentifierKind::Username, "lee"), (IdentifierKind::Phone, PHONE)];
    let inputs = who(&names, &[("password", "secret")]);
    assert_eq!(world.run("register", inputs, &[]).await.outcome, Outcome::Registered);
}

async fn queued(world: &TestRealm) -> usize {
    world.store.due_mails(world.clock.now(), 100).await.expect("no fault").len()
}

/// Asks, and says how and where the message went, and its code.
async fn sent(
    world: &TestRealm,
    action: &str,
    inputs: Inputs,
    options: &[(&'static str, &str)],
) -> (Channel, String, String) {
    // The newest mail is told by its time.
    world.clock.advance(Duration::from_secs(1));
    assert_eq!(world.run(action, inputs, options).await.outcome, Outcome::Sent, "{action}");
    let mail = world.newest_mail().await;
    assert_eq!(mail.subject.is_some(), mail.channel == Channel::Email, "a text message has no subject");
    (mail.channel, mail.to, mail.text)
}

fn proved(answer: &Answer) -> (bool, bool) {
    let account = answer.account.as_ref().expect("an account");
    let verified = |kind| account.identifier(kind).is_some_and(|one| one.verified);
    (verified(IdentifierKind::Email), verified(IdentifierKind::Phone))
}

fn undelivered(answer: &Answer) -> &str {
    assert_eq!(answer.outcome, Outcome::DeliveryFailed);
    answer.datum("channel").and_then(|channel| channel.as_str()).expect("a channel")
}

#[tokio::test]
async fn a_message_goes_to_the_address_that_is_named_else_to_the_email_else_to_the_telephone() {
    let world = realm().await;
    kim(&world).await;
    let (channel, to, _) = sent(&world, "forgot_password", phone(PHONE), TRUTH).await;
    assert_eq!((channel, to.as_str()), (Channel::Sms, PHONE));
    let (channel, to, _) = sent(&world, "forgot_password", username("kim"), TRUTH).await;
    assert_eq!((channel, to.as_str()), (Channel::Email, EMAIL));
    let world = realm().await;
    lee(&world).await;
    let (channel, to, _) = sent(&world, "forgot_password", username("lee"), TRUTH).await;
    assert_eq!((channel, to.as_str()), (Channel::Sms, PHONE));
}

#[tokio::test]
async fn a_code_proves_the_address_that_it_was_sent_to_and_no_other() {
    let world = realm().await;
    kim(&world).await;
    let (.., code) = sent(&world, "send_verification", phone(PHONE), VERIFY).await;
    // Named by the username: the newest code counts, wherever it went.
    let confirmed = world.run("confirm_verification", by_name("kim", "code", &code), &[]).await;
    assert_eq!((confirmed.outcome, proved(&confirmed)), (Outcome::Verified, (false, true)));
    let (.., code) = sent(&world, "send_verification", username("kim"), VERIFY).await;
    let by_phone = who(&[(IdentifierKind::Phone, PHONE)], &[("code", &code)]);
    assert_eq!(world.run("confirm_verification", by_phone, &[]).await.outcome, Outcome::WrongCode);
    let by_email = who(&[(IdentifierKind::Email, EMAIL)], &[("code", &code)]);
    let confirmed = world.run("confirm_verification", by_email, &[]).await;
    assert_eq!((confirmed.outcome, proved(&confirmed)), (Outcome::Verified, (true, true)));
}

#[tokio::test]
async fn what_cannot_be_delivered_is_told_with_its_channel_and_nothing_is_queued() {
    let mut world = realm().await;
    kim(&world).await;
    world.services.channels = Channels { email: true, sms: false };
    let refused = world.run("forgot_password", phone(PHONE), TRUTH).await;
    assert_eq!(undelivered(&refused), "sms");
    let silent = world.run("forgot_password", phone(PHONE), &[("by", "code"), ("tell", "always_sent")]).await;
    assert_eq!(silent.outcome, Outcome::Sent, "nothing is told");
    let number = "+14165550199";
    let joining = who(&[(IdentifierKind::Phone, number)], &[("password", "secret")]);
    assert_eq!(undelivered(&world.run("register", joining, &[("verify", "code")]).await), "sms");
    let free = world.run("check_available", phone(number), &[]).await;
    assert_eq!(free.outcome, Outcome::Available, "and no account is made");
    assert_eq!(queued(&world).await, 0);
    let (channel, ..) = sent(&world, "forgot_password", username("kim"), TRUTH).await;
    assert_eq!(channel, Channel::Email);
}

#[tokio::test]
async fn the_second_step_goes_to_the_telephone_that_is_named_and_its_code_signs_in() {
    let mut world = realm().await;
    kim(&world).await;
    let step: &[(&str, &str)] = &[("second_step", "code")];
    let log_in = async |world: &TestRealm| {
        let inputs = who(&[(IdentifierKind::Phone, PHONE)], &[("password", "secret")]);
        world.run("login", inputs, step).await
    };
    assert_eq!(log_in(&world).await.outcome, Outcome::CodeSent);
    let mail = world.newest_mail().await;
    assert_eq!((mail.channel, mail.to.as_str()), (Channel::Sms, PHONE));
    let by_phone = who(&[(IdentifierKind::Phone, PHONE)], &[("code", &mail.text)]);
    let signed_in = world.run("login_by_code", by_phone, &[("purpose", "second_step")]).await;
    assert_eq!((signed_in.outcome, proved(&signed_in)), (Outcome::SignedIn, (false, true)));
    world.services.channels.sms = false;
    assert_eq!(undelivered(&log_in(&world).await), "sms");
}

#[tokio::test]
async fn a_telephone_of_nobody_becomes_an_account_by_its_code() {
    let world = realm().await;
    let create: &[(&str, &str)] = &[("by", "code"), ("tell", "truth"), ("create", "true")];
    let (.., code) = sent(&world, "send_login_code", phone(PHONE), create).await;
    let inputs = || who(&[(IdentifierKind::Phone, PHONE)], &[("code", &code)]);
    let refused = world.run("login_by_code", inputs(), &[("purpose", "login"), ("create", "false")]).await;
    assert_eq!(refused.outcome, Outcome::UnknownAccount);
    let registered = world.run("login_by_code", inputs(), &[("purpose", "login"), ("create", "true")]).await;
    assert_eq!((registered.outcome, proved(&registered)), (Outcome::Registered, (false, true)));
    assert_eq!(
        world.run("login_by_code", inputs(), &[("purpose", "login"), ("create", "true")]).await.outcome,
        Outcome::UsedCode
    );
}

#[tokio::test]
async fn a_sign_up_code_proves_the_telephone_and_not_the_email_beside_it() {
    let world = realm().await;
    let sign_up: &[(&str, &str)] = &[("purpose", "sign_up"), ("tell", "truth")];
    let (channel, _, code) = sent(&world, "send_verification", phone(PHONE), sign_up).await;
    assert_eq!(channel, Channel::Sms);
    let checked = who(&[(IdentifierKind::Phone, PHONE)], &[("code", &code)]);
    let checked = world.run("check_code", checked, &[("purpose", "sign_up")]).await;
    assert_eq!(checked.outcome, Outcome::CodeAccepted);
    let names = [(IdentifierKind::Email, EMAIL), (IdentifierKind::Phone, PHONE)];
    let registered =
        world.run("register", who(&names, &[("password", "secret"), ("code", &code)]), &[]).await;
    assert_eq!((registered.outcome, proved(&registered)), (Outcome::Registered, (false, true)));
}

#[tokio::test]
async fn a_reset_ends_what_was_sent_to_the_other_address() {
    let world = realm().await;
    kim(&world).await;
    let (.., by_email) = sent(&world, "forgot_password", username("kim"), TRUTH).await;
    let (.., by_phone) = sent(&world, "forgot_password", phone(PHONE), TRUTH).await;
    let reset = async |kind, name: &str, code: &str, password: &str| {
        let inputs = who(&[(kind, name)], &[("code", code), ("new_password", password)]);
        world.run("reset_password", inputs, &[]).await.outcome
    };
    assert_eq!(reset(IdentifierKind::Username, "kim", &by_phone, "another").await, Outcome::PasswordReset);
    assert_eq!(reset(IdentifierKind::Email, EMAIL, &by_email, "a third").await, Outcome::UnknownCode);
    assert_eq!(reset(IdentifierKind::Phone, PHONE, &by_phone, "a third").await, Outcome::UsedCode);
    assert_eq!(world.login("kim", "another").await.outcome, Outcome::SignedIn);
}

#[tokio::test]
async fn another_telephone_is_not_proved_and_the_codes_of_the_old_one_are_gone() {
    let world = realm().await;
    kim(&world).await;
    let (.., code) = sent(&world, "send_verification", phone(PHONE), VERIFY).await;
    let proving = who(&[(IdentifierKind::Phone, PHONE)], &[("code", &code)]);
    assert_eq!(world.run("confirm_verification", proving, &[]).await.outcome, Outcome::Verified);
    let (.., code) = sent(&world, "forgot_password", phone(PHONE), TRUTH).await;
    let session = world.login("kim", "secret").await.session.expect("a session");
    let alive = world.check("access", &world.mint("access", &session)).await.expect("alive");
    let next = "+14165550111";
    let updated = world.run_as("update_account", phone(next), &[("needs", "session")], Some(&alive)).await;
    assert_eq!((updated.outcome, proved(&updated)), (Outcome::Updated, (false, false)));
    for number in [PHONE, next] {
        let inputs = who(&[(IdentifierKind::Phone, number)], &[("code", &code), ("new_password", "another")]);
        let refused = world.run("reset_password", inputs, &[]).await.outcome;
        assert!(matches!(refused, Outcome::UnknownAccount | Outcome::UnknownCode), "{number}: {refused:?}");
    }
}

#[tokio::test]
async fn a_new_telephone_counts_once_its_code_has_come_back_and_one_code_proves_one_address() {
    let world = realm().await;
    kim(&world).await;
    let session = world.login("kim", "secret").await.session.expect("a session");
    let alive = world.check("access", &world.mint("access", &session)).await.expect("alive");
    let options: &[(&str, &str)] = &[("takes_effect", "on_confirmation"), ("needs", "session")];
    let next = "+14165550111";
    let change = async |inputs| world.run_as("change_identifier", inputs, options, Some(&alive)).await;
    let both = [(IdentifierKind::Email, "kim@example.org"), (IdentifierKind::Phone, next)];
    assert_eq!(change(who(&both, &[])).await.outcome, Outcome::InvalidInput);
    let beside = [(IdentifierKind::Email, EMAIL), (IdentifierKind::Phone, next)];
    assert_eq!(change(who(&beside, &[])).await.outcome, Outcome::CodeSent);
    let mail = world.newest_mail().await;
    assert_eq!((mail.channel, mail.to.as_str()), (Channel::Sms, next), "to the address that is new");
    let changed = change(who(&beside, &[("code", &mail.text)])).await;
    assert_eq!((changed.outcome, proved(&changed)), (Outcome::Changed, (false, true)));
}

#[tokio::test]
async fn a_closed_account_leaves_no_code_at_its_telephone() {
    let world = realm().await;
    kim(&world).await;
    let (.., code) = sent(&world, "forgot_password", phone(PHONE), TRUTH).await;
    let closed =
        world.run("close_account", by_name("kim", "password", "secret"), &[("needs", "password")]).await;
    assert_eq!(closed.outcome, Outcome::Closed);
    let asked = who(&[(IdentifierKind::Phone, PHONE)], &[("code", &code)]);
    let asked = world.run("check_code", asked, &[("purpose", "reset_password")]).await;
    assert_eq!(asked.outcome, Outcome::UnknownCode);
}
