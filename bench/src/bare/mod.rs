//! The bare parts that bound what Doorward can do.

pub(crate) mod commits;
pub(crate) mod handler;
pub(crate) mod hashes;
