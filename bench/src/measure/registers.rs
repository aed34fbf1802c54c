//! Registrations: one hash and one commit of several rows each.

use super::{Bench, tell_latency};
use crate::Broken;
use crate::plan::SIGNERS;
use crate::report::{Report, per_second};
use crate::scripts::Registering;
use crate::server::Server;

/// The rate.
pub(super) fn measure(bench: &Bench<'_>, server: &Server, report: &mut Report) -> Result<(), Broken> {
    let scripts = (0..SIGNERS).map(|index| Registering::names(&format!("new-{index}"))).collect();
    let (tally, _) = bench.load(server, scripts)?;
    report.part("registrations");
    report
        .tell("registrations", &format!("{}, {:.0} us CPU", per_second(tally.rate()), tally.server_micros()));
    tell_latency(report, &format!("registration, {SIGNERS} at a time"), &tally);
    Ok(())
}
