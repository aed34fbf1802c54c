//! `join(list, between)`: the items of a list as one text.

use super::{Argument, Function, Problem, Run, count, problem};
use crate::diagnostic::codes;
use crate::expression::{Kind, Names, Type, render_text, truncated};
use serde_json::Value;
use std::borrow::Cow;

/// `join`
pub(super) static JOIN: Function = Function {
    name: "join",
    signature: "join(list, text) -> text",
    meaning: "The items of a list as one text, with the second text between them.",
    types,
    run: Run::Plain(|arguments, _| joined(arguments)),
};

fn joined(arguments: &[Cow<'_, Value>]) -> Value {
    let list = arguments.first().and_then(|list| list.as_array());
    let between = arguments.get(1).and_then(|between| between.as_str());
    let (Some(list), Some(between)) = (list, between) else { return Value::Null };
    let mut text = String::new();
    for (at, item) in list.iter().enumerate() {
        if at > 0 {
            text.push_str(between);
        }
        render_text(item, &mut text);
    }
    Value::String(truncated(text))
}

fn types(arguments: &[Argument<'_>], _: &dyn Names) -> Result<Type, Problem> {
    count(arguments, 2, 2)?;
    let (list, between) = (arguments[0].ty, arguments[1].ty);
    match &list.kind {
        Kind::List(item) if !item.is_text() && !item.is_number() && item.kind != Kind::Any => {
            return problem(0, codes::TYPE_CLASH, format!("joins texts and numbers, this is {list}"));
        }
        Kind::List(_) | Kind::Any => {}
        _ => return problem(0, codes::TYPE_CLASH, format!("wants a list, this is {list}")),
    }
    if !between.is_text() || between.nullable {
        return problem(1, codes::TYPE_CLASH, format!("wants text between the items, this is {between}"));
    }
    Ok(Type { kind: Kind::Text, nullable: list.nullable || list.kind == Kind::Any })
}

#[cfg(test)]
mod tests {
    use crate::expression::{Kind, Type};
    use crate::function::testing::{call, refused};
    use serde_json::json;

    #[test]
    fn puts_the_text_between_the_items() {
        assert_eq!(call("join", &[json!(["admin", "member"]), json!(" ")]), json!("admin member"));
        assert_eq!(call("join", &[json!([1, 2, 3]), json!(", ")]), json!("1, 2, 3"));
        assert_eq!(call("join", &[json!([]), json!(",")]), json!(""));
        assert_eq!(call("join", &[json!(null), json!(",")]), json!(null));
    }

    #[test]
    fn wants_a_list_of_what_reads_as_text() {
        let text = (Type::text(), None);
        assert!(refused("join", &[text.clone(), text.clone()]).message.contains("wants a list"));
        let times = (Type::list(Type::new(Kind::Time)), None);
        assert!(refused("join", &[times, text]).message.contains("texts and numbers"));
    }
}
