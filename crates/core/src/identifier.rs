//! What an account signs in by, and when two spellings are the same.

use crate::violation::Violation;
use serde_json::json;
use unicode_normalization::UnicodeNormalization;

/// The longest identifier, in characters.
const LONGEST: u64 = 254;

/// The kinds of identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IdentifierKind {
    /// A name chosen by the person.
    Username,
    /// An e-mail address.
    Email,
    /// A telephone number.
    Phone,
}

impl IdentifierKind {
    /// Every kind, in the order in which they are asked.
    pub const ALL: [IdentifierKind; 3] =
        [IdentifierKind::Username, IdentifierKind::Email, IdentifierKind::Phone];

    /// The name used in contracts, in the store and in audit events.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            IdentifierKind::Username => "username",
            IdentifierKind::Email => "email",
            IdentifierKind::Phone => "phone",
        }
    }

    /// The kind with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<IdentifierKind> {
        IdentifierKind::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// When two spellings of an identifier are the same one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compare {
    /// Only when every character is the same (after NFC).
    Exact,
    /// Also when only letter case differs.
    Caseless,
}

/// One kind of identifier in a realm, with its comparison rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdentifierRule {
    /// Which kind.
    pub kind: IdentifierKind,
    /// When two spellings are the same.
    pub compare: Compare,
}

impl Compare {
    /// The form under which texts are compared.
    #[must_use]
    pub fn canonical(self, written: &str) -> String {
        match self {
            Compare::Exact => written.nfc().collect(),
            // Lower-casing can denormalise and normalising can bring capitals back, so both run twice.
            Compare::Caseless => fold(&fold(written)),
        }
    }
}

impl IdentifierRule {
    /// The form under which uniqueness and look-up are decided. It is idempotent, and computed only here,
    /// never by a database.
    #[must_use]
    pub fn canonical(&self, written: &str) -> String {
        self.compare.canonical(written)
    }

    /// Whether this can be set as an identifier of its kind: one line, no control or invisible format
    /// characters, at most 254 characters, and for an e-mail exactly one `@` with something on both sides.
    #[must_use]
    pub fn acceptable(&self, written: &str) -> bool {
        self.broken(written, "").is_none()
    }

    /// The rule that this identifier, the value of `field`, breaks: its length, or else its form.
    #[must_use]
    pub fn broken(&self, written: &str, field: &str) -> Option<Violation> {
        let length = written.chars().count() as u64;
        if length == 0 {
            return Some(Violation::new(field, "minLength").with_limit(1));
        }
        if length > LONGEST {
            return Some(Violation::new(field, "maxLength").with_limit(LONGEST));
        }
        let clean = !written.chars().any(|c| c.is_control() || is_invisible(c));
        let shaped = match self.kind {
            IdentifierKind::Username => !written.trim().is_empty(),
            IdentifierKind::Email => looks_like_email(written),
            IdentifierKind::Phone => looks_like_phone(written),
        };
        (!clean || !shaped).then(|| {
            let mut violation = Violation::new(field, "format");
            violation.params.insert("format".to_owned(), json!(self.kind.name()));
            violation
        })
    }
}

fn fold(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).nfkc().collect()
}

/// The key under which guesses at one identifier are counted: every spelling that a person would call the
/// same shares it, whatever the realm's comparison rule says.
#[must_use]
pub fn budget_key(written: &str) -> String {
    fold(&fold(written)).trim().to_owned()
}

/// Characters that show nothing or turn the text around. The two joiners (U+200C, U+200D) are part of how Persian and
/// joined emoji are written, and so of names.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2064}' | '\u{FEFF}' | '\u{2028}' | '\u{2029}')
}

fn looks_like_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let bad = |c: char| {
        c.is_whitespace()
            || matches!(c, '\u{200C}' | '\u{200D}')
            || matches!(c, ',' | ';' | '<' | '>' | '(' | ')' | '"' | '\\')
    };
    !local.is_empty()
        && !domain.is_empty()
        && !domain.contains('@')
        && !domain.starts_with('.')
        && !domain.ends_with('.')
        && !text.chars().any(bad)
}

fn looks_like_phone(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    (3..=20).contains(&digits)
        && text.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | ' ' | '(' | ')' | '.'))
}

/// One identifier of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identifier {
    /// Which kind.
    pub kind: IdentifierKind,
    /// As the person wrote it.
    pub written: String,
    /// As it is compared: [`IdentifierRule::canonical`].
    pub canonical: String,
    /// Whether its owner has proved it by a code or link.
    pub verified: bool,
}
