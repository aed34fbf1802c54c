//! Plain scalars by the YAML 1.2 core schema: what is null, a boolean or a number, and what is text.

use super::NodeValue;

/// What a plain (unquoted) scalar means.
pub(super) fn plain(text: &str) -> NodeValue {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return NodeValue::Null,
        "true" | "True" | "TRUE" => return NodeValue::Bool(true),
        "false" | "False" | "FALSE" => return NodeValue::Bool(false),
        _ => {}
    }
    if let Some(value) = integer(text) {
        return NodeValue::Integer(value);
    }
    let number = text.parse::<f64>().ok().filter(|value| value.is_finite() && looks_like_float(text));
    number.map_or_else(|| NodeValue::Text(text.to_owned()), NodeValue::Float)
}

fn integer(text: &str) -> Option<i64> {
    if let Some(hex) = text.strip_prefix("0x") {
        return digits_only(hex, 16).then(|| i64::from_str_radix(hex, 16).ok())?;
    }
    if let Some(octal) = text.strip_prefix("0o") {
        return digits_only(octal, 8).then(|| i64::from_str_radix(octal, 8).ok())?;
    }
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    digits_only(digits, 10).then(|| text.parse().ok())?
}

fn digits_only(text: &str, radix: u32) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_digit(radix))
}

/// `[-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?`; not-a-number and the infinities stay
/// text, since JSON cannot say them.
fn looks_like_float(text: &str) -> bool {
    let text = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let mantissa_fits = match mantissa.split_once('.') {
        Some(("", fraction)) => digits_only(fraction, 10),
        Some((whole, fraction)) => digits_only(whole, 10) && fraction.chars().all(|c| c.is_ascii_digit()),
        None => digits_only(mantissa, 10),
    };
    let exponent_fits = exponent
        .is_none_or(|exponent| digits_only(exponent.strip_prefix(['-', '+']).unwrap_or(exponent), 10));
    mantissa_fits && exponent_fits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn follows_the_core_schema() {
        for text in ["", "~", "null"] {
            assert_eq!(plain(text), NodeValue::Null, "{text}");
        }
        assert_eq!(plain("true"), NodeValue::Bool(true));
        for text in
            ["no", "yes", "on", "off", "3.1.0", "0x", ".", "1e", ".inf", ".nan", "+", "1_000", "12:30"]
        {
            assert_eq!(plain(text), NodeValue::Text(text.to_owned()), "{text}");
        }
        for (text, value) in [("12", 12), ("-3", -3), ("+7", 7), ("0x1F", 31), ("0o17", 15), ("007", 7)] {
            assert_eq!(plain(text), NodeValue::Integer(value), "{text}");
        }
        for (text, value) in [("1.10", 1.1), ("-.5", -0.5), ("1e3", 1000.0), ("2.", 2.0)] {
            assert_eq!(plain(text), NodeValue::Float(value), "{text}");
        }
    }

    #[test]
    fn numbers_too_large_for_integers_are_floats() {
        assert_eq!(plain("99999999999999999999"), NodeValue::Float(1e20));
    }
}
