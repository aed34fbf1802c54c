//! The README's tour: every command in its `console` blocks is run, and prints what the README shows. `…` stands
//! for any text, a line that is only `…` for any lines. Ports are moved to free ones.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// The ports that the README uses.
const PORTS: [&str; 3] = ["8080", "8081", "9000"];

struct Shown {
    command: String,
    output: Vec<String>,
}

/// The commands of the README's `console` blocks, each with the lines shown below it.
fn shown(readme: &str) -> Vec<Shown> {
    let mut commands: Vec<Shown> = Vec::new();
    let mut inside = false;
    for line in readme.lines() {
        if line.starts_with("```") {
            inside = line == "```console";
        } else if inside && let Some(command) = line.strip_prefix("$ ") {
            commands.push(Shown { command: command.to_owned(), output: Vec::new() });
        } else if inside && let Some(last) = commands.last_mut() {
            if last.command.ends_with('\\') {
                last.command.push('\n');
                last.command.push_str(line);
            } else {
                last.output.push(line.to_owned());
            }
        }
    }
    commands
}

/// Whether a line fits a pattern in which `…` stands for any text.
fn line_fits(pattern: &str, line: &str) -> bool {
    let mut pieces = pattern.split('…');
    let Some(mut rest) = pieces.next().and_then(|first| line.strip_prefix(first)) else { return false };
    let Some(last) = pieces.next_back() else { return rest.is_empty() };
    for piece in pieces {
        let Some(at) = rest.find(piece) else { return false };
        rest = &rest[at + piece.len()..];
    }
    rest.ends_with(last)
}

/// Whether printed lines fit the shown ones; a line that is only `…` stands for any lines, also none.
fn fits(shown: &[String], printed: &[String]) -> bool {
    match shown.split_first() {
        None => printed.is_empty(),
        Some((first, rest)) if first.trim() == "…" => {
            (0..=printed.len()).any(|skip| fits(rest, &printed[skip..]))
        }
        Some((first, rest)) => {
            printed.split_first().is_some_and(|(line, more)| line_fits(first, line) && fits(rest, more))
        }
    }
}

struct Tour {
    folder: tempfile::TempDir,
    ports: BTreeMap<&'static str, String>,
    path: String,
    running: Vec<Child>,
}

impl Tour {
    fn new() -> Tour {
        let root =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the repository");
        let binary = std::env::var_os("DOORWARD_BIN")
            .map_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_doorward")), PathBuf::from);
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["contracts", "examples"] {
            std::os::unix::fs::symlink(root.join(name), folder.path().join(name)).expect("a link");
        }
        let bin = binary.parent().expect("a folder").display().to_string();
        let path = format!("{bin}:{}", std::env::var("PATH").unwrap_or_default());
        Tour { folder, ports: PORTS.map(|port| (port, free_port())).into(), path, running: Vec::new() }
    }

    fn moved(&self, text: &str) -> String {
        self.ports.iter().fold(text.to_owned(), |text, (port, free)| text.replace(port, free))
    }

    fn shell(&self, command: &str) -> Command {
        let mut shell = Command::new("bash");
        shell
            .arg("-c")
            .arg(command)
            .current_dir(self.folder.path())
            .env("PATH", &self.path)
            .env_remove("DOORWARD_BIN");
        shell
    }

    fn run(&mut self, shown: &Shown) {
        let command = self.moved(&shown.command);
        let expected: Vec<String> = shown.output.iter().map(|line| self.moved(line)).collect();
        let printed = match command.strip_suffix(" &") {
            Some(server) => self.start(server, expected.len()),
            None => {
                let done = self.shell(&format!("{command} 2>&1")).output().expect("bash runs");
                String::from_utf8_lossy(&done.stdout).lines().map(|line| line.trim_end().to_owned()).collect()
            }
        };
        assert!(
            fits(&expected, &printed),
            "$ {command}\n--- the README shows\n{}\n--- it printed\n{}\n",
            expected.join("\n"),
            printed.join("\n")
        );
    }

    /// Starts a command that stays, reads as many lines as the README shows, and waits until it listens.
    fn start(&mut self, command: &str, lines: usize) -> Vec<String> {
        let mut shell = self.shell(&format!("exec {command}"));
        let mut child = shell.stdout(Stdio::piped()).spawn().expect("bash runs");
        let mut output = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut printed = Vec::new();
        while printed.len() < lines {
            let mut line = String::new();
            if output.read_line(&mut line).expect("readable") == 0 {
                break;
            }
            printed.push(line.trim_end().to_owned());
        }
        // The rest of its output must not fill the pipe.
        std::thread::spawn(move || output.read_to_end(&mut Vec::new()));
        self.running.push(child);
        let port = self
            .ports
            .values()
            .find(|port| command.contains(port.as_str()) && !listening_before(command, port));
        let port = port.unwrap_or(&self.ports["8080"]).clone();
        wait_for(&port);
        printed
    }
}

/// A command that names two ports listens on the last one.
fn listening_before(command: &str, port: &str) -> bool {
    let after = command.rfind(port).map_or("", |at| &command[at + port.len()..]);
    after.contains("127.0.0.1:")
}

impl Drop for Tour {
    fn drop(&mut self) {
        for child in &mut self.running {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn free_port() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port().to_string()
}

fn wait_for(port: &str) {
    for _ in 0..600 {
        if TcpStream::connect(format!("127.0.0.1:{port}")).is_ok() {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("nothing listens on {port}");
}

#[test]
fn the_readmes_tour_is_true() {
    let readme = include_str!("../../../../README.md");
    let commands = shown(readme);
    assert!(commands.len() >= 10, "the tour is there");
    let mut tour = Tour::new();
    let serve = Shown { command: "doorward serve --listen 127.0.0.1:8080 &".to_owned(), output: Vec::new() };
    tour.run(&serve);
    for command in &commands {
        tour.run(command);
    }
}

#[test]
fn patterns_fit_what_they_say() {
    assert!(
        line_fits("a…c", "abbbc") && line_fits("…", "") && !line_fits("a…c", "ab") && !line_fits("ab", "abc")
    );
    let lines = |text: &[&str]| text.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>();
    assert!(fits(&lines(&["a", "…", "z"]), &lines(&["a", "b", "c", "z"])));
    assert!(!fits(&lines(&["a", "z"]), &lines(&["a", "b", "z"])));
}
