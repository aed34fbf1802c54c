//! A clock that moves only when told to.

use doorward_core::port::Clock;
use doorward_core::time::Timestamp;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// A clock in the test's hands. Clones show the same time.
#[derive(Clone, Debug)]
pub struct FakeClock {
    millis: Arc<AtomicI64>,
}

impl FakeClock {
    /// A clock that stands at this time.
    #[must_use]
    pub fn new(now: Timestamp) -> FakeClock {
        FakeClock { millis: Arc::new(AtomicI64::new(now.0)) }
    }

    /// Puts the clock to this time, forwards or backwards.
    pub fn set(&self, now: Timestamp) {
        self.millis.store(now.0, Ordering::SeqCst);
    }

    /// Moves the clock forwards.
    pub fn advance(&self, length: Duration) {
        let millis = i64::try_from(length.as_millis()).unwrap_or(i64::MAX);
        self.millis.fetch_add(millis, Ordering::SeqCst);
    }
}

impl Default for FakeClock {
    /// A clock that stands at 2026-01-01T00:00:00Z.
    fn default() -> FakeClock {
        FakeClock::new(Timestamp::from_seconds(1_767_225_600))
    }
}

impl Clock for FakeClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.millis.load(Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_show_the_same_time() {
        let clock = FakeClock::default();
        let other = clock.clone();
        clock.advance(Duration::from_millis(1500));
        assert_eq!(other.now(), FakeClock::default().now().plus(Duration::from_millis(1500)));
        other.set(Timestamp(7));
        assert_eq!(clock.now(), Timestamp(7));
    }
}
