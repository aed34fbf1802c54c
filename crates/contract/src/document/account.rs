//! `account`: ids, identifiers, profile. And `password`.

use super::members::Reader;
use crate::account_plan::AccountPlan;
use crate::account_view::ACCOUNT_FIELDS;
use crate::diagnostic::{Diagnostic, codes};
use crate::source::{Entry, Node};
use doorward_core::identifier::{Compare, IdentifierKind, IdentifierRule};
use doorward_core::password::{CharacterClass, PasswordPolicy};
use doorward_core::profile::{Field, FieldType, ProfileSchema, SetBy};
use doorward_core::public_id::PublicIdKind;

const MEMBERS: [&str; 5] = ["id", "id_as", "identifiers", "roles", "profile"];
const IDS: [&str; 5] = ["uuid", "sequence", "hex24", "username", "email"];
const KINDS: [&str; 3] = ["username", "email", "phone"];
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
const TYPE_WORDS: [&str; 8] = ["text", "integer", "number", "boolean", "date", "datetime", "list", "object"];
const FIELD_MEMBERS: [&str; 9] =
    ["type", "enum", "pattern", "default", "nullable", "unique", "set_by", "generate", "wire"];
/// Longer passwords cost time to hash and are nobody's.
const LONGEST_PASSWORD: i64 = 4096;

pub(super) fn read(reader: &mut Reader, node: &Node) -> AccountPlan {
    let mut plan = AccountPlan::default();
    if !reader.members(node, "`account`", &MEMBERS) {
        return plan;
    }
    match node.get("identifiers") {
        Some(identifiers) => plan.identifiers = read_identifiers(reader, identifiers),
        None => reader.refuse(
            codes::WRONG_KIND,
            node,
            "`account` does not say what accounts sign in by",
            "for example `identifiers: [email]`",
        ),
    }
    if let Some(id) = node.get("id") {
        plan.id = read_id(reader, id, &plan.identifiers).unwrap_or(PublicIdKind::Uuid);
    }
    if let Some(id_as) = node.get("id_as") {
        plan.id_as_text = reader.word(id_as, "`id_as`", &["text"]).is_some();
    }
    if let Some(roles) = node.get("roles") {
        read_roles(reader, roles);
    }
    if let Some(profile) = node.get("profile")
        && reader.map(profile, "`profile`")
    {
        let fields = profile.entries().iter().filter_map(|entry| read_field(reader, entry));
        plan.profile = ProfileSchema { fields: fields.collect() };
    }
    plan
}

fn read_id(reader: &mut Reader, node: &Node, identifiers: &[IdentifierRule]) -> Option<PublicIdKind> {
    if node.is_map() {
        reader.members(node, "`id`", &["prefix"]);
        let prefix = reader.text(node.get("prefix")?, "`prefix`")?;
        let fits = prefix.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
        if prefix.is_empty() || prefix.len() > 32 || !fits {
            let help = "1 to 32 letters, digits, `_` or `-`";
            reader.refuse(codes::WRONG_KIND, node, "this prefix cannot stand in an id", help);
            return None;
        }
        return Some(PublicIdKind::Prefixed(prefix.to_owned()));
    }
    match reader.word(node, "`id`", &IDS)? {
        "sequence" => Some(PublicIdKind::Sequence),
        "hex24" => Some(PublicIdKind::Hex24),
        word => match IdentifierKind::from_name(word) {
            Some(kind) if identifiers.iter().any(|rule| rule.kind == kind) => {
                Some(PublicIdKind::Identifier(kind))
            }
            Some(_) => {
                let message = format!("`{word}` is the id, but no identifier of these accounts");
                reader.refuse(codes::WRONG_KIND, node, message, "add it to `identifiers`");
                None
            }
            None => Some(PublicIdKind::Uuid),
        },
    }
}

fn read_identifiers(reader: &mut Reader, node: &Node) -> Vec<IdentifierRule> {
    let mut rules: Vec<IdentifierRule> = Vec::new();
    if node.is_map() {
        for entry in node.entries() {
            let key = Node::new(entry.key_span, crate::source::NodeValue::Text(entry.key.clone()));
            let Some(kind) = identifier(reader, &key) else { continue };
            let compare = read_compare(reader, &entry.value).unwrap_or(default_compare(kind));
            rules.push(IdentifierRule { kind, compare });
        }
    } else {
        for item in reader.list(node, "`identifiers`").unwrap_or_default() {
            let Some(kind) = identifier(reader, item) else { continue };
            if rules.iter().any(|rule| rule.kind == kind) {
                let error =
                    Diagnostic::error(codes::WRONG_KIND, item.span, "this identifier is there already");
                reader.report(error);
                continue;
            }
            rules.push(IdentifierRule { kind, compare: default_compare(kind) });
        }
    }
    if rules.is_empty() && reader.found.is_empty() {
        let help = "for example `identifiers: [email]`";
        reader.refuse(codes::WRONG_KIND, node, "accounts sign in by something", help);
    }
    rules
}

fn identifier(reader: &mut Reader, node: &Node) -> Option<IdentifierKind> {
    IdentifierKind::from_name(reader.word(node, "`identifiers`", &KINDS)?)
}

