//! The access log. A request appends its line to a buffer in memory; one thread writes the buffer out a few
//! hundred times a second at most. When the reader of the log is slower than the requests, lines are dropped and
//! their number is logged: a request never waits.

use doorward_core::port::Clock;
use doorward_http::{AccessEntry, AccessLog};
use serde::Serialize;
use std::io::Write;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// How long lines are gathered before they are written.
const GATHER: Duration = Duration::from_millis(5);
/// Lines beyond this many bytes that were not written yet are dropped.
const MOST: usize = 4 * 1024 * 1024;

/// One line, in the order in which it is written.
#[derive(Serialize)]
struct Line<'a> {
    at: &'a str,
    method: &'a str,
    route: &'a str,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<&'a str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    realm: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    contract: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    action: &'a str,
    micros: u64,
    bytes: u64,
    address: std::net::IpAddr,
    request_id: &'a str,
}

#[derive(Default)]
struct State {
    text: Vec<u8>,
    dropped: u64,
    closed: bool,
    /// The second that `stamp` names.
    second: i64,
    stamp: String,
}

struct Shared {
    state: Mutex<State>,
    more: Condvar,
}

impl Shared {
    // A panic while holding it leaves at worst half a line: going on is right.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where requests put their lines.
pub struct AccessFile {
    shared: Arc<Shared>,
    clock: Arc<dyn Clock>,
}

/// The thread that writes them out.
pub struct AccessWriter {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl AccessFile {
    /// Starts a log that writes to `out`.
    ///
    /// # Errors
    /// No thread could be started.
    pub fn start(
        out: Box<dyn Write + Send>,
        clock: Arc<dyn Clock>,
    ) -> std::io::Result<(AccessFile, AccessWriter)> {
        let shared = Arc::new(Shared { state: Mutex::new(State::default()), more: Condvar::new() });
        let theirs = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("access-log".to_owned())
            .spawn(move || write_out(&theirs, out))?;
        let file = AccessFile { shared: Arc::clone(&shared), clock };
        Ok((file, AccessWriter { shared, thread: Some(thread) }))
    }
}

impl AccessWriter {
    /// Writes what is left and ends the thread. Lines that come later are lost.
    pub fn finish(mut self) {
        self.shared.lock().closed = true;
        self.shared.more.notify_one();
        if let Some(thread) = self.thread.take() {
            // A writer that panicked has nothing left to write.
            let _ = thread.join();
        }
    }
}

impl AccessLog for AccessFile {
    fn line(&self, entry: &AccessEntry<'_>) {
        let now = self.clock.now();
        let mut state = self.shared.lock();
        if state.text.len() >= MOST {
            state.dropped += 1;
            return;
        }
        if state.second != now.seconds() || state.stamp.is_empty() {
            state.second = now.seconds();
            state.stamp = stamp(now.seconds());
        }
        let idle = state.text.is_empty();
        let State { text, stamp, .. } = &mut *state;
        let at = format!("{stamp}.{:03}Z", now.0.rem_euclid(1000));
        let line = Line {
            at: &at,
            method: entry.method,
            route: entry.route,
            status: entry.status,
            outcome: entry.outcome,
            realm: entry.realm,
            contract: entry.contract,
            action: entry.action,
            micros: u64::try_from(entry.duration.as_micros()).unwrap_or(u64::MAX),
            bytes: entry.bytes,
            address: entry.address,
            request_id: entry.request_id,
        };
        // Writing texts and numbers into memory cannot fail.
        let _ = serde_json::to_writer(&mut *text, &line);
        text.push(b'\n');
        drop(state);
        if idle {
            self.shared.more.notify_one();
        }
    }
}

fn stamp(second: i64) -> String {
    let at = jiff::Timestamp::from_second(second).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    at.strftime("%Y-%m-%dT%H:%M:%S").to_string()
}

fn write_out(shared: &Shared, mut out: Box<dyn Write + Send>) {
    let mut batch = Vec::new();
    loop {
        let mut state = shared.lock();
        while state.text.is_empty() && !state.closed {
            state = shared.more.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let closed = state.closed;
        if !closed {
            drop(state);
            std::thread::sleep(GATHER);
            state = shared.lock();
        }
        std::mem::swap(&mut batch, &mut state.text);
        let dropped = std::mem::take(&mut state.dropped);
        drop(state);
        if dropped > 0 {
            batch.extend_from_slice(format!("{{\"dropped_lines\":{dropped}}}\n").as_bytes());
        }
        // Nobody reads the log any more: requests are answered nevertheless.
        let _ = out.write_all(&batch).and_then(|()| out.flush());
        batch.clear();
        // A burst must not hold its memory for ever.
        batch.shrink_to(64 * 1024);
        if closed {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use doorward_testkit::FakeClock;
    use std::net::Ipv4Addr;

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn entry(route: &str) -> AccessEntry<'_> {
        AccessEntry {
            method: "POST",
            route,
            status: 200,
            outcome: Some("signed_in"),
            realm: "r",
            contract: "r",
            action: "login",
            duration: Duration::from_micros(1500),
            bytes: 17,
            address: Ipv4Addr::LOCALHOST.into(),
            request_id: "id",
        }
    }

    #[test]
    fn every_line_is_written_before_the_end() {
        let kept = Kept::default();
        let (log, writer) =
            AccessFile::start(Box::new(kept.clone()), Arc::new(FakeClock::default())).unwrap();
        for _ in 0..1000 {
            log.line(&entry("/a/{\"b\"}"));
        }
        writer.finish();
        let text = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
        assert_eq!(text.lines().count(), 1000);
        assert_eq!(
            text.lines().next().unwrap(),
            r#"{"at":"2026-01-01T00:00:00.000Z","method":"POST","route":"/a/{\"b\"}","status":200,"outcome":"signed_in","realm":"r","contract":"r","action":"login","micros":1500,"bytes":17,"address":"127.0.0.1","request_id":"id"}"#
        );
    }

    #[test]
    fn a_reader_that_stands_still_holds_nobody_up() {
        let state = State { text: vec![0; MOST], ..State::default() };
        let shared = Arc::new(Shared { state: Mutex::new(state), more: Condvar::new() });
        let log = AccessFile { shared: Arc::clone(&shared), clock: Arc::new(FakeClock::default()) };
        log.line(&entry("/a"));
        log.line(&entry("/a"));
        assert_eq!(shared.lock().text.len(), MOST);
        assert_eq!(shared.lock().dropped, 2);
    }
}
