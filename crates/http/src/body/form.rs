//! `application/x-www-form-urlencoded`, for bodies and query strings. Refused: a name twice, a `%` that does not
//! begin two hexadecimal digits, and bytes that are not UTF-8.

use super::Broken;
use serde_json::{Map, Value};

/// More pairs than this are nobody's form.
const MOST: usize = 256;

/// Parses a form into an object of texts.
pub(crate) fn parse(text: &[u8]) -> Result<Map<String, Value>, Broken> {
    let mut members = Map::new();
    for pair in text.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
        let at = pair.iter().position(|byte| *byte == b'=');
        let (name, value) = match at {
            Some(at) => (&pair[..at], &pair[at + 1..]),
            None => (pair, &[][..]),
        };
        let twice = members.insert(decode(name)?, Value::String(decode(value)?)).is_some();
        if twice || members.len() > MOST {
            return Err(Broken);
        }
    }
    Ok(members)
}

fn decode(text: &[u8]) -> Result<String, Broken> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.iter();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digit = |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16));
                let (high, low) = digit(rest.next()).zip(digit(rest.next())).ok_or(Broken)?;
                u8::try_from(high * 16 + low).map_err(|_| Broken)?
            }
            byte => *byte,
        });
    }
    String::from_utf8(bytes).map_err(|_| Broken)
}

/// Decodes one segment of a path, where `+` is itself.
pub(crate) fn decode_segment(text: &str) -> Result<String, Broken> {
    if !text.contains('%') {
        return Ok(text.to_owned());
    }
    decode(text.replace('+', "%2B").as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn plus_percent_and_empty() {
        assert_eq!(
            parse(b"a=1+2&b=%C3%A9%26&&c=&d").map(Value::Object),
            Ok(json!({"a": "1 2", "b": "é&", "c": "", "d": ""}))
        );
        assert_eq!(parse(b"").map(Value::Object), Ok(json!({})));
        assert_eq!(decode_segment("a+b%40c"), Ok("a+b@c".to_owned()));
    }

    #[test]
    fn doubtful_forms_are_refused() {
        for text in [&b"a=1&a=2"[..], b"a=%", b"a=%4", b"a=%zz", b"a=%FF", b"a=\xFF", b"a=1&%61=2"] {
            assert_eq!(parse(text), Err(Broken), "{}", String::from_utf8_lossy(text));
        }
        assert_eq!(decode_segment("%ff"), Err(Broken));
    }

    proptest! {
        #[test]
        fn what_a_browser_writes_is_read(pairs: std::collections::BTreeMap<String, String>) {
            let written: String = form_urlencoded::Serializer::new(String::new()).extend_pairs(&pairs).finish();
            // An empty pair writes itself as nothing but `=`.
            let read = parse(written.as_bytes()).expect("form");
            prop_assert_eq!(read.len(), pairs.len());
            for (name, value) in &pairs {
                prop_assert_eq!(read.get(name), Some(&json!(value)));
            }
        }

        #[test]
        fn nothing_panics(bytes: Vec<u8>) {
            let _ = parse(&bytes);
        }
    }
}
