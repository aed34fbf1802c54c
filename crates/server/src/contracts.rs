//! Contracts as the command line names them: built in by name, or files.

use crate::folder::plain;
use crate::start_error::StartError;
use doorward_contract::diagnostic::{render, to_json};
use doorward_contract::plan::Plan;
use doorward_contract::{BUILTIN, Loaded, Severity, all_builtin, builtin, load, open_builtin};
use std::fs;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

/// More bytes of a file are not read: it is then longer than any contract, and maybe endless.
const LONGEST: u64 = 4 * 1024 * 1024;

/// A contract that was found, as text.
#[derive(Clone, Debug)]
pub struct Contract {
    /// Its name: of the realm, and of the path prefix.
    pub name: String,
    /// What diagnostics call its file.
    pub file: String,
    /// The text.
    pub text: String,
    /// Where files lie that it extends; nothing for a built-in one.
    folder: Option<PathBuf>,
    /// The realm it is served in, where that has another name than it.
    pub realm: Option<String>,
}

impl Contract {
    /// Every built-in contract, in the order in which they are listed: variants last.
    #[must_use]
    pub fn all_builtin() -> Vec<Contract> {
        all_builtin().filter_map(|(name, _)| Contract::builtin(name)).collect()
    }

    /// The built-in contracts that are served unless others are named: no variants.
    #[must_use]
    pub fn demo() -> Vec<Contract> {
        BUILTIN.iter().filter_map(|(name, _)| Contract::builtin(name)).collect()
    }

    /// The built-in contract of this name.
    #[must_use]
    pub fn builtin(name: &str) -> Option<Contract> {
        let text = builtin(name)?;
        let file = format!("contracts/{name}/contract.yaml");
        Some(Contract { name: name.to_owned(), file, text: text.to_owned(), folder: None, realm: None })
    }

    /// The contract that an argument means: a built-in one by its name, or else a file.
    ///
    /// # Errors
    /// There is none, or its file cannot be read or gives no name.
    pub fn find(argument: &str) -> Result<Contract, StartError> {
        match Contract::builtin(argument) {
            Some(contract) => Ok(contract),
            None => Contract::read(argument),
        }
    }

    /// The contract in a file; the file's name without its ending is the contract's. For a file `contract.yaml`,
    /// as in the folders of the built-in ones, the folder's name is.
    ///
    /// # Errors
    /// The file cannot be read or gives no name.
    pub fn read(argument: &str) -> Result<Contract, StartError> {
        let path = Path::new(argument);
        let text = read_text(path).map_err(|error| {
            if argument.contains(['/', '.']) || error.kind() != ErrorKind::NotFound {
                return StartError::new(format!("cannot read the contract {argument}: {}", why(&error)));
            }
            let known: Vec<&str> = all_builtin().map(|(name, _)| name).collect();
            let known = known.join(", ");
            StartError::new(format!(
                "there is no contract {argument}: built in are {known}; anything else is a file"
            ))
        })?;
        let name = name_of(path).ok_or_else(|| {
            StartError::new(format!(
                "the file name {argument} gives no realm name: letters, digits, - and _ are expected before its first dot"
            ))
        })?;
        let folder = path.parent().map(Path::to_owned);
        Ok(Contract { name, file: argument.to_owned(), text, folder, realm: None })
    }

    /// The files that it is read from: its own, and the one it extends if that lies beside it.
    #[must_use]
    pub fn files(&self, extends: Option<&str>) -> Vec<PathBuf> {
        let Some(folder) = &self.folder else { return Vec::new() };
        let base = extends.map(|wanted| folder.join(wanted));
        std::iter::once(PathBuf::from(&self.file)).chain(base).collect()
    }

    /// The same contract as its file says it now.
    ///
    /// # Errors
    /// As [`Contract::read`].
    pub fn again(&self) -> Result<Contract, StartError> {
        if self.is_builtin() {
            return Ok(self.clone());
        }
        Ok(Contract::read(&self.file)?.named(&self.name))
    }

    /// Whether it comes with the program.
    #[must_use]
    pub fn is_builtin(&self) -> bool {
        self.folder.is_none()
    }

    /// The same contract under another name.
    #[must_use]
    pub fn named(self, name: &str) -> Contract {
        Contract { name: name.to_owned(), ..self }
    }

    /// The same contract in a realm beside others: they share its accounts.
    #[must_use]
    pub fn within(self, realm: &str) -> Contract {
        Contract { realm: Some(realm.to_owned()), ..self }
    }

    /// The name of its realm: its own, unless it is served beside others.
    #[must_use]
    pub fn realm(&self) -> &str {
        self.realm.as_deref().unwrap_or(&self.name)
    }

    /// Reads, checks and compiles it.
    #[must_use]
    pub fn load(&self) -> Loaded {
        load(&self.name, &self.file, &self.text, &|wanted| self.open(wanted))
    }

    /// Reads, checks and compiles it; there is a plan.
    ///
    /// # Errors
    /// It has errors; they are the error's diagnostics.
    pub fn loaded(&self) -> Result<Loaded, StartError> {
        self.checked(self.load())
    }

    /// What was loaded of it, if there is a plan.
    ///
    /// # Errors
    /// As [`Contract::loaded`].
    pub fn checked(&self, loaded: Loaded) -> Result<Loaded, StartError> {
        if loaded.plan.is_some() {
            return Ok(loaded);
        }
        let errors: Vec<_> =
            loaded.diagnostics.into_iter().filter(|found| found.severity == Severity::Error).collect();
        let sentence = match errors.len() {
            1 => format!("the contract {} has an error", self.file),
            count => format!("the contract {} has {count} errors", self.file),
        };
        let found = errors.iter().map(|error| to_json(error, &loaded.sources)).collect();
        Err(StartError::new(sentence).with_diagnostics(render(&errors, &loaded.sources, false), found))
    }

