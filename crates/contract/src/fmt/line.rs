//! One line of block YAML: where its comment begins, and which characters are punctuation.

/// A character of a line, with what it is part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    /// The character.
    pub(super) char: char,
    /// Where it stands, in bytes.
    pub(super) at: usize,
    /// How many braces and brackets are open before it.
    pub(super) depth: usize,
    /// Whether it is punctuation, not part of a text.
    pub(super) bare: bool,
}

/// The line's characters up to its comment, and where the comment begins.
pub(super) fn marks(line: &str) -> (Vec<Mark>, Option<usize>) {
    let mut marks: Vec<Mark> = Vec::new();
    let mut quote: Option<char> = None;
    let (mut depth, mut fresh, mut escaped) = (0_usize, true, false);
    let mut characters = line.char_indices().peekable();
    while let Some((at, char)) = characters.next() {
        let next = characters.peek().map(|(_, next)| *next);
        let mut bare = false;
        if let Some(open) = quote {
            if escaped {
                escaped = false;
            } else if open == '"' && char == '\\' {
                escaped = true;
            } else if char == open {
                // `''` inside single quotes closes and opens again.
                quote = None;
                fresh = open == '\'' && next == Some('\'');
            }
        } else {
            let after_space = marks.last().is_none_or(|mark| mark.char == ' ');
            match char {
                '#' if after_space => return (marks, Some(at)),
                '\'' | '"' if fresh => quote = Some(char),
                '{' | '[' if fresh || depth > 0 => bare = true,
                '}' | ']' | ',' if depth > 0 => bare = true,
                ':' if next.is_none_or(|next| next == ' ')
                    || (depth > 0 && next.is_some_and(|next| ",}]".contains(next))) =>
                {
                    bare = true;
                }
                '-' if fresh && depth == 0 && next == Some(' ') => bare = true,
                ' ' => bare = true,
                _ => {}
            }
            fresh = (bare && char != '}' && char != ']' && (char != ' ' || fresh || ends_a_mark(&marks)))
                && quote.is_none();
        }
        marks.push(Mark { char, at, depth, bare });
        match char {
            '{' | '[' if bare => depth += 1,
            '}' | ']' if bare => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    (marks, None)
}

/// Whether the last word is an anchor: what follows it begins anew.
fn ends_a_mark(marks: &[Mark]) -> bool {
    let word = marks.iter().rev().take_while(|mark| !mark.bare).last();
    word.is_some_and(|mark| mark.char == '&')
}

/// The line without its comment, and the comment with its `#`.
pub(super) fn without_comment(line: &str) -> (&str, Option<&str>) {
    match marks(line).1 {
        Some(at) => (line.get(..at).unwrap_or(line).trim_end(), line.get(at..)),
        None => (line, None),
    }
}

/// How many spaces a line begins with.
pub(super) fn spaces(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}
