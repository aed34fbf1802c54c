//! What became of a file of stories: for people and for programs.

use super::coverage::{Asked, Coverage};
use super::difference::Difference;
use super::own::Answered;
use super::replay::{Ending, Failure, Replay, Told};
use super::story::Stories;
use crate::start_error::StartError;
use doorward_contract::{Sources, Span};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// What became of every story of a contract.
pub struct Report {
    /// Each story's name, where it is, and what became of it.
    pub told: Vec<(String, Span, Told)>,
    /// What the stories prove; nothing when they were told to somebody else.
    pub coverage: Option<Coverage>,
}

impl Report {
    /// Tells all stories.
    ///
    /// # Errors
    /// The server cannot be started.
    pub async fn make(replay: &Replay<'_>, stories: &Stories, asked: &[Asked]) -> Result<Report, StartError> {
        let mut told = Vec::new();
        for (number, story) in stories.stories.iter().enumerate() {
            told.push((story.name.clone(), story.at, replay.tell(story, number).await?));
        }
        let all = |of: fn(&Told) -> &BTreeSet<Answered>| -> BTreeSet<Answered> {
            told.iter().flat_map(|(_, _, told)| of(told).iter().cloned()).collect()
        };
        let (proved, glanced) = (all(|told| &told.proved), all(|told| &told.glanced));
        let coverage =
            replay.subject.is_doorward().then(|| Coverage::of(asked, (&proved, &glanced), &stories.unproved));
        Ok(Report { told, coverage })
    }

    /// How many stories ended well.
    #[must_use]
    pub fn good(&self) -> usize {
        self.told.iter().filter(|(_, _, told)| matches!(told.ending, Ending::Good)).count()
    }

    /// How many did not.
    #[must_use]
    pub fn bad(&self) -> usize {
        self.told.iter().filter(|(_, _, told)| matches!(told.ending, Ending::Bad(_))).count()
    }

    /// How many were left at a step that only Doorward can do.
    #[must_use]
    pub fn skipped(&self) -> usize {
        self.told.len() - self.good() - self.bad()
    }

    fn spelt_differently(&self) -> usize {
        self.told.iter().map(|(_, _, told)| told.spelt_differently).sum()
    }

    /// The report for people.
    #[must_use]
    pub fn text(&self, file: &str, sources: &Sources) -> String {
        let mut text = String::new();
        let mut shown: Vec<&Failure> = Vec::new();
        for (name, _, told) in &self.told {
            match &told.ending {
                Ending::Good => {}
                // Stories that begin with one setup fail with it: once is enough.
                Ending::Bad(failure) if shown.iter().any(|one| one.is_like(failure)) => {}
                Ending::Bad(failure) => {
                    text.push_str(&failure_text(name, failure, sources));
                    text.push_str(&self.also(name, failure));
                    shown.push(failure);
                }
                Ending::Skipped { at, kind } => {
                    let at = place(*at, sources);
                    text.push_str(&format!(
                        "SKIPPED {name}\n  {at}: from here on; `{kind}` is a step that only Doorward can do\n\n"
                    ));
                }
            }
        }
        text.push_str(&format!("{file}: {}\n", self.summary()));
        if let Some(coverage) = &self.coverage {
            text.push_str(&coverage_text(coverage, sources));
        }
        text
    }

    /// The other stories that fail alike, and the empty line after a failure.
    fn also(&self, name: &str, failure: &Failure) -> String {
        let alike = self.told.iter().filter_map(|(other, _, told)| match &told.ending {
            Ending::Bad(one) if other != name && one.is_like(failure) => Some(other.as_str()),
            _ => None,
        });
        let alike: Vec<&str> = alike.collect();
        match alike.len() {
            0 => "\n".to_owned(),
            count => format!(
                "  in the same step also {}: {}\n\n",
                many(count, "story fails", "stories fail"),
                alike.join("; ")
            ),
        }
    }

    fn summary(&self) -> String {
        let steps: usize = self.told.iter().map(|(_, _, told)| told.steps).sum();
        let mut parts = vec![format!("{} good", many(self.good(), "story", "stories"))];
        if self.bad() > 0 {
            parts.push(format!("{} bad", self.bad()));
        }
        if self.skipped() > 0 {
            parts.push(format!("{} SKIPPED from a step on that only Doorward can do", self.skipped()));
        }
        parts.push(many(steps, "step", "steps"));
        if self.spelt_differently() > 0 {
            let replies = many(self.spelt_differently(), "reply", "replies");
            parts.push(format!("{replies} with other spaces or escapes in JSON"));
        }
        parts.join(", ")
    }

