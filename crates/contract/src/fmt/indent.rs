//! Indentation of block collections: two spaces per level.

use super::layout::Layout;
use super::line::spaces;

/// An open level: how far it was and is indented.
#[derive(Clone, Copy)]
struct Level {
    old: usize,
    new: usize,
}

/// The text with its block collections indented by two spaces each.
pub(super) fn indented(layout: &Layout) -> String {
    let mut levels = vec![Level { old: 0, new: 0 }];
    let mut moved: Vec<isize> = Vec::new();
    let mut lines: Vec<String> = Vec::new();
    for at in 0..layout.count() {
        let line = layout.line(at);
        let body = line.trim_start_matches(' ');
        let old = spaces(line);
        let by = if let Some(owner) = layout.owner(at) {
            moved.get(owner).copied().unwrap_or(0)
        } else if body.is_empty() {
            0
        } else if body.starts_with('#') {
            let next = (at + 1..layout.count()).find(|at| {
                let line = layout.line(*at).trim_start();
                !line.is_empty() && !line.starts_with('#')
            });
            // A comment belongs to what follows it, unless it stands further in.
            let next = next.map_or(0, |at| spaces(layout.line(at)));
            let mut after = levels.clone();
            let level = enter(&mut after, old.min(next.max(old)));
            signed(level.new) - signed(level.old)
        } else {
            let level = enter(&mut levels, old);
            inside(&mut levels, level, body);
            signed(level.new) - signed(level.old)
        };
        moved.push(by);
        lines.push(shifted(line, by));
    }
    lines.join("\n")
}

fn signed(spaces: usize) -> isize {
    isize::try_from(spaces).unwrap_or(0)
}

/// The level of a line that is indented so far.
fn enter(levels: &mut Vec<Level>, old: usize) -> Level {
    while levels.len() > 1 && levels.last().is_some_and(|level| level.old > old) {
        levels.pop();
    }
    let outer = levels.last().copied().unwrap_or(Level { old: 0, new: 0 });
    if outer.old == old {
        return outer;
    }
    let level = Level { old, new: outer.new + 2 };
    levels.push(level);
    level
}

/// A list's item opens a level behind its dash.
fn inside(levels: &mut Vec<Level>, mut level: Level, body: &str) {
    let mut rest = body;
    while let Some(item) = rest.strip_prefix("- ") {
        let content = item.trim_start_matches(' ');
        level = Level { old: level.old + rest.len() - content.len(), new: level.new + 2 };
        levels.push(level);
        rest = content;
    }
}

fn shifted(line: &str, by: isize) -> String {
    let wide = spaces(line);
    if line.trim().is_empty() {
        return line.to_owned();
    }
    let wanted = signed(wide).saturating_add(by).max(0);
    format!("{}{}", " ".repeat(usize::try_from(wanted).unwrap_or(0)), line.get(wide..).unwrap_or(""))
}
