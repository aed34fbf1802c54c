//! Evaluation of compiled templates, once per request. Total: nothing in it can fail.

use super::compile::{Escape, Unlisted};
use super::each::{EachOp, UnlistedValue};
use super::format::TimeFormat;
use crate::expression::{Evaluated, Kind, MAX_TEXT, Reading, Scope, Type, Typed, render_text, truncated};
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::sync::Arc;

/// A template that is typed and ready to be evaluated.
#[derive(Debug)]
pub struct CompiledTemplate {
    pub(super) op: Op,
    pub(super) ty: Type,
    pub(super) may_omit: bool,
}

#[derive(Debug)]
pub(super) enum Op {
    Constant(Value),
    Leaf(Box<LeafOp>),
    Inline(Arc<CompiledTemplate>),
    Text(Vec<Piece>, Escape),
    List(Vec<Op>),
    Object(Vec<MemberOp>),
    Each(Box<EachOp>),
    Map(Box<MapOp>),
    First(Vec<Op>),
}

/// A value by itself.
#[derive(Debug)]
pub(super) struct LeafOp {
    pub(super) typed: Typed,
    pub(super) form: Form,
}

/// How a value by itself is written.
#[derive(Debug)]
pub(super) enum Form {
    AsIs,
    Escaped,
    Time(TimeFormat),
    /// Times somewhere inside.
    Nested(Type, TimeFormat),
}

#[derive(Debug)]
pub(super) enum Piece {
    Constant(String),
    /// A value; a time with its format.
    Hole(Typed, Option<TimeFormat>),
}

#[derive(Debug)]
pub(super) enum MemberOp {
    Pair(String, Op),
    Each(Box<EachOp>),
    /// The members of another object, but for those with these names.
    Spread(Op, Vec<String>),
}

#[derive(Debug)]
pub(super) struct MapOp {
    pub(super) value: Op,
    pub(super) cases: Vec<(String, Op)>,
    pub(super) otherwise: Option<Op>,
    pub(super) unlisted: Unlisted,
}

impl CompiledTemplate {
    pub(super) fn new(op: Op, ty: Type) -> Self {
        Self { op, ty, may_omit: false }
    }

    /// Another template in this place.
    pub(super) fn inlined(template: &Arc<CompiledTemplate>) -> Self {
        let op = match &template.op {
            Op::Constant(value) => Op::Constant(value.clone()),
            _ => Op::Inline(Arc::clone(template)),
        };
        Self { op, ty: template.ty.clone(), may_omit: template.may_omit }
    }

    /// A template that is always this value.
    #[must_use]
    pub fn of_constant(value: Value) -> Self {
        let ty = crate::expression::type_of(&value);
        Self::new(Op::Constant(value), ty)
    }

    /// The type of the value as it is written: times have their form already.
    #[must_use]
    pub fn ty(&self) -> &Type {
        &self.ty
    }

    /// Whether it may come to [`Evaluated::Omit`].
    #[must_use]
    pub fn may_omit(&self) -> bool {
        self.may_omit
    }

    /// The value, if it is the same for every request.
    #[must_use]
    pub fn constant(&self) -> Option<&Value> {
        match &self.op {
            Op::Constant(value) => Some(value),
            _ => None,
        }
    }

    /// Evaluates it.
    #[must_use]
    pub fn eval(&self, scope: &dyn Scope) -> Evaluated {
        self.op.read(scope).into_owned()
    }

    pub(crate) fn read<'s>(&'s self, scope: &'s dyn Scope) -> Reading<'s> {
        self.op.read(scope)
    }
}

impl Op {
    pub(super) fn read<'s>(&'s self, scope: &'s dyn Scope) -> Reading<'s> {
        match self {
            Op::Constant(value) => Reading::Value(Cow::Borrowed(value)),
            Op::Leaf(leaf) => leaf.read(scope),
            Op::Inline(template) => template.read(scope),
            Op::Text(pieces, escape) => text(pieces, *escape, scope),
            Op::List(items) => list(items, scope),
            Op::Object(members) => match object(members, scope) {
                Ok(object) => owned(Value::Object(object)),
                Err(UnlistedValue) => Reading::Unlisted,
            },
            Op::Each(each) => match each.list(scope) {
                Ok(items) => owned(Value::Array(items)),
                Err(UnlistedValue) => Reading::Unlisted,
            },
            Op::Map(map) => map.read(scope),
            Op::First(choices) => first(choices, scope),
        }
    }
}

fn owned<'s>(value: Value) -> Reading<'s> {
    Reading::Value(Cow::Owned(value))
}

