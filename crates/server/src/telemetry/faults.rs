//! Faults and warnings of the program itself, on standard error: as JSON lines, or as text where a person reads.

use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::filter::LevelFilter;

/// Lines that may wait to be written; more are dropped. The queue is filled with empty places at once: the library's
/// default of 128,000 would be 4 MiB of resident memory.
const WAITING: usize = 1024;

/// While it lives, lines are written; dropping it writes what is left.
pub struct FaultGuard {
    _guard: WorkerGuard,
}

/// What the program says of itself, and how.
pub struct FaultLog {
    /// From which level on: `error`, `warn` or `info`.
    pub level: String,
    /// As text; otherwise as JSON lines.
    pub text: bool,
}

/// Sends what the program says to standard error, without holding up whoever says it.
#[must_use]
pub fn log_faults(log: &FaultLog) -> FaultGuard {
    let queue = NonBlockingBuilder::default().lossy(true).buffered_lines_limit(WAITING);
    let (writer, guard) = queue.finish(std::io::stderr());
    let lines = tracing_subscriber::fmt()
        .with_max_level(log.level.parse().unwrap_or(LevelFilter::WARN))
        .with_writer(writer);
    // A program that has a log already keeps it.
    let _ = if log.text {
        tracing::subscriber::set_global_default(lines.without_time().with_target(false).finish())
    } else {
        tracing::subscriber::set_global_default(lines.json().finish())
    };
    FaultGuard { _guard: guard }
}
