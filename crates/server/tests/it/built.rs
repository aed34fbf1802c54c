//! The built binary serving under load or through a whole story, the way a user runs it: unlike
//! [`crate::program`], nobody reads its access log, and it may be killed.

use crate::program::run_with;
use doorward_testkit::http_actor::Actor;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::JoinHandle;

/// A running server. Dropping it kills it.
pub(crate) struct Built {
    child: Child,
    address: SocketAddr,
    complaints: Option<JoinHandle<String>>,
}

impl Built {
    /// Serves on a data folder, on a free port; `what` are names of contracts or files, none for all.
    pub(crate) fn serve(data: &Path, what: &[&str]) -> Built {
        let mut command = Command::new(env!("CARGO_BIN_EXE_doorward"));
        command.arg("--data").arg(data).args(["--json", "--listen", "127.0.0.1:0", "serve"]).args(what);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the binary runs");
        let mut errors = BufReader::new(child.stderr.take().expect("it was piped"));
        // What a contract gives away may be said before the banner.
        let url = loop {
            let mut line = String::new();
            assert!(errors.read_line(&mut line).expect("it is text") > 0, "it ended without a banner");
            let said: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("no JSON but {line:?}"));
            if let Some(url) = said["serving"].as_str() {
                break url.to_owned();
            }
        };
        let address = url.trim_start_matches("http://").parse().expect("an address");
        // Nobody may have to wait for what it says later to be read.
        let complaints = std::thread::spawn(move || {
            let mut said = String::new();
            let _ = errors.read_to_string(&mut said);
            said
        });
        Built { child, address, complaints: Some(complaints) }
    }

    /// Somebody who talks to it.
    pub(crate) fn actor(&self) -> Actor {
        Actor::new(self.address)
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its process.
    pub(crate) fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    /// Waits for the end of a server that was killed, and asserts that this is how it ended.
    pub(crate) fn was_killed(mut self) {
        let status = self.child.wait().expect("a child can be waited for");
        assert_eq!(status.signal(), Some(Signal::KILL.as_raw()), "{status}: {}", self.complaints());
    }

    /// Ends it the way a service manager does.
    pub(crate) fn stop(mut self) -> ExitStatus {
        kill_process(self.pid(), Signal::TERM).expect("it runs");
        self.child.wait().expect("a child can be waited for")
    }

    /// What it wrote to standard error after its banner; it must have ended.
    fn complaints(&mut self) -> String {
        self.complaints.take().and_then(|reading| reading.join().ok()).unwrap_or_default()
    }
}

impl Drop for Built {
    fn drop(&mut self) {
        // One that has ended already cannot be killed, and need not be.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Makes an account that signs in by username: inside the running server, if there is one.
pub(crate) fn create_account(data: &Path, realm: &str, username: &str, password: &str) {
    let arguments = ["account", "create", "--realm", realm, "--username", username, "--password-stdin"];
    let made = run_with(data, &arguments, password);
    assert_eq!(made.code, 0, "{}{}", made.out, made.err);
}
