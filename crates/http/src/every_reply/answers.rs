//! Sample answers: everything there, everything absent that may be, and each alone.

use super::requests::value;
use doorward_contract::account_view::field_type;
use doorward_contract::plan::Plan;
use doorward_core::account::Account;
use doorward_core::code::{Code, Purpose};
use doorward_core::identifier::Identifier;
use doorward_core::outcome::{Answer, Outcome, SeenSession};
use doorward_core::profile::FieldType;
use doorward_core::public_id::{PublicId, PublicIdKind};
use doorward_core::spec::{Field, Kind};
use doorward_core::standing::Lock;
use doorward_core::violation::Violation;
use doorward_testkit::samples;
use serde_json::{Value, json};
use std::sync::Arc;

/// The answers with this outcome and data.
pub(super) fn samples(plan: &Plan, outcome: Outcome, data: &[Field]) -> Vec<Answer> {
    let mut all = Vec::new();
    let words = plan.account.profile.fields.iter().map(|field| field.allowed.len());
    let names = data.iter().map(|field| names_of(plan, field.name).len());
    for round in 0..words.chain(names).max().unwrap_or(0).max(2) {
        for whole in [true, false] {
            all.push(answer(plan, outcome, data, &|_| (whole, round)));
            for field in data.iter().filter(|field| field.nullable) {
                let other = |name: &str| ((name == field.name) != whole, round);
                all.push(answer(plan, outcome, data, &other));
            }
        }
    }
    all
}

/// One answer: by field, whether it is whole, and the how-manieth of several values it has.
fn answer(plan: &Plan, outcome: Outcome, data: &[Field], how: &dyn Fn(&str) -> (bool, usize)) -> Answer {
    let mut answer = Answer::bare(outcome);
    for field in data {
        let (whole, round) = how(field.name);
        match field.kind {
            Kind::Claimed => {
                let mut claimed = account(plan, whole, round);
                if !whole {
                    claimed.public_ids.clear();
                    claimed.identifiers.truncate(1);
                    claimed.profile.clear();
                }
                answer.account = Some(Arc::new(claimed));
            }
            Kind::Account => {
                if whole || !field.nullable {
                    answer.account = Some(Arc::new(account(plan, whole, round)));
                }
            }
            Kind::Caller => {
                if whole || !field.nullable {
                    answer.caller = Some(Arc::new(account(plan, whole, round)));
                }
            }
            Kind::Session | Kind::Tokens => {
                if whole || !field.nullable {
                    let account = answer.account.get_or_insert_with(|| Arc::new(account(plan, whole, round)));
                    let mut session = samples::session("sample", 2, account.id);
                    session.contract.clone_from(&plan.name);
                    answer.session = Some(Arc::new(session));
                }
            }
            Kind::Accounts => {
                let many = if whole { 2 } else { 0 };
                answer.accounts = (0..many).map(|n| account(plan, n == 0, round)).collect();
            }
            Kind::Sessions => {
                let many = if whole { 2 } else { 0 };
                let seen = |n: u64| SeenSession {
                    session: samples::session("sample", n, samples::account_id(1)),
                    current: n == 1,
                };
                answer.sessions = (0..many).map(seen).collect();
            }
            Kind::StageToken(stage) => {
                if whole || !field.nullable {
                    let purpose = Purpose::Stage(stage);
                    answer.stage = Some(Arc::new(Code { purpose, ..samples::code("sample", 2, "a@b.c") }));
                }
            }
            Kind::Violations => answer.violations = violations(round, whole),
            kind => answer.data.push((field.name, datum(plan, field, kind, (whole, round)))),
        }
    }
    answer
}

fn datum(plan: &Plan, field: &Field, kind: Kind, (whole, round): (bool, usize)) -> Value {
    if field.nullable && !whole {
        return Value::Null;
    }
    let flag = round.is_multiple_of(2);
    match kind {
        Kind::Integer => json!(if whole { 3 } else { 0 }),
        Kind::Boolean => json!(flag),
        Kind::Time => json!(1_767_225_600_007_i64),
        Kind::Duration => json!(if whole { 90 } else { 0 }),
        Kind::Object => json!({"any": [1, null]}),
        _ => {
            let names = names_of(plan, field.name);
            let named = names.get(round % names.len().max(1));
            named.map_or_else(|| json!(format!("a {}", field.name)), |name| json!(name))
        }
    }
}

/// What a text of this name may be: `field` is an identifier or a field that nobody shares, `token` a token or a scheme.
fn names_of(plan: &Plan, name: &str) -> Vec<String> {
    let account = &plan.account;
    match name {
        "field" => {
            let kinds = account.identifiers.iter().map(|rule| rule.kind.name().to_owned());
            let unique = account.profile.fields.iter().filter(|field| field.unique.is_some());
            kinds.chain(unique.map(|field| field.name.clone())).collect()
        }
        "token" => {
            let tokens = plan.tokens.iter().map(|token| token.policy.name.clone());
            tokens.chain(plan.schemes.iter().map(|scheme| scheme.name.clone())).collect()
        }
        _ => Vec::new(),
    }
}

fn violations(round: usize, whole: bool) -> Vec<Violation> {
    let mut deep = Violation::of_type("a.0.b", "string");
    deep.path = ["a", "0", "b"].map(str::to_owned).into();
    deep.pointer = "/a/0/b".to_owned();
    let all = [
        Violation::required("password"),
        Violation::new("password", "minLength").with_limit(8),
        deep,
        Violation::new("", "json"),
        Violation::new("no such member", "no such rule"),
    ];
    let taken = if whole { all.len() } else { 1 };
    all.into_iter().skip(if whole { 0 } else { round % 5 }).take(taken).collect()
}

/// An account that the contract can have.
fn account(plan: &Plan, whole: bool, round: usize) -> Account {
    let flag = round.is_multiple_of(2);
    let mut account = samples::account("sample", if whole { 2 } else { 1 });
    account.standing.lock = (!flag).then(Lock::default);
    account.must_change_password = !flag;
    account.identifiers = plan.account.identifiers.iter().map(|rule| identifier(rule.kind, flag)).collect();
    if !whole {
        account.identifiers.retain(|one| plan.account.certain.contains(&one.kind));
    }
    let id = |kind: &PublicIdKind, value: &str| PublicId { kind: kind.name(), value: value.to_owned() };
    account.public_ids = vec![match &plan.account.id {
        kind @ PublicIdKind::Sequence => id(kind, "42"),
        kind => id(kind, "0123456789abcdef01234567"),
    }];
    if !whole {
        account.roles.clear();
        account.last_login = None;
        account.password = None;
    }
    account.profile.clear();
    for field in &plan.account.profile.fields {
        let ty = field_type(field);
        let value = match field.allowed.get(round % field.allowed.len().max(1)) {
            Some(allowed) if whole || !ty.nullable => allowed.clone(),
            _ if ty.nullable && !whole => Value::Null,
            _ if field.kind == FieldType::Date => json!("1990-05-17"),
            _ if field.kind == FieldType::DateTime => json!("2026-01-01T00:00:00Z"),
            _ => value(&field.name, &ty, whole),
        };
        account.profile.insert(field.name.clone(), value);
    }
    account
}

fn identifier(kind: doorward_core::identifier::IdentifierKind, verified: bool) -> Identifier {
    let written = match kind.name() {
        "email" => "Mina@example.org",
        "phone" => "+15550100",
        _ => "Mina",
    };
    Identifier { kind, canonical: written.to_lowercase(), written: written.to_owned(), verified }
}