    /// The report for programs.
    #[must_use]
    pub fn json(&self, file: &str, sources: &Sources) -> Value {
        let story = |(name, at, told): &(String, Span, Told)| {
            let mut story = json!({"story": name, "at": span_json(*at, sources), "steps": told.steps});
            let (ending, more) = match &told.ending {
                Ending::Good => ("good", Value::Null),
                Ending::Bad(failure) => ("bad", failure_json(failure, sources)),
                Ending::Skipped { at, kind } => {
                    ("skipped", json!({"at": span_json(*at, sources), "kind": kind}))
                }
            };
            story["ending"] = json!(ending);
            if !more.is_null() {
                story["because"] = more;
            }
            story
        };
        let coverage = self.coverage.as_ref().map(|coverage| {
            json!({"asked": coverage.asked, "proved": coverage.proved(),
                "left_out": coverage.excused,
                "left_out_in_vain": coverage.idle.iter().map(|(reply, _)| reply).collect::<Vec<_>>(),
                "unseen": coverage.unseen.iter().map(reply).collect::<Vec<_>>(),
                "body_not_looked_at": coverage.glanced.iter().map(reply).collect::<Vec<_>>()})
        });
        json!({"file": file, "good": self.good(), "bad": self.bad(), "skipped": self.skipped(),
            "written_differently": self.spelt_differently(),
            "stories": self.told.iter().map(story).collect::<Vec<_>>(), "coverage": coverage})
    }
}

fn many(count: usize, one: &str, more: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { more })
}

fn place(at: Span, sources: &Sources) -> String {
    let (line, column) = sources.position(at);
    format!("{}:{line}:{column}", sources.name(at.source))
}

fn failure_text(name: &str, failure: &Failure, sources: &Sources) -> String {
    let mut text = format!("FAILED {name}\n  {}: {}\n", place(failure.at, sources), failure.what);
    for difference in &failure.differences {
        let (line, _) = sources.position(difference.at);
        let said = difference.text().replacen('\n', &format!(" (line {line})\n"), 1);
        text.push_str(&indented(&said));
    }
    failure.notes.iter().for_each(|note| text.push_str(&indented(note)));
    text
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}\n")).collect()
}

fn coverage_text(coverage: &Coverage, sources: &Sources) -> String {
    let mut text = format!("  {} of {} replies are proved", coverage.proved(), coverage.asked);
    if coverage.excused > 0 {
        text.push_str(&format!(", {} left out with a reason", coverage.excused));
    }
    text.push('\n');
    let mut list = |what: &str, replies: &[Answered]| {
        let same =
            |one: &Answered, other: &Answered| (&one.method, &one.route) == (&other.method, &other.route);
        for operation in replies.chunk_by(same) {
            let outcomes: Vec<&str> = operation.iter().map(|one| one.outcome.as_str()).collect();
            let Some(Answered { method, route, .. }) = operation.first() else { continue };
            text.push_str(&format!("  {what}: {method} {route} {}\n", outcomes.join(", ")));
        }
    };
    list("no story sees", &coverage.unseen);
    list("no story looks at the body of", &coverage.glanced);
    for (reply, at) in &coverage.idle {
        let at = place(*at, sources);
        text.push_str(&format!(
            "  {at}: `{reply}` is proved, or is no reply that is asked for: take it out\n"
        ));
    }
    text
}

fn reply(answered: &Answered) -> Value {
    json!({"method": answered.method, "path": answered.route, "outcome": answered.outcome})
}

fn span_json(at: Span, sources: &Sources) -> Value {
    let (line, column) = sources.position(at);
    json!({"file": sources.name(at.source), "line": line, "column": column})
}

fn failure_json(failure: &Failure, sources: &Sources) -> Value {
    let difference = |difference: &Difference| {
        json!({"at": span_json(difference.at, sources), "what": difference.what,
            "position": difference.position(), "expected": difference.expected, "actual": difference.actual,
            "members": difference.members})
    };
    json!({"at": span_json(failure.at, sources), "step": failure.what, "notes": failure.notes,
        "differences": failure.differences.iter().map(difference).collect::<Vec<_>>()})
}
