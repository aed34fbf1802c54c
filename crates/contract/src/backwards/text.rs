//! Texts with values in them, and which values a text tells.

use super::pattern::{Found, Hole};

/// A piece of a text.
#[derive(Clone, Debug, PartialEq)]
pub enum TextPiece {
    /// As it is.
    Constant(String),
    /// A value.
    Hole(Hole),
    /// Computed.
    Unknown,
}

/// A text's holes with what stands before, between and after them.
#[derive(Default)]
struct Divided<'p> {
    before: String,
    holes: Vec<&'p Hole>,
    between: Vec<String>,
    after: String,
}

/// Whether its holes can be told apart: never two side by side, and nothing computed.
pub(super) fn readable(pieces: &[TextPiece]) -> bool {
    let constant = |piece: &TextPiece| matches!(piece, TextPiece::Constant(_));
    !pieces.contains(&TextPiece::Unknown) && pieces.windows(2).all(|pair| pair.iter().any(constant))
}

/// Whether the text fits. Where it could be divided in several ways, it fits and tells no value.
pub(super) fn read_text(pieces: &[TextPiece], text: &str, found: &mut Vec<Found>) -> bool {
    if !readable(pieces) {
        return true;
    }
    let divided = Divided::of(pieces);
    if divided.holes.is_empty() {
        return text == divided.before;
    }
    let inner = text.strip_prefix(&*divided.before).and_then(|rest| rest.strip_suffix(&*divided.after));
    let Some(inner) = inner else { return false };
    let (Some(early), Some(late)) = (divided.early(inner), divided.late(inner)) else { return false };
    // Every other way lies between the earliest and the latest.
    early != late || divided.holes.iter().zip(early).all(|(hole, text)| hole.read(&hole.of_text(text), found))
}

impl<'p> Divided<'p> {
    fn of(pieces: &'p [TextPiece]) -> Divided<'p> {
        let mut divided = Divided::default();
        let mut constant = String::new();
        for piece in pieces {
            match piece {
                TextPiece::Constant(text) => constant.push_str(text),
                TextPiece::Hole(hole) => {
                    let text = std::mem::take(&mut constant);
                    if divided.holes.is_empty() {
                        divided.before = text
                    } else {
                        divided.between.push(text)
                    }
                    divided.holes.push(hole);
                }
                TextPiece::Unknown => {}
            }
        }
        if divided.holes.is_empty() {
            divided.before = constant
        } else {
            divided.after = constant
        }
        divided
    }

    /// The values, with every text between them as early as can be.
    fn early<'t>(&self, text: &'t str) -> Option<Vec<&'t str>> {
        let (mut values, mut rest) = (Vec::new(), text);
        for between in &self.between {
            let (value, after) = rest.split_once(between.as_str())?;
            values.push(value);
            rest = after;
        }
        values.push(rest);
        Some(values)
    }

    /// The values, with every text between them as late as can be.
    fn late<'t>(&self, text: &'t str) -> Option<Vec<&'t str>> {
        let (mut values, mut rest) = (Vec::new(), text);
        for between in self.between.iter().rev() {
            let (before, value) = rest.rsplit_once(between.as_str())?;
            values.push(value);
            rest = before;
        }
        values.push(rest);
        values.reverse();
        Some(values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expression::{Path, Slot, Type};

    fn hole(name: &str) -> TextPiece {
        let path = Path { slot: Slot(0), rest: vec![name.into()] };
        TextPiece::Hole(Hole { path, list: None, ty: Type::text(), time: None })
    }

    /// The values that a text tells; nothing where it does not fit.
    fn read(pieces: &[TextPiece], text: &str) -> Option<Vec<String>> {
        let mut found = Vec::new();
        read_text(pieces, text, &mut found)
            .then(|| found.iter().map(|one| one.value.as_str().expect("a text").to_owned()).collect())
    }

    fn told(values: &[&str]) -> Option<Vec<String>> {
        Some(values.iter().map(|value| (*value).to_owned()).collect())
    }

    #[test]
    fn a_text_tells_its_values() {
        let dear = |text: &str| TextPiece::Constant(text.to_owned());
        let pieces = [dear("Dear "), hole("first"), dear(" "), hole("last"), dear("!")];
        assert_eq!(read(&pieces, "Dear Ann Lee!"), told(&["Ann", "Lee"]));
        assert_eq!(read(&pieces, "Dear Ann Lee!!"), told(&["Ann", "Lee!"]));
        assert_eq!(read(&pieces, "Dear  !"), told(&["", ""]));
        for other in ["Dear Ann!", "Dear Ann Lee", "dear Ann Lee!", ""] {
            assert_eq!(read(&pieces, other), None, "{other}");
        }
        assert_eq!(read(&[dear("a"), dear("b")], "ab"), told(&[]));
        assert_eq!(read(&[dear("a")], "ab"), None);
    }

    #[test]
    fn a_text_that_could_be_divided_in_several_ways_tells_nothing() {
        let pieces = [hole("first"), TextPiece::Constant(" ".to_owned()), hole("last")];
        assert_eq!(read(&pieces, "Ann Lee"), told(&["Ann", "Lee"]));
        assert_eq!(read(&pieces, "Ann van Lee"), told(&[]));
        assert_eq!(read(&[hole("first"), hole("last")], "Ann Lee"), told(&[]));
    }
}