fn read_compare(reader: &mut Reader, node: &Node) -> Option<Compare> {
    reader.members(node, "an identifier", &["compare"]);
    match reader.word(node.get("compare")?, "`compare`", &["caseless", "exact"])? {
        "exact" => Some(Compare::Exact),
        _ => Some(Compare::Caseless),
    }
}

fn default_compare(kind: IdentifierKind) -> Compare {
    match kind {
        IdentifierKind::Username => Compare::Exact,
        IdentifierKind::Email | IdentifierKind::Phone => Compare::Caseless,
    }
}

fn read_roles(reader: &mut Reader, node: &Node) {
    reader.members(node, "`roles`", &["default"]);
    let Some(default) = node.get("default") else { return };
    if reader.list(default, "`default`").is_some_and(|roles| !roles.is_empty()) {
        reader.not_yet(node, "default");
    }
}

fn read_field(reader: &mut Reader, entry: &Entry) -> Option<Field> {
    let name = entry.key.as_str();
    if ACCOUNT_FIELDS.contains(&name) {
        let message = format!("every account has a `{name}` already");
        let error = Diagnostic::error(codes::DUPLICATE_WIRE_NAME, entry.key_span, message);
        reader.report(error.help("give the profile field another name; the wire name is set in replies"));
        return None;
    }
    let node = &entry.value;
    let mut field = Field {
        name: name.to_owned(),
        kind: FieldType::Text,
        allowed: Vec::new(),
        default: None,
        nullable: false,
        set_by: SetBy::Caller,
    };
    if node.as_text().is_some() {
        field.kind = field_type(reader, node)?;
        return Some(field);
    }
    if !reader.members(node, "a profile field", &FIELD_MEMBERS) {
        return None;
    }
    for member in ["pattern", "unique", "generate", "wire"] {
        reader.not_yet(node, member);
    }
    if let Some(kind) = node.get("type") {
        field.kind = field_type(reader, kind)?;
    }
    if let Some(allowed) = node.get("enum") {
        let values = reader.list(allowed, "`enum`").unwrap_or_default();
        values.iter().for_each(|value| admits(reader, &field, value));
        field.allowed = values.iter().map(Node::to_json).collect();
    }
    if let Some(default) = node.get("default") {
        admits(reader, &field, default);
        field.default = Some(default.to_json());
    }
    if let Some(nullable) = node.get("nullable") {
        field.nullable = reader.flag(nullable, "`nullable`").unwrap_or(false);
    }
    if let Some(set_by) = node.get("set_by") {
        field.set_by = match reader.word(set_by, "`set_by`", &["caller", "operator", "server"]) {
            Some("operator") => SetBy::Operator,
            Some("server") => SetBy::Server,
            _ => SetBy::Caller,
        };
    }
    Some(field)
}

fn field_type(reader: &mut Reader, node: &Node) -> Option<FieldType> {
    let word = reader.word(node, "the type of a profile field", &TYPE_WORDS)?;
    TYPES.into_iter().find(|kind| kind.name() == word)
}

/// Refuses a value that the field could never have.
fn admits(reader: &mut Reader, field: &Field, node: &Node) {
    let value = node.to_json();
    if !field.kind.admits(&value) {
        let message = format!("`{}` is {}, this is {}", field.name, field.kind.name(), node.describe());
        let help = if field.kind == FieldType::Text {
            "put it in quotes to make it text"
        } else {
            "or give it another `type`"
        };
        reader.refuse(codes::WRONG_KIND, node, message, help);
    } else if !field.allowed.is_empty() && !field.allowed.contains(&value) {
        let message = format!("this is not among the values of `{}`", field.name);
        reader.refuse(codes::WRONG_KIND, node, message, "add it to `enum`, or take one of those");
    }
}

pub(super) fn password(reader: &mut Reader, node: &Node) -> PasswordPolicy {
    let mut policy = PasswordPolicy::default();
    if !reader.members(node, "`password`", &["min", "max", "classes", "alphabet"]) {
        return policy;
    }
    reader.not_yet(node, "alphabet");
    let mut length = |member: &str, default: usize| {
        let number = node
            .get(member)
            .and_then(|node| reader.number(node, &format!("`{member}`"), (1, LONGEST_PASSWORD)));
        number.and_then(|number| usize::try_from(number).ok()).unwrap_or(default)
    };
    policy.min = length("min", policy.min);
    policy.max = length("max", policy.max);
    if policy.min > policy.max {
        let message = format!("no password is at least {} and at most {} long", policy.min, policy.max);
        reader.refuse(codes::WRONG_KIND, node, message, "`min` must not be greater than `max`");
    }
    if let Some(classes) = node.get("classes") {
        for item in reader.list(classes, "`classes`").unwrap_or_default() {
            let class = match reader.word(item, "`classes`", &["upper", "lower", "digit", "other"]) {
                Some("upper") => CharacterClass::Upper,
                Some("lower") => CharacterClass::Lower,
                Some("digit") => CharacterClass::Digit,
                Some(_) => CharacterClass::Other,
                None => continue,
            };
            policy.classes.push(class);
        }
    }
    policy
}
