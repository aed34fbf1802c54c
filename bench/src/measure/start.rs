//! From the start of the process to its first answer, on the data that the other measurements left.

use super::Bench;
use crate::Broken;
use crate::load::median;
use crate::report::{Bar, Report};

/// The median of some starts.
pub(super) fn measure(bench: &Bench<'_>, report: &mut Report) -> Result<(), Broken> {
    let mut times = Vec::new();
    for _ in 0..bench.plan.starts {
        let server = bench.start()?;
        times.push(server.first_answer.as_secs_f64() * 1e3);
        server.stop()?;
    }
    let slowest = times.iter().copied().fold(0.0, f64::max);
    report.part("start on existing data");
    report.tell("first answer, slowest", &format!("{slowest:.1} ms"));
    report.judge("first answer, median", median(times), " ms", Bar::AtMost(100.0));
    Ok(())
}
