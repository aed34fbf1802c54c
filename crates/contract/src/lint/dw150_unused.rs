//! DW150: what nothing uses was meant for something.

use super::mailed::{By, mails};
use super::subject::Subject;
use super::{Findings, Lint};
use crate::diagnostic::codes;
use crate::plan::{InputTarget, Reply};
use crate::source::{Node, NodeValue};
use doorward_core::code::Purpose;

pub(super) static LINT: Lint = Lint { code: codes::UNUSED, check };

/// What makes an operation mail links.
const MAILS_LINKS: &str = "actions that send codes mail links by `options: {by: link}` (`register` by `verify: link`); what has neither mails codes";

fn check(subject: &Subject<'_>, found: &mut Findings) {
    for (name, span, _) in subject.trace.views.iter().filter(|(_, _, used)| used.is_none()) {
        found.at(*span, format!("nothing uses the view `{name}`"));
    }
    for (name, span, _) in subject.trace.shapes.iter().filter(|(_, _, used)| !used) {
        found.at(*span, format!("nothing uses the shape `{name}`"));
    }
    cookies(subject, found);
    schemes(subject, found);
    texts(subject, found);
    links(subject, found);
}

/// Links that no operation mails, and mails that read one.
fn links(subject: &Subject<'_>, found: &mut Findings) {
    let mailed = |purpose: &Purpose| mails(subject, *purpose, By::Link);
    let plan = &subject.plan.mails;
    for purpose in plan.links.keys().filter(|purpose| !mailed(purpose)) {
        let name = purpose.name();
        let message = format!("no operation mails a link for `{name}`");
        found.with_help(subject.at(&["links", name]), message, MAILS_LINKS);
    }
    for purpose in plan.link_purposes.keys().filter(|purpose| !mailed(purpose)) {
        let name = purpose.name();
        let message = format!("this mail reads `link`, and no operation mails one for `{name}`");
        found.with_help(subject.at(&["mails", name]), message, MAILS_LINKS);
    }
}

fn cookies(subject: &Subject<'_>, found: &mut Findings) {
    for (index, cookie) in subject.plan.cookies.iter().enumerate() {
        let in_reply = |reply: &Reply| reply.set_cookies.contains(&index);
        let renewed = subject.plan.renew.iter().any(|renew| renew.set_cookies.contains(&index));
        let set = subject.bindings().any(|bound| {
            let mut replies = bound.binding.replies.entries.iter().flat_map(|answers| answers.iter());
            replies.any(|guarded| in_reply(&guarded.reply))
        });
        if !renewed && !set {
            found.at(
                subject.at(&["cookies", &cookie.name]),
                format!("nothing sets the cookie `{}`", cookie.name),
            );
        }
    }
}

fn schemes(subject: &Subject<'_>, found: &mut Findings) {
    let asked = |index: usize| {
        let securities = subject.bindings().filter_map(|bound| bound.binding.security.as_ref());
        let mut inputs = subject.bindings().flat_map(|bound| &bound.binding.inputs);
        securities.flat_map(|security| &security.alternatives).any(|schemes| schemes.contains(&index))
            || inputs.any(|input| input.target == InputTarget::ClientKey(index))
    };
    let written = subject.contract.get("components").and_then(|node| node.get("securitySchemes"));
    for (index, scheme) in subject.plan.schemes.iter().enumerate().filter(|(index, _)| !asked(*index)) {
        // The access token's schemes are where `/verify` and `renew` look as well.
        let elsewhere = scheme.token == "access" || subject.plan.renew.is_some();
        if let Some(entry) = written.and_then(|node| node.entry(&scheme.name)).filter(|_| !elsewhere) {
            found.at(
                entry.key_span,
                format!("no operation asks for the scheme `{}`", subject.plan.schemes[index].name),
            );
        }
    }
}

/// A key is used where an expression names it, or a mail's text is that key.
fn texts(subject: &Subject<'_>, found: &mut Findings) {
    let Some(texts) = subject.section(&["texts"]) else { return };
    let mut written = Vec::new();
    collect(subject.contract, &mut written);
    // A key that is computed may be any of them.
    let computed = written.iter().any(|text| {
        let calls = text.split("text(").skip(1);
        calls.map(str::trim_start).any(|rest| !rest.starts_with(['\'', '"']))
    });
    for entry in texts.entries().iter().filter(|_| !computed) {
        let quoted = [format!("'{}'", entry.key), format!("\"{}\"", entry.key)];
        let used = written
            .iter()
            .any(|text| *text == entry.key || quoted.iter().any(|name| text.contains(name.as_str())));
        if !used {
            found.at(entry.key_span, format!("nothing uses the text `{}`", entry.key));
        }
    }
}

fn collect<'n>(node: &'n Node, found: &mut Vec<&'n str>) {
    match &node.value {
        NodeValue::Text(text) => found.push(text),
        NodeValue::List(items) => items.iter().for_each(|item| collect(item, found)),
        NodeValue::Map(entries) => entries.iter().for_each(|entry| collect(&entry.value, found)),
        _ => {}
    }
}
