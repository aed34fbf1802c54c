//! `[mail]`: how mails leave. Its members come with the transports; until then it is empty, and mails stay in the
//! mailbox below `/_doorward/` of the operators' address.

use super::section::Section;

/// The section.
pub(super) static SECTION: Section = Section {
    name: "mail",
    named: None,
    sentence: "How mails leave; it has no members yet, and mails stay in the operators' mailbox.",
    members: &[],
};
