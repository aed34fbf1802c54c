//! From a binding's templates to the inputs of its action.

use crate::scope::{Asked, ReplyScope};
use doorward_contract::expression::{self, Evaluated};
use doorward_contract::moment::moment;
use doorward_contract::plan::{Binding, InputPlan, InputTarget};
use doorward_core::action::Inputs;
use doorward_core::identifier::IdentifierKind;
use doorward_core::outcome::Answer;
use doorward_core::profile::{Asking, FieldType};
use doorward_core::spec::{Identifiers, Kind};
use doorward_core::violation::Violation;
use serde_json::{Map, Value};

/// Reads the inputs. `broken` are the violations of the request's schemas: a member that is among them is not
/// complained about twice. `Err` holds them all.
pub(crate) fn read_inputs(
    binding: &Binding,
    asked: Asked<'_>,
    broken: Vec<Violation>,
) -> Result<Inputs, Vec<Violation>> {
    // A body that is no object at all: every further complaint would follow from that.
    if broken.iter().any(|violation| violation.field.is_empty()) {
        return Err(broken);
    }
    let scope = ReplyScope::of_request(asked);
    let mut reader = Reader { asked, inputs: Inputs::default(), violations: broken };
    // Missing members come first, in the order in which the contract asks for them.
    let (missing, others): (Vec<_>, Vec<_>) = binding
        .checks
        .iter()
        .filter(|check| !check.that.holds(&scope))
        .partition(|check| check.rule == "required");
    for check in missing {
        reader.complain(failed(&check.field, &check.path, &check.rule));
    }
    for plan in &binding.inputs {
        match plan.value.eval(&scope) {
            Evaluated::Unlisted => reader.complain(within(Violation::new(&plan.wire, "enum"), &plan.within)),
            Evaluated::Omit | Evaluated::Value(Value::Null) => reader.absent(plan, binding),
            Evaluated::Value(value) => reader.take(plan, value, binding),
        }
        reader.name(plan);
    }
    reader.someone(binding);
    reader.complete_profile(binding);
    for check in others {
        reader.complain(failed(&check.field, &check.path, &check.rule));
    }
    if reader.violations.is_empty() { Ok(reader.inputs) } else { Err(reader.violations) }
}

fn failed(field: &str, path: &[String], rule: &str) -> Violation {
    if rule == "required" {
        let pointer = path.split_last().map_or(&[][..], |(_, parents)| parents);
        let pointer = pointer.iter().map(|name| format!("/{name}")).collect();
        return Violation { path: path.to_vec(), pointer, ..Violation::required(field) };
    }
    let pointer = path.iter().map(|name| format!("/{name}")).collect();
    Violation { path: path.to_vec(), pointer, ..Violation::new(field, rule) }
}

struct Reader<'a> {
    asked: Asked<'a>,
    inputs: Inputs,
    violations: Vec<Violation>,
}

