//! A long line whose value is a collection in braces or brackets, as a block.

use super::line::{Mark, marks, spaces, without_comment};

/// The lines that a line becomes; nothing where it cannot be wrapped.
pub(super) fn wrapped(line: &str) -> Option<Vec<String>> {
    let (code, comment) = without_comment(line);
    let code = code.trim_end();
    let (all, _) = marks(code);
    let open = all.iter().find(|mark| mark.bare && mark.depth == 0 && matches!(mark.char, '{' | '['))?;
    let close = all.last().filter(|mark| mark.bare && mark.depth == 1 && matches!(mark.char, '}' | ']'))?;
    let closed_before = all.iter().any(|mark| mark.depth == 0 && mark.at > open.at);
    if closed_before {
        return None;
    }
    let members = members(code, &all, (open.at + 1, close.at))?;
    let head = code.get(..open.at)?.trim_end();
    let indentation = spaces(code);
    let dashes = dashes(code.get(indentation..)?);
    let column = indentation + dashes;
    let own = head.get(column..).unwrap_or("").trim();
    let mut lines: Vec<String> =
        comment.iter().map(|comment| format!("{}{comment}", " ".repeat(indentation))).collect();
    if own.is_empty() && dashes > 0 && open.char == '{' {
        // The first member stands behind the dash.
        let dash = code.get(..column)?;
        let rest = members.iter().skip(1).map(|member| format!("{}{member}", " ".repeat(column)));
        lines.extend(std::iter::once(format!("{dash}{}", members.first()?)).chain(rest));
        return Some(lines);
    }
    if own.is_empty() {
        return None;
    }
    let mark = if open.char == '[' { "- " } else { "" };
    lines.push(head.to_owned());
    lines.extend(members.iter().map(|member| format!("{}{mark}{member}", " ".repeat(column + 2))));
    Some(lines)
}

/// The members between a pair of brackets; nothing where there are none.
fn members<'l>(code: &'l str, all: &[Mark], (start, end): (usize, usize)) -> Option<Vec<&'l str>> {
    let commas =
        all.iter().filter(|mark| mark.bare && mark.depth == 1 && mark.char == ',' && mark.at >= start);
    let mut found = Vec::new();
    let mut from = start;
    for at in commas.map(|mark| mark.at).chain([end]) {
        let member = code.get(from..at)?.trim();
        if member.is_empty() {
            return None;
        }
        found.push(member);
        from = at + 1;
    }
    Some(found)
}

/// How many characters of a body are dashes of list items.
fn dashes(body: &str) -> usize {
    let mut rest = body;
    while let Some(item) = rest.strip_prefix("- ") {
        rest = item.trim_start_matches(' ');
    }
    body.len() - rest.len()
}
