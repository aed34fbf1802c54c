//! A request and a reply, as bytes and as what they say.

use crate::address::Address;

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

    /// The request as bytes; the connection ends after the reply.
    pub(crate) fn bytes(&self, to: &Address) -> Vec<u8> {
        let mut head = format!("{} {}{} HTTP/1.1\r\n", self.method, to.prefix, self.target);
        if !self.has("host") {
            head.push_str(&format!("Host: {}\r\n", to.authority()));
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

    fn is_chunked(&self) -> bool {
        self.header("transfer-encoding").is_some_and(|how| how.eq_ignore_ascii_case("chunked"))
    }

    fn length(&self) -> Option<usize> {
        self.header("content-length")?.trim().parse().ok()
    }

    fn all(&self, name: &str) -> Vec<&str> {
        let fits = |(known, _): &&(String, String)| known.eq_ignore_ascii_case(name);
        self.headers.iter().filter(fits).map(|(_, value)| value.as_str()).collect()
    }
}

/// Whether a reply that says itself where it ends has come to that end, or past it.
pub(crate) fn has_ended(mut bytes: &[u8], to_head: bool) -> bool {
    while let Ok((heard, rest)) = head(bytes) {
        if !(100..200).contains(&heard.status) {
            let enough = heard.length().is_some_and(|length| rest.len() >= length);
            return to_head
                || has_no_body(heard.status)
                || if heard.is_chunked() { unchunked(rest).is_some() } else { enough };
        }
        bytes = rest;
    }
    false
}

fn has_no_body(status: u16) -> bool {
    status == 204 || status == 304
}

/// Reads a whole reply.
pub(crate) fn parse(mut bytes: &[u8], to_head: bool) -> Result<Heard, String> {
    loop {
        let (heard, rest) = head(bytes)?;
        // 100 Continue and its like come before the reply.
        if (100..200).contains(&heard.status) {
            bytes = rest;
            continue;
        }
        if to_head || has_no_body(heard.status) {
            return Ok(Heard { body: rest.to_vec(), ..heard });
        }
        if heard.is_chunked() {
            let body = unchunked(rest).ok_or("the body's chunks cannot be read")?;
            return Ok(Heard { body, ..heard });
        }
        if let Some(length) = heard.length().filter(|length| *length != rest.len()) {
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
        assert!(has_ended(chunked, false) && !has_ended(&chunked[..chunked.len() - 8], false));
        assert!(!has_ended(said, false), "only the end of the connection ends it");
        assert!(
            parse(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n", false)
                .is_err()
        );
    }
}
