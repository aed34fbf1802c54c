//! `base64(x)`: Base64 of the UTF-8 bytes, with padding.

use super::{Function, Run, map_text, text_to_text};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// `base64`
pub(super) static BASE64: Function = Function {
    name: "base64",
    signature: "base64(text) -> text",
    meaning: "Base64 of the UTF-8 bytes, in the standard alphabet with padding.",
    types: text_to_text,
    run: Run::Plain(|arguments, _| map_text(arguments, |text| STANDARD.encode(text))),
};

#[cfg(test)]
mod tests {
    use crate::function::testing::call;
    use serde_json::json;

    #[test]
    fn encodes_with_padding() {
        assert_eq!(call("base64", &[json!("홍a")]), json!("7ZmNYQ=="));
        assert_eq!(call("base64", &[json!("??>")]), json!("Pz8+"));
    }
}
