//! `orValue(x, other)`: the value, or another where it is null. The name is that of CEL's optional values.

use super::{Argument, Function, Problem, Run, count, problem};
use crate::diagnostic::codes;
use crate::expression::{Kind, Names, Type};
use serde_json::Value;
use std::borrow::Cow;

/// `orValue`
pub(super) static OR_VALUE: Function = Function {
    name: "orValue",
    signature: "orValue(value, other) -> the value, or the other when null",
    meaning: "The value; where it is null, the other.",
    types,
    run: Run::Plain(|arguments, _| either(arguments)),
};

fn either(arguments: &[Cow<'_, Value>]) -> Value {
    let there = arguments.iter().find(|value| !value.is_null());
    there.map_or(Value::Null, |value| value.clone().into_owned())
}

fn types(arguments: &[Argument<'_>], _: &dyn Names) -> Result<Type, Problem> {
    count(arguments, 2, 2)?;
    let (value, other) = (arguments[0].ty, arguments[1].ty);
    if !value.nullable {
        return problem(0, codes::TYPE_CLASH, format!("this is never null: it is {value}"));
    }
    if other.kind == Kind::Nothing {
        return problem(1, codes::TYPE_CLASH, "null in the place of null changes nothing");
    }
    let Some(joined) = value.join(other) else {
        let wanted = value.clone().not_null();
        let message = match (&wanted.kind, other.is_text()) {
            (Kind::Time, true) => {
                "a time and a text have no one type: `time(x, 'iso')` makes text of it".to_owned()
            }
            (Kind::Integer | Kind::Number | Kind::Boolean | Kind::Duration, true) => {
                format!("{wanted} and a text have no one type: `string(x)` makes text of it")
            }
            _ => format!("wants {wanted} in the place of null, this is {other}"),
        };
        return problem(1, codes::TYPE_CLASH, message);
    };
    Ok(Type { nullable: other.nullable, ..joined })
}

#[cfg(test)]
mod tests {
    use crate::expression::{Evaluated, Kind, Type};
    use crate::function::testing::{call, expression, refused};
    use serde_json::json;

    #[test]
    fn gives_the_other_for_null_and_nothing_else() {
        assert_eq!(call("orValue", &[json!(null), json!("-")]), json!("-"));
        assert_eq!(call("orValue", &[json!("a"), json!("-")]), json!("a"));
        assert_eq!(call("orValue", &[json!(""), json!("-")]), json!(""));
        assert_eq!(call("orValue", &[json!(false), json!(true)]), json!(false));
    }

    #[test]
    fn what_it_gives_joins_with_text_and_stands_in_a_chain() {
        let names = [("x", Type::text().or_null(), json!(null)), ("y", Type::text().or_null(), json!("why"))];
        assert_eq!(expression("x.orValue('no') + '!'", &names), Evaluated::Value(json!("no!")));
        assert_eq!(expression("x.orValue(y).orValue('z') + '!'", &names), Evaluated::Value(json!("why!")));
        assert_eq!(expression("upper(y).orValue('z') + '!'", &names), Evaluated::Value(json!("WHY!")));
    }

    #[test]
    fn refuses_what_is_never_null_and_another_type() {
        let text = (Type::text(), Some(json!("")));
        assert!(refused("orValue", &[text.clone(), text.clone()]).message.contains("never null"));
        let time = (Type::new(Kind::Time).or_null(), None);
        assert!(refused("orValue", &[time, text.clone()]).message.contains("time(x, 'iso')"));
        let number = (Type::integer().or_null(), None);
        assert!(refused("orValue", &[number, text]).message.contains("string(x)"));
        let maybe = (Type::text().or_null(), None);
        let nothing = (Type::null(), Some(json!(null)));
        assert!(refused("orValue", &[maybe, nothing]).message.contains("changes nothing"));
    }
}
