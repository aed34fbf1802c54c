//! One request and its reply over a connection of their own.

use crate::address::Address;
use crate::message::{Heard, Said, has_ended, parse};
use crate::trust::{Trust, refusal};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

/// A server that says nothing for so long does not answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// A server that does not close the connection has so long to say more than it announced.
const AFTER_THE_END: Duration = Duration::from_millis(100);
/// More of a reply is not read.
const LONGEST: usize = 16 * 1024 * 1024;
const PIECE: usize = 64 * 1024;

/// Says something to servers and hears what they reply.
#[derive(Clone, Debug)]
pub struct Client {
    /// How TLS is spoken; nothing where only `http` is.
    tls: Option<Arc<ClientConfig>>,
}

/// Why no reply came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreached {
    /// One sentence.
    pub sentence: String,
    /// Whether nobody who is trusted vouches for the server's certificate: naming whom to trust would help.
    pub untrusted: bool,
}

/// A connection, over TLS or not.
pub trait Stream: AsyncRead + AsyncWrite + Send + Sync + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Sync + Unpin> Stream for S {}

impl Client {
    /// Speaks to `http` addresses only.
    #[must_use]
    pub fn plain() -> Client {
        Client { tls: None }
    }

    /// Speaks to `https` addresses too, where the server's certificate is good.
    ///
    /// # Errors
    /// A sentence: nobody is trusted.
    pub fn trusting(trust: Trust) -> Result<Client, String> {
        Ok(Client { tls: Some(trust.config(&["http/1.1"])?) })
    }

    /// The same for another protocol than HTTP, whose talk is the caller's: see [`Client::open`].
    ///
    /// # Errors
    /// A sentence: nobody is trusted.
    pub fn of_another_protocol(trust: Trust) -> Result<Client, String> {
        Ok(Client { tls: Some(trust.config(&[])?) })
    }

    /// Whether a server is there and, over TLS, is who it should be. Nothing is said to it.
    ///
    /// # Errors
    /// It is not.
    pub async fn reach(&self, to: &Address) -> Result<(), Unreached> {
        within(to, self.open(to)).await.map(|_| ())
    }

    /// Says something and hears the reply.
    ///
    /// # Errors
    /// Nobody is there or may be trusted, or what comes is no HTTP reply.
    pub async fn exchange(&self, to: &Address, said: &Said) -> Result<Heard, Unreached> {
        within(to, async {
            let stream = self.open(to).await?;
            talk(stream, &said.bytes(to), said.method == "HEAD").await.map_err(Unreached::new)
        })
        .await
    }

    /// Opens a connection, over TLS where the address says so. It waits as long as the system does.
    ///
    /// # Errors
    /// Nobody is there, or may be trusted.
    pub async fn open(&self, to: &Address) -> Result<Box<dyn Stream>, Unreached> {
        let stream = TcpStream::connect((to.host.as_str(), to.port)).await;
        let stream = stream
            .map_err(|error| Unreached::new(format!("cannot reach {}: {}", to.authority(), plain(&error))))?;
        if to.tls { self.secure(to, Box::new(stream)).await } else { Ok(Box::new(stream)) }
    }

    /// Speaks TLS over a connection from here on.
    ///
    /// # Errors
    /// The server does not, or may not be trusted.
    pub async fn secure(&self, to: &Address, stream: Box<dyn Stream>) -> Result<Box<dyn Stream>, Unreached> {
        let authority = to.authority();
        let Some(config) = &self.tls else {
            return Err(Unreached::new(format!(
                "{authority} is spoken to over TLS, which is not set up here"
            )));
        };
        let name = ServerName::try_from(to.host.clone())
            .map_err(|_| Unreached::new(format!("{} is no name that a certificate can have", to.host)))?;
        let connected = TlsConnector::from(Arc::clone(config)).connect(name, stream).await;
        let stream = connected.map_err(|error| {
            let (sentence, untrusted) = refusal(&error, &authority);
            Unreached { sentence, untrusted }
        })?;
        Ok(Box::new(stream))
    }
}

impl Unreached {
    fn new(sentence: String) -> Unreached {
        Unreached { sentence, untrusted: false }
    }
}

async fn within<T>(to: &Address, doing: impl Future<Output = Result<T, Unreached>>) -> Result<T, Unreached> {
    match timeout(PATIENCE, doing).await {
        Ok(done) => done,
        Err(_) => {
            Err(Unreached::new(format!("{} did not answer within {} s", to.authority(), PATIENCE.as_secs())))
        }
    }
}

async fn talk(stream: Box<dyn Stream>, bytes: &[u8], to_head: bool) -> Result<Heard, String> {
    let (from, mut into) = tokio::io::split(stream);
    // A server that refuses a large body closes early: then writing fails, and the reply still counts.
    let write = async move {
        let _ = into.write_all(bytes).await;
        let _ = into.flush().await;
        into
    };
    let (_open, heard) = tokio::join!(write, read(from, to_head));
    parse(&heard, to_head)
}

/// Everything until the connection ends; or the reply, where the server leaves it open.
async fn read(mut from: impl AsyncRead + Unpin, to_head: bool) -> Vec<u8> {
    let mut heard = Vec::new();
    let mut piece = vec![0; PIECE];
    let mut ended = false;
    while heard.len() < LONGEST {
        let came = match ended {
            true => timeout(AFTER_THE_END, from.read(&mut piece)).await.unwrap_or(Ok(0)),
            false => from.read(&mut piece).await,
        };
        // A connection that breaks ends here too: whether the reply is whole, its length tells.
        let Ok(count @ 1..) = came else { break };
        heard.extend_from_slice(piece.get(..count).unwrap_or_default());
        ended = count < PIECE && has_ended(&heard, to_head);
    }
    heard
}

/// What the system said, without its number.
fn plain(error: &std::io::Error) -> String {
    let text = error.to_string();
    let end = text.find(" (os error").unwrap_or(text.len());
    text.get(..end).unwrap_or(&text).to_lowercase()
}
