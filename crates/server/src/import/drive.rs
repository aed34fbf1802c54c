//! An import from the file's side: reads it, prepares rows, has them added batch by batch, and keeps count.

use super::batch::{Batch, Row};
use super::hashes::{Hashes, Tally};
use super::journal::Journal;
use super::members::{Members, REFUSED};
use super::reading::{Entry, Format, Source};
use super::refused::RefusedLines;
use super::report::{Refusal, Report};
use crate::account::{Reply, Work};
use crate::folder::plain;
use crate::output::Output;
use crate::start_error::StartError;
use doorward_core::port::Dice;
use doorward_password::Memory;
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::fs::File;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

/// How many accounts are added in one apply: a commit of a few hundredths of a second, which sign-ins can wait for.
const BATCH: usize = 250;
/// How many batches may be ready while one is being added.
const READY: usize = 2;

/// An import that is to be made.
pub struct Drive<'a> {
    /// The realm.
    pub realm: &'a str,
    /// The file; without it standard input.
    pub file: Option<PathBuf>,
    /// How it is named in messages.
    pub name: String,
    /// Its format.
    pub format: Format,
    /// Where the journal lies: beside the data.
    pub data: PathBuf,
    /// Other names of members, as (in the file, ours).
    pub maps: Vec<(String, String)>,
    /// Members that are not looked at.
    pub ignored: Vec<String>,
    /// What is done with hashes.
    pub hashes: Hashes,
    /// Whether nothing is written.
    pub dry_run: bool,
    /// Where refused lines go; without it they are only told.
    pub refused: Option<PathBuf>,
    /// Randomness for wrapped hashes.
    pub dice: &'a dyn Dice,
    /// Where the progress is shown.
    pub output: Output,
}

/// Whoever has the data.
pub type Ask<'a> = &'a mut dyn FnMut(Work) -> Result<Reply, StartError>;

/// Makes an import.
///
/// # Errors
/// It could not be tried, or not to its end: begun again, it goes on.
pub fn drive(drive: &Drive<'_>, ask: Ask<'_>) -> Result<Report, StartError> {
    let (members, counted) = described(ask)?;
    let columns = drive.hashes.columns();
    for (_, ours) in &drive.maps {
        if members.find(ours).is_none() && !columns.contains(ours) {
            return Err(StartError::new(format!("--map: {}", members.unknown(ours))));
        }
    }
    let journal = match &drive.file {
        Some(file) if !drive.dry_run => Some(Journal::of(file, &drive.data, (drive.realm, &drive.how()))?),
        _ => None,
    };
    let kept = journal.as_ref().and_then(Journal::read);
    let mut report = kept.as_ref().map(|(_, report)| report.clone()).unwrap_or_default();
    report.after = kept.as_ref().map(|(line, _)| *line);
    report.file.clone_from(&drive.name);
    report.dry_run = drive.dry_run;
    report.cores = std::thread::available_parallelism().map_or(1, |cores| cores.get() as u64);
    let source = drive.open()?;
    let reader = Reader {
        drive,
        members,
        columns,
        after: report.after.unwrap_or(0),
        numbered: (counted, None),
        tally: Tally::default(),
        memory: Memory::default(),
    };
    reader.check_heading(&source)?;
    let heading = source.heading().map(|(text, _)| text.to_owned());
    let refused = drive.refused.clone().filter(|_| !drive.dry_run);
    report.refused_file = refused.as_ref().map(|path| path.display().to_string());
    let mut adding = Adding {
        drive,
        journal,
        refused: refused
            .map(|path| RefusedLines::new(path, drive.format, (heading.as_deref(), report.after.is_some()))),
        seen: HashMap::default(),
        report,
    };
    let tally = std::thread::scope(|scope| {
        let (ready, batches) = sync_channel(READY);
        let reading = scope.spawn(move || reader.run(source, &ready));
        let added = adding.run(&batches, ask);
        drop(batches);
        let read = reading.join().unwrap_or_else(|_| Err(StartError::new("reading the file failed")));
        added.and(read)
    })?;
    adding.report.hashes = tally;
    if let Some(journal) = &adding.journal {
        journal.close();
    }
    Ok(adding.report)
}

/// What the realm's rows may say.
fn described(ask: Ask<'_>) -> Result<(Members, bool), StartError> {
    let described = match ask(Work::DescribeImport)? {
        Reply::Done { accounts, .. } => accounts.into_iter().next().unwrap_or_default(),
        Reply::Refused { message, .. } => return Err(StartError::new(message)),
    };
    let names = |member: &str| -> Vec<String> {
        let list = described.get(member).and_then(Value::as_array);
        list.into_iter().flatten().filter_map(Value::as_str).map(ToOwned::to_owned).collect()
    };
    let members = Members::new(&names("identifiers"), &names("fields"));
    Ok((members, described.get("counted") == Some(&Value::Bool(true))))
}

