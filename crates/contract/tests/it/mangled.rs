//! Contracts as a slip, a bad merge or malice leaves them: the text itself is mangled. Whatever comes of it loads or
//! is diagnosed; it never panics, and the work is bounded by numbers that are counted here.
//!
//! `DOORWARD_FUZZ_CASES` sets how many are tried.

use doorward_contract::plan::Plan;
use doorward_contract::source::parse;
use doorward_contract::{Node, NodeValue, Severity, Sources, all_builtin, diagnostic, load, open_builtin};
use proptest::prelude::*;
use std::fmt::Write;
use std::path::Path;

/// What the reader promises.
const MOST_NODES: usize = 200_000;
const DEEPEST: usize = 64 + 1;

#[expect(clippy::disallowed_methods, reason = "how many cases are tried is the machine's business")]
pub(crate) fn cases() -> u32 {
    std::env::var("DOORWARD_FUZZ_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(200)
}

/// The built-in contracts and those of the tests.
pub(crate) fn real() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folders = ["crates/server/tests/it/stories", "crates/http/src/testing", "examples/contracts"];
    let entries = folders.iter().filter_map(|folder| std::fs::read_dir(root.join(folder)).ok()).flatten();
    let mut files: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|file| file.extension().is_some_and(|ending| ending == "yaml"));
    files.sort();
    let texts = files.iter().map(|file| std::fs::read_to_string(file).expect("a readable file"));
    all_builtin().map(|(_, text)| text.to_owned()).chain(texts).collect()
}

/// Odd things to stand where a value stood.
const ODD: [&str; 26] = [
    "",
    "~",
    "null",
    "0",
    "-1",
    "1e999",
    ".nan",
    "0x7f",
    "true",
    "on",
    "[]",
    "{}",
    "[[]]",
    "{a}",
    "{a: 1, a: 2}",
    "\"\\u0000\"",
    "'",
    "\"",
    "*x",
    "&x 1",
    "!!binary x",
    "| ",
    "$account",
    "${",
    "%",
    "\u{feff}\u{2028}x: é",
];

/// What a slip does to the lines of a text.
#[derive(Clone, Debug)]
pub(crate) enum Slip {
    Delete,
    Double,
    Swap(prop::sample::Index),
    Indent(i8),
    Value(usize),
    Cut,
    Bytes(String),
    Nest(u8, bool),
    Long(u16),
    Bombs(u8),
}

pub(crate) fn slip() -> impl Strategy<Value = Slip> {
    prop_oneof![
        3 => Just(Slip::Delete),
        3 => Just(Slip::Double),
        2 => any::<prop::sample::Index>().prop_map(Slip::Swap),
        3 => (-4_i8..5).prop_map(Slip::Indent),
        5 => (0..ODD.len()).prop_map(Slip::Value),
        1 => Just(Slip::Cut),
        2 => "[\\PC\t\r\u{0}\u{1b}]{1,6}".prop_map(Slip::Bytes),
        1 => (any::<u8>(), any::<bool>()).prop_map(|(depth, brace)| Slip::Nest(depth, brace)),
        1 => any::<u16>().prop_map(Slip::Long),
        1 => (2_u8..40).prop_map(Slip::Bombs),
    ]
}

/// The text after a `key:`, if the line has one.
fn with_value(line: &str, value: &str) -> String {
    match line.find(": ") {
        Some(at) => format!("{}: {value}", &line[..at]),
        None => format!("{line} {value}"),
    }
}

pub(crate) fn apply(lines: &mut Vec<String>, at: usize, slip: &Slip) {
    let line = lines[at].clone();
    match slip {
        Slip::Delete => drop(lines.remove(at)),
        Slip::Double => lines.insert(at, line),
        Slip::Swap(other) => {
            let other = other.index(lines.len());
            lines.swap(at, other);
        }
        Slip::Indent(by) if *by < 0 => {
            let spaces = line.len() - line.trim_start_matches(' ').len();
            lines[at] = line[spaces.min(usize::from(by.unsigned_abs()))..].to_owned();
        }
        Slip::Indent(by) => lines[at] = format!("{}{line}", " ".repeat(usize::from(by.unsigned_abs()))),
        Slip::Value(odd) => lines[at] = with_value(&line, ODD[*odd]),
        Slip::Cut => lines.truncate(at + 1),
        Slip::Bytes(bytes) => {
            let middle = line.floor_char_boundary(line.len() / 2);
            lines[at] = format!("{}{bytes}{}", &line[..middle], &line[middle..]);
        }
        Slip::Nest(depth, brace) => {
            let (open, close) = if *brace { ("{a: ", "}") } else { ("[", "]") };
            let depth = usize::from(*depth);
            lines[at] = with_value(&line, &format!("{}1{}", open.repeat(depth), close.repeat(depth)));
        }
        Slip::Long(length) => {
            let length = usize::from(*length);
            lines[at] = with_value(&line, &format!("\"${{body.a{}}}\"", " + body.a".repeat(length / 9)));
        }
        Slip::Bombs(count) => lines[at] = with_value(&line, &bomb(usize::from(*count))),
    }
}

/// Anchors of which each holds the one before twice.
fn bomb(count: usize) -> String {
    let mut text = "[&b0 [x, x]".to_owned();
    for n in 1..count {
        let _ = write!(text, ", &b{n} [*b{before}, *b{before}]", before = n - 1);
    }
    text + "]"
}

fn count(node: &Node, depth: usize, deepest: &mut usize) -> usize {
    *deepest = depth.max(*deepest);
    let below: usize = match &node.value {
        NodeValue::List(items) => items.iter().map(|item| count(item, depth + 1, deepest)).sum(),
        NodeValue::Map(entries) => entries.iter().map(|entry| count(&entry.value, depth + 1, deepest)).sum(),
        _ => 0,
    };
    below + 1
}

