//! The formats of stored passwords that can be verified. One format = one file; to add one, implement
//! [`Verifier`] and list it in [`VERIFIERS`].

use super::memory::Memory;
use super::{argon2, bcrypt};
use doorward_core::password::Password;

/// One format of stored passwords.
pub trait Verifier: Send + Sync {
    /// Whether a stored text is of this format.
    fn matches(&self, stored: &str) -> bool;

    /// Compares a password with a stored text of this format.
    fn verify(&self, stored: &str, password: &Password, memory: &mut Memory) -> Check;
}

/// What comparing showed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// The password is right.
    Right,
    /// It is wrong.
    Wrong,
    /// The stored text cannot be verified: it is damaged, or asks for more work than its format's ceiling.
    Unusable,
}

/// Every format.
pub static VERIFIERS: &[&dyn Verifier] = &[&argon2::Argon2Phc, &bcrypt::Bcrypt];

/// The format of a stored text, if it is known.
#[must_use]
pub fn find(stored: &str) -> Option<&'static dyn Verifier> {
    VERIFIERS.iter().copied().find(|verifier| verifier.matches(stored))
}
