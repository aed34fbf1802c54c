use super::*;
use crate::diagnostic::render;
use proptest::prelude::*;
use serde_json::{Value, json};

fn read(text: &str) -> (Sources, Result<Node, Vec<Diagnostic>>) {
    let mut sources = Sources::new();
    let result = parse(&mut sources, "a.yaml", text);
    (sources, result)
}

fn node(text: &str) -> Node {
    let (sources, result) = read(text);
    result.unwrap_or_else(|found| panic!("{}", render(&found, &sources, false)))
}

fn json_of(text: &str) -> Value {
    node(text).to_json()
}

fn refusal(text: &str) -> (Sources, Diagnostic) {
    let (sources, result) = read(text);
    let mut found = result.expect_err(text);
    assert!(found.iter().all(|error| error.code == codes::INVALID_DOCUMENT && !error.help.is_empty()));
    (sources, found.remove(0))
}

#[test]
fn scalars_follow_the_core_schema() {
    assert_eq!(
        json_of("a: 12\nb: no\nc: \"12\"\nd: '~'\ne: ~\nf:\ng: 3.1.0\nh: true\n"),
        json!({"a": 12, "b": "no", "c": "12", "d": "~", "e": null, "f": null, "g": "3.1.0", "h": true})
    );
}

#[test]
fn order_of_members_is_kept() {
    let value = json_of("z: 1\na: 2\nm: {y: 1, b: 2}\n");
    assert_eq!(value.to_string(), r#"{"z":1,"a":2,"m":{"y":1,"b":2}}"#);
}

#[test]
fn keys_may_be_words_statuses_and_booleans() {
    assert_eq!(
        json_of("200: a\ntrue: b\n'x y': c\nbad, worse: d\n").to_string(),
        r#"{"200":"a","true":"b","x y":"c","bad, worse":"d"}"#
    );
}

#[test]
fn an_empty_source_is_null() {
    assert_eq!(json_of(""), Value::Null);
    assert_eq!(json_of("# only a comment\n"), Value::Null);
}

#[test]
fn korean_text_has_right_spans() {
    let text = "이름: 홍길동\n답: {error: \"이미 존재\", 'b': '값'}\n";
    let mut sources = Sources::new();
    let root = parse(&mut sources, "a.yaml", text).expect("reads");
    let name = root.get("이름").expect("name");
    assert_eq!(sources.slice(name.span), "홍길동");
    assert_eq!(sources.slice(root.entries()[1].key_span), "답");
    let reply = root.get("답").expect("reply");
    assert_eq!(sources.slice(reply.span), "{error: \"이미 존재\", 'b': '값'}");
    let error = reply.get("error").expect("error");
    assert_eq!(sources.slice(error.span), "\"이미 존재\"");
    let at = error.text_at.expect("written as it reads");
    assert!(sources.text(error.span.source)[at..].starts_with("이미 존재"));
    assert_eq!(sources.position(error.span), (2, 12));
}

#[test]
fn escaped_and_folded_texts_have_no_inner_place() {
    let root = node("a: \"x\\ny\"\nb: |\n  one\n  two\nc: 'it''s'\nd: plain\n");
    for key in ["a", "b", "c"] {
        assert_eq!(root.get(key).expect(key).text_at, None, "{key}");
    }
    assert_eq!(root.get("b").and_then(Node::as_text), Some("one\ntwo\n"));
    assert!(root.get("d").expect("d").text_at.is_some());
}

#[test]
fn json_reads_through_the_same_door() {
    let text = "{\n\t\"a\": [1, -2.5e3, \"\\u00e9\\/\", null, true],\n  \"b\": {\"c\":\"d\"}\n}\n";
    let mut sources = Sources::new();
    let root = parse(&mut sources, "a.json", text).expect("reads");
    assert_eq!(root.to_json(), json!({"a": [1, -2500.0, "é/", null, true], "b": {"c": "d"}}));
    let d = root.get("b").and_then(|b| b.get("c")).expect("d");
    assert_eq!(sources.slice(d.span), "\"d\"");
    assert_eq!(sources.position(d.span), (3, 13));
}

#[test]
fn aliases_keep_the_place_of_their_definition() {
    let mut sources = Sources::new();
    let root = parse(&mut sources, "a.yaml", "a: &x {id: 1}\nb: *x\nc: [*x, &y 2, *y]\n").expect("reads");
    assert_eq!(root.to_json(), json!({"a": {"id": 1}, "b": {"id": 1}, "c": [{"id": 1}, 2, 2]}));
    assert_eq!(root.get("b").expect("b").span, root.get("a").expect("a").span);
}

#[test]
fn a_comma_in_braces_leaves_a_bare_key() {
    let root = node("r: {message: Hello, world, n: null, q: , e: ''}\n");
    let bare: Vec<(&str, bool)> =
        root.get("r").expect("r").entries().iter().map(|entry| (entry.key.as_str(), entry.bare)).collect();
    assert_eq!(bare, [("message", false), ("world", true), ("n", false), ("q", false), ("e", false)]);
    assert!(node("a:\nb:\n").entries().iter().all(|entry| !entry.bare));
}

#[test]
fn what_reads_differently_than_it_looks_is_refused() {
    for (text, words) in [
        ("a: 1\na: 2\n", "twice"),
        ("a: &x {b: 1}\nc: {<<: *x}\n", "merge keys"),
        ("a: !!str 1\n", "tags"),
        ("a: !custom {b: 1}\n", "tags"),
        ("? [a]\n: 1\n", "a key must be text, this is a list"),
        ("~: 1\n", "a key must be text, this is null"),
        ("1.5: 1\n", "a key must be text, this is a number"),
        ("a: 1\n---\nb: 2\n", "second document"),
        ("a: *nobody\n", "no anchor"),
        ("a: [1, 2\n", "never closed"),
        ("a: {b: 1\n", "never closed"),
        ("a:\n\tb: 1\n", "a tab"),
        ("a: 'b\n", "not YAML"),
        ("a: &x [*x]\n", "own anchor"),
    ] {
        let (_, error) = refusal(text);
        assert!(error.message.contains(words), "{text}: {}", error.message);
    }
}

#[test]
fn duplicate_keys_show_both_places() {
    let (sources, error) = refusal("a: 1\nb:\n  c: 1\n  c: 2\n");
    assert_eq!(sources.position(error.primary), (4, 3));
    assert_eq!(sources.position(error.secondary[0].0), (3, 3));
}

#[test]
fn an_unquoted_hole_in_braces_is_explained() {
    let (_, error) = refusal("a: {id: ${account.id}}\n");
    assert!(error.help[0].contains("quote"), "{error:?}");
}

#[test]
fn depth_size_and_expansion_are_bounded() {
    let deep = format!("{}1{}", "[".repeat(70), "]".repeat(70));
    assert!(refusal(&deep).1.message.contains("deeper"));
    let deepest_allowed = format!("{}1{}", "[".repeat(64), "]".repeat(64));
    assert!(read(&deepest_allowed).1.is_ok());
    assert!(refusal(&format!("a: {}", "x".repeat(MAX_BYTES))).1.message.contains("bytes"));
    let mut laughs = String::from("l0: &l0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
    for level in 1..9 {
        let aliases = vec![format!("*l{}", level - 1); 10].join(", ");
        laughs.push_str(&format!("l{level}: &l{level} [{aliases}]\n"));
    }
    assert!(refusal(&laughs).1.message.contains("aliases"));
}

proptest! {
    #[test]
    fn no_text_panics(text in "\\PC{0,80}|([a-z:{}\\[\\],&*!'\"\n \t|>~?#-]){0,60}") {
        let (sources, result) = read(&text);
        if let Err(found) = result {
            prop_assert!(!render(&found, &sources, false).is_empty());
        }
    }

    #[test]
    fn json_reads_as_json(text in json_text()) {
        let expected: Value = serde_json::from_str(&text).expect("json");
        prop_assert_eq!(json_of(&text), expected);
    }
}

fn json_text() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        "[ -~가-힣\n\t]{0,12}".prop_map(Value::from),
    ];
    let tree = leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec(("[ -~가-힣]{1,8}", inner), 0..4)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    });
    (tree, any::<bool>())
        .prop_map(|(value, pretty)| if pretty { format!("{value:#}") } else { value.to_string() })
}
