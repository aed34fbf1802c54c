//! Two byte strings that should be equal, and where they part.

use doorward_contract::Span;

/// How much is shown before and after the place where two long values part.
const BEFORE: usize = 60;
const AFTER: usize = 60;

/// Something that is not as the story says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Where the story says it.
    pub at: Span,
    /// What differs: `the body`, `the status`.
    pub what: String,
    /// What should have come; nothing where nothing should.
    pub expected: Option<String>,
    /// What came; nothing where nothing did.
    pub actual: Option<String>,
    /// Where both are JSON: what differs in it, member by member.
    pub members: Vec<String>,
}

impl Difference {
    /// The first byte in which both differ.
    #[must_use]
    pub fn position(&self) -> usize {
        let (expected, actual) = (self.expected.as_deref(), self.actual.as_deref());
        let pairs = expected.unwrap_or_default().bytes().zip(actual.unwrap_or_default().bytes());
        pairs.take_while(|(one, other)| one == other).count()
    }

    /// The difference for people: both values, a mark below the first byte that differs, and what differs member by
    /// member.
    #[must_use]
    pub fn text(&self) -> String {
        let members: String = self.members.iter().map(|line| format!("  - {line}\n")).collect();
        self.values() + &members
    }

    fn values(&self) -> String {
        match (&self.expected, &self.actual) {
            // Of one word and another, everybody sees where they part.
            (Some(expected), Some(actual)) if is_word(expected) && is_word(actual) => {
                format!("{} is {actual}, not {expected}\n", self.what)
            }
            (Some(expected), Some(actual)) => {
                let at = self.position();
                let (left, before) = window(expected, at);
                let (right, _) = window(actual, at);
                let mark = " ".repeat(before);
                let what = &self.what;
                format!(
                    "{what} differs at byte {at}\n  expected  {left}\n  actual    {right}\n            {mark}^\n"
                )
            }
            (Some(expected), None) => {
                format!("{} is missing\n  expected  {}\n", self.what, window(expected, 0).0)
            }
            (None, Some(actual)) => {
                format!("{} should not be there\n  actual    {}\n", self.what, window(actual, 0).0)
            }
            (None, None) => format!("{} is wrong\n", self.what),
        }
    }
}

fn is_word(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 40
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// The part of a value around a byte, on one line, and how many characters stand before that byte.
fn window(text: &str, at: usize) -> (String, usize) {
    let at = text.floor_char_boundary(at.min(text.len()));
    let from = text.floor_char_boundary(at.saturating_sub(BEFORE));
    let to = text.ceil_char_boundary(at.saturating_add(AFTER).min(text.len()));
    let line = |part: &str| part.chars().map(shown).collect::<String>();
    let mut before = line(text.get(from..at).unwrap_or_default());
    if from > 0 {
        before.insert(0, '…');
    }
    let mut all = before.clone() + &line(text.get(at..to).unwrap_or_default());
    if to < text.len() {
        all.push('…');
    }
    (all, before.chars().count())
}

fn shown(c: char) -> String {
    if c.is_control() { c.escape_default().to_string() } else { c.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use doorward_contract::Sources;

    fn difference(expected: Option<&str>, actual: Option<&str>) -> Difference {
        let source = Sources::new().add("x", "");
        let at = Span { source, start: 0, end: 0 };
        let own = |text: &str| text.to_owned();
        Difference {
            at,
            what: own("the body"),
            expected: expected.map(own),
            actual: actual.map(own),
            members: Vec::new(),
        }
    }

    #[test]
    fn the_mark_stands_below_the_first_byte_that_differs() {
        let said = difference(Some("{\"a\":\"이름\",\"b\":1}"), Some("{\"a\":\"이름\",\"b\":2}"));
        let text = said.text();
        assert_eq!(said.position(), 18);
        assert_eq!(
            text,
            "the body differs at byte 18\n  expected  {\"a\":\"이름\",\"b\":1}\n  actual    {\"a\":\"이름\",\"b\":2}\n                          ^\n"
        );
    }

    #[test]
    fn long_values_are_cut_and_line_ends_are_shown() {
        let long = format!("{}X{}", "a".repeat(100), "b\n".repeat(100));
        let text = difference(Some(&long), Some(&long.replace('X', "Y"))).text();
        assert!(text.contains(&format!("…{}X", "a".repeat(60))) && text.contains("b\\n"), "{text}");
        assert_eq!(text.lines().count(), 4);
        assert!(difference(None, Some("a=1")).text().starts_with("the body should not be there"));
        assert_eq!(difference(Some("401"), Some("500")).text(), "the body is 500, not 401\n");
        assert!(difference(Some(""), None).text().starts_with("the body is missing"));
    }
}
