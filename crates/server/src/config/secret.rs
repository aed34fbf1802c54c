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

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{Permissions, set_permissions, write};
    use std::os::fd::AsRawFd;

    fn said(fetched: Result<Zeroizing<String>, Mistake>) -> String {
        let mistake = fetched.expect_err("a mistake");
        format!("{} {}", mistake.said, mistake.help.join(" "))
    }

    #[test]
    fn secrets_come_from_files_variables_and_descriptors() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("one");
        write(&file, "s3cret of a file\r\n").unwrap();
        set_permissions(&file, Permissions::from_mode(0o400)).unwrap();
        let secrets =
            Secrets::new(Environment::of(&[("ONE", "s3cret of a variable")]), folder.path().to_owned());
        let fetch = |source: SecretSource| secrets.fetch("a.key", &source, &Place::Default);
        let got = |source: SecretSource| fetch(source).ok().map(|text| text.to_string());
        assert_eq!(got(SecretSource::File("one".into())).as_deref(), Some("s3cret of a file"));
        assert_eq!(got(SecretSource::Env("ONE".into())).as_deref(), Some("s3cret of a variable"));
        let opened = File::open(&file).unwrap();
        let through = SecretSource::Fd(u32::try_from(opened.as_raw_fd()).unwrap());
        assert_eq!(got(through.clone()).as_deref(), Some("s3cret of a file"));
        drop(opened);
        assert_eq!(got(through).as_deref(), Some("s3cret of a file"), "it is read once, and kept");

        assert!(
            said(fetch(SecretSource::Env("TWO".into()))).contains("the environment variable TWO is not set")
        );
        assert!(said(fetch(SecretSource::File("two".into()))).contains("no such file"));
        for mode in [0o640, 0o604, 0o620] {
            set_permissions(&file, Permissions::from_mode(mode)).unwrap();
            let said = said(fetch(SecretSource::File("one".into())));
            assert!(said.contains("open to others") && said.contains("chmod 600 "), "{said}");
        }
        write(&file, "\n").unwrap();
        set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
        assert!(said(fetch(SecretSource::File("one".into()))).contains("the secret is empty"));
    }
}
