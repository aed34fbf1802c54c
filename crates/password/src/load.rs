//! How much work verifying a stored hash is, computed before any of it is done.

use crate::refused::Refused;

/// Work is bounded, since everybody who knows a name can ask for it.
const MOST_MEMORY_KIB: u64 = 256 * 1024;
const MOST_NANOSECONDS: u64 = 1_000_000_000;
/// What is counted as fast: everything below about a hundredth of a second.
const FAST_NANOSECONDS: u64 = 10_000_000;

/// Memory, and time on one core of an ordinary server; the time is an estimate from the number of block operations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// Memory in KiB.
    pub memory_kib: u64,
    /// Time in nanoseconds.
    pub nanoseconds: u64,
}

impl Load {
    /// So many operations of so many nanoseconds each.
    #[must_use]
    pub fn operations(count: u64, nanoseconds: u64) -> Load {
        Load { memory_kib: 0, nanoseconds: count.saturating_mul(nanoseconds) }
    }

    /// The same work with this much memory.
    #[must_use]
    pub fn in_memory(self, memory_kib: u64) -> Load {
        Load { memory_kib, ..self }
    }

    /// One after the other.
    #[must_use]
    pub fn and(self, other: Load) -> Load {
        Load {
            memory_kib: self.memory_kib.max(other.memory_kib),
            nanoseconds: self.nanoseconds.saturating_add(other.nanoseconds),
        }
    }

    /// So many times.
    #[must_use]
    pub fn times(self, count: u64) -> Load {
        Load { memory_kib: self.memory_kib, nanoseconds: self.nanoseconds.saturating_mul(count) }
    }

    /// Whether guessing is cheap enough that the hash should be wrapped.
    #[must_use]
    pub fn is_fast(self) -> bool {
        self.nanoseconds < FAST_NANOSECONDS
    }

    /// Checks the work against what is done at most.
    ///
    /// # Errors
    /// It is more; the message has the numbers. `parameters` says what was asked for, as in `rounds=1000000`.
    pub fn check(self, parameters: &str) -> Result<(), Refused> {
        if self.memory_kib > MOST_MEMORY_KIB {
            return Err(Refused::new(format!(
                "{parameters} takes {} MiB of memory; at most {} MiB are given",
                self.memory_kib.div_ceil(1024),
                MOST_MEMORY_KIB / 1024
            )));
        }
        if self.nanoseconds > MOST_NANOSECONDS {
            return Err(Refused::new(format!(
                "{parameters} takes about {} s of work; at most {} s is done",
                tenths(self.nanoseconds),
                MOST_NANOSECONDS / 1_000_000_000
            )));
        }
        Ok(())
    }
}

fn tenths(nanoseconds: u64) -> String {
    let tenths = nanoseconds / 100_000_000;
    format!("{}.{}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_than_is_done_says_the_numbers() {
        assert!(Load::operations(1_000_000, 1000).in_memory(MOST_MEMORY_KIB).check("x").is_ok());
        let time = Load::operations(2_550_000, 1000).check("rounds=2550000").unwrap_err();
        assert_eq!(time.to_string(), "rounds=2550000 takes about 2.5 s of work; at most 1 s is done");
        let memory = Load::default().in_memory(MOST_MEMORY_KIB + 1).check("m=262145").unwrap_err();
        assert_eq!(memory.to_string(), "m=262145 takes 257 MiB of memory; at most 256 MiB are given");
        assert!(
            Load::operations(u64::MAX, u64::MAX).times(2).and(Load::operations(1, 1)).check("x").is_err()
        );
    }
}
