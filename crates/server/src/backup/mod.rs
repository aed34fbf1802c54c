//! Backups: one file with a line that says what it is, the database, and a checksum over both.
//!
//! ```text
//! doorward-backup 1
//! {"doorward":"0.1.0","made_at":"2026-01-05T12:00:00Z","schema":9,"master_key_id":"…","bytes":98304,…}
//! …the bytes of the database…
//! sha256 …
//! ```

mod file;

pub use file::{Manifest, NotABackup, SUM, read, write};
