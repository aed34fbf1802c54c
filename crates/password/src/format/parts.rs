//! Reading the parts of a stored hash.

use super::Refused;

/// Exactly so many parts between `$`.
pub(super) fn fields<const N: usize>(text: &str) -> Result<[&str; N], Refused> {
    let parts: Vec<&str> = text.split('$').collect();
    parts.try_into().map_err(|parts: Vec<&str>| {
        Refused::new(format!("it has {} parts between `$`, not {N}", parts.len()))
    })
}

/// A number written as numbers are: digits only, and no zero in front.
pub(super) fn number(text: &str, what: &str) -> Result<u32, Refused> {
    let written = !text.is_empty()
        && text.len() <= 10
        && text.bytes().all(|digit| digit.is_ascii_digit())
        && (text == "0" || !text.starts_with('0'));
    match text.parse() {
        Ok(number) if written => Ok(number),
        _ => Err(Refused::new(format!("{what} is not a number that can be used"))),
    }
}

/// A number that is at least one.
pub(super) fn count(text: &str, what: &str) -> Result<u32, Refused> {
    match number(text, what)? {
        0 => Err(Refused::new(format!("{what} is 0"))),
        number => Ok(number),
    }
}

/// The value of `name=value`.
pub(super) fn named<'a>(text: &'a str, name: &str) -> Result<&'a str, Refused> {
    text.strip_prefix(name)
        .and_then(|rest| rest.strip_prefix('='))
        .ok_or_else(|| Refused::new(format!("`{name}=` is missing")))
}

/// What was decoded, if it could be.
pub(super) fn decoded(bytes: Option<Vec<u8>>, what: &str) -> Result<Vec<u8>, Refused> {
    bytes.ok_or_else(|| Refused::new(format!("the {what} is not spelt as it should be")))
}

/// A result of a length that is a hash: nothing shorter than 10 bytes, nothing longer than 128.
pub(super) fn result(bytes: Option<Vec<u8>>) -> Result<Vec<u8>, Refused> {
    let bytes = decoded(bytes, "hash")?;
    if (10..=128).contains(&bytes.len()) {
        return Ok(bytes);
    }
    Err(Refused::new(format!("a hash of {} bytes is cut off or not a hash", bytes.len())))
}
