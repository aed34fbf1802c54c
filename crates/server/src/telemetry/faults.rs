//! Faults and warnings of the program itself, as JSON lines on standard error.

use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::filter::LevelFilter;

/// While it lives, lines are written; dropping it writes what is left.
pub struct FaultGuard {
    _guard: WorkerGuard,
}

/// Sends everything from warnings upwards to standard error, without holding up whoever says it.
#[must_use]
pub fn log_faults() -> FaultGuard {
    let (writer, guard) = NonBlockingBuilder::default().lossy(true).finish(std::io::stderr());
    let subscriber =
        tracing_subscriber::fmt().json().with_max_level(LevelFilter::WARN).with_writer(writer).finish();
    // A program that has a log already keeps it.
    let _ = tracing::subscriber::set_global_default(subscriber);
    FaultGuard { _guard: guard }
}
