//! Resident memory: before anybody has signed in, after a storm of logins, and when that has been quiet a while.

use super::Bench;
use super::storm::under_storm;
use crate::Broken;
use crate::plan::BUSY;
use crate::process::resident;
use crate::report::{Bar, Report, mebibytes};
use crate::scripts::Member;
use crate::server::healthy;

/// Of one fresh process.
pub(super) fn measure(bench: &Bench<'_>, report: &mut Report) -> Result<(), Broken> {
    let server = bench.start()?;
    bench.runtime.block_on(healthy(server.address))?;
    let idle = resident(server.pid())?;
    let members = bench.runtime.block_on(Member::several(server.address, "late", BUSY))?;
    bench.runtime.block_on(under_storm(bench, &server, &members))?;
    let stormy = resident(server.pid())?;
    std::thread::sleep(bench.plan.settle);
    let later = resident(server.pid())?;
    server.stop()?;
    report.part("resident memory");
    report.judge("before the first login", mebibytes(idle), " MiB", Bar::AtMost(20.0));
    report.tell("after a storm of logins", &format!("{:.1} MiB", mebibytes(stormy)));
    let seconds = bench.plan.settle.as_secs();
    report.tell(&format!("{seconds} seconds later"), &format!("{:.1} MiB", mebibytes(later)));
    Ok(())
}
