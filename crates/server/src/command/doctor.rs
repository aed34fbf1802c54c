//! `doorward doctor`: looks at everything a deployment stands on, and says what to do about what is wrong. It reads
//! beside a server that may run, and changes nothing.

use crate::cli::{DONE, Global, NO};
use crate::clock::{SystemClock, SystemStopwatch};
use crate::config::{Config, Way};
use crate::folder::open_to_others;
use crate::hashing::HashCost;
use crate::offline::known_master;
use crate::output::Output;
use crate::start_error::StartError;
use clap::Args;
use doorward_core::password::Password;
use doorward_core::port::Clock;
use doorward_http::Stopwatch;
use doorward_password::{Memory, own};
use doorward_store_sqlite::examine;
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::net::UnixStream;
use std::path::Path;

/// Look at store, clock, keys, files, mail, proxy and capacity, and say what to do
#[derive(Args)]
pub(crate) struct Doctor {}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    Good,
    Hint,
    Problem,
}

/// One thing that was looked at.
struct Finding {
    about: &'static str,
    level: Level,
    said: String,
    /// What to do.
    help: Option<String>,
}

fn good(about: &'static str, said: impl Into<String>) -> Finding {
    Finding { about, level: Level::Good, said: said.into(), help: None }
}

fn hint(about: &'static str, said: impl Into<String>, help: impl Into<String>) -> Finding {
    Finding { about, level: Level::Hint, said: said.into(), help: Some(help.into()) }
}

fn problem(about: &'static str, said: impl Into<String>, help: impl Into<String>) -> Finding {
    Finding { about, level: Level::Problem, said: said.into(), help: Some(help.into()) }
}

const MIB: u64 = 1024 * 1024;
/// Less room than this is soon none.
const LEAST_ROOM: u64 = 512 * MIB;
/// A log this long is kept from being emptied by somebody.
const LONG_LOG: u64 = 256 * MIB;
/// Files from so many seconds in the future were written under another clock.
const CLOCK_SLACK: i64 = 60;
/// How many hashes each thread makes.
const HASHES: u32 = 4;

impl Doctor {
    /// Does it.
    ///
    /// # Errors
    /// There is nothing to look at.
    pub(crate) fn run(
        self,
        (global, deployed): (&Global, Option<&Config>),
        output: Output,
    ) -> Result<u8, StartError> {
        if !global.data.exists() {
            return Err(StartError::new(format!("there is no data folder {}", global.data.display())));
        }
        let mut findings = store(&global.data);
        findings.extend(files(&global.data));
        findings.push(clock(&global.data));
        findings.push(match known_master(&global.data, deployed) {
            Ok(master) => good("master key", format!("{}: note this id beside your backups", master.id())),
            Err(error) => problem("master key", error.to_string(), "put it back: nobody signs in without it"),
        });
        findings.push(server(&global.data));
        findings.extend(deployed.map(deployment).unwrap_or_default());
        findings.push(capacity()?);
        let bad = findings.iter().any(|finding| finding.level == Level::Problem);
        if output.json() {
            output
                .value(&json!({"good": !bad, "findings": findings.iter().map(as_json).collect::<Vec<_>>()}));
        } else {
            output.text(&findings.iter().map(as_text).collect::<String>());
        }
        Ok(if bad { NO } else { DONE })
    }
}

fn word(level: Level) -> &'static str {
    match level {
        Level::Good => "good",
        Level::Hint => "hint",
        Level::Problem => "problem",
    }
}

fn as_json(finding: &Finding) -> Value {
    json!({
        "about": finding.about,
        "level": word(finding.level),
        "said": finding.said,
        "help": finding.help,
    })
}

fn as_text(finding: &Finding) -> String {
    let help = finding.help.as_ref().map(|help| format!("{:22}{help}\n", "")).unwrap_or_default();
    format!("{:<8} {:<12} {}\n{help}", word(finding.level), finding.about, finding.said)
}

fn store(data: &Path) -> Vec<Finding> {
    let database = data.join("doorward.db");
    let mut findings = Vec::new();
    findings.push(match examine(&database) {
        Ok(contents) if contents.defects.is_empty() => good(
            "store",
            format!(
                "whole, tables of version {}: {} accounts, {} sessions, {} audit events",
                contents.schema, contents.accounts, contents.sessions, contents.audit_events
            ),
        ),
        Ok(contents) => problem(
            "store",
            format!("the database is damaged: {}", contents.defects.join("; ")),
            "stop the server, keep the files, restore the latest backup into a new folder",
        ),
        Err(error) => problem("store", error.to_string(), "see docs/operate.md, Restore"),
    });
    let log = fs::metadata(data.join("doorward.db-wal")).map_or(0, |log| log.len());
    if log > LONG_LOG {
        findings.push(hint(
            "store",
            format!("the write-ahead log has {} MiB", log / MIB),
            "a reader holds it: look for a shell or a copy that has the database open",
        ));
    }
    if let Ok(room) = rustix::fs::statvfs(data) {
        let free = room.f_bavail.saturating_mul(room.f_frsize);
        let said = format!("{} MiB are free", free / MIB);
        findings.push(if free < LEAST_ROOM {
            problem("room", said, "make room: without it no sign-in can be written")
        } else {
            good("room", said)
        });
    }
    findings
}

