//! The commands, one file each.

pub(crate) mod account;
pub(crate) mod backup;
mod check;
pub(crate) mod config;
pub(crate) mod contract;
mod fmt;
pub(crate) mod mail;
mod new;
pub(crate) mod serve;
pub(crate) mod test;
mod tryout;
