//! Nodes of a contract into templates: constants, texts with values, and the three directives.

use super::ast::{EachAst, Key, MapAst, Member, Template, TemplateKind};
use super::text::parse_text;
use crate::diagnostic::{Diagnostic, codes};
use crate::expression::{Ast, Locator, MAX_DEPTH, MAX_TEXT, parse as parse_expression};
use crate::source::{Entry, Node, NodeValue, Span};
use serde_json::{Map, Value};

/// Reads a node as a template.
///
/// # Errors
/// DW033 for directives, DW030 and DW038 for texts and expressions, all of them at once.
pub fn parse(node: &Node) -> Result<Template, Vec<Diagnostic>> {
    let mut reader = Reader { found: Vec::new() };
    match reader.template(node, 0) {
        Some(template) if reader.found.is_empty() => Ok(template),
        _ => Err(reader.found),
    }
}

const DIRECTIVES: [&str; 4] = ["$each", "$map", "$first", "$spread"];

struct Reader {
    found: Vec<Diagnostic>,
}

impl Reader {
    fn bad<T>(&mut self, span: Span, message: impl Into<String>, help: &str) -> Option<T> {
        self.found.push(Diagnostic::error(codes::BAD_DIRECTIVE, span, message).help(help));
        None
    }

    fn kept<T>(&mut self, result: Result<T, Vec<Diagnostic>>) -> Option<T> {
        result.map_err(|found| self.found.extend(found)).ok()
    }

    fn template(&mut self, node: &Node, depth: usize) -> Option<Template> {
        if depth > MAX_DEPTH {
            let message = format!("a template nested deeper than {MAX_DEPTH} levels");
            self.found.push(Diagnostic::error(codes::LIMIT, node.span, message));
            return None;
        }
        if node.as_text().is_some_and(|text| text.len() > MAX_TEXT) {
            let message = format!("a text longer than {MAX_TEXT} bytes: it would be cut");
            self.found.push(Diagnostic::error(codes::LIMIT, node.span, message));
            return None;
        }
        match &node.value {
            NodeValue::Text(text) => self.kept(parse_text(text, Locator::of(node))),
            NodeValue::List(items) => self.list(node.span, items, depth),
            NodeValue::Map(entries) => self.map(node, entries, depth),
            _ => Some(Template { span: node.span, kind: TemplateKind::Constant(node.to_json()) }),
        }
    }

    fn templates(&mut self, items: &[Node], depth: usize) -> Option<Vec<Template>> {
        // All of them are read before one gives up, so that every error is seen.
        let read: Vec<Option<Template>> = items.iter().map(|item| self.template(item, depth + 1)).collect();
        read.into_iter().collect()
    }

    fn list(&mut self, span: Span, items: &[Node], depth: usize) -> Option<Template> {
        let items = self.templates(items, depth)?;
        let constants: Option<Vec<Value>> = items.iter().map(|item| constant(item).cloned()).collect();
        let kind = match constants {
            Some(values) => TemplateKind::Constant(Value::Array(values)),
            None => TemplateKind::List(items),
        };
        Some(Template { span, kind })
    }

    fn map(&mut self, node: &Node, entries: &[Entry], depth: usize) -> Option<Template> {
        let directive =
            entries.iter().find(|entry| entry.key.starts_with('$') && !entry.key.starts_with("$$"));
        let kind = match directive.map(|entry| (entry.key.as_str(), entry)) {
            None => self.object(entries, depth)?,
            Some(("$first", entry)) => self.first(entry, entries.len(), depth)?,
            Some(("$map", entry)) => TemplateKind::Map(Box::new(self.table(node, entry, depth)?)),
            Some(("$spread", _)) => self.object(entries, depth)?,
            Some(("$each", entry)) if keyed(entry) => self.object(entries, depth)?,
            Some(("$each", entry)) => {
                let each = self.each(entry, depth);
                if entries.len() > 1 {
                    let help =
                        "with a `key` it makes members of this object; without one it is a list by itself";
                    return self.bad(entry.key_span, "`$each` without a `key` stands alone", help);
                }
                TemplateKind::Each(Box::new(each?))
            }
            Some((key, entry)) => return self.unknown(key, entry),
        };
        Some(Template { span: node.span, kind })
    }

