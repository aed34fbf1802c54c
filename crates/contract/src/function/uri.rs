//! `uri(x)`: percent-encoded, as a piece of a URL.

use super::{Function, Run, map_text, text_to_text};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What ECMAScript's `encodeURIComponent` encodes.
const PIECE: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

/// `uri`
pub(super) static URI: Function = Function {
    name: "uri",
    signature: "uri(text) -> text",
    meaning: "Percent-encoded as one piece of a URL: everything but letters, digits and -_.!~*'().",
    types: text_to_text,
    run: Run::Plain(|arguments, _| map_text(arguments, |text| utf8_percent_encode(text, PIECE).to_string())),
};

#[cfg(test)]
mod tests {
    use crate::function::testing::call;
    use serde_json::json;

    #[test]
    fn encodes_what_has_a_meaning_in_urls() {
        assert_eq!(call("uri", &[json!("a b&c=ü/~'()!*")]), json!("a%20b%26c%3D%C3%BC%2F~'()!*"));
    }
}
