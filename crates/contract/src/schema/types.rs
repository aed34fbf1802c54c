//! The static types of request members.

use super::shape::{Shape, Types};
use crate::expression::{Kind, Type};

pub(super) fn type_of(shape: &Shape, path: &[String]) -> Option<Type> {
    let Some((name, rest)) = path.split_first() else {
        return Some(whole(shape));
    };
    let types = shape.types;
    if types.said() && !types.has(Types::OBJECT) {
        return None;
    }
    let mut found = match shape.property(name) {
        Some(property) => type_of(&property.shape, rest)?,
        None if shape.closed || !shape.properties.is_empty() => return None,
        None => Type::any(),
    };
    // Where the object itself may be something else, its members may be missing.
    let sure = shape.required.contains(name) && (!types.said() || types == Types::OBJECT);
    found.nullable |= !sure;
    Some(found)
}

fn whole(shape: &Shape) -> Type {
    let kind = match shape.types.without_null() {
        Types::STRING => shape.words.clone().map_or(Kind::Text, Kind::Enum),
        Types::INTEGER => Kind::Integer,
        Types::BOOLEAN => Kind::Boolean,
        Types::ARRAY => Kind::List(Box::new(shape.item.as_deref().map_or_else(Type::any, whole))),
        Types::OBJECT if shape.closed || !shape.properties.is_empty() => Kind::Object(members(shape)),
        Types::OBJECT => Kind::AnyObject,
        types if only_numbers(types) => Kind::Number,
        _ => Kind::Any,
    };
    Type { kind, nullable: !shape.types.said() || shape.types.has(Types::NULL) }
}

fn only_numbers(types: Types) -> bool {
    let others = [Types::STRING, Types::BOOLEAN, Types::ARRAY, Types::OBJECT];
    types.has(Types::NUMBER) && !others.into_iter().any(|other| types.has(other))
}

fn members(shape: &Shape) -> Vec<(String, Type)> {
    let member = |property: &super::shape::Property| {
        let mut ty = whole(&property.shape);
        ty.nullable |= !shape.required.contains(&property.name);
        (property.name.clone(), ty)
    };
    shape.properties.iter().map(member).collect()
}
