//! The system's clocks.

use doorward_core::port::Clock;
use doorward_core::time::Timestamp;
use doorward_http::Stopwatch;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Wall clock time.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the port's one real implementation")]
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

/// Durations by the monotonic clock.
#[derive(Clone, Copy, Debug)]
pub struct SystemStopwatch {
    start: std::time::Instant,
}

impl Default for SystemStopwatch {
    #[expect(clippy::disallowed_methods, reason = "latencies are measured with the monotonic clock")]
    fn default() -> SystemStopwatch {
        SystemStopwatch { start: std::time::Instant::now() }
    }
}

impl Stopwatch for SystemStopwatch {
    fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }
}
