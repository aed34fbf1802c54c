//! One row of an import as an account, under the rules of a realm.

use doorward_core::account::{Account, AccountId, LastLogin};
use doorward_core::action::operator::Arriving;
use doorward_core::calendar::Day;
use doorward_core::identifier::{Identifier, IdentifierKind};
use doorward_core::password::PasswordHash;
use doorward_core::policy::Policy;
use doorward_core::port::{Dice, uuid_v7};
use doorward_core::profile::{Asking, Field, FieldType, ProfileSchema, Setter};
use doorward_core::public_id::{PublicId, PublicIdKind};
use doorward_core::standing::{Lock, Standing, Status};
use doorward_core::time::Timestamp;
use doorward_core::violation::Violation;
use serde_json::{Map, Value};

/// What is wrong with a row: the member, and why.
pub(super) type Wrong = (String, String);

/// What rows of a realm are read by.
pub(super) struct Rules<'a> {
    /// The realm's policy; its profile has the fields of all its contracts.
    pub(super) policy: &'a Policy,
    /// The profile of each of its contracts.
    pub(super) profiles: &'a [&'a ProfileSchema],
    /// The time.
    pub(super) now: Timestamp,
    /// Randomness for the ids that a row does not bring.
    pub(super) dice: &'a dyn Dice,
}

/// The members of one row, whose errors name them.
struct Members<'a>(&'a Map<String, Value>);

impl Members<'_> {
    fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    fn text(&self, name: &str) -> Result<Option<String>, Wrong> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(wrong(name, "a text is expected")),
        }
    }

    fn flag(&self, name: &str) -> Result<bool, Wrong> {
        match self.get(name) {
            None => Ok(false),
            Some(value) => flag(value).ok_or_else(|| wrong(name, "true or false is expected")),
        }
    }

    fn time(&self, name: &str) -> Result<Option<Timestamp>, Wrong> {
        match self.get(name) {
            None => Ok(None),
            Some(value) => time(value).map(Some).ok_or_else(|| {
                wrong(name, "a time is expected: 2026-12-31T18:00:00Z, or seconds since 1970")
            }),
        }
    }

    fn list(&self, name: &str) -> Result<Option<Vec<String>>, Wrong> {
        let expected = || wrong(name, "a list of texts is expected");
        let text = |value: &Value| value.as_str().map(ToOwned::to_owned).ok_or_else(expected);
        match self.get(name) {
            None => Ok(None),
            Some(Value::Array(items)) => items.iter().map(text).collect::<Result<_, _>>().map(Some),
            Some(Value::String(text)) if text.starts_with('[') => {
                serde_json::from_str(text).map(Some).map_err(|_| expected())
            }
            Some(Value::String(text)) => Ok(Some(
                text.split(',').map(str::trim).filter(|one| !one.is_empty()).map(ToOwned::to_owned).collect(),
            )),
            Some(_) => Err(expected()),
        }
    }
}

fn wrong(member: &str, why: impl Into<String>) -> Wrong {
    (member.to_owned(), why.into())
}

