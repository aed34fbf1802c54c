//! `upper(x)`: text in capital letters.

use super::{Function, Run, map_text, text_to_text};

/// `upper`
pub(super) static UPPER: Function = Function {
    name: "upper",
    signature: "upper(text) -> text",
    meaning: "Text in capital letters.",
    types: text_to_text,
    run: Run::Plain(|arguments, _| map_text(arguments, str::to_uppercase)),
};

#[cfg(test)]
mod tests {
    use crate::function::testing::call;
    use serde_json::json;

    #[test]
    fn raises_every_letter() {
        assert_eq!(call("upper", &[json!("straße")]), json!("STRASSE"));
        assert_eq!(call("upper", &[json!(7)]), json!(null));
    }
}
