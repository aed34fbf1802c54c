//! Templates from their end: the pattern that everything a template writes fits, with holes for the values in it.

use super::compile::Escape;
use super::eval::{CompiledTemplate, Form, LeafOp, MapOp, MemberOp, Op, Piece};
use super::format::TimeFormat;
use crate::backwards::pattern::{Hole, Member, Pattern, TextPiece};
use crate::expression::{Path, Reverse, Slot, Type, Typed};
use serde_json::Value;

/// The lists of the `$each` around, by the slots of their variables.
type Loops = Vec<(Slot, Path)>;

impl CompiledTemplate {
    /// The pattern of what it writes.
    #[must_use]
    pub fn pattern(&self) -> Pattern {
        self.op.pattern(&mut Vec::new())
    }

    /// The pattern of the request that gives this value: also through functions whose result may be written as it is.
    #[must_use]
    pub(crate) fn request_pattern(&self) -> Pattern {
        if let Op::Leaf(leaf) = &self.op
            && let Reverse::AsWritten(inner) = leaf.typed.reverse()
        {
            return of_reverse(*inner, (leaf.typed.reverse_type(), None), &Vec::new());
        }
        self.pattern()
    }
}

impl Op {
    fn pattern(&self, loops: &mut Loops) -> Pattern {
        match self {
            Op::Constant(value) => Pattern::of_value(value),
            Op::Leaf(leaf) => leaf.pattern(loops),
            Op::Inline(template) => template.op.pattern(loops),
            Op::Text(pieces, Escape::None) => {
                Pattern::Text(pieces.iter().map(|piece| text_piece(piece, loops)).collect())
            }
            Op::List(items) => {
                let items: Vec<Pattern> = items.iter().map(|item| item.pattern(loops)).collect();
                if items.iter().any(Pattern::may_be_absent) {
                    Pattern::Anything
                } else {
                    Pattern::List(items)
                }
            }
            Op::Object(members) => object(members, loops),
            Op::Each(each) if each.condition.is_none() && each.key.is_empty() => {
                let Pattern::Hole(list) = each.list.pattern(loops) else { return Pattern::Anything };
                loops.push((each.slot, list.path.clone()));
                let item = each.item.pattern(loops);
                loops.pop();
                if item.may_be_absent() {
                    return Pattern::Anything;
                }
                Pattern::Items(Box::new(item))
            }
            Op::Map(map) => of_map(map, loops),
            Op::First(choices) => {
                Pattern::OneOf(choices.iter().map(|choice| choice.pattern(loops)).collect()).or_null()
            }
            _ => Pattern::Anything,
        }
    }
}

fn object(members: &[MemberOp], loops: &mut Loops) -> Pattern {
    let mut found: Vec<Member> = Vec::new();
    for member in members {
        match member {
            MemberOp::Pair(name, op) => {
                let pattern = op.pattern(loops);
                let optional = pattern.may_be_absent();
                if !found.iter().any(|known| known.name == *name) {
                    found.push(Member { name: name.clone(), pattern: pattern.present(), optional });
                }
            }
            MemberOp::Spread(op, without) => match op.pattern(loops) {
                Pattern::Object(members) => {
                    found.extend(members.into_iter().filter(|member| !without.contains(&member.name)))
                }
                _ => return Pattern::Anything,
            },
            // Its members have names that only a request tells.
            _ => return Pattern::Anything,
        }
    }
    Pattern::Object(found)
}

