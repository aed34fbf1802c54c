//! The one writer: a thread that commits in groups. Whatever waits in the queue when a commit begins shares it,
//! each in a savepoint of its own; so under load one wait for the disk serves many, and without load nobody
//! waits for company. Answers go out only when the commit is on the disk.

use crate::connection::{BUSY, open_writer};
use crate::error::Failure;
use crate::{change, codes, outbox, sessions, tallies};
use doorward_core::change::{ApplyResult, Change};
use doorward_core::fault::Fault;
use doorward_core::time::Timestamp;
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::oneshot;

/// How many requests share one commit at most.
const GROUP: usize = 256;

/// How many requests may wait; more are refused at once.
const QUEUE: usize = 4096;

/// When to ask again after the queue was full: a full queue is a second's work at the very most.
const TRY_AGAIN: Duration = Duration::from_secs(1);

/// A log that grew beyond this was kept by readers from being reused, and is cut as soon as they let go.
const LONG_LOG: u64 = 64 * 1024 * 1024;

/// How long emptying the log waits for readers, while everybody waits for the writer. Our own reads are over in
/// a blink; an operator's shell may hold one for hours.
const PATIENCE: Duration = Duration::from_millis(100);

/// What the writer does for one caller, and what it answers.
enum Work {
    Apply(Vec<Change>),
    Sweep(Timestamp),
}

impl Work {
    /// Whether it is a single statement, which SQLite itself makes whole or not at all: it needs no savepoint.
    fn is_one_statement(&self) -> bool {
        match self {
            Work::Apply(changes) => {
                matches!(changes.as_slice(), [Change::MoveSession { .. } | Change::TouchSession { .. }])
            }
            Work::Sweep(_) => false,
        }
    }
}

#[derive(Debug)]
enum Done {
    Applied(ApplyResult),
    Swept(u64),
}

struct Request {
    work: Work,
    answer: oneshot::Sender<Result<Done, Fault>>,
}

/// The way to the writer's thread. Dropping it lets the thread finish what is queued, and waits for that.
pub(crate) struct Writer {
    queue: Option<SyncSender<Request>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts the thread with an open connection.
    pub(crate) fn start(path: PathBuf, connection: Connection) -> std::io::Result<Writer> {
        let (queue, requests) = sync_channel(QUEUE);
        let worker = Worker { path, connection: Some(connection), sweep_after: 0, unlooked: 0 };
        let thread = std::thread::Builder::new()
            .name("doorward-writer".to_owned())
            .spawn(move || worker.run(&requests))?;
        Ok(Writer { queue: Some(queue), thread: Some(thread) })
    }

    /// A way to nobody: whatever is asked fails.
    pub(crate) fn none() -> Writer {
        Writer { queue: None, thread: None }
    }

    /// Makes all changes or none.
    pub(crate) async fn apply(&self, changes: Vec<Change>) -> Result<ApplyResult, Fault> {
        match self.ask(Work::Apply(changes)).await? {
            Done::Applied(result) => Ok(result),
            Done::Swept(_) => Err(mixed_up()),
        }
    }

    /// Removes what is over.
    pub(crate) async fn sweep(&self, now: Timestamp) -> Result<u64, Fault> {
        match self.ask(Work::Sweep(now)).await? {
            Done::Swept(rows) => Ok(rows),
            Done::Applied(_) => Err(mixed_up()),
        }
    }

    /// Whether the thread lives.
    pub(crate) fn lives(&self) -> bool {
        self.thread.as_ref().is_some_and(|thread| !thread.is_finished())
    }

    async fn ask(&self, work: Work) -> Result<Done, Fault> {
        let gone = || Fault::Store("the writer has stopped".to_owned());
        let (answer, answered) = oneshot::channel();
        let queue = self.queue.as_ref().ok_or_else(gone)?;
        queue.try_send(Request { work, answer }).map_err(|error| match error {
            TrySendError::Full(_) => Fault::Overloaded(TRY_AGAIN),
            TrySendError::Disconnected(_) => gone(),
        })?;
        answered.await.unwrap_or_else(|_| Err(gone()))
    }
}

fn mixed_up() -> Fault {
    Fault::Internal("the writer answered another question".to_owned())
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            // A panic of the thread has been told to everybody who waited for it.
            let _ = thread.join();
        }
    }
}

struct Worker {
    path: PathBuf,
    /// Absent after a failed commit, until the next group.
    connection: Option<Connection>,
    /// Where the next sweep of sessions goes on.
    sweep_after: i64,
    /// Commits since the length of the log was last looked at.
    unlooked: u32,
}

/// After how many commits the length of the log is looked at: a group is far below a megabyte.
const LOOK_EVERY: u32 = 64;

impl Worker {
    fn run(mut self, requests: &Receiver<Request>) {
        let mut company = 0;
        while let Ok(first) = requests.recv() {
            // Where the last group had company, those who were just answered are about to ask again: giving them
            // the processor for a moment makes the groups larger, and costs nothing when nobody else runs.
            if company > 1 {
                std::thread::yield_now();
            }
            let mut group = vec![first];
            group.extend(requests.try_iter().take(GROUP - 1));
            company = group.len();
            self.commit(group);
        }
        if let Some(connection) = self.connection.take() {
            let _ = checkpoint(&connection);
            let _ = connection.close();
        }
    }

    fn commit(&mut self, group: Vec<Request>) {
        match self.make(&group) {
            Ok(answers) => {
                let swept = answers.iter().any(|answer| matches!(answer, Ok(Done::Swept(_))));
                if swept || self.log_is_long() {
                    self.empty_log();
                }
                for (request, answer) in group.into_iter().zip(answers) {
                    // Nobody waits any more when a request was cut off; its changes stand all the same.
                    let _ = request.answer.send(answer);
                }
            }
            Err(failure) => {
                // What a failed commit left behind is unknown: closing the connection takes it back.
                self.connection = None;
                let fault = Fault::from(failure);
                for request in group {
                    let _ = request.answer.send(Err(fault.clone()));
                }
            }
        }
    }

