//! `uri_decode(x)`: the text behind percent-encoding.

use super::{Function, Run, map_text, text_to_text};
use percent_encoding::percent_decode_str;

/// `uri_decode`
pub(super) static URI_DECODE: Function = Function {
    name: "uri_decode",
    signature: "uri_decode(text) -> text",
    meaning: "The text behind percent-encoding; bytes that are no UTF-8 become replacement characters.",
    types: text_to_text,
    run: Run::Plain(|arguments, _| {
        map_text(arguments, |text| percent_decode_str(text).decode_utf8_lossy().into_owned())
    }),
};

#[cfg(test)]
mod tests {
    use crate::function::testing::call;
    use serde_json::json;

    #[test]
    fn decodes_whatever_comes() {
        assert_eq!(call("uri_decode", &[json!("a%20b%C3%BC+%zz%")]), json!("a bü+%zz%"));
        assert_eq!(call("uri_decode", &[json!("%ff")]), json!("\u{fffd}"));
    }
}
