//! The lines of a text, and which of them only continue a value that began further up.

use crate::source::{Node, NodeValue, Sources, parse};

/// A text by lines.
pub(super) struct Layout {
    text: String,
    /// Where every line begins.
    starts: Vec<usize>,
    /// By line: the line on which the value began that goes on here.
    owners: Vec<Option<usize>>,
}

impl Layout {
    /// Reads a text; nothing for what is no YAML.
    pub(super) fn of(text: &str) -> Option<Layout> {
        let document = parse(&mut Sources::new(), "", text).ok()?;
        let starts: Vec<usize> =
            std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        let mut layout = Layout { text: text.to_owned(), owners: vec![None; starts.len()], starts };
        layout.own(&document);
        Some(layout)
    }

    fn own(&mut self, node: &Node) {
        let is_flow = self.text.get(node.span.start..).is_some_and(|rest| rest.starts_with(['{', '[']));
        match &node.value {
            NodeValue::List(items) if !is_flow => items.iter().for_each(|item| self.own(item)),
            NodeValue::Map(entries) if !is_flow => {
                entries.iter().for_each(|entry| self.own(&entry.value));
            }
            _ => {
                let line_of = |at: usize| self.starts.partition_point(|start| *start <= at).saturating_sub(1);
                let (first, last) = (line_of(node.span.start), line_of(node.span.end.saturating_sub(1)));
                let below = self.owners.iter_mut().take(last + 1).skip(first + 1);
                below.for_each(|owner| *owner = owner.or(Some(first)));
            }
        }
    }

    /// The whole text.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// How many lines it has; the last is empty where the text ends with a line break.
    pub(super) fn count(&self) -> usize {
        self.owners.len()
    }

    /// A line without its end.
    pub(super) fn line(&self, at: usize) -> &str {
        let Some(start) = self.starts.get(at) else { return "" };
        let end = self.starts.get(at + 1).map_or(self.text.len(), |next| next - 1);
        self.text.get(*start..end).unwrap_or("")
    }

    /// Whether a line only continues a value.
    pub(super) fn continues(&self, at: usize) -> bool {
        self.owner(at).is_some()
    }

    /// The line on which the value began that a line continues.
    pub(super) fn owner(&self, at: usize) -> Option<usize> {
        self.owners.get(at).copied().flatten()
    }
}
