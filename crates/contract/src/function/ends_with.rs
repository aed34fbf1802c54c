//! `endsWith(x, y)`: whether the first text ends with the second one.

use super::{Function, Run, ask_text, text_asks_text};

/// `endsWith`
pub(super) static ENDS_WITH: Function = Function {
    name: "endsWith",
    signature: "endsWith(text, text) -> boolean, or text.endsWith(text)",
    meaning: "Whether the first text ends with the second one.",
    types: text_asks_text,
    run: Run::Plain(|arguments, _| ask_text(arguments, |text, part| text.ends_with(part))),
};

#[cfg(test)]
mod tests {
    use crate::function::testing::call;
    use serde_json::json;

    #[test]
    fn looks_at_the_end() {
        assert_eq!(call("endsWith", &[json!("abc"), json!("bc")]), json!(true));
        assert_eq!(call("endsWith", &[json!("abc"), json!("ab")]), json!(false));
    }
}
