//! `startsWith(x, y)`: whether the first text begins with the second one.

use super::{Function, Run, ask_text, text_asks_text};

/// `startsWith`
pub(super) static STARTS_WITH: Function = Function {
    name: "startsWith",
    signature: "startsWith(text, text) -> boolean, or text.startsWith(text)",
    meaning: "Whether the first text begins with the second one.",
    types: text_asks_text,
    run: Run::Plain(|arguments, _| ask_text(arguments, |text, part| text.starts_with(part))),
};

#[cfg(test)]
mod tests {
    use crate::function::testing::call;
    use serde_json::json;

    #[test]
    fn looks_at_the_beginning() {
        assert_eq!(call("startsWith", &[json!("abc"), json!("ab")]), json!(true));
        assert_eq!(call("startsWith", &[json!("abc"), json!("bc")]), json!(false));
    }
}
