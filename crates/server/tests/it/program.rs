//! The built binary as a child process, the way a user runs it.

use doorward_testkit::http_actor::Actor;
use rustix::process::{Pid, Signal, kill_process};
use std::io::Write;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::Duration;

/// How often a start is looked at; a minute in all.
const LOOKS: usize = 6000;
const BETWEEN_LOOKS: Duration = Duration::from_millis(10);

/// A running server. Dropping it kills it.
pub(crate) struct Program {
    child: Child,
    address: SocketAddr,
    complaints: PathBuf,
}

impl Program {
    /// Serves on a data folder; `what` are names of contracts or files, none for all.
    pub(crate) fn serve(data: &Path, what: &[&str]) -> Program {
        // Somebody else may take the port that was free a moment ago.
        for _ in 0..3 {
            if let Some(program) = Program::try_serve(data, what) {
                return program;
            }
        }
        panic!("no port is free for long enough");
    }

    fn try_serve(data: &Path, what: &[&str]) -> Option<Program> {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("it has an address");
        drop(listener);
        let complaints = data.with_extension("stderr");
        let file = std::fs::File::create(&complaints).expect("there is room");
        let mut command = doorward(data);
        command.args(["--listen", &address.to_string(), "serve"]).args(what);
        let child = command.stdout(Stdio::null()).stderr(file).spawn().expect("the binary runs");
        let mut program = Program { child, address, complaints };
        for _ in 0..LOOKS {
            if TcpStream::connect(address).is_ok() {
                return Some(program);
            }
            if let Some(status) = program.child.try_wait().expect("a child can be waited for") {
                let said = program.complaints();
                assert!(said.contains("in use"), "the server ended at once ({status}): {said}");
                return None;
            }
            std::thread::sleep(BETWEEN_LOOKS);
        }
        panic!("the server does not listen: {}", program.complaints());
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

    /// What it wrote to standard error.
    pub(crate) fn complaints(&self) -> String {
        std::fs::read_to_string(&self.complaints).unwrap_or_default()
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
}

impl Drop for Program {
    fn drop(&mut self) {
        // One that has ended already cannot be killed, and need not be.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The program with a data folder.
fn doorward(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_doorward"));
    command.arg("--data").arg(data).stdin(Stdio::null());
    command
}

/// Runs another command of the program to its end, with a line on standard input.
pub(crate) fn run(data: &Path, arguments: &[&str], line: &str) -> Output {
    let mut command = doorward(data);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the binary runs");
    let mut input = child.stdin.take().expect("it was piped");
    // A command that does not read may have closed it.
    let _ = writeln!(input, "{line}");
    drop(input);
    child.wait_with_output().expect("it ends")
}

/// Makes an account that signs in by username.
pub(crate) fn create_account(data: &Path, realm: &str, username: &str, password: &str) {
    let arguments = ["account", "create", "--realm", realm, "--username", username, "--password-stdin"];
    let made = run(data, &arguments, password);
    assert!(made.status.success(), "{made:?}");
}
