//! Checks of a token at `/verify` beside a bare axum handler that answers JSON.

use super::{Bench, tell_latency};
use crate::Broken;
use crate::load::{Scripts, Tally, median};
use crate::plan::BUSY;
use crate::report::{Bar, Report, per_second};
use crate::scripts::{Member, Same};
use crate::server::Server;

/// Both in turn, and the ratio.
pub(super) fn measure(bench: &Bench<'_>, server: &Server, report: &mut Report) -> Result<(), Broken> {
    let members = bench.runtime.block_on(Member::several(server.address, "checked", BUSY))?;
    let bare = Server::start_bare()?;
    let mut checks: Scripts = members.iter().map(|member| Same::check(&member.access)).collect();
    let mut asks: Scripts = (0..BUSY).map(|_| Same::bare()).collect();
    let (mut bare_tallies, mut tallies) = (Vec::new(), Vec::new());
    for _ in 0..bench.plan.rounds {
        let (tally, back) = bench.load(&bare, asks)?;
        (asks, _) = (back, bare_tallies.push(tally));
        let (tally, back) = bench.load(server, checks)?;
        (checks, _) = (back, tallies.push(tally));
    }
    report.part("checks at /verify (access log on), beside a bare axum handler (no log)");
    tell(report, "bare axum", &bare_tallies);
    tell(report, "checks", &tallies);
    if let Some(tally) = tallies.last() {
        tell_latency(report, &format!("check, {BUSY} at a time"), tally);
    }
    let pairs = || tallies.iter().zip(&bare_tallies);
    let cpu = pairs().map(|(check, bare)| bare.server_micros() / check.server_micros().max(1e-9)).collect();
    report.tell("checks / bare axum, by server CPU", &format!("{:.2}", median(cpu)));
    let wall = pairs().map(|(check, bare)| check.rate() / bare.rate()).collect();
    report.judge("checks / bare axum", median(wall), "", Bar::AtLeast(0.40));
    Ok(())
}

fn tell(report: &mut Report, name: &str, tallies: &[Tally]) {
    let of = |figure: fn(&Tally) -> f64| median(tallies.iter().map(figure).collect());
    let (server, client) = (of(Tally::server_micros), of(Tally::client_micros));
    let rate = per_second(of(Tally::rate));
    report.tell(name, &format!("{rate}, {server:.1} us CPU (and {client:.1} us of the client)"));
}
