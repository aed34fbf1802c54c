//! `lower(x)`: text in small letters.

use super::{Function, Run, map_text, text_to_text};

/// `lower`
pub(super) static LOWER: Function = Function {
    name: "lower",
    signature: "lower(text) -> text",
    meaning: "Text in small letters.",
    types: text_to_text,
    run: Run::Plain(|arguments, _| map_text(arguments, str::to_lowercase)),
};

#[cfg(test)]
mod tests {
    use crate::function::testing::call;
    use serde_json::json;

    #[test]
    fn lowers_every_letter() {
        assert_eq!(call("lower", &[json!("ÄBc 홍")]), json!("äbc 홍"));
        assert_eq!(call("lower", &[json!(null)]), json!(null));
    }
}
