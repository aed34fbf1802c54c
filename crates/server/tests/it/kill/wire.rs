//! A client that a dying server cannot upset: a reply counts when it is whole, and then it is an acknowledgement.

use doorward_testkit::http_actor::{Actor, Reply, Request};
use rustix::process::{Pid, Signal, kill_process};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What was acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ack {
    /// A registration.
    Register,
    /// A logout.
    Logout,
    /// A password reset.
    Reset,
    /// A refresh.
    Refresh,
    /// Something on the way to one of them.
    Step,
}

impl Ack {
    /// What a kill may follow.
    pub(super) const ALL: [Ack; 4] = [Ack::Register, Ack::Logout, Ack::Reset, Ack::Refresh];
}

/// When the server is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moment {
    /// When the last one that is waited for has been acknowledged.
    Acknowledged,
    /// While the last one is on its way: at whatever acknowledgement comes next after it was sent.
    OnItsWay,
}

/// Kills the server around the acknowledgement of the last of so many requests of one sort.
pub(super) struct Trigger {
    pub(super) pid: Pid,
    pub(super) watched: Ack,
    pub(super) moment: Moment,
    /// How many of them are still to come.
    pub(super) left: AtomicU64,
    /// Whether the next acknowledgement of any sort is the one.
    pub(super) armed: AtomicBool,
}

impl Trigger {
    fn counts(&self, ack: Ack, moment: Moment) -> bool {
        ack == self.watched && moment == self.moment && self.left.fetch_sub(1, Ordering::Relaxed) == 1
    }

    fn sends(&self, ack: Ack) {
        if self.counts(ack, Moment::OnItsWay) {
            self.armed.store(true, Ordering::Relaxed);
        }
    }

    fn saw(&self, ack: Ack) {
        if self.counts(ack, Moment::Acknowledged) || self.armed.swap(false, Ordering::Relaxed) {
            kill_process(self.pid, Signal::KILL).expect("the server still runs");
        }
    }
}

/// The way to the server.
#[derive(Clone)]
pub(super) struct Wire {
    address: SocketAddr,
    trigger: Arc<Trigger>,
}

impl Wire {
    pub(super) fn new(address: SocketAddr, trigger: Arc<Trigger>) -> Wire {
        Wire { address, trigger }
    }

    /// Builds requests.
    pub(super) fn actor(&self) -> Actor {
        Actor::new(self.address)
    }

    /// Sends a request. No reply means that the server died before all of it was here.
    pub(super) async fn ask(&self, request: &Request, ack: Ack) -> Option<Reply> {
        let mut stream = TcpStream::connect(self.address).await.ok()?;
        self.trigger.sends(ack);
        stream.write_all(&request.bytes()).await.ok()?;
        let mut said = Vec::new();
        stream.read_to_end(&mut said).await.ok()?;
        if !whole(&said) {
            return None;
        }
        let reply = Reply::parse(&said, false);
        if reply.status < 300 {
            self.trigger.saw(ack);
        }
        Some(reply)
    }
}

fn whole(said: &[u8]) -> bool {
    let Some(end) = said.windows(4).position(|four| four == b"\r\n\r\n") else { return false };
    let head = String::from_utf8_lossy(&said[..end]).to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
    match length.and_then(|length| length.trim().parse::<usize>().ok()) {
        Some(length) => said.len() == end + 4 + length,
        None => head.starts_with("http/1.1 204"),
    }
}

#[test]
fn half_a_reply_is_none() {
    assert!(whole(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"));
    assert!(whole(b"HTTP/1.1 204 No Content\r\n\r\n"));
    assert!(!whole(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{"));
    assert!(!whole(b"HTTP/1.1 200 OK\r\nContent-Len"));
}
