//! `backup` and `restore`.

use super::{account, alive, done, no, refreshes, refused, sign_in};
use crate::program::{Serving, run};
use serde_json::json;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

fn copy_key(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    std::fs::copy(from.join("demo-master.key"), to.join("demo-master.key")).unwrap();
}

#[test]
fn a_backup_of_a_running_server_is_restored_and_only_old_tokens_are_lost() {
    let scratch = tempfile::tempdir().unwrap();
    let (data, new) = (scratch.path().join("data"), scratch.path().join("new"));
    let file = scratch.path().join("night.backup");
    let path = file.to_str().unwrap();
    account(&data, "ann");
    let server = Serving::start(&data, &["cbs"]);
    let (access, refresh) = sign_in(&server, "ann");
    let said = run(&data, &["--json", "backup", path]).json();
    assert_eq!((&said["accounts"], &said["sessions"]), (&json!(1), &json!(1)), "{said}");
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    refused(&run(&data, &["backup", path]), 2, "is there already");
    assert_eq!(std::fs::read_dir(scratch.path()).unwrap().count(), 2, "nothing is left beside it");
    account(&data, "bob");
    assert!(alive(&server, &access));
    let (_, log) = server.stop();
    assert!(!log.contains(" 500 "));

    refused(&run(&new, &["restore", path]), 2, "demo-master.key; the backup is sealed under the master key");
    copy_key(&data, &new);
    assert!(done(&new, &["restore", "--verify", path]).starts_with("good: nothing was written\n"));
    assert!(!new.join("doorward.db").exists());
    let restored = run(&new, &["--json", "restore", path]).json();
    assert_eq!((&restored["restored"], &restored["sessions_ended"]), (&json!(true), &json!(1)));
    assert_eq!(restored["sha256"], said["sha256"]);

    let server = Serving::start(&new, &["cbs"]);
    assert!(!alive(&server, &access) && !refreshes(&server, (&access, &refresh)), "old tokens are refused");
    let (access, refresh) = sign_in(&server, "ann");
    assert!(alive(&server, &access) && refreshes(&server, (&access, &refresh)));
    let names = run(&new, &["--json", "account", "list", "--realm", "cbs"]).json();
    assert_eq!(names.as_array().unwrap().len(), 1, "bob came after the backup");
    no(&new, &["restore", path], "is not empty, it holds");
}

#[test]
fn sessions_go_on_where_that_is_asked_for() {
    let scratch = tempfile::tempdir().unwrap();
    let (data, new) = (scratch.path().join("data"), scratch.path().join("new"));
    let file = scratch.path().join("night.backup");
    let path = file.to_str().unwrap();
    account(&data, "ann");
    let server = Serving::start(&data, &["cbs"]);
    let (access, refresh) = sign_in(&server, "ann");
    server.stop();
    // Without a server as with one.
    done(&data, &["backup", path]);
    copy_key(&data, &new);
    assert!(done(&new, &["restore", "--keep-sessions", path]).contains("its sessions go on\n"));
    let server = Serving::start(&new, &["cbs"]);
    assert!(alive(&server, &access) && refreshes(&server, (&access, &refresh)));
}

#[test]
fn another_master_key_and_a_damaged_file_are_refused_and_leave_nothing() {
    let scratch = tempfile::tempdir().unwrap();
    let (data, other) = (scratch.path().join("data"), scratch.path().join("other"));
    let (file, new) = (scratch.path().join("night.backup"), scratch.path().join("new"));
    let path = file.to_str().unwrap();
    account(&data, "ann");
    account(&other, "eve");
    let said = run(&data, &["--json", "backup", path]).json();
    let key = said["master_key_id"].as_str().unwrap();
    copy_key(&other, &new);
    for arguments in [&["restore", path][..], &["restore", "--verify", path]] {
        no(&new, arguments, &format!("is sealed under the master key {key}, and "));
    }
    copy_key(&data, &new);
    let whole = std::fs::read(&file).unwrap();
    let mut damaged = whole.clone();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 1;
    std::fs::write(&file, &damaged).unwrap();
    no(&new, &["restore", path], "is damaged: its checksum is of other bytes");
    std::fs::write(&file, &whole[..middle]).unwrap();
    no(&new, &["restore", "--verify", path], "is damaged: it ends too early");
    std::fs::write(&file, "x").unwrap();
    no(&new, &["restore", path], "is no backup of doorward");
    refused(&run(&new, &["restore", "/nosuch"]), 2, "cannot read /nosuch");
    let left: Vec<_> = std::fs::read_dir(&new).unwrap().flatten().map(|entry| entry.file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().contains("doorward.db")), "{left:?}");
    refused(&run(Path::new("/nosuch"), &["backup", path]), 2, "is there already");
    refused(
        &run(&scratch.path().join("none"), &["backup", "/tmp/nosuch/file"]),
        2,
        "there is no data folder",
    );
}
