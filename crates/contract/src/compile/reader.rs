//! Reads replies and shapes, each once: several operations compile them.

use super::guard::shadows;
use super::reading::Findings;
use super::unavailable::unavailable_outcome;
use super::written::{
    Argument, Header, Parts, RepliesSource, ReplySource, ShapeSource, UsedShape, is_header_text,
    parameter_list, parameters_of,
};
use crate::diagnostic::{Diagnostic, codes};
use crate::header_names::written_by_the_server;
use crate::media::{UTF_8, foreign_charset};
use crate::names::ReplyKey;
use crate::source::{Entry, Node, Span};
use std::cell::Cell;

pub(super) const PARTS: [&str; 5] = ["status", "reason", "type", "headers", "body"];
pub(super) const REPLY: [&str; 4] = ["when", "set_cookies", "clear_cookies", "use"];

pub(super) const SHAPE: [&str; 6] = ["status", "reason", "type", "headers", "body", "with"];

/// Reads replies and shapes, and numbers them.
pub(super) struct Reader<'f> {
    pub(super) found: &'f mut Findings,
    pub(super) next_id: &'f Cell<usize>,
}

impl Reader<'_> {
    fn id(&self) -> usize {
        let id = self.next_id.get();
        self.next_id.set(id + 1);
        id
    }

    /// Reads what stands under `replies`.
    pub(super) fn replies(&mut self, node: Option<&Node>) -> RepliesSource {
        let mut replies = RepliesSource::default();
        let Some(node) = node else { return replies };
        if !node.is_map() {
            self.found.wrong_kind(node, "`replies`", "outcomes with their replies");
        }
        for entry in node.entries() {
            let keys = self.keys(entry, &replies);
            let list = self.list(&entry.value);
            let at = replies.lists.len();
            replies.lists.push(list);
            replies.entries.extend(keys.into_iter().map(|(key, span)| (key, span, at)));
        }
        replies
    }

    fn keys(&mut self, entry: &Entry, before: &RepliesSource) -> Vec<(ReplyKey, Span)> {
        let mut keys: Vec<(ReplyKey, Span)> = Vec::new();
        for (word, span) in entry.words() {
            let Some(key) = ReplyKey::from_name(word) else {
                if let Some(error) = unavailable_outcome(word, span) {
                    self.found.push(error);
                    continue;
                }
                let error =
                    Diagnostic::error(codes::UNKNOWN_OUTCOME, span, format!("unknown outcome `{word}`"));
                self.found.push(error.suggest(word, ReplyKey::words()));
                continue;
            };
            let earlier = before.get(key).map(|(span, _)| span);
            let beside = keys.iter().find(|(known, _)| *known == key).map(|(_, span)| *span);
            if let Some(first) = earlier.or(beside) {
                self.found.push(answered_twice(word, span, first));
                continue;
            }
            keys.push((key, span));
        }
        keys
    }

    fn list(&mut self, node: &Node) -> Vec<ReplySource> {
        let Some(items) = node.as_list() else {
            let reply = self.reply(node);
            if let Some(when) = reply.as_ref().and_then(|reply| reply.when.as_ref()) {
                let message = "a reply with `when` needs one without beside it";
                let help = "write a list; the last reply, without `when`, answers the rest";
                self.found.error(codes::NO_LAST_RESORT, when.span, message, help);
            }
            return reply.into_iter().collect();
        };
        let Some(last) = items.len().checked_sub(1) else {
            self.found.error(codes::NO_LAST_RESORT, node.span, "no reply in this list", "write one");
            return Vec::new();
        };
        for (at, item) in items.iter().enumerate() {
            if at == last && item.get("when").is_some() {
                let message = "the last reply of a list has a `when`, so an outcome may go unanswered";
                self.found.error(codes::NO_LAST_RESORT, item.span, message, "let the last one have none");
            } else if at < last && item.get("when").is_none() {
                let message = "a reply without `when` ends the list: those below it are never sent";
                self.found.error(codes::NO_LAST_RESORT, item.span, message, "write it last");
            }
        }
        let replies: Vec<ReplySource> = items.iter().filter_map(|item| self.reply(item)).collect();
        for (at, next) in replies.iter().enumerate() {
            let takes = |earlier: &&ReplySource| match (&earlier.when, &next.when) {
                (Some(earlier), Some(own)) => shadows(earlier, own),
                _ => false,
            };
            if let Some(earlier) = replies.iter().take(at).find(takes) {
                let message = "this reply is never sent";
                let error = Diagnostic::error(codes::UNREACHABLE_BINDING, next.span, message);
                self.found.push(error.secondary(earlier.span, "this one is sent wherever it would be"));
            }
        }
        replies
    }

    fn reply(&mut self, node: &Node) -> Option<ReplySource> {
        if !node.is_map() {
            self.found.wrong_kind(node, "a reply", "a map such as `{status: 200, body: …}`");
            return None;
        }
        let before = self.found.all.len();
        let parts = self.parts(node);
        let when = node.get("when").and_then(|when| self.found.expression(when, "`when`"));
        let set_cookies = self.cookie_names(node.get("set_cookies"));
        let clear_cookies = self.cookie_names(node.get("clear_cookies"));
        let shape = self.used_shape(node.get("use"));
        let arguments = node
            .entries()
            .iter()
            .filter(|entry| !PARTS.contains(&entry.key.as_str()) && !REPLY.contains(&entry.key.as_str()));
        let arguments = arguments.filter_map(|entry| self.argument(entry)).collect();
        Some(ReplySource {
            id: self.id(),
            span: node.span,
            when,
            parts,
            set_cookies,
            clear_cookies,
            shape,
            arguments,
            broken: self.found.all.len() > before,
        })
    }

    fn parts(&mut self, node: &Node) -> Parts {
        Parts {
            status: node.get("status").and_then(|node| self.found.template(node)),
            reason: node.get("reason").and_then(|node| self.found.template(node)),
            headers: self.headers(node.get("headers")),
            content_type: node.get("type").and_then(|node| self.content_type(node)),
            body: node.get("body").and_then(|node| self.found.template(node)),
        }
    }

    fn headers(&mut self, node: Option<&Node>) -> Vec<Header> {
        let Some(node) = node else { return Vec::new() };
        if !node.is_map() {
            self.found.wrong_kind(node, "`headers`", "names with their values");
        }
        let mut headers = Vec::new();
        for entry in node.entries() {
            if self.found.comma_trap(entry) {
                continue;
            }
            if !is_token(&entry.key) {
                let message = format!("`{}` is no name of a header", entry.key);
                self.found.error(codes::WRONG_KIND, entry.key_span, message, "letters, digits and `-`");
                continue;
            }
            let value = if entry.value.is_null() {
                None
            } else if let Some(help) = written_by_the_server(&entry.key) {
                let message = format!("`{}` is written by the server itself", entry.key);
                self.found.error(codes::DUPLICATE_WIRE_NAME, entry.key_span, message, help);
                continue;
            } else {
                let Some(value) = self.found.template(&entry.value) else { continue };
                Some(value)
            };
            headers.push(Header { name: entry.key.clone(), span: entry.value.span, value });
        }
        headers
    }

    fn content_type(&mut self, node: &Node) -> Option<String> {
        match node.as_text() {
            Some(text) if text.contains('/') && !text.contains('$') && is_header_text(text) => {
                if let Some(charset) = foreign_charset(text) {
                    let message = format!("no text is written in `{charset}`");
                    self.found.error(codes::WRONG_KIND, node.span, message, UTF_8);
                    return None;
                }
                Some(text.to_owned())
            }
            _ => {
                self.found.wrong_kind(node, "`type`", "a media type such as `text/plain; charset=utf-8`");
                None
            }
        }
    }

    fn cookie_names(&mut self, node: Option<&Node>) -> Vec<(String, Span)> {
        let Some(node) = node else { return Vec::new() };
        let Some(items) = node.as_list() else {
            self.found.wrong_kind(node, "this", "a list of cookies");
            return Vec::new();
        };
        let mut names = Vec::new();
        for item in items {
            match item.as_text() {
                Some(name) => names.push((name.to_owned(), item.span)),
                None => self.found.wrong_kind(item, "this", "the name of a cookie"),
            }
        }
        names
    }

    fn used_shape(&mut self, node: Option<&Node>) -> UsedShape {
        match node.map(|node| (node, node.as_text())) {
            None => UsedShape::Usual,
            Some((_, Some("none"))) => UsedShape::None,
            Some((node, Some(name))) => UsedShape::Named(name.to_owned(), node.span),
            Some((node, None)) => {
                self.found.wrong_kind(node, "`use`", "the name of a shape, or `none`");
                UsedShape::Usual
            }
        }
    }

    fn argument(&mut self, entry: &Entry) -> Option<Argument> {
        if self.found.comma_trap(entry) {
            return None;
        }
        if entry.value.as_text() == Some("omit") {
            let message = "`omit` by itself is the text \"omit\"";
            let help =
                "to leave it out write `\"${true ? omit : null}\"`; if the text is meant, `\"${'omit'}\"`";
            self.found.error(codes::BAD_DIRECTIVE, entry.value.span, message, help);
            return None;
        }
        let value = self.found.template(&entry.value)?;
        Some(Argument { name: entry.key.clone(), span: entry.key_span, value })
    }

    /// Reads defaults of shape parameters.
    pub(super) fn with(&mut self, node: Option<&Node>) -> Vec<Argument> {
        let Some(node) = node else { return Vec::new() };
        if !node.is_map() {
            self.found.wrong_kind(node, "`with`", "parameters with their values");
        }
        node.entries().iter().filter_map(|entry| self.argument(entry)).collect()
    }

    /// Reads what stands under `shapes`.
    pub(super) fn shapes(&mut self, node: Option<&Node>) -> Vec<ShapeSource> {
        let Some(node) = node else { return Vec::new() };
        if !node.is_map() {
            self.found.wrong_kind(node, "`shapes`", "shapes by name");
        }
        node.entries().iter().filter_map(|entry| self.shape(entry)).collect()
    }

    /// A default for what is no hole of the shape.
    fn unknown_default(&mut self, entry: &Entry, default: &Argument, parameters: &[String]) {
        if is_reserved(&default.name) {
            let message = format!("`{}` is a member of a reply, and no parameter", default.name);
            let help = format!("`with` fills holes: write `{}` beside it", default.name);
            return self.found.error(codes::SHAPE_PARAMETER, default.span, message, &help);
        }
        let message = format!("shape `{}` has no parameter `{}`", entry.key, default.name);
        let error = Diagnostic::error(codes::SHAPE_PARAMETER, default.span, message);
        let error = error.suggest(&default.name, parameters.iter().map(String::as_str));
        self.found.push(error.help(parameter_list(parameters)));
    }

    fn shape(&mut self, entry: &Entry) -> Option<ShapeSource> {
        if self.found.comma_trap(entry) {
            return None;
        }
        let node = &entry.value;
        if !node.is_map() {
            self.found.wrong_kind(node, "a shape", "a map such as `{body: {error: $error}}`");
            return None;
        }
        self.found.unknown_members(node, &SHAPE, "a shape");
        let before = self.found.all.len();
        let parts = self.parts(node);
        let unread = self.found.all.len() > before;
        let with = self.with(node.get("with"));
        let parameters = parameters_of(&parts);
        // Parameters of a part that could not be read are not known.
        for default in with.iter().filter(|default| !unread && !parameters.contains(&default.name)) {
            self.unknown_default(entry, default, &parameters);
        }
        Some(ShapeSource {
            name: entry.key.clone(),
            span: entry.key_span,
            parts,
            with,
            parameters,
            broken: self.found.all.len() > before,
            used: Cell::new(false),
        })
    }
}

