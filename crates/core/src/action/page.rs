//! Which part of a list a request wants.

use super::Inputs;
use crate::spec::{InputSpec, Kind};
use crate::violation::Violation;

/// How many items a page has at most, and where a request does not say.
pub(super) const LONGEST: u64 = 100;

/// A part of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Page {
    /// How many items come before it.
    pub(super) offset: u64,
    /// How many it holds at most.
    pub(super) limit: u64,
}

/// The inputs that say which part.
pub(super) const OFFSET: InputSpec = InputSpec::optional("offset", Kind::Integer);
/// How many.
pub(super) const LIMIT: InputSpec = InputSpec::optional("limit", Kind::Integer);
/// The number of a page; the first is 1.
pub(super) const PAGE: InputSpec = InputSpec::optional("page", Kind::Integer);
/// The number of a page; the first is 0.
pub(super) const PAGE_INDEX: InputSpec = InputSpec::optional("page_index", Kind::Integer);

impl Page {
    /// Reads `limit`, with `offset`, or with `page` (the first is 1) or `page_index` (the first is 0); what they break
    /// otherwise.
    pub(super) fn read(inputs: &Inputs) -> Result<Page, Vec<Violation>> {
        let mut broken = Vec::new();
        let mut number = |name: &str, least: u64, most: u64, without: u64| {
            let Some(given) = inputs.value(name) else { return without };
            let (rule, limit) = match given.as_u64() {
                Some(given) if (least..=most).contains(&given) => return given,
                Some(given) if given > most => ("maximum", most),
                _ => ("minimum", least),
            };
            broken.push(Violation::new(&inputs.wire_name(name), rule).with_limit(limit));
            without
        };
        let most = u64::from(u32::MAX);
        let limit = number("limit", 1, LONGEST, LONGEST);
        let pages = number("page", 1, most, 1) - 1 + number("page_index", 0, most, 0);
        let page = Page { offset: number("offset", 0, most, 0) + pages * limit, limit };
        if broken.is_empty() { Ok(page) } else { Err(broken) }
    }

    /// This part of a list that is whole in memory.
    pub(super) fn of<T>(self, all: Vec<T>) -> Vec<T> {
        let [offset, limit] = [self.offset, self.limit].map(|n| usize::try_from(n).unwrap_or(usize::MAX));
        all.into_iter().skip(offset).take(limit).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_page_is_within_bounds() {
        let read = |offset, limit| {
            let inputs = Inputs { values: vec![("offset", offset), ("limit", limit)], ..Inputs::default() };
            Page::read(&inputs).map_err(|broken| broken[0].rule.clone())
        };
        assert_eq!(read(json!(null), json!(null)), Ok(Page { offset: 0, limit: 100 }));
        assert_eq!(read(json!(7), json!(1)), Ok(Page { offset: 7, limit: 1 }));
        assert_eq!(read(json!(0), json!(0)), Err("minimum".to_owned()));
        assert_eq!(read(json!(0), json!(101)), Err("maximum".to_owned()));
        assert_eq!(read(json!(-1), json!(5)), Err("minimum".to_owned()));
        let paged = |name, number: u64| {
            let values = vec![("limit", json!(10)), (name, json!(number))];
            Page::read(&Inputs { values, ..Inputs::default() }).map_err(|broken| broken[0].rule.clone())
        };
        assert_eq!(paged("page", 1), Ok(Page { offset: 0, limit: 10 }));
        assert_eq!(paged("page", 3), Ok(Page { offset: 20, limit: 10 }));
        assert_eq!(paged("page", 0), Err("minimum".to_owned()));
        assert_eq!(paged("page_index", 0), Ok(Page { offset: 0, limit: 10 }));
        assert_eq!(paged("page_index", 2), Ok(Page { offset: 20, limit: 10 }));
        assert_eq!(Page { offset: 1, limit: 1 }.of(vec![1, 2, 3]), [2]);
    }
}
