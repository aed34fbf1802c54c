//! `account`: ids, identifiers, profile. And `password`.

use super::certain::certain;
use super::members::Reader;
use super::profile;
use crate::account_plan::AccountPlan;
use crate::diagnostic::{Diagnostic, codes};
use crate::source::Node;
use doorward_core::identifier::{Compare, IdentifierKind, IdentifierRule};
use doorward_core::password::{CharacterClass, PasswordPolicy};
use doorward_core::policy::RolePolicy;
use doorward_core::profile::{ChangeLimit, ProfileSchema};
use doorward_core::public_id::PublicIdKind;

pub(super) const MEMBERS: [&str; 5] = ["id", "id_as", "identifiers", "roles", "profile"];
/// Members of an id's recipe.
pub(super) const RECIPE: [&str; 3] = ["prefix", "alphabet", "length"];
/// With fewer ids two accounts would soon draw the same one.
const FEWEST_BITS: u32 = 48;
pub(super) const IDS: [&str; 5] = ["uuid", "sequence", "hex24", "username", "email"];
pub(super) const KINDS: [&str; 3] = ["username", "email", "phone"];
pub(super) const ROLES: [&str; 2] = ["default", "administrator"];
pub(super) const PASSWORD: [&str; 4] = ["min", "max", "classes", "alphabet"];
pub(super) const CLASSES: [&str; 4] = ["upper", "lower", "digit", "other"];
pub(super) const IDENTIFIER: [&str; 3] = ["compare", "set", "change_every"];
pub(super) const COMPARE: [&str; 2] = ["caseless", "exact"];
/// Longer passwords cost time to hash and are nobody's.
const LONGEST_PASSWORD: i64 = 4096;

pub(super) fn read(reader: &mut Reader, node: &Node, contract: &Node) -> AccountPlan {
    let mut plan = AccountPlan::default();
    if !reader.members(node, "`account`", &MEMBERS) {
        return plan;
    }
    match node.get("identifiers") {
        Some(identifiers) => {
            plan.identifiers = read_identifiers(reader, identifiers);
            let limits = identifiers.entries().iter().filter_map(|entry| {
                let kind = IdentifierKind::from_name(&entry.key)?;
                let limit = profile::change_limit(reader, &entry.value);
                (limit != ChangeLimit::default()).then_some((kind, limit))
            });
            plan.changes = limits.collect();
        }
        None => reader.refuse(
            codes::WRONG_KIND,
            node,
            "`account` does not say what accounts sign in by",
            "for example `identifiers: [email]`",
        ),
    }
    plan.certain = certain(contract, &plan.identifiers);
    if let Some(id) = node.get("id") {
        plan.id = read_id(reader, id, &plan.identifiers).unwrap_or(PublicIdKind::Uuid);
    }
    if let Some(id_as) = node.get("id_as") {
        plan.id_as_text = reader.word(id_as, "`id_as`", &["text"]).is_some();
    }
    if let Some(roles) = node.get("roles") {
        plan.roles = read_roles(reader, roles);
    }
    if let Some(profile) = node.get("profile")
        && reader.map(profile, "`profile`")
    {
        plan.profile = ProfileSchema { fields: profile::fields(reader, profile, contract) };
        plan.wire = profile::wire_dates(reader, profile, &plan.profile);
    }
    plan
}

