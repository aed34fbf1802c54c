//! `languages`, `texts`, `violations`.

use super::members::Reader;
use crate::diagnostic::{Diagnostic, codes};
use crate::expression::{Kind, Names, Type};
use crate::root_names::RootNames;
use crate::scope::Root;
use crate::source::{Node, NodeValue};
use crate::template::{CompiledTemplate, Setting, Template};
use crate::wording::{Languages, Localized, Texts, names_of_rule, rule_of};
use serde_json::Value;

pub(super) const LANGUAGES: [&str; 3] = ["offered", "default", "from"];
pub(super) const VIOLATIONS: [&str; 2] = ["codes", "texts"];

/// A text as it was written: per language, or once for all.
#[derive(Clone)]
pub(super) struct WrittenText {
    pub(super) texts: Vec<(Option<String>, Template)>,
}

impl WrittenText {
    pub(super) fn compile(
        &self,
        reader: &mut Reader,
        names: &dyn Names,
        setting: &Setting,
    ) -> Option<Localized> {
        let mut texts = Vec::new();
        for (language, text) in &self.texts {
            let compiled = reader.compiled(text, names, setting)?;
            reader.wants_text(&compiled, text.span, "a text").then_some(())?;
            texts.push((language.clone(), compiled));
        }
        Some(Localized { texts })
    }
}

/// The texts of a contract with what they are read with.
pub(super) struct Library {
    pub(super) languages: Languages,
    pub(super) written: Vec<(String, WrittenText)>,
    /// How texts write times.
    pub(super) setting: Setting,
}

impl Library {
    pub(super) fn keys(&self) -> Vec<String> {
        self.written.iter().map(|(key, _)| key.clone()).collect()
    }

    pub(super) fn get(&self, key: &str) -> Option<&WrittenText> {
        self.written.iter().find(|(known, _)| known == key).map(|(_, text)| text)
    }

    /// A text, or one text per offered language.
    pub(super) fn text(&self, reader: &mut Reader, node: &Node, what: &str) -> Option<WrittenText> {
        if !node.is_map() {
            let template = reader.parsed_text(node, what)?;
            return Some(WrittenText { texts: vec![(None, template)] });
        }
        let mut texts = Vec::new();
        for entry in node.entries() {
            if !self.languages.offered.contains(&entry.key) {
                let message = format!("`{}` is not offered", entry.key);
                let error = Diagnostic::error(codes::MISSING_TEXT, entry.key_span, message);
                let error = error.suggest(&entry.key, self.languages.offered.iter().map(String::as_str));
                reader.report(error.help(format!("languages: {}", self.languages.offered.join(" "))));
                continue;
            }
            if let Some(template) = reader.parsed_text(&entry.value, what) {
                texts.push((Some(entry.key.clone()), template));
            }
        }
        let missing: Vec<&str> = self
            .languages
            .offered
            .iter()
            .filter(|language| node.get(language).is_none())
            .map(String::as_str)
            .collect();
        if !missing.is_empty() {
            let message = format!("{what} is missing in {}", missing.join(", "));
            reader.refuse(
                codes::MISSING_TEXT,
                node,
                message,
                "every language that is offered needs its text",
            );
        }
        (!texts.is_empty()).then_some(WrittenText { texts })
    }

    /// The texts for `text(key)`; those that `elsewhere` uses directly may read names that only hold there.
    pub(super) fn compile(&self, reader: &mut Reader, elsewhere: &[String]) -> Texts {
        self.check_named(reader);
        let own = |(key, text): &&(String, WrittenText)| !elsewhere.contains(key) || text.reads_nothing();
        let keys: Vec<String> = self.written.iter().filter(own).map(|(key, _)| key.clone()).collect();
        let names = RootNames::new().request().texts(&keys);
        let mut list = Vec::new();
        for (key, text) in self.written.iter().filter(own) {
            if let Some(compiled) = text.compile(reader, &names, &self.setting) {
                list.push((key.clone(), compiled));
            }
        }
        Texts { default: self.languages.default.clone(), list }
    }
}

