//! The size of the release binary.

use super::Bench;
use crate::Broken;
use crate::report::{Bar, Report};

/// Prints it.
pub(super) fn measure(bench: &Bench<'_>, report: &mut Report) -> Result<(), Broken> {
    let bytes = std::fs::metadata(bench.program)?.len();
    #[expect(clippy::cast_precision_loss, reason = "a program is smaller than petabytes")]
    let megabytes = bytes as f64 / 1e6;
    report.part("binary");
    report.judge("size", megabytes, " MB", Bar::AtMost(30.0));
    Ok(())
}
