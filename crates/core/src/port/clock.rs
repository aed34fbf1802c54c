//! The time.

use crate::time::Timestamp;

/// Says what time it is.
pub trait Clock: Send + Sync {
    /// The current time.
    fn now(&self) -> Timestamp;
}
