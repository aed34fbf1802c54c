//! Diagnostics as a compiler would print them, and as JSON.

use super::{Diagnostic, Severity};
use crate::source::{Sources, Span};
use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use serde_json::{Value, json};
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
        .primary_title(diagnostic.message.as_str())
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

/// One finding for programs: code, severity, message, place and help.
#[must_use]
pub fn to_json(diagnostic: &Diagnostic, sources: &Sources) -> Value {
    let place = |span: Span, label: &str| {
        let (line, column) = sources.position(span);
        json!({"file": sources.name(span.source), "line": line, "column": column,
            "start": span.start, "end": span.end, "label": label})
    };
    let severity = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Lint => "lint",
    };
    json!({
        "code": diagnostic.code.to_string(),
        "severity": severity,
        "message": diagnostic.message,
        "at": place(diagnostic.primary, &diagnostic.label),
        "also": diagnostic.secondary.iter().map(|(span, label)| place(*span, label)).collect::<Vec<_>>(),
        "help": diagnostic.help,
    })
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
        assert_eq!(value["at"]["line"], 2);
        assert_eq!(value["at"]["column"], 9);
        assert_eq!(value["also"][0]["line"], 1);
    }
}
