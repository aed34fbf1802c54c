//! `doorward backup` and `doorward restore`: the whole store in one file, taken while a server runs, and put back into
//! a folder that has none.

use crate::backup::{Manifest, NotABackup, read, write};
use crate::cli::{DONE, Global, NO};
use crate::clock::SystemClock;
use crate::config::Config;
use crate::dice::SystemDice;
use crate::folder::plain;
use crate::offline::{known_master, where_master_lies};
use crate::output::Output;
use crate::start_error::StartError;
use crate::wiring::unopened;
use clap::Args;
use doorward_core::audit::AuditEvent;
use doorward_core::port::{Clock, uuid_v7};
use doorward_store_sqlite::{Contents, Restore as Place, copy_out, examine};
use serde_json::{Value, json};
use std::fs::{File, OpenOptions};
use std::io::{BufReader, BufWriter};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Copy the whole store into one file, while a server runs or without one
#[derive(Args)]
pub(crate) struct Backup {
    /// The file to write; it must not be there yet
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// Put a backup back into a data folder that has no database
#[derive(Args)]
pub(crate) struct Restore {
    /// The backup
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Only look through the backup, as restoring would; nothing is written into the data folder
    #[arg(long)]
    verify: bool,
    /// Let the sessions of the backup go on, and keep its codes and queued mails; sessions that were ended since it was
    /// made live again
    #[arg(long)]
    keep_sessions: bool,
}

/// Why it was not done: the answer is no, or it could not be tried.
enum Refusal {
    No(String),
    Unusable(StartError),
}

impl From<StartError> for Refusal {
    fn from(error: StartError) -> Refusal {
        Refusal::Unusable(error)
    }
}

fn told(refused: Result<(), Refusal>, output: Output) -> Result<u8, StartError> {
    match refused {
        Ok(()) => Ok(DONE),
        Err(Refusal::No(sentence)) => {
            output.error(&sentence);
            Ok(NO)
        }
        Err(Refusal::Unusable(error)) => Err(error),
    }
}

impl Backup {
    /// Does it.
    ///
    /// # Errors
    /// It could not be tried.
    pub(crate) fn run(
        self,
        (global, deployed): (&Global, Option<&Config>),
        output: Output,
    ) -> Result<u8, StartError> {
        let file = self.file.display();
        if self.file.exists() {
            return Err(StartError::new(format!("{file} is there already: choose another name")));
        }
        let master = known_master(&global.data, deployed)?;
        // Beside it, so that there is room, and so that it can be moved into its place whole.
        let copy = Scratch(with_ending(&self.file, ".copy"));
        let draft = Scratch(with_ending(&self.file, ".part"));
        copy_out(&global.data, &copy.0).map_err(|error| unopened(&error))?;
        let contents = examine(&copy.0).map_err(|error| unopened(&error))?;
        if let Some(defect) = contents.defects.first() {
            output.error(&format!("the database is damaged, and was not backed up: {defect}"));
            return Ok(NO);
        }
        let refused =
            |error: std::io::Error| StartError::new(format!("cannot write {file}: {}", plain(&error)));
        let bytes = std::fs::metadata(&copy.0).map_err(refused)?.len();
        let manifest = manifest(&contents, bytes, master.id());
        let sum = write_file(&manifest, &copy.0, &draft.0).map_err(refused)?;
        std::fs::rename(&draft.0, &self.file).map_err(refused)?;
        if output.json() {
            let mut said = json!(manifest);
            said["sha256"] = json!(sum);
            output.value(&said);
        } else {
            output.text(&format!("{file}\n{}", human(&manifest, &sum)));
        }
        Ok(DONE)
    }
}

fn manifest(contents: &Contents, bytes: u64, master_key_id: String) -> Manifest {
    Manifest {
        doorward: env!("CARGO_PKG_VERSION").to_owned(),
        made_at: now(),
        schema: contents.schema,
        master_key_id,
        bytes,
        accounts: contents.accounts,
        sessions: contents.sessions,
        keys: contents.keys,
        audit_events: contents.audit_events,
    }
}

fn now() -> String {
    let now = jiff::Timestamp::from_second(SystemClock.now().seconds());
    now.unwrap_or(jiff::Timestamp::UNIX_EPOCH).to_string()
}

fn write_file(manifest: &Manifest, copy: &Path, draft: &Path) -> std::io::Result<String> {
    let mut to = BufWriter::new(OpenOptions::new().create_new(true).write(true).mode(0o600).open(draft)?);
    let sum = write(manifest, &mut File::open(copy)?, &mut to)?;
    to.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()?;
    Ok(sum)
}

fn with_ending(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// A file that is gone when it is dropped.
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn human(manifest: &Manifest, sum: &str) -> String {
    let Manifest { doorward, made_at, schema, master_key_id, bytes, .. } = manifest;
    format!(
        "made at     {made_at} by doorward {doorward}, tables of version {schema}, {bytes} bytes\n\
         holds       {} accounts, {} sessions, {} keys, {} audit events\n\
         master key  {master_key_id}; the key itself is not in it, keep it elsewhere\n\
         sha256      {sum}\n",
        manifest.accounts, manifest.sessions, manifest.keys, manifest.audit_events
    )
}

impl Restore {
    /// Does it.
    ///
    /// # Errors
    /// It could not be tried.
    pub(crate) fn run(
        self,
        (global, deployed): (&Global, Option<&Config>),
        output: Output,
    ) -> Result<u8, StartError> {
        let done = if self.verify {
            self.look_through((global, deployed), output)
        } else {
            self.put_back((global, deployed), output)
        };
        told(done, output)
    }

    fn look_through(&self, of: (&Global, Option<&Config>), output: Output) -> Result<(), Refusal> {
        let scratch = tempfile::tempdir()
            .map_err(|error| StartError::new(format!("no room for a look: {}", plain(&error))))?;
        let database = scratch.path().join("database");
        let mut to = File::create(&database)
            .map_err(|error| StartError::new(format!("no room for a look: {}", plain(&error))))?;
        let (manifest, sum) = self.checked(&mut to, &database, of)?;
        self.say("good: nothing was written", (&manifest, &sum), json!({"verified": true}), output);
        Ok(())
    }

    fn put_back(&self, of: (&Global, Option<&Config>), output: Output) -> Result<(), Refusal> {
        let folder = &of.0.data;
        only_secrets(folder)?;
        let place = Place::begin(folder).map_err(|error| unopened(&error))?;
        let mut draft = place.draft().map_err(|error| unopened(&error))?;
        let (manifest, sum) = self.checked(&mut draft, &place.draft_path(), of)?;
        let ended = if self.keep_sessions {
            0
        } else {
            place.end_sessions(SystemClock.now()).map_err(|error| unopened(&error))?
        };
        place.finish(&event(&manifest)).map_err(|error| unopened(&error))?;
        let sessions = if self.keep_sessions {
            format!("restored into {}; its sessions go on", folder.display())
        } else {
            format!("restored into {}; {ended} sessions were ended", folder.display())
        };
        let counts = json!({"restored": true, "sessions_ended": ended});
        self.say(&sessions, (&manifest, &sum), counts, output);
        Ok(())
    }

    /// Reads the backup into a file and looks through it: whole, sealed under our master key, no defect.
    fn checked(
        &self,
        to: &mut File,
        database: &Path,
        (global, deployed): (&Global, Option<&Config>),
    ) -> Result<(Manifest, String), Refusal> {
        let file = self.file.display();
        let opened = File::open(&self.file)
            .map_err(|error| StartError::new(format!("cannot read {file}: {}", plain(&error))))?;
        let mut to = BufWriter::new(to);
        let (manifest, sum) = read(&mut BufReader::new(opened), &mut to).map_err(|error| match error {
            NotABackup::File(error) => {
                Refusal::Unusable(StartError::new(format!("cannot read {file}: {}", plain(&error))))
            }
            error => Refusal::No(format!("{file} cannot be restored: {error}")),
        })?;
        drop(to);
        let lies = where_master_lies(&global.data, deployed);
        let wanted = &manifest.master_key_id;
        let master = known_master(&global.data, deployed).map_err(|error| {
            StartError::new(format!("{error}; the backup is sealed under the master key {wanted}"))
        })?;
        if master.id() != *wanted {
            return Err(Refusal::No(format!(
                "{file} is sealed under the master key {wanted}, and {lies} is {}: put the right one there",
                master.id()
            )));
        }
        let contents = examine(database).map_err(|error| Refusal::No(format!("{file}: {error}")))?;
        if let Some(defect) = contents.defects.first() {
            return Err(Refusal::No(format!("{file} holds a damaged database: {defect}")));
        }
        let made_at = manifest.made_at.clone();
        if manifest
            != (Manifest {
                made_at,
                doorward: manifest.doorward.clone(),
                ..self::manifest(&contents, manifest.bytes, master.id())
            })
        {
            return Err(Refusal::No(format!("{file} holds something else than it says")));
        }
        Ok((manifest, sum))
    }

    fn say(&self, sentence: &str, (manifest, sum): (&Manifest, &str), more: Value, output: Output) {
        if output.json() {
            let mut said = json!(manifest);
            said["sha256"] = json!(sum);
            if let (Value::Object(said), Value::Object(more)) = (&mut said, more) {
                said.extend(more);
            }
            output.value(&said);
        } else {
            output.text(&format!("{sentence}\n{}", human(manifest, sum)));
        }
    }
}

/// A folder that holds anything but secrets is somebody's.
fn only_secrets(folder: &Path) -> Result<(), Refusal> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Ok(()) };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let secret = name == "demo-master.key" || name.ends_with(".secret") || name == "lock";
        if !secret {
            return Err(Refusal::No(format!(
                "the data folder {} is not empty, it holds {name}: restore into a new one, or move that away",
                folder.display()
            )));
        }
    }
    Ok(())
}

/// What the trail says of it.
fn event(manifest: &Manifest) -> AuditEvent {
    let at = SystemClock.now();
    let id = uuid_v7(at, &SystemDice);
    AuditEvent {
        id,
        at,
        realm: String::new(),
        contract: "operator".to_owned(),
        action: "restore".into(),
        outcome: "restored".into(),
        account: None,
        caller: None,
        session: None,
        address: "127.0.0.1".to_owned(),
        user_agent: format!("doorward/{}", env!("CARGO_PKG_VERSION")),
        request_id: id.to_string(),
        note: Some(format!("a backup of {}", manifest.made_at)),
    }
}