impl Reader<'_> {
    /// One complaint per member: the first.
    fn complain(&mut self, violation: Violation) {
        if !self.violations.iter().any(|known| known.field == violation.field) {
            self.violations.push(violation);
        }
    }

    fn absent(&mut self, plan: &InputPlan, binding: &Binding) {
        if plan.required {
            return self.complain(within(Violation::required(&plan.wire), &plan.within));
        }
        // Where only what is given changes, a null takes away what there was.
        if binding.action.spec().changes_what_is_given() && self.is_null(plan) {
            match &plan.target {
                InputTarget::Profile(field) => drop(self.inputs.profile.insert(field.clone(), Value::Null)),
                InputTarget::Identifier(kind) => self.inputs.removed.push(*kind),
                InputTarget::AnyIdentifier
                | InputTarget::Claim(_)
                | InputTarget::Named(_)
                | InputTarget::Credential(_)
                | InputTarget::OwnId
                | InputTarget::ClientKey(_) => {}
            }
        }
    }

    /// Whether the body says null where this input is read.
    fn is_null(&self, plan: &InputPlan) -> bool {
        let member = plan.member.as_deref().unwrap_or_default();
        let found = member.iter().try_fold(&self.asked.sources.body, |value, name| value.get(name));
        !member.is_empty() && found.is_some_and(Value::is_null)
    }

    fn take(&mut self, plan: &InputPlan, value: Value, binding: &Binding) {
        match &plan.target {
            InputTarget::Profile(field) => self.field(plan, field, value),
            InputTarget::Named(name) => {
                let inputs = binding.action.spec().inputs;
                let kind = inputs.iter().find(|spec| spec.name == *name).map_or(Kind::Any, |spec| spec.kind);
                match fit(value, kind) {
                    Ok(value) => self.inputs.values.push((*name, value)),
                    Err(expected) => {
                        self.complain(within(Violation::of_type(&plan.wire, expected), &plan.within))
                    }
                }
            }
            InputTarget::Identifier(kind) => self.identifier(plan, Some(*kind), value),
            InputTarget::AnyIdentifier => self.identifier(plan, None, value),
            InputTarget::ClientKey(_) => {}
            InputTarget::Credential(_) | InputTarget::OwnId => {
                if loose_text(value).is_none() {
                    self.complain(within(Violation::of_type(&plan.wire, "string"), &plan.within));
                }
            }
            InputTarget::Claim(kind) => match loose_text(value) {
                Some(text) => self.inputs.claims.push((*kind, text)),
                None => self.complain(within(Violation::of_type(&plan.wire, "string"), &plan.within)),
            },
        }
    }

    /// A profile field, as it is kept.
    fn field(&mut self, plan: &InputPlan, name: &str, value: Value) {
        let account = &self.asked.face.plan.account;
        let typed = match account.profile.field(name) {
            Some(field) if plan.text => from_text(value, field.kind),
            _ => value,
        };
        let time = plan.value.ty().kind == expression::Kind::Time;
        match account.field_to_keep(name, typed, time) {
            Ok(value) => drop(self.inputs.profile.insert(name.to_owned(), value)),
            Err(violation) => self.complain(within(violation.renamed(&plan.wire), &plan.within)),
        }
    }

    fn identifier(&mut self, plan: &InputPlan, kind: Option<IdentifierKind>, value: Value) {
        let Some(text) = loose_text(value) else {
            return self.complain(within(Violation::of_type(&plan.wire, "string"), &plan.within));
        };
        let kind = kind.or_else(|| {
            let declared: Vec<_> = self.asked.face.policy.identifiers.iter().map(|rule| rule.kind).collect();
            tell_apart(&text, &declared)
        });
        if let Some(kind) = kind {
            self.inputs.identifiers.push((kind, text));
        }
    }

    /// Notes the wire name of an input, for violations that the action finds.
    fn name(&mut self, plan: &InputPlan) {
        let name = match &plan.target {
            InputTarget::Named(name) => *name,
            InputTarget::Identifier(kind) => kind.name(),
            InputTarget::AnyIdentifier => {
                for rule in &self.asked.face.policy.identifiers {
                    self.inputs.wire.push((rule.kind.name(), plan.wire.clone()));
                }
                return;
            }
            InputTarget::Claim(kind) if self.inputs.wire.iter().all(|(name, _)| *name != kind.name()) => {
                kind.name()
            }
            InputTarget::Profile(field) => {
                return self.inputs.fields.push((field.clone(), plan.wire.clone()));
            }
            InputTarget::Claim(_)
            | InputTarget::Credential(_)
            | InputTarget::OwnId
            | InputTarget::ClientKey(_) => return,
        };
        self.inputs.wire.push((name, plan.wire.clone()));
    }

    /// An action that needs to know who is told so.
    fn someone(&mut self, binding: &Binding) {
        let needed = matches!(
            binding.action.spec().identifiers,
            Identifiers::One | Identifiers::OneOrCaller | Identifiers::Some
        );
        if !needed || !self.inputs.identifiers.is_empty() {
            return;
        }
        let is_identifier = |plan: &&InputPlan| {
            matches!(plan.target, InputTarget::Identifier(_) | InputTarget::AnyIdentifier)
        };
        if let Some(plan) = binding.inputs.iter().find(is_identifier) {
            self.complain(within(Violation::required(&plan.wire), &plan.within));
        }
    }

    /// The profile's own rules, reported at the members that the fields come from.
    fn complete_profile(&mut self, binding: &Binding) {
        if !binding.action.spec().profile {
            return;
        }
        let schema = &self.asked.face.policy.profile;
        let (given, asking) = (
            &self.inputs.profile,
            Asking { by: binding.action.spec().caller.setter(), now: self.asked.call.now },
        );
        let checked = if binding.action.spec().whole_profile() {
            schema.complete(given, asking)
        } else {
            schema.changed(&Map::new(), given, &[], asking)
        };
        let Err(broken) = checked else { return };
        let before: Vec<String> = self.violations.iter().map(|known| known.field.clone()).collect();
        for violation in broken {
            let Some(field) = violation.path.first() else { continue };
            let fed = |plan: &&InputPlan| plan.target == InputTarget::Profile(field.clone());
            let plan = binding.inputs.iter().find(fed);
            let members = plan.map_or(&[][..], |plan| &plan.within);
            let violation = match plan {
                Some(plan) => within(violation.renamed(&plan.wire), members),
                None => violation,
            };
            let wire: Vec<String> = violation.path.iter().take(members.len() + 1).cloned().collect();
            let wire = wire.join(".");
            // What the schema or a check said of a member is enough; of a field every rule is told.
            let told = |known: &String| {
                known.strip_prefix(wire.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            };
            if !before.iter().any(told) {
                self.violations.push(violation);
            }
        }
    }
}

