//! Contract text with its positions: the files, spans in them, and the tree of values read from them.

mod read;
mod scalar;
mod tree;

pub use read::parse;
pub use tree::{Entry, Node, NodeValue};

/// Which file of a [`Sources`] a span points into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(u32);

/// A range of bytes in one source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The file.
    pub source: SourceId,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// The smallest span that covers both; `self` if they are of different files.
    #[must_use]
    pub fn to(self, other: Span) -> Span {
        if self.source != other.source {
            return self;
        }
        Span { source: self.source, start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

struct Source {
    name: String,
    text: String,
}

/// Every file read so far: a contract and what it extends.
#[derive(Default)]
pub struct Sources {
    files: Vec<Source>,
}

impl Sources {
    /// No files yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Remembers a file under the name shown in diagnostics. A byte order mark is dropped.
    pub fn add(&mut self, name: &str, text: &str) -> SourceId {
        let id = SourceId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        self.files.push(Source { name: name.to_owned(), text: text.to_owned() });
        id
    }

    /// The name a file was added under.
    #[must_use]
    pub fn name(&self, id: SourceId) -> &str {
        self.files.get(id.0 as usize).map_or("", |file| &file.name)
    }

    /// The whole text of a file.
    #[must_use]
    pub fn text(&self, id: SourceId) -> &str {
        self.files.get(id.0 as usize).map_or("", |file| &file.text)
    }

    /// The text a span covers; empty if it does not lie on character boundaries.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        self.text(span.source).get(span.start..span.end).unwrap_or("")
    }

    /// Line and column of the start of a span, both from 1; columns count characters.
    #[must_use]
    pub fn position(&self, span: Span) -> (usize, usize) {
        let text = self.text(span.source);
        let before = text.get(..span.start).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        (line, before.get(line_start..).unwrap_or("").chars().count() + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_lines_and_characters() {
        let mut sources = Sources::new();
        let id = sources.add("a.yaml", "\u{feff}이름: x\n값: y\n");
        let at = sources.text(id).find('y').unwrap();
        assert_eq!(sources.position(Span { source: id, start: at, end: at + 1 }), (2, 4));
        assert_eq!(sources.position(Span { source: id, start: 0, end: 1 }), (1, 1));
    }
}
