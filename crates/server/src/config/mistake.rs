//! What is wrong in a configuration, where it is, and how it is shown: like the diagnostics of a contract, but a line
//! that may hold a secret is not printed.

use super::section::SECTIONS;
use crate::start_error::StartError;
use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use serde_json::{Value, json};
use std::ops::Range;

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// These bytes of the file.
    File(Range<usize>),
    /// This environment variable.
    Variable(String),
    /// This argument of the command line.
    Argument(&'static str),
    /// Nobody said anything: the default.
    Default,
}

/// The configuration file as it was read.
#[derive(Clone, Debug, Default)]
pub struct Source {
    /// Its name as it was given.
    pub name: String,
    /// Its text.
    pub text: String,
}

impl Source {
    /// Line and column of a byte, both from 1; columns count characters.
    fn position(&self, at: usize) -> (usize, usize) {
        let before = self.text.get(..at).unwrap_or(&self.text);
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        (line, before.get(start..).unwrap_or("").chars().count() + 1)
    }

    /// A place in a few words: `doorward.toml:7`, a variable, an argument, `default`.
    #[must_use]
    pub fn words(&self, place: &Place) -> String {
        match place {
            Place::File(at) => format!("{}:{}", self.name, self.position(at.start).0),
            Place::Variable(name) => name.clone(),
            Place::Argument(name) => (*name).to_owned(),
            Place::Default => "default".to_owned(),
        }
    }

    /// A place for programs.
    #[must_use]
    pub fn json(&self, place: &Place) -> Value {
        match place {
            Place::File(at) => {
                let (line, column) = self.position(at.start);
                json!({"file": self.name, "line": line, "column": column})
            }
            Place::Variable(name) => json!({"variable": name}),
            Place::Argument(name) => json!({"argument": name}),
            Place::Default => json!("default"),
        }
    }

    /// Whether the lines of a place must not be shown: they name something that is secret.
    fn hides(&self, at: &Range<usize>) -> bool {
        let start = self.text.get(..at.start).unwrap_or("").rfind('\n').map_or(0, |newline| newline + 1);
        self.names_a_secret(start, at.end)
    }

    /// The same of what cannot be read as TOML: from the header above on, whatever is on those lines.
    pub(super) fn hides_below_header(&self, at: &Range<usize>) -> bool {
        let before = self.text.get(..at.start).unwrap_or("");
        self.names_a_secret(before.rfind("\n[").unwrap_or(0), at.end)
    }

    /// Whether a secret member is named from a place to the end of another's line.
    fn names_a_secret(&self, start: usize, end: usize) -> bool {
        let end = self.text.get(end..).and_then(|rest| rest.find('\n')).map_or(self.text.len(), |n| end + n);
        let lines = self.text.get(start..end).unwrap_or("");
        let members = || SECTIONS.iter().flat_map(|section| section.members);
        // A member whose name only resembles a secret's, such as `password_min_length`.
        let harmless = |key: &str| members().any(|member| member.name == key && !member.kind.is_secret());
        let secret = |line: &str| {
            let line =
                line.split_once('=').filter(|(key, _)| harmless(key.trim())).map_or(line, |(_, value)| value);
            members().filter(|member| member.kind.is_secret()).any(|member| line.contains(member.name))
        };
        lines.lines().any(secret)
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Where.
    pub place: Place,
    /// What, in one sentence without a full stop.
    pub said: String,
    /// What to do about it.
    pub help: Vec<String>,
    /// Whether the lines it is about must not be shown: a secret may stand there.
    pub hidden: bool,
}

impl Mistake {
    /// This is wrong at this place.
    #[must_use]
    pub fn new(place: &Place, said: impl Into<String>) -> Mistake {
        Mistake { place: place.clone(), said: said.into(), help: Vec::new(), hidden: false }
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Mistake {
        self.help.push(help.into());
        self
    }

    /// Never shows the lines it is about.
    #[must_use]
    pub(super) fn hidden(self) -> Mistake {
        Mistake { hidden: true, ..self }
    }

    fn render(&self, source: &Source, renderer: &Renderer) -> String {
        let said = match &self.place {
            Place::Variable(name) if !self.said.contains(name.as_str()) => format!("{name}: {}", self.said),
            Place::Argument(name) => format!("{name}: {}", self.said),
            _ => self.said.clone(),
        };
        let help = self.help.iter().map(|help| Level::HELP.message(help.as_str()));
        let title = Level::ERROR.primary_title(&*said);
        let Place::File(at) = &self.place else { return renderer.render(&[title.elements(help)]) };
        if self.hidden || source.hides(at) {
            let (line, column) = source.position(at.start);
            let origin = annotate_snippets::Origin::path(&*source.name).line(line).char_column(column);
            return renderer.render(&[title.element(origin).elements(help)]);
        }
        let text = &source.text;
        let start = text.floor_char_boundary(at.start.min(text.len()));
        let end = text.ceil_char_boundary(at.end.min(text.len())).max(start);
        let primary = AnnotationKind::Primary.span(start..end);
        let snippet = Snippet::source(text).path(&*source.name).annotation(primary);
        renderer.render(&[title.element(snippet).elements(help)])
    }

    fn json(&self, source: &Source) -> Value {
        let place = source.json(&self.place);
        let mut object = json!({"severity": "error", "message": self.said, "help": self.help});
        if let (Some(object), Value::Object(place)) = (object.as_object_mut(), place) {
            object.extend(place);
        }
        object
    }
}

/// All of them as one error: file by file order first, then what variables and arguments say.
#[must_use]
pub fn refusal(mut mistakes: Vec<Mistake>, source: &Source) -> StartError {
    let rank = |mistake: &Mistake| match &mistake.place {
        Place::File(at) => (0, at.start),
        Place::Variable(_) => (1, 0),
        Place::Argument(_) => (2, 0),
        Place::Default => (3, 0),
    };
    mistakes.sort_by_key(rank);
    mistakes.dedup();
    let sentence = match mistakes.len() {
        1 => format!("the configuration {} has an error", source.name),
        count => format!("the configuration {} has {count} errors", source.name),
    };
    let renderer = Renderer::plain();
    let rendered: Vec<String> = mistakes.iter().map(|mistake| mistake.render(source, &renderer)).collect();
    let found = mistakes.iter().map(|mistake| mistake.json(source)).collect();
    StartError::new(sentence).with_diagnostics(rendered.join("\n\n"), found)
}
