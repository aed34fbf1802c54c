//! OpenAPI 3.0 as 3.1: the version, and `nullable`.

use super::edit::Edit;
use doorward_contract::{Entry, Node, NodeValue};

/// What must change in a 3.0 document; nothing in a 3.1 one.
pub(super) fn edits(text: &str, root: &Node) -> Vec<Edit> {
    let mut edits = Vec::new();
    let Some(version) =
        root.get("openapi").filter(|node| node.as_text().is_some_and(|text| text.starts_with("3.0")))
    else {
        return edits;
    };
    let quote = text
        .get(version.span.start..)
        .and_then(|rest| rest.chars().next())
        .filter(|c| matches!(c, '"' | '\''));
    let quote = quote.map(String::from).unwrap_or_default();
    edits.push(Edit { from: version.span.start, to: version.span.end, text: format!("{quote}3.1.0{quote}") });
    nullable(text, root, &mut edits);
    edits
}

/// `{type: string, nullable: true}` becomes `{type: [string, "null"]}`.
fn nullable(text: &str, node: &Node, edits: &mut Vec<Edit>) {
    match &node.value {
        NodeValue::Map(entries) => {
            if let (Some(flag), Some(kind)) = (node.entry("nullable"), node.get("type")) {
                let whole = flag.value.as_bool().zip(kind.as_text());
                let there = edits.iter().any(|edit| edit.from == kind.span.start);
                if let Some((is, kind_name)) = whole.filter(|_| !there) {
                    if is {
                        let both = format!("[{kind_name:?}, \"null\"]");
                        edits.push(Edit { from: kind.span.start, to: kind.span.end, text: both });
                    }
                    edits.push(without(text, (node, entries), flag));
                }
            }
            entries.iter().for_each(|entry| nullable(text, &entry.value, edits));
        }
        NodeValue::List(items) => items.iter().for_each(|item| nullable(text, item, edits)),
        _ => {}
    }
}

/// Takes a member out: its line in block style, with a comma in braces.
fn without(text: &str, (map, entries): (&Node, &[Entry]), entry: &Entry) -> Edit {
    let (start, end) = (entry.key_span.start, entry.value.span.end);
    let before = text.get(..start).unwrap_or_default();
    let after = text.get(end..).unwrap_or_default();
    if !text.get(map.span.start..).unwrap_or_default().starts_with('{') {
        let rest = after.find('\n').map_or(text.len(), |at| end + at);
        // The line end before it goes too; the first line of a map keeps its place.
        let first = entries.first().is_some_and(|first| first.key == entry.key);
        let from = before.rfind('\n').filter(|_| !first).unwrap_or(start);
        return Edit { from, to: rest, text: String::new() };
    }
    if let Some(kept) = before.trim_end().strip_suffix(',') {
        return Edit { from: kept.len(), to: end, text: String::new() };
    }
    let comma =
        after.find(',').filter(|at| after.get(..*at).is_some_and(|between| between.trim().is_empty()));
    let gap = |at: usize| {
        let rest = after.get(at + 1..).unwrap_or_default();
        at + 1 + rest.len() - rest.trim_start().len()
    };
    Edit { from: start, to: end + comma.map_or(0, gap), text: String::new() }
}
