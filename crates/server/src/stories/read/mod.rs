//! A file of stories from its text, with everything wrong in it named at its place.

mod exchange;
mod reader;
mod step;

use super::story::{Step, Stories, Story};
use super::text::Text;
use doorward_contract::diagnostic::{Diagnostic, codes};
use doorward_contract::source::parse;
use doorward_contract::{Entry, Node, Sources, Span};
use reader::Reader;
use std::collections::{BTreeMap, BTreeSet};

/// The name that every story has from the start: different in each.
pub(super) const UNIQUE: &str = "unique";

/// Reads a file of stories. `file` is what diagnostics call it.
///
/// # Errors
/// Everything that is wrong in it.
pub fn read(sources: &mut Sources, file: &str, text: &str) -> Result<Stories, Vec<Diagnostic>> {
    let root = parse(sources, file, text)?;
    let mut reader = Reader::default();
    let (stories, names, examples) = document(&mut reader, &root);
    let unproved = root.get("unproved").map(|node| unproved(&mut reader, node)).unwrap_or_default();
    let client_keys = root.get("client_keys").map(|node| client_keys(&mut reader, node)).unwrap_or_default();
    if reader.found.is_empty() {
        return Ok(Stories { stories, names, client_keys, examples, unproved });
    }
    reader.found.sort_by_key(|found| found.primary.start);
    Err(reader.found)
}

/// What a story may build on.
struct Shared<'n> {
    names: Vec<(String, Text)>,
    setups: BTreeMap<&'n str, (&'n Node, Vec<Step>, BTreeSet<String>)>,
}

type Document = (Vec<Story>, Vec<(String, Text)>, Vec<Step>);

fn document(reader: &mut Reader, root: &Node) -> Document {
    if !reader.members(root, "a file of stories", &["names", "client_keys", "setups", "stories", "unproved"])
    {
        return Document::default();
    }
    let names = root.get("names").map(|node| constants(reader, node)).unwrap_or_default();
    let mut shared = Shared { names, setups: BTreeMap::new() };
    if let Some(setups) = root.get("setups").filter(|node| reader.map(node, "`setups`")) {
        for setup in setups.entries() {
            // A setup may use what the setups named before it keep: a setup does not say which those are, so
            // its names are asked where a story is put together.
            let steps = reader.free(|reader| step::steps(reader, &setup.value));
            shared.setups.insert(setup.key.as_str(), (&setup.value, steps.0, steps.1));
        }
    }
    let examples = shared.setups.get("examples").map(|(_, steps, _)| steps.clone()).unwrap_or_default();
    let items = match root.get("stories") {
        Some(list) => reader.list(list, "`stories`").unwrap_or_default(),
        None => {
            let help = "write `stories:` and a list of them below it";
            reader.refuse(codes::INVALID_DOCUMENT, root, "there are no stories here", help);
            &[]
        }
    };
    let stories = items.iter().filter_map(|node| story(reader, node, &shared)).collect();
    (stories, shared.names, examples)
}

/// Scheme → the key that a deployment would know it by.
fn client_keys(reader: &mut Reader, node: &Node) -> Vec<(String, String)> {
    if !reader.map(node, "`client_keys`") {
        return Vec::new();
    }
    let keys = node.entries().iter();
    keys.filter_map(|entry| Some((entry.key.clone(), reader.text(&entry.value, "a client key")?.to_owned())))
        .collect()
}

/// `METHOD /path outcome` → why no story proves it; of several outcomes with commas, each.
fn unproved(reader: &mut Reader, node: &Node) -> Vec<(String, Span)> {
    if !reader.map(node, "`unproved`") {
        return Vec::new();
    }
    for entry in node.entries() {
        let why = reader.text(&entry.value, "why a reply is not proved");
        if why.is_some_and(|why| why.trim().is_empty()) {
            reader.refuse(
                codes::INVALID_DOCUMENT,
                &entry.value,
                "why is it not proved?",
                "say it in a sentence",
            );
        }
    }
    node.entries().iter().flat_map(replies).collect()
}

