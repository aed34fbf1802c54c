//! YAML (and so JSON) text into a tree of nodes. Takes the part of YAML that contracts are written in: the core
//! schema, anchors and aliases of whole nodes; refuses what would make a contract read differently than it looks.

use super::scalar::plain;
use super::{Entry, Node, NodeValue, SourceId, Sources, Span};
use crate::diagnostic::{Diagnostic, codes};
use granit_parser::{Event, Parser, ScalarStyle, ScanError, StrInput, StructureStyle};
use std::collections::HashMap;

/// Longest source, in bytes.
const MAX_BYTES: usize = 1024 * 1024;
/// Deepest nesting of lists and maps.
const MAX_DEPTH: usize = 64;
/// Most nodes after aliases are expanded: a page of nested aliases must not fill the memory.
const MAX_NODES: usize = 200_000;

/// Reads a source and remembers it under its name.
///
/// # Errors
/// DW001 for everything that is not this YAML, each with its place.
pub fn parse(sources: &mut Sources, name: &str, text: &str) -> Result<Node, Vec<Diagnostic>> {
    let source = sources.add(name, text);
    let start = Span { source, start: 0, end: 0 };
    if text.len() > MAX_BYTES {
        let message = format!("a contract is at most {MAX_BYTES} bytes long, and this is longer");
        return Err(vec![invalid(
            start,
            message,
            "split it with `extends`, or move examples to their own file",
        )]);
    }
    let text = sources.text(source);
    let mut options = granit_parser::options! { emit_anchor_events: false };
    options.set_emit_comments(false);
    let mut reader = Reader {
        text,
        source,
        events: Parser::new_from_str_with_options(text, options),
        anchors: HashMap::new(),
        nodes: 0,
        kept: 0,
        deepest: 0,
        found: Vec::new(),
    };
    let root = reader.document();
    match root {
        Ok(node) if reader.found.is_empty() => Ok(node),
        Ok(_) => Err(reader.found),
        Err(Stop) => Err(reader.found),
    }
}

/// What the parser says, in other words and with what to do, where its own leave one alone.
fn plainly(info: &str) -> Option<(&'static str, &'static str)> {
    if info.contains("found a tab") || info.contains("tabs disallowed") {
        return Some(("a tab where YAML wants spaces", "indent with spaces, not with tabs"));
    }
    if info.contains("unclosed bracket '{'") {
        return Some((
            "this brace is never closed",
            "write the `}` that is missing, or quote the text it is in",
        ));
    }
    if info.contains("unclosed bracket '['") {
        return Some((
            "this bracket is never closed",
            "write the `]` that is missing, or quote the text it is in",
        ));
    }
    if info.contains("unknown anchor") {
        return Some(("this alias has no anchor", "`*name` repeats the value that `&name` marks further up"));
    }
    if info.contains("recursion limit") {
        return Some(("nested too deep", "contracts are flatter than this"));
    }
    None
}

fn invalid(span: Span, message: impl Into<String>, help: &str) -> Diagnostic {
    Diagnostic::error(codes::INVALID_DOCUMENT, span, message).help(help)
}

/// Reading cannot go on; the reason is among the findings.
struct Stop;

struct Reader<'t> {
    text: &'t str,
    source: SourceId,
    events: Parser<'t, StrInput<'t>>,
    anchors: HashMap<usize, Anchored>,
    nodes: usize,
    /// How many nodes are kept for aliases: anchors inside anchors are kept several times.
    kept: usize,
    /// The deepest level reached since the node under way began.
    deepest: usize,
    found: Vec<Diagnostic>,
}

/// An anchored node that is complete.
struct Anchored {
    node: Node,
    /// How many nodes it holds.
    size: usize,
    /// How many levels stand below it.
    height: usize,
}

/// Finds a key that stands twice in a map: by looking through the few that most maps have, and by an index where
/// they are many, so that no map takes quadratic time.
#[derive(Default)]
struct SeenKeys {
    index: HashMap<String, Span>,
}

/// So many keys are looked through.
const FEW: usize = 16;

impl SeenKeys {
    /// Where this key stands already.
    fn first(&mut self, key: &str, entries: &[Entry]) -> Option<Span> {
        if entries.len() <= FEW {
            return entries.iter().find(|entry| entry.key == key).map(|entry| entry.key_span);
        }
        let indexed = self.index.len();
        let newer = entries.iter().skip(indexed).map(|entry| (entry.key.clone(), entry.key_span));
        self.index.extend(newer);
        self.index.get(key).copied()
    }
}

