//! The commands, one file each.

pub(crate) mod account;
pub(crate) mod contract;
pub(crate) mod serve;
