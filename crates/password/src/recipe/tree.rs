//! A recipe as a tree.

use super::function::Function;
use std::fmt;

/// Text or bytes. Text becomes bytes (UTF-8) wherever bytes are wanted; bytes become text only by being spelt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Bytes,
}

/// A part of a recipe and the letter where it begins.
#[derive(Clone, Debug)]
pub(super) struct Expression {
    pub(super) node: Node,
    pub(super) at: usize,
}

/// What a part is.
#[derive(Clone, Debug)]
pub(super) enum Node {
    Password,
    It,
    Key(String),
    Column(String),
    Literal(String),
    Number(u32),
    Join(Vec<Expression>),
    /// As it was written.
    Call(String, Vec<Expression>),
    /// As it was checked.
    Apply(Function, Vec<Expression>),
}

impl Expression {
    /// The parts, one level down.
    pub(super) fn parts(&self) -> &[Expression] {
        match &self.node {
            Node::Join(parts) | Node::Call(_, parts) | Node::Apply(_, parts) => parts,
            _ => &[],
        }
    }

    /// Names of some kind, each once, in the order in which they occur.
    pub(super) fn names<'a>(&'a self, of: fn(&'a Node) -> Option<&'a String>) -> Vec<String> {
        let mut found: Vec<String> = of(&self.node).cloned().into_iter().collect();
        for part in self.parts() {
            for name in part.names(of) {
                if !found.contains(&name) {
                    found.push(name);
                }
            }
        }
        found
    }

    /// The names of keys.
    pub(super) fn keys(&self) -> Vec<String> {
        self.names(|node| match node {
            Node::Key(name) => Some(name),
            _ => None,
        })
    }

    /// Whether some part is so.
    pub(super) fn any(&self, is: &dyn Fn(&Node) -> bool) -> bool {
        is(&self.node) || self.parts().iter().any(|part| part.any(is))
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.node {
            Node::Password => f.write_str("password"),
            Node::It => f.write_str("it"),
            Node::Key(name) => write!(f, "key.{name}"),
            Node::Column(name) => f.write_str(name),
            Node::Literal(text) => write!(f, "'{}'", text.replace('\\', "\\\\").replace('\'', "\\'")),
            Node::Number(number) => write!(f, "{number}"),
            Node::Join(parts) => between(f, parts, "+"),
            Node::Call(name, parts) => call(f, name, parts),
            Node::Apply(function, parts) => call(f, &function.name(), parts),
        }
    }
}

fn call(f: &mut fmt::Formatter<'_>, name: &str, parts: &[Expression]) -> fmt::Result {
    write!(f, "{name}(")?;
    between(f, parts, ",")?;
    f.write_str(")")
}

fn between(f: &mut fmt::Formatter<'_>, parts: &[Expression], sign: &str) -> fmt::Result {
    for (place, part) in parts.iter().enumerate() {
        let sign = if place == 0 { "" } else { sign };
        write!(f, "{sign}{part}")?;
    }
    Ok(())
}
