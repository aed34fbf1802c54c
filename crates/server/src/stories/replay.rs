//! Telling a story to a server, step by step, until something is not as it should be.

use super::compare::{Compared, Manner, Names, compare, compare_jwt, found, kept};
use super::difference::Difference;
use super::own::{Answered, Own};
use super::request::request;
use super::story::{Exchange, MailWanted, Step, StepKind, Story};
use crate::contracts::Contract;
use crate::start_error::StartError;
use doorward_client::{Address, Client, Heard};
use doorward_contract::Span;
use doorward_mail::Received;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Whom the stories are told to.
#[derive(Clone, Debug)]
pub enum Subject {
    /// A Doorward in this process.
    Doorward,
    /// The backend at this address, which cannot be told the time, and who speaks to it.
    Other(Address, Client),
}

impl Subject {
    /// Whether it is a Doorward in this process.
    #[must_use]
    pub fn is_doorward(&self) -> bool {
        matches!(self, Subject::Doorward)
    }
}

/// What became of a story.
#[derive(Debug)]
pub struct Told {
    /// How it ended.
    pub ending: Ending,
    /// How many of its steps were done.
    pub steps: usize,
    /// The replies of the contract that it has proved.
    pub proved: BTreeSet<Answered>,
    /// The replies that came, but whose body it did not look at.
    pub glanced: BTreeSet<Answered>,
    /// How many replies said the same in other spelling.
    pub spelt_differently: usize,
}

/// How a story ended.
#[derive(Debug)]
pub enum Ending {
    /// Everything was as it should be.
    Good,
    /// Something was not.
    Bad(Failure),
    /// A step is of a kind that this server cannot do; what came before was good.
    Skipped {
        /// The step.
        at: Span,
        /// Its kind.
        kind: &'static str,
    },
}

/// What was not as it should be.
#[derive(Debug)]
pub struct Failure {
    /// The step.
    pub at: Span,
    /// What was done in it.
    pub what: String,
    /// What differs.
    pub differences: Vec<Difference>,
    /// What else helps to understand it.
    pub notes: Vec<String>,
}

impl Failure {
    /// Whether the same step failed in the same things.
    #[must_use]
    pub fn is_like(&self, other: &Failure) -> bool {
        let whats = |one: &Failure| -> Vec<String> {
            one.differences.iter().map(|difference| difference.what.clone()).collect()
        };
        self.at == other.at && whats(self) == whats(other)
    }

    fn new(at: Span, what: impl Into<String>, note: impl Into<String>) -> Failure {
        Failure { at, what: what.into(), differences: Vec::new(), notes: vec![note.into()] }
    }
}

/// What every story of a run shares.
pub struct Replay<'a> {
    /// Whose stories they are.
    pub contract: &'a Contract,
    /// Whom they are told to.
    pub subject: Subject,
    /// The keys that its clients show, by their schemes.
    pub client_keys: &'a [(String, String)],
    /// How many spaces the contract indents JSON by.
    pub indent: u8,
    /// What `${unique}` counts from.
    pub run: u64,
}

impl Replay<'_> {
    /// Tells one story; `number` is its place in its file.
    ///
    /// # Errors
    /// The server cannot be started.
    pub async fn tell(&self, story: &Story, number: usize) -> Result<Told, StartError> {
        let (own, address, client) = match &self.subject {
            Subject::Doorward => {
                let own = Own::start(self.contract, self.client_keys, story.limited).await?;
                let address = own.address();
                (Some(own), address, Client::plain())
            }
            Subject::Other(address, client) => (None, address.clone(), client.clone()),
        };
        let mut names = Names::new();
        names.insert(super::read::UNIQUE.to_owned(), Value::String(unique(self.run, number)));
        for (name, text) in &story.names {
            let value = text.fill(&names);
            names.insert(name.clone(), Value::String(value));
        }
        let manner = Manner { indent: self.indent, to_the_byte: own.is_some() };
        let mut telling = Telling::new(own, (address, client), names, manner);
        let ending = telling.all(&story.steps).await;
        if let Some(own) = telling.own.take() {
            own.stop().await;
        }
        let Telling { steps, proved, glanced, spelt_differently, .. } = telling;
        Ok(Told { ending, steps, proved, glanced, spelt_differently })
    }
}

/// Six digits, different in every story of a run, and hardly ever the same as in another run.
fn unique(run: u64, number: usize) -> String {
    let number = u64::try_from(number).unwrap_or_default();
    format!("{:06}", run.wrapping_mul(1009).wrapping_add(number) % 1_000_000)
}

/// A story that is being told.
struct Telling {
    own: Option<Own>,
    address: Address,
    client: Client,
    names: Names,
    manner: Manner,
    /// How many mails to an address were looked at.
    seen: BTreeMap<String, usize>,
    steps: usize,
    proved: BTreeSet<Answered>,
    glanced: BTreeSet<Answered>,
    spelt_differently: usize,
}

impl Telling {
    fn new(own: Option<Own>, (address, client): (Address, Client), names: Names, manner: Manner) -> Telling {
        Telling {
            own,
            address,
            client,
            names,
            manner,
            seen: BTreeMap::new(),
            steps: 0,
            proved: BTreeSet::new(),
            glanced: BTreeSet::new(),
            spelt_differently: 0,
        }
    }

