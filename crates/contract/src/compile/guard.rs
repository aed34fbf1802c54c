//! Whether one guard takes every request that a later one would.

use crate::expression::{Ast, AstKind, Operator};

/// Whether whatever the later guard takes, the earlier one takes before it: each condition of the earlier one is
/// among those of the later one.
pub(super) fn shadows(earlier: &Ast, later: &Ast) -> bool {
    let (mut before, mut after) = (Vec::new(), Vec::new());
    conditions(earlier, &mut before);
    conditions(later, &mut after);
    before.iter().all(|condition| after.iter().any(|other| same(condition, other)))
}

/// The parts of `a && b && c`.
fn conditions<'a>(ast: &'a Ast, found: &mut Vec<&'a Ast>) {
    match &ast.kind {
        AstKind::Binary(Operator::And, left, right) => {
            conditions(left, found);
            conditions(right, found);
        }
        _ => found.push(ast),
    }
}

/// Whether two expressions say the same, wherever they stand.
fn same(left: &Ast, right: &Ast) -> bool {
    let all = |left: &[Ast], right: &[Ast]| {
        left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right))
    };
    match (&left.kind, &right.kind) {
        (AstKind::Literal(left), AstKind::Literal(right)) => left == right,
        (AstKind::Path(left), AstKind::Path(right)) => left == right,
        (AstKind::List(left), AstKind::List(right)) => all(left, right),
        (AstKind::Not(left), AstKind::Not(right)) | (AstKind::Has(left), AstKind::Has(right)) => {
            same(left, right)
        }
        (AstKind::Binary(one, a, b), AstKind::Binary(other, c, d)) => {
            one == other && same(a, c) && same(b, d)
        }
        (AstKind::Conditional(left), AstKind::Conditional(right)) => all(left.as_slice(), right.as_slice()),
        (AstKind::Call(left), AstKind::Call(right)) => {
            left.name == right.name && all(&left.arguments, &right.arguments)
        }
        (AstKind::Omit, AstKind::Omit) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expression::{Locator, parse};
    use crate::source::{Node, NodeValue, Sources, Span};

    fn shadowed(earlier: &str, later: &str) -> bool {
        let read = |text: &str| {
            let source = Sources::new().add("a.yaml", text);
            let span = Span { source, start: 0, end: text.len() };
            let node = Node::new(span, NodeValue::Text(text.to_owned()));
            parse(text, Locator::of(&node)).expect("an expression")
        };
        shadows(&read(earlier), &read(later))
    }

    #[test]
    fn more_conditions_never_reach_past_fewer() {
        assert!(shadowed("body.a == 1", "body.a == 1"));
        assert!(shadowed("body.a == 1", "body.b == 2 && body.a == 1"));
        assert!(!shadowed("body.a == 1 && body.b == 2", "body.a == 1"));
        assert!(!shadowed("body.a == 1", "body.a == 2"));
        assert!(!shadowed("has(body.a)", "!has(body.a)"));
    }
}
