//! The commands, one file each.

pub(crate) mod account;
pub(crate) mod audit;
pub(crate) mod backup;
mod check;
pub(crate) mod config;
pub(crate) mod contract;
pub(crate) mod doctor;
pub(crate) mod export;
mod fmt;
pub(crate) mod generated;
mod hands;
pub(crate) mod import;
pub(crate) mod keys;
pub(crate) mod mail;
mod new;
mod sample;
pub(crate) mod serve;
pub(crate) mod session;
pub(crate) mod test;
mod tryout;
