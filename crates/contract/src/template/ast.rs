//! Templates as they were written.

use crate::expression::{Ast, Locator};
use crate::source::Span;
use serde_json::Value;

/// A template and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Template {
    /// Where it stands.
    pub span: Span,
    /// What it says.
    pub kind: TemplateKind,
}

/// What a template says.
#[derive(Clone, Debug, PartialEq)]
pub enum TemplateKind {
    /// Copied as it is.
    Constant(Value),
    /// `$account.id`: a value with its type.
    Path(PathAst),
    /// Text with values in it.
    Text(Vec<Part>),
    /// `${…}` as the whole text: the result keeps its type.
    Expression(Ast),
    /// A list.
    List(Vec<Template>),
    /// An object: constant keys and keyed `$each`, in order.
    Object(Vec<Member>),
    /// `{$each: {in, item}}`
    Each(Box<EachAst>),
    /// `{$map: value, KEY: result, $else: result}`
    Map(Box<MapAst>),
    /// `{$first: [a, b]}`
    First(Vec<Template>),
}

/// A dotted path.
#[derive(Clone, Debug, PartialEq)]
pub struct PathAst {
    /// Where it stands, with its dollar sign.
    pub span: Span,
    /// Its names, at least one.
    pub segments: Vec<String>,
}

/// A piece of a text with holes.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// Text as it is.
    Constant(String),
    /// `${…}`
    Hole(Ast),
}

/// A member of an object template.
#[derive(Clone, Debug, PartialEq)]
pub enum Member {
    /// A constant key and its value.
    Pair(Key, Template),
    /// `$spread`: the members of another object.
    Spread(Template),
    /// `$each` with a `key`: as many members as the list gives.
    Each(Box<EachAst>),
}

/// A constant key of an object.
#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    /// Where it stands.
    pub span: Span,
    /// As it goes over the wire.
    pub name: String,
}

/// `$each`
#[derive(Clone, Debug, PartialEq)]
pub struct EachAst {
    /// Where it stands.
    pub span: Span,
    /// The list.
    pub list: Template,
    /// Name of the variable.
    pub variable: String,
    /// Which items are taken.
    pub condition: Option<Ast>,
    /// Names of the members made, one per level; empty for a list.
    pub key: Vec<Template>,
    /// What is made of an item.
    pub item: Template,
    /// Whether all items of one key are collected in a list (`items:`), instead of the first one (`item:`).
    pub collect: bool,
}

/// `$map`
#[derive(Clone, Debug, PartialEq)]
pub struct MapAst {
    /// Where it stands.
    pub span: Span,
    /// What is looked up.
    pub value: Template,
    /// The listed values and their results.
    pub cases: Vec<(Key, Template)>,
    /// The result for any other value.
    pub otherwise: Option<Template>,
}

/// Where a text stands that is no node of a file by itself.
pub type TextPlace = Locator;
