//! What the parts of a reply and the inputs of a binding read: lints look at it, nothing at run time does.

use super::binding::BindingSource;
use super::render::Filling;
use super::trace::{InputTrace, ReplyPart, ReplyTrace};
use super::walk::{paths, shown};
use super::written::{Argument, Parts};
use crate::names::is_parameter;
use crate::template::{Part, Template, TemplateKind};
use std::borrow::Cow;

/// Views may use views; deeper than this nobody looks.
const DEEPEST: u8 = 4;

/// What is read, as one way of walking sees it.
struct Reads {
    walk: fn(&Template) -> Vec<Vec<String>>,
    found: Vec<(ReplyPart, Vec<String>)>,
}

impl Filling<'_, '_, '_> {
    /// Where the reply was written, and what its parts read.
    pub(super) fn traced(&self) -> ReplyTrace {
        let reads = self.read_by(paths);
        let shows = self.read_by(shown).into_iter().map(|(_, path)| path).collect();
        let shape = self.shape.map(|shape| shape.name.clone());
        let guard = self.source.when.iter().flat_map(|ast| ast.paths().into_iter().map(<[String]>::to_vec));
        ReplyTrace { span: self.source.span, shape, reads, shows, guard: guard.collect() }
    }

    fn read_by(&self, walk: fn(&Template) -> Vec<Vec<String>>) -> Vec<(ReplyPart, Vec<String>)> {
        let mut reads = Reads { walk, found: Vec::new() };
        let own = parts(&self.source.parts);
        for (part, template) in &own {
            self.of_reply(template, part, &mut reads);
        }
        for (part, template) in self.shape.into_iter().flat_map(|shape| parts(&shape.parts)) {
            if !own.iter().any(|(written, _)| *written == part) {
                self.of_shape(&template, &part, &mut reads);
            }
        }
        reads.found
    }

    fn of_reply(&self, template: &Template, part: &ReplyPart, reads: &mut Reads) {
        for path in (reads.walk)(template) {
            self.path(path, part, DEEPEST, reads);
        }
    }

    /// A parameter reads what its argument reads.
    fn of_shape(&self, template: &Template, part: &ReplyPart, reads: &mut Reads) {
        for path in (reads.walk)(template) {
            let parameter = path.first().filter(|name| is_parameter(name)).cloned();
            match parameter.map(|name| self.argument(&name)) {
                None => self.path(path, part, DEEPEST, reads),
                Some(Some(argument)) => self.of_reply(&argument.value, part, reads),
                Some(None) => {}
            }
        }
    }

    /// What stands for a parameter of the shape.
    pub(super) fn argument(&self, parameter: &str) -> Option<&Argument> {
        let given = self.source.arguments.iter().find(|given| given.name == *parameter);
        let own = || self.shape.and_then(|shape| shape.with.iter().find(|known| known.name == *parameter));
        given.or_else(|| self.place.default(parameter)).or_else(own)
    }

    /// A view reads what it is made of.
    fn path(&self, path: Vec<String>, part: &ReplyPart, depth: u8, reads: &mut Reads) {
        let view = match path.as_slice() {
            [first, name, ..] if first == "view" && depth > 0 => {
                self.place.shared.facts.views.iter().find(|view| view.name == *name)
            }
            _ => None,
        };
        match view {
            Some(view) => {
                let below = (reads.walk)(&view.template);
                below.into_iter().for_each(|path| self.path(path, part, depth - 1, reads));
            }
            None => reads.found.push((part.clone(), path)),
        }
    }
}

/// The templates of a reply or a shape.
fn parts(parts: &Parts) -> Vec<(ReplyPart, Cow<'_, Template>)> {
    let mut all = Vec::new();
    all.extend(parts.reason.as_ref().map(|reason| (ReplyPart::Reason, Cow::Borrowed(reason))));
    for header in &parts.headers {
        let name = header.name.to_ascii_lowercase();
        let Some(value) = &header.value else { continue };
        match fragment(value).filter(|_| name == "location") {
            Some((url, fragment)) => {
                all.push((ReplyPart::Header(name), Cow::Owned(url)));
                all.push((ReplyPart::Fragment, Cow::Owned(fragment)));
            }
            None => all.push((ReplyPart::Header(name), Cow::Borrowed(value))),
        }
    }
    all.extend(parts.body.as_ref().map(|body| (ReplyPart::Body, Cow::Borrowed(body))));
    all
}

/// A URL up to its fragment, and the fragment, where a `#` is written in it.
fn fragment(url: &Template) -> Option<(Template, Template)> {
    let TemplateKind::Text(parts) = &url.kind else { return None };
    let at = parts.iter().position(|part| matches!(part, Part::Constant(text) if text.contains('#')))?;
    let (before, after) = parts.split_at(at);
    let of = |parts: &[Part]| Template { span: url.span, kind: TemplateKind::Text(parts.to_vec()) };
    Some((of(before), of(after)))
}

impl BindingSource {
    /// What feeds each input.
    pub(super) fn input_traces(&self) -> Vec<InputTrace> {
        let trace = |input: &super::input::InputSource| InputTrace {
            target: input.target.clone(),
            span: input.span,
            reads: paths(&input.template),
        };
        self.inputs.iter().map(trace).collect()
    }

    /// What its guard and its checks read.
    pub(super) fn guard_reads(&self) -> Vec<Vec<String>> {
        let guards = self.checks.iter().map(|check| &check.that).chain(&self.when);
        guards.flat_map(|ast| ast.paths()).map(<[String]>::to_vec).collect()
    }
}
