//! What a condition proves: which paths are not null where it holds, and where it does not.

use super::ast::{Ast, AstKind, Operator};
use super::names::{Names, Reference};
use super::types::Type;
use crate::source::Span;
use serde_json::Value;

/// The paths that are certainly not null when the condition has this result.
#[must_use]
pub fn non_null_when(condition: &Ast, result: bool) -> Vec<Vec<String>> {
    let mut proven = Vec::new();
    collect(condition, result, &mut proven);
    proven
}

fn collect(condition: &Ast, result: bool, proven: &mut Vec<Vec<String>>) {
    match &condition.kind {
        AstKind::Not(inner) => collect(inner, !result, proven),
        AstKind::Has(path) if result => push(path, proven),
        AstKind::Binary(Operator::And, left, right) if result => {
            collect(left, true, proven);
            collect(right, true, proven);
        }
        AstKind::Binary(Operator::Or, left, right) if !result => {
            collect(left, false, proven);
            collect(right, false, proven);
        }
        AstKind::Binary(Operator::Equal, left, right) => equality(left, right, result, proven),
        AstKind::Binary(Operator::NotEqual, left, right) => equality(left, right, !result, proven),
        AstKind::Binary(Operator::In, left, right) if result && lists_no_null(right) => push(left, proven),
        AstKind::Binary(
            Operator::Less | Operator::LessOrEqual | Operator::Greater | Operator::GreaterOrEqual,
            left,
            right,
        ) if result => {
            push(left, proven);
            push(right, proven);
        }
        _ => {}
    }
}

/// `x == null` proves x when it is false, `x == 'word'` when it is true.
fn equality(left: &Ast, right: &Ast, equal: bool, proven: &mut Vec<Vec<String>>) {
    for (path, other) in [(left, right), (right, left)] {
        if let AstKind::Literal(value) = &other.kind
            && value.is_null() != equal
        {
            push(path, proven);
        }
    }
}

fn lists_no_null(list: &Ast) -> bool {
    let is_word = |item: &Ast| matches!(&item.kind, AstKind::Literal(value) if *value != Value::Null);
    matches!(&list.kind, AstKind::List(items) if items.iter().all(is_word))
}

fn push(path: &Ast, proven: &mut Vec<Vec<String>>) {
    if let AstKind::Path(segments) = &path.kind {
        proven.push(segments.clone());
    }
}

/// Names among which some are known not to be null.
pub struct NarrowedNames<'n> {
    inner: &'n dyn Names,
    proven: Vec<Vec<String>>,
}

impl<'n> NarrowedNames<'n> {
    /// The same names; those of `proven` are never null.
    #[must_use]
    pub fn new(inner: &'n dyn Names, proven: Vec<Vec<String>>) -> Self {
        Self { inner, proven }
    }
}

impl NarrowedNames<'_> {
    /// A member that is not null proves what it hangs below; an object that is not null proves its members
    /// that are only null with it.
    fn proves(&self, proven: &[String], path: &[String]) -> bool {
        if proven.starts_with(path) {
            return true;
        }
        let Some(rest) = path.strip_prefix(proven) else {
            return false;
        };
        let object = self.inner.lookup(proven).map(|found| found.ty.not_null());
        object.and_then(|object| object.member(rest)).is_some_and(|member| !member.nullable)
    }
}

impl Names for NarrowedNames<'_> {
    fn lookup(&self, path: &[String]) -> Option<Reference> {
        let mut found = self.inner.lookup(path)?;
        if found.ty.nullable && self.proven.iter().any(|proven| self.proves(proven, path)) {
            found.ty.nullable = false;
        }
        Some(found)
    }

    fn view(&self, rest: &[String], loops: (&dyn Names, u32)) -> Option<Reference> {
        self.inner.view(rest, loops)
    }

    fn all(&self) -> Vec<String> {
        self.inner.all()
    }

    fn text_keys(&self) -> Vec<String> {
        self.inner.text_keys()
    }

    fn notes_null(&self, span: Span, never: Option<&Type>) -> bool {
        self.inner.notes_null(span, never)
    }
}
