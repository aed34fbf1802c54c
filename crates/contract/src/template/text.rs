//! Texts: a whole `$path`, text with `${…}` holes, `$$` for a dollar sign.

use super::ast::{Part, PathAst, Template, TemplateKind};
use crate::diagnostic::{Diagnostic, codes};
use crate::expression::{Locator, parse};
use serde_json::Value;

/// Reads a text as a template.
///
/// # Errors
/// DW030 for a broken path or hole, and whatever the expression in a hole gives.
pub fn parse_text(text: &str, place: Locator) -> Result<Template, Vec<Diagnostic>> {
    let span = place.at(0, text.len());
    if let Some(segments) = whole_path(text, place)? {
        return Ok(Template { span, kind: TemplateKind::Path(PathAst { span, segments }) });
    }
    let mut parts = split(text, place)?;
    let kind = match (parts.pop(), parts.is_empty()) {
        (None, _) => TemplateKind::Constant(Value::String(String::new())),
        (Some(Part::Constant(text)), true) => TemplateKind::Constant(Value::String(text)),
        (Some(Part::Hole(ast)), true) => TemplateKind::Expression(ast),
        (Some(last), false) => {
            parts.push(last);
            TemplateKind::Text(parts)
        }
    };
    Ok(Template { span, kind })
}

/// The segments of a text that is one path; `None` for a text that does not begin like one.
fn whole_path(text: &str, place: Locator) -> Result<Option<Vec<String>>, Vec<Diagnostic>> {
    let Some(path) = text.strip_prefix('$') else {
        return Ok(None);
    };
    if !path.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        return Ok(None);
    }
    let is_segment = |segment: &str| {
        !segment.is_empty() && segment.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
    };
    if path.split('.').all(is_segment) {
        return Ok(Some(path.split('.').map(str::to_owned).collect()));
    }
    let message = "a text that begins with `$` and a name must be one dotted path";
    let error = Diagnostic::error(codes::SYNTAX, place.at(0, text.len()), message);
    Err(vec![error.help("inside longer text write `${account.id}`; `$$` is a dollar sign")])
}

fn split(text: &str, place: Locator) -> Result<Vec<Part>, Vec<Diagnostic>> {
    let mut parts = Vec::new();
    let mut constant = String::new();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        if rest.starts_with("$$") {
            constant.push('$');
            at += 2;
        } else if let Some(hole) = rest.strip_prefix("${") {
            let Some(length) = end_of_hole(hole) else {
                let error =
                    Diagnostic::error(codes::SYNTAX, place.at(at, text.len()), "a hole without its `}`");
                found.push(error.help("close it, or write `$${` for the characters themselves"));
                break;
            };
            let expression = hole.get(..length).unwrap_or("");
            match parse(expression, place.skip(at + 2)) {
                Ok(ast) => {
                    if !constant.is_empty() {
                        parts.push(Part::Constant(std::mem::take(&mut constant)));
                    }
                    parts.push(Part::Hole(ast));
                }
                Err(error) => found.push(error),
            }
            at += length + 3;
        } else {
            let length = rest.chars().next().map_or(1, char::len_utf8);
            let stop =
                rest.get(length..).and_then(|rest| rest.find('$')).map_or(rest.len(), |next| length + next);
            constant.push_str(rest.get(..stop).unwrap_or(""));
            at += stop;
        }
    }
    if !constant.is_empty() {
        parts.push(Part::Constant(constant));
    }
    if found.is_empty() { Ok(parts) } else { Err(found) }
}

/// Where the closing brace stands; one inside a quoted text is not it.
fn end_of_hole(text: &str) -> Option<usize> {
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match quote {
            _ if escaped => escaped = false,
            Some(_) if c == '\\' => escaped = true,
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if c == '\'' || c == '"' => quote = Some(c),
            None if c == '}' => return Some(at),
            None => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::function::testing::nowhere;
    use proptest::prelude::*;

    fn kind(text: &str) -> TemplateKind {
        parse_text(text, nowhere()).expect(text).kind
    }

    fn constant(text: &str) -> TemplateKind {
        TemplateKind::Constant(Value::String(text.to_owned()))
    }

    #[test]
    fn paths_stand_alone() {
        let TemplateKind::Path(path) = kind("$header.X-Client-Id") else { panic!("no path") };
        assert_eq!(path.segments, ["header", "X-Client-Id"]);
        for text in ["$account.id and more", "$account..id", "$account.", "$a b"] {
            let errors = parse_text(text, nowhere()).expect_err(text);
            assert_eq!(errors[0].code, codes::SYNTAX, "{text}");
        }
    }

    #[test]
    fn dollars_that_are_no_path_are_text() {
        assert_eq!(kind("costs $5"), constant("costs $5"));
        assert_eq!(kind("$5"), constant("$5"));
        assert_eq!(kind("$$account.id"), constant("$account.id"));
        assert_eq!(kind("a $${b}"), constant("a ${b}"));
        assert_eq!(kind(""), constant(""));
        assert_eq!(kind("$"), constant("$"));
    }

    #[test]
    fn one_hole_alone_is_an_expression() {
        assert!(matches!(kind("${a == 1 ? '}' : \"}\"}"), TemplateKind::Expression(_)));
        let TemplateKind::Text(parts) = kind("Bearer ${tokens.access}!${a}") else { panic!("no text") };
        assert_eq!(parts.len(), 4);
        assert_eq!(parts[0], Part::Constant("Bearer ".to_owned()));
    }

    #[test]
    fn holes_know_their_place() {
        let TemplateKind::Text(parts) = kind("안녕 ${b.c}") else { panic!("no text") };
        let Part::Hole(ast) = &parts[1] else { panic!("no hole") };
        assert_eq!((ast.span.start, ast.span.end), (9, 12));
    }

    #[test]
    fn unclosed_holes_are_errors() {
        let errors = parse_text("a ${b", nowhere()).expect_err("unclosed");
        assert!(errors[0].message.contains('}'));
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "[\\PC$]{0,40}|(\\$|\\{|\\}|'|a|\\.|\\\\| ){0,30}") {
            let _ = parse_text(&text, nowhere());
        }

        #[test]
        fn text_without_dollars_stays_itself(text in "[^$]{0,60}") {
            prop_assert_eq!(kind(&text), constant(&text));
        }
    }
}
