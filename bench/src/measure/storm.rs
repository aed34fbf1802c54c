//! How long a check takes at most while everybody signs in at once: calm and storm in turn.

use super::Bench;
use crate::Broken;
use crate::load::{self, Scripts, Tally, Target, median};
use crate::plan::BUSY;
use crate::report::{Bar, Report};
use crate::scripts::{Member, Same};
use crate::server::Server;
use std::time::Duration;

/// Connections that check, each a few hundred times a second.
const CHECKERS: usize = 4;
const PAUSE: Duration = Duration::from_millis(2);
/// The storm begins so much before the checks and ends so much after them.
const MARGIN: Duration = Duration::from_millis(300);
/// A p99 below this is good, whatever the calm one is.
const GOOD_ENOUGH: f64 = 5.0;

/// Pairs, and the medians.
pub(super) fn measure(bench: &Bench<'_>, server: &Server, report: &mut Report) -> Result<(), Broken> {
    let members = bench.runtime.block_on(Member::several(server.address, "stormy", BUSY))?;
    let (mut calms, mut storms, mut halves, mut logins) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..bench.plan.storms {
        let calm = bench.runtime.block_on(load::run(checking(bench, server), checks(&members)))?.0;
        let (storm, login) = bench.runtime.block_on(under_storm(bench, server, &members))?;
        calms.push(p99(&calm));
        storms.push(p99(&storm));
        halves.push(storm.percentile(50).as_secs_f64() * 1e3);
        logins.push(login.rate());
    }
    let pairs = calms.len();
    let (calm, storm) = (median(calms), median(storms));
    report.part(&format!("checks in a storm of logins (medians of {pairs} pairs)"));
    report.tell("check p99, calm", &format!("{calm:.2} ms"));
    report.tell("check p50, in the storm", &format!("{:.2} ms", median(halves)));
    report.tell("logins in the storm", &format!("{:.1}/s, {BUSY} at a time", median(logins)));
    report.tell("storm / calm", &format!("{:.2}", storm / calm.max(1e-9)));
    let most = (3.0 * calm).max(GOOD_ENOUGH);
    report.judge("check p99, in the storm (3x calm, or 5 ms)", storm, " ms", Bar::AtMost(most));
    Ok(())
}

fn p99(tally: &Tally) -> f64 {
    tally.percentile(99).as_secs_f64() * 1e3
}

fn checks(members: &[Member]) -> Scripts {
    members.iter().take(CHECKERS).map(|member| Same::check(&member.access)).collect()
}

fn checking(bench: &Bench<'_>, server: &Server) -> Target {
    Target { address: server.address, pid: server.pid(), time: bench.plan.slice, pause: PAUSE }
}

/// The checks' tally, and the logins'.
pub(super) async fn under_storm(
    bench: &Bench<'_>,
    server: &Server,
    members: &[Member],
) -> Result<(Tally, Tally), Broken> {
    let target = checking(bench, server);
    let storm = Target { time: target.time + 2 * MARGIN, pause: Duration::ZERO, ..target };
    let logins = members.iter().map(|member| Same::login(&member.username)).collect();
    let later = async {
        tokio::time::sleep(MARGIN).await;
        load::run(target, checks(members)).await
    };
    let (logins, checks) = tokio::try_join!(load::run(storm, logins), later)?;
    Ok((checks.0, logins.0))
}
