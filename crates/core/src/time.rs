//! Points in time and lengths of time. The clock itself is a port.

use std::time::Duration;

/// A point in time: milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The far future: what a session without a limit is compared with.
    pub const MAX: Timestamp = Timestamp(i64::MAX);

    /// This moment plus a length of time; stays at the end of time rather than wrapping.
    #[must_use]
    pub fn plus(self, length: Duration) -> Timestamp {
        let millis = i64::try_from(length.as_millis()).unwrap_or(i64::MAX);
        Timestamp(self.0.saturating_add(millis))
    }

    /// How much time lies between `earlier` and this moment; zero when it is not earlier.
    #[must_use]
    pub fn since(self, earlier: Timestamp) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// Whole seconds since the epoch, as JWT's NumericDate counts (RFC 7519 section 2).
    #[must_use]
    pub fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// The moment that a NumericDate names.
    #[must_use]
    pub fn from_seconds(seconds: i64) -> Timestamp {
        Timestamp(seconds.saturating_mul(1000))
    }

    /// This moment without its fraction of a second: what a JWT's `iat` and `exp` can say.
    #[must_use]
    pub fn whole_second(self) -> Timestamp {
        Timestamp::from_seconds(self.seconds())
    }
}
