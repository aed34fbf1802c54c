//! Values for examples: what templates read when there is no request.

use crate::account_view::{account_type, request_type, session_type};
use crate::expression::{Evaluated, Kind, Path, Scope, Type};
use crate::plan::{Operation, Plan, Reply, StatusPlan};
use crate::schema::Schema;
use crate::scope::Root;
use crate::template::CompiledTemplate;
use doorward_core::outcome::Outcome;
use doorward_core::spec::{Field, Kind as CoreKind};
use doorward_core::violation::Violation;
use serde_json::{Value, json};
use std::borrow::Cow;

/// 2026-01-01T00:00:00Z in milliseconds.
const NOW: i64 = 1_767_225_600_000;

/// The values of an example.
pub(crate) struct Sample<'p> {
    plan: &'p Plan,
    /// Whose reply it is; nothing where none was reached.
    operation: Option<&'p Operation>,
    /// The reply's status.
    status: u16,
}

impl Scope for Sample<'_> {
    fn read(&self, path: &Path) -> Cow<'_, Value> {
        Cow::Owned(Root::of(path.slot).map_or(Value::Null, |root| self.value(root, &path.rest)))
    }

    fn text(&self, key: &str) -> Option<String> {
        self.plan.wording.text(key, &self.plan.wording.language(None), self)
    }
}

impl<'p> Sample<'p> {
    /// The values for a reply of an operation, or of none.
    pub(crate) fn new(plan: &'p Plan, operation: Option<&'p Operation>, reply: &Reply) -> Self {
        let status = match reply.status {
            StatusPlan::Fixed(status) => status,
            StatusPlan::Computed(_) => 200,
        };
        Self { plan, operation, status }
    }

    /// What a template comes to; null when that is nothing.
    pub(crate) fn of(&self, template: &CompiledTemplate) -> Value {
        match template.eval(self) {
            Evaluated::Value(value) => value,
            Evaluated::Omit | Evaluated::Unlisted => Value::Null,
        }
    }

    /// The first schema of the request's body.
    fn schema(&self) -> Option<&Schema> {
        self.operation?.body.types.first()?.1.as_deref()
    }

    fn value(&self, root: Root, rest: &[String]) -> Value {
        match root {
            Root::Status => json!(self.status),
            Root::Now | Root::IssuedAt => json!(NOW),
            Root::ExpiresAt => json!(NOW + 3_600_000),
            Root::Account | Root::Caller => below(account_type(&self.plan.account), rest),
            Root::Session => below(session_type(), rest),
            Root::Request => below(request_type(), rest),
            Root::Tokens => self.token(rest),
            Root::Datum => self.datum(rest),
            Root::Violations => json!([self.violation()]),
            Root::FirstViolation => follow(self.violation(), rest),
            Root::ViolationCount => json!(1),
            Root::Body => self.body(rest),
            Root::ExpiresIn => json!(600),
            _ => text(rest.last().map_or("", String::as_str)),
        }
    }

    fn token(&self, rest: &[String]) -> Value {
        let lifetime =
            |name: &str| crate::plan::lifetime_of(self.plan, name).map_or(0, |life| life.as_secs());
        match rest {
            [name] => json!(format!("the.{name}.token")),
            [name, field] => match field.as_str() {
                "expires_in" => json!(lifetime(name)),
                "expires_at" => json!(i64::try_from(lifetime(name)).unwrap_or(0) * 1000 + NOW),
                "issued_at" => json!(NOW),
                _ => json!("0193a1b2"),
            },
            _ => Value::Null,
        }
    }

    fn datum(&self, rest: &[String]) -> Value {
        let Some((name, below)) = rest.split_first() else { return Value::Null };
        let bindings = self.operation.map_or(&[][..], |operation| &operation.bindings);
        let answers = bindings.iter().flat_map(|binding| binding.action.spec().answers);
        let own = answers.flat_map(|answer| answer.data);
        let others = Outcome::ALL.iter().flat_map(|outcome| outcome.spec().data);
        let field = own.chain(others).find(|field| field.name == name);
        field.map_or(Value::Null, |field| follow(self.of_field(field), below))
    }

    fn of_field(&self, field: &Field) -> Value {
        match field.kind {
            CoreKind::Integer => json!(1),
            CoreKind::Boolean => json!(false),
            CoreKind::Time => json!(NOW),
            CoreKind::Duration => json!(60),
            CoreKind::Object => json!({}),
            _ if field.name == "field" => {
                json!(self.plan.account.identifiers.first().map_or("email", |rule| rule.kind.name()))
            }
            _ => text(field.name),
        }
    }

    fn violation(&self) -> Value {
        let member = self.schema().and_then(|schema| schema.members().first().map(|name| (*name).to_owned()));
        let violation = Violation::required(member.as_deref().unwrap_or("member"));
        self.plan.wording.violation(&violation, &self.plan.wording.language(None))
    }

    fn body(&self, rest: &[String]) -> Value {
        let ty = self.schema().and_then(|schema| schema.type_of(rest)).unwrap_or_else(Type::text);
        of_type(rest.last().map_or("", String::as_str), &ty)
    }
}

fn below(members: Vec<(String, Type)>, rest: &[String]) -> Value {
    let name = rest.last().map_or("", String::as_str);
    Type::new(Kind::Object(members)).member(rest).map_or(Value::Null, |ty| of_type(name, &ty))
}

fn follow(value: Value, rest: &[String]) -> Value {
    crate::expression::follow(&value, rest).cloned().unwrap_or(Value::Null)
}

fn of_type(name: &str, ty: &Type) -> Value {
    match &ty.kind {
        Kind::Text | Kind::Token | Kind::Any => text(name),
        Kind::Enum(words) => words.first().map_or(Value::Null, |word| json!(word)),
        Kind::Integer | Kind::Number => json!(1),
        Kind::Duration => json!(60),
        Kind::Boolean => json!(name.ends_with("verified") || name == "current"),
        Kind::Time => json!(NOW),
        Kind::List(_) => json!([]),
        Kind::Object(members) => {
            Value::Object(members.iter().map(|(name, ty)| (name.clone(), of_type(name, ty))).collect())
        }
        Kind::AnyObject => json!({}),
        Kind::Nothing => Value::Null,
    }
}

/// A text that looks like what its name says.
fn text(name: &str) -> Value {
    json!(match name {
        "email" => "mina@example.com",
        "username" | "user" => "mina",
        "phone" => "+15550100",
        "id" => "0193a1b2-0000-7000-8000-000000000001",
        "name" | "realname" => "Mina Park",
        "ip" => "203.0.113.7",
        "language" => "en",
        "url" | "base_url" => "https://example.com",
        "method" => "POST",
        "path" => "/",
        name => name,
    })
}
