//! Equality and order of run-time values. Total: values that do not compare are neither equal nor ordered.

use serde_json::{Number, Value};
use std::cmp::Ordering;

/// Whether two values are equal; numbers by their value, objects without regard to order.
pub(super) fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => numbers(left, right) == Some(Ordering::Equal),
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(l, r)| equal(l, r))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(name, l)| right.get(name).is_some_and(|r| equal(l, r)))
        }
        (left, right) => left == right,
    }
}

/// The order of two numbers or two texts (by code point); `None` for anything else.
pub(super) fn order(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => numbers(left, right),
        (Value::String(left), Value::String(right)) => Some(left.cmp(right)),
        _ => None,
    }
}

fn numbers(left: &Number, right: &Number) -> Option<Ordering> {
    match (left.as_i128(), right.as_i128()) {
        (Some(left), Some(right)) => Some(left.cmp(&right)),
        _ => left.as_f64()?.partial_cmp(&right.as_f64()?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_compare_by_value() {
        assert!(equal(&json!(1), &json!(1.0)));
        assert!(!equal(&json!(u64::MAX), &json!(u64::MAX - 1)));
        assert_eq!(order(&json!(-1), &json!(0.5)), Some(Ordering::Less));
    }

    #[test]
    fn different_kinds_neither_equal_nor_order() {
        assert!(!equal(&json!("1"), &json!(1)));
        assert_eq!(order(&json!("1"), &json!(1)), None);
        assert_eq!(order(&json!(null), &json!(null)), None);
        assert!(equal(&json!({"a": 1, "b": [1]}), &json!({"b": [1.0], "a": 1})));
    }
}
