//! Texts that name other texts: which they name, that none leads back to itself, and what they read in the end.

use super::members::Reader;
use super::texts::{Library, WrittenText};
use crate::diagnostic::{Diagnostic, codes};
use crate::expression::{Ast, AstKind, MAX_DEPTH};
use crate::source::Span;
use crate::template::{Part, Template, TemplateKind};
use std::collections::HashMap;

/// Most texts that one text may be put together from, each counted as often as it is named.
const MOST_TEXTS: usize = 500;

/// A text that another one names, and where.
struct Named {
    /// `None` where the key is computed.
    key: Option<String>,
    span: Span,
}

/// What a text amounts to once those that it names are put in.
#[derive(Clone, Copy)]
struct Whole {
    texts: usize,
    levels: usize,
}

impl WrittenText {
    /// Whether nothing stands in its holes but other texts.
    pub(super) fn reads_nothing(&self) -> bool {
        self.texts.iter().all(|(_, text)| {
            let path = matches!(text.kind, TemplateKind::Path(_));
            !path && holes(text).into_iter().all(|hole| hole.paths().is_empty())
        })
    }

    /// The texts that it names, in any language.
    fn named(&self) -> Vec<Named> {
        let holes = self.texts.iter().flat_map(|(_, text)| holes(text));
        let calls = holes.flat_map(Ast::calls).filter(|call| call.name == "text");
        let mut found = Vec::new();
        for key in calls.flat_map(|call| &call.arguments) {
            keys(key, &mut found);
        }
        found
    }
}

/// The expressions in a text.
fn holes(text: &Template) -> Vec<&Ast> {
    match &text.kind {
        TemplateKind::Expression(ast) => vec![ast],
        TemplateKind::Text(parts) => parts
            .iter()
            .filter_map(|part| if let Part::Hole(ast) = part { Some(ast) } else { None })
            .collect(),
        _ => Vec::new(),
    }
}

/// The constant keys that an argument may come to.
fn keys(argument: &Ast, found: &mut Vec<Named>) {
    match &argument.kind {
        AstKind::Literal(value) => {
            found.push(Named { key: value.as_str().map(str::to_owned), span: argument.span });
        }
        AstKind::Conditional(parts) => {
            let [_, yes, no] = parts.as_ref();
            keys(yes, found);
            keys(no, found);
        }
        _ => found.push(Named { key: None, span: argument.span }),
    }
}

impl Library {
    /// No text leads back to itself, and none grows beyond measure.
    pub(super) fn check_named(&self, reader: &mut Reader) {
        let mut walk = Walk { library: self, known: HashMap::new(), under_way: Vec::new() };
        for (key, _) in &self.written {
            walk.whole(reader, key);
        }
    }

    /// What this text names is read at a place without a request: none of it may read one.
    pub(super) fn check_without_request(&self, reader: &mut Reader, text: &WrittenText, place: &str) {
        for named in text.named() {
            let Some(key) = named.key.filter(|key| self.reads_request(key, MAX_DEPTH)) else { continue };
            let message = format!("the text `{key}` reads the request, and {place} does not");
            let error = Diagnostic::error(codes::UNKNOWN_NAME, named.span, message);
            reader.report(error.help("name a text without holes here, or write its words"));
        }
    }

    fn reads_request(&self, key: &str, levels: usize) -> bool {
        let Some(text) = self.get(key).filter(|_| levels > 0) else { return false };
        let named = || text.named().into_iter().filter_map(|named| named.key);
        !text.reads_nothing() || named().any(|key| self.reads_request(&key, levels - 1))
    }
}

struct Walk<'l> {
    library: &'l Library,
    known: HashMap<&'l str, Whole>,
    /// The keys that lead to the one that is looked at.
    under_way: Vec<&'l str>,
}

impl<'l> Walk<'l> {
    /// What a text amounts to. What is wrong with it is told once; it counts as one text then.
    fn whole(&mut self, reader: &mut Reader, key: &'l str) -> Whole {
        if let Some(known) = self.known.get(key) {
            return *known;
        }
        let mut whole = Whole { texts: 1, levels: 1 };
        let Some(text) = self.library.get(key) else { return whole };
        self.under_way.push(key);
        for named in text.named() {
            let Some(other) = self.other(reader, &named) else { continue };
            let below = self.whole(reader, other);
            let sum = Whole { texts: whole.texts + below.texts, levels: whole.levels.max(below.levels + 1) };
            if sum.texts > MOST_TEXTS || sum.levels > MAX_DEPTH {
                let message = format!(
                    "the text `{key}` is made of more than {MOST_TEXTS} texts, or of {MAX_DEPTH} levels of them"
                );
                let error = Diagnostic::error(codes::LIMIT, named.span, message);
                reader.report(error.help("let fewer texts name each other"));
            } else {
                whole = sum;
            }
        }
        self.under_way.pop();
        self.known.insert(key, whole);
        whole
    }

