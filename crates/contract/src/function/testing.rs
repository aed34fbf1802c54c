//! What the tests of functions and expressions share: fixed names, values and texts.

use super::{Argument, Problem, Run, find};
use crate::expression::{
    Evaluated, Locator, Names, Path, Reference, Scope, Slot, Type, check, follow, parse,
};
use crate::source::{Sources, Span};
use serde_json::Value;
use std::borrow::Cow;

/// Names with their types and values.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) names: Vec<(String, Type, Value)>,
}

impl World {
    pub(crate) fn new(names: &[(&str, Type, Value)]) -> Self {
        let names = names.iter().map(|(name, ty, value)| ((*name).to_owned(), ty.clone(), value.clone()));
        Self { names: names.collect() }
    }
}

impl Names for World {
    fn lookup(&self, path: &[String]) -> Option<Reference> {
        let (first, rest) = path.split_first()?;
        let at = self.names.iter().position(|(name, ..)| name == first)?;
        let ty = self.names[at].1.member(rest)?;
        Some(Reference::slot(ty, Slot(u32::try_from(at).ok()?), rest))
    }

    fn all(&self) -> Vec<String> {
        let mut all = Vec::new();
        for (name, ty, _) in &self.names {
            all.push(name.clone());
            if let crate::expression::Kind::Object(members) = &ty.kind {
                all.extend(members.iter().map(|(member, _)| format!("{name}.{member}")));
            }
        }
        all
    }

    fn text_keys(&self) -> Vec<String> {
        vec!["hello".to_owned()]
    }
}

impl Scope for World {
    fn read(&self, path: &Path) -> Cow<'_, Value> {
        let value = self.names.get(path.slot.0 as usize).and_then(|(.., value)| follow(value, &path.rest));
        value.map_or(Cow::Owned(Value::Null), Cow::Borrowed)
    }

    fn text(&self, key: &str) -> Option<String> {
        (key == "hello").then(|| "Hello!".to_owned())
    }
}

/// A place for texts that stand in no file.
pub(crate) fn nowhere() -> Locator {
    let source = Sources::new().add("test", "");
    Locator { whole: Span { source, start: 0, end: 0 }, start: Some(0) }
}

/// Runs a function on values.
pub(crate) fn call(name: &str, arguments: &[Value]) -> Value {
    let arguments: Vec<Cow<'_, Value>> = arguments.iter().map(Cow::Borrowed).collect();
    match find(name).expect("known function").run {
        Run::Plain(run) => run(&arguments, &World::new(&[])),
        other => panic!("{name} is evaluated as {other:?}"),
    }
}

/// Why a function refuses these arguments.
pub(crate) fn refused(name: &str, arguments: &[(Type, Option<Value>)]) -> Problem {
    let arguments: Vec<Argument<'_>> =
        arguments.iter().map(|(ty, constant)| Argument { ty, constant: constant.as_ref() }).collect();
    (find(name).expect("known function").types)(&arguments, &World::new(&[])).expect_err("refused")
}

/// Parses, checks and evaluates an expression.
pub(crate) fn expression(text: &str, names: &[(&str, Type, Value)]) -> Evaluated {
    let world = World::new(names);
    let ast = parse(text, nowhere()).expect("syntax");
    check(&ast, &world).expect("types").eval(&world)
}
