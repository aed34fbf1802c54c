//! Which part of a list a request wants.

use super::Inputs;
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

impl Page {
    /// Reads `offset` and `limit`; what they break otherwise.
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
        let page = Page {
            offset: number("offset", 0, u64::from(u32::MAX), 0),
            limit: number("limit", 1, LONGEST, LONGEST),
        };
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
        assert_eq!(Page { offset: 1, limit: 1 }.of(vec![1, 2, 3]), [2]);
    }
}