    async fn all(&mut self, steps: &[Step]) -> Ending {
        for step in steps {
            let done = match (&step.kind, &self.own) {
                (StepKind::Send(exchange), _) => self.send(exchange, step.at).await,
                (StepKind::Clock(length), Some(own)) => {
                    own.pass(*length);
                    Ok(())
                }
                (StepKind::Operator(order), Some(own)) => {
                    let done = own.operate(order, &self.names).await;
                    done.map_err(|said| Failure::new(step.at, format!("operator: {}", order.command), said))
                }
                (StepKind::Mail(wanted), Some(_)) => self.mail(wanted, step.at).await,
                (kind, None) => return Ending::Skipped { at: step.at, kind: kind.name() },
            };
            if let Err(failure) = done {
                return Ending::Bad(failure);
            }
            self.steps += 1;
        }
        Ending::Good
    }

    async fn send(&mut self, step: &Exchange, at: Span) -> Result<(), Failure> {
        let said = request(step, &self.names);
        let what = format!("{} {}", said.method, said.target);
        let heard = self.client.exchange(&self.address, &said).await;
        let heard = heard.map_err(|error| Failure::new(at, what.clone(), error.sentence))?;
        let answered = self.own.as_ref().and_then(Own::answered);
        let Compared { mut differences, spelt_differently } = compare(step, &heard, &self.names, self.manner);
        self.spelt_differently += usize::from(spelt_differently);
        differences.extend(outcome_differs(step, answered.as_ref()));
        for keep in &step.keep {
            match kept(keep, &heard) {
                Ok(value) => {
                    self.names.insert(keep.name.clone(), value);
                }
                Err(difference) => differences.push(difference),
            }
        }
        if differences.is_empty() {
            differences =
                step.jwt.iter().flat_map(|wanted| compare_jwt(wanted, &self.names).differences).collect();
        }
        if !differences.is_empty() {
            let notes = notes(&heard, answered.as_ref(), &differences);
            return Err(Failure { at, what, differences, notes });
        }
        if let Some(answered) = answered {
            let looked_at = step.expect.body.is_some() || heard.body.is_empty();
            if looked_at { &mut self.proved } else { &mut self.glanced }.insert(answered);
        }
        Ok(())
    }

    async fn mail(&mut self, wanted: &MailWanted, at: Span) -> Result<(), Failure> {
        let Some(own) = &self.own else { return Ok(()) };
        let to = wanted.to.fill(&self.names);
        let what = format!("mail to {to}");
        let mails = own.mails(&to).await.map_err(|error| Failure::new(at, what.clone(), error))?;
        let before = self.seen.insert(to, mails.len()).unwrap_or_default();
        match wanted.count {
            Some(count) if count != mails.len() => {
                let note = format!("{} came to this address in this story, not {count}", many(mails.len()));
                return Err(Failure::new(at, what, note));
            }
            None if mails.len() == before => {
                return Err(Failure::new(at, what, "no new mail came to this address"));
            }
            _ => {}
        }
        let Some(newest) = mails.last() else { return Ok(()) };
        self.read_mail(wanted, newest, at).map_err(|mut failure| {
            failure.what = what;
            let subject = newest.mail.subject.as_deref().unwrap_or("(a text message)");
            failure.notes.push(format!("the newest mail: {subject}\n{}", newest.mail.text));
            failure
        })
    }

    fn read_mail(&mut self, wanted: &MailWanted, newest: &Received, at: Span) -> Result<(), Failure> {
        let mail = &newest.mail;
        if let Some(subject) = &wanted.subject {
            let written = mail.subject.clone().unwrap_or_default();
            let expected = subject.fill_from(&written, &self.names);
            if expected != written {
                let (expected, actual) = (Some(expected), Some(written));
                let what = "the subject".to_owned();
                let differs = Difference { at, what, expected, actual, members: Vec::new() };
                return Err(Failure {
                    at,
                    what: String::new(),
                    differences: vec![differs],
                    notes: Vec::new(),
                });
            }
        }
        if let Some(pattern) = wanted.text.as_ref().filter(|pattern| !pattern.is_match(&mail.text)) {
            return Err(Failure::new(at, "", format!("its text does not match {pattern}")));
        }
        for (name, pattern) in &wanted.keep {
            let Some(value) = found(pattern, &mail.text) else {
                return Err(Failure::new(
                    at,
                    "",
                    format!("nothing in its text matches {pattern}, to be kept as {name}"),
                ));
            };
            self.names.insert(name.clone(), Value::String(value));
        }
        Ok(())
    }
}

fn many(mails: usize) -> String {
    match mails {
        0 => "no mail".to_owned(),
        1 => "1 mail".to_owned(),
        count => format!("{count} mails"),
    }
}

/// The outcome that a story names is the one that was answered. Only Doorward knows.
fn outcome_differs(step: &Exchange, answered: Option<&Answered>) -> Option<Difference> {
    let ((wanted, at), answered) = step.expect.outcome.as_ref().zip(answered)?;
    (*wanted != answered.outcome).then(|| Difference {
        at: *at,
        what: "the outcome".to_owned(),
        expected: Some(wanted.clone()),
        actual: Some(answered.outcome.clone()),
        members: Vec::new(),
    })
}

/// What explains a failure: the outcome, and the body where it is not shown anyway.
fn notes(heard: &Heard, answered: Option<&Answered>, differences: &[Difference]) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(answered) = answered {
        let Answered { method, route, outcome } = answered;
        notes.push(format!("Doorward answered {method} {route} with the outcome `{outcome}`"));
    }
    if !differences.iter().any(|difference| difference.what == "the body") && !heard.body.is_empty() {
        let body: String = String::from_utf8_lossy(&heard.body).chars().take(400).collect();
        notes.push(format!("the body was {body}"));
    }
    notes
}