/// An action's answer, with what it finds wrong where that lies in the request.
pub(crate) fn placed(answer: Answer, binding: &Binding) -> Answer {
    let place = |violation: Violation| match violation.path.first() {
        Some(wire) => match binding.inputs.iter().find(|plan| plan.wire == *wire) {
            Some(plan) => within(violation, &plan.within),
            None => violation,
        },
        None => violation,
    };
    let violations = answer.violations.into_iter().map(place).collect();
    Answer { violations, ..answer }
}

/// The violation of a member that lies in these.
fn within(violation: Violation, members: &[String]) -> Violation {
    members.iter().rev().fold(violation, |violation, name| violation.under(name))
}

/// Any identifier, told apart by form: with an `@` an e-mail, digits and their ornaments a telephone number, where
/// the contract has these; else a username, else whatever comes first.
fn tell_apart(text: &str, declared: &[IdentifierKind]) -> Option<IdentifierKind> {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let phone_like = digits >= 3 && text.chars().all(|c| c.is_ascii_digit() || "+-() .".contains(c));
    let guess = if text.contains('@') {
        IdentifierKind::Email
    } else if phone_like {
        IdentifierKind::Phone
    } else {
        IdentifierKind::Username
    };
    let order = [guess, IdentifierKind::Username];
    order.into_iter().find(|kind| declared.contains(kind)).or_else(|| declared.first().copied())
}

