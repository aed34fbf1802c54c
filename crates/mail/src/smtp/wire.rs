//! A connection as the SMTP library takes it.

use doorward_client::Stream;
use lettre::transport::smtp::client::AsyncTokioStream;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// A connection that was opened, and perhaps secured, by us.
pub(super) struct Wire {
    stream: Box<dyn Stream>,
    /// What is read before anything that comes from the server.
    first: &'static [u8],
}

impl Wire {
    /// A server that has not said anything yet.
    pub(super) fn fresh(stream: Box<dyn Stream>) -> Wire {
        Wire { stream, first: b"" }
    }

    /// A server that greets no second time after STARTTLS, for a library that waits for it.
    pub(super) fn greeted(stream: Box<dyn Stream>) -> Wire {
        Wire { stream, first: b"220 secured\r\n" }
    }
}

impl AsyncRead for Wire {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let wire = self.get_mut();
        if wire.first.is_empty() {
            return Pin::new(&mut wire.stream).poll_read(cx, into);
        }
        let (now, later) = wire.first.split_at(wire.first.len().min(into.remaining()));
        into.put_slice(now);
        wire.first = later;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Wire {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wire")
    }
}

impl AsyncTokioStream for Wire {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        Err(io::ErrorKind::Unsupported.into())
    }
}
