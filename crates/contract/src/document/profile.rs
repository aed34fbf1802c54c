//! `account.profile`: the contract's own fields, and what their values must be.

use super::members::Reader;
use crate::account_view::ACCOUNT_FIELDS;
use crate::diagnostic::{Diagnostic, codes};
use crate::schema::Schemas;
use crate::source::{Entry, Node, NodeValue};
use crate::template::TimeFormat;
use crate::wire_date::WireDate;
use doorward_core::identifier::Compare;
use doorward_core::profile::{ChangeLimit, Field, FieldType, Generate, ProfileSchema, Rules, SetBy};
use serde_json::{Map, Value};

const TYPES: [FieldType; 8] = [
    FieldType::Text,
    FieldType::Integer,
    FieldType::Number,
    FieldType::Boolean,
    FieldType::Date,
    FieldType::DateTime,
    FieldType::List,
    FieldType::Object,
];
pub(super) const TYPE_WORDS: [&str; 8] =
    ["text", "integer", "number", "boolean", "date", "datetime", "list", "object"];
/// The members of a field that are the language's own.
pub(super) const MEMBERS: [&str; 11] = [
    "type",
    "enum",
    "default",
    "nullable",
    "unique",
    "set_by",
    "set",
    "change_every",
    "generate",
    "min_age",
    "wire",
];
pub(super) const GENERATE: [&str; 3] = ["prefix", "alphabet", "length"];
pub(super) const SETTERS: [&str; 3] = ["caller", "operator", "server"];
/// JSON Schema keywords, by the types that they speak about.
pub(super) const KEYWORDS: [(&str, &[FieldType]); 16] = [
    ("minLength", &[FieldType::Text]),
    ("maxLength", &[FieldType::Text]),
    ("pattern", &[FieldType::Text]),
    ("format", &[FieldType::Text]),
    ("minimum", NUMBERS),
    ("maximum", NUMBERS),
    ("exclusiveMinimum", NUMBERS),
    ("exclusiveMaximum", NUMBERS),
    ("multipleOf", NUMBERS),
    ("minItems", &[FieldType::List]),
    ("maxItems", &[FieldType::List]),
    ("uniqueItems", &[FieldType::List]),
    ("items", &[FieldType::List]),
    ("properties", &[FieldType::Object]),
    ("required", &[FieldType::Object]),
    ("additionalProperties", &[FieldType::Object]),
];
const NUMBERS: &[FieldType] = &[FieldType::Integer, FieldType::Number];
/// Nobody is older.
const OLDEST: i64 = 150;

/// Reads the fields, in written order.
pub(super) fn fields(reader: &mut Reader, node: &Node, contract: &Node) -> Vec<Field> {
    let mut schemas = Schemas::new(contract);
    let mut fields = FieldReader { reader, schemas: &mut schemas };
    node.entries().iter().filter_map(|entry| fields.read(entry)).collect()
}

struct FieldReader<'r, 'c> {
    reader: &'r mut Reader,
    schemas: &'r mut Schemas<'c>,
}

impl FieldReader<'_, '_> {
    fn read(&mut self, entry: &Entry) -> Option<Field> {
        let name = entry.key.as_str();
        if ACCOUNT_FIELDS.contains(&name) {
            let message = format!("every account has a `{name}` already");
            let error = Diagnostic::error(codes::DUPLICATE_WIRE_NAME, entry.key_span, message);
            let help = "give the profile field another name; the wire name is set in replies";
            self.reader.report(error.help(help));
            return None;
        }
        let node = &entry.value;
        let mut field = Field::new(name, FieldType::Text);
        if node.as_text().is_some() {
            field.kind = self.field_type(node)?;
            field.rules = self.rules(&field, node);
            return Some(field);
        }
        let known: Vec<&str> = MEMBERS.into_iter().chain(KEYWORDS.map(|(word, _)| word)).collect();
        if !self.reader.members(node, "a profile field", &known) {
            return None;
        }
        if let Some(kind) = node.get("type") {
            field.kind = self.field_type(kind)?;
        }
        field.rules = self.rules(&field, node);
        self.values(&mut field, node);
        self.filling(&mut field, node);
        Some(field)
    }

    fn field_type(&mut self, node: &Node) -> Option<FieldType> {
        let word = self.reader.word(node, "the type of a profile field", &TYPE_WORDS)?;
        TYPES.into_iter().find(|kind| kind.name() == word)
    }

