//! Nobody's mailbox is flooded, and nobody uses up the mails of all: caps per recipient, network and instance.

use crate::world::World;
use doorward_core::mail_caps::MailCaps;
use doorward_testkit::http_actor::{Actor, Reply};
use serde_json::{Value, json};
use std::time::Duration;

const CONTRACT: &str = include_str!("links.yaml");
const EMAIL: &str = "ann@example.org";

/// A world with Ann, behind a proxy that says who asks.
async fn world(caps: MailCaps) -> (World, Actor) {
    let proxy = "127.0.0.0/8".parse().expect("a network");
    let world = World::serving_where(CONTRACT, |options| {
        options.trusted_proxies = vec![proxy];
        options.mail_caps = caps;
    })
    .await;
    let actor = world.actor();
    let ann = json!({"username": "ann", "email": EMAIL, "password": "correct horse"});
    assert_eq!(post(&actor, "/register", ann, "192.0.2.200").await.status, 201);
    (world, actor)
}

async fn post(actor: &Actor, path: &str, body: Value, from: &str) -> Reply {
    actor.post(path).header("X-Forwarded-For", from).json(&body.to_string()).send().await
}

/// A link to prove Ann's address; the contract tells what became of it.
async fn verify(actor: &Actor, from: &str) -> Reply {
    post(actor, "/send", json!({"username": "ann"}), from).await
}

/// A new password; the contract does not tell.
async fn forgot(actor: &Actor, email: &str, from: &str) -> Reply {
    post(actor, "/forgot", json!({"email": email}), from).await
}

fn refused(reply: &Reply, error: &str) {
    assert_eq!((reply.status, reply.json()), (429, json!({"error": error})), "{}", reply.text());
    let wait: u64 = reply.header("retry-after").expect("when to come back").parse().expect("seconds");
    assert!((1..=3600).contains(&wait), "{wait}");
}

#[tokio::test]
async fn a_recipient_gets_so_many_from_however_many_networks_and_resets_last() {
    let (world, actor) = world(MailCaps::default()).await;
    let minute = || world.advance(Duration::from_secs(61));
    for n in 1..=4 {
        assert_eq!(verify(&actor, &format!("192.0.2.{n}")).await.status, 204);
        minute();
    }
    refused(&verify(&actor, "192.0.2.5").await, "too_soon");
    assert_eq!(forgot(&actor, EMAIL, "192.0.2.6").await.status, 200);
    assert_eq!(world.mails(EMAIL, 5).await.len(), 5, "one was left for this");
    for n in 10..30 {
        minute();
        let told = forgot(&actor, EMAIL, &format!("192.0.2.{n}")).await;
        assert_eq!(told.status, 200, "what the contract does not tell is not told now either");
    }
    assert_eq!(world.mails(EMAIL, 5).await.len(), 5);
    world.advance(Duration::from_secs(3600));
    assert_eq!(verify(&actor, "192.0.2.1").await.status, 204, "after an hour it begins anew");
}

#[tokio::test]
async fn a_network_may_ask_for_so_many_whether_or_not_there_are_such_accounts() {
    let (world, actor) = world(MailCaps { per_network: 3, ..MailCaps::default() }).await;
    for n in 0..3 {
        assert_eq!(
            forgot(&actor, &format!("nobody{n}@example.org"), &format!("2001:db8::{n}")).await.status,
            200
        );
    }
    refused(&forgot(&actor, "nobody@example.org", "2001:db8::9").await, "throttled");
    refused(&forgot(&actor, EMAIL, "2001:db8::a:9").await, "throttled");
    assert!(world.mails(EMAIL, 0).await.is_empty());
    assert_eq!(forgot(&actor, EMAIL, "2001:db8:0:1::1").await.status, 200, "another network");
    assert_eq!(world.mails(EMAIL, 1).await.len(), 1);
}

#[tokio::test]
async fn all_together_so_many_with_some_left_for_resets() {
    let (world, actor) = world(MailCaps { in_all: 5, ..MailCaps::default() }).await;
    let join = |n: usize| {
        let body = json!({"email": format!("new{n}@example.org")});
        let from = format!("198.51.100.{n}");
        let actor = &actor;
        async move { post(actor, "/join", body, &from).await }
    };
    for n in 0..4 {
        assert_eq!(join(n).await.status, 204);
    }
    refused(&join(4).await, "throttled");
    assert_eq!(forgot(&actor, EMAIL, "198.51.100.9").await.status, 200);
    assert_eq!(world.mails(EMAIL, 1).await.len(), 1);
    refused(&forgot(&actor, EMAIL, "198.51.100.10").await, "throttled");
}

#[tokio::test]
async fn many_at_a_time_are_no_more_than_one_by_one() {
    let (world, actor) = world(MailCaps { in_all: 10, reserve: 0, ..MailCaps::default() }).await;
    let asked: Vec<_> = (0..40)
        .map(|n| {
            let actor = world.actor();
            let body = json!({"email": format!("new{n}@example.org")});
            tokio::spawn(async move { post(&actor, "/join", body, &format!("198.51.100.{n}")).await.status })
        })
        .collect();
    let mut sent = 0;
    for one in asked {
        sent += usize::from(one.await.expect("an answer") == 204);
    }
    assert_eq!(sent, 10);
    drop(actor);
}
