use super::*;
use crate::diagnostic::render;
use crate::source::{self, Sources};
use crate::template::Part;
use proptest::prelude::*;
use serde_json::json;

fn read(text: &str) -> (Sources, Result<Template, Vec<Diagnostic>>) {
    let mut sources = Sources::new();
    let node = source::parse(&mut sources, "a.yaml", text).expect("yaml");
    let template = parse(&node);
    (sources, template)
}

fn kind(text: &str) -> TemplateKind {
    let (sources, result) = read(text);
    result.unwrap_or_else(|found| panic!("{}", render(&found, &sources, false))).kind
}

#[track_caller]
fn refused(text: &str, words: &str) -> (Sources, Diagnostic) {
    let (sources, result) = read(text);
    let mut found = result.expect_err(text);
    let said = render(&found, &sources, false);
    assert!(said.contains(words), "{said}");
    (sources, found.remove(0))
}

#[test]
fn constants_fold_whole() {
    assert_eq!(
        kind("{a: 1, b: [true, null, 'x'], c: {d: $$x}, $$e: 1.5}"),
        TemplateKind::Constant(json!({"a": 1, "b": [true, null, "x"], "c": {"d": "$x"}, "$e": 1.5}))
    );
}

#[test]
fn objects_keep_the_order_of_members() {
    let TemplateKind::Object(members) = kind("{b: $account.id, a: 1}") else { panic!("no object") };
    let names: Vec<&str> = members
        .iter()
        .map(|member| match member {
            Member::Pair(key, _) => key.name.as_str(),
            Member::Each(_) => "$each",
            Member::Spread(_) => "$spread",
        })
        .collect();
    assert_eq!(names, ["b", "a"]);
}

#[test]
fn directives_are_read() {
    assert!(
        matches!(kind("{$first: [$body.a, $query.a]}"), TemplateKind::First(choices) if choices.len() == 2)
    );
    let TemplateKind::Map(map) = kind("{$map: $body.type, A: a, 200: b, $else: c}") else { panic!("no map") };
    assert_eq!(map.cases.iter().map(|(key, _)| key.name.as_str()).collect::<Vec<_>>(), ["A", "200"]);
    assert!(map.otherwise.is_some());
    let TemplateKind::Each(each) =
        kind("{$each: {in: $violations, item: $v.field, as: v, where: v.field != null}}")
    else {
        panic!("no each")
    };
    assert_eq!((each.variable.as_str(), each.key.len(), each.collect), ("v", 0, false));
    assert!(each.condition.is_some());
    let text = "{$each: {in: $violations, key: [$it.field, $it.rule], items: $it.args}, other: 1}";
    let TemplateKind::Object(members) = kind(text) else { panic!("no object") };
    let [Member::Each(each), Member::Pair(..)] = members.as_slice() else { panic!("{members:?}") };
    assert_eq!((each.variable.as_str(), each.key.len(), each.collect), ("it", 2, true));
}

#[test]
fn bad_directives_are_explained() {
    for (text, words) in [
        ("{$eech: {in: $a, item: 1}}", "did you mean `$each`?"),
        ("{$first: $a}", "wants a list"),
        ("{$first: []}", "wants a list"),
        ("{$first: [$a], b: 1}", "stands alone"),
        ("{$map: $a}", "lists no value"),
        ("{$map: $a, $els: 1, A: 1}", "unknown directive `$els`"),
        ("{$each: $a}", "wants a map"),
        ("{$each: {item: $it}}", "without `in`"),
        ("{$each: {in: $a}}", "either `item` or `items`"),
        ("{$each: {in: $a, item: 1, items: 2}}", "either `item` or `items`"),
        ("{$each: {in: $a, items: 1}}", "without a `key`"),
        ("{$each: {in: $a, item: 1}, b: 1}", "stands alone"),
        ("{$each: {in: $a, item: 1, whre: 'x'}}", "did you mean `where`?"),
        ("{$each: {in: $a, item: 1, as: in}}", "wants a name"),
        ("{$each: {in: $a, item: 1, where: [1]}}", "wants an expression"),
        ("{$each: {in: $a, item: 1, key: []}}", "empty `key`"),
    ] {
        let (_, error) = refused(text, words);
        assert_eq!(error.code, codes::BAD_DIRECTIVE, "{text}");
    }
}

#[test]
fn a_comma_in_an_unquoted_text_is_explained() {
    let (sources, error) = refused("{message: Hello, world, code: $status}", "member without a value");
    assert_eq!(error.code, codes::INVALID_DOCUMENT);
    assert_eq!(sources.slice(error.primary), "world");
}

#[test]
fn an_unquoted_condition_is_explained() {
    let (sources, error) = refused("a:\n  - x ${b == null ? 1 : 2}\n", "quote the whole text");
    assert_eq!(error.code, codes::BAD_DIRECTIVE);
    assert_eq!(sources.slice(error.primary), "x ${b == null ? 1");
}

#[test]
fn errors_point_into_the_text() {
    let (sources, error) = refused("답: \"안녕 ${a == }\"\n", "expected a value");
    assert_eq!(error.code, codes::SYNTAX);
    assert_eq!(sources.position(error.primary), (1, 15));
    let (sources, error) = refused("a: \"x\\n${b == }\"\n", "expected a value");
    assert_eq!(sources.slice(error.primary), "\"x\\n${b == }\"");
    let TemplateKind::Object(members) = kind("a: x ${b.c}\n") else { panic!("no object") };
    let Member::Pair(_, Template { kind: TemplateKind::Text(parts), .. }) = &members[0] else {
        panic!("no text")
    };
    let Part::Hole(hole) = &parts[1] else { panic!("no hole") };
    assert_eq!((hole.span.start, hole.span.end), (7, 10));
}

#[test]
fn every_error_of_a_template_is_said() {
    let (_, result) = read("{a: '${', b: ['$x y', {$nope: 1}]}");
    assert_eq!(result.expect_err("three errors").len(), 3);
}

#[test]
fn depth_is_limited() {
    let nested = |levels: usize| format!("{}$a{}", "[".repeat(levels), "]".repeat(levels));
    assert!(read(&nested(16)).1.is_ok());
    assert_eq!(read(&nested(17)).1.expect_err("too deep")[0].code, codes::LIMIT);
}

proptest! {
    #[test]
    fn no_node_panics(text in "([a-c]|\\$each|\\$map|\\$first|\\$else|: |, |\\{|\\}|\\[|\\]|\\$\\{|in|item|key|'){0,30}") {
        let mut sources = Sources::new();
        if let Ok(node) = source::parse(&mut sources, "a.yaml", &text) {
            let _ = parse(&node);
        }
    }
}