pub(super) fn languages(reader: &mut Reader, node: &Node) -> Languages {
    let mut languages = Languages::default();
    if !reader.members(node, "`languages`", &LANGUAGES) {
        return languages;
    }
    if let Some(offered) = node.get("offered") {
        let mut tags = Vec::new();
        for item in reader.texts(offered, "`offered`") {
            let tag = item.as_text().unwrap_or_default();
            let fits = |part: &str| {
                (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
            };
            if tag.split('-').all(fits) {
                tags.push(tag.to_owned());
            } else {
                let message = format!("`{tag}` is no language tag");
                reader.refuse(codes::WRONG_KIND, item, message, "for example `en` or `pt-BR`");
            }
        }
        if tags.is_empty() {
            reader.refuse(
                codes::WRONG_KIND,
                offered,
                "no language is offered",
                "for example `offered: [en]`",
            );
        } else {
            languages.offered = tags;
        }
    }
    languages.default = languages.offered.first().cloned().unwrap_or_default();
    if let Some(default) = node.get("default")
        && let Some(tag) = reader.text(default, "`default`")
    {
        if languages.offered.iter().any(|offered| offered == tag) {
            languages.default = tag.to_owned();
        } else {
            let message = format!("the default `{tag}` is not offered");
            reader.refuse(
                codes::WRONG_KIND,
                default,
                message,
                &format!("offered: {}", languages.offered.join(" ")),
            );
        }
    }
    languages.from = node.get("from").and_then(|from| language_source(reader, from));
    languages
}

fn language_source(reader: &mut Reader, node: &Node) -> Option<CompiledTemplate> {
    let anything = || Type::new(Kind::AnyObject);
    let names = RootNames::new()
        .request()
        .with("header", anything(), Root::Header.slot())
        .with("query", anything(), Root::Query.slot())
        .with("cookie", anything(), Root::Cookie.slot())
        .with("path", anything(), Root::PathParameters.slot());
    let template = reader.parsed(node)?;
    let compiled = reader.compiled(&template, &names, &Setting::input())?;
    if compiled.constant().is_some() || !(compiled.ty().is_text() || compiled.ty().kind == Kind::Any) {
        let message = "`from` wants a part of the request whose text names the language";
        let help = "for example `from: {$first: [$query.lang, $header.Accept-Language]}`";
        reader.refuse(codes::WRONG_KIND, node, message, help);
        return None;
    }
    Some(compiled)
}

pub(super) fn texts(reader: &mut Reader, node: Option<&Node>, library: &mut Library) {
    let Some(node) = node.filter(|node| reader.map(node, "`texts`")) else { return };
    let mut written = Vec::new();
    for entry in node.entries() {
        let what = format!("the text `{}`", entry.key);
        if let Some(text) = library.text(reader, &entry.value, &what) {
            written.push((entry.key.clone(), text));
        }
    }
    library.written = written;
}

/// What `violations` says: own codes by rule, own texts by rule, field or both.
#[derive(Default)]
pub(super) struct Violations {
    pub(super) codes: Vec<(String, Value)>,
    pub(super) texts: Vec<(String, Localized)>,
}

pub(super) fn violations(reader: &mut Reader, node: &Node, library: &Library) -> Violations {
    let mut read = Violations::default();
    if !reader.members(node, "`violations`", &VIOLATIONS) {
        return read;
    }
    if let Some(own) = node.get("codes").filter(|own| reader.map(own, "`codes`")) {
        for entry in own.entries() {
            match &entry.value.value {
                NodeValue::Text(_) | NodeValue::Integer(_) => {
                    read.codes.push((entry.key.clone(), entry.value.to_json()));
                }
                _ => {
                    let help = "for example `minLength: PasswordTooShort`";
                    reader.refuse(codes::WRONG_KIND, &entry.value, "a rule's code is text or a number", help);
                }
            }
        }
    }
    if let Some(own) = node.get("texts").filter(|own| reader.map(own, "`texts`")) {
        let keys = library.keys();
        for entry in own.entries() {
            let names = names_of_rule(rule_of(&entry.key)).texts(&keys);
            let what = format!("the text of `{}`", entry.key);
            let text = library.text(reader, &entry.value, &what);
            if let Some(text) = text.and_then(|text| {
                library.check_without_request(reader, &text, "the text of a rule");
                text.compile(reader, &names, &library.setting)
            }) {
                read.texts.push((entry.key.clone(), text));
            }
        }
    }
    read
}