impl LeafOp {
    fn read<'s>(&'s self, scope: &'s dyn Scope) -> Reading<'s> {
        let Reading::Value(value) = self.typed.read(scope) else {
            return Reading::Omit;
        };
        match &self.form {
            Form::AsIs => Reading::Value(value),
            Form::Time(format) => owned(format.render(&value)),
            Form::Nested(ty, format) => {
                let mut value = value.into_owned();
                write_times(&mut value, ty, format);
                owned(value)
            }
            Form::Escaped => match value.as_ref() {
                Value::String(text) => {
                    let mut escaped = String::with_capacity(text.len());
                    escape_into(text, &mut escaped);
                    owned(Value::String(escaped))
                }
                _ => Reading::Value(value),
            },
        }
    }
}

/// Writes the times inside a value.
fn write_times(value: &mut Value, ty: &Type, format: &TimeFormat) {
    match (&ty.kind, value) {
        (Kind::Time, value) => *value = format.render(value),
        (Kind::List(item), Value::Array(items)) if item.holds_time() => {
            items.iter_mut().for_each(|value| write_times(value, item, format));
        }
        (Kind::Object(members), Value::Object(object)) => {
            for (name, member) in members.iter().filter(|(_, member)| member.holds_time()) {
                if let Some(value) = object.get_mut(name) {
                    write_times(value, member, format);
                }
            }
        }
        _ => {}
    }
}

fn text<'s>(pieces: &'s [Piece], escape: Escape, scope: &'s dyn Scope) -> Reading<'s> {
    let mut text = String::new();
    for piece in pieces {
        match piece {
            Piece::Constant(constant) => text.push_str(constant),
            Piece::Hole(typed, format) => {
                let Reading::Value(value) = typed.read(scope) else {
                    return Reading::Omit;
                };
                let value = match format {
                    Some(format) => Cow::Owned(format.render(&value)),
                    None => value,
                };
                hole(&value, escape, &mut text);
            }
        }
        if text.len() > MAX_TEXT {
            break;
        }
    }
    owned(Value::String(truncated(text)))
}

fn hole(value: &Value, escape: Escape, text: &mut String) {
    match escape {
        Escape::None => render_text(value, text),
        Escape::Xml => {
            let mut plain = String::new();
            render_text(value, &mut plain);
            escape_into(&plain, text);
        }
    }
}

/// A text as XML and HTML show it.
pub(crate) fn escaped(plain: &str) -> String {
    let mut text = String::with_capacity(plain.len());
    escape_into(plain, &mut text);
    text
}

fn escape_into(plain: &str, text: &mut String) {
    for c in plain.chars() {
        match c {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '"' => text.push_str("&quot;"),
            '\'' => text.push_str("&#39;"),
            c => text.push(c),
        }
    }
}

fn list<'s>(items: &'s [Op], scope: &'s dyn Scope) -> Reading<'s> {
    let mut values = Vec::with_capacity(items.len());
    for item in items {
        match item.read(scope) {
            Reading::Value(value) => values.push(value.into_owned()),
            Reading::Omit => {}
            Reading::Unlisted => return Reading::Unlisted,
        }
    }
    owned(Value::Array(values))
}

fn object(members: &[MemberOp], scope: &dyn Scope) -> Result<Map<String, Value>, UnlistedValue> {
    let mut object = Map::with_capacity(members.len());
    for member in members {
        match member {
            MemberOp::Pair(name, op) => match op.read(scope) {
                Reading::Value(value) => {
                    object.entry(name.as_str()).or_insert_with(|| value.into_owned());
                }
                Reading::Omit => {}
                Reading::Unlisted => return Err(UnlistedValue),
            },
            MemberOp::Each(each) => each.members(scope, &mut object)?,
            MemberOp::Spread(op, without) => match op.read(scope) {
                Reading::Value(value) => {
                    let members = value.into_owned();
                    let members = members.as_object().into_iter().flatten();
                    for (name, value) in members.filter(|(name, _)| !without.contains(name)) {
                        object.entry(name.as_str()).or_insert_with(|| value.clone());
                    }
                }
                Reading::Omit => {}
                Reading::Unlisted => return Err(UnlistedValue),
            },
        }
    }
    Ok(object)
}

fn first<'s>(choices: &'s [Op], scope: &'s dyn Scope) -> Reading<'s> {
    for choice in choices {
        match choice.read(scope) {
            Reading::Value(value) if value.is_null() => {}
            Reading::Omit => {}
            found => return found,
        }
    }
    owned(Value::Null)
}

impl MapOp {
    fn read<'s>(&'s self, scope: &'s dyn Scope) -> Reading<'s> {
        let value = self.value.read(scope).or_null();
        let mut word = String::new();
        render_text(&value, &mut word);
        let listed = self.cases.iter().find(|(key, _)| !value.is_null() && *key == word);
        match (listed.map(|(_, result)| result).or(self.otherwise.as_ref()), self.unlisted) {
            (Some(result), _) => result.read(scope),
            (None, Unlisted::Violation) if !value.is_null() => Reading::Unlisted,
            // In replies the checker has seen that this does not happen.
            (None, _) => Reading::Omit,
        }
    }
}
