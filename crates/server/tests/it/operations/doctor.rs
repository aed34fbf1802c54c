//! `doctor`.

use super::{account, refused};
use crate::deployment;
use crate::program::{Serving, run};
use serde_json::Value;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

fn level(said: &Value, about: &str) -> String {
    let findings = said["findings"].as_array().unwrap();
    let worst = ["problem", "hint", "good"]
        .into_iter()
        .find(|level| findings.iter().any(|finding| finding["about"] == about && finding["level"] == *level));
    worst.unwrap_or_else(|| panic!("nothing about {about}: {said}")).to_owned()
}

fn mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_healthy_server_is_said_to_be_so() {
    let scratch = tempfile::tempdir().unwrap();
    let data = scratch.path().join("data");
    account(&data, "ann");
    let server = Serving::start(&data, &["cbs"]);
    let said = run(&data, &["--json", "doctor"]);
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    let said = said.json();
    for about in ["store", "room", "files", "clock", "master key", "server"] {
        assert_eq!(level(&said, about), "good", "{said}");
    }
    assert!(level(&said, "capacity") != "problem" && said.to_string().contains("hashes a second"));
    server.stop();
    assert_eq!(level(&run(&data, &["--json", "doctor"]).json(), "server"), "hint");
}

#[test]
fn what_is_wrong_is_named_with_what_to_do() {
    let scratch = tempfile::tempdir().unwrap();
    let data = scratch.path().join("data");
    refused(&run(&data, &["doctor"]), 2, "there is no data folder");
    account(&data, "ann");
    mode(&data.join("doorward.db"), 0o644);
    let said = run(&data, &["doctor"]);
    assert_eq!(said.code, 1);
    assert!(said.out.contains("doorward.db is open to others (mode 0644)\n"), "{}", said.out);
    assert!(said.out.contains("chmod 600 "), "{}", said.out);
    mode(&data.join("doorward.db"), 0o600);

    std::fs::rename(data.join("demo-master.key"), scratch.path().join("kept")).unwrap();
    assert_eq!(level(&run(&data, &["--json", "doctor"]).json(), "master key"), "problem");
    std::fs::rename(scratch.path().join("kept"), data.join("demo-master.key")).unwrap();

    let later = std::fs::File::open(data.join("demo-master.key")).unwrap();
    let written = later.metadata().unwrap().modified().unwrap();
    later.set_modified(written + std::time::Duration::from_secs(86_400)).unwrap();
    assert_eq!(level(&run(&data, &["--json", "doctor"]).json(), "clock"), "problem");

    std::fs::write(data.join("doorward.db"), [b'x'; 8192]).unwrap();
    assert_eq!(level(&run(&data, &["--json", "doctor"]).json(), "store"), "problem");
}

#[test]
fn a_deployment_is_told_how_to_check_its_proxy_and_its_mail() {
    let folder = tempfile::tempdir().unwrap();
    deployment::write(folder.path(), "[realms.shop]\ncontracts = [\"cbs\"]\n", &[]);
    let file = folder.path().join("doorward.toml").display().to_string();
    let data = folder.path().join("data");
    let create = ["--config", &file, "account", "create", "--realm", "shop", "--username", "ann"];
    assert_eq!(run(&data, &create).code, 0);
    let said = run(&data, &["--json", "--config", &file, "doctor"]).json();
    assert_eq!((level(&said, "proxy"), level(&said, "master key")), ("hint".to_owned(), "good".to_owned()));
    assert!(said.to_string().contains("doorward audit tail -n 1"), "{said}");
    assert_ne!(level(&said, "mail"), "good");
}
