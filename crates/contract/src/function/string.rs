//! `string(x)`: a number or boolean as text.

use super::{Argument, Function, Problem, Run, count, problem};
use crate::diagnostic::codes;
use crate::expression::{Kind, Names, Type};
use serde_json::Value;

/// `string`
pub(super) static STRING: Function = Function {
    name: "string",
    signature: "string(text, number, boolean or duration) -> text",
    meaning: "The value as text; a duration in whole seconds.",
    types,
    run: Run::Plain(|arguments, _| match arguments.first().map(AsRef::as_ref) {
        Some(Value::String(text)) => Value::String(text.clone()),
        Some(value @ (Value::Number(_) | Value::Bool(_))) => Value::String(value.to_string()),
        _ => Value::Null,
    }),
};

fn types(arguments: &[Argument<'_>], _: &dyn Names) -> Result<Type, Problem> {
    count(arguments, 1, 1)?;
    let ty = arguments[0].ty;
    if ty.is_text() || ty.is_number() || matches!(ty.kind, Kind::Boolean | Kind::Any) {
        return Ok(Type { kind: Kind::Text, nullable: ty.nullable || ty.kind == Kind::Any });
    }
    let help = if ty.kind == Kind::Time { "; `time(t, format)` writes times" } else { "" };
    problem(0, codes::TYPE_CLASH, format!("cannot write {ty} as text{help}"))
}

#[cfg(test)]
mod tests {
    use crate::expression::{Kind, Type};
    use crate::function::testing::{call, refused};
    use serde_json::json;

    #[test]
    fn writes_scalars() {
        assert_eq!(call("string", &[json!(12)]), json!("12"));
        assert_eq!(call("string", &[json!(true)]), json!("true"));
        assert_eq!(call("string", &[json!("a")]), json!("a"));
        assert_eq!(call("string", &[json!([1])]), json!(null));
    }

    #[test]
    fn points_at_time_for_times() {
        assert!(refused("string", &[(Type::new(Kind::Time), None)]).message.contains("time(t, format)"));
    }
}