fn loose_text(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// What a text from outside the body says, where the field is no text; what it does not say stays as it is.
fn from_text(value: Value, kind: FieldType) -> Value {
    let Some(text) = value.as_str() else { return value };
    let read = match kind {
        FieldType::Integer | FieldType::Number | FieldType::Boolean => {
            serde_json::from_str::<Value>(text).ok()
        }
        _ => None,
    };
    read.filter(|read| kind.admits(read)).unwrap_or(value)
}

/// A value as an input of this kind, or the type that was expected.
fn fit(value: Value, kind: Kind) -> Result<Value, &'static str> {
    match (kind, value) {
        (Kind::Text | Kind::Token, value @ Value::String(_)) => Ok(value),
        (Kind::Text | Kind::Token, _) => Err("string"),
        (Kind::Integer, value) if value.is_i64() || value.is_u64() => Ok(value),
        (Kind::Integer, Value::String(text)) => text.parse::<i64>().map(Value::from).map_err(|_| "integer"),
        (Kind::Integer, _) => Err("integer"),
        (Kind::Boolean, value @ Value::Bool(_)) => Ok(value),
        (Kind::Boolean, _) => Err("boolean"),
        (Kind::Duration, value) if value.is_u64() => Ok(value),
        (Kind::Duration, Value::String(text)) => seconds(&text).map(Value::from).ok_or("integer"),
        (Kind::Duration, _) => Err("integer"),
        (Kind::Time, value) => moment(&value).map(Value::from).ok_or("date-time"),
        (_, value) => Ok(value),
    }
}

/// A length of time as text: seconds, or a number with `s`, `m`, `h`, `d` or `w`.
fn seconds(text: &str) -> Option<u64> {
    let (number, unit) = match text.split_at_checked(text.len().checked_sub(1)?) {
        Some((number, "s")) => (number, 1),
        Some((number, "m")) => (number, 60),
        Some((number, "h")) => (number, 3_600),
        Some((number, "d")) => (number, 86_400),
        Some((number, "w")) => (number, 604_800),
        _ => (text, 1),
    };
    let plain = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    plain.then_some(number)?.parse::<u64>().ok()?.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn identifiers_are_told_apart_by_form() {
        use IdentifierKind::{Email, Phone, Username};
        let all = [Username, Email, Phone];
        assert_eq!(tell_apart("a@b.c", &all), Some(Email));
        assert_eq!(tell_apart("+82 10-1234", &all), Some(Phone));
        assert_eq!(tell_apart("kim", &all), Some(Username));
        assert_eq!(tell_apart("010123", &[Username, Email]), Some(Username));
        assert_eq!(tell_apart("kim", &[Email]), Some(Email));
        assert_eq!(tell_apart("kim", &[]), None);
    }

    #[test]
    fn values_fit_their_kind_or_name_it() {
        assert_eq!(fit(json!("x"), Kind::Text), Ok(json!("x")));
        assert_eq!(fit(json!(1), Kind::Text), Err("string"));
        assert_eq!(fit(json!("30m"), Kind::Duration), Ok(json!(1800)));
        assert_eq!(fit(json!("2w"), Kind::Duration), Ok(json!(1_209_600)));
        assert_eq!(fit(json!("90"), Kind::Duration), Ok(json!(90)));
        for bad in
            [json!("-1"), json!("1.5h"), json!("é"), json!(""), json!("99999999999999999999d"), json!(-1)]
        {
            assert_eq!(fit(bad.clone(), Kind::Duration), Err("integer"), "{bad}");
        }
        assert_eq!(fit(json!([1]), Kind::Any), Ok(json!([1])));
    }

    #[test]
    fn texts_become_what_the_field_is() {
        assert_eq!(from_text(json!("7"), FieldType::Integer), json!(7));
        assert_eq!(from_text(json!("1.5"), FieldType::Number), json!(1.5));
        assert_eq!(from_text(json!("true"), FieldType::Boolean), json!(true));
        for (text, kind) in [
            ("7.5", FieldType::Integer),
            ("", FieldType::Number),
            ("1", FieldType::Boolean),
            ("7", FieldType::Text),
        ] {
            assert_eq!(from_text(json!(text), kind), json!(text));
        }
    }

    #[test]
    fn a_failed_check_says_where() {
        let path = ["a".to_owned(), "b".to_owned()];
        assert_eq!(failed("b", &path, "confirm").pointer, "/a/b");
        assert_eq!(failed("b", &path, "required").pointer, "/a");
    }
}
