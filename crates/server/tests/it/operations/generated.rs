//! What is made of the commands for shells and for `man`, and what is packaged.

use super::{done, refused};
use crate::program::run;
use std::path::Path;

#[test]
fn shells_complete_every_command() {
    let scratch = tempfile::tempdir().unwrap();
    for shell in ["bash", "zsh", "fish"] {
        let script = done(scratch.path(), &["completions", shell]);
        for word in ["set-password", "restore", "keep-sessions", "verify"] {
            assert!(script.contains(word), "{shell} does not know {word}");
        }
    }
    refused(&run(scratch.path(), &["completions", "dos"]), 2, "dos");
}

#[test]
fn every_command_has_a_man_page() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("man");
    done(scratch.path(), &["man", folder.to_str().unwrap()]);
    for (name, word) in [
        ("doorward", "backup"),
        ("doorward-backup", "while a server runs"),
        ("doorward-audit-verify", "altered, deleted or inserted"),
        ("doorward-session-end", "all"),
    ] {
        let page = std::fs::read_to_string(folder.join(format!("{name}.1"))).unwrap();
        assert!(page.starts_with(".ie") && page.contains(word), "{page}");
    }
    refused(&run(scratch.path(), &["man", "/proc/nosuch"]), 2, "cannot write into /proc/nosuch");
}

#[test]
fn the_unit_and_the_container_start_what_there_is() {
    let packaging = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packaging");
    let unit = std::fs::read_to_string(packaging.join("doorward.service")).unwrap();
    let start = unit.lines().find_map(|line| line.strip_prefix("ExecStart=/usr/bin/doorward ")).unwrap();
    let container = std::fs::read_to_string(packaging.join("Dockerfile")).unwrap();
    assert!(container.contains("COPY --from=build /source/target/release/doorward /usr/bin/doorward"));
    let scratch = tempfile::tempdir().unwrap();
    // The same arguments: the parser takes them, and the configuration is what is missing.
    let missing = start.replace("/etc/doorward/", "/nosuch/");
    let arguments: Vec<&str> = missing.split(' ').filter(|word| !word.starts_with("--data")).collect();
    let arguments: Vec<&str> = arguments.into_iter().filter(|word| *word != "/var/lib/doorward").collect();
    refused(&run(scratch.path(), &arguments), 2, "cannot read the configuration /nosuch/doorward.toml");
    for hard in ["NoNewPrivileges=yes", "ProtectSystem=strict", "UMask=0077", "CapabilityBoundingSet=\n"] {
        assert!(unit.contains(hard), "{hard}");
    }
}
