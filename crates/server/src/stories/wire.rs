//! One request and its reply over a plain connection: what a story sees of a server, byte for byte.

use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A server that says nothing for so long does not answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// More of a reply is not read.
const LONGEST: u64 = 16 * 1024 * 1024;

/// Where a server is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// Host and port.
    pub authority: String,
    /// What comes before every path, without a slash at its end.
    pub prefix: String,
}

impl Address {
    /// Reads a URL.
    ///
    /// # Errors
    /// A sentence: it is no `http` URL.
    pub fn parse(url: &str) -> Result<Address, String> {
        if url.starts_with("https://") {
            return Err(format!(
                "{url}: stories are told over http only; name the backend behind its TLS proxy, such as http://localhost:3000"
            ));
        }
        let rest = url.strip_prefix("http://");
        let rest = rest.ok_or_else(|| format!("{url} is no URL: http://HOST:PORT is expected"))?;
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        if authority.is_empty() || authority.contains(['@', '?', '#']) || path.contains(['?', '#']) {
            return Err(format!("{url} is no address of a server: http://HOST:PORT is expected"));
        }
        let port = authority.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
        let authority = if port { authority.to_owned() } else { format!("{authority}:80") };
        let path = path.trim_end_matches('/');
        let prefix = if path.is_empty() { String::new() } else { format!("/{path}") };
        Ok(Address { authority, prefix })
    }
}

/// A request as it goes over the wire.
#[derive(Clone, Debug)]
pub struct Said {
    /// The method.
    pub method: String,
    /// Path and query below the address.
    pub target: String,
    /// Header lines.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Option<Vec<u8>>,
}

impl Said {
    fn has(&self, name: &str) -> bool {
        self.headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name))
    }

    fn bytes(&self, to: &Address) -> Vec<u8> {
        let mut head = format!("{} {}{} HTTP/1.1\r\n", self.method, to.prefix, self.target);
        if !self.has("host") {
            head.push_str(&format!("Host: {}\r\n", to.authority));
        }
        head.push_str("Connection: close\r\n");
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        let framed = self.has("content-length") || self.has("transfer-encoding");
        if let Some(body) = self.body.as_ref().filter(|_| !framed) {
            head.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        head.push_str("\r\n");
        let mut bytes = head.into_bytes();
        bytes.extend_from_slice(self.body.as_deref().unwrap_or_default());
        bytes
    }
}

/// A reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// The status.
    pub status: u16,
    /// The reason phrase.
    pub reason: String,
    /// The header lines in order, names as sent.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Heard {
    /// The value of a header in any letter case; several lines joined by `, `.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<String> {
        let values = self.all(name);
        (!values.is_empty()).then(|| values.join(", "))
    }

    /// The `Set-Cookie` lines in order.
    #[must_use]
    pub fn cookies(&self) -> Vec<&str> {
        self.all("set-cookie")
    }

    /// The value that a `Set-Cookie` line gives a cookie.
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<String> {
        let value =
            |line: &str| line.split(';').next()?.strip_prefix(name)?.strip_prefix('=').map(str::to_owned);
        self.cookies().into_iter().find_map(value)
    }

    fn all(&self, name: &str) -> Vec<&str> {
        let fits = |(known, _): &&(String, String)| known.eq_ignore_ascii_case(name);
        self.headers.iter().filter(fits).map(|(_, value)| value.as_str()).collect()
    }
}

/// Says something and hears the reply.
///
/// # Errors
/// A sentence: nobody is there, or what comes is no HTTP reply.
pub(super) async fn exchange(to: &Address, said: &Said) -> Result<Heard, String> {
    match tokio::time::timeout(PATIENCE, talk(to, said)).await {
        Ok(heard) => heard,
        Err(_) => Err(format!("{} did not answer within {} s", to.authority, PATIENCE.as_secs())),
    }
}

async fn talk(to: &Address, said: &Said) -> Result<Heard, String> {
    let stream = TcpStream::connect(to.authority.as_str()).await;
    let stream = stream.map_err(|error| format!("cannot reach {}: {error}", to.authority))?;
    let (from, mut into) = stream.into_split();
    let bytes = said.bytes(to);
    // A server that refuses a large body closes early: then writing fails, and the reply still counts.
    let write = async move {
        let _ = into.write_all(&bytes).await;
        let _ = into.flush().await;
        into
    };
    let read = async move {
        let mut heard = Vec::new();
        let _ = from.take(LONGEST).read_to_end(&mut heard).await;
        heard
    };
    let (_open, heard) = tokio::join!(write, read);
    parse(&heard, said.method == "HEAD")
}