    /// The text that is named, unless it leads back or is computed.
    fn other(&self, reader: &mut Reader, named: &Named) -> Option<&'l str> {
        let Some(key) = &named.key else {
            let message = "inside a text the key of another one is a constant";
            let error = Diagnostic::error(codes::MAY_FAIL, named.span, message);
            reader.report(error.help("a computed key might lead back here: write `text('key')`"));
            return None;
        };
        if let Some(at) = self.under_way.iter().position(|known| known == key) {
            let circle: Vec<&str> = self.under_way[at..].iter().copied().chain([key.as_str()]).collect();
            let message = format!("the text `{key}` leads back to itself: {}", circle.join(", "));
            let error = Diagnostic::error(codes::TEXTS_IN_A_CIRCLE, named.span, message);
            reader.report(error.help("one of them must do without the others"));
            return None;
        }
        self.library.written.iter().map(|(known, _)| known.as_str()).find(|known| known == key)
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::codes;
    use crate::{Loaded, load};

    fn with(part: &str) -> Loaded {
        let text = format!(
            "openapi: 3.1.0
info: {{title: T, version: '1'}}
x-doorward:
  account: {{identifiers: [email]}}
  shapes: {{failure: {{body: \"${{text('hi')}}\"}}}}
  replies: {{failure: {{}}}}
  {}
paths: {{}}
",
            part.replace('\n', "\n  ")
        );
        load("texts", "texts.yaml", &text, &|_| Err("none".to_owned()))
    }

    fn refused(part: &str) -> Vec<u16> {
        let loaded = with(part);
        assert!(loaded.plan.is_none(), "{part} loads");
        loaded.diagnostics.iter().map(|one| one.code.0).collect()
    }

    #[test]
    fn a_text_that_leads_back_is_refused_once() {
        assert_eq!(refused("texts: {hi: \"${text('hi')}\"}"), [codes::TEXTS_IN_A_CIRCLE.0]);
        let three = "texts: {hi: \"${text('b')}\", b: \"x ${text('c')}\", c: \"${text('hi')} y\"}";
        assert_eq!(refused(three), [codes::TEXTS_IN_A_CIRCLE.0]);
        let chosen = "texts: {hi: \"${text(request.ip == 'x' ? 'b' : 'hi')}\", b: B}";
        assert_eq!(refused(chosen), [codes::TEXTS_IN_A_CIRCLE.0]);
        let by_language = "languages: {offered: [en, fr]}\ntexts: {hi: {en: Hi, fr: \"${text('b')}\"}, b: \"${text('hi')}\"}";
        assert_eq!(refused(by_language), [codes::TEXTS_IN_A_CIRCLE.0]);
    }

    #[test]
    fn keys_are_constants_that_are_there() {
        assert_eq!(refused("texts: {hi: \"${text(request.ip) == null ? '' : 'x'}\"}"), [codes::MAY_FAIL.0]);
        assert_eq!(refused("texts: {hi: Hi, b: \"${text('ho')}\"}"), [codes::MISSING_TEXT.0]);
    }

    #[test]
    fn texts_of_texts_do_not_grow_beyond_measure() {
        let doubling: String =
            (0..12).map(|n| format!("t{n}: \"${{text('t{0}')}}${{text('t{0}')}}\", ", n + 1)).collect();
        let long = refused(&format!("texts: {{hi: \"${{text('t0')}}\", {doubling} t12: x}}"));
        assert!(long.iter().all(|code| *code == codes::LIMIT.0), "{long:?}");
        let chain: String = (0..20).map(|n| format!("t{n}: \"${{text('t{}')}}\", ", n + 1)).collect();
        assert_eq!(
            refused(&format!("texts: {{hi: \"${{text('t16')}}\", {chain} t20: x}}"))[0],
            codes::LIMIT.0
        );
    }

    #[test]
    fn what_reads_the_request_stays_out_of_mails_and_rules() {
        let texts = "texts: {hi: Hi, who: \"${request.ip}\", way: \"${text('who')}\"}";
        for part in [
            "mails: {code: {subject: S, text: \"${code} ${text('way')}\"}}",
            "violations: {texts: {required: \"${text('way')}\"}}",
        ] {
            assert_eq!(refused(&format!("{texts}\n{part}")), [codes::UNKNOWN_NAME.0], "{part}");
        }
        let good = with(
            "texts: {hi: Hi, brand: \"B ${text('hi')}\"}\nviolations: {texts: {required: \"${text('brand')}\"}}",
        );
        assert!(good.plan.is_some(), "{:?}", good.diagnostics);
    }
}
