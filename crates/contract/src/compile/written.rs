//! Replies and shapes as they were written, each read once.

use super::walk::paths;
use crate::expression::Ast;
use crate::names::{ReplyKey, is_parameter};
use crate::source::Span;
use crate::template::Template;
use std::cell::Cell;

/// A reply as it was written.
pub(super) struct ReplySource {
    /// Unlike that of any other reply of the contract.
    pub(super) id: usize,
    pub(super) span: Span,
    pub(super) when: Option<Ast>,
    pub(super) parts: Parts,
    pub(super) set_cookies: Vec<(String, Span)>,
    pub(super) clear_cookies: Vec<(String, Span)>,
    pub(super) shape: UsedShape,
    pub(super) arguments: Vec<Argument>,
    /// Something in it could not be read: that was said, and nothing more is.
    pub(super) broken: bool,
}

/// What replies and shapes have in common.
#[derive(Default)]
pub(super) struct Parts {
    pub(super) status: Option<Template>,
    pub(super) reason: Option<Template>,
    pub(super) headers: Vec<Header>,
    pub(super) content_type: Option<String>,
    pub(super) body: Option<Template>,
}

/// A header; without a value it is taken away.
pub(super) struct Header {
    pub(super) name: String,
    pub(super) span: Span,
    pub(super) value: Option<Template>,
}

/// Which shape a reply uses.
pub(super) enum UsedShape {
    /// `success` or `failure`.
    Usual,
    /// `use: none`.
    None,
    /// By name.
    Named(String, Span),
}

/// An argument of a shape, or a default of one.
pub(super) struct Argument {
    pub(super) name: String,
    pub(super) span: Span,
    pub(super) value: Template,
}

/// A shape as it was written.
pub(super) struct ShapeSource {
    pub(super) name: String,
    pub(super) span: Span,
    pub(super) parts: Parts,
    pub(super) with: Vec<Argument>,
    pub(super) parameters: Vec<String>,
    /// Something in it could not be read.
    pub(super) broken: bool,
    /// Whether a reply uses it.
    pub(super) used: Cell<bool>,
}

/// All replies under one `replies`.
#[derive(Default)]
pub(super) struct RepliesSource {
    /// By key, in written order.
    pub(super) entries: Vec<(ReplyKey, Span, usize)>,
    /// The replies that keys point at: one, or guarded ones.
    pub(super) lists: Vec<Vec<ReplySource>>,
}

impl RepliesSource {
    /// The replies under this key, and where it stands.
    pub(super) fn get(&self, key: ReplyKey) -> Option<(Span, &[ReplySource])> {
        let (_, span, list) = self.entries.iter().find(|(known, ..)| *known == key)?;
        Some((*span, self.lists.get(*list)?))
    }
}

/// The parameters, as help.
pub(super) fn parameter_list(parameters: &[String]) -> String {
    if parameters.is_empty() {
        return "it has no parameters".to_owned();
    }
    format!("its parameters: {}", parameters.join(" "))
}

/// The names that a part reads and that are not given.
pub(super) fn parameters_in(template: &Template) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for path in paths(template) {
        let name = path.into_iter().next().filter(|name| is_parameter(name) && !names.contains(name));
        names.extend(name);
    }
    names
}

/// The parameters of a shape with these parts.
pub(super) fn parameters_of(parts: &Parts) -> Vec<String> {
    let headers = parts.headers.iter().filter_map(|header| header.value.as_ref());
    let templates = parts.status.iter().chain(&parts.reason).chain(headers).chain(&parts.body);
    let mut names: Vec<String> = Vec::new();
    for name in templates.flat_map(parameters_in) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// Whether a text may stand in a header or a status line.
pub(super) fn is_header_text(text: &str) -> bool {
    !text.chars().any(|c| c.is_control() && c != '\t')
}
