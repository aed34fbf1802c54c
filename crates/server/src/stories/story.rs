//! A file of stories, read.

use super::order::Order;
use super::text::Text;
use super::wanted::Wanted;
use doorward_contract::Span;
use regex::Regex;
use std::time::Duration;

/// Everything a file of stories says.
#[derive(Debug)]
pub struct Stories {
    /// The stories, in written order.
    pub stories: Vec<Story>,
    /// The constants of the file.
    pub names: Vec<(String, Text)>,
    /// The keys that clients show, by the scheme that they show them by.
    pub client_keys: Vec<(String, String)>,
    /// The steps of the setup `examples`, with which the document's examples begin.
    pub examples: Vec<Step>,
    /// Replies that no story can prove, as `METHOD /path outcome`, each with where it is written. Why is for readers.
    pub unproved: Vec<(String, Span)>,
}

/// One story. It begins on a fresh store.
#[derive(Debug)]
pub struct Story {
    /// What it tells.
    pub name: String,
    /// Where that is written.
    pub at: Span,
    /// The names it begins with.
    pub names: Vec<(String, Text)>,
    /// Whether the demo's budgets for guessing hold; otherwise there are none.
    pub limited: bool,
    /// Its steps, those of its setups first.
    pub steps: Vec<Step>,
}

/// One step.
#[derive(Clone, Debug)]
pub struct Step {
    /// Where it is written.
    pub at: Span,
    /// What happens in it.
    pub kind: StepKind,
}

/// What happens in a step.
#[derive(Clone, Debug)]
pub enum StepKind {
    /// A request and its reply.
    Send(Box<Exchange>),
    /// A look into the development mailbox.
    Mail(MailWanted),
    /// Time passes.
    Clock(Duration),
    /// An operator does something.
    Operator(Order),
}

impl StepKind {
    /// The member that says it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            StepKind::Send(_) => "send",
            StepKind::Mail(_) => "mail",
            StepKind::Clock(_) => "clock",
            StepKind::Operator(_) => "operator",
        }
    }
}

/// A request and what must come back.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// The method, as written.
    pub method: String,
    /// Path and query.
    pub target: Text,
    /// Header lines.
    pub headers: Vec<(String, Text)>,
    /// The body.
    pub body: Body,
    /// What the reply must be.
    pub expect: Expect,
    /// What later steps need of the reply.
    pub keep: Vec<Keep>,
    /// What kept tokens must say.
    pub jwt: Vec<JwtWanted>,
}

/// The body of a request.
#[derive(Clone, Debug)]
pub enum Body {
    /// None.
    None,
    /// JSON.
    Json(Wanted),
    /// `application/x-www-form-urlencoded`.
    Form(Vec<(String, Text)>),
    /// `multipart/form-data`.
    Multipart(Vec<(String, Text)>),
    /// These characters; the story says the content type itself.
    Text(Text),
}

/// What a reply must be.
#[derive(Clone, Debug)]
pub struct Expect {
    /// Its status.
    pub status: u16,
    /// Where that is written.
    pub status_at: Span,
    /// Its reason phrase, if the story cares.
    pub reason: Option<(Text, Span)>,
    /// The outcome that Doorward answers here, if the story says which.
    pub outcome: Option<(String, Span)>,
    /// Headers; nothing as the value: it must not be there.
    pub headers: Vec<(String, Option<Text>, Span)>,
    /// Its cookies.
    pub cookies: CookiesWanted,
    /// Its body, and where that is written.
    pub body: Option<(BodyWanted, Span)>,
}

/// The `Set-Cookie` lines a reply must have.
#[derive(Clone, Debug)]
pub enum CookiesWanted {
    /// Whatever comes.
    Any,
    /// These whole lines in this order.
    Lines(Vec<(Text, Span)>),
}

/// The body a reply must have.
#[derive(Clone, Debug)]
pub enum BodyWanted {
    /// JSON, members in this order.
    Json(Wanted),
    /// These characters.
    Text(Text),
    /// No byte.
    Empty,
}

/// A value that later steps can name.
#[derive(Clone, Debug)]
pub struct Keep {
    /// Its name.
    pub name: String,
    /// Where that is written.
    pub at: Span,
    /// Where it comes from.
    pub from: KeepFrom,
    /// Only this of it: the first group, else all that fits.
    pub matching: Option<Regex>,
}

/// Where a kept value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeepFrom {
    /// The JSON body: member names and list positions.
    Body(Vec<String>),
    /// A header, or all lines of it joined with commas.
    Header(String),
    /// The value of a cookie that is set.
    Cookie(String),
}

/// What a kept JWT must say. Its signature is not looked at.
#[derive(Clone, Debug)]
pub struct JwtWanted {
    /// The name under which it was kept.
    pub name: String,
    /// Where that is written.
    pub at: Span,
    /// Its header, members in order.
    pub header: Option<Wanted>,
    /// Its claims in order. A last `jti` that is not written here is Doorward's own.
    pub claims: Option<Wanted>,
}

/// What the development mailbox must hold.
#[derive(Clone, Debug)]
pub struct MailWanted {
    /// To whom.
    pub to: Text,
    /// What the newest mail's subject must be.
    pub subject: Option<Text>,
    /// What must stand somewhere in its text.
    pub text: Option<Regex>,
    /// How many mails must have come to this address in this story so far; else at least one new one.
    pub count: Option<usize>,
    /// What later steps need of it, found by pattern: the first group, else all that fits.
    pub keep: Vec<(String, Regex)>,
}
