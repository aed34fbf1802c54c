use super::*;
use crate::function::testing::nowhere;
use proptest::prelude::*;

/// The tree with every operation in brackets.
fn shape(ast: &Ast) -> String {
    let list = |items: &[Ast]| items.iter().map(shape).collect::<Vec<_>>().join(", ");
    match &ast.kind {
        AstKind::Literal(value) => value.to_string(),
        AstKind::Path(path) => path.join("."),
        AstKind::List(items) => format!("[{}]", list(items)),
        AstKind::Not(inner) => format!("(!{})", shape(inner)),
        AstKind::Binary(operator, left, right) => {
            format!("({} {} {})", shape(left), operator.symbol(), shape(right))
        }
        AstKind::Conditional(parts) => {
            format!("({} ? {} : {})", shape(&parts[0]), shape(&parts[1]), shape(&parts[2]))
        }
        AstKind::Call(call) => format!("{}({})", call.name, list(&call.arguments)),
        AstKind::Has(path) => format!("has({})", shape(path)),
        AstKind::Omit => "omit".to_owned(),
    }
}

fn read(text: &str) -> String {
    shape(&parse(text, nowhere()).unwrap_or_else(|error| panic!("{text}: {error:?}")))
}

fn refusal(text: &str) -> Diagnostic {
    parse(text, nowhere()).expect_err(text)
}

#[test]
fn operators_bind_as_in_cel() {
    for (text, expected) in [
        ("a || b && c", "(a || (b && c))"),
        ("!a && b == c", "((!a) && (b == c))"),
        ("a + b + 'c' == d", "(((a + b) + \"c\") == d)"),
        ("a ? b : c ? d : e", "(a ? b : (c ? d : e))"),
        ("(a || b) && c", "((a || b) && c)"),
        ("x in ['a', \"b\"]", "(x in [\"a\",\"b\"])"),
        ("a == -1 ? omit : a", "((a == -1) ? omit : a)"),
        ("has(a.b)", "has(a.b)"),
        ("a.b.startsWith('x')", "startsWith(a.b, \"x\")"),
        ("lower(trim(a.b)).size() > 2", "(size(lower(trim(a.b))) > 2)"),
        ("header['X-Name'] != null", "(header.X-Name != null)"),
        ("1.5 <= 2", "(1.5 <= 2)"),
        ("a.in", "a.in"),
        ("optional(account.permisos)", "optional(account.permisos)"),
    ] {
        assert_eq!(read(text).replace("\", \"", "\",\""), expected, "{text}");
    }
}

#[test]
fn texts_know_escapes() {
    assert_eq!(read(r"'a\'b\n\u00e9'"), r#""a'b\né""#);
    assert_eq!(read(r#""it's""#), r#""it's""#);
    assert!(refusal(r"'\x'").help[0].contains("escapes"));
    assert!(refusal(r"'\u12'").help[0].contains("escapes"));
    assert!(refusal("'open").message.contains("closing quote"));
}

#[test]
fn what_is_not_in_the_subset_is_explained() {
    for (text, code, words) in [
        ("", codes::SYNTAX, "empty"),
        ("a = b", codes::SYNTAX, "unexpected `=`"),
        ("a & b", codes::SYNTAX, "unexpected `&`"),
        ("$a", codes::SYNTAX, "unexpected `$`"),
        ("a * 2", codes::SYNTAX, "found `*`"),
        ("a - 1", codes::SYNTAX, "found `-`"),
        ("a[0]", codes::MAY_FAIL, "quoted name"),
        ("a[b]", codes::MAY_FAIL, "quoted name"),
        ("a < b < c", codes::SYNTAX, "chained"),
        ("a ? b", codes::SYNTAX, "expected `:`"),
        ("(a", codes::SYNTAX, "expected `)`"),
        ("has('x')", codes::SYNTAX, "one path"),
        ("has(a, b)", codes::SYNTAX, "one path"),
        ("a and b", codes::SYNTAX, "found `and`"),
        ("'a'.b", codes::SYNTAX, "only a path"),
        ("a b", codes::SYNTAX, "the end of the expression"),
        ("12abc", codes::SYNTAX, "runs into"),
        ("99999999999999999999", codes::SYNTAX, "too large"),
        ("a[", codes::SYNTAX, "expected `]`"),
    ] {
        let error = refusal(text);
        assert_eq!(error.code, code, "{text}: {}", error.message);
        assert!(error.message.contains(words), "{text}: {}", error.message);
    }
}

#[test]
fn length_and_depth_are_limited() {
    let long = format!("'{}'", "홍".repeat(511));
    assert_eq!(refusal(&long).code, codes::LIMIT);
    assert!(parse(&format!("'{}'", "홍".repeat(510)), nowhere()).is_ok());
    let deep = |levels: usize| format!("{}a{}", "(".repeat(levels), ")".repeat(levels));
    assert_eq!(refusal(&deep(16)).code, codes::LIMIT);
    assert!(parse(&deep(15), nowhere()).is_ok());
    assert_eq!(refusal(&format!("{}a", "!".repeat(400))).code, codes::LIMIT);
    // A chain is wide, not deep.
    assert!(parse(&["a"; 120].join("||"), nowhere()).is_ok());
}

#[test]
fn spans_cover_what_they_say() {
    let ast = parse("a == '홍' && bb.c", nowhere()).expect("parses");
    let AstKind::Binary(_, left, right) = &ast.kind else { panic!("no `&&`") };
    assert_eq!((ast.span.start, ast.span.end), (0, 18));
    assert_eq!((left.span.start, left.span.end), (0, 10));
    assert_eq!((right.span.start, right.span.end), (14, 18));
    let whole = Locator { start: None, ..nowhere() };
    assert_eq!(parse("a == b", whole).expect("parses").span, whole.whole);
}

#[test]
fn paths_are_listed_in_order() {
    let ast = parse("a.b == 'x' ? lower(c) : [d, !has(e.f)]", nowhere()).expect("parses");
    let paths: Vec<String> = ast.paths().iter().map(|path| path.join(".")).collect();
    assert_eq!(paths, ["a.b", "c", "d", "e.f"]);
}

proptest! {
    #[test]
    fn no_text_panics(text in "\\PC{0,60}|([a-c'\"\\\\.()\\[\\]!&|=<>?:+,0-9 -]|has|in|omit|null){0,40}") {
        let _ = parse(&text, nowhere());
    }
}
