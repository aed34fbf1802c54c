//! `audit …`: the sealed trail of a server that runs, and of one that has stopped.

use super::{account, done, no, refused, sign_in};
use crate::program::{Serving, run};
use crate::world::{NewAccount, SECOND, World};
use serde_json::{Value, json};
use std::path::Path;

fn events(data: &Path, arguments: &[&str]) -> Vec<Value> {
    let whole: Vec<&str> = ["--json", "audit"].iter().chain(arguments).copied().collect();
    done(data, &whole).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn verdict(data: &Path) -> Value {
    let said = run(data, &["--json", "audit", "verify"]);
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    said.json()
}

#[tokio::test]
async fn what_happens_is_sealed_by_the_sweep_on_either_store() {
    for world in [World::start().await, World::on_the_model().await] {
        world.sweep().await;
        let before = world.trail().await;
        let ann = NewAccount { name: "ann", password: "secret", profile: &[], must_change: false };
        world.create("cbs", &ann).await;
        world.advance(SECOND);
        world.sweep().await;
        let after = world.trail().await;
        assert_eq!((after.sealed, after.unsealed, after.findings), (before.sealed + 1, None, Vec::new()));
        assert_eq!(world.faults().await, 0.0);
    }
}

#[test]
fn the_trail_is_read_beside_a_server_and_every_change_of_it_is_named() {
    let scratch = tempfile::tempdir().unwrap();
    let data = scratch.path().join("data");
    account(&data, "ann");
    let server = Serving::start(&data, &["cbs"]);
    sign_in(&server, "ann");
    let wrong = json!({"user": "ann", "password": "wrong"}).to_string();
    assert!(server.ask("POST", "/api/v1/auth/login", &wrong).starts_with("HTTP/1.1 401 "));

    let all = events(&data, &["list"]);
    let outcomes: Vec<&str> = all.iter().map(|event| event["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["registered", "signed_in", "wrong_password"], "{all:?}");
    let [made, signed_in, refused_one] = all.as_slice() else { panic!("{all:?}") };
    assert_eq!((&made["contract"], &signed_in["contract"]), (&json!("operator"), &json!("cbs")));
    assert!(signed_in["session"].is_string() && refused_one["session"].is_null());
    let ann = made["account"].as_str().unwrap();
    for (fits, count) in [
        (&["--account", ann][..], 3),
        (&["--account", "ann", "--realm", "cbs"], 3),
        (&["--action", "login"], 2),
        (&["--action", "login", "--outcome", "wrong_password"], 1),
        (&["--since", "2999-01-01T00:00:00Z"], 0),
        (&["--realm", "biji"], 0),
    ] {
        assert_eq!(events(&data, &[&["list"], fits].concat()).len(), count, "{fits:?}");
        assert_eq!(events(&data, &[&["export"], fits].concat()).len(), count, "{fits:?}");
        assert_eq!(events(&data, &[&["tail"], fits].concat()).len(), count, "{fits:?}");
    }
    assert_eq!(events(&data, &["tail", "-n", "1"]), all[2..]);
    refused(&run(&data, &["audit", "list", "--account", "ann"]), 2, "--realm");
    let text = done(&data, &["audit", "tail"]);
    assert!(text.lines().count() == 3 && text.contains("wrong_password"), "{text}");

    // A server that ends seals what it wrote.
    server.stop();
    let good = verdict(&data);
    assert_eq!((&good["sealed"], &good["unsealed"]), (&json!(3), &Value::Null), "{good}");
    let head = good["head"].as_str().unwrap();
    assert!(done(&data, &["audit", "verify", "--head", head]).starts_with("good: nothing was altered"));

    let database = data.join("doorward.db");
    let whole = std::fs::read(&database).unwrap();
    // The same bytes elsewhere, with one letter of a sealed event turned.
    let at = whole.windows(14).rposition(|window| window == b"wrong_password").unwrap();
    let mut changed = whole.clone();
    changed[at] = b'W';
    std::fs::write(&database, changed).unwrap();
    let said = run(&data, &["audit", "verify"]);
    assert_eq!(said.code, 1);
    assert!(said.out.starts_with("event 3 was altered after it was sealed\n"), "{}", said.out);
    std::fs::write(&database, whole).unwrap();
    assert_eq!(verdict(&data)["good"], json!(true));

    let gone = "1:0000000000000000000000000000000000000000000000000000000000000000";
    let said = run(&data, &["audit", "verify", "--head", gone]);
    assert!(said.code == 1 && said.out.contains("segment 1 is not the one that was noted"), "{}", said.out);
    refused(&run(&data, &["audit", "verify", "--head", "1"]), 2, "NUMBER:DIGITS");
    no_key(&data);
}

/// Without the master key nothing is proved.
fn no_key(data: &Path) {
    let key = data.join("demo-master.key");
    std::fs::rename(&key, data.join("kept")).unwrap();
    refused(&run(data, &["audit", "verify"]), 2, "there is no ");
    std::fs::rename(data.join("kept"), &key).unwrap();
}

#[test]
fn old_events_are_pruned_by_whole_segments_and_the_rest_can_still_be_proved() {
    let scratch = tempfile::tempdir().unwrap();
    let data = scratch.path().join("data");
    // Each server that ends seals one segment.
    for name in ["ann", "bob"] {
        account(&data, name);
        Serving::start(&data, &["cbs"]).stop();
    }
    let before = "2999-01-01T00:00:00Z";
    let said = run(&data, &["--json", "audit", "prune", "--before", "1999-01-01T00:00:00Z"]).json();
    assert_eq!(said["pruned_through"], Value::Null);
    assert_eq!(done(&data, &["audit", "prune", "--before", before]), "pruned events up to 1\n");
    let left: Vec<Value> = events(&data, &["list"]);
    let actions: Vec<&str> = left.iter().map(|event| event["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["register", "prune_audit"], "the newest segment stays");
    let server = Serving::start(&data, &["cbs"]);
    done(&data, &["audit", "prune", "--before", before]);
    server.stop();
    let verdict = verdict(&data);
    assert_eq!((&verdict["good"], &verdict["unsealed"]), (&json!(true), &Value::Null), "{verdict}");
    assert!(verdict["pruned_through"].as_u64().unwrap() >= 1, "{verdict}");
    no(&data, &["restore", "/nosuch"], "is not empty");
}