    /// Makes a group's work in one transaction. An error means that none of it is made.
    fn make(&mut self, group: &[Request]) -> Result<Vec<Result<Done, Fault>>, Failure> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => open_writer(&self.path)?,
        };
        let connection = &*self.connection.insert(connection);
        let mut answers = Vec::with_capacity(group.len());
        run(connection, "BEGIN IMMEDIATE")?;
        for request in group {
            let apart = !request.work.is_one_statement();
            if apart {
                run(connection, "SAVEPOINT one")?;
            }
            let done = match &request.work {
                Work::Apply(changes) => apply(connection, changes),
                Work::Sweep(now) => sweep(connection, *now, &mut self.sweep_after),
            };
            if done.is_err() {
                if connection.is_autocommit() {
                    // The error took the whole transaction with it (a full disk, say).
                    return Err(done.err().unwrap_or(Failure::Conflict));
                }
                if apart {
                    run(connection, "ROLLBACK TO one")?;
                }
            }
            if apart {
                run(connection, "RELEASE one")?;
            }
            answers.push(match done {
                Err(Failure::Conflict) => Ok(Done::Applied(ApplyResult::Conflict)),
                other => other.map_err(Fault::from),
            });
        }
        run(connection, "COMMIT")?;
        Ok(answers)
    }

    fn log_is_long(&mut self) -> bool {
        self.unlooked += 1;
        if self.unlooked < LOOK_EVERY {
            return false;
        }
        self.unlooked = 0;
        let mut log = self.path.clone().into_os_string();
        log.push("-wal");
        std::fs::metadata(Path::new(&log)).is_ok_and(|found| found.len() > LONG_LOG)
    }

    fn empty_log(&self) {
        if let Some(connection) = &self.connection {
            // Readers that do not let go in time only mean that it is tried again another time.
            let _ = checkpoint(connection);
        }
    }
}

fn run(connection: &Connection, control: &str) -> Result<(), Failure> {
    connection.prepare_cached(control)?.execute([])?;
    Ok(())
}

fn apply(connection: &Connection, changes: &[Change]) -> Result<Done, Failure> {
    Ok(Done::Applied(ApplyResult::Applied(change::make_all(connection, changes)?)))
}

fn sweep(connection: &Connection, now: Timestamp, after: &mut i64) -> Result<Done, Failure> {
    let (sessions, next) = sessions::sweep(connection, now, *after)?;
    let codes = codes::sweep(connection, now)?;
    let rows = sessions + codes + tallies::sweep(connection, now)? + outbox::sweep(connection, now)?;
    *after = next;
    Ok(Done::Swept(rows as u64))
}

/// Copies the log back into the database and empties it, so that nothing deleted stays readable in it.
fn checkpoint(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(PATIENCE)?;
    let result = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
    connection.busy_timeout(BUSY)?;
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::migrate::migrate;
    use doorward_testkit::samples::{event, later};

    fn worker(folder: &Path) -> Worker {
        let path = folder.join("doorward.db");
        std::fs::write(&path, []).expect("works");
        let mut connection = open_writer(&path).expect("opens");
        migrate(&mut connection).expect("migrates");
        Worker { path, connection: Some(connection), sweep_after: 0, unlooked: 0 }
    }

    fn asked(work: Work) -> (Request, oneshot::Receiver<Result<Done, Fault>>) {
        let (answer, answered) = oneshot::channel();
        (Request { work, answer }, answered)
    }

    #[test]
    fn after_a_failed_commit_all_are_told_and_the_connection_is_opened_anew() {
        let folder = tempfile::tempdir().expect("there is room");
        let mut worker = worker(folder.path());
        // A connection in a state that no group can begin in.
        worker.connection.as_ref().expect("it is open").execute_batch("BEGIN").expect("works");
        let write = || asked(Work::Apply(vec![Change::Audit(Box::new(event("r", 1)))]));
        let ((first, mut told), (second, mut told_too)) = (write(), asked(Work::Sweep(later(0))));
        worker.commit(vec![first, second]);
        for answered in [&mut told, &mut told_too] {
            assert!(matches!(answered.try_recv(), Ok(Err(Fault::Store(_)))));
        }
        let (again, mut told) = write();
        worker.commit(vec![again]);
        assert!(matches!(told.try_recv(), Ok(Ok(Done::Applied(ApplyResult::Applied(_))))));
        let connection = worker.connection.as_ref().expect("it is open");
        let events: u32 =
            connection.query_row("SELECT count(*) FROM audit", [], |row| row.get(0)).expect("works");
        assert_eq!(events, 1);
    }

    #[test]
    fn a_full_queue_refuses_at_once() {
        let (queue, requests) = sync_channel(1);
        let writer = Writer { queue: Some(queue), thread: None };
        let mut waker = std::task::Context::from_waker(std::task::Waker::noop());
        let mut waiting = Box::pin(writer.apply(Vec::new()));
        assert!(waiting.as_mut().poll(&mut waker).is_pending());
        let mut refused = Box::pin(writer.apply(Vec::new()));
        let answer = refused.as_mut().poll(&mut waker);
        assert!(matches!(answer, std::task::Poll::Ready(Err(Fault::Overloaded(_)))));
        drop(requests);
        let mut gone = Box::pin(writer.apply(Vec::new()));
        assert!(matches!(gone.as_mut().poll(&mut waker), std::task::Poll::Ready(Err(Fault::Store(_)))));
    }
}
