//! The configuration file, `doorward.toml`: one file per section here, each with a table of its members.
//!
//! From those tables come the parser (nothing is passed over in silence: what is not known is an error with its
//! place), `config explain`, the reference in `docs/configuration.md` and `examples/doorward.toml`. Variables of the
//! environment and arguments lie over the file. Reading it touches no secret; [`deploy`] fetches them.

pub mod deploy;
pub mod environment;
mod given;
mod kind;
pub mod limits;
pub mod log;
pub mod mail;
pub mod mistake;
pub mod ops;
mod post;
mod realm_kinds;
pub mod realms;
pub mod reference;
mod safety;
mod secret;
pub mod section;
pub mod server;
pub mod store;
#[cfg(test)]
mod tests;
mod tighten;
mod value;

pub use environment::Environment;
pub use kind::Kind;
pub(crate) use kind::network;
pub use limits::LimitsSection;
pub use log::LogSection;
pub use mail::{MailSection, Way};
pub use mistake::{Mistake, Place, Source, refusal};
pub use ops::OpsSection;
pub use realms::RealmSection;
pub use secret::Secrets;
pub use section::{Group, Member, SECTIONS, Section, Setting};
pub use server::ServerSection;
pub use store::StoreSection;
pub use value::{SecretSource, UsedContract, Value};

use crate::folder::plain;
use crate::start_error::StartError;
use doorward_contract::diagnostic::did_you_mean;
use given::{Given, Named, Raw, lay_over, loose};
use std::path::{Path, PathBuf};

/// What is said beside the file.
#[derive(Clone, Default)]
pub struct Beside {
    /// The environment.
    pub environment: Environment,
    /// Arguments of the command line: name, the path of the member, value.
    pub arguments: Vec<(&'static str, [&'static str; 2], String)>,
}

/// What a configuration says.
#[derive(Clone, Debug)]
pub struct Config {
    /// `[server]`
    pub server: ServerSection,
    /// `[ops]`
    pub ops: OpsSection,
    /// `[store]`
    pub store: StoreSection,
    /// `[realms.NAME]`, in the order of the file. None: it only sets limits for the demo.
    pub realms: Vec<RealmSection>,
    /// `[mail]`
    pub mail: MailSection,
    /// `[limits]`
    pub limits: LimitsSection,
    /// `[log]`
    pub log: LogSection,
    /// Everything that holds, by section.
    pub groups: Vec<Group>,
    /// The file.
    pub source: Source,
}

impl Config {
    /// Reads a file.
    ///
    /// # Errors
    /// It cannot be read, or says something that this version does not know.
    pub fn read(path: &Path, beside: &Beside) -> Result<Config, StartError> {
        let text = std::fs::read_to_string(path).map_err(|error| {
            StartError::new(format!("cannot read the configuration {}: {}", path.display(), plain(&error)))
        })?;
        Config::parse(Source { name: path.display().to_string(), text }, beside)
    }

    /// Reads the text of a file.
    ///
    /// # Errors
    /// What is wrong with it, all of it that can be found at once.
    pub fn parse(source: Source, beside: &Beside) -> Result<Config, StartError> {
        let mut mistakes = Vec::new();
        let mut sections = match given::sections(&source) {
            Ok(sections) => sections,
            Err(mistake) => return Err(refusal(vec![mistake], &source)),
        };
        beside.environment.lay_over(&mut sections, &mut mistakes);
        for (name, path, value) in &beside.arguments {
            lay_over(&mut sections, path, loose(value, &Place::Argument(name)));
        }
        let groups = groups(sections, &mut mistakes);
        let of = |section: &'static Section| {
            let found = groups.iter().find(|group| std::ptr::eq(group.section, section));
            found.cloned().unwrap_or_else(|| Group::unsaid(section))
        };
        let realms = groups.iter().filter(|group| group.section.named.is_some());
        let realms = realms.map(|group| RealmSection::of(group, &mut mistakes)).collect();
        let config = Config {
            server: ServerSection::of(&of(&server::SECTION), &mut mistakes),
            ops: OpsSection::of(&of(&ops::SECTION)),
            store: StoreSection::of(&of(&store::SECTION)),
            realms,
            mail: MailSection::of(&of(&mail::SECTION), &mut mistakes),
            limits: LimitsSection::of(&of(&limits::SECTION), &mut mistakes),
            log: LogSection::of(&of(&log::SECTION)),
            groups,
            source,
        };
        if mistakes.is_empty() {
            mistakes = safety::mistakes(&config);
        }
        if mistakes.is_empty() { Ok(config) } else { Err(refusal(mistakes, &config.source)) }
    }

    /// The folder of the file: what its paths are relative to.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        Path::new(&self.source.name).parent().map(Path::to_owned).unwrap_or_default()
    }

    /// The data folder.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.beside_file("store", "data", &self.store.data)
    }

    /// Where a member of a section that has no name was said; where the section begins, if it was not.
    #[must_use]
    pub fn at(&self, section: &str, member: &str) -> Place {
        let group = self.groups.iter().find(|group| group.section.name == section);
        group.map_or(Place::Default, |group| group.at(member))
    }

    /// A path: relative ones lie beside the file, but those of an argument where the program was called.
    pub(crate) fn beside_file(&self, section: &str, member: &str, path: &str) -> PathBuf {
        match self.at(section, member) {
            Place::Argument(_) => PathBuf::from(path),
            _ => self.folder().join(path),
        }
    }
}