impl Drive<'_> {
    fn open(&self) -> Result<Source, StartError> {
        let input: Box<dyn BufRead + Send> = match &self.file {
            None => Box::new(BufReader::new(std::io::stdin())),
            Some(path) => Box::new(BufReader::with_capacity(
                256 * 1024,
                File::open(path).map_err(|error| {
                    StartError::new(format!("cannot read {}: {}", self.name, plain(&error)))
                })?,
            )),
        };
        Source::open(self.format, input)
            .map_err(|(column, why)| StartError::new(format!("{}:1:{column}: {why}", self.name)))
    }

    /// How the file is read: another way of reading begins anew.
    fn how(&self) -> String {
        let recipe = self.hashes.recipe.as_ref().map(ToString::to_string);
        format!("{:?} {:?} {:?} {recipe:?} {:?}", self.format, self.maps, self.ignored, self.hashes.wrap)
    }

    /// Where a member stands in the file, whatever it is called there.
    fn column(&self, entry: &Entry, member: &str) -> usize {
        let short = member.strip_prefix("profile.").unwrap_or(member);
        let mapped = self.maps.iter().find(|(_, ours)| ours == member || ours == short);
        let names = [mapped.map(|(theirs, _)| theirs.as_str()), Some(member), Some(short)];
        names.into_iter().flatten().map(|name| entry.column(name)).find(|column| *column > 1).unwrap_or(1)
    }
}

/// A line that is ready to be added, or what is wrong with it.
type Prepared = (Entry, Result<Row, (usize, String)>);

/// The side that reads.
struct Reader<'a> {
    drive: &'a Drive<'a>,
    members: Members,
    columns: Vec<String>,
    after: u64,
    /// Whether the realm counts its ids, and whether the first account brings one.
    numbered: (bool, Option<bool>),
    tally: Tally,
    memory: Memory,
}

impl Reader<'_> {
    /// A column that means nothing would be refused a million times: it is told once.
    fn check_heading(&self, source: &Source) -> Result<(), StartError> {
        let Some((_, names)) = source.heading() else { return Ok(()) };
        for (name, column) in names {
            if let Err(why) = self.place(name) {
                return Err(StartError::new(format!("{}:1:{column}: {why}", self.drive.name)));
            }
        }
        Ok(())
    }

    fn run(mut self, mut source: Source, ready: &SyncSender<Vec<Prepared>>) -> Result<Tally, StartError> {
        let mut batch = Vec::with_capacity(BATCH);
        loop {
            let entry = source.read_next().map_err(|error| {
                StartError::new(format!("cannot read {}: {}", self.drive.name, plain(&error)))
            })?;
            let Some(entry) = entry else { break };
            let numbered = entry.members.as_ref().ok().map(|members| self.has_id(members));
            if entry.line <= self.after {
                self.numbered.1 = self.numbered.1.or(numbered);
                continue;
            }
            let row = self.row(&entry, numbered);
            batch.push((entry, row));
            if batch.len() == BATCH && ready.send(std::mem::take(&mut batch)).is_err() {
                // The other side has failed, and says why.
                return Ok(self.tally);
            }
        }
        let _ = ready.send(batch);
        Ok(self.tally)
    }

    fn has_id(&self, members: &Map<String, Value>) -> bool {
        let is_id = |name: &String| self.place(name).is_ok_and(|place| place.as_deref() == Some("id"));
        members.iter().any(|(name, value)| !value.is_null() && is_id(name))
    }

    /// What a member of the file is called here; nothing for one that is not looked at.
    fn place(&self, name: &str) -> Result<Option<String>, String> {
        if self.drive.ignored.iter().any(|ignored| ignored == name) {
            return Ok(None);
        }
        let mapped = self.drive.maps.iter().find(|(theirs, _)| theirs == name);
        let ours = mapped.map_or(name, |(_, ours)| ours);
        match self.members.find(ours) {
            Some(place) => Ok(Some(place)),
            None if self.columns.iter().any(|column| column == ours) => Ok(Some(ours.to_owned())),
            None if ours == REFUSED => Ok(None),
            None => Err(self.members.unknown(name)),
        }
    }

    fn row(&mut self, entry: &Entry, numbered: Option<bool>) -> Result<Row, (usize, String)> {
        let members = entry.members.as_ref().map_err(Clone::clone)?;
        let (counted, first) = &mut self.numbered;
        let first = *first.get_or_insert(numbered.unwrap_or_default());
        if *counted && numbered != Some(first) {
            let why = "give every account an `id` or none: numbers that are drawn for some could be those of later lines";
            return Err((self.drive.column(entry, "id"), why.to_owned()));
        }
        let mut row = Row::new();
        for (name, value) in members {
            let at = || entry.column(name);
            let Some(place) = self.place(name).map_err(|why| (at(), why))? else { continue };
            let value =
                self.known_fields(&place, value).map_err(|(field, why)| (entry.column(&field), why))?;
            if row.insert(place, value).is_some() {
                return Err((at(), format!("two columns are `{name}` here")));
            }
        }
        let aside = (self.drive.dice, &mut self.memory, self.drive.dry_run);
        self.drive.hashes.settle(&mut row, &mut self.tally, aside).map_err(|why| {
            (self.drive.column(entry, "password_hash"), format!("the hash is not taken: {why}"))
        })?;
        row.retain(|name, _| self.members.find(name).is_some());
        Ok(row)
    }

    /// The fields of an object `profile` that are not ignored; one that the realm does not have is told by its name.
    fn known_fields(&self, place: &str, value: &Value) -> Result<Value, (String, String)> {
        let (true, Value::Object(fields)) = (place == "profile", value) else { return Ok(value.clone()) };
        let mut known = Map::new();
        for (name, value) in fields {
            let whole = format!("profile.{name}");
            if self.drive.ignored.contains(&whole) {
                continue;
            }
            if self.members.find(&whole).is_none() {
                return Err((whole.clone(), self.members.unknown(&whole)));
            }
            known.insert(name.clone(), value.clone());
        }
        Ok(Value::Object(known))
    }
}

