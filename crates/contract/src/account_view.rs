//! The account, the session and the tokens as templates see them: the types at load, the values at run time.
//! One list for replies, mails, cookies and token recipes.

use crate::account_plan::{AccountPlan, TokenPlan};
use crate::expression::{Kind, Type};
use doorward_core::account::Account;
use doorward_core::action::beginnings;
use doorward_core::identifier::IdentifierKind;
use doorward_core::profile::{Field, FieldType, SetBy};
use doorward_core::public_id::PublicIdKind;
use doorward_core::session::Session;
use doorward_core::time::Timestamp;
use serde_json::Value;

/// The words of `account.status`.
const STATUSES: [&str; 5] = ["active", "pending", "disabled", "locked", "closing"];

/// The names under `account` that every contract has, without the profile.
pub const ACCOUNT_FIELDS: [&str; 21] = [
    "id",
    "number",
    "username",
    "email",
    "phone",
    "status",
    "status_reason",
    "expires_at",
    "closes_at",
    "roles",
    "created_at",
    "updated_at",
    "last_login_at",
    "last_login_ip",
    "email_verified",
    "email_verified_at",
    "phone_verified",
    "locked_until",
    "avatar_url",
    "must_change_password",
    "has_password",
];

/// The names under `account` with their types, the profile's last.
#[must_use]
pub fn account_type(account: &AccountPlan) -> Vec<(String, Type)> {
    let own = ACCOUNT_FIELDS.iter().map(|name| ((*name).to_owned(), own_type(account, name)));
    let profile = account
        .profile
        .fields
        .iter()
        .map(|field| (field.name.clone(), account.shown_type(field, field_type(field))));
    own.chain(profile).collect()
}

fn own_type(account: &AccountPlan, name: &str) -> Type {
    match name {
        "id" => id_type(account),
        "number" if account.id == PublicIdKind::Sequence => Type::integer(),
        "number" => Type::integer().or_null(),
        "status" => Type::new(Kind::Enum(STATUSES.map(str::to_owned).to_vec())),
        "roles" => Type::list(Type::text()),
        "created_at" | "updated_at" => Type::new(Kind::Time),
        "last_login_at" | "email_verified_at" | "locked_until" | "expires_at" | "closes_at" => {
            Type::new(Kind::Time).or_null()
        }
        "email_verified" | "phone_verified" | "must_change_password" | "has_password" => Type::boolean(),
        name => match IdentifierKind::from_name(name) {
            Some(kind) if account.certain.contains(&kind) => Type::text(),
            _ => Type::text().or_null(),
        },
    }
}

fn id_type(account: &AccountPlan) -> Type {
    match account.id {
        PublicIdKind::Sequence if !account.id_as_text => Type::integer(),
        _ => Type::text(),
    }
}

/// The type of a profile field.
#[must_use]
pub fn field_type(field: &Field) -> Type {
    let words: Option<Vec<String>> =
        field.allowed.iter().map(|value| value.as_str().map(str::to_owned)).collect();
    let kind = match (field.kind, words) {
        (FieldType::Text, Some(words)) if !words.is_empty() => Kind::Enum(words),
        (FieldType::Text | FieldType::Date | FieldType::DateTime, _) => Kind::Text,
        (FieldType::Integer, _) => Kind::Integer,
        (FieldType::Number, _) => Kind::Number,
        (FieldType::Boolean, _) => Kind::Boolean,
        (FieldType::List, _) => Kind::List(Box::new(Type::any())),
        (FieldType::Object, _) => Kind::AnyObject,
    };
    let filled = field.default.is_some() || field.generate.is_some();
    let stays_null = !filled && (field.nullable || field.set_by != SetBy::Caller);
    Type { kind, nullable: stays_null }
}

/// The names under `session` with their types.
#[must_use]
pub fn session_type() -> Vec<(String, Type)> {
    let members = [
        ("id", Type::text()),
        ("created_at", Type::new(Kind::Time)),
        ("expires_at", Type::new(Kind::Time)),
        ("last_used_at", Type::new(Kind::Time)),
        ("ip", Type::text()),
        ("user_agent", Type::text()),
        ("device", Type::text().or_null()),
        ("begun_by", Type::new(Kind::Enum(beginnings().map(str::to_owned).collect()))),
        ("current", Type::boolean()),
    ];
    members.map(|(name, ty)| (name.to_owned(), ty)).into()
}

/// The names under `request` with their types.
#[must_use]
pub fn request_type() -> Vec<(String, Type)> {
    let members = [
        ("id", Type::text()),
        ("time", Type::new(Kind::Time)),
        ("method", Type::text()),
        ("path", Type::text()),
        ("url", Type::text()),
        ("base_url", Type::text()),
        ("ip", Type::text()),
        ("user_agent", Type::text()),
        ("language", Type::text()),
    ];
    members.map(|(name, ty)| (name.to_owned(), ty)).into()
}