/// Reads a whole reply.
fn parse(mut bytes: &[u8], to_head: bool) -> Result<Heard, String> {
    loop {
        let (heard, rest) = head(bytes)?;
        // 100 Continue and its like come before the reply.
        if (100..200).contains(&heard.status) {
            bytes = rest;
            continue;
        }
        let bodiless = to_head || heard.status == 204 || heard.status == 304;
        if bodiless {
            return Ok(Heard { body: rest.to_vec(), ..heard });
        }
        let chunked =
            heard.header("transfer-encoding").is_some_and(|how| how.eq_ignore_ascii_case("chunked"));
        if chunked {
            let body = unchunked(rest).ok_or("the body's chunks cannot be read")?;
            return Ok(Heard { body, ..heard });
        }
        let length = heard.header("content-length").and_then(|length| length.trim().parse::<usize>().ok());
        if let Some(length) = length.filter(|length| *length != rest.len()) {
            return Err(format!("the body is {} bytes long, and Content-Length says {length}", rest.len()));
        }
        return Ok(Heard { body: rest.to_vec(), ..heard });
    }
}

fn head(bytes: &[u8]) -> Result<(Heard, &[u8]), String> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
    let Some(end) = end else {
        let said = String::from_utf8_lossy(bytes.get(..bytes.len().min(80)).unwrap_or_default());
        return Err(format!("no HTTP reply came, but {said:?}"));
    };
    let (head, rest) = bytes.split_at(end);
    let head = String::from_utf8_lossy(head);
    let mut lines = head.split("\r\n");
    let first = lines.next().unwrap_or_default();
    let said =
        first.strip_prefix("HTTP/1.1 ").or_else(|| first.strip_prefix("HTTP/1.0 ")).unwrap_or_default();
    let (status, reason) = said.split_once(' ').unwrap_or((said, ""));
    let status = status.parse().map_err(|_| format!("this is no HTTP status line: {first:?}"))?;
    let header = |line: &str| {
        let (name, value) = line.split_once(':')?;
        Some((name.to_owned(), value.trim().to_owned()))
    };
    let headers = lines.filter_map(header).collect();
    Ok((
        Heard { status, reason: reason.to_owned(), headers, body: Vec::new() },
        rest.get(4..).unwrap_or_default(),
    ))
}

fn unchunked(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = rest.windows(2).position(|two| two == b"\r\n")?;
        let line = std::str::from_utf8(rest.get(..end)?).ok()?;
        let size = usize::from_str_radix(line.split(';').next()?.trim(), 16).ok()?;
        if size == 0 {
            return Some(body);
        }
        let start = end + 2;
        let stop = start.checked_add(size)?;
        body.extend_from_slice(rest.get(start..stop)?);
        rest = rest.get(stop.checked_add(2)?..)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        let there = |authority: &str, prefix: &str| {
            Ok(Address { authority: authority.to_owned(), prefix: prefix.to_owned() })
        };
        assert_eq!(Address::parse("http://localhost:3000"), there("localhost:3000", ""));
        assert_eq!(Address::parse("http://api.local/v1/"), there("api.local:80", "/v1"));
        for (bad, said) in [("https://a", "over http only"), ("a:1", "is no URL"), ("http://", "no address")]
        {
            assert!(Address::parse(bad).unwrap_err().contains(said), "{bad}");
        }
    }

    #[test]
    fn replies() {
        let said = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Made it\r\nSet-Cookie: a=b=c; Path=/\r\n\r\nx";
        let heard = parse(said, false).unwrap();
        assert_eq!(
            (heard.status, heard.reason.as_str(), heard.body.as_slice()),
            (201, "Made it", b"x".as_slice())
        );
        assert_eq!(heard.cookie("a").as_deref(), Some("b=c"));
        let chunked =
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
        assert_eq!(parse(chunked, false).unwrap().body, b"abcde");
        assert!(parse(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab", false).is_err());
        assert!(parse(b"SSH-2.0", false).unwrap_err().contains("SSH-2.0"));
        assert!(
            parse(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n", false)
                .is_err()
        );
    }
}
