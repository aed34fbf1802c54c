//! Whatever stands in a file, the checker answers: it never panics.

use doorward_contract::source::parse;
use doorward_contract::{
    Entry, Node, NodeValue, Sources, all_builtin, diagnostic, explain, load, open_builtin,
};
use proptest::prelude::*;

/// Words that mean something somewhere.
const WORDS: [&str; 24] = [
    "login",
    "register",
    "$body.username",
    "$tokens.access",
    "${",
    "${a +",
    "${body.x ? 1 : omit}",
    "$account",
    "signed_in",
    "failure",
    "$each",
    "$map",
    "none",
    "204",
    "/",
    "{id}",
    "bearer",
    "username",
    "$view.user",
    "^(a+)+$",
    "7d",
    "\u{0}",
    "",
    "object",
];

#[derive(Clone, Debug)]
enum Change {
    Delete,
    Word(usize),
    Number(i64),
    Null,
    List,
    Map,
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        3 => Just(Change::Delete),
        4 => (0..WORDS.len()).prop_map(Change::Word),
        1 => any::<i64>().prop_map(Change::Number),
        1 => Just(Change::Null),
        1 => Just(Change::List),
        1 => Just(Change::Map),
    ]
}

/// Applies a change to the node with this number; numbers count nodes as they come.
fn apply(node: &mut Node, at: &mut usize, change: &Change) -> bool {
    if *at == 0 {
        node.value = match change {
            Change::Delete => return true,
            Change::Word(word) => NodeValue::Text(WORDS[*word].to_owned()),
            Change::Number(number) => NodeValue::Integer(*number),
            Change::Null => NodeValue::Null,
            Change::List => NodeValue::List(Vec::new()),
            Change::Map => NodeValue::Map(Vec::new()),
        };
        *at = usize::MAX;
        return false;
    }
    *at -= 1;
    match &mut node.value {
        NodeValue::List(items) => {
            items.retain_mut(|item| *at == usize::MAX || !apply(item, at, change));
        }
        NodeValue::Map(entries) => {
            entries.retain_mut(|Entry { value, .. }| *at == usize::MAX || !apply(value, at, change));
        }
        _ => {}
    }
    false
}

fn count(node: &Node) -> usize {
    let below: usize = match &node.value {
        NodeValue::List(items) => items.iter().map(count).sum(),
        NodeValue::Map(entries) => entries.iter().map(|entry| count(&entry.value)).sum(),
        _ => 0,
    };
    below + 1
}

/// The text of one of the built-in contracts.
fn built_in(which: prop::sample::Index) -> &'static str {
    let all: Vec<&str> = all_builtin().map(|(_, text)| text).collect();
    all[which.index(all.len())]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn changed_contracts_never_panic(
        which in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), change()), 1..4),
    ) {
        let mut node = parse(&mut Sources::new(), "a.yaml", built_in(which)).expect("yaml");
        for (at, change) in &changes {
            let mut at = at.index(count(&node));
            apply(&mut node, &mut at, change);
        }
        // JSON is YAML.
        let text = node.to_json().to_string();
        let loaded = load("changed", "changed.yaml", &text, &open_builtin);
        let _ = diagnostic::render(&loaded.diagnostics, &loaded.sources, false);
        let _ = explain(&loaded, None);
    }

    #[test]
    fn cut_contracts_never_panic(which in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), with in "[\\PC\n]{0,8}") {
        let text = built_in(which);
        let at = text.floor_char_boundary(at.index(text.len()));
        let cut = format!("{}{with}{}", &text[..at], text.get(at + 3..).unwrap_or(""));
        let loaded = load("cut", "cut.yaml", &cut, &open_builtin);
        let _ = diagnostic::render(&loaded.diagnostics, &loaded.sources, false);
    }
}
