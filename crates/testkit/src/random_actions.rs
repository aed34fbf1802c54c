//! Random sequences of actions: two stores must give the same answers and keep the same.

use crate::realm::{TestRealm, by_name, named};
use crate::{MemoryStore, SeededDice};
use doorward_core::action::{
    Action, Command, DeleteAccount, Inputs, Named, SetLocked, SetMustChange, SetPassword, SetStatus, perform,
    remove_closed,
};
use doorward_core::identifier::IdentifierKind;
use doorward_core::key::Algorithm;
use doorward_core::outcome::{Answer, Outcome};
use doorward_core::password::Password;
use doorward_core::policy::TokenFormat;
use doorward_core::port::{AccountPage, Store};
use doorward_core::standing::{Lock, Status};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

const USERS: [&str; 4] = ["kim", "lee", "park", "choi"];
const PASSWORDS: [&str; 2] = ["secret", "another"];
const PURPOSES: [&str; 3] = ["sign_up", "reset_password", "verify"];

/// One step of a sequence; numbers choose among users, passwords, sessions and codes.
#[derive(Clone, Copy, Debug)]
struct Step {
    what: usize,
    who: usize,
    which: usize,
    pause: u64,
}

/// What the client side of a sequence remembers.
#[derive(Default)]
struct Held {
    refresh: Vec<String>,
    access: Vec<String>,
    code: Option<String>,
}

/// Runs `length` random actions on a store and on the model, comparing every answer and, at the end, everything
/// that is kept. Gives the outcomes it came across.
///
/// # Panics
/// The two disagree: the message names the seed and the step.
pub async fn agree_with_the_model(store: Arc<dyn Store>, seed: u64, length: usize) -> BTreeSet<Outcome> {
    let format = TokenFormat::Jwt(Algorithm::Hs256);
    let subject = TestRealm::on(store, format.clone()).await;
    let model = TestRealm::on(Arc::new(MemoryStore::new()), format).await;
    let (mut on_subject, mut on_model) = (Held::default(), Held::default());
    let dice = SeededDice::new(seed);
    let mut seen = BTreeSet::new();
    for number in 0..length {
        let step = Step {
            what: dice.below(24),
            who: dice.below(4),
            which: dice.below(4),
            pause: dice.below(90) as u64,
        };
        let said = take(step, &subject, &mut on_subject).await;
        let expected = take(step, &model, &mut on_model).await;
        assert_eq!(said, expected, "seed {seed}, step {number}: {step:?}");
        seen.insert(said.outcome);
    }
    assert_eq!(kept(&subject).await, kept(&model).await, "seed {seed}: what is kept");
    seen
}

async fn kept(realm: &TestRealm) -> String {
    let page = AccountPage { after: None, limit: 1000 };
    let accounts = realm.store.accounts("r", &page).await.expect("no fault");
    let events = realm.store.audit_events("r", 10_000).await.expect("no fault");
    let mut sessions = Vec::new();
    for account in &accounts {
        sessions.push(realm.store.live_sessions(account.id, realm_now(realm)).await.expect("no fault"));
    }
    format!("{accounts:#?}{sessions:#?}{events:#?}")
}

fn realm_now(realm: &TestRealm) -> doorward_core::time::Timestamp {
    realm.services.clock.now()
}

