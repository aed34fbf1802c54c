//! A reply, byte for byte.

use serde_json::Value;

/// What the server said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The reason phrase.
    pub reason: String,
    /// The header lines in order, names as sent.
    pub headers: Vec<(String, String)>,
    /// The body, chunks joined.
    pub body: Vec<u8>,
}

impl Reply {
    /// Reads everything a server said on one connection.
    ///
    /// # Panics
    /// It is not one whole HTTP/1.1 reply: a broken head, a body shorter or longer than said, a body where
    /// there must be none.
    #[must_use]
    pub fn parse(said: &[u8], to_head: bool) -> Reply {
        let end = said.windows(4).position(|four| four == b"\r\n\r\n");
        let end = end.unwrap_or_else(|| panic!("no reply but {:?}", String::from_utf8_lossy(said)));
        let head = String::from_utf8_lossy(&said[..end]).into_owned();
        let mut lines = head.split("\r\n");
        let status_line = lines.next().unwrap_or_default();
        let rest = status_line.strip_prefix("HTTP/1.1 ");
        let rest = rest.unwrap_or_else(|| panic!("not an HTTP/1.1 status line: {status_line:?}"));
        let (status, reason) = rest.split_once(' ').unwrap_or((rest, ""));
        let header = |line: &str| {
            let (name, value) = line.split_once(':').expect("a header line has a colon");
            (name.to_owned(), value.trim().to_owned())
        };
        let mut reply = Reply {
            status: status.parse().expect("a status is a number"),
            reason: reason.to_owned(),
            headers: lines.map(header).collect(),
            body: Vec::new(),
        };
        reply.body = reply.framed(&said[end + 4..], to_head);
        reply
    }

    fn framed(&self, rest: &[u8], to_head: bool) -> Vec<u8> {
        let bodiless = to_head || self.status == 204 || self.status == 304;
        if bodiless {
            assert!(rest.is_empty(), "{} has a body: {:?}", self.status, String::from_utf8_lossy(rest));
            return Vec::new();
        }
        if self.header("transfer-encoding").is_some_and(|coding| coding.eq_ignore_ascii_case("chunked")) {
            return unchunked(rest);
        }
        if let Some(length) = self.header("content-length") {
            assert_eq!(length.parse::<usize>().ok(), Some(rest.len()), "the body is as long as it says");
        }
        rest.to_vec()
    }

    /// The value of a header, in any letter case; several lines joined by `, `.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<String> {
        let values = self.all(name);
        (!values.is_empty()).then(|| values.join(", "))
    }

    /// The `Set-Cookie` lines in order.
    #[must_use]
    pub fn set_cookies(&self) -> Vec<String> {
        self.all("set-cookie")
    }

    /// The value that a `Set-Cookie` line gives a cookie.
    ///
    /// # Panics
    /// No line sets it.
    #[must_use]
    pub fn cookie(&self, name: &str) -> String {
        let lines = self.set_cookies();
        let line = lines.iter().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
        let line = line.unwrap_or_else(|| panic!("{name} is not set by {lines:?}"));
        line.split(';').next().unwrap_or_default().to_owned()
    }

    fn all(&self, name: &str) -> Vec<String> {
        let fits = |(known, _): &&(String, String)| known.eq_ignore_ascii_case(name);
        self.headers.iter().filter(fits).map(|(_, value)| value.clone()).collect()
    }

    /// The body as text.
    ///
    /// # Panics
    /// It is not UTF-8.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).expect("the body is UTF-8")
    }

    /// The body as JSON, members in their order.
    ///
    /// # Panics
    /// It is not JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("not JSON: {self:?}"))
    }

    /// Status, reason, body and those headers that do not differ from reply to reply by their nature.
    #[must_use]
    pub fn comparable(&self) -> (u16, String, Vec<(String, String)>, String) {
        let varies = ["date", "x-request-id", "traceparent"];
        let lower = |(name, value): &(String, String)| (name.to_ascii_lowercase(), value.clone());
        let mut headers: Vec<_> = self.headers.iter().map(lower).collect();
        headers.retain(|(name, _)| !varies.contains(&name.as_str()));
        headers.sort();
        (self.status, self.reason.clone(), headers, self.text())
    }
}

fn unchunked(mut rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    loop {
        let end = rest.windows(2).position(|two| two == b"\r\n").expect("a chunk has a size line");
        let size = String::from_utf8_lossy(&rest[..end]);
        let size = usize::from_str_radix(size.split(';').next().unwrap_or_default().trim(), 16);
        let size = size.expect("a chunk's size is hexadecimal");
        let start = end + 2;
        if size == 0 {
            return body;
        }
        body.extend_from_slice(&rest[start..start + size]);
        rest = &rest[start + size + 2..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_reason_the_header_lines_and_a_measured_body() {
        let said = b"HTTP/1.1 201 Successfully registered\r\nSet-Cookie: a=1; path=/\r\nset-cookie: b=2\r\n\
                     Content-Length: 4\r\n\r\ntrue";
        let reply = Reply::parse(said, false);
        assert_eq!((reply.status, reply.reason.as_str()), (201, "Successfully registered"));
        assert_eq!(reply.set_cookies(), ["a=1; path=/", "b=2"]);
        assert_eq!(reply.cookie("b"), "2");
        assert_eq!(reply.json(), Value::Bool(true));
    }

    #[test]
    fn joins_chunks() {
        let said = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
        assert_eq!(Reply::parse(said, false).text(), "abcde");
    }

    #[test]
    #[should_panic(expected = "204 has a body")]
    fn a_body_under_204_is_noticed() {
        let _ = Reply::parse(b"HTTP/1.1 204 No Content\r\n\r\nx", false);
    }
}
