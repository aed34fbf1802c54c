//! What was given, before it is known what was wanted: the tree of the file, with what the environment and the
//! command line lay over it.

use super::mistake::{Mistake, Place, Source};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A value and where it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Given {
    pub(super) raw: Raw,
    pub(super) at: Place,
}

/// A value whose kind is not looked at yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Raw {
    Text(String),
    Number(u64),
    Flag(bool),
    List(Vec<Given>),
    Table(Vec<Named>),
    /// From a variable or an argument: text that stands for whatever is wanted.
    Loose(String),
    /// A kind that nothing here has: a date, a fraction, a negative number.
    Other,
}

/// A member and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) name: String,
    pub(super) at: Place,
    pub(super) value: Given,
}

/// The sections of a file's text.
pub(super) fn sections(source: &Source) -> Result<Vec<Named>, Mistake> {
    let document = DeTable::parse(&source.text).map_err(|error| {
        let at = error.span().unwrap_or(0..0);
        let said = format!("not TOML: {}", error.message().lines().collect::<Vec<_>>().join(", "));
        let mistake = Mistake::new(&Place::File(at.clone()), said);
        if source.hides_below_header(&at) { mistake.hidden() } else { mistake }
    })?;
    Ok(table(document.get_ref(), &|at| Place::File(at)))
}

/// A value of a table of members, such as a default, as TOML writes it.
pub(super) fn written(text: &str, at: &Place) -> Option<Given> {
    let line = format!("it = {text}");
    let document = DeTable::parse(&line).ok()?;
    table(document.get_ref(), &|_| at.clone()).into_iter().next().map(|named| named.value)
}

/// What a variable or an argument says: a list or a table as TOML writes it, or a plain text.
pub(super) fn loose(text: &str, at: &Place) -> Given {
    let structured = text.trim_start().starts_with(['[', '{']).then(|| written(text, at)).flatten();
    structured.unwrap_or_else(|| Given { raw: Raw::Loose(text.to_owned()), at: at.clone() })
}

type At<'a> = &'a dyn Fn(std::ops::Range<usize>) -> Place;

fn table(members: &DeTable<'_>, at: At<'_>) -> Vec<Named> {
    let mut named: Vec<(usize, Named)> = Vec::new();
    for (name, value) in members {
        let one = Named { name: name.get_ref().to_string(), at: at(name.span()), value: given(value, at) };
        named.push((name.span().start, one));
    }
    // The order in which they were written: TOML's tables have none.
    named.sort_by_key(|(start, _)| *start);
    named.into_iter().map(|(_, one)| one).collect()
}

fn given(value: &Spanned<DeValue<'_>>, at: At<'_>) -> Given {
    let raw = match value.get_ref() {
        DeValue::String(text) => Raw::Text(text.to_string()),
        DeValue::Integer(number) => {
            u64::from_str_radix(number.as_str(), number.radix()).map_or(Raw::Other, Raw::Number)
        }
        DeValue::Boolean(flag) => Raw::Flag(*flag),
        DeValue::Array(items) => Raw::List(items.iter().map(|item| given(item, at)).collect()),
        DeValue::Table(members) => Raw::Table(table(members, at)),
        DeValue::Float(_) | DeValue::Datetime(_) => Raw::Other,
    };
    Given { raw, at: at(value.span()) }
}

/// Lays a value over a table, at a path of names as variables write them; what is not there is made.
pub(super) fn lay_over(members: &mut Vec<Named>, path: &[&str], value: Given) {
    let Some((first, rest)) = path.split_first() else { return };
    let at = match members.iter().position(|member| folded(&member.name) == folded(first)) {
        Some(at) => at,
        None => {
            let empty = Given { raw: Raw::Table(Vec::new()), at: value.at.clone() };
            members.push(Named { name: first.to_lowercase(), at: value.at.clone(), value: empty });
            members.len() - 1
        }
    };
    let Some(member) = members.get_mut(at) else { return };
    if rest.is_empty() {
        member.at = value.at.clone();
        member.value = value;
        return;
    }
    if !matches!(member.value.raw, Raw::Table(_)) {
        member.value = Given { raw: Raw::Table(Vec::new()), at: value.at.clone() };
    }
    // A source of a secret is one of three: the one that is named last counts.
    let source = |name: &str| matches!(folded(name).as_str(), "FILE" | "ENV" | "FD");
    if let (Raw::Table(below), [last]) = (&mut member.value.raw, rest)
        && source(last)
    {
        below.retain(|other| !source(&other.name));
    }
    if let Raw::Table(below) = &mut member.value.raw {
        lay_over(below, rest, value);
    }
}

/// A name as variables write it.
pub(super) fn folded(name: &str) -> String {
    name.to_uppercase().replace(['-', '.'], "_")
}
