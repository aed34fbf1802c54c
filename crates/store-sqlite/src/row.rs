//! From cells to the core's types. A cell that makes no sense is a fault that names table, column and row.

use crate::error::Failure;
use doorward_core::fault::Fault;
use doorward_core::time::Timestamp;
use rusqlite::Row;
use rusqlite::types::ValueRef;
use std::fmt::Write;
use std::time::Duration;
use uuid::Uuid;

/// A table as it is selected: its name and the columns in the order in which its statements list them. The first
/// one names the row in a fault.
pub(crate) struct Table {
    pub(crate) name: &'static str,
    pub(crate) columns: &'static [&'static str],
}

/// The cells of one table in a row of a result.
pub(crate) struct Cells<'a> {
    row: &'a Row<'a>,
    table: &'static Table,
    first: usize,
}

impl<'a> Cells<'a> {
    /// The cells of `table`, whose first column is the result's column `first`.
    pub(crate) fn new(row: &'a Row<'a>, table: &'static Table, first: usize) -> Cells<'a> {
        Cells { row, table, first }
    }

    fn value(&self, at: usize) -> Result<ValueRef<'a>, Failure> {
        Ok(self.row.get_ref(self.first + at)?)
    }

    /// The fault that the cell `at` makes no sense.
    pub(crate) fn corrupt(&self, at: usize) -> Failure {
        let row = match self.value(0) {
            Ok(ValueRef::Blob(bytes)) => match Uuid::from_slice(bytes) {
                Ok(id) => id.to_string(),
                Err(_) => hex(bytes),
            },
            Ok(ValueRef::Text(text)) => String::from_utf8_lossy(text).into_owned(),
            Ok(ValueRef::Integer(number)) => number.to_string(),
            _ => "?".to_owned(),
        };
        let column = self.table.columns.get(at).copied().unwrap_or("?");
        Failure::Fault(Fault::CorruptRow { table: self.table.name, column, row })
    }

    /// What `parse` makes of a text, which must be something.
    pub(crate) fn parsed<T>(&self, at: usize, parse: impl Fn(&str) -> Option<T>) -> Result<T, Failure> {
        parse(self.str(at)?).ok_or_else(|| self.corrupt(at))
    }

    /// What `read` reads, unless the cell is NULL.
    pub(crate) fn optional<T>(
        &self,
        at: usize,
        read: impl Fn(&Cells<'a>, usize) -> Result<T, Failure>,
    ) -> Result<Option<T>, Failure> {
        match self.value(at)? {
            ValueRef::Null => Ok(None),
            _ => read(self, at).map(Some),
        }
    }

    fn str(&self, at: usize) -> Result<&'a str, Failure> {
        match self.value(at)? {
            ValueRef::Text(text) => std::str::from_utf8(text).map_err(|_| self.corrupt(at)),
            _ => Err(self.corrupt(at)),
        }
    }

    pub(crate) fn text(&self, at: usize) -> Result<String, Failure> {
        self.str(at).map(str::to_owned)
    }

    pub(crate) fn integer(&self, at: usize) -> Result<i64, Failure> {
        match self.value(at)? {
            ValueRef::Integer(number) => Ok(number),
            _ => Err(self.corrupt(at)),
        }
    }

    pub(crate) fn bytes(&self, at: usize) -> Result<&'a [u8], Failure> {
        match self.value(at)? {
            ValueRef::Blob(bytes) => Ok(bytes),
            _ => Err(self.corrupt(at)),
        }
    }

    pub(crate) fn array<const N: usize>(&self, at: usize) -> Result<[u8; N], Failure> {
        self.bytes(at)?.try_into().map_err(|_| self.corrupt(at))
    }

    pub(crate) fn uuid(&self, at: usize) -> Result<Uuid, Failure> {
        self.array(at).map(Uuid::from_bytes)
    }

    pub(crate) fn time(&self, at: usize) -> Result<Timestamp, Failure> {
        self.integer(at).map(Timestamp)
    }

    pub(crate) fn flag(&self, at: usize) -> Result<bool, Failure> {
        match self.integer(at)? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(self.corrupt(at)),
        }
    }

    pub(crate) fn count(&self, at: usize) -> Result<u32, Failure> {
        u32::try_from(self.integer(at)?).map_err(|_| self.corrupt(at))
    }

    pub(crate) fn whole(&self, at: usize) -> Result<u64, Failure> {
        u64::try_from(self.integer(at)?).map_err(|_| self.corrupt(at))
    }

    pub(crate) fn duration(&self, at: usize) -> Result<Duration, Failure> {
        self.whole(at).map(Duration::from_millis)
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A version or a number as SQLite counts. Above its range it is the end of the range, which no row has.
pub(crate) fn number(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// A length of time in milliseconds.
pub(crate) fn millis(length: Duration) -> i64 {
    i64::try_from(length.as_millis()).unwrap_or(i64::MAX)
}