/// The replies that one key names.
fn replies(entry: &Entry) -> Vec<(String, Span)> {
    let alone = || vec![(entry.key.clone(), entry.key_span)];
    let mut words = entry.key.splitn(3, ' ');
    let (Some(method), Some(path), Some(outcomes)) = (words.next(), words.next(), words.next()) else {
        return alone();
    };
    let reply = |outcome: &str| (format!("{method} {path} {}", outcome.trim()), entry.key_span);
    outcomes.split(',').map(reply).collect()
}

/// Names with constant texts, each over those before it.
fn constants(reader: &mut Reader, node: &Node) -> Vec<(String, Text)> {
    let mut names: Vec<(String, Text)> = Vec::new();
    if !reader.map(node, "`names`") {
        return names;
    }
    let mut known = BTreeSet::from([UNIQUE.to_owned()]);
    for entry in node.entries() {
        reader.name(entry);
        reader.known = std::mem::take(&mut known);
        if let Some(text) = reader.sent_text(&entry.value, "a name's value") {
            names.push((entry.key.clone(), text));
        }
        known = std::mem::take(&mut reader.known);
        known.insert(entry.key.clone());
    }
    names
}

fn story(reader: &mut Reader, node: &Node, shared: &Shared<'_>) -> Option<Story> {
    if !reader.members(node, "a story", &["story", "given", "names", "limits", "steps"]) {
        return None;
    }
    let Some(title) = node.get("story") else {
        let help = "begin it with `- story: what it tells`";
        reader.refuse(codes::INVALID_DOCUMENT, node, "this story has no name", help);
        return None;
    };
    let name = reader.text(title, "a story's name")?.to_owned();
    let mut names = shared.names.clone();
    names.extend(node.get("names").map(|node| constants(reader, node)).unwrap_or_default());
    let mut known: BTreeSet<String> = names.iter().map(|(name, _)| name.clone()).collect();
    known.insert(UNIQUE.to_owned());
    let mut steps = Vec::new();
    for given in node.get("given").map(|node| reader.one_or_more(node, "`given`")).unwrap_or_default() {
        let Some(word) = reader.text(given, "the name of a setup") else { continue };
        let Some((_, setup, needs)) = shared.setups.get(word) else {
            let error =
                Diagnostic::error(codes::UNKNOWN_NAME, given.span, format!("there is no setup `{word}`"));
            reader.found.push(
                error.suggest(word, shared.setups.keys().copied()).help("setups stand under `setups:`"),
            );
            continue;
        };
        for need in needs.iter().filter(|need| !known.contains(*need)) {
            let message = format!("the setup `{word}` uses `${{{need}}}`, which nothing before it keeps");
            reader.refuse(
                codes::UNKNOWN_NAME,
                given,
                message,
                "name the setup that keeps it before this one",
            );
        }
        known.extend(setup.iter().flat_map(step::kept).map(str::to_owned));
        steps.extend(setup.iter().cloned());
    }
    let limited = node.get("limits").is_some_and(|node| limits(reader, node));
    reader.known = known;
    match node.get("steps") {
        Some(list) => steps.extend(step::steps(reader, list)),
        None => {
            let help = "list what happens under `steps:`, or leave the story out";
            reader.refuse(codes::INVALID_DOCUMENT, node, "this story has no steps", help);
        }
    }
    Some(Story { name, at: title.span, names, limited, steps })
}

fn limits(reader: &mut Reader, node: &Node) -> bool {
    let word = reader.text(node, "`limits`");
    if word.is_some_and(|word| word != "demo" && word != "none") {
        let help = "`limits: demo` has the budgets of the demo; without it there are none";
        reader.refuse(codes::WRONG_KIND, node, "`limits` is `demo` or `none`", help);
    }
    word == Some("demo")
}

#[cfg(test)]
mod tests;
