//! `text(key)`: one of the contract's texts in the user's language.

use super::{Argument, Function, Problem, Run, count, problem};
use crate::diagnostic::{codes, did_you_mean};
use crate::expression::{Kind, Names, Scope, Type};
use serde_json::Value;
use std::borrow::Cow;

/// `text`
pub(super) static TEXT: Function = Function {
    name: "text",
    signature: "text(key) -> text",
    meaning: "The contract's text of that key, in the user's language; null for a computed key it does not have.",
    types,
    run: Run::Plain(run),
};

fn types(arguments: &[Argument<'_>], names: &dyn Names) -> Result<Type, Problem> {
    count(arguments, 1, 1)?;
    let ty = arguments[0].ty;
    if !ty.is_text() {
        return problem(0, codes::TYPE_CLASH, format!("wants a text key, this is {ty}"));
    }
    let Kind::Enum(keys) = &ty.kind else {
        return Ok(Type::text().or_null());
    };
    let known = names.text_keys();
    for key in keys {
        if !known.contains(key) {
            let near = did_you_mean(key, known.iter().map(String::as_str));
            let near = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            return problem(0, codes::MISSING_TEXT, format!("there is no text `{key}`{near}"));
        }
    }
    Ok(Type { kind: Kind::Text, nullable: ty.nullable })
}

fn run(arguments: &[Cow<'_, Value>], scope: &dyn Scope) -> Value {
    let key = arguments.first().and_then(|value| value.as_str());
    key.and_then(|key| scope.text(key)).map_or(Value::Null, Value::String)
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::codes;
    use crate::expression::{Kind, Type};
    use crate::function::testing::{call, refused};
    use serde_json::json;

    #[test]
    fn reads_the_contracts_texts() {
        assert_eq!(call("text", &[json!("hello")]), json!("Hello!"));
        assert_eq!(call("text", &[json!("other")]), json!(null));
    }

    #[test]
    fn a_constant_key_must_exist() {
        let key = Type::new(Kind::Enum(vec!["helo".to_owned()]));
        let problem = refused("text", &[(key, None)]);
        assert_eq!(problem.code, codes::MISSING_TEXT);
        assert!(problem.message.contains("did you mean `hello`"));
    }
}
