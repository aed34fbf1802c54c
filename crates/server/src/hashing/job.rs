//! One piece of work for the pool.

use doorward_core::fault::Fault;
use doorward_core::password::{Password, PasswordHash, Upgrade, Verdict};
use tokio::sync::oneshot;

/// A task and where its result goes.
pub(super) struct Job {
    pub(super) task: Task,
    pub(super) reply: oneshot::Sender<Result<Done, Fault>>,
}

/// What to do.
pub(super) enum Task {
    /// Hash a new password.
    Hash(Password),
    /// Compare a password with a stored one.
    Verify(Password, Option<PasswordHash>, Upgrade),
}

/// What was done.
pub(super) enum Done {
    /// The new hash.
    Hash(PasswordHash),
    /// What comparing showed.
    Verdict(Verdict),
}
