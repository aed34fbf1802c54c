//! Bringing accounts from elsewhere, and taking them away again: one format both ways (docs/import.md).
//!
//! The command reads the file (`jsonl.rs`, `csv.rs`), makes stored hashes of what stands there (`hashes.rs`), and sends
//! rows in batches (`drive.rs`) to whoever has the data: the running server, or this process. There they become accounts
//! (`row.rs`) under the realm's rules, and are added by an action like all others (`batch.rs`).

mod batch;
mod csv;
mod drive;
mod export;
mod hashes;
mod journal;
mod jsonl;
mod members;
mod reading;
mod refused;
mod report;
mod row;
mod sample;

pub use batch::{Batch, Row, add, describe};
pub use drive::{Ask, Drive, drive};
pub use export::{Page, export};
pub use hashes::Hashes;
pub use reading::{Format, Source};
pub use report::Report;
pub use sample::{Sample, verify};