/// The names below a token: `tokens.<name>.expires_in` and the like.
pub const TOKEN_FIELDS: [&str; 4] = ["id", "expires_in", "expires_at", "issued_at"];

/// The type of what stands below `tokens`: a token by its name, or one of its fields.
#[must_use]
pub fn tokens_member(tokens: &[TokenPlan], rest: &[String]) -> Option<Type> {
    let (name, rest) = rest.split_first()?;
    tokens.iter().find(|token| token.policy.name == *name)?;
    match rest {
        [] => Some(Type::new(Kind::Token)),
        [field] => token_field(field),
        _ => None,
    }
}

/// The type of what hangs below a token.
#[must_use]
pub fn token_field(field: &str) -> Option<Type> {
    match field {
        "id" => Some(Type::text()),
        "expires_in" => Some(Type::new(Kind::Duration)),
        "expires_at" | "issued_at" => Some(Type::new(Kind::Time)),
        _ => None,
    }
}

/// A field of an account as templates see it: times in milliseconds since 1970, null for what it does not
/// have. A lock counts as long as it lasts at `now`.
#[must_use]
pub fn account_value(account: &Account, (plan, now): (&AccountPlan, Timestamp), field: &str) -> Value {
    if let Some(own) = own_value(account, (plan, now), field) {
        return own;
    }
    let value = account.profile.get(field).unwrap_or(&Value::Null);
    plan.profile.field(field).map_or_else(|| value.clone(), |field| plan.shown(field, value))
}

fn own_value(account: &Account, (plan, now): (&AccountPlan, Timestamp), field: &str) -> Option<Value> {
    let standing = &account.standing;
    let verified = |kind| account.identifier(kind).is_some_and(|found| found.verified);
    let value = match field {
        "id" => id_value(account, plan),
        "number" => number(account.public_id(&PublicIdKind::Sequence)),
        "username" | "email" | "phone" => {
            let kind = IdentifierKind::from_name(field)?;
            account.identifier(kind).map_or(Value::Null, |found| Value::from(found.written.clone()))
        }
        "status" if standing.locked(now) => Value::from("locked"),
        "status" => Value::from(standing.status.name()),
        "status_reason" if standing.locked(now) => {
            Value::from(standing.lock.as_ref().and_then(|lock| lock.reason.clone()))
        }
        "status_reason" => Value::from(standing.reason.clone()),
        "expires_at" => standing.expires_at.map_or(Value::Null, time),
        "closes_at" => standing.status.closes_at().map_or(Value::Null, time),
        "locked_until" if standing.locked(now) => {
            standing.lock.as_ref().and_then(|lock| lock.until).map_or(Value::Null, time)
        }
        "roles" => Value::from(account.roles.clone()),
        "created_at" => time(account.created_at),
        "updated_at" => time(account.updated_at),
        "last_login_at" => account.last_login.as_ref().map_or(Value::Null, |login| time(login.at)),
        "last_login_ip" => {
            account.last_login.as_ref().map_or(Value::Null, |login| Value::from(login.address.clone()))
        }
        "email_verified" => Value::from(verified(IdentifierKind::Email)),
        "phone_verified" => Value::from(verified(IdentifierKind::Phone)),
        "must_change_password" => Value::from(account.must_change_password),
        "has_password" => Value::from(account.password.is_some()),
        "email_verified_at" | "locked_until" | "avatar_url" => Value::Null,
        _ => return None,
    };
    Some(value)
}

fn id_value(account: &Account, plan: &AccountPlan) -> Value {
    let id = account.public_id(&plan.id);
    if plan.id == PublicIdKind::Sequence && !plan.id_as_text {
        return number(id);
    }
    id.map_or(Value::Null, Value::from)
}

fn number(text: Option<String>) -> Value {
    text.and_then(|text| text.parse::<i64>().ok()).map_or(Value::Null, Value::from)
}

fn time(at: Timestamp) -> Value {
    Value::from(at.0)
}

/// A field of a session as templates see it; `current` says whether it is the caller's own.
#[must_use]
pub fn session_value(session: &Session, current: bool, field: &str) -> Value {
    match field {
        "id" => Value::from(session.id.0.to_string()),
        "created_at" => time(session.created_at),
        "expires_at" => time(session.expires_at.min(session.absolute_until)),
        "last_used_at" => time(session.last_used_at),
        "ip" => Value::from(session.address.clone()),
        "user_agent" => Value::from(session.user_agent.clone()),
        "device" => Value::from(session.device.clone()),
        "begun_by" => Value::from(session.begun_by),
        "current" => Value::from(current),
        _ => Value::Null,
    }
}
