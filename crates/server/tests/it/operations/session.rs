//! `session list` and `session end`.

use super::{account, alive, done, no, refreshes, refused, sign_in};
use crate::program::{Serving, run};
use serde_json::{Value, json};
use std::path::Path;

const ANN: [&str; 4] = ["--realm", "cbs", "--username", "ann"];

fn end<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&["session", "end"], &ANN[..], more].concat()
}

fn listed(data: &Path) -> Vec<Value> {
    let said = run(data, &[&["--json", "session", "list"], &ANN[..]].concat());
    assert_eq!(said.code, 0, "{}", said.err);
    said.json().as_array().unwrap().clone()
}

#[test]
fn sessions_are_listed_and_ended_and_a_running_server_sees_it_at_once() {
    let scratch = tempfile::tempdir().unwrap();
    let data = scratch.path().join("data");
    account(&data, "ann");
    account(&data, "bob");
    assert_eq!(listed(&data), [] as [Value; 0]);
    assert_eq!(done(&data, &[&["session", "list"], &ANN[..]].concat()), "no sessions\n");
    let server = Serving::start(&data, &["cbs"]);
    let (first, second, third) = (sign_in(&server, "ann"), sign_in(&server, "ann"), sign_in(&server, "ann"));
    let bob = sign_in(&server, "bob");
    let sessions = listed(&data);
    assert_eq!(sessions.len(), 3);
    assert_eq!((&sessions[0]["contract"], &sessions[0]["address"]), (&json!("cbs"), &json!("127.0.0.1")));
    let id = sessions[1]["id"].as_str().unwrap();
    let text = done(&data, &[&["session", "list"], &ANN[..]].concat());
    assert!(text.lines().count() == 3 && text.contains(id), "{text}");

    refused(&run(&data, &end(&[])), 2, "--id");
    assert_eq!(done(&data, &end(&["--id", id])), "ended: 1\n");
    assert!(alive(&server, &first.0) && !alive(&server, &second.0) && alive(&server, &third.0));
    assert!(!refreshes(&server, (&first.0, &second.1)), "its refresh token is of no use either");
    no(&data, &end(&["--id", id]), "has no such session that is alive");
    no(&data, &end(&["--id", "nonsense"]), "has no such session that is alive");
    assert_eq!(done(&data, &end(&["--all"])), "ended: 2\n");
    assert!(!alive(&server, &first.0) && !alive(&server, &third.0));
    assert!(alive(&server, &bob.0), "another's go on");
    let unknown = ["session", "list", "--realm", "cbs", "--username", "nobody"];
    no(&data, &unknown, "there is no account nobody in realm cbs");
    server.stop();

    // Without a server as with one.
    let bobs = ["session", "end", "--realm", "cbs", "--username", "bob", "--all"];
    assert_eq!(done(&data, &bobs), "ended: 1\n");
    let server = Serving::start(&data, &["cbs"]);
    assert!(!alive(&server, &bob.0));
    let trail = done(&data, &["--json", "audit", "list", "--action", "end_sessions"]);
    assert_eq!(trail.lines().filter(|line| line.contains("\"outcome\":\"ended\"")).count(), 3, "{trail}");
}