fn flag(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::Number(number) => number.as_u64().filter(|number| *number < 2).map(|number| number == 1),
        Value::String(text) => match text.to_ascii_lowercase().as_str() {
            "true" | "t" | "1" => Some(true),
            "false" | "f" | "0" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

/// From here on a number counts milliseconds: as seconds it would be the year 5138.
const MILLISECONDS: i64 = 100_000_000_000;

fn time(value: &Value) -> Option<Timestamp> {
    let number = match value {
        Value::Number(number) => number.as_i64()?,
        Value::String(text) => match text.parse::<i64>() {
            Ok(number) => number,
            Err(_) => {
                let time = text.parse::<jiff::Timestamp>().ok().or_else(|| without_zone(text))?;
                return Some(Timestamp(time.as_millisecond()));
            }
        },
        _ => return None,
    };
    let millis = if number.abs() < MILLISECONDS { number.checked_mul(1000)? } else { number };
    jiff::Timestamp::from_millisecond(millis).ok().map(|_| Timestamp(millis))
}

/// `2026-12-31 18:00:00`, as databases write it: in UTC.
fn without_zone(text: &str) -> Option<jiff::Timestamp> {
    let moment: jiff::civil::DateTime = text.parse().ok()?;
    jiff::tz::TimeZone::UTC.to_timestamp(moment).ok()
}

/// The account that a row describes.
pub(super) fn account(row: &Map<String, Value>, rules: &Rules<'_>) -> Result<Arriving, Wrong> {
    let members = Members(row);
    let created_at = members.time("created_at")?.unwrap_or(rules.now);
    let mut brought = Vec::new();
    let identifiers = identifiers(&members, rules.policy)?;
    let id = internal_id(&members, rules, created_at, &mut brought)?;
    let public_ids = public_ids(&members, (rules, &identifiers), &mut brought)?;
    let profile = profile(row, rules, &mut brought)?;
    let roles = match members.list("roles")? {
        Some(roles) => roles,
        None => rules.policy.roles.default.clone(),
    };
    let last_login = members.time("last_login_at")?;
    let address = members.text("last_login_address")?.unwrap_or_default();
    let account = Account {
        id,
        realm: rules.policy.realm.clone(),
        version: 1,
        identifiers,
        public_ids,
        password: members.text("password_hash")?.map(PasswordHash::new),
        profile,
        roles,
        must_change_password: members.flag("must_change_password")?,
        standing: standing(&members)?,
        created_at,
        updated_at: members.time("updated_at")?.unwrap_or(created_at),
        last_login: last_login.map(|at| LastLogin { at, address }),
    };
    Ok(Arriving { account, brought })
}

fn identifiers(members: &Members<'_>, policy: &Policy) -> Result<Vec<Identifier>, Wrong> {
    let mut found = Vec::new();
    for rule in &policy.identifiers {
        let name = rule.kind.name();
        let Some(written) = members.text(name)? else { continue };
        if let Some(broken) = rule.broken(&written, name) {
            return Err(wrong(name, sentence(&broken)));
        }
        let verified = members.flag(&format!("{name}_verified"))?;
        found.push(Identifier { kind: rule.kind, canonical: rule.canonical(&written), written, verified });
    }
    if found.is_empty() {
        let kinds: Vec<&str> = policy.identifiers.iter().map(|rule| rule.kind.name()).collect();
        let first = kinds.first().copied().unwrap_or("username");
        return Err(wrong(first, format!("an account is known by its {}", kinds.join(" or "))));
    }
    Ok(found)
}

fn internal_id(
    members: &Members<'_>,
    rules: &Rules<'_>,
    created_at: Timestamp,
    brought: &mut Vec<String>,
) -> Result<AccountId, Wrong> {
    let is_shown = rules.policy.id == PublicIdKind::Uuid;
    let name = if is_shown && members.get("uuid").is_none() { "id" } else { "uuid" };
    if let Some(text) = members.text(name)? {
        let id = uuid::Uuid::parse_str(&text).map_err(|_| wrong(name, "a UUID is expected"))?;
        brought.push("uuid".to_owned());
        return Ok(AccountId(id));
    }
    // The order of creation is that of internal ids.
    Ok(AccountId(uuid_v7(created_at, rules.dice)))
}

fn public_ids(
    members: &Members<'_>,
    (rules, identifiers): (&Rules<'_>, &[Identifier]),
    brought: &mut Vec<String>,
) -> Result<Vec<PublicId>, Wrong> {
    let policy = rules.policy;
    let empty = Map::new();
    let parsed;
    let others = match members.get("ids") {
        None => &empty,
        Some(Value::Object(ids)) => ids,
        Some(Value::String(text)) => {
            parsed = serde_json::from_str::<Map<String, Value>>(text).map_err(|_| wrong("ids", OBJECT))?;
            &parsed
        }
        Some(_) => return Err(wrong("ids", OBJECT)),
    };
    let kinds: Vec<String> = policy.realm_ids.iter().map(PublicIdKind::name).collect();
    if let Some((name, _)) = others.iter().find(|(name, _)| !kinds.contains(name)) {
        return Err(wrong(
            "ids",
            format!("accounts of this realm have no id `{name}`, only {}", kinds.join(", ")),
        ));
    }
    let mut ids = Vec::new();
    for (kind, name) in policy.realm_ids.iter().zip(kinds) {
        let (member, given) = match members.get("id").filter(|_| *kind == policy.id) {
            Some(given) => ("id", Some(given)),
            None => ("ids", others.get(&name)),
        };
        match (kind, given) {
            (PublicIdKind::Uuid, _) => {}
            (PublicIdKind::Identifier(of), Some(given)) => same_as(identifiers, *of, given)?,
            (PublicIdKind::Identifier(_), None) => {}
            (_, Some(given)) => {
                ids.push(PublicId {
                    value: public_id(kind, given).map_err(|why| wrong(member, why))?,
                    kind: name.clone(),
                });
                brought.push(name);
            }
            (_, None) => ids.extend(kind.draw(rules.dice)),
        }
    }
    Ok(ids)
}

const OBJECT: &str = "an object is expected: ids by the names of their kinds";

fn same_as(identifiers: &[Identifier], kind: IdentifierKind, given: &Value) -> Result<(), Wrong> {
    let same = identifiers.iter().any(|one| one.kind == kind && given == one.written.as_str());
    let why =
        || wrong("id", format!("the {0} is the id in this realm, and this is not the {0}", kind.name()));
    if same { Ok(()) } else { Err(why()) }
}

/// A public id as it is kept. What was given out before may be shorter or longer than what we would draw.
fn public_id(kind: &PublicIdKind, given: &Value) -> Result<String, String> {
    let text = match given {
        Value::String(text) => text.clone(),
        Value::Number(number) if number.is_u64() => number.to_string(),
        _ => return Err("a whole number or a text is expected".to_owned()),
    };
    let plain =
        |text: &str| !text.is_empty() && text.len() <= 128 && text.chars().all(|c| c.is_ascii_graphic());
    let (good, expected) = match kind {
        PublicIdKind::Sequence => {
            let number = text.parse::<i64>().ok().filter(|number| *number > 0 && *number < i64::MAX / 2);
            (number.is_some_and(|number| number.to_string() == text), "a number from 1".to_owned())
        }
        PublicIdKind::Hex24 => {
            let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
            (text.len() == 24 && text.bytes().all(hex), "24 lower-case hexadecimal digits".to_owned())
        }
        PublicIdKind::Prefixed(prefix) | PublicIdKind::Drawn { prefix, .. } => {
            let rest = text.strip_prefix(prefix.as_str());
            (rest.is_some_and(plain), format!("`{prefix}` and letters, digits or signs behind it"))
        }
        PublicIdKind::Uuid | PublicIdKind::Identifier(_) => (true, String::new()),
    };
    if good { Ok(text) } else { Err(format!("this is no id of this realm: {expected} is expected")) }
}

fn standing(members: &Members<'_>) -> Result<Standing, Wrong> {
    let closes_at = members.time("closes_at")?;
    let status = match members.text("status")? {
        None => Status::Active,
        Some(name) => Status::of_store(&name, closes_at).ok_or_else(|| {
            wrong("status", "active, pending, disabled, or closing with `closes_at` is expected")
        })?,
    };
    let (until, reason) = (members.time("locked_until")?, members.text("lock_reason")?);
    let locked = members.flag("locked")?;
    if !locked && (until.is_some() || reason.is_some()) && members.get("locked").is_none() {
        return Err(wrong("locked", "an account with `locked_until` or `lock_reason` says `locked` too"));
    }
    Ok(Standing {
        status,
        reason: members.text("status_reason")?,
        lock: locked.then_some(Lock { until, reason }),
        expires_at: members.time("expires_at")?,
    })
}

/// The profile: what is given in its order, typed by the contracts, and then what they fill in.
fn profile(
    row: &Map<String, Value>,
    rules: &Rules<'_>,
    brought: &mut Vec<String>,
) -> Result<Map<String, Value>, Wrong> {
    let given = given(row, rules)?;
    brought.extend(given.keys().cloned());
    let asking = Asking { by: Setter::Operator, now: rules.now };
    let violation = |broken: Vec<Violation>| {
        let first = broken.first();
        let field = first.map_or_else(String::new, |broken| broken.field.clone());
        wrong(&format!("profile.{field}"), first.map_or_else(String::new, sentence))
    };
    // Of several contracts that which has just these fields made the account, or the first that is content with them.
    let exactly = |schema: &&&ProfileSchema| {
        schema.fields.len() == given.len()
            && schema.fields.iter().all(|field| given.contains_key(&field.name))
    };
    let of = rules.profiles.iter().find(exactly);
    let content = || rules.profiles.iter().find(|schema| schema.complete(&given, asking).is_ok());
    let Some(schema) = of.or_else(content).or(rules.profiles.first()) else { return Ok(given) };
    let complete = schema.complete(&given, asking).map_err(violation)?;
    let rest: Map<String, Value> = given
        .iter()
        .filter(|(name, _)| schema.field(name).is_none())
        .map(|(n, v)| (n.clone(), v.clone()))
        .collect();
    let complete = rules.policy.profile.changed(&complete, &rest, &[], asking).map_err(violation)?;
    let mut profile = Map::new();
    for name in given.keys().chain(complete.keys()) {
        if let Some(value) = complete.get(name) {
            profile.insert(name.clone(), value.clone());
        }
    }
    schema.generate(&mut profile, rules.dice);
    Ok(profile)
}

/// The fields that a row gives, in its order, converted to their types.
fn given(row: &Map<String, Value>, rules: &Rules<'_>) -> Result<Map<String, Value>, Wrong> {
    let mut given = Map::new();
    let mut parsed;
    for (name, value) in row {
        let fields: Vec<(&str, &Value)> = match (name.strip_prefix("profile."), value) {
            (Some(field), value) => vec![(field, value)],
            (None, Value::Object(fields)) if name == "profile" => {
                fields.iter().map(|(name, value)| (name.as_str(), value)).collect()
            }
            (None, Value::Null) => continue,
            (None, Value::String(text)) if name == "profile" => {
                parsed = serde_json::from_str::<Map<String, Value>>(text)
                    .map_err(|_| wrong("profile", "an object is expected"))?;
                parsed.iter().map(|(name, value)| (name.as_str(), value)).collect()
            }
            (None, _) if name == "profile" => return Err(wrong("profile", "an object is expected")),
            (None, _) => continue,
        };
        for (field, value) in fields {
            let member = format!("profile.{field}");
            let Some(known) = rules.policy.profile.field(field) else {
                return Err(wrong(
                    &member,
                    format!("accounts of this realm have no profile field `{field}`"),
                ));
            };
            if given.contains_key(field) {
                return Err(wrong(&member, "it is given twice"));
            }
            given.insert(field.to_owned(), typed(known, value).map_err(|why| wrong(&member, why))?);
        }
    }
    Ok(given)
}

/// A value as its field's type; a text that spells it will do, as CSV has nothing else.
fn typed(field: &Field, value: &Value) -> Result<Value, String> {
    let expected = |what: &str| format!("{what} is expected");
    let spelt = |text: &str| serde_json::from_str::<Value>(text).ok();
    match (field.kind, value) {
        (_, Value::Null) => Ok(Value::Null),
        (FieldType::Boolean, value) => flag(value).map(Value::Bool).ok_or_else(|| expected("true or false")),
        (FieldType::Date, Value::String(text)) if Day::parse(text).is_none() => {
            Err(expected("a date such as 1990-12-31"))
        }
        (FieldType::DateTime, Value::String(text)) if text.parse::<jiff::Timestamp>().is_err() => {
            Err(expected("a time such as 2026-12-31T18:00:00Z"))
        }
        (FieldType::Text | FieldType::Date | FieldType::DateTime, value) => match value {
            Value::String(_) => Ok(value.clone()),
            _ => Err(expected("a text")),
        },
        (kind, Value::String(text)) => spelt(text)
            .filter(|value| kind.admits(value))
            .ok_or_else(|| expected(&format!("a value of the type {}", kind.name()))),
        (_, value) => Ok(value.clone()),
    }
}

/// A broken rule in words. It quotes no value.
fn sentence(broken: &Violation) -> String {
    match broken.rule.as_str() {
        "required" => "the contract wants it, and it is missing".to_owned(),
        "minLength" if broken.limit == 1 => "it must not be empty".to_owned(),
        "minLength" => format!("it must have at least {} characters", broken.limit),
        "maxLength" => format!("it must have at most {} characters", broken.limit),
        "enum" => "it is not one of the allowed values".to_owned(),
        "type" => "it is of the wrong type".to_owned(),
        "format" => "it is not well formed".to_owned(),
        rule => format!("it breaks the contract's rule {rule}"),
    }
}