/// Loads a text, and holds what came of it against what is promised.
fn within_bounds(text: &str) -> Option<Plan> {
    if let Ok(node) = parse(&mut Sources::new(), "m.yaml", text) {
        let mut deepest = 0;
        assert!(count(&node, 0, &mut deepest) <= MOST_NODES);
        assert!(deepest <= DEEPEST, "{deepest} levels");
    }
    let loaded = load("m", "m.yaml", text, &open_builtin);
    let said = diagnostic::render(&loaded.diagnostics, &loaded.sources, false);
    let errors = loaded.diagnostics.iter().filter(|found| found.severity == Severity::Error).count();
    assert_eq!(loaded.plan.is_none(), errors > 0, "loads, or says why not:\n{said}");
    for found in &loaded.diagnostics {
        let name = loaded.sources.name(found.primary.source);
        let place = found.primary.start <= found.primary.end
            && found.primary.end <= loaded.sources.text(found.primary.source).len();
        assert!(place && !name.is_empty() && !found.message.is_empty(), "{found:?}");
    }
    loaded.plan
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), ..ProptestConfig::default() })]

    #[test]
    fn mangled_contracts_load_or_are_diagnosed(
        which in any::<prop::sample::Index>(),
        slips in prop::collection::vec((any::<prop::sample::Index>(), slip()), 1..5),
    ) {
        let all = real();
        let mut lines: Vec<String> = which.get(&all).lines().map(str::to_owned).collect();
        for (at, slip) in &slips {
            if !lines.is_empty() {
                let at = at.index(lines.len());
                apply(&mut lines, at, slip);
            }
        }
        within_bounds(&lines.join("\n"));
    }

    #[test]
    fn any_bytes_are_diagnosed(text in "[\\PC\n\t\r\u{0}:\\-\\[\\]{}&*#|>'\"]{0,200}") {
        within_bounds(&text);
    }
}

/// The errors of a text, by code.
fn refused(text: &str) -> Vec<String> {
    assert!(within_bounds(text).is_none(), "{}", &text[..text.len().min(400)]);
    let loaded = load("m", "m.yaml", text, &open_builtin);
    let errors = loaded.diagnostics.iter().filter(|found| found.severity == Severity::Error);
    errors.map(|found| found.code.to_string()).collect()
}

const HEAD: &str = "openapi: 3.1.0\ninfo: {title: T, version: '1'}\n";
const LOGIN: &str = "paths:
  /login:
    post:
      x-doorward:
        action: login
        input: {email: $body.email, password: $body.password}
        replies: {signed_in: {body: {token: $tokens.access, view: $view.v40}}}
";

fn document(rest: &str) -> String {
    let top = "  account: {identifiers: [email]}\n  tokens: {access: {opaque: {}, lifetime: 1d}}\n  \
               shapes: {failure: {body: {e: $outcome.name}}}\n  replies: {failure: {}}\n";
    format!("{HEAD}x-doorward:\n{top}{rest}{LOGIN}")
}

#[test]
fn aliases_that_double_are_refused() {
    assert_eq!(refused(&format!("a: {}", bomb(60))), ["DW001"]);
}

#[test]
fn aliases_that_nest_are_refused() {
    let mut text = "l0: &a0 1\n".to_owned();
    for n in 1..400 {
        let _ = writeln!(text, "l{n}: &a{n} [[[[[[*a{before}]]]]]]", before = n - 1);
    }
    assert_eq!(refused(&text), ["DW001"]);
}

#[test]
fn anchors_inside_anchors_are_not_kept_without_end() {
    let open: String = (0..60).map(|n| format!("&a{n} [")).collect();
    let text = format!("a: {open}{}1{}", "1,".repeat(60_000), "]".repeat(60));
    assert_eq!(refused(&text), ["DW001"]);
}

#[test]
fn views_that_double_are_refused() {
    let mut views = "  views:\n    v0: {a: $account.email}\n".to_owned();
    for n in 1..=40 {
        let _ = writeln!(views, "    v{n}: {{a: $view.v{before}, b: $view.v{before}}}", before = n - 1);
    }
    let codes = refused(&document(&views));
    assert!(codes.contains(&"DW038".to_owned()), "{codes:?}");
}

#[test]
fn views_in_views_in_views_are_refused() {
    let mut views = "  views:\n    v0: {a: $account.email}\n".to_owned();
    for n in 1..=2000 {
        let _ = writeln!(views, "    v{n}: {{a: $view.v{before}}}", before = n - 1);
    }
    let codes = refused(&document(&views).replace("$view.v40", "$view.v2000"));
    assert!(codes.contains(&"DW038".to_owned()), "{codes:?}");
    // As deep as one reads it is fine.
    let few: String = views.lines().take(12).map(|line| format!("{line}\n")).collect();
    assert!(within_bounds(&document(&few).replace("$view.v40", "$view.v10")).is_some());
}

#[test]
fn references_that_double_are_refused() {
    let mut schemas =
        "components:\n  schemas:\n    s0: {type: object, properties: {a: {type: string}}}\n".to_owned();
    for n in 1..=40 {
        let to = format!("{{$ref: '#/components/schemas/s{}'}}", n - 1);
        let _ = writeln!(schemas, "    s{n}: {{type: object, properties: {{a: {to}, b: {to}}}}}");
    }
    let body = "    post:\n      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/s40'}}}}\n";
    let text = document("").replace("    post:\n", body).replace(", view: $view.v40", "");
    let codes = refused(&text.replace("x-doorward:\n  account", &format!("{schemas}x-doorward:\n  account")));
    assert!(codes.contains(&"DW038".to_owned()), "{codes:?}");
}
