//! The commands, one file each.

pub(crate) mod account;
mod check;
pub(crate) mod contract;
mod fmt;
pub(crate) mod serve;
pub(crate) mod test;
mod tryout;
