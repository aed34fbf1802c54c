//! Reads run where they are asked for, on the calling thread: each thread has a connection of its own to each
//! store, and no read ever waits for the writer.

use crate::connection::open_reader;
use crate::error::Failure;
use doorward_core::fault::Fault;
use rusqlite::Connection;
use std::cell::RefCell;
use std::path::PathBuf;
use std::sync::{Arc, Weak};

thread_local! {
    static OPEN: RefCell<Vec<Open>> = const { RefCell::new(Vec::new()) };
}

struct Open {
    /// Which store it belongs to. A `Weak` also keeps the address from being used for another store.
    store: Weak<PathBuf>,
    connection: Connection,
}

/// Reads of one store.
pub(crate) struct Reader {
    path: Arc<PathBuf>,
}

impl Reader {
    /// Will read this database.
    pub(crate) fn new(path: PathBuf) -> Reader {
        Reader { path: Arc::new(path) }
    }

    /// Runs one statement. Several need [`Reader::snapshot`] to belong together.
    pub(crate) fn read<T>(&self, read: impl FnOnce(&Connection) -> Result<T, Failure>) -> Result<T, Fault> {
        OPEN.with_borrow_mut(|open| {
            let place = self.place(open)?;
            let result = read(&open[place].connection);
            if matches!(result, Err(Failure::Sqlite(_))) {
                // Whatever state it is in, the next read starts with a fresh one.
                open.swap_remove(place);
            }
            Ok(result?)
        })
    }

    /// Runs several statements that all see the same state.
    pub(crate) fn snapshot<T>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, Failure>,
    ) -> Result<T, Fault> {
        self.read(|connection| {
            connection.prepare_cached("BEGIN")?.execute([])?;
            let _end = EndOfSnapshot(connection);
            read(connection)
        })
    }

    /// Where this thread's connection is, opening one if there is none.
    fn place(&self, open: &mut Vec<Open>) -> Result<usize, Failure> {
        let ours = |one: &Open| std::ptr::eq(one.store.as_ptr(), Arc::as_ptr(&self.path));
        if let Some(place) = open.iter().position(ours) {
            return Ok(place);
        }
        open.retain(|one| one.store.strong_count() > 0);
        let connection = open_reader(&self.path)?;
        open.push(Open { store: Arc::downgrade(&self.path), connection });
        Ok(open.len() - 1)
    }
}

/// Ends the transaction, also when the read failed or panicked.
struct EndOfSnapshot<'a>(&'a Connection);

impl Drop for EndOfSnapshot<'_> {
    fn drop(&mut self) {
        let ended = self.0.prepare_cached("COMMIT").and_then(|mut statement| statement.execute([]));
        // A failed statement may have ended it already; the next BEGIN would tell if it had not.
        let _ = ended;
    }
}
