//! SIGHUP to the built binary, under load.

use crate::deployment;
use crate::program::{Serving, run};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

fn contract(word: &str) -> String {
    format!(
        "openapi: 3.1.0
info: {{title: Own, version: '1'}}
x-doorward:
  account: {{identifiers: [email]}}
  tokens: {{access: {{opaque: {{}}, lifetime: 1h}}}}
  shapes: {{failure: {{body: {{{word}: $outcome.name}}}}}}
  replies: {{failure: {{}}}}
paths:
  /greeting: {{get: {{x-doorward: {{action: answer, replies: {{answered: {{body: {{said: {word}}}}}}}}}}}}}
"
    )
}

fn save(folder: &Path, text: &str) {
    std::fs::write(folder.join("own.yaml"), text).unwrap();
}

#[test]
fn a_hang_up_drops_nothing_and_a_broken_file_keeps_the_last_good_one() {
    let folder = tempfile::tempdir().unwrap();
    let realms = "[realms.shop]\ncontracts = [\"own.yaml\"]\n";
    deployment::write(folder.path(), realms, &[("own.yaml", &contract("first"))]);
    let file = folder.path().join("doorward.toml").display().to_string();
    let data = folder.path().join("data");
    let mut server = Serving::start(&data, &["--config", &file]);
    let address = server.address().to_owned();
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let load = || {
            let mut asked = 0;
            while !stop.load(Ordering::Relaxed) {
                let reply = crate::program::ask(&address, "GET", "/greeting", "");
                assert!(reply.starts_with("HTTP/1.1 200 "), "{reply}");
                asked += 1;
            }
            asked
        };
        let clients: Vec<_> = (0..3).map(|_| scope.spawn(load)).collect();
        for word in ["second", "third", "fourth"] {
            save(folder.path(), &contract(word));
            server.hang_up();
            server.hear("answers from now on");
            let reply = server.ask("GET", "/greeting", "");
            assert!(reply.ends_with(&format!("{{\"said\":\"{word}\"}}")), "{reply}");
        }
        save(folder.path(), &contract("fifth").replace("action: answer", "action: anwser"));
        server.hang_up();
        let said = server.hear("the last good one goes on answering");
        assert!(said.contains("did you mean `answer`?") && said.contains("own.yaml"), "{said}");
        assert!(server.ask("GET", "/greeting", "").ends_with("{\"said\":\"fourth\"}"));
        stop.store(true, Ordering::Relaxed);
        assert!(clients.into_iter().map(|client| client.join().unwrap()).all(|asked: u32| asked > 0));
    });
    let (code, _) = server.stop();
    assert_eq!(code, Some(0));
    assert_eq!(run(&data, &["--config", &file, "config", "check"]).code, 1, "the file is still broken");
}
