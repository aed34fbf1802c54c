//! The built binary as an actor: run to its end, or serving in the background.

use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// What a command said.
pub(crate) struct Said {
    /// The exit code.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Said {
    /// Standard output as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {} {}", self.out, self.err))
    }
}

fn command(data: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_doorward"));
    command.arg("--data").arg(data).args(arguments);
    command
}

/// Runs a command to its end.
pub(crate) fn run(data: &Path, arguments: &[&str]) -> Said {
    run_with(data, arguments, "")
}

/// Runs a command to its end with something on its standard input.
pub(crate) fn run_with(data: &Path, arguments: &[&str], stdin: &str) -> Said {
    let mut child = command(data, arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that does not read its input may be gone already.
    let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
    let output = child.wait_with_output().unwrap();
    Said {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A server in the background; killed when it is dropped.
pub(crate) struct Serving {
    child: Child,
    /// What it says beside the access log, after the banner.
    aside: Option<BufReader<std::process::ChildStderr>>,
    banner: Value,
}

impl Serving {
    /// Starts `serve` with these arguments on a free port, and waits for its banner.
    pub(crate) fn start(data: &Path, arguments: &[&str]) -> Serving {
        let arguments: Vec<&str> = std::iter::once("serve").chain(arguments.iter().copied()).collect();
        Serving::begin(data, &arguments)
    }

    /// Starts a command that serves.
    pub(crate) fn begin(data: &Path, arguments: &[&str]) -> Serving {
        let mut child = command(data, &["--json", "--listen", "127.0.0.1:0"])
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut aside = BufReader::new(child.stderr.take().unwrap());
        let banner = loop {
            let mut line = String::new();
            aside.read_line(&mut line).unwrap();
            let said: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
            // What a contract gives away is logged before.
            if said.get("timestamp").is_none() {
                break said;
            }
        };
        Serving { child, aside: Some(aside), banner }
    }

    /// What it said when it was ready.
    pub(crate) fn banner(&self) -> &Value {
        &self.banner
    }

    /// Host and port.
    pub(crate) fn address(&self) -> &str {
        self.banner["serving"].as_str().unwrap().strip_prefix("http://").unwrap()
    }

    /// An open connection.
    pub(crate) fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address()).unwrap()
    }

    /// Sends a request and reads the whole reply.
    pub(crate) fn ask(&self, method: &str, path: &str, json: &str) -> String {
        ask(self.address(), method, path, json)
    }

    /// Tells it to read its files again.
    pub(crate) fn hang_up(&self) {
        let id = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(id, rustix::process::Signal::HUP).unwrap();
    }

    /// The next line beside the access log in which this stands.
    pub(crate) fn hear(&mut self, word: &str) -> String {
        loop {
            let mut line = String::new();
            let read = self.aside.as_mut().unwrap().read_line(&mut line).unwrap();
            assert!(read > 0, "it never said {word}");
            if line.contains(word) {
                return line;
            }
        }
    }

    /// Tells it to stop, and gives its exit code and its access log.
    pub(crate) fn stop(mut self) -> (Option<i32>, String) {
        let id = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
        let mut log = String::new();
        self.child.stdout.take().unwrap().read_to_string(&mut log).unwrap();
        (self.child.wait().unwrap().code(), log)
    }
}

impl Serving {
    /// Tells it to stop, and gives its exit code and what it said beside the access log.
    pub(crate) fn stop_and_hear(mut self) -> (Option<i32>, String) {
        let mut aside = self.aside.take().unwrap();
        let (code, _) = self.stop();
        let mut said = String::new();
        aside.read_to_string(&mut said).unwrap();
        (code, said)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends a request to an address and reads the whole reply.
pub(crate) fn ask(address: &str, method: &str, path: &str, json: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    let length = json.len();
    write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{json}"
        )
        .unwrap();
    let mut reply = String::new();
    stream.read_to_string(&mut reply).unwrap();
    reply
}
