//! The measurements, one file each, in the order in which they are printed.

mod checks;
mod logins;
mod memory;
mod refreshes;
mod registers;
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

/// Everything.
pub(crate) fn all(bench: &Bench<'_>, report: &mut Report) -> Result<(), Broken> {
    size::measure(bench, report)?;
    let server = bench.start()?;
    logins::measure(bench, &server, report)?;
    checks::measure(bench, &server, report)?;
    refreshes::measure(bench, &server, report)?;
    registers::measure(bench, &server, report)?;
    storm::measure(bench, &server, report)?;
    server.stop()?;
    start::measure(bench, report)?;
    memory::measure(bench, report)
}

/// Half of the replies, and all but the slowest hundredth.
fn tell_latency(report: &mut Report, name: &str, tally: &Tally) {
    let (half, most) = (millis(tally.percentile(50)), millis(tally.percentile(99)));
    report.tell(name, &format!("p50 {half}, p99 {most}"));
}
