//! Sections and their members as data: the parser, `config explain`, the reference and the example come from here.

use super::given::{Given, Named, Raw, written};
use super::kind::Kind;
use super::mistake::{Mistake, Place};
use super::value::{SecretSource, UsedContract, Value};
use super::{limits, log, mail, ops, realms, server, store};
use doorward_contract::diagnostic::did_you_mean;
use ipnet::IpNet;
use std::net::SocketAddr;
use std::time::Duration;

/// Every section, in the order in which they are explained.
pub static SECTIONS: [&Section; 7] = [
    &server::SECTION,
    &ops::SECTION,
    &store::SECTION,
    &realms::SECTION,
    &mail::SECTION,
    &limits::SECTION,
    &log::SECTION,
];

/// A section of the file.
#[derive(Debug)]
pub struct Section {
    /// Its name.
    pub name: &'static str,
    /// What the name below it is, of those that have one: `[realms.NAME]`.
    pub named: Option<&'static str>,
    /// What it is about.
    pub sentence: &'static str,
    /// Its members.
    pub members: &'static [Member],
}

/// A member of a section.
#[derive(Debug)]
pub struct Member {
    /// Its name.
    pub name: &'static str,
    /// What it takes.
    pub kind: Kind,
    /// What holds where it is not said, as TOML writes it.
    pub default: Option<&'static str>,
    /// Whether it must be said.
    pub needed: bool,
    /// A value to show.
    pub example: &'static str,
    /// One sentence about it.
    pub sentence: &'static str,
}

impl Member {
    /// One that may be left out.
    pub(super) const fn new(name: &'static str, kind: Kind, sentence: &'static str) -> Member {
        Member { name, kind, default: None, needed: false, example: "", sentence }
    }

    /// What holds where it is left out.
    pub(super) const fn or(self, default: &'static str) -> Member {
        Member { default: Some(default), ..self }
    }

    /// A value to show.
    pub(super) const fn like(self, example: &'static str) -> Member {
        Member { example, ..self }
    }

    /// It must be said.
    pub(super) const fn needed(self) -> Member {
        Member { needed: true, ..self }
    }
}

impl Section {
    /// As its header writes it.
    #[must_use]
    pub fn header(&self) -> String {
        match self.named {
            Some(of) => format!("[{}.{of}]", self.name),
            None => format!("[{}]", self.name),
        }
    }

    /// Its member of this name.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&'static Member> {
        self.members.iter().find(|member| member.name == name)
    }

    /// The names of its members.
    #[must_use]
    pub fn names(&self) -> Vec<&'static str> {
        self.members.iter().map(|member| member.name).collect()
    }
}

/// What holds of one member.
#[derive(Clone, Debug)]
pub struct Setting {
    /// The member.
    pub member: &'static Member,
    /// Its value.
    pub value: Value,
    /// Where it was said.
    pub at: Place,
}

/// What holds of one section, or of one that a name stands below.
#[derive(Clone, Debug)]
pub struct Group {
    /// The section.
    pub section: &'static Section,
    /// The name below it.
    pub name: Option<String>,
    /// Where it begins.
    pub at: Place,
    /// What was said, and the defaults of the rest, in the order of the section's members.
    pub settings: Vec<Setting>,
}

impl Group {
    /// Reads a section; what is wrong with it is added to the mistakes.
    pub(super) fn read(section: &'static Section, given: &Named, mistakes: &mut Vec<Mistake>) -> Group {
        let name = section.named.map(|_| given.name.clone());
        let mut group = Group { section, name, at: given.at.clone(), settings: Vec::new() };
        let header = group.header();
        let members: &[Named] = match &given.value.raw {
            Raw::Table(members) => members,
            _ => {
                let said = format!("`{}` is a section", given.name);
                mistakes.push(
                    Mistake::new(&given.at, said).help(format!("write {header}, and its members below")),
                );
                &[]
            }
        };
        for member in members.iter().filter(|member| section.member(&member.name).is_none()) {
            mistakes.push(unknown_member(&header, section, member));
        }
        for member in section.members {
            group.take(member, members.iter().find(|given| given.name == member.name), mistakes);
        }
        group
    }

    fn take(&mut self, member: &'static Member, given: Option<&Named>, mistakes: &mut Vec<Mistake>) {
        let key = self.key(member.name);
        let setting = |value: Value, at: &Place| Setting { member, value, at: at.clone() };
        match given {
            Some(given) => match member.kind.read(&key, &given.value) {
                Ok(value) => self.settings.push(setting(value, &given.value.at)),
                Err(mistake) => mistakes.push(mistake),
            },
            None if member.needed => {
                let said = format!("`{key}` is missing: {} is expected", member.kind.words());
                mistakes.push(
                    Mistake::new(&self.at, said)
                        .help(format!("such as {} = {}", member.name, member.example)),
                );
            }
            None => {
                let default = member.default.and_then(|text| written(text, &Place::Default));
                let read = |given: Given| member.kind.read(&key, &given).ok();
                self.settings.extend(default.and_then(read).map(|value| setting(value, &Place::Default)));
            }
        }
    }

