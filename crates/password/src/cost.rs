//! How much work one password hash is.

use argon2::{Argon2, Params, Version};
use doorward_core::fault::Fault;

/// The cost of our own hashes: Argon2id, version 1.3 (RFC 9106).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HashCost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub passes: u32,
    /// Lanes, computed one after the other.
    pub lanes: u32,
}

impl Default for HashCost {
    /// 19 MiB, two passes, one lane.
    fn default() -> HashCost {
        HashCost { memory_kib: 19 * 1024, passes: 2, lanes: 1 }
    }
}

/// The length of our hashes in bytes.
pub(crate) const OUTPUT: usize = 32;

impl HashCost {
    /// The least cost the algorithm allows: for tests, where the strength of a hash does not matter.
    #[must_use]
    pub fn least() -> HashCost {
        HashCost { memory_kib: 8, passes: 1, lanes: 1 }
    }

    /// Whether the algorithm allows these numbers.
    ///
    /// # Errors
    /// It does not.
    pub fn check(self) -> Result<(), Fault> {
        self.argon2().map(drop)
    }

    /// The hash function of this cost.
    ///
    /// # Errors
    /// The algorithm does not allow these numbers.
    pub(crate) fn argon2(self) -> Result<Argon2<'static>, Fault> {
        let params = Params::new(self.memory_kib, self.passes, self.lanes, Some(OUTPUT))
            .map_err(|error| Fault::Internal(format!("Argon2 does not allow this cost: {error}")))?;
        Ok(Argon2::new(argon2::Algorithm::Argon2id, Version::V0x13, params))
    }

    /// A first guess of the time one hash takes, in nanoseconds, until one has been measured.
    #[must_use]
    pub fn guess(self) -> u64 {
        const PER_BLOCK: u64 = 500;
        u64::from(self.memory_kib) * u64::from(self.passes) * PER_BLOCK
    }
}
