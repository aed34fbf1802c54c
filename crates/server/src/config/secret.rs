//! Secrets: where they lie, and how they are fetched from there. None is ever written into a configuration.

use super::environment::Environment;
use super::given::{Given, Named, Raw};
use super::kind::{Kind, text_of};
use super::mistake::{Mistake, Place};
use super::value::SecretSource;
use crate::folder::{open_to_others, plain};
use doorward_contract::diagnostic::did_you_mean;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use zeroize::Zeroizing;

/// More bytes than any secret has.
const LONGEST: u64 = 64 * 1024;

const SOURCES: [&str; 3] = ["file", "env", "fd"];

/// Where one secret lies.
pub(super) fn source(key: &str, given: &Given) -> Result<SecretSource, Mistake> {
    match &given.raw {
        Raw::Table(members) => of_members(key, given, members),
        Raw::Text(_) | Raw::Loose(_) => Err(inline(key, &given.at)),
        _ => Err(Kind::Secret.expected(key, given)),
    }
}

/// Where secrets lie, by name; one name may have several.
pub(super) fn sources(key: &str, given: &Given) -> Result<Vec<(String, Vec<SecretSource>)>, Mistake> {
    let Raw::Table(members) = &given.raw else { return Err(Kind::Secrets.expected(key, given)) };
    let mut named = Vec::new();
    for member in members {
        let key = format!("{key}.{}", member.name);
        let found = match &member.value.raw {
            Raw::List(items) => items.iter().map(|item| source(&key, item)).collect::<Result<Vec<_>, _>>()?,
            _ => vec![source(&key, &member.value)?],
        };
        named.push((member.name.clone(), found));
    }
    Ok(named)
}

fn of_members(key: &str, given: &Given, members: &[Named]) -> Result<SecretSource, Mistake> {
    if let Some(unknown) = members.iter().find(|member| !SOURCES.contains(&member.name.as_str())) {
        let mistake = Mistake::new(&unknown.at, format!("`{key}`: no secret lies in `{}`", unknown.name));
        let alike = did_you_mean(&unknown.name, SOURCES);
        let help = alike.map_or_else(|| Kind::Secret.words(), |alike| format!("did you mean `{alike}`?"));
        return Err(mistake.help(help));
    }
    let [one] = members else { return Err(Kind::Secret.expected(key, given)) };
    let text = text_of(&one.value).filter(|text| !text.is_empty());
    let found = match one.name.as_str() {
        "file" => text.map(|text| SecretSource::File(text.to_owned())),
        "env" => text.map(|text| SecretSource::Env(text.to_owned())),
        _ => {
            let number = match &one.value.raw {
                Raw::Number(number) => u32::try_from(*number).ok(),
                Raw::Loose(text) => text.trim().parse().ok(),
                _ => None,
            };
            number.filter(|number| *number > 2).map(SecretSource::Fd)
        }
    };
    found.ok_or_else(|| Kind::Secret.expected(key, given))
}

fn inline(key: &str, at: &Place) -> Mistake {
    let said = format!(
        "`{key}`: the secret itself stands here, and a configuration ends up in backups and repositories"
    );
    let help = match at {
        Place::Variable(name) => format!("write {name}__FILE=PATH, or {name}__ENV=NAME with the variable that holds it"),
        _ => "say where it lies: { file = \"/etc/doorward/…\" }, { env = \"NAME\" } or { fd = 3 }; change it if others have read it"
            .to_owned(),
    };
    Mistake::new(at, said).help(help)
}

/// Fetches secrets. What came through a file descriptor is kept: it can be read once only.
pub struct Secrets {
    environment: Environment,
    folder: PathBuf,
    through: Mutex<BTreeMap<u32, Zeroizing<String>>>,
}

impl Secrets {
    /// From this environment, with files beside this folder's.
    #[must_use]
    pub fn new(environment: Environment, folder: PathBuf) -> Secrets {
        Secrets { environment, folder, through: Mutex::default() }
    }

    /// Fetches a secret: without the end of its line.
    pub(super) fn fetch(
        &self,
        key: &str,
        source: &SecretSource,
        at: &Place,
    ) -> Result<Zeroizing<String>, Mistake> {
        let text = match source {
            SecretSource::File(path) => self.of_file(key, &self.folder.join(path), at)?,
            SecretSource::Env(name) => self.environment.get(name).cloned().ok_or_else(|| {
                Mistake::new(at, format!("`{key}`: the environment variable {name} is not set"))
            })?,
            SecretSource::Fd(number) => self.of_descriptor(key, *number, at)?,
        };
        let text = Zeroizing::new(text.trim_end_matches(['\r', '\n']).to_owned());
        if text.is_empty() {
            return Err(Mistake::new(at, format!("`{key}`: the secret is empty")));
        }
        Ok(text)
    }

    fn of_file(&self, key: &str, path: &Path, at: &Place) -> Result<Zeroizing<String>, Mistake> {
        let shown = path.display();
        let unreadable = |error: &std::io::Error| {
            Mistake::new(at, format!("`{key}`: cannot read {shown}: {}", plain(error)))
        };
        let file = File::open(path).map_err(|error| unreadable(&error))?;
        let found = file.metadata().map_err(|error| unreadable(&error))?;
        if let Some(mode) = open_to_others(found.permissions().mode()) {
            let said = format!("`{key}`: {shown} is open to others than its owner (mode {mode:04o})");
            return Err(Mistake::new(at, said).help(format!("chmod 600 {shown}")));
        }
        read(file).map_err(|error| unreadable(&error))
    }

    fn of_descriptor(&self, key: &str, number: u32, at: &Place) -> Result<Zeroizing<String>, Mistake> {
        let mut through = self.through.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = through.get(&number) {
            return Ok(known.clone());
        }
        let text = File::open(format!("/dev/fd/{number}")).and_then(read).map_err(|error| {
            Mistake::new(at, format!("`{key}`: cannot read file descriptor {number}: {}", plain(&error)))
        })?;
        through.insert(number, text.clone());
        Ok(text)
    }
}

fn read(file: File) -> std::io::Result<Zeroizing<String>> {
    let mut text = Zeroizing::new(String::new());
    file.take(LONGEST).read_to_string(&mut text)?;
    Ok(text)
}