    /// The plan.
    ///
    /// # Errors
    /// As [`Contract::loaded`].
    pub fn plan(&self) -> Result<Plan, StartError> {
        self.loaded()?.plan.ok_or_else(|| self.no_plan())
    }

    /// It was loaded without errors and yet has no plan.
    #[must_use]
    pub fn no_plan(&self) -> StartError {
        StartError::new(format!("the contract {} has no plan", self.file))
    }

    /// A file that this one extends: beside it, or a built-in contract by name.
    fn open(&self, wanted: &str) -> Result<String, String> {
        if let Some(folder) = &self.folder {
            match read_text(&folder.join(wanted)) {
                Ok(text) => return Ok(text),
                Err(error) if builtin(wanted).is_none() => return Err(why(&error)),
                Err(_) => {}
            }
        }
        open_builtin(wanted)
    }
}

/// The text of a file. What is too long for a contract is cut: loading refuses it by its length.
fn read_text(path: &Path) -> std::io::Result<String> {
    let mut bytes = Vec::new();
    let read = fs::File::open(path)?.take(LONGEST).read_to_end(&mut bytes)?;
    if read as u64 == LONGEST {
        return Ok(String::from_utf8_lossy(&bytes).into_owned());
    }
    String::from_utf8(bytes).map_err(|_| std::io::Error::from(ErrorKind::InvalidData))
}

/// Why a file cannot be read, and what a contract's file is where it is something else.
fn why(error: &std::io::Error) -> String {
    match error.kind() {
        ErrorKind::InvalidData => "it is no UTF-8 text; a contract is a YAML file".to_owned(),
        ErrorKind::IsADirectory => "it is a folder; name the file in it".to_owned(),
        _ => plain(error),
    }
}

/// Whether a text may name a realm.
#[must_use]
pub fn is_realm_name(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    !name.is_empty() && !name.starts_with('_') && name.len() <= 64 && name.chars().all(fits)
}

fn name_of(path: &Path) -> Option<String> {
    // Of `shop.v2.yaml` the name is `shop`, as that of `shop.stories.yaml` is.
    let file = path.file_name()?.to_str()?;
    let stem = file.split_once('.').map_or(file, |(stem, _)| stem);
    let folder = || path.parent()?.file_name()?.to_str();
    let name = if stem == "contract" { folder().unwrap_or(stem) } else { stem };
    is_realm_name(name).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_give_names() {
        for (path, name) in [
            ("my.yaml", Some("my")),
            ("a/b/cakes/contract.yaml", Some("cakes")),
            ("contract.yaml", Some("contract")),
            ("my api.yaml", None),
            ("_doorward.yaml", None),
            ("shop.v2.yaml", Some("shop")),
            (".yaml", None),
            ("", None),
        ] {
            assert_eq!(name_of(Path::new(path)).as_deref(), name, "{path}");
        }
    }

    #[test]
    fn what_is_not_there_is_said_in_one_sentence() {
        let sentence = Contract::find("nosuch").unwrap_err().to_string();
        assert!(sentence.starts_with("there is no contract nosuch: built in are "), "{sentence}");
        let sentence = Contract::find("./nosuch.yaml").unwrap_err().to_string();
        assert_eq!(sentence, "cannot read the contract ./nosuch.yaml: no such file or directory");
        let folder = tempfile::tempdir().unwrap();
        let sentence = Contract::find(folder.path().to_str().unwrap()).unwrap_err().to_string();
        assert!(sentence.ends_with(": it is a folder; name the file in it"), "{sentence}");
        let binary = folder.path().join("binary.yaml");
        fs::write(&binary, [0xff, 0xfe, 0x00]).unwrap();
        let sentence = Contract::find(binary.to_str().unwrap()).unwrap_err().to_string();
        assert!(sentence.ends_with(": it is no UTF-8 text; a contract is a YAML file"), "{sentence}");
    }

    #[test]
    fn a_variant_extends_a_file_beside_it_or_a_built_in_contract() {
        let folder = tempfile::tempdir().unwrap();
        let write = |file: &str, text: &str| {
            let path = folder.path().join(file);
            fs::write(&path, text).unwrap();
            Contract::read(path.to_str().unwrap()).unwrap()
        };
        let variant = |base: &str| format!("openapi: 3.1.0\nx-doorward: {{extends: {base}}}\n");
        let title = |contract: &Contract| contract.plan().unwrap().title;
        let (base, text) = all_builtin().next().unwrap();
        let theirs = title(&Contract::builtin(base).unwrap());
        let changed = text.replacen(&format!("title: {theirs}"), "title: Ours", 1);
        write("base.yaml", &changed);
        assert_eq!(title(&write("of-file.yaml", &variant("base.yaml"))), "Ours");
        let by_name = write("of-name.yaml", &variant(base));
        assert_eq!(title(&by_name), theirs);
        assert_eq!(by_name.load().extends.as_deref(), Some(base));
        write(base, &changed);
        assert_eq!(title(&by_name), "Ours", "a file comes first");
        assert!(write("of-none.yaml", &variant("nosuch")).plan().is_err());
    }

    #[test]
    fn a_built_in_variant_extends_a_built_in_contract() {
        for contract in Contract::all_builtin() {
            assert!(contract.plan().is_ok(), "{}", contract.name);
        }
        assert!(Contract::demo().iter().all(|contract| contract.load().extends.is_none()));
    }
}
