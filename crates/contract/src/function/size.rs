//! `size(x)`: characters of a text, items of a list, members of an object.

use super::{Argument, Function, Problem, Run, count, problem};
use crate::diagnostic::codes;
use crate::expression::{Kind, Names, Type};
use serde_json::Value;

/// `size`
pub(super) static SIZE: Function = Function {
    name: "size",
    signature: "size(text, list or object) -> integer",
    meaning: "How many characters a text, items a list or members an object has.",
    types,
    run: Run::Plain(|arguments, _| match arguments.first().map(AsRef::as_ref) {
        Some(Value::String(text)) => text.chars().count().into(),
        Some(Value::Array(items)) => items.len().into(),
        Some(Value::Object(members)) => members.len().into(),
        _ => Value::Null,
    }),
};

fn types(arguments: &[Argument<'_>], _: &dyn Names) -> Result<Type, Problem> {
    count(arguments, 1, 1)?;
    let ty = arguments[0].ty;
    let nullable = ty.nullable || ty.kind == Kind::Any;
    match &ty.kind {
        Kind::List(_) | Kind::Object(_) | Kind::AnyObject | Kind::Any => {}
        _ if ty.is_text() => {}
        _ => return problem(0, codes::TYPE_CLASH, format!("{ty} has no size")),
    }
    Ok(Type { kind: Kind::Integer, nullable })
}

#[cfg(test)]
mod tests {
    use crate::expression::Type;
    use crate::function::testing::{call, refused};
    use serde_json::json;

    #[test]
    fn counts_characters_items_and_members() {
        assert_eq!(call("size", &[json!("홍길동")]), json!(3));
        assert_eq!(call("size", &[json!([1, 2])]), json!(2));
        assert_eq!(call("size", &[json!({"a": 1})]), json!(1));
        assert_eq!(call("size", &[json!(null)]), json!(null));
    }

    #[test]
    fn numbers_have_no_size() {
        assert!(refused("size", &[(Type::integer(), None)]).message.contains("no size"));
    }
}
