//! `json(x)`: a value as JSON text.

use super::{Argument, Function, Problem, Run, count, problem};
use crate::diagnostic::codes;
use crate::expression::{Names, Type};

/// `json`
pub(super) static JSON: Function = Function {
    name: "json",
    signature: "json(any value) -> text",
    meaning: "The value as JSON on one line.",
    types,
    run: Run::Plain(|arguments, _| {
        let text = arguments.first().map_or_else(String::new, |value| value.to_string());
        crate::expression::truncated(text).into()
    }),
};

fn types(arguments: &[Argument<'_>], _: &dyn Names) -> Result<Type, Problem> {
    count(arguments, 1, 1)?;
    if arguments[0].ty.holds_time() {
        return problem(0, codes::TYPE_CLASH, "a time in it has no form yet; write it with `time` first");
    }
    Ok(Type::text())
}

#[cfg(test)]
mod tests {
    use crate::expression::{Kind, Type};
    use crate::function::testing::{call, refused};
    use serde_json::json;

    #[test]
    fn writes_any_value_in_order() {
        assert_eq!(
            call("json", &[json!({"b": [1, null], "a": "x\"y"})]),
            json!(r#"{"b":[1,null],"a":"x\"y"}"#)
        );
        assert_eq!(call("json", &[json!(null)]), json!("null"));
    }

    #[test]
    fn refuses_times_in_it() {
        let times = Type::list(Type::new(Kind::Time));
        assert!(refused("json", &[(times, None)]).message.contains("time"));
    }
}