    /// A section of which nothing was said.
    pub(super) fn unsaid(section: &'static Section) -> Group {
        let nothing = Given { raw: Raw::Table(Vec::new()), at: Place::Default };
        let given = Named { name: section.name.to_owned(), at: Place::Default, value: nothing };
        Group::read(section, &given, &mut Vec::new())
    }

    /// As its header writes it.
    #[must_use]
    pub fn header(&self) -> String {
        match &self.name {
            Some(name) => format!("[{}.{name}]", self.section.name),
            None => format!("[{}]", self.section.name),
        }
    }

    /// The whole key of a member.
    #[must_use]
    pub fn key(&self, member: &str) -> String {
        match &self.name {
            Some(name) => format!("{}.{name}.{member}", self.section.name),
            None => format!("{}.{member}", self.section.name),
        }
    }

    /// Where a member was said; where the section begins, if it was not.
    #[must_use]
    pub fn at(&self, member: &str) -> Place {
        let said = self.setting(member).map(|setting| setting.at.clone()).filter(|at| *at != Place::Default);
        said.unwrap_or_else(|| self.at.clone())
    }

    fn setting(&self, member: &str) -> Option<&Setting> {
        self.settings.iter().find(|setting| setting.member.name == member)
    }

    fn value(&self, member: &str) -> Option<&Value> {
        self.setting(member).map(|setting| &setting.value)
    }

    pub(super) fn count<N: TryFrom<u64>>(&self, member: &str, mistakes: &mut Vec<Mistake>) -> Option<N> {
        let Some(Value::Count(number)) = self.value(member) else { return None };
        let fits = N::try_from(*number).ok();
        if fits.is_none() {
            let said = format!("`{}`: {number} is more than this program can count", self.key(member));
            mistakes.push(Mistake::new(&self.at(member), said));
        }
        fits
    }

    pub(super) fn duration(&self, member: &str) -> Option<Duration> {
        match self.value(member) {
            Some(Value::Duration(length)) => Some(*length),
            _ => None,
        }
    }

    pub(super) fn text(&self, member: &str) -> Option<String> {
        match self.value(member) {
            Some(Value::Text(text)) => Some(text.clone()),
            _ => None,
        }
    }

    pub(super) fn texts(&self, member: &str) -> Vec<String> {
        match self.value(member) {
            Some(Value::Texts(texts)) => texts.clone(),
            _ => Vec::new(),
        }
    }

    pub(super) fn addresses(&self, member: &str) -> Vec<SocketAddr> {
        match self.value(member) {
            Some(Value::Addresses(addresses)) => addresses.clone(),
            _ => Vec::new(),
        }
    }

    pub(super) fn networks(&self, member: &str) -> Vec<IpNet> {
        match self.value(member) {
            Some(Value::Networks(networks)) => networks.clone(),
            _ => Vec::new(),
        }
    }

    pub(super) fn secret(&self, member: &str) -> Option<SecretSource> {
        match self.value(member) {
            Some(Value::Secret(source)) => Some(source.clone()),
            _ => None,
        }
    }

    pub(super) fn secrets(&self, member: &str) -> Vec<(String, Vec<SecretSource>)> {
        match self.value(member) {
            Some(Value::Secrets(named)) => named.clone(),
            _ => Vec::new(),
        }
    }

    pub(super) fn durations(&self, member: &str) -> Vec<(String, Duration)> {
        match self.value(member) {
            Some(Value::Durations(named)) => named.clone(),
            _ => Vec::new(),
        }
    }

    pub(super) fn contracts(&self, member: &str) -> Vec<UsedContract> {
        match self.value(member) {
            Some(Value::Contracts(contracts)) => contracts.clone(),
            _ => Vec::new(),
        }
    }
}

fn unknown_member(header: &str, section: &Section, member: &Named) -> Mistake {
    let names = section.names();
    let mistake = Mistake::new(&member.at, format!("{header} has no member `{}`", member.name));
    let alike = did_you_mean(&member.name, names.iter().copied());
    // Who forgot a header wrote a member of another section.
    let elsewhere = SECTIONS.iter().find(|other| other.member(&member.name).is_some());
    mistake.help(match (alike, elsewhere) {
        (Some(alike), _) => format!("did you mean `{alike}`?"),
        (None, Some(other)) => format!("it is a member of {}", other.header()),
        (None, None) if names.is_empty() => "this section has no members yet".to_owned(),
        (None, None) => format!("members: {}", names.join(" ")),
    })
}
