//! Blank lines: never two, one between the large parts, one between paths; and the line break at the end.

use super::layout::Layout;
use super::line::spaces;

/// The parts at the top that stand apart.
const SECTIONS: [&str; 2] = ["x-doorward:", "paths:"];

/// The text with its blank lines in order.
pub(super) fn separated(layout: &Layout) -> String {
    let mut lines: Vec<&str> = Vec::new();
    // Comments that stand right above what follows belong to it.
    let mut comments = 0;
    let mut paths: Option<usize> = None;
    for at in 0..layout.count() {
        let line = layout.line(at);
        if layout.continues(at) {
            lines.push(line);
            comments = 0;
            continue;
        }
        let body = line.trim_start();
        if body.is_empty() {
            if lines.last().is_some_and(|last| !last.trim().is_empty()) {
                lines.push("");
            }
            comments = 0;
            continue;
        }
        if body.starts_with('#') {
            lines.push(line);
            comments += 1;
            continue;
        }
        let wide = spaces(line);
        let first_path = paths.is_some() && lines.last().is_some_and(|last| last.starts_with("paths:"));
        let apart = match paths {
            _ if wide == 0 => SECTIONS.iter().any(|section| body.starts_with(section)),
            Some(column) => {
                (column == 0 || wide == column) && !first_path && above(&lines, comments) != Some("paths:")
            }
            None => false,
        };
        if wide == 0 {
            paths = body.starts_with("paths:").then_some(0);
        } else if paths == Some(0) {
            paths = Some(wide);
        }
        let before = lines.len() - comments;
        if apart && before > 0 && lines.get(before - 1).is_some_and(|last| !last.trim().is_empty()) {
            lines.insert(before, "");
        }
        lines.push(line);
        comments = 0;
    }
    while lines.last().is_some_and(|last| last.trim().is_empty()) {
        lines.pop();
    }
    format!("{}\n", lines.join("\n"))
}

/// The line above the comments.
fn above<'l>(lines: &[&'l str], comments: usize) -> Option<&'l str> {
    lines.len().checked_sub(comments + 1).and_then(|at| lines.get(at)).copied()
}
