//! Formatting: the same document, stable, with its comments, over every contract and what slips make of them.

use crate::mangled::{Slip, apply, cases, real, slip};
use doorward_contract::fmt::{LONGEST_LINE, format, says_the_same};
use doorward_contract::source::parse;
use doorward_contract::{Node, Sources};
use proptest::prelude::*;

fn read(text: &str) -> Option<Node> {
    parse(&mut Sources::new(), "f.yaml", text).ok()
}

/// Every comment by itself; where it stands may change.
fn comments(text: &str) -> Vec<&str> {
    let mut found: Vec<&str> = text
        .lines()
        .filter_map(|line| {
            line.find(" #").map(|at| line[at..].trim()).or(line.starts_with('#').then_some(line.trim_end()))
        })
        .collect();
    found.sort_unstable();
    found
}

/// Formats a text, and holds what came of it against what is promised.
fn formatted(text: &str) -> Option<String> {
    let Some(before) = read(text) else {
        assert!(format("f.yaml", text).is_err());
        return None;
    };
    let once = format("f.yaml", text).unwrap_or_else(|_| panic!("it parses: {text}"));
    let after = read(&once).unwrap_or_else(|| panic!("{text}\nbecame\n{once}"));
    assert!(says_the_same(&before, &after), "{text}\nbecame\n{once}");
    assert_eq!(comments(text), comments(&once), "{text}\nbecame\n{once}");
    let twice = format("f.yaml", &once).unwrap_or_else(|_| panic!("it parses: {once}"));
    assert_eq!(once, twice, "stable");
    Some(once)
}

#[test]
fn every_contract_stays_what_it_says() {
    for text in real() {
        let tidy = formatted(&text).expect("a contract");
        for line in tidy.lines().filter(|line| line.chars().count() > LONGEST_LINE) {
            assert!(
                text.lines().any(|before| before.trim() == line.trim()),
                "a long line of its own: {line}"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases() / 8, ..ProptestConfig::default() })]

    #[test]
    fn mangled_contracts_stay_what_they_say(
        which in any::<prop::sample::Index>(),
        slips in prop::collection::vec((any::<prop::sample::Index>(), slip()), 1..4),
        unindented in any::<bool>(),
    ) {
        let all = real();
        let text = which.get(&all);
        // Wider indentation everywhere: what another editor leaves.
        let wide = |line: &str| {
            let spaces = line.len() - line.trim_start().len();
            format!("{}{line}", " ".repeat(if unindented { 0 } else { spaces }))
        };
        let mut lines: Vec<String> = text.lines().map(wide).collect();
        for (at, slip) in slips.iter().filter(|(_, slip)| !matches!(slip, Slip::Long(_) | Slip::Bombs(_))) {
            if !lines.is_empty() {
                let at = at.index(lines.len());
                apply(&mut lines, at, slip);
            }
        }
        formatted(&lines.join("\n"));
    }
}