async fn take(step: Step, realm: &TestRealm, held: &mut Held) -> Answer {
    realm.clock.advance(Duration::from_secs(step.pause));
    let user = USERS[step.who];
    let password = PASSWORDS[step.which % 2];
    match step.what {
        0 | 1 => register(realm, user, password).await,
        2..=4 => {
            let answer = realm.login(user, password).await;
            remember(&answer, realm, held);
            answer
        }
        5 | 6 => refresh(step, realm, held).await,
        7 => logout(step, realm, held).await,
        8 => send(step, realm, held).await,
        9 => realm.run("check_code", by_name(user, "code", &code(step, held)), &purpose(step)).await,
        10 => {
            let mut inputs = by_name(user, "code", &code(step, held));
            inputs.values.push(("new_password", password.into()));
            realm.run("reset_password", inputs, &[]).await
        }
        11 => close(step, realm).await,
        12 => operate(step, realm).await,
        13 => change_password(step, realm, held).await,
        14 => {
            let options = [("sign_in", ["true", "false"][step.which % 2])];
            let answer =
                realm.run("confirm_verification", by_name(user, "code", &code(step, held)), &options).await;
            remember(&answer, realm, held);
            answer
        }
        15 => forgot(step, realm, held).await,
        16 => update(step, realm, held).await,
        17 => sweep(realm).await,
        18 => send_login_code(step, realm, held).await,
        19 => {
            let inputs = wishing(step, by_name(user, "code", &code(step, held)));
            let answer = realm.run("login_by_code", inputs, &[("purpose", "login")]).await;
            remember(&answer, realm, held);
            answer
        }
        20 => {
            let answer = realm.run("login", wishing(step, by_name(user, "password", password)), &[]).await;
            remember(&answer, realm, held);
            answer
        }
        21 => {
            signed_in(
                step,
                (realm, held),
                ["list_sessions", "end_other_sessions", "show_session"][step.who % 3],
            )
            .await
        }
        _ => realm.run("check_available", by_name(user, "_", ""), &[]).await,
    }
}

/// Closes an account, at once or with a grace of a few steps.
async fn close(step: Step, realm: &TestRealm) -> Answer {
    let inputs = by_name(USERS[step.who], "password", PASSWORDS[step.which % 2]);
    let options = [("needs", "password"), ("grace", ["", "60", "300", "900"][step.which])];
    realm.run("close_account", inputs, &options).await
}

/// What the server does each minute; says how many accounts it removed.
async fn sweep(realm: &TestRealm) -> Answer {
    let removed = remove_closed(&realm.services).await.expect("no fault");
    Answer::bare(Outcome::Deleted).with("count", removed)
}

/// The inputs with which a client says how it wants its session to be.
fn wishing(step: Step, mut inputs: Inputs) -> Inputs {
    inputs.values.push(("device", ["", "phone", "Kim's\u{0} tablet", "x"][step.which].into()));
    inputs.values.push(("remember", step.pause.is_multiple_of(2).into()));
    inputs
}

async fn send_login_code(step: Step, realm: &TestRealm, held: &mut Held) -> Answer {
    let answer = realm.run("send_login_code", by_name(USERS[step.who], "_", ""), &[("tell", "truth")]).await;
    if answer.outcome == Outcome::Sent {
        held.code = Some(realm.mailed_code().await);
    }
    answer
}

async fn signed_in(step: Step, (realm, held): (&TestRealm, &Held), action: &str) -> Answer {
    let Some(token) = recent(&held.access, step.which) else { return Answer::bare(Outcome::Refused) };
    match realm.check("access", token).await {
        Ok(alive) => realm.run_as(action, Inputs::default(), &[("needs", "session")], Some(&alive)).await,
        Err(rejection) => rejection.answer("access"),
    }
}

async fn register(realm: &TestRealm, user: &str, password: &str) -> Answer {
    let identifiers = vec![
        (IdentifierKind::Username, user.to_owned()),
        (IdentifierKind::Email, format!("{user}@example.com")),
    ];
    realm.run("register", Inputs { identifiers, ..named("password", password) }, &[]).await
}

fn remember(answer: &Answer, realm: &TestRealm, held: &mut Held) {
    if let Some(session) = &answer.session {
        held.refresh.push(realm.mint("refresh", session));
        held.access.push(realm.mint("access", session));
    }
}

async fn refresh(step: Step, realm: &TestRealm, held: &mut Held) -> Answer {
    let Some(token) = recent(&held.refresh, step.which).cloned() else {
        return Answer::bare(Outcome::Refused);
    };
    let rotation = ["rotate", "rotate", "keep", "rotate"][step.who];
    let answer = realm.run("refresh", named("refresh_token", &token), &[("rotation", rotation)]).await;
    remember(&answer, realm, held);
    answer
}

async fn logout(step: Step, realm: &TestRealm, held: &Held) -> Answer {
    let Some(token) = recent(&held.access, step.which) else { return Answer::bare(Outcome::Refused) };
    match realm.check("access", token).await {
        Ok(alive) => {
            let which = ["this", "this", "all", "others"][step.who];
            realm.run_as("logout", Inputs::default(), &[("which", which)], Some(&alive)).await
        }
        Err(rejection) => rejection.answer("access"),
    }
}

