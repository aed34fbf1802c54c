//! Changes to a text that leave the rest of it as it is.

use super::write;
use doorward_contract::{Node, NodeValue};
use serde_json::Value;

/// These bytes become this text.
#[derive(Debug)]
pub(super) struct Edit {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) text: String,
}

impl Edit {
    /// Makes all changes, none of which overlap.
    pub(super) fn all(text: &str, mut edits: Vec<Edit>) -> String {
        edits.sort_by_key(|edit| (edit.from, edit.to));
        let mut out = String::new();
        let mut at = 0;
        for edit in edits {
            out.push_str(text.get(at..edit.from).unwrap_or_default());
            out.push_str(&edit.text);
            at = edit.to;
        }
        out.push_str(text.get(at..).unwrap_or_default());
        out
    }
}

/// The members of a value, put at the end of a map as the map is written: in block style or in braces.
pub(super) fn insert(text: &str, map: &Node, members: &Value) -> Option<Edit> {
    let Value::Object(wanted) = members else { return None };
    if text.get(map.span.start..)?.starts_with('{') {
        let close = map
            .span
            .end
            .checked_sub(1)
            .filter(|at| text.get(*at..).is_some_and(|rest| rest.starts_with('}')))?;
        let before = text.get(..close)?.trim_end().len();
        let comma = if map.entries().is_empty() { "" } else { ", " };
        let said: Vec<String> = wanted
            .iter()
            .filter(|(key, _)| !key.starts_with('#'))
            .map(|(key, value)| format!("{}: {}", Value::from(key.as_str()), write::json(value)))
            .collect();
        return Some(Edit { from: before, to: before, text: format!("{comma}{}", said.join(", ")) });
    }
    let first = map.entries().first()?;
    let line = text.get(..first.key_span.start)?.rfind('\n').map_or(0, |at| at + 1);
    let indent = text.get(line..first.key_span.start)?.chars().count();
    let end = text.get(..last(map))?.trim_end().len();
    let at = text.get(end..)?.find('\n').map_or(text.len(), |found| end + found);
    Some(Edit { from: at, to: at, text: format!("\n{}", write::block(members, indent)) })
}

/// Where what is written of a node ends. An alias ends with its key: its value is written elsewhere.
fn last(node: &Node) -> usize {
    match &node.value {
        NodeValue::Map(entries) => entries.last().map_or(node.span.end, |entry| {
            if entry.value.span.start < entry.key_span.end {
                entry.key_span.end
            } else {
                last(&entry.value).max(entry.key_span.end)
            }
        }),
        NodeValue::List(items) => match items.last() {
            Some(item) if item.span.start >= node.span.start => last(item),
            _ => node.span.end,
        },
        _ => node.span.end,
    }
}
