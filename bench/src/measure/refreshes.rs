//! Rotating refreshes beside durable rows of bare rusqlite, with as many callers waiting.

use super::{Bench, tell_latency};
use crate::Broken;
use crate::bare::commits::commit_for;
use crate::load::median;
use crate::plan::{WRITERS, WRITERS_OF_BAR};
use crate::report::{Bar, Report, per_second};
use crate::scripts::{Member, refreshing};
use crate::server::Server;

/// Both in turn for some numbers of callers, and the ratios.
pub(super) fn measure(bench: &Bench<'_>, server: &Server, report: &mut Report) -> Result<(), Broken> {
    report.part("rotating refreshes, beside durable rows of bare rusqlite (group commit, WAL, FULL)");
    for callers in WRITERS {
        one(bench, server, callers, report)?;
    }
    Ok(())
}

fn one(bench: &Bench<'_>, server: &Server, callers: usize, report: &mut Report) -> Result<(), Broken> {
    let name = format!("refresher-{callers}");
    let mut scripts = refreshing(bench.runtime.block_on(Member::several(server.address, &name, callers))?);
    let (mut ratios, mut bare_rates, mut rates, mut micros) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut last = None;
    for _ in 0..bench.plan.rounds {
        let bare = bench.runtime.block_on(commit_for(bench.folder, callers, bench.plan.slice))?;
        let (tally, back) = bench.load(server, scripts)?;
        scripts = back;
        ratios.push(tally.rate() / bare);
        bare_rates.push(bare);
        rates.push(tally.rate());
        micros.push(tally.server_micros());
        last = Some(tally);
    }
    let (rate, ratio) = (median(rates), median(ratios));
    report.tell(&format!("bare rows, {callers} at a time"), &per_second(median(bare_rates)));
    report.tell(
        &format!("refreshes, {callers} at a time"),
        &format!("{}, {:.0} us CPU", per_second(rate), median(micros)),
    );
    if let Some(tally) = &last {
        tell_latency(report, &format!("refresh, {callers} at a time"), tally);
    }
    if callers == WRITERS_OF_BAR {
        report.judge("refreshes / bare rows", ratio, "", Bar::AtLeast(0.5));
        report.judge("refreshes", rate, "/s", Bar::AtLeast(3000.0));
    } else {
        report.tell("refreshes / bare rows", &format!("{ratio:.2}"));
    }
    Ok(())
}
