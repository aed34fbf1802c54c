//! Diagnostics as a compiler would print them, and as JSON.

use super::{Diagnostic, Severity, Suggestion};
use crate::source::{Sources, Span};
use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use serde_json::{Map, Value, json};
use std::ops::Range;

/// All findings with the lines they are about, a blank line between two.
#[must_use]
pub fn render(diagnostics: &[Diagnostic], sources: &Sources, color: bool) -> String {
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    let rendered: Vec<String> =
        diagnostics.iter().map(|diagnostic| render_one(diagnostic, sources, &renderer)).collect();
    rendered.join("\n\n")
}

fn render_one(diagnostic: &Diagnostic, sources: &Sources, renderer: &Renderer) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Lint => Level::WARNING.with_name("lint"),
    };
    let mut primary = AnnotationKind::Primary.span(range(diagnostic.primary, sources));
    if !diagnostic.label.is_empty() {
        primary = primary.label(&*diagnostic.label);
    }
    let mut snippet = snippet_of(diagnostic.primary, sources).annotation(primary);
    let mut elsewhere = Vec::new();
    for (span, label) in &diagnostic.secondary {
        let context = AnnotationKind::Context.span(range(*span, sources)).label(label.as_str());
        if span.source == diagnostic.primary.source {
            snippet = snippet.annotation(context);
        } else {
            elsewhere.push(snippet_of(*span, sources).annotation(context));
        }
    }
    let id = diagnostic.code.to_string();
    let group = level
        .primary_title(&*diagnostic.message)
        .id(id.as_str())
        .element(snippet)
        .elements(elsewhere)
        .elements(diagnostic.help.iter().map(|help| Level::HELP.message(help.as_str())));
    renderer.render(&[group])
}

fn snippet_of(span: Span, sources: &Sources) -> Snippet<'_, annotate_snippets::Annotation<'_>> {
    Snippet::source(sources.text(span.source)).path(sources.name(span.source))
}

/// The span cut to the text, on character boundaries: the renderer panics on anything else.
fn range(span: Span, sources: &Sources) -> Range<usize> {
    let text = sources.text(span.source);
    let start = text.floor_char_boundary(span.start.min(text.len()));
    let end = text.ceil_char_boundary(span.end.min(text.len()));
    start..end.max(start)
}

/// One finding for programs: `code`, `severity` (`error` or `lint`), `title`, `message`, the place (`file`, `line`,
/// `column`, `end`, `bytes`), `help`, `labels` and `suggestions`. Lines and columns count from 1, columns in
/// characters; `end` is one past the last character, `bytes` are offsets in the file. These names are stable.
#[must_use]
pub fn to_json(diagnostic: &Diagnostic, sources: &Sources) -> Value {
    let severity = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Lint => "lint",
    };
    let mut object = Map::new();
    object.insert("code".to_owned(), json!(diagnostic.code.to_string()));
    object.insert("severity".to_owned(), json!(severity));
    object.insert("title".to_owned(), json!(diagnostic.code.meaning()));
    object.insert("message".to_owned(), json!(diagnostic.message));
    object.extend(place(diagnostic.primary, sources));
    object.insert("help".to_owned(), json!(diagnostic.help));
    let own = (diagnostic.primary, diagnostic.label.as_ref());
    let others = diagnostic.secondary.iter().map(|(span, text)| (*span, text.as_str()));
    let labels = [own].into_iter().chain(others).filter(|(_, text)| !text.is_empty());
    let labels: Vec<Value> = labels.map(|(span, text)| with(place(span, sources), "text", text)).collect();
    object.insert("labels".to_owned(), Value::Array(labels));
    let suggestions = diagnostic.suggestion.iter().filter_map(|one| edit(diagnostic, one, sources));
    object.insert("suggestions".to_owned(), suggestions.collect());
    Value::Object(object)
}

fn place(span: Span, sources: &Sources) -> Map<String, Value> {
    let (line, column) = sources.position(span);
    let (end_line, end_column) = sources.position(Span { start: span.end.max(span.start), ..span });
    let mut place = Map::new();
    place.insert("file".to_owned(), json!(sources.name(span.source)));
    place.insert("line".to_owned(), json!(line));
    place.insert("column".to_owned(), json!(column));
    place.insert("end".to_owned(), json!({"line": end_line, "column": end_column}));
    place.insert("bytes".to_owned(), json!([span.start, span.end]));
    place
}

fn with(mut place: Map<String, Value>, name: &str, value: &str) -> Value {
    place.insert(name.to_owned(), json!(value));
    Value::Object(place)
}

/// What to write instead, and of what: the word where it stands in the primary span. Nothing where it stands there
/// otherwise than it reads, or more than once.
fn edit(diagnostic: &Diagnostic, suggestion: &Suggestion, sources: &Sources) -> Option<Value> {
    let span = diagnostic.primary;
    let mut found = sources.slice(span).match_indices(suggestion.word.as_str());
    let (at, _) = found.next().filter(|_| found.next().is_none())?;
    let start = span.start + at;
    let word = Span { start, end: start + suggestion.word.len(), ..span };
    Some(with(place(word, sources), "replacement", &suggestion.with))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::codes;

    fn finding() -> (Sources, Diagnostic) {
        let mut sources = Sources::new();
        let source = sources.add("a.yaml", "이름: 홍길동\naction: lgoin\n");
        let start = sources.text(source).find("lgoin").unwrap();
        let other = Span { source, start: 0, end: 6 };
        let diagnostic = Diagnostic::error(
            codes::UNKNOWN_ACTION,
            Span { source, start, end: start + 5 },
            "unknown action `lgoin`",
        )
        .label("no such action")
        .secondary(other, "in this document")
        .suggest("lgoin", ["login", "logout"]);
        (sources, diagnostic)
    }

    #[test]
    fn renders_like_a_compiler() {
        let (sources, diagnostic) = finding();
        let text = render(&[diagnostic], &sources, false);
        assert!(text.starts_with("error[DW012]: unknown action `lgoin`\n"), "{text}");
        assert!(text.contains("--> a.yaml:2:9"), "{text}");
        assert!(text.contains("^^^^^ no such action"), "{text}");
        assert!(text.contains("help: did you mean `login`?"), "{text}");
    }

    #[test]
    fn survives_a_span_outside_the_text() {
        let (sources, mut diagnostic) = finding();
        diagnostic.primary = Span { start: 1, end: 9_999, ..diagnostic.primary };
        assert!(render(&[diagnostic], &sources, true).contains("DW012"));
    }

    #[test]
    fn says_the_same_in_json() {
        let (sources, diagnostic) = finding();
        let value = to_json(&diagnostic, &sources);
        assert_eq!(value["code"], "DW012");
        assert_eq!((&value["file"], &value["line"]), (&json!("a.yaml"), &json!(2)));
        assert_eq!((&value["column"], &value["end"]), (&json!(9), &json!({"line": 2, "column": 14})));
        assert_eq!(value["labels"][0]["text"], "no such action");
        assert_eq!(value["labels"][1]["line"], 1);
        let edit = &value["suggestions"][0];
        assert_eq!((&edit["replacement"], &edit["column"]), (&json!("login"), &json!(9)));
        let names: Vec<&String> = value.as_object().unwrap().keys().collect();
        let stable = ["code", "severity", "title", "message", "file", "line", "column", "end", "bytes"];
        assert_eq!(names[..9], stable);
        assert_eq!(names[9..], ["help", "labels", "suggestions"]);
    }
}
