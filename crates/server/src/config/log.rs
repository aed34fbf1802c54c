//! `[log]`: what is said on standard error. Access lines go to standard output, always.

use super::kind::Kind;
use super::section::{Group, Member, Section};

/// The section.
pub(super) static SECTION: Section = Section {
    name: "log",
    named: None,
    sentence: "What the program says on standard error; access lines go to standard output.",
    members: &[
        Member::new(
            "level",
            Kind::Choice(&["error", "warn", "info"]),
            "From which level on something is said.",
        )
        .or("\"info\""),
        Member::new(
            "format",
            Kind::Choice(&["auto", "json", "text"]),
            "How it is said: \"auto\" is text on a terminal and JSON anywhere else.",
        )
        .or("\"auto\""),
    ],
};

/// What `[log]` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogSection {
    /// From which level on: `error`, `warn`, `info`.
    pub level: String,
    /// `auto`, `json`, `text`.
    pub format: String,
}

impl LogSection {
    pub(super) fn of(group: &Group) -> LogSection {
        LogSection {
            level: group.text("level").unwrap_or_default(),
            format: group.text("format").unwrap_or_default(),
        }
    }
}

impl Default for LogSection {
    fn default() -> LogSection {
        LogSection::of(&Group::unsaid(&SECTION))
    }
}
