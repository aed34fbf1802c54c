//! Closed-loop load: so many connections, each sending its next request when the reply to the last one is there.

use crate::client::{Connection, Reply};
use crate::clock::now;
use crate::{Broken, process};
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// What one connection does.
pub(crate) trait Script: Send {
    /// The next request.
    fn next(&mut self) -> &[u8];
    /// Looks at the reply; an error ends the bench.
    fn answered(&mut self, reply: &Reply<'_>) -> Result<(), Broken>;
}

/// Scripts of several connections.
pub(crate) type Scripts = Vec<Box<dyn Script>>;

/// For whom and how long.
#[derive(Clone, Copy)]
pub(crate) struct Target {
    /// Where the server listens.
    pub(crate) address: SocketAddr,
    /// Its process.
    pub(crate) pid: u32,
    /// How long requests are sent.
    pub(crate) time: Duration,
    /// The pause after each reply.
    pub(crate) pause: Duration,
}

/// What came of it.
pub(crate) struct Tally {
    /// Replies.
    pub(crate) count: usize,
    /// From the first request to the last reply.
    pub(crate) wall: Duration,
    /// Processor time of the server.
    pub(crate) server: Duration,
    /// Processor time of the client.
    pub(crate) client: Duration,
    latencies: Vec<Duration>,
}

impl Tally {
    /// Replies per second of wall time.
    pub(crate) fn rate(&self) -> f64 {
        per(self.count, self.wall)
    }

    /// Processor time of the server per reply, in microseconds.
    pub(crate) fn server_micros(&self) -> f64 {
        self.server.as_secs_f64() * 1e6 / count(self.count).max(1.0)
    }

    /// Processor time of the client per request, in microseconds.
    pub(crate) fn client_micros(&self) -> f64 {
        self.client.as_secs_f64() * 1e6 / count(self.count).max(1.0)
    }

    /// The time that this many hundredths of the replies took at most.
    pub(crate) fn percentile(&self, hundredths: usize) -> Duration {
        let last = self.latencies.len().saturating_sub(1);
        let at = (self.latencies.len() * hundredths / 100).min(last);
        self.latencies.get(at).copied().unwrap_or_default()
    }
}

/// Events per second.
pub(crate) fn per(events: usize, time: Duration) -> f64 {
    count(events) / time.as_secs_f64().max(1e-9)
}

#[expect(clippy::cast_precision_loss, reason = "counts of a bench are small")]
fn count(events: usize) -> f64 {
    events as f64
}

/// The middle one; zero of none.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// Runs the scripts, each on its own connection. Gives them back, so that they can go on.
pub(crate) async fn run(target: Target, scripts: Scripts) -> Result<(Tally, Scripts), Broken> {
    let mut connections = Vec::new();
    for script in scripts {
        connections.push((Connection::open(target.address).await?, script));
    }
    let (server, client) = (process::cpu(target.pid)?, process::cpu(process::own())?);
    let started = now();
    let mut tasks = JoinSet::new();
    for (connection, script) in connections {
        tasks.spawn(drive(connection, script, target, started + target.time));
    }
    let mut scripts = Scripts::new();
    let mut latencies = Vec::new();
    while let Some(done) = tasks.join_next().await {
        let (script, times) = done??;
        scripts.push(script);
        latencies.extend(times);
    }
    let wall = started.elapsed();
    latencies.sort_unstable();
    let tally = Tally {
        count: latencies.len(),
        wall,
        server: process::cpu(target.pid)?.saturating_sub(server),
        client: process::cpu(process::own())?.saturating_sub(client),
        latencies,
    };
    Ok((tally, scripts))
}

async fn drive(
    mut connection: Connection,
    mut script: Box<dyn Script>,
    target: Target,
    until: Instant,
) -> Result<(Box<dyn Script>, Vec<Duration>), Broken> {
    let mut latencies = Vec::new();
    loop {
        let sent = now();
        if sent >= until {
            return Ok((script, latencies));
        }
        let reply = connection.exchange(script.next()).await?;
        latencies.push(sent.elapsed());
        script.answered(&reply)?;
        if !target.pause.is_zero() {
            tokio::time::sleep(target.pause).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle() {
        assert!((median(vec![3.0, 1.0, 2.0]) - 2.0).abs() < f64::EPSILON);
        assert!(median(Vec::new()).abs() < f64::EPSILON);
    }
}
