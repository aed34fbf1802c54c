//! Points in time as requests bring them.

use serde_json::Value;

/// The latest second that a time may name: the end of the year 9999.
const LAST: i64 = 253_402_300_799;

/// The milliseconds since 1970 that a value names: RFC 3339 text, or whole seconds since 1970.
#[must_use]
pub fn moment(value: &Value) -> Option<i64> {
    match value {
        Value::String(text) => text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_millisecond),
        value => value.as_i64().filter(|seconds| (0..=LAST).contains(seconds)).map(|seconds| seconds * 1000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn times_are_text_or_seconds() {
        assert_eq!(moment(&json!("2026-01-05T12:00:00Z")), Some(1_767_614_400_000));
        assert_eq!(moment(&json!("2026-01-05T21:00:00.5+09:00")), Some(1_767_614_400_500));
        assert_eq!(moment(&json!(1_767_614_400)), Some(1_767_614_400_000));
        for wrong in
            [json!("tomorrow"), json!("2026-01-05"), json!(-1), json!(1.5), json!(i64::MAX), json!(null)]
        {
            assert_eq!(moment(&wrong), None, "{wrong}");
        }
    }
}
