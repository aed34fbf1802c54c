//! Routes: the parameters in a path, and that no two match the same requests.

use super::reading::Findings;
use crate::diagnostic::{Diagnostic, codes};
use crate::source::{Entry, Span};

/// The methods of a path item, as OpenAPI names them.
pub(crate) const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// The names of the parameters in a path, in order, with where they stand; `None` for a broken path.
pub(super) fn parameters(path: &Entry, base: &str, found: &mut Findings) -> Option<Vec<(String, Span)>> {
    if !path.key.starts_with('/') {
        let message = format!("a path begins with a slash: `{}`", path.key);
        found.error(codes::INVALID_DOCUMENT, path.key_span, message, "");
        return None;
    }
    let whole = format!("{base}{}", path.key);
    if whole == "/_doorward" || whole.starts_with("/_doorward/") {
        let message = "`/_doorward/` is kept for operators";
        found.error(codes::AMBIGUOUS_ROUTES, path.key_span, message, "choose another path");
        return None;
    }
    let mut names: Vec<(String, Span)> = Vec::new();
    let mut at = 0;
    for segment in path.key.split('/') {
        let open = segment.matches('{').count();
        let name = segment.split_once('{').and_then(|(_, rest)| rest.split_once('}')).map(|(name, _)| name);
        let fits = match name {
            None => open == 0 && !segment.contains('}'),
            Some(name) => open == 1 && segment.matches('}').count() == 1 && !name.is_empty(),
        };
        if !fits {
            let message = format!("`{segment}` is no segment of a path: at most one `{{name}}`");
            found.error(codes::INVALID_DOCUMENT, path.key_span, message, "");
            return None;
        }
        if let Some(name) = name {
            if names.iter().any(|(known, _)| known == name) {
                let message = format!("path parameter `{name}` stands here twice");
                found.error(codes::DUPLICATE_WIRE_NAME, path.key_span, message, "");
                return None;
            }
            names.push((name.to_owned(), place(path, at + segment.find('{').unwrap_or(0), name.len() + 2)));
        }
        at += segment.len() + 1;
    }
    Some(names)
}

fn place(path: &Entry, at: usize, length: usize) -> Span {
    let written = path.key_span.end.saturating_sub(path.key_span.start);
    if written != path.key.len() {
        return path.key_span;
    }
    let start = path.key_span.start + at;
    Span { start, end: start + length, ..path.key_span }
}

/// The routes so far, by what they match.
#[derive(Default)]
pub(super) struct Routes {
    known: Vec<(String, Span)>,
}

impl Routes {
    /// Notes one more path; two that differ only in the names of their parameters match the same requests.
    pub(super) fn add(&mut self, path: &Entry, any_case: bool, found: &mut Findings) {
        let mut pattern: String = path
            .key
            .split('/')
            .map(|segment| match (segment.split_once('{'), segment.split_once('}')) {
                (Some((before, _)), Some((_, after))) => format!("{before}{{}}{after}"),
                _ => segment.to_owned(),
            })
            .collect::<Vec<_>>()
            .join("/");
        if any_case {
            pattern = pattern.to_lowercase();
        }
        match self.known.iter().find(|(known, _)| *known == pattern) {
            Some((_, first)) => {
                let message = format!("`{}` matches the same requests as another path", path.key);
                let error = Diagnostic::error(codes::AMBIGUOUS_ROUTES, path.key_span, message);
                found.push(error.secondary(*first, "this one").help("write the methods under one of them"));
            }
            None => self.known.push((pattern, path.key_span)),
        }
    }
}
