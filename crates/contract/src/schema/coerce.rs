//! Text sources: the text becomes what the schema says it is.

use super::shape::{Shape, Types};
use serde_json::Value;

/// Converts every text in a value by the schema's types. A text stands for a list of one where only a list
/// fits.
pub(super) fn coerce(shape: &Shape, value: Value) -> Value {
    match value {
        Value::String(text) => from_text(shape, text),
        Value::Array(items) => match &shape.item {
            Some(item) => Value::Array(items.into_iter().map(|value| coerce(item, value)).collect()),
            None => Value::Array(items),
        },
        Value::Object(mut object) => {
            for (name, value) in &mut object {
                if let Some(property) = shape.property(name) {
                    *value = coerce(&property.shape, value.take());
                }
            }
            Value::Object(object)
        }
        value => value,
    }
}

fn from_text(shape: &Shape, text: String) -> Value {
    let types = shape.types;
    if !types.said() || types.has(Types::STRING) {
        return Value::String(text);
    }
    let null = || (types.has(Types::NULL) && (text.is_empty() || text == "null")).then_some(Value::Null);
    let converted = integer(types, &text)
        .or_else(|| number(types, &text))
        .or_else(|| boolean(types, &text))
        .or_else(null);
    match converted {
        Some(value) => value,
        None if types.has(Types::ARRAY) => match &shape.item {
            Some(item) => Value::Array(vec![from_text(item, text)]),
            None => Value::Array(vec![Value::String(text)]),
        },
        None => Value::String(text),
    }
}

/// Decimal text; a number beyond 64 bits becomes the last one that fits, so that limits answer instead of
/// `type`.
fn integer(types: Types, text: &str) -> Option<Value> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let fits = types.has(Types::INTEGER) || types.has(Types::NUMBER);
    if !fits || !is_digits(digits) {
        return None;
    }
    let last = if digits.len() < text.len() { i64::MIN } else { i64::MAX };
    Some(Value::from(text.parse().unwrap_or(last)))
}

/// A number as JSON writes it.
fn number(types: Types, text: &str) -> Option<Value> {
    if !types.has(Types::NUMBER) || !is_json_number(text) {
        return None;
    }
    let number: f64 = text.parse().ok()?;
    Some(Value::from(number.clamp(f64::MIN, f64::MAX)))
}

fn boolean(types: Types, text: &str) -> Option<Value> {
    match text {
        "true" if types.has(Types::BOOLEAN) => Some(Value::Bool(true)),
        "false" if types.has(Types::BOOLEAN) => Some(Value::Bool(false)),
        _ => None,
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_json_number(text: &str) -> bool {
    let text = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let mantissa_fits = match mantissa.split_once('.') {
        Some((whole, fraction)) => is_digits(whole) && is_digits(fraction),
        None => is_digits(mantissa),
    };
    let is_exponent = |exponent: &str| is_digits(exponent.strip_prefix(['-', '+']).unwrap_or(exponent));
    mantissa_fits && exponent.is_none_or(is_exponent)
}
