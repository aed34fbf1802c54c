//! What an operator does in a story: one of the `account` commands.

use super::text::Text;
use super::wanted::Wanted;
use crate::account::{Request, Work};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// One command of an operator.
#[derive(Clone, Debug)]
pub struct Order {
    /// The command, such as `lock`.
    pub command: String,
    /// Whom it is about: an identifier of whatever kind, or kinds with identifiers.
    pub account: Vec<(Option<String>, Text)>,
    /// What else is said.
    pub arguments: Vec<(String, Wanted)>,
}

impl Order {
    /// The command as the program takes it. `kinds` are the identifiers that accounts of the realm have.
    ///
    /// # Errors
    /// There is no such command, or an argument is missing or unknown. A sentence.
    pub fn request(
        &self,
        realm: &str,
        kinds: &[&str],
        names: &BTreeMap<String, Value>,
    ) -> Result<Request, String> {
        let identifier = |(kind, text): &(Option<String>, Text)| {
            let text = text.fill(names);
            let kind = kind.clone().unwrap_or_else(|| kind_of(&text, kinds).to_owned());
            (kind, text)
        };
        let identifiers = self.account.iter().map(identifier).collect();
        Ok(Request { realm: realm.to_owned(), identifiers, work: self.work(names)? })
    }

    /// What is to be done.
    ///
    /// # Errors
    /// As [`Order::request`].
    pub fn work(&self, names: &BTreeMap<String, Value>) -> Result<Work, String> {
        let command = self.command.replace('-', "_");
        let arguments: Map<String, Value> =
            self.arguments.iter().map(|(name, value)| (name.clone(), value.fill(names))).collect();
        let forms = forms(&command, arguments);
        let work = forms.into_iter().find_map(|form| serde_json::from_value::<Work>(form).ok());
        work.filter(|work| self.is_whole(work)).ok_or_else(|| {
            format!("an operator cannot do this: `{}` with {}", self.command, said(&self.arguments))
        })
    }

    /// Whether nothing that was said has been passed over.
    fn is_whole(&self, work: &Work) -> bool {
        let written = serde_json::to_value(work).unwrap_or_default();
        let members =
            written.as_object().and_then(|command| command.values().next()).and_then(Value::as_object);
        members.is_none_or(|members| self.arguments.iter().all(|(name, _)| members.contains_key(name)))
    }
}

fn said(arguments: &[(String, Wanted)]) -> String {
    let names: Vec<&str> = arguments.iter().map(|(name, _)| name.as_str()).collect();
    if names.is_empty() { "nothing else said".to_owned() } else { names.join(", ") }
}

/// The ways a command can be written down: alone, with members, or with one value.
fn forms(command: &str, mut arguments: Map<String, Value>) -> Vec<Value> {
    if let Some(Value::Object(profile)) = arguments.get("profile") {
        let pairs = profile.iter().map(|(name, value)| match value {
            Value::String(text) => json!([name, text]),
            value => json!([name, value.to_string()]),
        });
        let pairs = pairs.collect();
        arguments.insert("profile".to_owned(), pairs);
    }
    let only = arguments.values().next().cloned().filter(|_| arguments.len() == 1);
    let mut forms = Vec::new();
    if arguments.is_empty() {
        forms.push(json!(command));
        forms.push(json!({command: true}));
    }
    for (name, default) in [("profile", json!([])), ("password", Value::Null), ("must_change", json!(false))]
    {
        if command == "create" || command == "set_password" {
            arguments.entry(name).or_insert(default);
        }
    }
    forms.push(json!({command: arguments}));
    forms.extend(only.map(|value| json!({command: value})));
    forms
}

/// Which kind of identifier a text is, among those that accounts have.
fn kind_of<'k>(text: &str, kinds: &[&'k str]) -> &'k str {
    let wanted = if text.contains('@') {
        "email"
    } else if text.starts_with('+') {
        "phone"
    } else {
        "username"
    };
    let known = kinds.iter().find(|kind| **kind == wanted).or(kinds.first());
    known.copied().unwrap_or("username")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(command: &str, arguments: &[(&str, Value)]) -> Order {
        let arguments = arguments
            .iter()
            .map(|(name, value)| ((*name).to_owned(), Wanted::Constant(value.clone())))
            .collect();
        let account = vec![(None, Text::plain("a@b.c"))];
        Order { command: command.to_owned(), account, arguments }
    }

    #[test]
    fn commands_are_those_of_the_program() {
        let names = BTreeMap::new();
        let work = |order: Order| order.work(&names);
        assert!(matches!(work(order("lock", &[])), Ok(Work::Lock { until: None, reason: None })));
        let roles = work(order("set-roles", &[("roles", json!(["admin"]))]));
        assert!(matches!(roles, Ok(Work::SetRoles(roles)) if roles == ["admin"]));
        assert!(matches!(work(order("must-change", &[])), Ok(Work::MustChange(true))));
        assert!(matches!(work(order("must_change", &[("to", json!(false))])), Ok(Work::MustChange(false))));
        let create = work(order("create", &[("password", json!("secret")), ("profile", json!({"n": 1}))]));
        let Ok(Work::Create { profile, password, must_change }) = create else {
            panic!("create is a command")
        };
        assert_eq!((profile, must_change), (vec![("n".to_owned(), "1".to_owned())], false));
        assert_eq!(password.map(|password| password.to_string()).as_deref(), Some("secret"));
        assert!(work(order("set-password", &[])).is_err(), "a password is asked for");
        assert!(work(order("lok", &[])).is_err());
        assert!(work(order("create", &[("pasword", json!("secret"))])).is_err());
    }

    #[test]
    fn whom_is_told_by_form() {
        let request = order("lock", &[]).request("r", &["username", "email"], &BTreeMap::new()).unwrap();
        assert_eq!(request.identifiers, [("email".to_owned(), "a@b.c".to_owned())]);
        assert_eq!(kind_of("ann", &["email"]), "email");
    }
}
