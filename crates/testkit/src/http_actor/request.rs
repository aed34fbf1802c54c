//! Building a request the way the APIs' own clients do.

use super::{Actor, Reply};
use std::fmt::Write;

const BOUNDARY: &str = "3ca3b8f4-91d2-4b7f-9c57-c7a3c6c2f6d1";

/// One part of a multipart body.
#[derive(Clone, Copy, Debug)]
pub struct Part<'a> {
    /// The field's name.
    pub name: &'a str,
    /// Its content type, if it says one.
    pub content_type: Option<&'a str>,
    /// Its value.
    pub value: &'a [u8],
}

impl<'a> Part<'a> {
    /// A part as Retrofit writes a text: with its own content type, and without a filename.
    #[must_use]
    pub fn text(name: &'a str, value: &'a str) -> Part<'a> {
        Part { name, content_type: Some("text/plain; charset=UTF-8"), value: value.as_bytes() }
    }
}

/// A request that is being built. Nothing is sent that was not said here, but for `Host`, `Connection: close`,
/// `Content-Length` of a body, and the jar's cookies.
#[derive(Clone, Debug)]
pub struct Request {
    actor: Actor,
    method: String,
    target: String,
    headers: Vec<(String, Vec<u8>)>,
    body: Option<Vec<u8>>,
}

impl Request {
    pub(super) fn new(actor: Actor, method: &str, target: &str) -> Request {
        Request {
            actor,
            method: method.to_owned(),
            target: target.to_owned(),
            headers: Vec::new(),
            body: None,
        }
    }

    /// One more header line.
    #[must_use]
    pub fn header(self, name: &str, value: &str) -> Request {
        self.header_bytes(name, value.as_bytes())
    }

    /// One more header line, of any bytes.
    #[must_use]
    pub fn header_bytes(mut self, name: &str, value: &[u8]) -> Request {
        self.headers.push((name.to_owned(), value.to_vec()));
        self
    }

    /// `Authorization: Bearer …`.
    #[must_use]
    pub fn bearer(self, token: &str) -> Request {
        self.header("Authorization", &format!("Bearer {token}"))
    }

    /// A `Cookie` header of these pairs.
    #[must_use]
    pub fn cookies(self, pairs: &[(&str, &str)]) -> Request {
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
        self.header("Cookie", &pairs.join("; "))
    }

    /// A body of any bytes, without a content type.
    #[must_use]
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Request {
        self.body = Some(body.into());
        self
    }

    /// A JSON body.
    #[must_use]
    pub fn json(self, text: &str) -> Request {
        self.header("Content-Type", "application/json").body(text)
    }

    /// A urlencoded body.
    #[must_use]
    pub fn form(self, pairs: &[(&str, &str)]) -> Request {
        let pairs: Vec<_> =
            pairs.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
        self.header("Content-Type", "application/x-www-form-urlencoded").body(pairs.join("&"))
    }

    /// A multipart body, each part with the header lines that Retrofit writes.
    #[must_use]
    pub fn multipart(self, parts: &[Part<'_>]) -> Request {
        let mut body = Vec::new();
        for part in parts {
            let mut head =
                format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{}\"\r\n", part.name);
            head.push_str("Content-Transfer-Encoding: binary\r\n");
            if let Some(content_type) = part.content_type {
                let _ = write!(head, "Content-Type: {content_type}\r\n");
            }
            let _ = write!(head, "Content-Length: {}\r\n\r\n", part.value.len());
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(part.value);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
        self.header("Content-Type", &format!("multipart/form-data; boundary={BOUNDARY}")).body(body)
    }

    /// Sends it and reads the reply.
    pub async fn send(self) -> Reply {
        let bytes = self.bytes();
        self.actor.exchange(&self.method, &bytes).await
    }

    /// The request as it goes over the wire.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let mut head = format!("{} {} HTTP/1.1\r\n", self.method, self.target).into_bytes();
        let mut line = |name: &str, value: &[u8]| {
            head.extend_from_slice(name.as_bytes());
            head.extend_from_slice(b": ");
            head.extend_from_slice(value);
            head.extend_from_slice(b"\r\n");
        };
        if !self.says("host") {
            line("Host", self.actor.address.to_string().as_bytes());
        }
        line("Connection", b"close");
        self.headers.iter().for_each(|(name, value)| line(name, value));
        if let Some(cookies) = self.actor.cookie_header().filter(|_| !self.says("cookie")) {
            line("Cookie", cookies.as_bytes());
        }
        let framed = self.says("content-length") || self.says("transfer-encoding");
        if let Some(body) = self.body.as_ref().filter(|_| !framed) {
            line("Content-Length", body.len().to_string().as_bytes());
        }
        head.extend_from_slice(b"\r\n");
        head.extend_from_slice(self.body.as_deref().unwrap_or_default());
        head
    }

    fn says(&self, name: &str) -> bool {
        self.headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name))
    }
}

fn encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'*' | b'-' | b'.' | b'_' => out.push(char::from(byte)),
            b' ' => out.push('+'),
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{Ipv4Addr, SocketAddr};

    fn actor() -> Actor {
        Actor::new(SocketAddr::from((Ipv4Addr::LOCALHOST, 80)))
    }

    #[test]
    fn writes_a_form_as_browsers_do() {
        let request = actor().under("/cakes").post("/login").form(&[("user name", "양&=+")]);
        let text = String::from_utf8(request.bytes()).unwrap();
        assert!(
            text.starts_with("POST /cakes/login HTTP/1.1\r\nHost: 127.0.0.1:80\r\nConnection: close\r\n")
        );
        assert!(text.ends_with("\r\nContent-Length: 28\r\n\r\nuser+name=%EC%96%91%26%3D%2B"), "{text}");
    }

    #[test]
    fn writes_parts_with_their_own_type_and_no_filename() {
        let text = String::from_utf8(actor().post("/x").multipart(&[Part::text("a", "b")]).bytes()).unwrap();
        assert!(text.contains("name=\"a\"\r\nContent-Transfer-Encoding: binary\r\nContent-Type: text/plain"));
        assert!(!text.contains("filename"));
    }
}