/// A table is read by its inverse, unless two of its keys have one result.
fn of_map(map: &MapOp, loops: &mut Loops) -> Pattern {
    let looked_up = match map.value.pattern(loops) {
        Pattern::Hole(hole) => Some(hole.path),
        // `$first`: its first source.
        Pattern::OneOf(all) => match all.into_iter().next().map(first_of) {
            Some(Pattern::Hole(hole)) => Some(hole.path),
            _ => None,
        },
        _ => None,
    };
    let cases: Vec<(&String, Pattern)> =
        map.cases.iter().map(|(key, result)| (key, result.pattern(loops))).collect();
    let otherwise = map.otherwise.as_ref().map(|otherwise| otherwise.pattern(loops));
    let constants: Vec<&Pattern> = cases.iter().map(|(_, result)| result).chain(&otherwise).collect();
    let all = constants.iter().all(|result| matches!(result, Pattern::Constant(_)));
    let distinct = constants
        .iter()
        .enumerate()
        .all(|(at, one)| !constants.iter().skip(at + 1).any(|other| one == other));
    let inverse = looked_up.filter(|_| all && distinct);
    let mut found: Vec<Pattern> = Vec::new();
    for (key, result) in cases {
        found.push(match &inverse {
            Some(path) => Pattern::Known {
                path: path.clone(),
                value: Value::from(key.clone()),
                result: Box::new(result),
            },
            None => result,
        });
    }
    found.extend(otherwise);
    if map.otherwise.is_none() {
        found.push(Pattern::Absent);
    }
    Pattern::OneOf(found)
}

fn first_of(pattern: Pattern) -> Pattern {
    match pattern {
        Pattern::OneOf(mut all) if !all.is_empty() => first_of(all.remove(0)),
        other => other,
    }
}

impl LeafOp {
    fn pattern(&self, loops: &Loops) -> Pattern {
        let ty = self.typed.reverse_type();
        match &self.form {
            Form::AsIs => of_reverse(self.typed.reverse(), (ty, None), loops),
            Form::Time(format) => of_reverse(self.typed.reverse(), (ty, Some(format)), loops),
            _ => Pattern::Anything,
        }
    }
}

fn of_reverse(reverse: Reverse<'_>, (ty, time): (&Type, Option<&TimeFormat>), loops: &Loops) -> Pattern {
    match reverse {
        Reverse::Constant(value) => match time {
            Some(format) => Pattern::of_value(&format.render(value)),
            None => Pattern::of_value(value),
        },
        Reverse::Path(path) => Pattern::Hole(hole(path, (ty, time), loops)),
        Reverse::Template(template, rest) => {
            let pattern = template.op.pattern(&mut loops.clone());
            // Its times are written already.
            if time.is_some() { Pattern::Anything } else { pattern.below(rest) }
        }
        Reverse::Time(inner, format) => of_reverse(*inner, (ty, Some(format)), loops),
        Reverse::Optional(inner) => {
            Pattern::OneOf(vec![of_reverse(*inner, (&ty.clone().or_null(), time), loops), Pattern::Absent])
        }
        Reverse::Either(both) => {
            // Of which type each is alone is not known any more.
            let any = Type::any();
            let branches = both.into_iter().map(|branch| of_reverse(branch, (&any, time), loops));
            Pattern::OneOf(branches.collect())
        }
        Reverse::Omit => Pattern::Absent,
        Reverse::AsWritten(_) | Reverse::Computed => Pattern::Anything,
    }
}

fn hole(path: &Path, (ty, time): (&Type, Option<&TimeFormat>), loops: &Loops) -> Hole {
    let around = loops.iter().find(|(slot, _)| *slot == path.slot).map(|(_, list)| list.clone());
    Hole { path: path.clone(), list: around, ty: ty.clone(), time: time.cloned() }
}

fn text_piece(piece: &Piece, loops: &Loops) -> TextPiece {
    match piece {
        Piece::Constant(text) => TextPiece::Constant(text.clone()),
        Piece::Hole(typed, format) => of_hole(typed, format.as_ref(), loops),
    }
}

fn of_hole(typed: &Typed, format: Option<&TimeFormat>, loops: &Loops) -> TextPiece {
    match of_reverse(typed.reverse(), (typed.reverse_type(), format), loops) {
        Pattern::Hole(hole) => TextPiece::Hole(hole),
        Pattern::Constant(Value::String(text)) => TextPiece::Constant(text),
        _ => TextPiece::Unknown,
    }
}
