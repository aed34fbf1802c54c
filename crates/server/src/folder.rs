//! The data folder of the demo: what lies in it beside the database, and how it is made.

use crate::start_error::StartError;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use doorward_core::key::MasterKey;
use doorward_core::port::Dice;
use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

const KEY_BYTES: usize = 32;

/// A data folder that is there.
#[derive(Clone, Debug)]
pub struct DataFolder {
    path: PathBuf,
}

impl DataFolder {
    /// Makes the folder if it is not there, readable by its owner only.
    ///
    /// # Errors
    /// It is a file, or cannot be made or entered.
    pub fn open(path: &Path) -> Result<DataFolder, StartError> {
        match fs::metadata(path) {
            Ok(found) if !found.is_dir() => {
                return Err(StartError::new(format!("the data folder {} is a file", path.display())));
            }
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => {
                DirBuilder::new()
                    .recursive(true)
                    .mode(0o700)
                    .create(path)
                    .map_err(|error| refused("make the data folder", path, &error))?;
            }
            Err(error) => return Err(refused("open the data folder", path, &error)),
        }
        Ok(DataFolder { path: path.to_owned() })
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where the command line finds a running server.
    #[must_use]
    pub fn socket(&self) -> PathBuf {
        self.path.join("control.sock")
    }

    /// Where the demo's master key lies.
    #[must_use]
    pub fn key_file(&self) -> PathBuf {
        self.path.join("demo-master.key")
    }

    /// Where a realm's introspection secret lies.
    #[must_use]
    pub fn secret_file(&self, realm: &str) -> PathBuf {
        self.path.join(format!("introspection-{realm}.secret"))
    }

    /// The demo's master key; made at the first start.
    ///
    /// # Errors
    /// The file cannot be read or made, or holds something else.
    pub fn master_key(&self, dice: &dyn Dice) -> Result<MasterKey, StartError> {
        let file = self.key_file();
        let text = read_or_make(&file, || {
            let mut bytes = Zeroizing::new([0u8; KEY_BYTES]);
            dice.fill(bytes.as_mut());
            Zeroizing::new(STANDARD.encode(bytes.as_ref()))
        })?;
        master_key_of(&text).ok_or_else(|| {
            StartError::new(format!(
                "{} is not a master key: 32 bytes in base64 are expected",
                file.display()
            ))
        })
    }

    /// A realm's introspection secret; made at the first start.
    ///
    /// # Errors
    /// The file cannot be read or made, or is empty.
    pub fn introspection_secret(
        &self,
        realm: &str,
        dice: &dyn Dice,
    ) -> Result<Zeroizing<String>, StartError> {
        let file = self.secret_file(realm);
        let text = read_or_make(&file, || {
            let mut bytes = Zeroizing::new([0u8; KEY_BYTES]);
            dice.fill(bytes.as_mut());
            Zeroizing::new(URL_SAFE_NO_PAD.encode(bytes.as_ref()))
        })?;
        let secret = Zeroizing::new(text.trim().to_owned());
        if secret.is_empty() {
            return Err(StartError::new(format!("{} is empty", file.display())));
        }
        Ok(secret)
    }
}

/// The master key that a text says: 32 bytes in base64.
pub(crate) fn master_key_of(text: &str) -> Option<MasterKey> {
    let bytes = STANDARD.decode(text.trim()).ok().map(Zeroizing::new);
    bytes.and_then(|bytes| MasterKey::new(&bytes).ok())
}

/// The text of a file; if it is not there it is made, readable by its owner only, complete or not at all.
fn read_or_make(
    file: &Path,
    make: impl FnOnce() -> Zeroizing<String>,
) -> Result<Zeroizing<String>, StartError> {
    if let Ok(found) = fs::metadata(file) {
        only_for_owner(file, found.permissions().mode())?;
    }
    match fs::read_to_string(file) {
        Ok(text) => return Ok(Zeroizing::new(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(refused("read", file, &error)),
    }
    let text = make();
    let draft = file.with_extension("new");
    let write = || -> std::io::Result<()> {
        let mut opened =
            OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&draft)?;
        writeln!(opened, "{}", text.as_str())?;
        opened.sync_all()?;
        fs::rename(&draft, file)
    };
    write().map_err(|error| refused("write", file, &error))?;
    Ok(text)
}

/// A secret that others may read is none.
fn only_for_owner(file: &Path, mode: u32) -> Result<(), StartError> {
    let Some(mode) = open_to_others(mode) else { return Ok(()) };
    let file = file.display();
    Err(StartError::new(format!(
        "{file} is open to others than its owner (mode {mode:04o}): chmod 600 {file}"
    )))
}

/// The mode of a file that others than its owner may read or write.
pub(crate) fn open_to_others(mode: u32) -> Option<u32> {
    (mode & 0o077 != 0).then_some(mode & 0o777)
}

fn refused(doing: &str, path: &Path, error: &std::io::Error) -> StartError {
    StartError::new(format!("cannot {doing} {}: {}", path.display(), plain(error)))
}

/// What the system said, without its number.
pub fn plain(error: &std::io::Error) -> String {
    let text = error.to_string();
    let end = text.find(" (os error").unwrap_or(text.len());
    text.get(..end).unwrap_or(&text).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use doorward_testkit::SeededDice;

    #[test]
    fn secrets_are_made_once_and_for_the_owner_only() {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("a/b");
        let folder = DataFolder::open(&path).unwrap();
        let dice = SeededDice::new(1);
        let sealed = folder.master_key(&dice).unwrap().seal(b"x", b"clear", &dice).unwrap();
        let secret = folder.introspection_secret("cakes", &dice).unwrap();

        let again = DataFolder::open(&path).unwrap();
        let opened = again.master_key(&dice).unwrap().open(b"x", &sealed).unwrap();
        assert_eq!(opened.as_slice(), b"clear");
        assert_eq!(again.introspection_secret("cakes", &dice).unwrap(), secret);
        for file in [folder.key_file(), folder.secret_file("cakes")] {
            assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
        }
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o700);
    }

    #[test]
    fn a_file_is_no_folder_and_nonsense_is_no_key() {
        let scratch = tempfile::tempdir().unwrap();
        let file = scratch.path().join("file");
        fs::write(&file, "x").unwrap();
        assert!(DataFolder::open(&file).unwrap_err().to_string().ends_with("is a file"));
        assert!(DataFolder::open(&file.join("below")).is_err());
        let folder = DataFolder::open(scratch.path()).unwrap();
        let key = || folder.master_key(&SeededDice::new(1)).err().unwrap().to_string();
        fs::write(folder.key_file(), "short").unwrap();
        fs::set_permissions(folder.key_file(), fs::Permissions::from_mode(0o600)).unwrap();
        assert!(key().ends_with("32 bytes in base64 are expected"), "{}", key());
        fs::set_permissions(folder.key_file(), fs::Permissions::from_mode(0o640)).unwrap();
        assert!(key().contains("open to others than its owner (mode 0640)"), "{}", key());
    }
}
