//! `doorward mail …` of the built binary.

use crate::program::{Said, Serving, run};
use serde_json::Value;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

const CONTRACT: &str = include_str!("stories/links.yaml");

/// A deployment whose mail server is not there.
fn deployment(folder: &Path) -> String {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let text = format!(
        "[server]\nlisten = \"127.0.0.1:0\"\n[ops]\nlisten = \"127.0.0.1:0\"\n\
         [store]\nmaster_key = {{ file = \"master.key\" }}\n[realms.shop]\ncontracts = [\"own.yaml\"]\n\
         [mail]\ntransport = \"smtp\"\nhost = \"127.0.0.1\"\nport = {nobody}\nsecurity = \"none\"\n\
         from = \"no-reply@shop.example\"\n"
    );
    for (name, text) in [
        ("doorward.toml", text.as_str()),
        ("own.yaml", CONTRACT),
        ("master.key", "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="),
    ] {
        let path = folder.join(name);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    folder.join("doorward.toml").display().to_string()
}

#[test]
fn what_cannot_be_delivered_is_seen_tried_again_and_dropped() {
    let scratch = tempfile::tempdir().unwrap();
    let file = deployment(scratch.path());
    let data = scratch.path().join("doorward-data");
    let mail = |arguments: &[&str]| -> Said {
        let all: Vec<&str> = ["--config", &file, "mail"].iter().chain(arguments).copied().collect();
        run(&data, &all)
    };
    let server = Serving::start(&data, &["--config", &file]);
    let ann = r#"{"username": "ann", "email": "ann@example.org", "password": "correct horse"}"#;
    assert!(server.ask("POST", "/register", ann).starts_with("HTTP/1.1 201"));
    let asked = server.ask("POST", "/forgot", r#"{"email": "ann@example.org"}"#);
    assert!(asked.starts_with("HTTP/1.1 200"), "{asked}");

    let listed = mail(&["list", "--json"]).json();
    let [one] = listed.as_array().unwrap().as_slice() else { panic!("{listed}") };
    let of = |name: &str| one[name].as_str().unwrap_or_default();
    assert_eq!((of("state"), of("to"), of("purpose")), ("waiting", "ann@example.org", "reset_password"));
    assert!(!listed.to_string().contains("token="), "{listed}");
    let id = of("id").to_owned();
    let shown = mail(&["show", &id]);
    assert!(shown.out.contains("to         ann@example.org"), "{}", shown.out);
    assert_eq!(mail(&["retry", &id]).out, "tried again: 1\n");
    assert_eq!(mail(&["drop", "--dead"]).out, "dropped: 0\n");
    let nothing = "01890000-0000-7000-8000-000000000000";
    assert_eq!(mail(&["show", nothing]).code, 1);
    assert_eq!(mail(&["retry", "nonsense"]).code, 2);
    assert_eq!(mail(&["retry"]).code, 2);

    let test = mail(&["test", "--to", "ann@example.org", "--json"]);
    assert_eq!((test.code, test.json()["delivered"].clone()), (1, Value::from(false)));
    assert!(test.json()["failure"].as_str().unwrap().starts_with("cannot reach 127.0.0.1:"), "{}", test.out);
    server.stop();

    assert!(mail(&["list"]).out.contains(&id), "without a server too");
    assert_eq!(mail(&["drop", &id]).out, "dropped: 1\n");
    assert_eq!(mail(&["list"]).out, "no messages\n");
}
