//! Header values: reading them as text, and writing text into them so that nothing breaks out.

use http::{HeaderName, HeaderValue};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

/// The text of a header value, if it is UTF-8.
pub(crate) fn text_of(value: &HeaderValue) -> Option<&str> {
    std::str::from_utf8(value.as_bytes()).ok()
}

/// A text as a header value: control characters and everything outside ASCII are percent-encoded.
pub(crate) fn safe(text: &str) -> HeaderValue {
    let plain = text.bytes().all(|byte| (0x20..0x7F).contains(&byte));
    let made = if plain {
        HeaderValue::from_str(text)
    } else {
        HeaderValue::from_str(&utf8_percent_encode(text, CONTROLS).to_string())
    };
    made.unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// What a proxy tells the application: as [`safe`], and reversible. `%` is encoded too, and spaces at the ends, which
/// readers of headers trim: else ` ann` or `a%6En` would be told to the application as somebody else's name.
pub(crate) fn told(text: &str) -> HeaderValue {
    let inner = text.trim_matches(' ');
    let at = text.len() - text.trim_start_matches(' ').len();
    let after = text.len() - at.min(text.len()) - inner.len();
    let encoded = utf8_percent_encode(inner, TOLD).to_string();
    safe(&format!("{}{encoded}{}", "%20".repeat(at), "%20".repeat(after)))
}

const TOLD: &AsciiSet = &CONTROLS.add(b'%');

/// What ends or splits a cookie's value (RFC 6265 section 4.1.1).
const COOKIE: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b',').add(b';').add(b'\\');

/// A text as the value of a cookie.
pub(crate) fn cookie_safe(text: &str) -> String {
    utf8_percent_encode(text, COOKIE).to_string()
}

/// A name from a contract; contracts are checked, so a wrong one does not come here.
pub(crate) fn name(text: &str) -> Option<HeaderName> {
    HeaderName::from_bytes(text.as_bytes()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn line_breaks_and_foreign_letters_are_encoded() {
        assert_eq!(safe("a\r\nSet-Cookie: x=1").as_bytes(), b"a%0D%0ASet-Cookie: x=1");
        assert_eq!(safe("é\0\u{2028}").as_bytes(), b"%C3%A9%00%E2%80%A8");
        assert_eq!(safe("Bearer a.b.c").as_bytes(), b"Bearer a.b.c");
        assert_eq!(cookie_safe("a;b c\"é"), "a%3Bb%20c%22%C3%A9");
    }

    #[test]
    fn nobody_is_told_as_somebody_else() {
        assert_eq!(told("Kim Lee").as_bytes(), b"Kim Lee");
        assert_eq!(told(" kim  ").as_bytes(), b"%20kim%20%20");
        assert_eq!(told("k%69m").as_bytes(), b"k%2569m");
        assert_eq!(told("  ").as_bytes(), b"%20%20");
        assert_eq!(told("é").as_bytes(), b"%C3%A9");
    }

    proptest! {
        #[test]
        fn what_is_told_reads_back(text: String) {
            let line = told(&text);
            let line = line.to_str().expect("ASCII").trim();
            let read = percent_encoding::percent_decode_str(line).decode_utf8().expect("UTF-8");
            prop_assert_eq!(read.as_ref(), text.as_str());
        }

        #[test]
        fn every_text_is_one_visible_line(text: String) {
            let value = safe(&text);
            prop_assert!(value.as_bytes().iter().all(|byte| (0x20..0x7F).contains(byte)));
            prop_assert!(!cookie_safe(&text).contains([';', ' ', ',']));
        }
    }
}
