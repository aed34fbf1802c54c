//! What a recipe's result looks like, as far as that is known without a password: so that a hash that it can never give
//! is refused when it is brought, and not noticed when somebody cannot sign in.

use super::Columns;
use super::function::Function;
use super::measure::number;
use super::tree::{Expression, Node};
use crate::refused::Refused;
use std::fmt;

/// A length in letters or bytes, and what the letters are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Shape {
    length: usize,
    letters: Letters,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Letters {
    LowerHex,
    UpperHex,
    Any,
}

/// Checks a stored hash against what the recipe gives.
///
/// # Errors
/// The recipe can never give it.
pub(super) fn check(expression: &Expression, columns: &Columns, hash: &str) -> Result<(), Refused> {
    let Some(shape) = shape(expression, columns) else { return Ok(()) };
    let is = |letter: u8| match shape.letters {
        Letters::LowerHex => letter.is_ascii_digit() || (b'a'..=b'f').contains(&letter),
        Letters::UpperHex => letter.is_ascii_digit() || (b'A'..=b'F').contains(&letter),
        Letters::Any => true,
    };
    let length = hash.chars().count();
    if length != shape.length {
        return Err(Refused::new(format!("the recipe gives {shape}, and the stored hash has {length}")));
    }
    if !hash.bytes().all(is) {
        return Err(Refused::new(format!("the recipe gives {shape}, and the stored hash has other letters")));
    }
    Ok(())
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letters = match self.letters {
            Letters::LowerHex => "lower-case hexadecimal digits",
            Letters::UpperHex => "upper-case hexadecimal digits",
            Letters::Any => "letters",
        };
        write!(f, "{} {letters}", self.length)
    }
}

fn shape(expression: &Expression, columns: &Columns) -> Option<Shape> {
    let any = |length: usize| Some(Shape { length, letters: Letters::Any });
    match &expression.node {
        Node::Literal(text) => any(text.chars().count()),
        Node::Column(name) => any(columns.get(name)?.chars().count()),
        Node::Join(parts) => {
            let lengths: Option<Vec<usize>> =
                parts.iter().map(|part| shape(part, columns).map(|shape| shape.length)).collect();
            any(lengths?.iter().sum())
        }
        Node::Apply(function, parts) => applied(*function, parts, columns),
        _ => None,
    }
}

fn applied(function: Function, parts: &[Expression], columns: &Columns) -> Option<Shape> {
    let first = || shape(parts.first()?, columns);
    let at = |place: usize| number(parts.get(place)?, columns).ok().map(|number| number as usize);
    let any = |length: usize| Some(Shape { length, letters: Letters::Any });
    match function {
        Function::Digest(digest) | Function::Hmac(digest) => any(digest.length()),
        Function::Pbkdf2(_) => any(at(3)?),
        Function::Scrypt => any(at(5)?),
        Function::Hex => Some(Shape { length: first()?.length * 2, letters: Letters::LowerHex }),
        Function::Base64 | Function::Base64Url => any(first()?.length.div_ceil(3) * 4),
        Function::Upper => match first()? {
            Shape { length, letters: Letters::LowerHex | Letters::UpperHex } => {
                Some(Shape { length, letters: Letters::UpperHex })
            }
            Shape { .. } => None,
        },
        Function::Slice => {
            let Shape { length, letters } = first()?;
            let (start, end) = (at(1)?, at(2)?.min(length));
            Some(Shape { length: end.saturating_sub(start), letters })
        }
        // From the first time on it is what is repeated that gives the result.
        Function::Iterate if at(0)? > 0 => shape(parts.last()?, columns),
        _ => None,
    }
}