async fn send(step: Step, realm: &TestRealm, held: &mut Held) -> Answer {
    let user = USERS[step.who];
    let claims = vec![(IdentifierKind::Email, format!("{user}@example.com"))];
    let options = [purpose(step)[0], ("tell", "truth")];
    let answer = realm.run("send_verification", Inputs { claims, ..by_name(user, "_", "") }, &options).await;
    if answer.outcome == Outcome::Sent {
        held.code = Some(realm.mailed_code().await);
    }
    answer
}

async fn change_password(step: Step, realm: &TestRealm, held: &mut Held) -> Answer {
    let Some(token) = recent(&held.access, step.which) else { return Answer::bare(Outcome::Refused) };
    let mut inputs = named("new_password", PASSWORDS[step.which % 2]);
    inputs.values.push(("password", PASSWORDS[step.who % 2].into()));
    let options = [
        ("needs", ["password", "password", "password", "session"][step.who]),
        ("end_others", ["true", "false"][step.which / 2]),
        ("sign_in", if step.pause.is_multiple_of(2) { "true" } else { "false" }),
    ];
    let answer = match realm.check("access", token).await {
        Ok(alive) => realm.run_as("change_password", inputs, &options, Some(&alive)).await,
        Err(rejection) => return rejection.answer("access"),
    };
    remember(&answer, realm, held);
    answer
}

async fn update(step: Step, realm: &TestRealm, held: &Held) -> Answer {
    let Some(token) = recent(&held.access, step.which) else { return Answer::bare(Outcome::Refused) };
    let user = USERS[step.who];
    let mut inputs = by_name(user, "password", PASSWORDS[step.which % 2]);
    inputs.identifiers.push((IdentifierKind::Email, format!("{user}@example.org")));
    if step.pause.is_multiple_of(3) {
        inputs.values.push(("new_password", PASSWORDS[0].into()));
    }
    let needs = [("needs", ["password", "session"][step.which / 2])];
    match realm.check("access", token).await {
        Ok(alive) => realm.run_as("update_account", inputs, &needs, Some(&alive)).await,
        Err(rejection) => rejection.answer("access"),
    }
}

async fn forgot(step: Step, realm: &TestRealm, held: &mut Held) -> Answer {
    let options = [("tell", "truth"), ("end_sessions", ["true", "false"][step.which % 2])];
    let answer = realm.run("forgot_password", by_name(USERS[step.who], "_", ""), &options).await;
    if answer.outcome == Outcome::Sent {
        held.code = Some(realm.mailed_code().await);
    }
    answer
}

async fn operate(step: Step, realm: &TestRealm) -> Answer {
    let user = (IdentifierKind::Username, USERS[step.who].to_owned());
    let name = Named::one(&user, &realm.policy).expect("a username");
    let flag = step.pause.is_multiple_of(2);
    let command = match step.which {
        0 if step.pause.is_multiple_of(3) => {
            let status = Status::ALL[step.pause as usize % 2 * 2];
            Command::by_operator(name, SetStatus { status, reason: None })
        }
        0 => Command::by_operator(name, SetLocked(flag.then(Lock::default))),
        1 => Command::by_operator(name, SetMustChange(flag)),
        2 => {
            let password = Password::new(PASSWORDS[0].to_owned());
            let field = "password".to_owned();
            Command::by_operator(name, SetPassword { password, field, must_change: false })
        }
        _ => Command::by_operator(name, DeleteAccount),
    };
    run(&command, realm).await
}

async fn run<A: Action>(action: &A, realm: &TestRealm) -> Answer {
    perform(action, &realm.context(None)).await.expect("no fault")
}

/// One of the last few tokens: mostly the newest, sometimes one that should long be gone.
fn recent(tokens: &[String], which: usize) -> Option<&String> {
    tokens.len().checked_sub(1 + which).and_then(|at| tokens.get(at)).or(tokens.last())
}

fn code(step: Step, held: &Held) -> String {
    match &held.code {
        Some(code) if step.pause < 75 => code.clone(),
        _ => "000000".to_owned(),
    }
}

fn purpose(step: Step) -> [(&'static str, &'static str); 1] {
    [("purpose", PURPOSES[step.which % 3])]
}
