//! Expressions as they were written.

use crate::source::{Node, Span};
use serde_json::Value;

/// An expression and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Ast {
    /// Where it stands in its file.
    pub span: Span,
    /// What it says.
    pub kind: AstKind,
}

/// What an expression says.
#[derive(Clone, Debug, PartialEq)]
pub enum AstKind {
    /// A constant: text, a number, a boolean or null.
    Literal(Value),
    /// `account.email`, `header['X-Name']`: names from left to right, at least one.
    Path(Vec<String>),
    /// `[a, b]`
    List(Vec<Ast>),
    /// `!a`
    Not(Box<Ast>),
    /// `a == b` and the like.
    Binary(Operator, Box<Ast>, Box<Ast>),
    /// `a ? b : c`
    Conditional(Box<[Ast; 3]>),
    /// `name(arguments)`; `a.name(b)` is `name(a, b)`.
    Call(Call),
    /// `has(path)`: the path is not null.
    Has(Box<Ast>),
    /// `omit`
    Omit,
}

/// A function call as it was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// The function.
    pub name: String,
    /// Where its name stands.
    pub name_span: Span,
    /// Its arguments, the receiver first.
    pub arguments: Vec<Ast>,
}

/// An operator between two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `||`
    Or,
    /// `&&`
    And,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `in`
    In,
    /// `+` of texts
    Plus,
}

impl Operator {
    /// The operator as it is written.
    #[must_use]
    pub fn symbol(self) -> &'static str {
        match self {
            Operator::Or => "||",
            Operator::And => "&&",
            Operator::Equal => "==",
            Operator::NotEqual => "!=",
            Operator::Less => "<",
            Operator::LessOrEqual => "<=",
            Operator::Greater => ">",
            Operator::GreaterOrEqual => ">=",
            Operator::In => "in",
            Operator::Plus => "+",
        }
    }
}

impl Ast {
    /// Every path that the expression reads, in written order.
    #[must_use]
    pub fn paths(&self) -> Vec<&[String]> {
        let mut found = Vec::new();
        self.collect_paths(&mut found);
        found
    }

    /// Every path whose value goes into the result, in written order: not what is only compared or asked for.
    #[must_use]
    pub fn shown(&self) -> Vec<&[String]> {
        match &self.kind {
            AstKind::Path(path) => vec![path],
            AstKind::List(items) => items.iter().flat_map(Ast::shown).collect(),
            AstKind::Call(call) => call.arguments.iter().flat_map(Ast::shown).collect(),
            AstKind::Binary(Operator::Plus, left, right) => [left.shown(), right.shown()].concat(),
            AstKind::Conditional(parts) => parts.iter().skip(1).flat_map(Ast::shown).collect(),
            AstKind::Not(_) | AstKind::Has(_) | AstKind::Binary(..) | AstKind::Literal(_) | AstKind::Omit => {
                Vec::new()
            }
        }
    }

    /// Every call of a function in it, in written order.
    #[must_use]
    pub fn calls(&self) -> Vec<&Call> {
        let mut found = Vec::new();
        self.collect_calls(&mut found);
        found
    }

    fn collect_calls<'a>(&'a self, found: &mut Vec<&'a Call>) {
        match &self.kind {
            AstKind::Call(call) => {
                found.push(call);
                call.arguments.iter().for_each(|argument| argument.collect_calls(found));
            }
            AstKind::List(items) => items.iter().for_each(|item| item.collect_calls(found)),
            AstKind::Not(inner) | AstKind::Has(inner) => inner.collect_calls(found),
            AstKind::Binary(_, left, right) => {
                left.collect_calls(found);
                right.collect_calls(found);
            }
            AstKind::Conditional(parts) => parts.iter().for_each(|part| part.collect_calls(found)),
            AstKind::Path(_) | AstKind::Literal(_) | AstKind::Omit => {}
        }
    }

    fn collect_paths<'a>(&'a self, found: &mut Vec<&'a [String]>) {
        match &self.kind {
            AstKind::Path(path) => found.push(path),
            AstKind::List(items) => items.iter().for_each(|item| item.collect_paths(found)),
            AstKind::Not(inner) | AstKind::Has(inner) => inner.collect_paths(found),
            AstKind::Binary(_, left, right) => {
                left.collect_paths(found);
                right.collect_paths(found);
            }
            AstKind::Conditional(parts) => parts.iter().for_each(|part| part.collect_paths(found)),
            AstKind::Call(call) => call.arguments.iter().for_each(|argument| argument.collect_paths(found)),
            AstKind::Literal(_) | AstKind::Omit => {}
        }
    }
}

/// Turns offsets inside an expression into spans of its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Locator {
    /// The whole scalar, for texts whose bytes do not stand in the file as they read.
    pub whole: Span,
    /// Where byte 0 of the expression stands in the file, if its bytes stand there as they read.
    pub start: Option<usize>,
}

impl Locator {
    /// Locates inside a text node.
    #[must_use]
    pub fn of(node: &Node) -> Self {
        Self { whole: node.span, start: node.text_at }
    }

    /// The locator of a part that begins at `offset`.
    #[must_use]
    pub fn skip(self, offset: usize) -> Self {
        Self { start: self.start.map(|start| start + offset), ..self }
    }

    /// The span of a range of the text.
    #[must_use]
    pub fn at(self, start: usize, end: usize) -> Span {
        match self.start {
            Some(base) => Span { source: self.whole.source, start: base + start, end: base + end },
            None => self.whole,
        }
    }
}