    fn unknown<T>(&mut self, key: &str, entry: &Entry) -> Option<T> {
        let error =
            Diagnostic::error(codes::BAD_DIRECTIVE, entry.key_span, format!("unknown directive `{key}`"))
                .suggest(key, DIRECTIVES)
                .help(format!(
                    "directives: {}; a member that begins with a dollar sign is written `${key}`",
                    DIRECTIVES.join(" ")
                ));
        self.found.push(error);
        None
    }

    fn object(&mut self, entries: &[Entry], depth: usize) -> Option<TemplateKind> {
        let read: Vec<Option<Member>> = entries.iter().map(|entry| self.member(entry, depth)).collect();
        let members = read.into_iter().collect::<Option<Vec<Member>>>()?;
        Some(match constants(&members) {
            Some(object) => TemplateKind::Constant(Value::Object(object)),
            None => TemplateKind::Object(members),
        })
    }

    fn member(&mut self, entry: &Entry, depth: usize) -> Option<Member> {
        if entry.key == "$each" {
            return Some(Member::Each(Box::new(self.each(entry, depth)?)));
        }
        if entry.key == "$spread" {
            return Some(Member::Spread(self.template(&entry.value, depth + 1)?));
        }
        if entry.key.starts_with('$') && !entry.key.starts_with("$$") {
            return self.unknown(&entry.key, entry);
        }
        if entry.key.contains("${") {
            let help = "a `: ` ends an unquoted text: quote the whole text, \"${a ? b : c}\"";
            return self.bad(entry.key_span, "a member's name has no holes", help);
        }
        if entry.bare {
            let error = Diagnostic::error(
                codes::INVALID_DOCUMENT,
                entry.key_span,
                format!("`{}` is a member without a value", entry.key),
            );
            let help =
                "a comma ends a text inside braces: put the text before it in quotes, or write `: null`";
            self.found.push(error.help(help));
            return None;
        }
        let value = self.template(&entry.value, depth + 1)?;
        Some(Member::Pair(key_of(entry), value))
    }

    fn first(&mut self, entry: &Entry, members: usize, depth: usize) -> Option<TemplateKind> {
        if members > 1 {
            return self.bad(entry.key_span, "`$first` stands alone", "write `{$first: [a, b]}`");
        }
        match entry.value.as_list() {
            Some(items) if !items.is_empty() => Some(TemplateKind::First(self.templates(items, depth)?)),
            _ => {
                let message =
                    format!("`$first` wants a list of templates, this is {}", entry.value.describe());
                self.bad(entry.value.span, message, "write `{$first: [a, b]}`")
            }
        }
    }

    fn table(&mut self, node: &Node, directive: &Entry, depth: usize) -> Option<MapAst> {
        let value = self.template(&directive.value, depth + 1);
        let mut cases = Vec::new();
        let mut otherwise = None;
        let mut complete = true;
        for entry in node.entries().iter().filter(|entry| entry.key != "$map") {
            if entry.key.starts_with('$') && !entry.key.starts_with("$$") && entry.key != "$else" {
                return self.unknown(&entry.key, entry);
            }
            let Some(result) = self.template(&entry.value, depth + 1) else {
                complete = false;
                continue;
            };
            if entry.key == "$else" { otherwise = Some(result) } else { cases.push((key_of(entry), result)) }
        }
        if cases.is_empty() && complete {
            return self.bad(
                directive.key_span,
                "`$map` lists no value",
                "write `{$map: $body.type, A: a, B: b}`",
            );
        }
        let value = value.filter(|_| complete)?;
        Some(MapAst { span: node.span, value, cases, otherwise })
    }

