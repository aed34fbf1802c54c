//! What operators read: access lines on standard output, faults on standard error, both one JSON object a line.

mod access;
mod faults;

pub use access::{AccessFile, AccessWriter};
pub use faults::{FaultGuard, FaultLog, log_faults};
