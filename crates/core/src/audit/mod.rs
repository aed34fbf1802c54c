//! The audit trail: its events, the seals over them, and the proof that nobody has changed it.

mod event;
mod segment;
mod verify;

pub use event::{AuditEvent, NumberedEvent};
pub use segment::{Segment, SegmentRow, pruned_mark, seal_key, seal_next};
pub use verify::{Finding, Head, Verdict, verify};
