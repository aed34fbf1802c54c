//! `contains(x, y)`: whether the first text has the second one in it.

use super::{Function, Run, ask_text, text_asks_text};

/// `contains`
pub(super) static CONTAINS: Function = Function {
    name: "contains",
    signature: "contains(text, text) -> boolean, or text.contains(text)",
    meaning: "Whether the first text has the second one in it.",
    types: text_asks_text,
    run: Run::Plain(|arguments, _| ask_text(arguments, |text, part| text.contains(part))),
};

#[cfg(test)]
mod tests {
    use crate::function::testing::call;
    use serde_json::json;

    #[test]
    fn finds_a_part() {
        assert_eq!(call("contains", &[json!("abc"), json!("b")]), json!(true));
        assert_eq!(call("contains", &[json!("abc"), json!("d")]), json!(false));
        assert_eq!(call("contains", &[json!(null), json!("")]), json!(false));
    }
}