    fn each(&mut self, entry: &Entry, depth: usize) -> Option<EachAst> {
        const HELP: &str = "write `{$each: {in: $violations, item: {field: $it.field}}}`";
        const MEMBERS: [&str; 6] = ["in", "item", "items", "key", "where", "as"];
        if !entry.value.is_map() {
            let message = format!("`$each` wants a map, this is {}", entry.value.describe());
            return self.bad(entry.value.span, message, HELP);
        }
        for member in entry.value.entries().iter().filter(|member| !MEMBERS.contains(&member.key.as_str())) {
            let message = format!("`$each` has no member `{}`", member.key);
            let error = Diagnostic::error(codes::BAD_DIRECTIVE, member.key_span, message);
            self.found.push(error.suggest(&member.key, MEMBERS).help(HELP));
        }
        let Some(list) = entry.value.get("in") else {
            return self.bad(entry.key_span, "`$each` without `in`", HELP);
        };
        let (item, collect) = match (entry.value.get("item"), entry.value.get("items")) {
            (Some(item), None) => (item, false),
            (None, Some(items)) => (items, true),
            _ => return self.bad(entry.key_span, "`$each` wants either `item` or `items`", HELP),
        };
        let key = entry.value.get("key");
        if collect && key.is_none() {
            let help = "`items` collects a list per key; for one list of all write `item`";
            return self.bad(entry.key_span, "`items` without a `key`", help);
        }
        let list = self.template(list, depth + 1);
        let item = self.template(item, depth + 1);
        let key = self.keys(key, depth);
        let condition = self.condition(entry.value.get("where"));
        let variable = self.variable(entry.value.get("as"));
        Some(EachAst {
            span: entry.key_span.to(entry.value.span),
            list: list?,
            variable: variable?,
            condition: condition?,
            key: key?,
            item: item?,
            collect,
        })
    }

    fn keys(&mut self, key: Option<&Node>, depth: usize) -> Option<Vec<Template>> {
        match key.map(|key| (key, key.as_list())) {
            None => Some(Vec::new()),
            Some((key, Some([]))) => self.bad(key.span, "an empty `key`", "write `key: $it.field`"),
            Some((_, Some(levels))) => self.templates(levels, depth),
            Some((key, None)) => Some(vec![self.template(key, depth + 1)?]),
        }
    }

    fn condition(&mut self, node: Option<&Node>) -> Option<Option<Ast>> {
        let Some(node) = node else {
            return Some(None);
        };
        match node.as_text() {
            Some(text) => {
                self.kept(parse_expression(text, Locator::of(node)).map_err(|error| vec![error])).map(Some)
            }
            None => self.bad(node.span, "`where` wants an expression", "write `where: it.field != null`"),
        }
    }

    fn variable(&mut self, node: Option<&Node>) -> Option<String> {
        let Some(node) = node else {
            return Some("it".to_owned());
        };
        let is_name = |text: &&str| {
            text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
                && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
                && !["true", "false", "null", "in", "omit"].contains(text)
        };
        match node.as_text().filter(is_name) {
            Some(name) => Some(name.to_owned()),
            None => self.bad(node.span, "`as` wants a name", "write `as: violation`"),
        }
    }
}

fn keyed(entry: &Entry) -> bool {
    entry.value.get("key").is_some()
}

/// A key as it goes over the wire: `$$` is a dollar sign.
fn key_of(entry: &Entry) -> Key {
    let name = match entry.key.strip_prefix("$$") {
        Some(rest) => format!("${rest}"),
        None => entry.key.clone(),
    };
    Key { span: entry.key_span, name }
}

fn constant(template: &Template) -> Option<&Value> {
    match &template.kind {
        TemplateKind::Constant(value) => Some(value),
        _ => None,
    }
}

fn constants(members: &[Member]) -> Option<Map<String, Value>> {
    let pair = |member: &Member| match member {
        Member::Pair(key, template) => Some((key.name.clone(), constant(template)?.clone())),
        Member::Each(_) | Member::Spread(_) => None,
    };
    members.iter().map(pair).collect()
}

#[cfg(test)]
mod tests;
