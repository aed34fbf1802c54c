//! A contract as it is usually written: the same document with tidier lines.
//!
//! Modest on purpose. Every step is held against the document that was read before it, and what a step would change
//! is left as it was; so is what no step can improve, such as a long text.

mod blank;
mod flow;
mod indent;
mod layout;
mod line;
mod wrap;

use crate::diagnostic::Diagnostic;
use crate::source::{Node, NodeValue, Sources, parse};
use layout::Layout;

/// Lines longer than this are wrapped where that is possible.
pub const LONGEST_LINE: usize = 120;

/// The text of a contract, formatted.
///
/// # Errors
/// It is no YAML: what is wrong, and where.
pub fn format(name: &str, text: &str) -> Result<String, (Sources, Vec<Diagnostic>)> {
    let mut sources = Sources::new();
    let document = match parse(&mut sources, name, text) {
        Ok(document) => document,
        Err(found) => return Err((sources, found)),
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // JSON has formatters of its own, and what is empty has nothing to format.
    if text.trim_start().starts_with('{') || document.is_null() {
        return Ok(text.to_owned());
    }
    let mut formatter = Formatter { document, text: text.to_owned() };
    formatter.whole(|layout| layout.text().replace("\r\n", "\n"));
    formatter.lines(|line| line.trim_end_matches([' ', '\t']).to_owned());
    formatter.whole(indent::indented);
    formatter.lines(flow::spaced);
    formatter.wrapped();
    formatter.whole(blank::separated);
    Ok(formatter.text)
}

struct Formatter {
    /// What was read at first.
    document: Node,
    /// What it looks like by now.
    text: String,
}

impl Formatter {
    fn layout(&self) -> Option<Layout> {
        Layout::of(&self.text)
    }

    /// Takes the new text if it says the same.
    fn take(&mut self, text: String) -> bool {
        if text == self.text {
            return false;
        }
        let read = parse(&mut Sources::new(), "", &text);
        let same = read.is_ok_and(|read| says_the_same(&read, &self.document));
        if same {
            self.text = text;
        }
        same
    }

    fn whole(&mut self, step: impl Fn(&Layout) -> String) {
        if let Some(layout) = self.layout() {
            self.take(step(&layout));
        }
    }

    /// A step on single lines: all at once, or one by one where that would say something else.
    fn lines(&mut self, step: impl Fn(&str) -> String) {
        let Some(layout) = self.layout() else { return };
        let changed =
            |at: usize| if layout.continues(at) { layout.line(at).to_owned() } else { step(layout.line(at)) };
        let mut lines: Vec<String> = (0..layout.count()).map(changed).collect();
        if self.take(lines.join("\n")) || lines.join("\n") == self.text {
            return;
        }
        let wanted =
            std::mem::replace(&mut lines, (0..layout.count()).map(|at| layout.line(at).to_owned()).collect());
        for (at, line) in wanted.into_iter().enumerate() {
            let Some(place) = lines.get_mut(at) else { continue };
            if *place == line {
                continue;
            }
            let before = std::mem::replace(place, line);
            if !self.take(lines.join("\n"))
                && let Some(place) = lines.get_mut(at)
            {
                *place = before;
            }
        }
    }

    /// Wraps long lines as long as one can be wrapped.
    fn wrapped(&mut self) {
        let mut at = 0;
        while let Some(layout) = self.layout().filter(|layout| at < layout.count()) {
            let line = layout.line(at);
            let wrapped = if layout.continues(at) || line.chars().count() <= LONGEST_LINE {
                None
            } else {
                wrap::wrapped(line)
            };
            let took = wrapped.is_some_and(|wrapped| {
                let mut lines: Vec<String> =
                    (0..layout.count()).map(|at| layout.line(at).to_owned()).collect();
                lines.splice(at..=at, wrapped);
                self.take(lines.join("\n"))
            });
            // What was wrapped is looked at again: a member of it may still be too long.
            at += usize::from(!took);
        }
    }
}

/// Whether two documents differ in nothing but where things stand.
#[must_use]
pub fn says_the_same(one: &Node, other: &Node) -> bool {
    match (&one.value, &other.value) {
        (NodeValue::List(one), NodeValue::List(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| says_the_same(one, other))
        }
        (NodeValue::Map(one), NodeValue::Map(other)) => {
            one.len() == other.len()
                && one.iter().zip(other).all(|(one, other)| {
                    one.key == other.key && one.bare == other.bare && says_the_same(&one.value, &other.value)
                })
        }
        (NodeValue::Float(one), NodeValue::Float(other)) => one.to_bits() == other.to_bits(),
        (one, other) => one == other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn formatted(text: &str) -> String {
        let once = format("t", text).unwrap_or_else(|(_, found)| panic!("{found:#?}"));
        let twice = format("t", &once).unwrap_or_else(|(_, found)| panic!("{found:#?}"));
        assert_eq!(once, twice, "stable");
        once
    }

    #[test]
    fn indentation_spaces_and_ends() {
        let text = "a:   1  \r\nb:\n     c: { x: 1 ,y: [ 2,3 ] }   # why\n     # about d\n     d:\n       - e: 1\n         f: 2\n\n\n\ng: x";
        let tidy = "a: 1\nb:\n  c: {x: 1, y: [2, 3]}      # why\n  # about d\n  d:\n    - e: 1\n      f: 2\n\ng: x\n";
        assert_eq!(formatted(text), tidy);
    }

    #[test]
    fn texts_stay_as_they_are() {
        let text = "a: |\n  x  \n    { y ,z }\n\n\n  z\nb: 'it  is: { a ,b }'\nc: a  b{c ,d}\nd: \"x\n  y   z\"\ne: it's {  # not\n";
        assert_eq!(formatted(text), text);
    }

    #[test]
    fn long_collections_become_blocks() {
        let many =
            |n: usize| (0..n).map(|n| format!("name{n}: [a, \"b, c\"]")).collect::<Vec<_>>().join(", ");
        let text = format!("top:\n  replies: &r {{{}}}  # why\nlast: *r\n", many(8));
        let tidy = formatted(&text);
        assert!(
            tidy.starts_with("top:\n  # why\n  replies: &r\n    name0: [a, \"b, c\"]\n    name1: "),
            "{tidy}"
        );
        assert!(tidy.lines().all(|line| line.len() <= LONGEST_LINE));
        let text = format!("a:\n  - {{{}}}\n", many(8));
        assert!(formatted(&text).starts_with("a:\n  - name0: [a, \"b, c\"]\n    name1: "));
        let long = format!("a: {}\n", "word ".repeat(40).trim_end());
        assert_eq!(formatted(&long), long, "a long text stays");
    }

    #[test]
    fn sections_and_paths_stand_apart() {
        let text = "openapi: 3.1.0\nx-doorward:\n  a: 1\n# all of them\npaths:\n  /a:\n    get: 1\n  # why\n  /b:\n    get: 1\n";
        let tidy = "openapi: 3.1.0\n\nx-doorward:\n  a: 1\n\n# all of them\npaths:\n  /a:\n    get: 1\n\n  # why\n  /b:\n    get: 1\n";
        assert_eq!(formatted(text), tidy);
    }

    #[test]
    fn json_and_what_is_broken_is_left_alone() {
        assert_eq!(formatted("{\"a\" : 1}"), "{\"a\" : 1}");
        assert!(format("t", "a: [").is_err());
    }
}