/// The side that has them added.
struct Adding<'a> {
    drive: &'a Drive<'a>,
    journal: Option<Journal>,
    refused: Option<RefusedLines>,
    /// In a dry run: in which line something was seen that no two accounts have.
    seen: HashMap<u64, u64, BuildHasherDefault<DefaultHasher>>,
    report: Report,
}

impl Adding<'_> {
    fn run(&mut self, batches: &Receiver<Vec<Prepared>>, ask: Ask<'_>) -> Result<(), StartError> {
        let shown = self.drive.output.on_terminal();
        for batch in batches {
            let Some(last) = batch.last().map(|(entry, _)| entry.line) else { continue };
            self.add(batch, ask)?;
            if let Some(journal) = &self.journal {
                journal.note(last, &self.report)?;
            }
            if shown {
                let Report { added, there, refused, .. } = self.report;
                let line =
                    format!("\r{last} lines: {added} added, {there} there already, {refused} refused ");
                self.drive.output.aside(&line);
            }
        }
        if shown {
            self.drive.output.aside("\r\x1b[K");
        }
        Ok(())
    }

    fn add(&mut self, batch: Vec<Prepared>, ask: Ask<'_>) -> Result<(), StartError> {
        let lines = batch.first().zip(batch.last()).map(|((first, _), (last, _))| (first.line, last.line));
        let (first, last) = lines.unwrap_or_default();
        let mut rows = Vec::with_capacity(batch.len());
        let mut entries = Vec::with_capacity(batch.len());
        for (entry, row) in batch {
            entries.push((entry, row.map(|row| rows.push(row))));
        }
        let source = format!("{}, lines {first} to {last}", self.drive.name);
        let fates = match rows.is_empty() {
            true => Vec::new(),
            false => match ask(Work::Import(Batch { source, rows, dry_run: self.drive.dry_run }))? {
                Reply::Done { accounts, .. } => accounts,
                Reply::Refused { message, .. } => return Err(StartError::new(message)),
            },
        };
        let mut fates = fates.into_iter();
        for (entry, prepared) in entries {
            self.report.read += 1;
            match prepared {
                Err((column, why)) => self.refuse(&entry, column, why)?,
                Ok(()) => self.settle(&entry, &fates.next().unwrap_or_default())?,
            }
        }
        Ok(())
    }

    fn settle(&mut self, entry: &Entry, fate: &Value) -> Result<(), StartError> {
        if fate == "there" {
            self.report.there += 1;
            return Ok(());
        }
        if let Some(why) = fate.get("why").and_then(Value::as_str) {
            let member = fate.get("member").and_then(Value::as_str).unwrap_or_default();
            return self.refuse(entry, self.drive.column(entry, member), why.to_owned());
        }
        let keys: Vec<&str> = fate
            .get("keys")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        for key in &keys {
            if let Some(line) = self.seen.get(&self.seen.hasher().hash_one(key)) {
                let member = key.split(' ').next().unwrap_or_default();
                let name = member.strip_prefix("profile.").unwrap_or(member);
                let why = format!("line {line} has this {name} too");
                return self.refuse(entry, self.drive.column(entry, member), why);
            }
        }
        for key in keys {
            self.seen.insert(self.seen.hasher().hash_one(key), entry.line);
        }
        self.report.added += 1;
        Ok(())
    }

    fn refuse(&mut self, entry: &Entry, column: usize, why: String) -> Result<(), StartError> {
        if let Some(refused) = &mut self.refused {
            let reason = format!("{}:{}:{column}: {why}", self.drive.name, entry.line);
            refused.write(&entry.text, &reason)?;
        }
        self.report.refuse(Refusal { line: entry.line, column, why });
        Ok(())
    }
}
