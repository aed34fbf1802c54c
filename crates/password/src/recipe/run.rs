//! Computes a recipe.

use super::Columns;
use super::function::Function;
use super::measure::{factors, number};
use super::tree::{Expression, Node};
use crate::alphabet::{base64, base64url, hex, unbase64_any, unhex};
use crate::digest::Secret;
use crate::format::{Computation, Means, ScryptHash, Unusable};
use crate::refused::Refused;
use zeroize::Zeroizing;

/// Text or bytes that may be secret.
#[derive(Clone)]
pub(super) enum Value {
    Text(Zeroizing<String>),
    Bytes(Secret),
}

impl Value {
    pub(super) fn text(text: impl Into<String>) -> Value {
        Value::Text(Zeroizing::new(text.into()))
    }

    pub(super) fn bytes(&self) -> &[u8] {
        match self {
            Value::Text(text) => text.as_bytes(),
            Value::Bytes(bytes) => bytes,
        }
    }

    fn as_text(&self) -> &str {
        match self {
            Value::Text(text) => text,
            Value::Bytes(_) => "",
        }
    }
}

/// What a recipe is computed from.
pub(super) struct Ingredients<'a, 'm> {
    pub(super) password: &'a str,
    pub(super) columns: &'a Columns,
    pub(super) means: &'a mut Means<'m>,
    pub(super) it: Option<Value>,
}

/// Computes a part. It was checked and measured before.
pub(super) fn run(expression: &Expression, from: &mut Ingredients<'_, '_>) -> Result<Value, Unusable> {
    match &expression.node {
        Node::Password => Ok(Value::text(from.password)),
        Node::It => Ok(from.it.clone().unwrap_or_else(|| Value::text(""))),
        Node::Key(name) => {
            let missing = || unusable(format!("there is no key `{name}`"));
            Ok(Value::Bytes(Zeroizing::new(from.means.keys.get(name).ok_or_else(missing)?.to_vec())))
        }
        Node::Column(name) => Ok(Value::text(from.columns.get(name).map_or("", String::as_str))),
        Node::Literal(text) => Ok(Value::text(text.as_str())),
        Node::Number(_) | Node::Call(..) => Err(unusable("the recipe was not checked")),
        Node::Join(parts) => join(parts, from),
        Node::Apply(Function::Iterate, parts) => iterate(parts, from),
        Node::Apply(function, parts) => apply(*function, parts, from),
    }
}

fn unusable(why: impl Into<String>) -> Unusable {
    Unusable::Hash(Refused::new(why))
}

fn join(parts: &[Expression], from: &mut Ingredients<'_, '_>) -> Result<Value, Unusable> {
    let mut joined = Zeroizing::new(Vec::new());
    let mut is_text = true;
    for part in parts {
        let value = run(part, from)?;
        is_text &= matches!(value, Value::Text(_));
        joined.extend_from_slice(value.bytes());
    }
    match std::str::from_utf8(&joined) {
        Ok(text) if is_text => Ok(Value::text(text)),
        _ => Ok(Value::Bytes(joined)),
    }
}

fn iterate(parts: &[Expression], from: &mut Ingredients<'_, '_>) -> Result<Value, Unusable> {
    let (Some(count), Some(step)) = (parts.first(), parts.last()) else {
        return Err(unusable("`iterate` without its values"));
    };
    let count = number(count, from.columns).map_err(Unusable::Hash)?;
    let start = match parts {
        [_, start, _] => run(start, from)?,
        _ => Value::text(from.password),
    };
    let outer = from.it.replace(start);
    for _ in 0..count {
        let next = run(step, from)?;
        from.it = Some(next);
    }
    let last = std::mem::replace(&mut from.it, outer);
    Ok(last.unwrap_or_else(|| Value::text("")))
}

fn apply(
    function: Function,
    parts: &[Expression],
    from: &mut Ingredients<'_, '_>,
) -> Result<Value, Unusable> {
    let first = match parts.first() {
        Some(part) => run(part, from)?,
        None => return Err(unusable("a value is missing")),
    };
    let second =
        |from: &mut Ingredients<'_, '_>| parts.get(1).map_or(Ok(Value::text("")), |part| run(part, from));
    let number = |place: usize, from: &Ingredients<'_, '_>| {
        parts.get(place).map_or(Ok(0), |part| number(part, from.columns)).map_err(Unusable::Hash)
    };
    // A letter or spelling that cannot be: no such password can have been stored.
    let spelt = |bytes: Option<Vec<u8>>| {
        bytes.map(|bytes| Value::Bytes(Zeroizing::new(bytes))).ok_or(Unusable::Password)
    };
    match function {
        Function::Digest(digest) => Ok(Value::Bytes(digest.of(&[first.bytes()]))),
        Function::Hmac(digest) => Ok(Value::Bytes(digest.hmac(first.bytes(), second(from)?.bytes()))),
        Function::Pbkdf2(digest) => {
            let salt = second(from)?;
            let (rounds, length) = (number(2, from)?, number(3, from)?);
            Ok(Value::Bytes(digest.pbkdf2(first.bytes(), salt.bytes(), rounds, length as usize)))
        }
        Function::Scrypt => {
            let salt = second(from)?.bytes().to_vec();
            let factors = factors(number(2, from)?, number(3, from)?, number(4, from)?);
            let length = number(5, from)? as usize;
            let scrypt = factors.and_then(|factors| ScryptHash::new(factors, salt, length));
            Ok(Value::Bytes(scrypt.map_err(Unusable::Hash)?.compute(first.bytes(), from.means)?))
        }
        Function::Hex => Ok(Value::text(hex(first.bytes()))),
        Function::Base64 => Ok(Value::text(base64(first.bytes()))),
        Function::Base64Url => Ok(Value::text(base64url(first.bytes()))),
        Function::Unpadded => Ok(Value::text(first.as_text().trim_end_matches('='))),
        Function::Unhex => spelt(unhex(first.as_text())),
        Function::Unbase64 => spelt(unbase64_any(first.as_text())),
        Function::Upper => Ok(Value::text(first.as_text().to_uppercase())),
        Function::Lower => Ok(Value::text(first.as_text().to_lowercase())),
        Function::Utf16Le => spelt(Some(first.as_text().encode_utf16().flat_map(u16::to_le_bytes).collect())),
        Function::Utf16Be => spelt(Some(first.as_text().encode_utf16().flat_map(u16::to_be_bytes).collect())),
        Function::Latin1 => spelt(first.as_text().chars().map(|letter| u8::try_from(letter).ok()).collect()),
        Function::Slice => {
            let (start, end) = (number(1, from)? as usize, number(2, from)? as usize);
            Ok(slice(&first, start, end.saturating_sub(start)))
        }
        Function::Iterate => Err(unusable("`iterate` is not called like this")),
    }
}

fn slice(value: &Value, start: usize, count: usize) -> Value {
    match value {
        Value::Text(text) => Value::text(text.chars().skip(start).take(count).collect::<String>()),
        Value::Bytes(bytes) => {
            Value::Bytes(Zeroizing::new(bytes.iter().copied().skip(start).take(count).collect()))
        }
    }
}
