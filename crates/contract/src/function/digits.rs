//! `digits(x)`: only the digits 0 to 9 of a text.

use super::{Function, Run, map_text, text_to_text};

fn only_digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// `digits`
pub(super) static DIGITS: Function = Function {
    name: "digits",
    signature: "digits(text) -> text",
    meaning: "The digits 0 to 9 of a text, nothing else.",
    types: text_to_text,
    run: Run::Plain(|arguments, _| map_text(arguments, only_digits)),
};

#[cfg(test)]
mod tests {
    use crate::function::testing::call;
    use serde_json::json;

    #[test]
    fn keeps_digits_only() {
        assert_eq!(call("digits", &[json!("+49 (0)30-1234 ٣")]), json!("490301234"));
    }
}
