//! A client of our own for tests: HTTP/1.1 over a plain TCP connection, one request per connection. It shows
//! what other clients hide: the reason phrase, every header line as sent, cookie lines, whether a 204 has a
//! `Content-Length`, and each byte of the body.

mod jar;
mod jwt;
mod reply;
mod request;

pub use jwt::Jwt;
pub use reply::Reply;
pub use request::{Part, Request};

use jar::Jar;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A server that says nothing for so long is broken.
const PATIENCE: Duration = Duration::from_secs(60);

/// Somebody who talks to the server. Clones share the cookie jar, if there is one.
#[derive(Clone, Debug)]
pub struct Actor {
    address: SocketAddr,
    prefix: String,
    jar: Option<Arc<Mutex<Jar>>>,
}

impl Actor {
    /// An actor without a cookie jar.
    #[must_use]
    pub fn new(address: SocketAddr) -> Actor {
        Actor { address, prefix: String::new(), jar: None }
    }

    /// The same, who puts this before every path.
    #[must_use]
    pub fn under(self, prefix: &str) -> Actor {
        Actor { prefix: prefix.to_owned(), ..self }
    }

    /// The same with an empty cookie jar: cookies that are set come back, cleared ones do not.
    #[must_use]
    pub fn keeping_cookies(self) -> Actor {
        Actor { jar: Some(Arc::default()), ..self }
    }

    /// The value of a cookie in the jar.
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<String> {
        let jar = self.jar.as_ref()?.lock().expect("nobody panics while holding the jar");
        jar.get(name).map(str::to_owned)
    }

    /// A request with any method.
    #[must_use]
    pub fn request(&self, method: &str, path: &str) -> Request {
        Request::new(self.clone(), method, &format!("{}{path}", self.prefix))
    }

    /// A GET request.
    #[must_use]
    pub fn get(&self, path: &str) -> Request {
        self.request("GET", path)
    }

    /// A POST request.
    #[must_use]
    pub fn post(&self, path: &str) -> Request {
        self.request("POST", path)
    }

    /// A DELETE request.
    #[must_use]
    pub fn delete(&self, path: &str) -> Request {
        self.request("DELETE", path)
    }

    /// Sends these bytes as they are and gives back everything the server said until it closed.
    ///
    /// # Panics
    /// No connection, or no end within a minute.
    pub async fn raw(&self, bytes: &[u8]) -> Vec<u8> {
        let talk = async {
            let stream = TcpStream::connect(self.address).await.expect("the server takes connections");
            let (mut from, mut to) = stream.into_split();
            // A server that refuses a large body closes early: then writing fails, and the reply still counts.
            let write = async move {
                let _ = to.write_all(bytes).await;
                let _ = to.flush().await;
                to
            };
            let read = async move {
                let mut said = Vec::new();
                let _ = from.read_to_end(&mut said).await;
                said
            };
            let (_open, said) = tokio::join!(write, read);
            said
        };
        tokio::time::timeout(PATIENCE, talk).await.expect("the server answers within a minute")
    }

    async fn exchange(&self, method: &str, bytes: &[u8]) -> Reply {
        let reply = Reply::parse(&self.raw(bytes).await, method == "HEAD");
        if let Some(jar) = &self.jar {
            let mut jar = jar.lock().expect("nobody panics while holding the jar");
            reply.set_cookies().iter().for_each(|line| jar.take(line));
        }
        reply
    }

    fn cookie_header(&self) -> Option<String> {
        let jar = self.jar.as_ref()?.lock().expect("nobody panics while holding the jar");
        jar.header()
    }
}
