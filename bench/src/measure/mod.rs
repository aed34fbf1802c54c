//! The measurements, one file each, in the order in which they are printed.

mod checks;
mod logins;
mod memory;
mod refreshes;
mod registers;
mod render;
mod size;
mod start;
mod storm;

use crate::Broken;
use crate::load::{self, Scripts, Tally, Target};
use crate::plan::Plan;
use crate::report::{Report, millis};
use crate::server::Server;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::runtime::Runtime;

/// What every measurement works with.
pub(crate) struct Bench<'a> {
    /// How long.
    pub(crate) plan: &'a Plan,
    /// The release binary.
    pub(crate) program: &'a Path,
    /// Where data may lie.
    pub(crate) folder: &'a Path,
    /// The client's one thread.
    pub(crate) runtime: &'a Runtime,
}

impl Bench<'_> {
    /// The data folder of the server under test.
    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// Starts the server under test.
    fn start(&self) -> Result<Server, Broken> {
        Server::start(self.program, &self.data())
    }

    /// Runs scripts against a server for one slice.
    fn load(&self, server: &Server, scripts: Scripts) -> Result<(Tally, Scripts), Broken> {
        let (address, pid, time) = (server.address, server.pid(), self.plan.slice);
        self.runtime.block_on(load::run(Target { address, pid, time, pause: Duration::ZERO }, scripts))
    }
}

type Measure = fn(&Bench<'_>, &Server, &mut Report) -> Result<(), Broken>;

/// The measurements on one running server.
const ON_A_SERVER: [(&str, Measure); 5] = [
    ("logins", logins::measure),
    ("checks", checks::measure),
    ("refreshes", refreshes::measure),
    ("registrations", registers::measure),
    ("storm", storm::measure),
];

/// One that starts servers of its own.
type Alone = fn(&Bench<'_>, &mut Report) -> Result<(), Broken>;

/// Those that start one of their own, on the data that the others left.
const ALONE: [(&str, Alone); 4] = [
    ("binary", size::measure),
    ("start", start::measure),
    ("memory", memory::measure),
    ("render", render::measure),
];

/// All measurements, or one.
pub(crate) fn all(bench: &Bench<'_>, only: Option<&str>, report: &mut Report) -> Result<(), Broken> {
    let wanted = |name: &str| only.is_none_or(|only| only == name);
    let mut measured = 0;
    let server = bench.start()?;
    for (_, measure) in ON_A_SERVER.iter().filter(|(name, _)| wanted(name)) {
        measure(bench, &server, report)?;
        measured += 1;
    }
    server.stop()?;
    for (_, measure) in ALONE.iter().filter(|(name, _)| wanted(name)) {
        measure(bench, report)?;
        measured += 1;
    }
    if measured == 0 {
        let names = ON_A_SERVER.iter().map(|(name, _)| *name).chain(ALONE.iter().map(|(name, _)| *name));
        return Err(format!("parts are {}", names.collect::<Vec<_>>().join(", ")).into());
    }
    Ok(())
}

/// Half of the replies, and all but the slowest hundredth.
fn tell_latency(report: &mut Report, name: &str, tally: &Tally) {
    let (half, most) = (millis(tally.percentile(50)), millis(tally.percentile(99)));
    report.tell(name, &format!("p50 {half}, p99 {most}"));
}
