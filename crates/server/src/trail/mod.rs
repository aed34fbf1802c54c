//! The audit trail for operators: which events, how they are shown, and how old ones are removed.

mod filter;
mod prune;
mod view;

pub use filter::Filter;
pub use prune::{Pruning, TrailRequest, TrailWork, prune};
pub use view::{event_json, event_line, finding_json, verdict_json, verdict_text};
