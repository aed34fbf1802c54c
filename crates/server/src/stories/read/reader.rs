//! Reading the objects of a file of stories: known members, kinds, names. Everything wrong is collected.

use crate::stories::text::{BadText, Hole, Text, is_name};
use crate::stories::wanted::{Wanted, stands_in_text};
use doorward_contract::diagnostic::{Code, Diagnostic, codes};
use doorward_contract::{Entry, Node, NodeValue, Span};
use regex::Regex;
use std::collections::BTreeSet;

/// Collects what is wrong, and knows which names there are so far.
#[derive(Default)]
pub(super) struct Reader {
    pub(super) found: Vec<Diagnostic>,
    pub(super) known: BTreeSet<String>,
    /// Names that were used and are not known; nothing where those are mistakes.
    missing: Option<BTreeSet<String>>,
}

impl Reader {
    /// Refuses a node, with help.
    pub(super) fn refuse(&mut self, code: Code, node: &Node, message: impl Into<String>, help: &str) {
        self.found.push(Diagnostic::error(code, node.span, message).help(help));
    }

    fn wrong_kind<T>(&mut self, node: &Node, what: &str, wanted: &str) -> Option<T> {
        let message = format!("{what} must be {wanted}, this is {}", node.describe());
        let mut error = Diagnostic::error(codes::WRONG_KIND, node.span, message);
        if wanted.starts_with("text") && !node.is_map() && node.as_list().is_none() {
            error = error.help("put it in quotes to make it text");
        }
        self.found.push(error);
        None
    }

    /// Reads something in which unknown names are no mistakes; gives them back.
    pub(super) fn free<T>(&mut self, read: impl FnOnce(&mut Reader) -> T) -> (T, BTreeSet<String>) {
        self.known = BTreeSet::new();
        self.missing = Some(BTreeSet::new());
        let value = read(self);
        (value, self.missing.take().unwrap_or_default())
    }

    /// Whether this is a map of these members.
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

    pub(super) fn flag(&mut self, node: &Node, what: &str) -> bool {
        node.as_bool().or_else(|| self.wrong_kind(node, what, "true or false")).unwrap_or_default()
    }