    /// `enum`, `default`, `min_age`: what its value may be.
    fn values(&mut self, field: &mut Field, node: &Node) {
        if let Some(allowed) = node.get("enum") {
            let values = self.reader.list(allowed, "`enum`").unwrap_or_default();
            if allowed.as_list().is_some_and(<[Node]>::is_empty) {
                let message = format!("`{}` may have no value at all", field.name);
                self.reader.refuse(
                    codes::WRONG_KIND,
                    allowed,
                    message,
                    "list its values, or take `enum` away",
                );
            }
            values.iter().for_each(|value| self.admits(field, value));
            field.allowed = values.iter().map(Node::to_json).collect();
        }
        if let Some(default) = node.get("default") {
            self.admits(field, default);
            field.default = Some(default.to_json());
        }
        if let Some(years) = node.get("min_age") {
            if !matches!(field.kind, FieldType::Date | FieldType::DateTime) {
                let message = format!("`{}` is {}, and has no age", field.name, field.kind.name());
                self.reader.refuse(codes::WRONG_KIND, years, message, "an age wants `type: date`");
            }
            let years = self.reader.number(years, "`min_age`", (1, OLDEST));
            field.min_age = years.and_then(|years| u32::try_from(years).ok());
        }
    }

    /// Who sets it, and what it is when nobody does.
    fn filling(&mut self, field: &mut Field, node: &Node) {
        if let Some(nullable) = node.get("nullable") {
            field.nullable = self.reader.flag(nullable, "`nullable`").unwrap_or(false);
        }
        if let Some(unique) = node.get("unique") {
            field.unique = self.unique(unique);
        }
        field.changes = change_limit(self.reader, node);
        if let Some(generate) = node.get("generate") {
            field.generate = self.generate(field, generate);
            field.set_by = SetBy::Server;
        }
        if let Some(set_by) = node.get("set_by") {
            field.set_by = match self.reader.word(set_by, "`set_by`", &SETTERS) {
                Some("operator") => SetBy::Operator,
                Some("server") => SetBy::Server,
                _ => SetBy::Caller,
            };
        }
    }

    /// `true`, or how texts are compared.
    fn unique(&mut self, node: &Node) -> Option<Compare> {
        if let Some(unique) = node.as_bool() {
            return unique.then_some(Compare::Exact);
        }
        match self.reader.word(node, "`unique`", &["exact", "caseless"])? {
            "caseless" => Some(Compare::Caseless),
            _ => Some(Compare::Exact),
        }
    }

    fn generate(&mut self, field: &Field, node: &Node) -> Option<Generate> {
        if !self.reader.members(node, "`generate`", &GENERATE) {
            return None;
        }
        if field.kind != FieldType::Text || !field.allowed.is_empty() || field.default.is_some() {
            let message = format!("`{}` cannot be drawn", field.name);
            let help = "what is drawn is free text: without another `type`, `enum` or `default`";
            self.reader.refuse(codes::WRONG_KIND, node, message, help);
        }
        let prefix = node.get("prefix").and_then(|prefix| self.reader.line(prefix, "`prefix`"));
        let length =
            node.get("length").map_or(Some(16), |node| self.reader.number(node, "`length`", (4, 256)));
        let alphabet = match node.get("alphabet") {
            Some(alphabet) => alphabet_of(self.reader, alphabet)?,
            None => ('0'..='9').chain('A'..='Z').chain('a'..='z').collect(),
        };
        let generate = Generate {
            prefix: prefix.unwrap_or_default().to_owned(),
            alphabet,
            length: usize::try_from(length?).unwrap_or(16),
        };
        self.can_fit(field, &generate, node);
        Some(generate)
    }

    /// What is drawn keeps the field's own rules.
    fn can_fit(&mut self, field: &Field, generate: &Generate, node: &Node) {
        let Some(rules) = &field.rules else { return };
        let drawn: String = generate.alphabet.iter().cycle().take(generate.length).collect();
        let sample = Value::String(format!("{}{drawn}", generate.prefix));
        if let Some(broken) = rules.check.broken(&sample).first() {
            let message = format!("what is drawn here may break the field's own `{}`", broken.rule);
            self.reader.refuse(codes::WRONG_KIND, node, message, "let `generate` and the rules say the same");
        }
    }

