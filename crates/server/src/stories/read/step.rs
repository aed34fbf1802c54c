//! The steps of a story.

use super::exchange::exchange;
use super::reader::Reader;
use crate::stories::order::Order;
use crate::stories::story::{MailWanted, Step, StepKind};
use crate::stories::text::Text;
use doorward_contract::diagnostic::{Diagnostic, codes};
use doorward_contract::{Node, NodeValue};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

const KINDS: [&str; 4] = ["send", "mail", "clock", "operator"];

/// A list of steps.
pub(super) fn steps(reader: &mut Reader, list: &Node) -> Vec<Step> {
    let Some(items) = reader.list(list, "`steps`") else { return Vec::new() };
    let mut steps = Vec::new();
    for node in items.iter().flat_map(each_request) {
        if let Some(kind) = kind(reader, &node) {
            let step = Step { at: node.span, kind };
            reader.known.extend(kept(&step).map(str::to_owned));
            steps.push(step);
        }
    }
    steps
}

/// A step that sends a list of requests is as many steps, alike but for the first line of the request.
fn each_request(node: &Node) -> Vec<Cow<'_, Node>> {
    let lines = node.get("send").map(|send| &send.value);
    let lines = match lines {
        Some(NodeValue::List(lines)) if !lines.is_empty() => lines,
        _ => return vec![Cow::Borrowed(node)],
    };
    let with = |line: &Node| {
        let mut entries = node.entries().to_vec();
        for entry in entries.iter_mut().filter(|entry| entry.key == "send") {
            entry.value = line.clone();
        }
        Cow::Owned(Node::new(line.span, NodeValue::Map(entries)))
    };
    lines.iter().map(with).collect()
}

/// The names that a step keeps.
pub(super) fn kept(step: &Step) -> Box<dyn Iterator<Item = &str> + '_> {
    match &step.kind {
        StepKind::Send(exchange) => Box::new(exchange.keep.iter().map(|keep| keep.name.as_str())),
        StepKind::Mail(mail) => Box::new(mail.keep.iter().map(|(name, _)| name.as_str())),
        StepKind::Clock(_) | StepKind::Operator(_) => Box::new(std::iter::empty()),
    }
}

fn kind(reader: &mut Reader, node: &Node) -> Option<StepKind> {
    if !reader.map(node, "a step") {
        return None;
    }
    let first = node.entries().iter().find(|entry| KINDS.contains(&entry.key.as_str()));
    let Some(first) = first else {
        let message = "this step does nothing known";
        let error = Diagnostic::error(codes::INVALID_DOCUMENT, node.span, message);
        let said = node.entries().first().map_or("", |entry| entry.key.as_str());
        reader
            .found
            .push(error.suggest(said, KINDS).help("a step is `send:`, `mail:`, `clock:` or `operator:`"));
        return None;
    };
    match first.key.as_str() {
        "send" => exchange(reader, node),
        kind => {
            reader.members(node, "this step", &[kind]);
            match kind {
                "mail" => mail(reader, &first.value),
                "clock" => clock(reader, &first.value),
                _ => operator(reader, &first.value),
            }
        }
    }
}

fn mail(reader: &mut Reader, node: &Node) -> Option<StepKind> {
    if !reader.members(node, "`mail`", &["to", "subject", "text", "count", "keep"]) {
        return None;
    }
    let Some(to) = node.get("to") else {
        reader.refuse(codes::INVALID_DOCUMENT, node, "to whom is the mail?", "write `to: ADDRESS`");
        return None;
    };
    let to = reader.sent_text(to, "`to`")?;
    let subject = node.get("subject").and_then(|node| reader.pattern(node, "`subject`"));
    let text = node.get("text").and_then(|node| reader.regex(node, "`text`"));
    let count = node.get("count").and_then(|node| reader.count(node, "`count`"));
    let mut keep = Vec::new();
    if let Some(names) = node.get("keep").filter(|node| reader.map(node, "`keep`")) {
        for entry in names.entries() {
            reader.name(entry);
            if let Some(pattern) = reader.regex(&entry.value, "what is kept of a mail") {
                keep.push((entry.key.clone(), pattern));
            }
        }
    }
    Some(StepKind::Mail(MailWanted { to, subject, text, count, keep }))
}

fn clock(reader: &mut Reader, node: &Node) -> Option<StepKind> {
    let length = node.as_text().and_then(|text| text.strip_prefix('+')).and_then(length);
    if length.is_none() {
        let help = "time only moves forward: `+31s`, `+10m`, `+2h`, `+15d` or `+500ms`";
        reader.refuse(
            codes::WRONG_KIND,
            node,
            "`clock` must be a length of time with a plus before it",
            help,
        );
    }
    length.map(StepKind::Clock)
}

fn length(text: &str) -> Option<Duration> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().ok()?;
    let unit = match unit {
        "ms" => 1,
        "s" => 1000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    number.checked_mul(unit).map(Duration::from_millis)
}

fn operator(reader: &mut Reader, node: &Node) -> Option<StepKind> {
    let order = match node.as_text() {
        Some(line) => short(reader, node, line)?,
        None => long(reader, node)?,
    };
    // Texts whose names are not known yet are texts all the same: the command shows its form.
    if let Err(message) = order.work(&BTreeMap::new()) {
        let help = "the commands are those of `doorward account`: create, lock, unlock, set_password (with `password:`), must_change, delete";
        reader.refuse(codes::INVALID_DOCUMENT, node, message, help);
        return None;
    }
    Some(StepKind::Operator(order))
}

/// `lock a@b.c`
fn short(reader: &mut Reader, node: &Node, line: &str) -> Option<Order> {
    let Some((command, whom)) = line.split_once(' ') else {
        let help = "such as `operator: lock a@b.c`";
        reader.refuse(codes::INVALID_DOCUMENT, node, "a command and an account are expected", help);
        return None;
    };
    let at = node.text_at.map(|begin| begin + command.len() + 1);
    let mut whom = Node::new(node.span, NodeValue::Text(whom.trim().to_owned()));
    whom.text_at = at;
    let account = vec![(None, reader.sent_text(&whom, "the account")?)];
    Some(Order { command: command.to_owned(), account, arguments: Vec::new() })
}

/// `{create: a@b.c, password: secret}`
fn long(reader: &mut Reader, node: &Node) -> Option<Order> {
    if !reader.map(node, "`operator`") {
        return None;
    }
    let (first, rest) = node.entries().split_first()?;
    let mut arguments = Vec::new();
    for entry in rest {
        if let Some(value) = reader.sent(&entry.value) {
            arguments.push((entry.key.clone(), value));
        }
    }
    Some(Order { command: first.key.clone(), account: whom(reader, &first.value)?, arguments })
}

/// An identifier, or a map of kinds to identifiers.
fn whom(reader: &mut Reader, node: &Node) -> Option<Vec<(Option<String>, Text)>> {
    if !node.is_map() {
        return Some(vec![(None, reader.sent_text(node, "the account")?)]);
    }
    let texts = reader.sent_texts(node, "the account");
    Some(texts.into_iter().map(|(kind, text)| (Some(kind), text)).collect())
}
