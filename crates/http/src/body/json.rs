//! Strict JSON. Refused, beyond what RFC 8259 refuses: a member twice in one object, more than 32 levels, text
//! that is not well-formed Unicode, and numbers that neither 64 bits nor a double can hold as they are written.

use super::Broken;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::fmt;

/// The deepest nesting of lists and objects.
const DEEPEST: usize = 32;
/// Beyond this a double no longer tells neighbouring whole numbers apart (2^53 - 1).
const EXACT: f64 = 9_007_199_254_740_991.0;

/// Parses a whole JSON text.
pub(crate) fn parse(text: &[u8]) -> Result<Value, Broken> {
    let mut reader = serde_json::Deserializer::from_slice(text);
    let value = Strict { levels: DEEPEST }.deserialize(&mut reader).map_err(|_| Broken)?;
    reader.end().map_err(|_| Broken)?;
    Ok(value)
}

/// Reads one value, with so many levels left below it.
#[derive(Clone, Copy)]
struct Strict {
    levels: usize,
}

impl Strict {
    fn below<E: Error>(self) -> Result<Strict, E> {
        let levels = self.levels.checked_sub(1).ok_or_else(|| E::custom("too deep"))?;
        Ok(Strict { levels })
    }
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        let number = Number::from_f64(value).filter(|_| value.abs() <= EXACT);
        number.map(Value::Number).ok_or_else(|| E::custom("a number out of range"))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let below = self.below()?;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(below)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let below = self.below()?;
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let value = members.next_value_seed(below)?;
            if object.insert(name, value).is_some() {
                return Err(A::Error::custom("a member twice"));
            }
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn what_is_plain_is_taken() {
        assert_eq!(
            parse(br#" {"a":[1,-2,2.5,true,null,"\u00e9"]} "#),
            Ok(json!({"a": [1, -2, 2.5, true, null, "é"]}))
        );
        assert_eq!(parse(b"18446744073709551615"), Ok(json!(u64::MAX)));
    }

    #[test]
    fn what_two_readers_could_read_differently_is_refused() {
        let refused: &[&[u8]] = &[
            b"",
            b" ",
            br#"{"a":1,"a":2}"#,
            br#"{"a":{"b":1,"\u0062":2}}"#,
            br#"{"a":1}{"#,
            br#"{"a":1} x"#,
            b"\xEF\xBB\xBF{}",
            b"\"\xFF\"",
            br#""\uD800""#,
            br#""\uDC00x""#,
            b"NaN",
            b"[Infinity]",
            b"1e400",
            b"18446744073709551616",
            b"1e17",
            b"{'a':1}",
            b"{a:1}",
            b"[1,]",
            b"[01]",
            b"[+1]",
            b"\"\t\"",
            b"{\"a\":1,}",
        ];
        for text in refused {
            assert_eq!(parse(text), Err(Broken), "{}", String::from_utf8_lossy(text));
        }
    }

    #[test]
    fn thirty_two_levels_and_no_more() {
        let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert!(parse(nested(32).as_bytes()).is_ok());
        assert_eq!(parse(nested(33).as_bytes()), Err(Broken));
        assert_eq!(parse(nested(30_000).as_bytes()), Err(Broken));
    }

    proptest! {
        #[test]
        fn nothing_panics(bytes: Vec<u8>) {
            let _ = parse(&bytes);
        }

        #[test]
        fn text_survives(text: String) {
            let written = serde_json::to_vec(&json!({ "x": text })).expect("JSON");
            prop_assert_eq!(parse(&written), Ok(json!({ "x": text })));
        }
    }
}
