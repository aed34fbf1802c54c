//! The one string of a recipe's hash: `$recipe$EXPRESSION$COLUMN=VALUE,…$HASH`.
//!
//! In the expression and the columns, `%`, `$` and what does not print is written `%xx`, in a column's value `,` and `=`
//! as well; the hash is the rest as it is.

use super::Columns;
use crate::alphabet::unhex;
use crate::keys::is_name;

/// What the string begins with.
pub(super) const START: &str = "$recipe$";

/// The parts of the string.
pub(super) struct Spelt<'a> {
    pub(super) expression: String,
    pub(super) columns: Columns,
    /// All before the hash.
    pub(super) head: &'a str,
    pub(super) hash: &'a str,
}

pub(super) fn spell(expression: &str, columns: &Columns, hash: &str) -> String {
    let columns: Vec<String> =
        columns.iter().map(|(name, value)| format!("{name}={}", escape(value, &[',', '=']))).collect();
    format!("{START}{}${}${hash}", escape(expression, &[]), columns.join(","))
}

/// The parts, if it is spelt as [`spell`] does.
pub(super) fn unspell(text: &str) -> Option<Spelt<'_>> {
    let (expression, rest) = text.strip_prefix(START)?.split_once('$')?;
    let (listed, hash) = rest.split_once('$')?;
    let expression = unescape(expression)?;
    let mut columns = Columns::new();
    for column in listed.split(',').filter(|column| !column.is_empty()) {
        let (name, value) = column.split_once('=')?;
        columns.insert(is_name(name).then(|| name.to_owned())?, unescape(value)?);
    }
    if spell(&expression, &columns, hash) != text {
        return None;
    }
    let head = text.get(..text.len() - hash.len())?;
    Some(Spelt { expression, columns, head, hash })
}

fn escape(text: &str, more: &[char]) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter == '%' || letter == '$' || letter.is_control() || more.contains(&letter) {
            let mut bytes = [0; 4];
            for byte in letter.encode_utf8(&mut bytes).bytes() {
                escaped.push_str(&format!("%{byte:02x}"));
            }
        } else {
            escaped.push(letter);
        }
    }
    escaped
}

fn unescape(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut parts = text.split('%');
    bytes.extend_from_slice(parts.next()?.as_bytes());
    for part in parts {
        let (digits, rest) = part.split_at_checked(2)?;
        bytes.extend(unhex(digits)?);
        bytes.extend_from_slice(rest.as_bytes());
    }
    String::from_utf8(bytes).ok()
}