/// The sections that were given, in their order here; what no section is goes to the mistakes.
fn groups(sections: Vec<Named>, mistakes: &mut Vec<Mistake>) -> Vec<Group> {
    let mut groups = Vec::new();
    let mut rest: Vec<Named> = Vec::new();
    for given in sections {
        if SECTIONS.iter().any(|section| section.name == given.name) {
            rest.push(given)
        } else {
            mistakes.push(unknown(&given))
        }
    }
    let has_realms = rest.iter().any(|given| given.name == realms::SECTION.name);
    // Without realms the arguments are the demo's.
    rest.retain(|given| has_realms || !matches!(given.at, Place::Argument(_)));
    for section in SECTIONS {
        match rest.iter().find(|given| given.name == section.name) {
            Some(given) if section.named.is_some() => groups.extend(named(section, given, mistakes)),
            Some(given) => groups.push(Group::read(section, given, mistakes)),
            // What must be said is asked for where there are realms to serve.
            None if has_realms
                && section.members.iter().any(|member| member.needed)
                && section.named.is_none() =>
            {
                let nothing = Given { raw: Raw::Table(Vec::new()), at: Place::Default };
                let given = Named { name: section.name.to_owned(), at: Place::Default, value: nothing };
                groups.push(Group::read(section, &given, mistakes));
            }
            None if section.named.is_none() => groups.push(Group::unsaid(section)),
            None => {}
        }
    }
    groups
}

/// The sections below a section that a name stands below.
fn named(section: &'static Section, given: &Named, mistakes: &mut Vec<Mistake>) -> Vec<Group> {
    match &given.value.raw {
        Raw::Table(below) if below.iter().all(|one| matches!(one.value.raw, Raw::Table(_))) => {
            below.iter().map(|one| Group::read(section, one, mistakes)).collect()
        }
        Raw::Table(below) => {
            let wrong = below.iter().find(|one| !matches!(one.value.raw, Raw::Table(_)));
            let at = wrong.map_or(&given.at, |one| &one.at);
            let said = format!("a member of {} stands without a name", section.header());
            mistakes.push(
                Mistake::new(at, said).help(format!("write {}, and its members below", section.header())),
            );
            Vec::new()
        }
        _ => {
            let said = format!("`{}` is a section", given.name);
            mistakes.push(Mistake::new(&given.at, said).help(format!("write {}", section.header())));
            Vec::new()
        }
    }
}

fn unknown(given: &Named) -> Mistake {
    let is_section = matches!(given.value.raw, Raw::Table(_));
    if !is_section {
        let mistake = Mistake::new(&given.at, format!("`{}` stands in no section", given.name));
        let of = SECTIONS.iter().find(|section| section.member(&given.name).is_some());
        return mistake.help(match of {
            Some(of) => format!("it is a member of {}: write it below that header", of.header()),
            None => format!("sections: {}", headers()),
        });
    }
    let mistake = Mistake::new(&given.at, format!("there is no section [{}]", given.name));
    let alike = did_you_mean(&given.name, SECTIONS.iter().map(|section| section.name));
    mistake.help(match alike {
        Some(alike) => format!("did you mean `{alike}`?"),
        None => format!("sections: {}", headers()),
    })
}

fn headers() -> String {
    SECTIONS.map(Section::header).join(" ")
}
