//! `$each`: its variable at load and at run time, and the lists and members it makes.

use super::eval::Op;
use crate::expression::{Names, Path, Reading, Reference, Scope, Slot, Type, Typed, follow, render_text};
use crate::source::Span;
use serde_json::{Map, Value};
use std::borrow::Cow;

/// The names in scope with the variable of a loop.
pub(super) struct LoopNames<'n> {
    pub(super) inner: &'n dyn Names,
    pub(super) variable: &'n str,
    pub(super) ty: Type,
    pub(super) slot: Slot,
}

impl Names for LoopNames<'_> {
    fn lookup(&self, path: &[String]) -> Option<Reference> {
        match path.split_first() {
            Some((first, rest)) if first == self.variable => {
                Some(Reference::slot(self.ty.member(rest)?, self.slot, rest))
            }
            Some((first, rest)) if first == "view" => {
                self.inner.view(rest, (self, self.slot.0 - Slot::FIRST_LOOP.0 + 1))
            }
            _ => self.inner.lookup(path),
        }
    }

    fn view(&self, rest: &[String], loops: (&dyn Names, u32)) -> Option<Reference> {
        self.inner.view(rest, loops)
    }

    fn all(&self) -> Vec<String> {
        let mut all = vec![self.variable.to_owned()];
        if let crate::expression::Kind::Object(members) = &self.ty.kind {
            all.extend(members.iter().map(|(name, _)| format!("{}.{name}", self.variable)));
        }
        all.extend(self.inner.all());
        all
    }

    fn text_keys(&self) -> Vec<String> {
        self.inner.text_keys()
    }

    fn notes_null(&self, span: Span, never: Option<&Type>) -> bool {
        self.inner.notes_null(span, never)
    }
}

/// The values in scope with the item of a loop.
struct LoopScope<'s> {
    inner: &'s dyn Scope,
    slot: Slot,
    item: &'s Value,
}

impl Scope for LoopScope<'_> {
    fn read(&self, path: &Path) -> Cow<'_, Value> {
        if path.slot != self.slot {
            return self.inner.read(path);
        }
        follow(self.item, &path.rest).map_or(Cow::Owned(Value::Null), Cow::Borrowed)
    }

    fn text(&self, key: &str) -> Option<String> {
        self.inner.text(key)
    }
}

/// A compiled `$each`.
#[derive(Debug)]
pub(super) struct EachOp {
    pub(super) list: Op,
    pub(super) slot: Slot,
    pub(super) condition: Option<Typed>,
    pub(super) key: Vec<Op>,
    pub(super) item: Op,
    pub(super) collect: bool,
}

/// A `$map` in it met a value that it does not list.
pub(super) struct UnlistedValue;

impl EachOp {
    /// Runs `make` for every item that is taken.
    fn walk(
        &self,
        scope: &dyn Scope,
        make: &mut dyn FnMut(&dyn Scope) -> Result<(), UnlistedValue>,
    ) -> Result<(), UnlistedValue> {
        let list = self.list.read(scope).or_null();
        for item in list.as_array().map_or(&[][..], Vec::as_slice) {
            let inner = LoopScope { inner: scope, slot: self.slot, item };
            if self.condition.as_ref().is_none_or(|condition| condition.holds(&inner)) {
                make(&inner)?;
            }
        }
        Ok(())
    }

    /// The list it makes.
    pub(super) fn list(&self, scope: &dyn Scope) -> Result<Vec<Value>, UnlistedValue> {
        let mut items = Vec::new();
        self.walk(scope, &mut |inner| {
            match self.item.read(inner) {
                Reading::Value(value) => items.push(value.into_owned()),
                Reading::Omit => {}
                Reading::Unlisted => return Err(UnlistedValue),
            }
            Ok(())
        })?;
        Ok(items)
    }

    /// Adds the members it makes to an object; a member that is there already stays.
    pub(super) fn members(
        &self,
        scope: &dyn Scope,
        object: &mut Map<String, Value>,
    ) -> Result<(), UnlistedValue> {
        self.walk(scope, &mut |inner| {
            let Some(keys) = self.keys(inner) else {
                return Ok(());
            };
            match self.item.read(inner) {
                Reading::Value(value) => insert(object, &keys, value.into_owned(), self.collect),
                Reading::Omit => {}
                Reading::Unlisted => return Err(UnlistedValue),
            }
            Ok(())
        })
    }

    /// The names of a member, one per level; `None` for an item that has none.
    fn keys(&self, scope: &dyn Scope) -> Option<Vec<String>> {
        let name = |key: &Op| match key.read(scope) {
            Reading::Value(value) if !value.is_null() => {
                let mut name = String::new();
                render_text(&value, &mut name);
                Some(name)
            }
            _ => None,
        };
        self.key.iter().map(name).collect()
    }
}

fn insert(object: &mut Map<String, Value>, keys: &[String], value: Value, collect: bool) {
    let Some((first, rest)) = keys.split_first() else {
        return;
    };
    if !rest.is_empty() {
        let below = object.entry(first.as_str()).or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(below) = below {
            insert(below, rest, value, collect);
        }
    } else if collect {
        let list = object.entry(first.as_str()).or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(list) = list {
            list.push(value);
        }
    } else {
        object.entry(first.as_str()).or_insert(value);
    }
}
