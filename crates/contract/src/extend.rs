//! `extends`: a contract that says only what differs from another, as a JSON merge patch (RFC 7396) on it.

use crate::compile::{Findings, answered_twice};
use crate::diagnostic::{Diagnostic, codes};
use crate::source::{Entry, Node, NodeValue, Sources, parse};

/// What a contract says it extends.
pub(crate) fn base(contract: &Node) -> Option<&Node> {
    contract.get("x-doorward").and_then(|extension| extension.get("extends"))
}

/// The contract laid over the one it extends; nothing when that cannot be read.
pub(crate) fn extended(
    contract: Node,
    sources: &mut Sources,
    open: &dyn Fn(&str) -> Result<String, String>,
    found: &mut Findings,
) -> Option<Node> {
    let Some(path) = base(&contract) else { return Some(contract) };
    let Some(file) = path.as_text() else {
        found.wrong_kind(path, "`extends`", "the path or the name of a contract");
        return None;
    };
    let text = match open(file) {
        Ok(text) => text,
        Err(reason) => {
            let message = format!("cannot read `{file}`: {reason}");
            let help = "a path relative to this file, or the name of a built-in contract";
            found.error(codes::BROKEN_EXTENDS, path.span, message, help);
            return None;
        }
    };
    let mut under = found.kept(parse(sources, file, &text))?;
    if base(&under).is_some() {
        let message = format!("`{file}` extends another contract itself");
        found.error(
            codes::BROKEN_EXTENDS,
            path.span,
            message,
            "only one level: extend the other one directly",
        );
        return None;
    }
    let mut patch = contract;
    each_replies(&mut under, &mut |replies| split_keys(replies, found));
    each_replies(&mut patch, &mut |replies| split_keys(replies, found));
    without_extends(&mut patch);
    Some(merged(under, patch, found))
}

/// RFC 7396: members of maps one by one, null takes away, anything else replaces. A null where there is nothing to take
/// away would be lost, so it is refused.
fn merged(base: Node, patch: Node, found: &mut Findings) -> Node {
    let (span, text_at) = (patch.span, patch.text_at);
    match (base.value, patch.value) {
        (NodeValue::Map(mut members), NodeValue::Map(changes)) => {
            for change in changes {
                let at = members.iter().position(|member| member.key == change.key);
                match (at, change.value.is_null() && !change.bare) {
                    (Some(at), true) => {
                        members.remove(at);
                    }
                    (None, true) => found.push(nothing_to_take(&change, &members)),
                    (Some(at), false) => {
                        let before = members.remove(at);
                        let value = merged(before.value, change.value, found);
                        members.insert(at, Entry { value, ..change });
                    }
                    (None, false) => {
                        let nothing = Node::new(change.value.span, NodeValue::Null);
                        let value = merged(nothing, change.value, found);
                        members.push(Entry { value, ..change });
                    }
                }
            }
            Node { span, value: NodeValue::Map(members), text_at }
        }
        // A map over something else is laid over an empty one.
        (_, NodeValue::Map(changes)) => {
            let empty = Node::new(span, NodeValue::Map(Vec::new()));
            merged(empty, Node { span, value: NodeValue::Map(changes), text_at }, found)
        }
        (_, value) => Node { span, value, text_at },
    }
}

fn nothing_to_take(change: &Entry, members: &[Entry]) -> Diagnostic {
    let message = format!("null takes a member away, and there is no `{}` here", change.key);
    let error = Diagnostic::error(codes::NO_EFFECT, change.key_span, message);
    let error = error.suggest(&change.key, members.iter().map(|member| member.key.as_str()));
    error.help("take the line away; a null that is meant is `\"${null}\"` in a contract that extends another")
}

/// Does something to every `replies` of a contract: of the document, of operations and of their bindings.
fn each_replies(contract: &mut Node, change: &mut dyn FnMut(&mut Node)) {
    if let Some(extension) = member(contract, "x-doorward") {
        of_extension(extension, change);
    }
    let Some(paths) = member(contract, "paths") else { return };
    for path in members(paths) {
        for method in members(&mut path.value) {
            if let Some(extension) = member(&mut method.value, "x-doorward") {
                of_extension(extension, change);
            }
        }
    }
}

fn of_extension(extension: &mut Node, change: &mut dyn FnMut(&mut Node)) {
    if let Some(replies) = member(extension, "replies") {
        change(replies);
    }
    let Some(choose) = member(extension, "choose") else { return };
    if let NodeValue::List(items) = &mut choose.value {
        for item in items {
            if let Some(replies) = member(item, "replies") {
                change(replies);
            }
        }
    }
}

fn members(node: &mut Node) -> &mut [Entry] {
    match &mut node.value {
        NodeValue::Map(entries) => entries,
        _ => &mut [],
    }
}

fn member<'n>(node: &'n mut Node, key: &str) -> Option<&'n mut Node> {
    members(node).iter_mut().find(|entry| entry.key == key).map(|entry| &mut entry.value)
}

/// `a, b: reply` becomes `a: reply` and `b: reply`, so that a patch can change one of them. One that is there twice is
/// refused before the two of them are laid over each other.
fn split_keys(replies: &mut Node, found: &mut Findings) {
    let NodeValue::Map(entries) = &mut replies.value else { return };
    let mut split: Vec<Entry> = Vec::new();
    for entry in entries.iter() {
        for (key, key_span) in entry.words() {
            match split.iter().find(|earlier| earlier.key == key) {
                Some(first) => found.push(answered_twice(key, key_span, first.key_span)),
                None => split.push(Entry { key: key.to_owned(), key_span, ..entry.clone() }),
            }
        }
    }
    *entries = split;
}

fn without_extends(contract: &mut Node) {
    let extension = member(contract, "x-doorward").map(|extension| &mut extension.value);
    if let Some(NodeValue::Map(entries)) = extension {
        entries.retain(|entry| entry.key != "extends");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn over(base: &str, patch: &str) -> Result<Value, Vec<Diagnostic>> {
        let mut sources = Sources::new();
        let mut found = Findings::default();
        let contract = parse(&mut sources, "patch.yaml", patch).expect("yaml");
        let open = |_: &str| Ok(base.to_owned());
        match extended(contract, &mut sources, &open, &mut found) {
            Some(node) => Ok(node.to_json()),
            None => Err(found.all),
        }
    }

    #[test]
    fn a_patch_changes_takes_away_and_adds() {
        let base = "a: 1\nb: {c: 2, d: 3}\nx-doorward: {replies: {'taken, barred': {status: 400}}}\n";
        let patch = "b: {c: null, e: [null]}\nx-doorward: {extends: base.yaml, replies: {barred: {status: 401}}}\nf: {g: 1}\n";
        assert_eq!(
            over(base, patch).expect("extends"),
            json!({"a": 1, "b": {"d": 3, "e": [null]},
                "x-doorward": {"replies": {"taken": {"status": 400}, "barred": {"status": 401}}}, "f": {"g": 1}})
        );
    }

    #[test]
    fn one_level_only() {
        let errors =
            over("x-doorward: {extends: c.yaml}", "x-doorward: {extends: b.yaml}").expect_err("nested");
        assert_eq!(errors[0].code, codes::BROKEN_EXTENDS);
    }
}
