//! A client that costs next to nothing: one keep-alive connection, requests as ready bytes, replies read as far
//! as their framing needs.

use crate::Broken;
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A connection to the server under test.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// A reply; it borrows the connection's buffer.
pub(crate) struct Reply<'a> {
    /// The status.
    pub(crate) status: u16,
    /// The body.
    pub(crate) body: &'a [u8],
}

impl Reply<'_> {
    /// A member of the body that is a text without escapes.
    pub(crate) fn text(&self, member: &str) -> Result<String, Broken> {
        let body: serde_json::Value = serde_json::from_slice(self.body)?;
        let value = body.get(member).and_then(serde_json::Value::as_str);
        Ok(value.ok_or_else(|| format!("no {member} in {body}"))?.to_owned())
    }

    /// An error unless the status is this one.
    pub(crate) fn expect(&self, status: u16) -> Result<(), Broken> {
        if self.status == status {
            return Ok(());
        }
        let body = String::from_utf8_lossy(self.body);
        Err(format!("expected status {status}, got {}: {body}", self.status).into())
    }
}

impl Connection {
    /// Connects.
    pub(crate) async fn open(address: SocketAddr) -> Result<Connection, Broken> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Connection { stream, buffer: Vec::with_capacity(4096) })
    }

    /// Sends a request and reads the reply to it.
    pub(crate) async fn exchange(&mut self, request: &[u8]) -> Result<Reply<'_>, Broken> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let head = loop {
            self.read().await?;
            if let Some(end) = self.buffer.windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
        };
        let (status, length) = frame(self.buffer.get(..head).unwrap_or_default())?;
        while self.buffer.len() < head + length {
            self.read().await?;
        }
        Ok(Reply { status, body: self.buffer.get(head..head + length).unwrap_or_default() })
    }

    async fn read(&mut self) -> Result<(), Broken> {
        if self.stream.read_buf(&mut self.buffer).await? == 0 {
            return Err("the server closed the connection".into());
        }
        Ok(())
    }
}

/// The status and the length of the body.
fn frame(head: &[u8]) -> Result<(u16, usize), Broken> {
    let head = std::str::from_utf8(head)?;
    let status = head.get(9..12).ok_or("no status line")?.parse()?;
    let lengths = head.split("\r\n").filter_map(|line| line.split_once(':'));
    let length =
        lengths.filter(|(name, _)| name.eq_ignore_ascii_case("content-length")).map(|(_, text)| text).next();
    match length {
        Some(text) => Ok((status, text.trim().parse()?)),
        None if status == 204 => Ok((status, 0)),
        None => Err(format!("a reply without Content-Length: {head}").into()),
    }
}

/// A request with a JSON body.
pub(crate) fn post(path: &str, body: &str) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// A request without a body, with a bearer token.
pub(crate) fn get(path: &str, token: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n\r\n").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_framing() {
        assert_eq!(frame(b"HTTP/1.1 204 No Content\r\ndate: x\r\n\r\n").unwrap(), (204, 0));
        assert_eq!(frame(b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n").unwrap(), (200, 12));
        assert!(frame(b"HTTP/1.1 200 OK\r\n\r\n").is_err());
    }
}
