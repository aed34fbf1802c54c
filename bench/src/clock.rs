//! The bench measures time, so it reads the clock; it does so here.

use std::time::Instant;

/// Now, on the monotonic clock.
#[expect(clippy::disallowed_methods, reason = "a bench measures wall time")]
pub(crate) fn now() -> Instant {
    Instant::now()
}