    /// The JSON Schema keywords of a field; dates always have their format.
    fn rules(&mut self, field: &Field, node: &Node) -> Option<Rules> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut broken = false;
        for entry in node.entries() {
            let Some((_, kinds)) = KEYWORDS.iter().find(|(word, _)| *word == entry.key) else { continue };
            if !kinds.contains(&field.kind) {
                let kinds: Vec<&str> = kinds.iter().map(|kind| kind.name()).collect();
                let message = format!(
                    "`{}` is {}, and `{}` a rule of {}",
                    field.name,
                    field.kind.name(),
                    entry.key,
                    kinds.join(" and ")
                );
                let error = Diagnostic::error(codes::WRONG_KIND, entry.key_span, message);
                self.reader.report(error.help("take it away, or give the field another `type`"));
                broken = true;
            }
            entries.push(entry.clone());
        }
        let format = match field.kind {
            FieldType::Date => Some("date"),
            FieldType::DateTime => Some("date-time"),
            _ => None,
        };
        if broken || (entries.is_empty() && format.is_none()) {
            return None;
        }
        let said = |word: &str, text: &str| Entry {
            key: word.to_owned(),
            key_span: node.span,
            value: Node::new(node.span, NodeValue::Text(text.to_owned())),
            bare: false,
        };
        entries.extend(format.map(|format| said("format", format)));
        let schema = entries.iter().map(|entry| (entry.key.clone(), entry.value.to_json()));
        let schema = Value::Object(schema.collect::<Map<_, _>>());
        entries.insert(0, said("type", field.kind.json_type()));
        match self.schemas.compile(&Node::new(node.span, NodeValue::Map(entries))) {
            Ok(check) => Some(Rules { schema, check }),
            Err(found) => {
                self.reader.found.extend(found);
                None
            }
        }
    }

    /// Refuses a value that the field could never have.
    fn admits(&mut self, field: &Field, node: &Node) {
        let value = node.to_json();
        if !field.kind.admits(&value) {
            let message = format!("`{}` is {}, this is {}", field.name, field.kind.name(), node.describe());
            let help = if field.kind == FieldType::Text {
                "put it in quotes to make it text"
            } else {
                "or give it another `type`"
            };
            return self.reader.refuse(codes::WRONG_KIND, node, message, help);
        }
        if !field.allowed.is_empty() && !field.allowed.contains(&value) {
            let message = format!("this is not among the values of `{}`", field.name);
            return self.reader.refuse(
                codes::WRONG_KIND,
                node,
                message,
                "add it to `enum`, or take one of those",
            );
        }
        let broken = field.rules.as_ref().and_then(|rules| rules.check.broken(&value).into_iter().next());
        if let Some(broken) = broken {
            let message = format!("this breaks the field's own `{}`", broken.rule);
            self.reader.refuse(codes::WRONG_KIND, node, message, "callers could not set it either");
        }
    }
}

/// How dates and times are written on the wire.
pub(super) fn wire_dates(reader: &mut Reader, node: &Node, profile: &ProfileSchema) -> Vec<WireDate> {
    let mut dates = Vec::new();
    for entry in node.entries() {
        let Some((wire, field)) = entry.value.get("wire").zip(profile.field(&entry.key)) else { continue };
        let Some(written) = reader.text(wire, "`wire`") else { continue };
        let format = match TimeFormat::parse(written, None) {
            Ok(format) => format,
            Err(message) => {
                reader.refuse(codes::WRONG_KIND, wire, message, "for example `wire: '%d/%m/%Y'`");
                continue;
            }
        };
        let keeps = match field.kind {
            FieldType::Date => format.keeps_days(),
            FieldType::DateTime => format.keeps_times(),
            kind => {
                let message = format!("`{}` is {}, and has no form of a date", field.name, kind.name());
                reader.refuse(codes::WRONG_KIND, wire, message, "`wire` is for `date` and `datetime`");
                continue;
            }
        };
        if !keeps {
            let message = format!("a {} written so cannot be read again", field.kind.name());
            let help = "a `date` wants year, month and day; a `datetime` hour and minute too";
            reader.refuse(codes::WRONG_KIND, wire, message, help);
        }
        dates.push(WireDate { field: field.name.clone(), written: written.to_owned(), format });
    }
    dates
}

/// `set: once` and `change_every`, of a field or an identifier.
pub(super) fn change_limit(reader: &mut Reader, node: &Node) -> ChangeLimit {
    let once = node.get("set").and_then(|set| reader.word(set, "`set`", &["once"]));
    let every = node.get("change_every").and_then(|every| reader.duration(every, "`change_every`"));
    ChangeLimit { once: once.is_some(), every: every.filter(|every| !every.is_zero()) }
}

/// The characters that something is drawn from: two or more different ones.
pub(super) fn alphabet_of(reader: &mut Reader, node: &Node) -> Option<Vec<char>> {
    let letters: Vec<char> = reader.text(node, "`alphabet`")?.chars().collect();
    let twice = letters.iter().enumerate().any(|(at, c)| letters[..at].contains(c));
    let blank = letters.iter().any(|c| c.is_whitespace() || c.is_control());
    if !(2..=256).contains(&letters.len()) || twice || blank {
        let help = "two or more different characters, none of them blank";
        reader.refuse(codes::WRONG_KIND, node, "nothing can be drawn from this alphabet", help);
        return None;
    }
    Some(letters)
}
