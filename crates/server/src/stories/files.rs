//! Where a contract's stories lie.

use crate::contracts::Contract;
use crate::folder::plain;
use crate::start_error::StartError;
use doorward_contract::builtin_stories;
use std::path::{Path, PathBuf};

/// A contract and the text of its stories.
pub struct StoryFile {
    /// The contract.
    pub contract: Contract,
    /// What diagnostics call the file of its stories.
    pub file: String,
    /// Their text.
    pub text: String,
}

impl StoryFile {
    /// The stories that an argument means: of a built-in contract by its name, which come with the program; of a
    /// contract's file; or the stories' own file.
    ///
    /// # Errors
    /// A file is missing or cannot be read.
    pub fn find(argument: &str) -> Result<StoryFile, StartError> {
        let contract = Contract::find(contract_file(argument).as_deref().unwrap_or(argument))?;
        let path = stories_file(Path::new(&contract.file));
        let file = path.display().to_string();
        let text = if contract.is_builtin() {
            let text = builtin_stories(&contract.name).map(str::to_owned);
            text.ok_or_else(|| StartError::new(format!("no stories come with {argument}")))?
        } else {
            let text = std::fs::read_to_string(&path);
            text.map_err(|error| {
                StartError::new(format!("the stories of {argument} belong in {file}: {}", plain(&error)))
            })?
        };
        Ok(StoryFile { contract, file, text })
    }
}

/// The contract whose stories a file has: `a.stories.yaml` lies beside `a.yaml`, `stories.yaml` beside
/// `contract.yaml`.
fn contract_file(argument: &str) -> Option<String> {
    let before = argument.strip_suffix("stories.yaml")?;
    match before.strip_suffix('.') {
        Some(stem) => Some(format!("{stem}.yaml")),
        None if before.is_empty() || before.ends_with('/') => Some(format!("{before}contract.yaml")),
        None => None,
    }
}

fn stories_file(contract: &Path) -> PathBuf {
    let stem = contract.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    match stem {
        "contract" => contract.with_file_name("stories.yaml"),
        stem => contract.with_file_name(format!("{stem}.stories.yaml")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stories_lie_beside_their_contract() {
        for (contract, stories) in [
            ("a/my-api.yaml", "a/my-api.stories.yaml"),
            ("contracts/x/contract.yaml", "contracts/x/stories.yaml"),
        ] {
            assert_eq!(stories_file(Path::new(contract)), PathBuf::from(stories));
            assert_eq!(contract_file(stories).as_deref(), Some(contract));
        }
        assert_eq!(contract_file("mystories.yaml"), None);
        assert_eq!(contract_file("formmate"), None);
    }

    #[test]
    fn missing_stories_are_said_in_one_sentence() {
        let folder = tempfile::tempdir().unwrap();
        let contract = folder.path().join("a.yaml");
        std::fs::write(&contract, "openapi: 3.1.0").unwrap();
        let argument = contract.display().to_string();
        let said = StoryFile::find(&argument).err().unwrap().to_string();
        assert!(said.contains("belong in") && said.contains("a.stories.yaml"), "{said}");
    }
}