/// An event, and where it stands.
type Step<'t> = (Event<'t>, Span);

impl<'t> Reader<'t> {
    fn document(&mut self) -> Result<Node, Stop> {
        let mut root = None;
        while let Some((event, span)) = self.next()? {
            match event {
                Event::StreamStart | Event::DocumentEnd | Event::StreamEnd => {}
                Event::DocumentStart(..) if root.is_some() => {
                    return self.stop(
                        span,
                        "a second document in one file",
                        "a contract is one document: drop the `---`",
                    );
                }
                Event::DocumentStart(..) => {}
                event => root = Some(self.node((event, span), 0)?),
            }
        }
        match root {
            Some(node) => Ok(node),
            None => Ok(Node::new(Span { source: self.source, start: 0, end: 0 }, NodeValue::Null)),
        }
    }

    fn next(&mut self) -> Result<Option<Step<'t>>, Stop> {
        match self.events.next_event() {
            None => Ok(None),
            Some(Ok((event, span))) => Ok(Some((event, self.span(&span)))),
            Some(Err(error)) => self.broken(&error),
        }
    }

    fn span(&self, span: &granit_parser::Span) -> Span {
        let range = span.byte_range().unwrap_or(0..0);
        Span { source: self.source, start: range.start, end: range.end.max(range.start) }
    }

    fn stop<T>(&mut self, span: Span, message: &str, help: &str) -> Result<T, Stop> {
        self.found.push(invalid(span, message, help));
        Err(Stop)
    }

    fn broken<T>(&mut self, error: &ScanError) -> Result<T, Stop> {
        let mut at = error.marker().byte_offset().unwrap_or(0).min(self.text.len());
        let info = error.info();
        if info.contains("found a tab") {
            // The parser points at what stands before it.
            at += self.text.get(at..).and_then(|rest| rest.find('\t')).unwrap_or(0);
        }
        let span = Span { source: self.source, start: at, end: (at + 1).min(self.text.len()) };
        if let Some((message, help)) = plainly(&info) {
            return self.stop(span, message, help);
        }
        let line_start = self.text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
        let line = self.text.get(line_start..).unwrap_or("").lines().next().unwrap_or("");
        let help = if line.contains("${") {
            "inside braces and brackets quote texts with holes: \"${…}\"; a bare path is `$account.id`"
        } else if line.contains('\t') {
            "indent with spaces, not with tabs"
        } else {
            "look at the indentation and the quotes here and just above; texts with `: ` or ` #` need quotes"
        };
        self.stop(span, &format!("this is not YAML: {info}"), help)
    }

    fn node(&mut self, step: Step<'t>, depth: usize) -> Result<Node, Stop> {
        let (event, span) = step;
        self.within_depth(depth, span)?;
        let deepest_before = std::mem::replace(&mut self.deepest, depth);
        self.nodes += 1;
        let before = self.nodes;
        self.within_budget(span)?;
        if event.tag().is_some() {
            self.found.push(invalid(
                span,
                "tags are not part of contracts",
                "quote the value to make it text",
            ));
        }
        let anchor = event.anchor_id().unwrap_or(0);
        let node = match event {
            Event::Scalar(text, style, ..) => self.scalar(&text, style, span),
            Event::SequenceStart(..) => self.list(span, depth)?,
            Event::MappingStart(style, ..) => self.map(span, style == StructureStyle::Flow, depth)?,
            Event::Alias(id) => self.alias(id, (span, depth))?,
            _ => return self.stop(span, "something is missing here", "write a value"),
        };
        if anchor != 0 {
            let (size, height) = (self.nodes - before + 1, self.deepest - depth);
            self.kept += size;
            self.within_budget(span)?;
            self.anchors.insert(anchor, Anchored { node: node.clone(), size, height });
        }
        self.deepest = self.deepest.max(deepest_before);
        Ok(node)
    }

    fn within_depth(&mut self, depth: usize, span: Span) -> Result<(), Stop> {
        if depth > MAX_DEPTH {
            let message = format!("nested deeper than {MAX_DEPTH} levels");
            return self.stop(span, &message, "contracts are flatter than this");
        }
        Ok(())
    }

    fn within_budget(&mut self, span: Span) -> Result<(), Stop> {
        if self.nodes > MAX_NODES || self.kept > MAX_NODES {
            let message = format!("more than {MAX_NODES} values once aliases are expanded");
            return self.stop(span, &message, "do not nest aliases in anchored values");
        }
        Ok(())
    }

    fn alias(&mut self, id: usize, (span, depth): (Span, usize)) -> Result<Node, Stop> {
        let Some(Anchored { node, size, height }) = self.anchors.get(&id) else {
            return self.stop(span, "an alias inside its own anchor", "a value cannot hold itself");
        };
        self.nodes += size - 1;
        self.deepest = depth + height;
        let node = node.clone();
        self.within_depth(self.deepest, span)?;
        self.within_budget(span)?;
        Ok(node)
    }

    fn scalar(&self, text: &str, style: ScalarStyle, span: Span) -> Node {
        let value = if style == ScalarStyle::Plain { plain(text) } else { NodeValue::Text(text.to_owned()) };
        let written = self.text.get(span.start..span.end).unwrap_or("");
        let quoted = matches!(style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted);
        let text_at = match style {
            ScalarStyle::Plain if written == text => Some(span.start),
            _ if quoted && written.get(1..written.len().saturating_sub(1)) == Some(text) => {
                Some(span.start + 1)
            }
            _ => None,
        };
        Node { span, value, text_at }
    }

    fn list(&mut self, start: Span, depth: usize) -> Result<Node, Stop> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                Some((Event::SequenceEnd, end)) => {
                    return Ok(Node::new(self.covering(start, end), NodeValue::List(items)));
                }
                Some(step) => items.push(self.node(step, depth + 1)?),
                None => return self.stop(start, "a list without an end", "close it"),
            }
        }
    }

    fn map(&mut self, start: Span, flow: bool, depth: usize) -> Result<Node, Stop> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut seen = SeenKeys::default();
        loop {
            let (key, key_span) = match self.next()? {
                Some((Event::MappingEnd, end)) => {
                    return Ok(Node::new(self.covering(start, end), NodeValue::Map(entries)));
                }
                Some(step) => self.key(step, depth)?,
                None => return self.stop(start, "a map without an end", "close it"),
            };
            let Some(step) = self.next()? else {
                return self.stop(key_span, "a key without a value", "write a value");
            };
            let empty =
                matches!(&step.0, Event::Scalar(_, ScalarStyle::Plain, ..)) && step.1.start == step.1.end;
            let value = self.node(step, depth + 1)?;
            let Some(key) = key else { continue };
            if let Some(first) = seen.first(&key, &entries) {
                let error = invalid(key_span, format!("`{key}` stands here twice"), "keep one of them");
                self.found.push(error.secondary(first, "first here"));
                continue;
            }
            let bare = flow && empty && !self.followed_by_colon(key_span);
            entries.push(Entry { key, key_span, value, bare });
        }
    }

    /// A map's span ends behind its last character, not at the start of the next line.
    fn covering(&self, start: Span, end: Span) -> Span {
        let covered = self.text.get(start.start..end.end.max(start.start)).unwrap_or("");
        Span { end: start.start + covered.trim_end().len(), ..start }
    }

    fn followed_by_colon(&self, key: Span) -> bool {
        self.text.get(key.end..).is_some_and(|rest| rest.trim_start().starts_with(':'))
    }

    /// The text of a key; `None` for a refused one.
    fn key(&mut self, step: Step<'t>, depth: usize) -> Result<(Option<String>, Span), Stop> {
        let node = self.node(step, depth + 1)?;
        let span = node.span;
        let key = match node.value {
            NodeValue::Text(text) if text == "<<" && node.text_at == Some(span.start) => {
                let help =
                    "write the members out, or use a shape or a view; merge keys are gone from YAML 1.2";
                self.found.push(invalid(span, "merge keys are not part of contracts", help));
                None
            }
            NodeValue::Text(text) => Some(text),
            // A status, an option's word: they read the same as text.
            NodeValue::Integer(_) | NodeValue::Bool(_) => {
                Some(self.text.get(span.start..span.end).unwrap_or("").to_owned())
            }
            _ => {
                let message = format!("a key must be text, this is {}", node.describe());
                self.found.push(invalid(span, message, "quote it"));
                None
            }
        };
        Ok((key, span))
    }
}

#[cfg(test)]
mod tests;
