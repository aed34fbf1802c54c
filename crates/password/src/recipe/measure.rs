//! How much work a recipe is, for an account's columns and a password's length, before any of it is done.

use super::Columns;
use super::function::Function;
use super::tree::{Expression, Node};
use crate::format::Factors;
use crate::load::Load;
use crate::refused::Refused;

/// No value on the way is longer, and no derived key.
const LONGEST: u64 = 64 * 1024;
const LONGEST_KEY: u32 = 512;
/// What is reckoned for a key of the configuration.
const KEY: u64 = 128;
/// What every step takes besides its digest, in nanoseconds.
const STEP: u64 = 150;

/// What is known before: columns, and lengths in bytes.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    pub(super) columns: &'a Columns,
    pub(super) password: u64,
    pub(super) it: u64,
}

/// The work of a part, and how long what it gives is at most.
pub(super) struct Measure {
    pub(super) load: Load,
    pub(super) length: u64,
}

/// Measures a part.
///
/// # Errors
/// A column does not hold a number where one is needed, a value would be too long, or it would grow each time.
pub(super) fn measure(expression: &Expression, known: &Known<'_>) -> Result<Measure, Refused> {
    let leaf = |length: u64| Ok(Measure { load: Load::default(), length });
    let measured = match &expression.node {
        Node::Password => leaf(known.password),
        Node::It => leaf(known.it),
        Node::Key(_) => leaf(KEY),
        Node::Column(name) => leaf(known.columns.get(name).map_or(0, |value| value.len() as u64)),
        Node::Literal(text) => leaf(text.len() as u64),
        Node::Number(_) | Node::Call(..) => leaf(0),
        Node::Join(parts) => joined(parts, known),
        Node::Apply(Function::Iterate, parts) => iterate(parts, known),
        Node::Apply(function, parts) => apply(*function, parts, known),
    }?;
    if measured.length > LONGEST {
        return Err(Refused::new(format!(
            "a value of the recipe would be longer than {} KiB",
            LONGEST / 1024
        )));
    }
    Ok(measured)
}

fn joined(parts: &[Expression], known: &Known<'_>) -> Result<Measure, Refused> {
    let mut all = Measure { load: Load::default(), length: 0 };
    for part in parts {
        let part = measure(part, known)?;
        all = Measure { load: all.load.and(part.load), length: all.length + part.length };
    }
    Ok(all)
}

fn apply(function: Function, parts: &[Expression], known: &Known<'_>) -> Result<Measure, Refused> {
    let mut load = Load::default();
    let mut lengths = Vec::new();
    for part in parts {
        let part = measure(part, known)?;
        load = load.and(part.load);
        lengths.push(part.length);
    }
    let first = lengths.first().copied().unwrap_or(0);
    let all: u64 = lengths.iter().sum();
    let number = |place: usize| parts.get(place).map_or(Ok(0), |part| number(part, known.columns));
    let (own, length) = match function {
        Function::Digest(digest) => (digest.load(first), digest.length() as u64),
        Function::Hmac(digest) => (digest.hmac_load(all), digest.length() as u64),
        Function::Pbkdf2(digest) => {
            let length = key_length(number(3)?)?;
            let rounds = number(2)?;
            if rounds == 0 {
                return Err(Refused::new("PBKDF2 needs at least one round"));
            }
            (digest.pbkdf2_load(rounds.into(), length as usize).and(digest.load(all)), length.into())
        }
        Function::Scrypt => {
            let length = key_length(number(5)?)?;
            (factors(number(2)?, number(3)?, number(4)?)?.load(), length.into())
        }
        Function::Hex | Function::Utf16Le | Function::Utf16Be => (Load::default(), first * 2),
        Function::Base64 | Function::Base64Url => (Load::default(), first.div_ceil(3) * 4),
        Function::Slice => {
            number(1)?;
            (Load::default(), first.min(u64::from(number(2)?).saturating_mul(4)))
        }
        // Another case can take some bytes more, but only once.
        _ => (Load::default(), first),
    };
    let step = Load::operations(1, STEP + all + length);
    Ok(Measure { load: load.and(own).and(step), length })
}

/// scrypt's parameters, which must be such that scrypt takes them.
pub(super) fn factors(n: u32, r: u32, p: u32) -> Result<Factors, Refused> {
    if r == 0 || p == 0 {
        return Err(Refused::new("scrypt's r and p are at least 1"));
    }
    Factors::of_n(n, r, p)
}

fn key_length(length: u32) -> Result<u32, Refused> {
    if (1..=LONGEST_KEY).contains(&length) {
        return Ok(length);
    }
    Err(Refused::new(format!("a derived key is from 1 to {LONGEST_KEY} bytes long, not {length}")))
}

fn iterate(parts: &[Expression], known: &Known<'_>) -> Result<Measure, Refused> {
    let (Some(count), Some(step)) = (parts.first(), parts.last()) else {
        return Err(Refused::new("`iterate` without its values"));
    };
    let count = number(count, known.columns)?;
    let start = match parts {
        [_, start, _] => measure(start, known)?,
        _ => Measure { load: Load::default(), length: known.password },
    };
    let first = measure(step, &Known { it: start.length, ..*known })?;
    let second = measure(step, &Known { it: first.length, ..*known })?;
    if second.length > first.length && count > 1 {
        return Err(Refused::new("what `iterate` repeats would grow each time: repeat a digest"));
    }
    // The first time may have more to do than the others.
    let load = start.load.and(first.load).and(second.load.times(count.into()));
    Ok(Measure { load, length: start.length.max(first.length) })
}

/// A number, or what a column holds.
pub(super) fn number(part: &Expression, columns: &Columns) -> Result<u32, Refused> {
    match &part.node {
        Node::Number(number) => Ok(*number),
        Node::Column(name) => {
            let value = columns.get(name).map_or("", String::as_str);
            let digits = !value.is_empty() && value.bytes().all(|digit| digit.is_ascii_digit());
            let number = value.parse().ok().filter(|_| digits);
            number.ok_or_else(|| Refused::new(format!("the column `{name}` does not hold a number")))
        }
        _ => Err(Refused::new("a number is missing")),
    }
}
