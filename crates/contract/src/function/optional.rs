//! `optional(x)`: the value, or nothing at all where it is null.

use super::{Argument, Function, Problem, Run, count};
use crate::expression::{Names, Type};

/// `optional`
pub(super) static OPTIONAL: Function = Function {
    name: "optional",
    signature: "optional(value) -> value, or left out when null",
    meaning: "The value; where it is null, the member, list item or header is left out.",
    types,
    run: Run::Optional,
};

fn types(arguments: &[Argument<'_>], _: &dyn Names) -> Result<Type, Problem> {
    count(arguments, 1, 1)?;
    Ok(arguments[0].ty.clone().not_null())
}

#[cfg(test)]
mod tests {
    use crate::expression::{Evaluated, Type};
    use crate::function::testing::expression;
    use serde_json::json;

    #[test]
    fn leaves_null_out() {
        let maybe = [("x", Type::text().or_null(), json!(null))];
        assert_eq!(expression("optional(x)", &maybe), Evaluated::Omit);
        let there = [("x", Type::text().or_null(), json!("a"))];
        assert_eq!(expression("optional(x)", &there), Evaluated::Value(json!("a")));
    }
}
