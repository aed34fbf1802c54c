//! Accounts whose hashes another server made: they sign in with the password they have, at the price of one hash, and
//! are Argon2id afterwards.

use crate::world::World;
use doorward_password::{Columns, FORMATS, HashCost, HashKeys, Memory, Recipe, StoredHash, own};
use doorward_testkit::SeededDice;
use doorward_testkit::http_actor::Reply;
use serde_json::json;
use tokio::task::JoinSet;

const CONTRACT: &str = include_str!("old_hashes.yaml");

/// The keys that the examples name; Firebase's signer key is that of the README of firebase/scrypt.
fn keys() -> HashKeys {
    let signer = "jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==";
    HashKeys::default().with("firebase", signer.into()).with("pepper", b"black".to_vec())
}

async fn world() -> World {
    World::serving_with_hash_keys(CONTRACT, keys()).await
}

/// An account with this stored hash.
async fn bring(world: &World, name: &str, stored: &str) {
    let body = json!({"username": name, "password": "a password of its own"}).to_string();
    let reply = world.actor().post("/register").json(&body).send().await;
    assert_eq!(reply.status, 201, "{reply:?}");
    world.put_hash("face", name, stored).await;
}

async fn log_in(world: &World, name: &str, password: &str) -> Reply {
    let body = json!({"username": name, "password": password}).to_string();
    world.actor().post("/login").json(&body).send().await
}

fn is_ours(stored: &str) -> bool {
    own::current(stored, HashCost::least())
}

#[tokio::test]
async fn an_account_of_every_format_signs_in_and_has_our_hash_afterwards() {
    let world = world().await;
    let examples = FORMATS.iter().flat_map(|format| format.examples());
    for (number, example) in examples.enumerate() {
        let name = format!("user{number}");
        bring(&world, &name, example.stored).await;
        let before = world.metric("password_hash_total").await;
        let wrong = log_in(&world, &name, "something else").await;
        assert_eq!(wrong.json(), json!({"error": "bad_credentials"}), "{}", example.stored);
        assert_eq!(world.hash("face", &name).await, example.stored, "a wrong password changes nothing");
        let right = log_in(&world, &name, example.password).await;
        assert_eq!(right.status, 200, "{}: {right:?}", example.stored);
        assert_eq!(world.metric("password_hash_total").await - before, 2.0, "one hash each");
        let ours = world.hash("face", &name).await;
        assert!(is_ours(&ours), "{}", example.stored);
        assert_eq!(log_in(&world, &name, example.password).await.status, 200, "{}", example.stored);
        assert_eq!(world.hash("face", &name).await, ours, "and once is enough");
    }
    let nobody = world.metric("password_hash_total").await;
    log_in(&world, "nobody", "something else").await;
    assert_eq!(world.metric("password_hash_total").await - nobody, 1.0, "as for an unknown name");
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn a_home_grown_hash_that_was_wrapped_is_not_in_the_database_and_signs_in() {
    let world = world().await;
    let recipe = Recipe::parse("hex(sha1(salt + password))").expect("a recipe");
    let columns: Columns = [("salt".to_owned(), "NaCl".to_owned())].into();
    let digest = "cb663666d348d6a743f6c71bc7ad005432cbcbd9";
    let stored =
        StoredHash::parse(&recipe.stored(&columns, digest).expect("a string")).expect("a stored hash");
    let dice = SeededDice::new(7);
    let wrapped = stored.wrap(HashCost::least(), &dice, &mut Memory::default()).expect("a wrapped one");
    bring(&world, "ann", wrapped.text()).await;
    let before = world.metric("password_hash_total").await;
    assert_eq!(log_in(&world, "ann", "Correct horse").await.status, 401);
    assert_eq!(world.metric("password_hash_total").await - before, 1.0, "comparing is the one hash");
    assert!(!world.hash("face", "ann").await.contains(digest));
    assert_eq!(log_in(&world, "ann", "correct horse").await.status, 200);
    assert!(is_ours(&world.hash("face", "ann").await));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_logins_at_once_all_succeed_and_leave_one_hash() {
    let world = world().await;
    bring(&world, "ann", "{SSHA}UZ/gNcHPcmako32oqJ3Hlznpf5FzZWFzYWx0MA==").await;
    let body = json!({"username": "ann", "password": "correct horse"}).to_string();
    let request = world.actor().post("/login").json(&body);
    let crowd: JoinSet<_> = (0..20).map(|_| request.clone().send()).collect();
    for reply in crowd.join_all().await {
        assert_eq!(reply.status, 200, "{reply:?}");
    }
    assert!(is_ours(&world.hash("face", "ann").await));
    assert_eq!(log_in(&world, "ann", "correct horse").await.status, 200);
}

#[tokio::test]
async fn what_cannot_be_compared_is_a_wrong_password_at_the_same_price() {
    let world = world().await;
    for (name, stored) in [
        ("damaged", "$2b$04$abc"),
        ("dear", "$2b$31$abcdefghijklmnopqrstuuIvyWZlBcE3WoQXKqRnwrLYJ6nenE0Bq"),
        ("keyless", "$recipe$hex(hmac_md5(key.gone,password))$$3cb4e732631f47e6eb961f34554b7cde"),
    ] {
        bring(&world, name, stored).await;
        let before = world.metric("password_hash_total").await;
        let reply = log_in(&world, name, "correct horse").await;
        assert_eq!(reply.json(), json!({"error": "bad_credentials"}), "{name}");
        assert_eq!(world.metric("password_hash_total").await - before, 1.0, "{name}");
        assert_eq!(world.hash("face", name).await, stored);
    }
}
