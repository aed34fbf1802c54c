//! Guessing is limited, in every API's own words, and never against the owner's right password alone.

use super::envelope::wears_its_envelope;
use crate::world::{NewAccount, SECOND, World};
use doorward_testkit::http_actor::{Reply, Request};
use serde_json::json;
use tokio::task::JoinSet;

/// Sign-ins: (contract, path, name member, password member). Biji takes forms, the others JSON.
const LOGINS: [(&str, &str, &str, &str); 5] = [
    ("cakes", "/login", "username", "password"),
    ("formmate", "/auth/login", "email", "password"),
    ("haenaem", "/api/auth/sign-in", "authId", "password"),
    ("biji", "/auth/login", "username", "password"),
    ("cbs", "/api/v1/auth/login", "user", "password"),
];

fn sign_in(world: &World, contract: &str, name: &str, password: &str) -> Request {
    let login = LOGINS.iter().find(|login| login.0 == contract).expect("one of the five");
    let request = world.api(contract).post(login.1);
    if contract == "biji" {
        return request.form(&[(login.2, name), (login.3, password)]);
    }
    let mut body = json!({});
    body[login.2] = json!(name);
    body[login.3] = json!(password);
    request.json(&body.to_string())
}

async fn account(world: &World, contract: &str) -> &'static str {
    let (name, profile): (_, &[(&str, &str)]) = match contract {
        "cakes" => ("owner", &[("realname", "r"), ("unit", "u"), ("pro", "true")]),
        "formmate" => (
            "owner@abcd.com",
            &[
                ("name", "n"),
                ("birth", "040201"),
                ("sex", "1"),
                ("contact", "1"),
                ("address", "a"),
                ("job", "j"),
            ],
        ),
        "haenaem" => ("owner", &[("name", "n")]),
        _ => ("owner", &[]),
    };
    world.create(contract, &NewAccount { name, password: "right", profile, must_change: false }).await;
    name
}

fn retry_after(reply: &Reply) -> u32 {
    let value = reply.header("retry-after").unwrap_or_else(|| panic!("no Retry-After: {reply:?}"));
    let seconds: u32 = value.parse().expect("Retry-After is an integer");
    assert!(seconds >= 1, "{reply:?}");
    seconds
}

#[tokio::test]
async fn too_many_wrong_tries_are_429_in_the_contracts_envelope_and_cost_no_hash() {
    let world = World::with_demo_limits().await;
    for (contract, ..) in LOGINS {
        let name = account(&world, contract).await;
        let mut tries = 0;
        let throttled = loop {
            let reply = sign_in(&world, contract, name, "wrong").send().await;
            if reply.status == 429 {
                break reply;
            }
            wears_its_envelope(contract, &reply);
            tries += 1;
            assert!(tries < 50, "{contract} is never limited");
        };
        assert!(tries >= 5, "{contract}: five tries are free, not {tries}");
        wears_its_envelope(contract, &throttled);
        let wait = retry_after(&throttled);
        let before = world.metric("password_hash_total").await;
        assert_eq!(sign_in(&world, contract, name, "wrong").send().await.status, 429);
        assert_eq!(world.metric("password_hash_total").await, before, "no hash while throttled");
        world.advance(wait * SECOND);
        let owner = sign_in(&world, contract, name, "right").send().await;
        assert!(owner.status < 300, "{contract}: {owner:?}");
    }
}

#[tokio::test]
async fn all_spellings_of_an_address_share_one_budget() {
    let world = World::with_demo_limits().await;
    account(&world, "formmate").await;
    let mut statuses = Vec::new();
    for spelling in [
        "owner@abcd.com",
        "OWNER@abcd.com",
        "Owner@ABCD.com",
        "oWner@abcd.com",
        "owNer@abcd.com",
        "ownEr@abcd.com",
    ] {
        statuses.push(sign_in(&world, "formmate", spelling, "wrong").send().await.status);
    }
    assert_eq!(statuses[..5], [401; 5]);
    assert_eq!(statuses[5], 429, "the sixth try of one pair");
}

#[tokio::test]
async fn right_passwords_never_count() {
    let world = World::with_demo_limits().await;
    for (contract, ..) in LOGINS {
        let name = account(&world, contract).await;
        for _ in 0..30 {
            let reply = sign_in(&world, contract, name, "right").send().await;
            assert!(reply.status < 300, "{contract}: {reply:?}");
        }
    }
}

#[tokio::test]
async fn unknown_names_are_limited_like_known_ones() {
    let world = World::with_demo_limits().await;
    account(&world, "cbs").await;
    for _ in 0..5 {
        assert_eq!(sign_in(&world, "cbs", "nobody", "wrong").send().await.status, 401);
        assert_eq!(sign_in(&world, "cbs", "owner", "wrong").send().await.status, 401);
    }
    let (unknown, known) = (
        sign_in(&world, "cbs", "nobody", "wrong").send().await,
        sign_in(&world, "cbs", "owner", "wrong").send().await,
    );
    assert_eq!((unknown.status, known.status), (429, 429));
    assert_eq!(unknown.comparable(), known.comparable());
}

#[tokio::test]
async fn a_server_whose_store_fails_answers_in_the_contracts_envelope_and_counts_a_fault() {
    let world = World::with_a_failing_store().await;
    for (contract, ..) in LOGINS {
        let before = world.faults().await;
        let name = if contract == "formmate" { "a@b.cd" } else { "a" };
        let reply = sign_in(&world, contract, name, "p").send().await;
        assert_eq!(reply.status, 500, "{contract}: {reply:?}");
        wears_its_envelope(contract, &reply);
        assert!(world.faults().await > before, "{contract}: counted");
    }
}

/// As many requests at once as it takes for one to be refused; gives back that one.
async fn crowd(world: &World, contract: &'static str) -> Reply {
    let name = if contract == "formmate" { "a@b.cd" } else { "a" };
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let mut crowd = JoinSet::new();
    for _ in 0..4 * threads + 4 {
        crowd.spawn(sign_in(world, contract, name, "p").send());
    }
    while let Some(reply) = crowd.join_next().await {
        let reply = reply.expect("a reply");
        if reply.status == 503 {
            return reply;
        }
        wears_its_envelope(contract, &reply);
    }
    panic!("{contract}: everybody was served");
}

#[tokio::test]
async fn a_full_hashing_queue_is_503_in_the_contracts_envelope() {
    let world = World::with_slow_hashes().await;
    for (contract, ..) in LOGINS {
        let refused = crowd(&world, contract).await;
        wears_its_envelope(contract, &refused);
        retry_after(&refused);
    }
}
