//! The language to answer in.

use crate::template::CompiledTemplate;

/// What a contract offers and how a request chooses.
#[derive(Debug)]
pub(crate) struct Languages {
    pub(crate) offered: Vec<String>,
    pub(crate) default: String,
    pub(crate) from: Option<CompiledTemplate>,
}

impl Default for Languages {
    fn default() -> Self {
        Self { offered: vec!["en".to_owned()], default: "en".to_owned(), from: None }
    }
}

/// A range of `Accept-Language` with its weight in thousandths.
struct Range<'h> {
    tag: &'h str,
    weight: u32,
}

impl Languages {
    /// The best offered language for an `Accept-Language` text: ranges by weight, each by exact tag, then cut
    /// from its end (RFC 4647, lookup), then as the beginning of an offered one. Else the default.
    pub(crate) fn negotiate(&self, accepted: &str) -> &str {
        let mut ranges: Vec<Range<'_>> = accepted.split(',').take(32).filter_map(range).collect();
        ranges.sort_by_key(|range| std::cmp::Reverse(range.weight));
        let refused: Vec<&str> =
            ranges.iter().filter(|range| range.weight == 0).map(|range| range.tag).collect();
        let best = ranges.iter().filter(|range| range.weight > 0).find_map(|range| self.fits(range.tag));
        best.filter(|best| !refused.iter().any(|tag| tag.eq_ignore_ascii_case(best))).unwrap_or(&self.default)
    }

    fn fits(&self, tag: &str) -> Option<&str> {
        if tag == "*" {
            return Some(&self.default);
        }
        let mut wanted = tag;
        loop {
            let same = self.offered.iter().find(|offered| offered.eq_ignore_ascii_case(wanted));
            let begins = || self.offered.iter().find(|offered| begins_with(offered, wanted));
            if let Some(found) = same.or_else(begins) {
                return Some(found);
            }
            wanted = wanted.rsplit_once('-')?.0;
        }
    }
}

/// `en-GB` begins with `en`, not with `e`.
fn begins_with(offered: &str, range: &str) -> bool {
    let beginning = offered.get(..range.len()).is_some_and(|start| start.eq_ignore_ascii_case(range));
    beginning && offered.as_bytes().get(range.len()) == Some(&b'-')
}

fn range(text: &str) -> Option<Range<'_>> {
    let (tag, parameters) = text.split_once(';').map_or((text, ""), |(tag, rest)| (tag, rest));
    let tag = tag.trim();
    let written = parameters.trim().strip_prefix("q=").or_else(|| parameters.trim().strip_prefix("Q="));
    let weight = match written {
        Some(weight) => thousandths(weight.trim())?,
        None => 1000,
    };
    (!tag.is_empty()).then_some(Range { tag, weight })
}

/// `0.7` as 700; `None` for what is no weight (RFC 9110 section 12.4.2).
fn thousandths(weight: &str) -> Option<u32> {
    let (whole, fraction) = weight.split_once('.').unwrap_or((weight, ""));
    let digits = fraction.bytes().all(|byte| byte.is_ascii_digit()) && fraction.len() <= 3;
    let fraction: u32 = format!("{fraction:0<3}").parse().ok().filter(|_| digits)?;
    match whole {
        "0" => Some(fraction),
        "1" if fraction == 0 => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(accepted: &str) -> String {
        let offered = ["ko", "en", "pt-BR"].map(str::to_owned).to_vec();
        let languages = Languages { offered, default: "ko".to_owned(), from: None };
        languages.negotiate(accepted).to_owned()
    }

    #[test]
    fn the_heaviest_range_that_is_offered_wins() {
        assert_eq!(chosen("en"), "en");
        assert_eq!(chosen("EN-us, ko;q=0.5"), "en");
        assert_eq!(chosen("fr, ko;q=0.3, en;q=0.7"), "en");
        assert_eq!(chosen("pt"), "pt-BR");
        assert_eq!(chosen("pt-br;q=0.1"), "pt-BR");
    }

    #[test]
    fn everything_else_is_the_default() {
        for accepted in ["", "fr", "*", "e", "en;q=0", ";;;,,", "en;q=x", "fr, *;q=0.1"] {
            assert_eq!(chosen(accepted), "ko", "{accepted}");
        }
    }
}
