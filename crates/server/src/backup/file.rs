//! The file itself, read and written as a stream.

use aws_lc_rs::digest::{Context, SHA256};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::io::{BufRead, Read, Write};

const MAGIC: &str = "doorward-backup 1\n";
/// The last line: a line's end, the word, and the sum.
pub const SUM: usize = "\nsha256 ".len() + 64 + 1;
/// A longer first part is none of ours.
const LONGEST_HEAD: u64 = 64 * 1024;
const PIECE: usize = 64 * 1024;

/// What a backup says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The version of the program that made it.
    pub doorward: String,
    /// When it was made.
    pub made_at: String,
    /// The version of the tables.
    pub schema: u32,
    /// The id of the master key that its secrets are sealed under.
    pub master_key_id: String,
    /// The length of the database.
    pub bytes: u64,
    /// How many accounts there are in it.
    pub accounts: u64,
    /// How many sessions that have not been ended.
    pub sessions: u64,
    /// How many keys.
    pub keys: u64,
    /// How many events of the audit trail.
    pub audit_events: u64,
}

/// Why a file is no backup, or not a whole one.
#[derive(Debug)]
pub enum NotABackup {
    /// It begins with something else.
    Other,
    /// It begins as one and is not whole.
    Damaged(&'static str),
    /// It cannot be read, or what is in it not written.
    File(std::io::Error),
}

impl fmt::Display for NotABackup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotABackup::Other => f.write_str("it is no backup of doorward"),
            NotABackup::Damaged(why) => write!(f, "it is damaged: {why}"),
            NotABackup::File(error) => write!(f, "{}", crate::folder::plain(error)),
        }
    }
}

impl From<std::io::Error> for NotABackup {
    fn from(error: std::io::Error) -> NotABackup {
        NotABackup::File(error)
    }
}

/// Writes a backup: the manifest, the database, the checksum, which is given back.
///
/// # Errors
/// Something cannot be read or written.
pub fn write(manifest: &Manifest, database: &mut dyn Read, to: &mut dyn Write) -> std::io::Result<String> {
    let head = format!("{MAGIC}{}\n", serde_json::to_string(manifest)?);
    let mut sum = Context::new(&SHA256);
    sum.update(head.as_bytes());
    to.write_all(head.as_bytes())?;
    let copied = pour(database, manifest.bytes, (&mut sum, to))?;
    if copied != manifest.bytes {
        return Err(std::io::Error::other("the copy of the database became shorter"));
    }
    let sum = hex(sum);
    to.write_all(format!("\nsha256 {sum}\n").as_bytes())?;
    to.flush()?;
    Ok(sum)
}

/// Reads a backup, and writes the database that is in it. What was written is good only if this answers so.
///
/// # Errors
/// See [`NotABackup`].
pub fn read(from: &mut dyn BufRead, database: &mut dyn Write) -> Result<(Manifest, String), NotABackup> {
    let magic = line(from)?;
    if magic != MAGIC.as_bytes() {
        return Err(NotABackup::Other);
    }
    let said = line(from)?;
    let manifest: Manifest = serde_json::from_slice(&said)
        .map_err(|_| NotABackup::Damaged("its second line does not say what it is"))?;
    let mut sum = Context::new(&SHA256);
    sum.update(&magic);
    sum.update(&said);
    if pour(from, manifest.bytes, (&mut sum, database))? != manifest.bytes {
        return Err(NotABackup::Damaged("it ends too early"));
    }
    database.flush()?;
    let sum = hex(sum);
    let mut last = Vec::new();
    from.take(SUM as u64 + 1).read_to_end(&mut last)?;
    if last.len() < SUM {
        return Err(NotABackup::Damaged("it ends too early"));
    }
    if last != format!("\nsha256 {sum}\n").as_bytes() {
        return Err(NotABackup::Damaged("its checksum is of other bytes"));
    }
    Ok((manifest, sum))
}

fn line(from: &mut dyn BufRead) -> Result<Vec<u8>, NotABackup> {
    let mut line = Vec::new();
    from.take(LONGEST_HEAD).read_until(b'\n', &mut line)?;
    Ok(line)
}

/// Copies at most so many bytes, and counts them into the sum.
fn pour(from: &mut dyn Read, bytes: u64, (sum, to): (&mut Context, &mut dyn Write)) -> std::io::Result<u64> {
    let mut buffer = vec![0u8; PIECE];
    let mut copied = 0;
    while copied < bytes {
        let most = usize::try_from(bytes - copied).unwrap_or(PIECE).min(PIECE);
        let read = from.read(buffer.get_mut(..most).unwrap_or_default())?;
        let Some(piece) = buffer.get(..read).filter(|piece| !piece.is_empty()) else { break };
        sum.update(piece);
        to.write_all(piece)?;
        copied += read as u64;
    }
    Ok(copied)
}

fn hex(sum: Context) -> String {
    sum.finish().as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(bytes: u64) -> Manifest {
        Manifest {
            doorward: "0.1.0".to_owned(),
            made_at: "2026-01-05T12:00:00Z".to_owned(),
            schema: 9,
            master_key_id: "0011223344556677".to_owned(),
            bytes,
            accounts: 1,
            sessions: 2,
            keys: 3,
            audit_events: 4,
        }
    }

    fn back(file: &[u8]) -> Result<(Manifest, Vec<u8>), String> {
        let mut database = Vec::new();
        let (manifest, _) = read(&mut &file[..], &mut database).map_err(|error| error.to_string())?;
        Ok((manifest, database))
    }

    #[test]
    fn what_was_written_is_read_and_every_damaged_byte_is_found() {
        let database: Vec<u8> = (0..3000u32).map(|n| (n % 251) as u8).collect();
        let mut file = Vec::new();
        write(&manifest(3000), &mut database.as_slice(), &mut file).unwrap();
        assert_eq!(back(&file).unwrap(), (manifest(3000), database));
        for at in 0..file.len() {
            let mut damaged = file.clone();
            damaged[at] ^= 1;
            assert!(back(&damaged).is_err(), "byte {at}");
        }
        for end in 0..file.len() {
            assert!(back(&file[..end]).is_err(), "cut at {end}");
        }
        let more = [file.as_slice(), b"x"].concat();
        assert_eq!(back(&more).unwrap_err(), "it is damaged: its checksum is of other bytes");
        assert_eq!(back(b"SQLite format 3\0").unwrap_err(), "it is no backup of doorward");
    }

    #[test]
    fn a_database_that_became_shorter_is_no_backup() {
        let mut file = Vec::new();
        assert!(write(&manifest(10), &mut &b"short"[..], &mut file).is_err());
    }
}
