//! Spaces inside a line: `{a: 1, b: [c, d]}`, and one after a colon or a dash.

use super::line::{Mark, marks, spaces};

/// The line with its spaces in order. A comment keeps its column if it can.
pub(super) fn spaced(line: &str) -> String {
    let (all, comment) = marks(line);
    let indentation = spaces(line);
    let body: Vec<Mark> = all.into_iter().skip(indentation).collect();
    let mut code = " ".repeat(indentation);
    let mut last: Option<Mark> = None;
    for (at, mark) in body.iter().enumerate() {
        if mark.bare && mark.char == ' ' {
            let following = body.iter().skip(at + 1).find(|next| next.char != ' ' || !next.bare);
            if drops(last, following, &code) {
                continue;
            }
        }
        if last.is_some_and(|last| last.bare && last.char == ',') && mark.char != ' ' && !code.ends_with(' ')
        {
            code.push(' ');
        }
        code.push(mark.char);
        if !(mark.bare && mark.char == ' ') {
            last = Some(*mark);
        }
    }
    let code = code.trim_end().to_owned();
    let Some(start) = comment else { return code };
    let before = line.get(..start).unwrap_or("");
    if code.is_empty() || code == before.trim_end() {
        return line.trim_end().to_owned();
    }
    let (column, width) = (before.chars().count(), code.chars().count());
    let gap = column.saturating_sub(width).max(2);
    format!("{code}{}{}", " ".repeat(gap), line.get(start..).unwrap_or("").trim_end())
}

/// Whether a space goes: at the inside of brackets, before a comma, and all but the first after punctuation.
fn drops(last: Option<Mark>, following: Option<&Mark>, code: &str) -> bool {
    let closes = |mark: &Mark| mark.bare && mark.depth > 0 && matches!(mark.char, '}' | ']' | ',');
    let opened = last.is_some_and(|last| last.bare && matches!(last.char, '{' | '['));
    let punctuation = last.is_some_and(|last| last.bare && matches!(last.char, ':' | ',' | '-'));
    opened || following.is_some_and(closes) || (punctuation && code.ends_with(' '))
}