/// A hole called as a member of every reply is filled by `with` only. What replies meant for it was misread: that is
/// said once, where the hole is named.
pub(super) fn unfilled(shapes: &[ShapeSource], found: &mut Findings) {
    for shape in shapes {
        for name in shape.parameters.iter().filter(|name| is_reserved(name)) {
            let start = format!("`{name}` wants ");
            let before = found.all.len();
            found.all.retain(|error| {
                error.code != codes::WRONG_KIND || !error.message.starts_with(start.as_str())
            });
            if found.all.len() < before {
                let given = shape.with.iter().find(|default| default.name == *name);
                let span = given.map_or(shape.span, |default| default.span);
                let message = format!(
                    "no reply can fill `{name}` of shape `{}`: every reply has a `{name}` of its own",
                    shape.name
                );
                let help =
                    format!("call the hole something else, such as `${name}_of_error`; `with` can fill it");
                found.error(codes::SHAPE_PARAMETER, span, message, &help);
            }
        }
    }
}

/// Whether a reply gives this member a meaning of its own, so that it fills no shape.
pub(super) fn is_reserved(name: &str) -> bool {
    PARTS.contains(&name) || REPLY.contains(&name)
}

/// Two replies of one `replies` to the same outcome.
pub(crate) fn answered_twice(word: &str, span: Span, first: Span) -> Diagnostic {
    let message = format!("`{word}` is answered twice here");
    let error = Diagnostic::error(codes::ANSWERED_TWICE, span, message);
    error.secondary(first, "first here").help("keep one of them")
}

fn is_token(name: &str) -> bool {
    !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}
