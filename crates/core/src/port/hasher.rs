//! Password hashing, on a bounded pool.

use crate::fault::Fault;
use crate::password::{Password, PasswordHash, Upgrade, Verdict};
use async_trait::async_trait;

/// Hashes and verifies passwords. Every call costs exactly one hash of the configured strength (two where the password
/// is sent in pieces, as `e` and an accent, and so compared in two forms), and the stored hash of another server its own
/// work besides.
#[async_trait]
pub trait Hasher: Send + Sync {
    /// A new hash of a password.
    ///
    /// # Errors
    /// [`Fault::Overloaded`] when the queue is too long.
    async fn hash(&self, password: &Password) -> Result<PasswordHash, Fault>;

    /// Compares a password with a stored hash. Without one (unknown account, no password) the same work is
    /// done and the verdict is wrong.
    ///
    /// # Errors
    /// [`Fault::Overloaded`] when the queue is too long.
    async fn verify(
        &self,
        password: &Password,
        stored: Option<&PasswordHash>,
        upgrade: Upgrade,
    ) -> Result<Verdict, Fault>;
}
