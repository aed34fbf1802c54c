//! Logins beside the rate of the hash that each of them costs.

use super::{Bench, tell_latency};
use crate::Broken;
use crate::bare::hashes::hash_for;
use crate::load::median;
use crate::plan::SIGNERS;
use crate::report::{Bar, Report, per_second};
use crate::scripts::{Member, Same};
use crate::server::Server;

/// Both in turn, and the ratio.
pub(super) fn measure(bench: &Bench<'_>, server: &Server, report: &mut Report) -> Result<(), Broken> {
    let members = bench.runtime.block_on(Member::several(server.address, "signer", SIGNERS))?;
    let mut scripts = members.iter().map(|member| Same::login(&member.username)).collect();
    let (mut ratios, mut raw_rates, mut rates) = (Vec::new(), Vec::new(), Vec::new());
    let (mut raw_micros, mut micros) = (Vec::new(), Vec::new());
    let mut last = None;
    for _ in 0..bench.plan.login_rounds {
        let raw = hash_for(bench.plan.slice)?;
        let (tally, back) = bench.load(server, scripts)?;
        scripts = back;
        ratios.push(tally.rate() / raw.rate);
        raw_rates.push(raw.rate);
        raw_micros.push(raw.micros);
        rates.push(tally.rate());
        micros.push(tally.server_micros());
        last = Some(tally);
    }
    report.part("logins, beside Argon2id alone (19 MiB, 2 passes; one thread per processor)");
    report.tell(
        "Argon2id alone",
        &format!("{}, {:.0} us CPU", per_second(median(raw_rates)), median(raw_micros)),
    );
    report.tell("logins", &format!("{}, {:.0} us CPU", per_second(median(rates)), median(micros)));
    if let Some(tally) = &last {
        tell_latency(report, &format!("login, {SIGNERS} at a time"), tally);
    }
    report.judge("logins / Argon2id", median(ratios), "", Bar::AtLeast(0.90));
    Ok(())
}