fn files(data: &Path) -> Vec<Finding> {
    let mut open = Vec::new();
    let entries = fs::read_dir(data).into_iter().flatten().flatten().map(|entry| entry.path());
    for path in std::iter::once(data.to_owned()).chain(entries) {
        if let Ok(found) = fs::metadata(&path)
            && let Some(mode) = open_to_others(found.permissions().mode())
        {
            open.push((path, mode, found.is_dir()));
        }
    }
    if open.is_empty() {
        return vec![good("files", "only their owner can read them")];
    }
    let found = |(path, mode, folder): (std::path::PathBuf, u32, bool)| {
        let path = path.display();
        let right = if folder { 700 } else { 600 };
        problem(
            "files",
            format!("{path} is open to others (mode {mode:04o})"),
            format!("chmod {right} {path}"),
        )
    };
    open.into_iter().map(found).collect()
}

/// No file of ours can have been written later than now.
fn clock(data: &Path) -> Finding {
    let now = SystemClock.now().seconds();
    let entries = fs::read_dir(data).into_iter().flatten().flatten();
    let latest = entries.filter_map(|entry| entry.metadata().ok()).map(|found| found.mtime()).max();
    match latest.filter(|latest| *latest > now + CLOCK_SLACK) {
        Some(latest) => problem(
            "clock",
            format!(
                "files were written {} seconds from now: the clock went back, or was ahead",
                latest - now
            ),
            "set it by NTP; tokens and codes live by it",
        ),
        None => good("clock", "no file is from the future"),
    }
}

fn server(data: &Path) -> Finding {
    match UnixStream::connect(data.join("control.sock")) {
        Ok(_) => good("server", "one runs on this folder"),
        Err(_) => hint("server", "none runs on this folder", "start one with doorward serve"),
    }
}

fn deployment(config: &Config) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.push(if config.server.trusted_proxies.is_empty() {
        hint(
            "proxy",
            "no proxy is trusted: every client is known by the address of its connection",
            "behind a proxy, set server.trusted_proxies to its address; then sign in wrongly once, and see with \
             doorward audit tail -n 1 that the address is yours",
        )
    } else {
        hint(
            "proxy",
            format!("{} networks may say where a client comes from", config.server.trusted_proxies.len()),
            "sign in wrongly once, and see with doorward audit tail -n 1 that the address is yours, not the proxy's",
        )
    });
    findings.push(match config.mail.email {
        Way::Smtp | Way::Webhook => {
            hint("mail", "leaves", "send one: doorward mail test --to ADDRESS --config FILE")
        }
        Way::Mailbox => {
            problem("mail", "stays in the operators' mailbox", "set mail.transport, or nobody gets a code")
        }
        Way::Nowhere => hint("mail", "does not leave", "set mail.transport if contracts send codes or links"),
    });
    findings
}

/// How many hashes all processors make in a second, measured.
fn capacity() -> Result<Finding, StartError> {
    let (cost, threads) =
        (HashCost::default(), std::thread::available_parallelism().map_or(1, std::num::NonZero::get));
    let watch = SystemStopwatch::default();
    let made: Result<(), _> = std::thread::scope(|scope| {
        let hash = || {
            let (password, mut memory) = (Password::new("capacity".to_owned()), Memory::default());
            (0..HASHES).try_for_each(|_| own::spend(&password, cost, &mut memory))
        };
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(hash)).collect();
        workers.into_iter().try_for_each(|worker| worker.join().unwrap_or(Ok(())))
    });
    made?;
    let hashes = f64::from(HASHES) * threads as f64;
    let per_second = hashes / watch.elapsed().as_secs_f64().max(f64::EPSILON);
    let memory = u64::from(cost.memory_kib) * threads as u64 / 1024;
    let said = format!(
        "{per_second:.0} hashes a second on {threads} processors ({} MiB, {} passes; {memory} MiB in all): as many \
         sign-ins; checks and refreshes need none",
        cost.memory_kib / 1024,
        cost.passes
    );
    Ok(if per_second < 10.0 * threads as f64 {
        hint(
            "capacity",
            said,
            "each hash takes longer than a tenth of a second: give it more or faster processors",
        )
    } else {
        good("capacity", said)
    })
}
