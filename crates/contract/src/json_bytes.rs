//! JSON as replies write it.

use serde::Serialize;
use serde_json::Value;
use serde_json::ser::{PrettyFormatter, Serializer};

/// A value as bytes: compact, or with this many spaces per level.
#[must_use]
pub fn json_bytes(value: &Value, indent: u8) -> Vec<u8> {
    if indent == 0 {
        return value.to_string().into_bytes();
    }
    let spaces = vec![b' '; usize::from(indent)];
    let mut bytes = Vec::new();
    let mut serializer = Serializer::with_formatter(&mut bytes, PrettyFormatter::with_indent(&spaces));
    // Writing into memory does not fail.
    let written = value.serialize(&mut serializer);
    if written.is_err() {
        return value.to_string().into_bytes();
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn indents_by_spaces() {
        let value = json!({"b": 1, "a": []});
        assert_eq!(json_bytes(&value, 0), b"{\"b\":1,\"a\":[]}");
        assert_eq!(json_bytes(&value, 4), b"{\n    \"b\": 1,\n    \"a\": []\n}");
    }
}
