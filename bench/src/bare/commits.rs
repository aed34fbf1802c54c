//! One durable row at a time on bare rusqlite: a writer thread of its own that commits in groups, the way the
//! server's does, and nothing around it.

use crate::Broken;
use crate::clock::now;
use crate::load::per;
use rusqlite::Connection;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;
use tokio::task::JoinSet;

/// How many rows share one commit at most.
const GROUP: usize = 256;

struct Row {
    number: i64,
    durable: oneshot::Sender<()>,
}

/// Durable rows per second, with so many callers that each wait for their last row.
pub(crate) async fn commit_for(folder: &Path, callers: usize, time: Duration) -> Result<f64, Broken> {
    let connection = open(&folder.join("bare.db"))?;
    let (queue, rows) = sync_channel(4096);
    let writer = std::thread::spawn(move || write(&connection, &rows));
    let started = now();
    let mut tasks = JoinSet::new();
    for caller in 0..callers {
        tasks.spawn(call(queue.clone(), i64::try_from(caller)?, started + time));
    }
    drop(queue);
    let mut count = 0;
    while let Some(done) = tasks.join_next().await {
        count += done??;
    }
    let wall = started.elapsed();
    writer.join().map_err(|_| "the writer panicked")??;
    Ok(per(count, wall))
}

async fn call(queue: SyncSender<Row>, caller: i64, until: Instant) -> Result<usize, Broken> {
    let mut count = 0;
    while now() < until {
        let (durable, told) = oneshot::channel();
        queue.try_send(Row { number: caller, durable }).map_err(|_| "the writer is gone")?;
        told.await?;
        count += 1;
    }
    Ok(count)
}

fn write(connection: &Connection, rows: &Receiver<Row>) -> Result<(), Broken> {
    while let Ok(first) = rows.recv() {
        let mut group = vec![first];
        group.extend(rows.try_iter().take(GROUP - 1));
        connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        for row in &group {
            connection.prepare_cached("INSERT INTO row (number) VALUES (?1)")?.execute([row.number])?;
        }
        connection.prepare_cached("COMMIT")?.execute([])?;
        for row in group {
            // A caller that has gone need not be told.
            let _ = row.durable.send(());
        }
    }
    Ok(())
}

/// Set up as the server's writer sets up its connection.
fn open(path: &Path) -> Result<Connection, Broken> {
    let connection = Connection::open(path)?;
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get::<_, String>(0))?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update_and_check(None, "wal_autocheckpoint", 4000, |row| row.get::<_, i64>(0))?;
    connection
        .execute("CREATE TABLE IF NOT EXISTS row (id INTEGER PRIMARY KEY, number INTEGER NOT NULL)", [])?;
    Ok(connection)
}