fn read_id(reader: &mut Reader, node: &Node, identifiers: &[IdentifierRule]) -> Option<PublicIdKind> {
    if node.is_map() {
        return read_recipe(reader, node);
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

/// What an id begins with, and which characters it has then, and how many.
fn read_recipe(reader: &mut Reader, node: &Node) -> Option<PublicIdKind> {
    reader.members(node, "`id`", &RECIPE);
    let prefix = match node.get("prefix") {
        Some(prefix) => Some(reader.text(prefix, "`prefix`")?),
        None => None,
    };
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if prefix.is_some_and(|prefix| prefix.is_empty() || prefix.len() > 32 || !prefix.chars().all(fits)) {
        let help = "1 to 32 letters, digits, `_` or `-`";
        reader.refuse(codes::WRONG_KIND, node, "this prefix cannot stand in an id", help);
        return None;
    }
    let (letters, length) = (node.get("alphabet"), node.get("length"));
    if letters.is_none() && length.is_none() {
        let Some(prefix) = prefix else {
            let help = "for example `{prefix: user_}`, or `{alphabet: 0123456789abcdef, length: 32}`";
            reader.refuse(codes::WRONG_KIND, node, "`id` does not say how ids look", help);
            return None;
        };
        return Some(PublicIdKind::Prefixed(prefix.to_owned()));
    }
    let alphabet: String = match letters {
        Some(letters) => profile::alphabet_of(reader, letters)?.into_iter().collect(),
        None => ('0'..='9').chain('A'..='Z').chain('a'..='z').collect(),
    };
    if let Some(letters) = letters.filter(|_| !alphabet.chars().all(fits)) {
        let help = "letters, digits, `_` and `-`: ids stand in paths";
        reader.refuse(codes::WRONG_KIND, letters, "these characters cannot stand in an id", help);
        return None;
    }
    let length = length.map_or(Some(22), |length| reader.number(length, "`length`", (1, 64)))?;
    let length = usize::try_from(length).unwrap_or(22);
    let bits = u32::try_from(length).unwrap_or(64) * alphabet.len().ilog2();
    if bits < FEWEST_BITS {
        let message = "there are too few ids of this length";
        let help = format!("a longer `length` or more letters: {FEWEST_BITS} bits at least, this has {bits}");
        reader.refuse(codes::WRONG_KIND, node, message, &help);
        return None;
    }
    Some(PublicIdKind::Drawn { prefix: prefix.unwrap_or_default().to_owned(), alphabet, length })
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
    reader.members(node, "an identifier", &IDENTIFIER);
    match reader.word(node.get("compare")?, "`compare`", &COMPARE)? {
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

fn read_roles(reader: &mut Reader, node: &Node) -> RolePolicy {
    let mut roles = RolePolicy::default();
    if !reader.members(node, "`roles`", &ROLES) {
        return roles;
    }
    if let Some(default) = node.get("default") {
        let named = reader.list(default, "`default`").unwrap_or_default().iter();
        roles.default = named.filter_map(|name| role(reader, name, "a role")).collect();
    }
    if let Some(administrator) = node.get("administrator") {
        roles.administrator = role(reader, administrator, "`administrator`");
        if roles.administers(&roles.default) {
            let help =
                "leave it out of `default`; `doorward account set-roles` makes the first administrator";
            let message = "everybody who registers would be an administrator";
            reader.refuse(codes::WRONG_KIND, administrator, message, help);
        }
    }
    roles
}

fn role(reader: &mut Reader, node: &Node, what: &str) -> Option<String> {
    let name = reader.line(node, what)?;
    if name.trim().is_empty() {
        reader.refuse(codes::WRONG_KIND, node, format!("{what} has no name"), "for example `admin`");
        return None;
    }
    Some(name.to_owned())
}

pub(super) fn password(reader: &mut Reader, node: &Node) -> PasswordPolicy {
    let mut policy = PasswordPolicy::default();
    if !reader.members(node, "`password`", &PASSWORD) {
        return policy;
    }
    policy.alphabet = node.get("alphabet").and_then(|alphabet| characters(reader, alphabet));
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
            let class = match reader.word(item, "`classes`", &CLASSES) {
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

/// The characters of which passwords may be made: as texts, and by the classes of ASCII.
fn characters(reader: &mut Reader, node: &Node) -> Option<String> {
    let mut alphabet = String::new();
    for item in reader.texts(node, "`alphabet`") {
        match item.as_text().unwrap_or_default() {
            "upper" => alphabet.extend('A'..='Z'),
            "lower" => alphabet.extend('a'..='z'),
            "digit" => alphabet.extend('0'..='9'),
            "other" => alphabet.extend(('!'..='~').filter(char::is_ascii_punctuation)),
            characters => alphabet.push_str(characters),
        }
    }
    if alphabet.chars().count() < 10 {
        let help = "for example `alphabet: [upper, lower, digit, \"!@#$%\"]`";
        reader.refuse(codes::WRONG_KIND, node, "passwords want ten or more characters to choose from", help);
        return None;
    }
    Some(alphabet)
}
