//! What the parts of a reply and the inputs of a binding read: lints look at it, nothing at run time does.

use super::binding::BindingSource;
use super::render::Filling;
use super::trace::{InputTrace, ReplyPart, ReplyTrace};
use super::walk::paths;
use super::written::{Argument, Parts};
use crate::names::is_parameter;
use crate::template::Template;

/// Views may use views; deeper than this nobody looks.
const DEEPEST: u8 = 4;

impl Filling<'_, '_, '_> {
    /// Where the reply was written, and what its parts read.
    pub(super) fn traced(&self) -> ReplyTrace {
        let mut reads = Vec::new();
        let own = &self.source.parts;
        let shape = self.shape.map(|shape| &shape.parts);
        for (part, template) in parts(own) {
            self.of_reply(template, &part, &mut reads);
        }
        for (part, template) in shape.into_iter().flat_map(parts) {
            if !parts(own).iter().any(|(written, _)| *written == part) {
                self.of_shape(template, &part, &mut reads);
            }
        }
        let shape = self.shape.map(|shape| shape.name.clone());
        let guard = self.source.when.iter().flat_map(|ast| ast.paths().into_iter().map(<[String]>::to_vec));
        ReplyTrace { span: self.source.span, shape, reads, guard: guard.collect() }
    }

    fn of_reply(&self, template: &Template, part: &ReplyPart, reads: &mut Vec<(ReplyPart, Vec<String>)>) {
        for path in paths(template) {
            self.path(path, part, DEEPEST, reads);
        }
    }

    /// A parameter reads what its argument reads.
    fn of_shape(&self, template: &Template, part: &ReplyPart, reads: &mut Vec<(ReplyPart, Vec<String>)>) {
        for path in paths(template) {
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
    fn path(
        &self,
        path: Vec<String>,
        part: &ReplyPart,
        depth: u8,
        reads: &mut Vec<(ReplyPart, Vec<String>)>,
    ) {
        let view = match path.as_slice() {
            [first, name, ..] if first == "view" && depth > 0 => {
                self.place.shared.facts.views.iter().find(|view| view.name == *name)
            }
            _ => None,
        };
        match view {
            Some(view) => {
                paths(&view.template).into_iter().for_each(|path| self.path(path, part, depth - 1, reads));
            }
            None => reads.push((part.clone(), path)),
        }
    }
}

/// The templates of a reply or a shape.
fn parts(parts: &Parts) -> Vec<(ReplyPart, &Template)> {
    let mut all = Vec::new();
    all.extend(parts.reason.as_ref().map(|reason| (ReplyPart::Reason, reason)));
    for header in &parts.headers {
        let name = header.name.to_ascii_lowercase();
        all.extend(header.value.as_ref().map(|value| (ReplyPart::Header(name), value)));
    }
    all.extend(parts.body.as_ref().map(|body| (ReplyPart::Body, body)));
    all
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
