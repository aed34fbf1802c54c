//! Reading the objects of a contract: known members, kinds, ranges. Everything wrong is collected.

use crate::diagnostic::{Code, Diagnostic, codes};
use crate::expression::{Locator, Names};
use crate::header_names::written_by_the_server;
use crate::media::{UTF_8, foreign_charset};
use crate::source::{Node, Span};
use crate::template::{CompiledTemplate, Setting, Template, compile, parse, parse_text};
use std::time::Duration;

/// Collects what is wrong.
#[derive(Default)]
pub(super) struct Reader {
    pub(super) found: Vec<Diagnostic>,
}

impl Reader {
    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        self.found.push(diagnostic);
    }

    /// Refuses a node, with help.
    pub(super) fn refuse(&mut self, code: Code, node: &Node, message: impl Into<String>, help: &str) {
        self.found.push(Diagnostic::error(code, node.span, message).help(help));
    }

    fn wrong_kind<T>(&mut self, node: &Node, what: &str, wanted: &str) -> Option<T> {
        let message = format!("{what} must be {wanted}, this is {}", node.describe());
        let mut error = Diagnostic::error(codes::WRONG_KIND, node.span, message);
        if wanted.starts_with("text") && (node.as_integer().is_some() || node.as_bool().is_some()) {
            error = error.help("put it in quotes to make it text");
        }
        self.found.push(error);
        None
    }

    /// Whether this is a map; members that are not known are refused with the nearest known one.
    pub(super) fn members(&mut self, node: &Node, what: &str, known: &[&str]) -> bool {
        if !self.map(node, what) {
            return false;
        }
        for entry in node.entries().iter().filter(|entry| !known.contains(&entry.key.as_str())) {
            self.found.push(Diagnostic::unknown_member(codes::UNKNOWN_SECTION, entry, what, known));
        }
        true
    }

    /// Whether this is a map, of whatever members.
    pub(super) fn map(&mut self, node: &Node, what: &str) -> bool {
        if !node.is_map() {
            self.wrong_kind::<()>(node, what, "a map");
        }
        node.is_map()
    }

    pub(super) fn list<'n>(&mut self, node: &'n Node, what: &str) -> Option<&'n [Node]> {
        node.as_list().or_else(|| self.wrong_kind(node, what, "a list"))
    }

    pub(super) fn text<'n>(&mut self, node: &'n Node, what: &str) -> Option<&'n str> {
        node.as_text().or_else(|| self.wrong_kind(node, what, "text"))
    }

    pub(super) fn flag(&mut self, node: &Node, what: &str) -> Option<bool> {
        node.as_bool().or_else(|| self.wrong_kind(node, what, "true or false"))
    }

    /// A whole number within a range.
    pub(super) fn number(&mut self, node: &Node, what: &str, range: (i64, i64)) -> Option<i64> {
        let Some(number) = node.as_integer() else {
            return self.wrong_kind(node, what, "a whole number");
        };
        if (range.0..=range.1).contains(&number) {
            return Some(number);
        }
        let message = format!("{what} must be between {} and {}", range.0, range.1);
        self.found.push(Diagnostic::error(codes::LIMIT, node.span, message));
        None
    }

    /// One of these words.
    pub(super) fn word(&mut self, node: &Node, what: &str, words: &[&'static str]) -> Option<&'static str> {
        let written = self.text(node, what)?;
        let found = words.iter().copied().find(|word| *word == written);
        if found.is_none() {
            let message = format!("`{written}` is no value of {what}");
            let error = Diagnostic::error(codes::WRONG_KIND, node.span, message);
            let error = error.suggest(written, words.iter().copied());
            self.found.push(error.help(format!("values: {}", words.join(" "))));
        }
        found
    }

    /// A length of time: whole seconds, or text like `30m`.
    pub(super) fn duration(&mut self, node: &Node, what: &str) -> Option<Duration> {
        let seconds = match node.as_text() {
            Some(text) => duration_text(text),
            None => node.as_integer().and_then(|seconds| u64::try_from(seconds).ok()),
        };
        if seconds.is_none() {
            let message = format!("{what} must be a length of time");
            let help = "seconds, or text like `90s`, `30m`, `12h`, `7d`, `2w`";
            self.refuse(codes::WRONG_KIND, node, message, help);
        }
        seconds.map(Duration::from_secs)
    }

    /// A list of texts; one text is a list of one.
    pub(super) fn texts<'n>(&mut self, node: &'n Node, what: &str) -> Vec<&'n Node> {
        let items = match node.as_list() {
            Some(items) => items,
            None => std::slice::from_ref(node),
        };
        items.iter().filter(|item| self.text(item, what).is_some()).collect()
    }

    /// A text fit for a header or status line: printable, one line.
    pub(super) fn line<'n>(&mut self, node: &'n Node, what: &str) -> Option<&'n str> {
        let text = self.text(node, what)?;
        if text.chars().any(char::is_control) {
            let message = format!("{what} must be one line without control characters");
            self.found.push(Diagnostic::error(codes::WRONG_KIND, node.span, message));
            return None;
        }
        Some(text)
    }

    /// A name as headers and cookies have it (RFC 9110, `token`).
    pub(super) fn wire_name(&mut self, name: &str, at: Span, what: &str) -> bool {
        let fits = is_token(name);
        if !fits {
            let message = format!("`{name}` is no name of a {what}");
            let error = Diagnostic::error(codes::WRONG_KIND, at, message);
            self.found.push(error.help("letters, digits and -_.!#$%&'*+^`|~"));
        }
        fits
    }

    /// The name of a header that a contract may write.
    pub(super) fn header_name(&mut self, name: &str, at: Span) -> bool {
        let own = written_by_the_server(name);
        if let Some(help) = own {
            let message = format!("`{name}` is written by the server itself");
            self.found.push(Diagnostic::error(codes::DUPLICATE_WIRE_NAME, at, message).help(help));
        }
        own.is_none() && self.wire_name(name, at, "header")
    }

    /// A media type such as `application/json; charset=utf-8`.
    pub(super) fn media_type<'n>(&mut self, node: &'n Node, what: &str) -> Option<&'n str> {
        let text = self.line(node, what)?;
        let essence = text.split(';').next().unwrap_or_default().trim();
        if essence.split_once('/').is_some_and(|(kind, sub)| is_token(kind) && is_token(sub)) {
            if let Some(charset) = foreign_charset(text) {
                self.refuse(codes::WRONG_KIND, node, format!("no text is written in `{charset}`"), UTF_8);
                return None;
            }
            return Some(text);
        }
        let message = format!("`{text}` is no media type");
        self.refuse(codes::WRONG_KIND, node, message, "for example `application/json`");
        None
    }

    /// A template as it was written.
    pub(super) fn parsed(&mut self, node: &Node) -> Option<Template> {
        parse(node).map_err(|found| self.found.extend(found)).ok()
    }

    /// A text that is a template.
    pub(super) fn parsed_text(&mut self, node: &Node, what: &str) -> Option<Template> {
        let text = self.text(node, what)?;
        parse_text(text, Locator::of(node)).map_err(|found| self.found.extend(found)).ok()
    }

    pub(super) fn compiled(
        &mut self,
        template: &Template,
        names: &dyn Names,
        setting: &Setting,
    ) -> Option<CompiledTemplate> {
        compile(template, names, setting).map_err(|found| self.found.extend(found)).ok()
    }

    /// Refuses a template that does not come to text.
    pub(super) fn wants_text(&mut self, template: &CompiledTemplate, at: Span, what: &str) -> bool {
        let ty = template.ty();
        let fits = (ty.is_text() || ty.is_number()) && !ty.nullable;
        if !fits {
            let message = format!("{what} must be text, this is {ty}");
            let help = "say what null should read like: `\"${x.orValue('')}\"`";
            self.found.push(Diagnostic::error(codes::TYPE_CLASH, at, message).help(help));
        }
        fits
    }
}

/// A name as RFC 9110 has it.
pub(super) fn is_token(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    !name.is_empty() && name.chars().all(fits)
}

/// Whole seconds of `90s`, `30m`, `12h`, `7d`, `2w`.
pub(crate) fn duration_text(text: &str) -> Option<u64> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        "w" => 604_800,
        _ => return None,
    };
    let plain = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let seconds = number.parse::<u64>().ok().filter(|_| plain)?.checked_mul(seconds)?;
    // A hundred thousand years: what lies beyond overflows dates.
    (seconds <= 3_155_760_000_000).then_some(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_are_seconds_or_text() {
        for (text, seconds) in
            [("0s", 0), ("30m", 1_800), ("12h", 43_200), ("7d", 604_800), ("2w", 1_209_600)]
        {
            assert_eq!(duration_text(text), Some(seconds), "{text}");
        }
        for text in ["", "m", "-1m", "1.5h", "30", "30min", "1분", "99999999999999999999d"] {
            assert_eq!(duration_text(text), None, "{text}");
        }
    }
}
