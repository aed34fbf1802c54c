//! The commands, one file each.

pub(crate) mod account;
pub(crate) mod audit;
pub(crate) mod backup;
mod check;
pub(crate) mod config;
pub(crate) mod contract;
pub(crate) mod export;
mod fmt;
mod hands;
pub(crate) mod import;
pub(crate) mod mail;
mod new;
mod sample;
pub(crate) mod serve;
pub(crate) mod test;
mod tryout;
