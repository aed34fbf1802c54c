//! `trim(x)`: text without blanks at its ends.

use super::{Function, Run, map_text, text_to_text};

/// `trim`
pub(super) static TRIM: Function = Function {
    name: "trim",
    signature: "trim(text) -> text",
    meaning: "Text without blanks at its ends.",
    types: text_to_text,
    run: Run::Plain(|arguments, _| map_text(arguments, |text| text.trim().to_owned())),
};

#[cfg(test)]
mod tests {
    use crate::function::testing::call;
    use serde_json::json;

    #[test]
    fn cuts_both_ends() {
        assert_eq!(call("trim", &[json!(" a b\u{3000}\n")]), json!("a b"));
    }
}