    /// One node, or those of a list.
    pub(super) fn one_or_more<'n>(&mut self, node: &'n Node, what: &str) -> Vec<&'n Node> {
        match &node.value {
            NodeValue::List(items) => items.iter().collect(),
            NodeValue::Text(_) => vec![node],
            _ => self.wrong_kind(node, what, "text or a list of texts").unwrap_or_default(),
        }
    }

    /// A whole number that is not negative.
    pub(super) fn count(&mut self, node: &Node, what: &str) -> Option<usize> {
        let count = node.as_integer().and_then(|number| usize::try_from(number).ok());
        count.or_else(|| self.wrong_kind(node, what, "a whole number"))
    }

    /// A key that becomes a name.
    pub(super) fn name(&mut self, entry: &Entry) {
        if !is_name(&entry.key) {
            let message = format!("`{}` is no name: letters, digits, `_` and `-` are expected", entry.key);
            self.found.push(Diagnostic::error(codes::SYNTAX, entry.key_span, message));
        }
    }

    /// A text that may have names and holes.
    pub(super) fn pattern(&mut self, node: &Node, what: &str) -> Option<Text> {
        let written = match &node.value {
            NodeValue::Integer(number) => number.to_string(),
            NodeValue::Bool(flag) => flag.to_string(),
            _ => self.text(node, what)?.to_owned(),
        };
        match Text::parse(&written) {
            Ok(text) => {
                self.names_of(&text, node);
                Some(text)
            }
            Err(bad) => {
                self.bad_text(&bad, node);
                None
            }
        }
    }

    /// A text that is sent: names, but no holes.
    pub(super) fn sent_text(&mut self, node: &Node, what: &str) -> Option<Text> {
        let text = self.pattern(node, what)?;
        if let Some(hole) = text.hole() {
            self.no_hole_here(node, hole);
            return None;
        }
        Some(text)
    }

    fn no_hole_here(&mut self, node: &Node, hole: Hole) {
        let message = format!("`${}` stands for something unknown, and this is sent", hole.name());
        let help = "write the value, or `${name}` of a value that was kept; `$$` is a dollar sign";
        self.refuse(codes::TYPE_CLASH, node, message, help);
    }

    fn names_of(&mut self, text: &Text, node: &Node) {
        for name in
            text.names().filter(|name| !self.known.contains(*name)).map(str::to_owned).collect::<Vec<_>>()
        {
            if let Some(missing) = &mut self.missing {
                missing.insert(name);
                continue;
            }
            let at = self.inside(node, &format!("${{{name}}}"));
            let message = format!("nothing before this keeps a value called `{name}`");
            let error = Diagnostic::error(codes::UNKNOWN_NAME, at, message);
            let error = error.suggest(&name, self.known.iter().map(String::as_str));
            self.found.push(
                error.help("a step's `keep:` gives names to values of its reply; `names:` to constants"),
            );
        }
    }

    /// The span of a word in a text, where that can be told.
    fn inside(&self, node: &Node, word: &str) -> Span {
        let found = node.as_text().and_then(|text| text.find(word)).zip(node.text_at);
        found.map_or(node.span, |(at, begin)| Span {
            source: node.span.source,
            start: begin + at,
            end: begin + at + word.len(),
        })
    }

    fn bad_text(&mut self, bad: &BadText, node: &Node) {
        let at = node.text_at.map_or(node.span, |begin| Span {
            source: node.span.source,
            start: begin + bad.at.0,
            end: begin + bad.at.1,
        });
        let mut error = Diagnostic::error(codes::UNKNOWN_NAME, at, bad.message.clone());
        if let Some(word) = &bad.word {
            error = error.suggest(word, Hole::names());
            let all: Vec<String> = Hole::names().map(|name| format!("${name}")).collect();
            error = error.help(format!(
                "placeholders: {}; a kept value is `${{name}}`, a dollar sign `$$`",
                all.join(" ")
            ));
        }
        self.found.push(error);
    }

    /// A regular expression.
    pub(super) fn regex(&mut self, node: &Node, what: &str) -> Option<Regex> {
        let text = self.text(node, what)?;
        match Regex::new(text) {
            Ok(regex) => Some(regex),
            Err(error) => {
                let said = error.to_string();
                let said = said.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
                let help = "it is a linear regular expression: no look-around and no back-references";
                self.refuse(codes::SYNTAX, node, format!("this pattern cannot be read: {said}"), help);
                None
            }
        }
    }

    /// JSON that must come back.
    pub(super) fn wanted(&mut self, node: &Node) -> Option<Wanted> {
        Some(match &node.value {
            NodeValue::Text(_) => {
                let text = self.pattern(node, "this")?;
                if let Some(hole) =
                    text.hole().filter(|hole| text.only_hole().is_none() && !stands_in_text(*hole))
                {
                    let message = format!("`${}` cannot stand inside a longer text", hole.name());
                    self.refuse(codes::TYPE_CLASH, node, message, "make it the whole value, or write `$any`");
                }
                Wanted::Text(text)
            }
            NodeValue::List(items) => {
                Wanted::List(items.iter().filter_map(|item| self.wanted(item)).collect())
            }
            NodeValue::Map(entries) => match entries.as_slice() {
                [entry] if entry.key == "$not" => Wanted::Not(Box::new(self.wanted(&entry.value)?)),
                [entry] if entry.key == "$matches" => {
                    Wanted::Matches(self.regex(&entry.value, "`$matches`")?)
                }
                entries => {
                    let mut members = Vec::new();
                    for entry in entries {
                        if entry.bare {
                            let message = format!("`{}` has no value", entry.key);
                            let error = Diagnostic::error(codes::INVALID_DOCUMENT, entry.key_span, message);
                            self.found.push(error.help("a text with a comma inside `{…}` wants quotes"));
                        }
                        if let Some(value) = self.wanted(&entry.value) {
                            members.push((entry.key.clone(), value));
                        }
                    }
                    Wanted::Map(members)
                }
            },
            _ => Wanted::Constant(node.to_json()),
        })
    }

    /// JSON that is sent.
    pub(super) fn sent(&mut self, node: &Node) -> Option<Wanted> {
        let value = self.wanted(node)?;
        if !value.is_known() {
            let message = "this asks for something unknown, and it is sent";
            let help = "write the values, or `${name}` of values that were kept; `$$` is a dollar sign";
            self.refuse(codes::TYPE_CLASH, node, message, help);
            return None;
        }
        Some(value)
    }

    /// A map of names to texts that are sent.
    pub(super) fn sent_texts(&mut self, node: &Node, what: &str) -> Vec<(String, Text)> {
        if !self.map(node, what) {
            return Vec::new();
        }
        let mut texts = Vec::new();
        for entry in node.entries() {
            if let Some(text) = self.sent_text(&entry.value, &format!("`{}`", entry.key)) {
                texts.push((entry.key.clone(), text));
            }
        }
        texts
    }
}
