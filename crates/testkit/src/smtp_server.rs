//! A mail server that tests hold in their hands: it speaks SMTP over a real socket, in the manner it is told.
#![allow(clippy::disallowed_methods, reason = "a server of a test runs beside it")]

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// How a server behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// It takes everything.
    Fine,
    /// It takes everything, in replies of several lines and with codes that are seldom seen.
    Wordy,
    /// It knows no recipient.
    RefusesRecipients,
    /// It refuses every text.
    RefusesTexts,
    /// It wants every recipient to come back once.
    Greylists,
    /// It goes away in the middle of a text.
    ClosesInData,
    /// It takes connections and says nothing.
    Silent,
    /// It lets nobody sign in.
    RefusesLogins,
    /// It is about to stop.
    Closing,
}

/// Whether it speaks TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secured {
    /// Never.
    No,
    /// After STARTTLS, and takes no mail before.
    StartTls,
    /// It offers STARTTLS, and says more than its reply before TLS.
    Smuggles,
    /// From the first byte.
    Tls,
}

/// A mail that came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// What `MAIL FROM:` said.
    pub from: String,
    /// What `RCPT TO:` said.
    pub to: Vec<String>,
    /// Headers and body, with line ends as sent and without what SMTP adds.
    pub text: String,
}

#[derive(Default)]
struct State {
    manner: Option<Manner>,
    taken: Vec<Taken>,
    heard: Vec<String>,
    connections: usize,
    met: Vec<String>,
}

/// The server; it stops when it is dropped.
pub struct SmtpServer {
    /// Where it listens.
    pub addr: SocketAddr,
    /// The authority that vouches for it as `localhost`, in PEM.
    pub authority: String,
    state: Arc<Mutex<State>>,
    task: JoinHandle<()>,
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl SmtpServer {
    /// Starts one on a port of its own.
    ///
    /// # Panics
    /// No port is free.
    pub async fn start(manner: Manner, secured: Secured) -> SmtpServer {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let addr = listener.local_addr().expect("an address");
        let (acceptor, authority) = certified();
        let state = Arc::new(Mutex::new(State { manner: Some(manner), ..State::default() }));
        let shared = Arc::clone(&state);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                shared.lock().unwrap().connections += 1;
                let guest = Guest { state: Arc::clone(&shared), acceptor: acceptor.clone(), secured };
                tokio::spawn(guest.serve(Box::new(stream)));
            }
        });
        SmtpServer { addr, authority, state, task }
    }

    /// From now on it behaves like this.
    pub fn behave(&self, manner: Manner) {
        self.state.lock().unwrap().manner = Some(manner);
    }

    /// The mails it took.
    #[must_use]
    pub fn taken(&self) -> Vec<Taken> {
        self.state.lock().unwrap().taken.clone()
    }

    /// The commands it heard.
    #[must_use]
    pub fn heard(&self) -> Vec<String> {
        self.state.lock().unwrap().heard.clone()
    }

    /// How many connections were made to it.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.state.lock().unwrap().connections
    }
}

fn certified() -> (TlsAcceptor, String) {
    let mut params = CertificateParams::new([]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let names = CertificateParams::new(["localhost".to_owned()]).unwrap();
    let certificate = names.signed_by(&key, &issuer).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
        )
        .unwrap();
    (TlsAcceptor::from(Arc::new(config)), issuer.pem())
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// One connection.
struct Guest {
    state: Arc<Mutex<State>>,
    acceptor: TlsAcceptor,
    secured: Secured,
}

/// What one line leads to.
enum Next {
    Say(&'static str),
    Text,
    Secure,
    Leave(&'static str),
}

#[derive(Default)]
struct Envelope {
    from: String,
    to: Vec<String>,
}

impl Guest {
    async fn serve(self, stream: Box<dyn Stream>) {
        let mut stream = BufReader::new(stream);
        let mut secure = self.secured == Secured::No;
        if self.secured == Secured::Tls {
            let Ok(tls) = self.acceptor.accept(stream.into_inner()).await else { return };
            stream = BufReader::new(Box::new(tls) as Box<dyn Stream>);
            secure = true;
        }
        if self.manner() == Manner::Silent {
            return std::future::pending().await;
        }
        let greeting = if self.manner() == Manner::Wordy {
            "220-localhost\r\n220-has much\r\n220 to say\r\n"
        } else {
            "220 localhost\r\n"
        };
        let mut said = stream.write_all(greeting.as_bytes()).await;
        let mut envelope = Envelope::default();
        while said.is_ok() {
            let Some(line) = line(&mut stream).await else { return };
            self.state.lock().unwrap().heard.push(line.clone());
            let reply = match self.answer(&line, secure, &mut envelope) {
                Next::Say(reply) => reply,
                Next::Leave(reply) => {
                    let _ = stream.write_all(reply.as_bytes()).await;
                    return;
                }
                Next::Secure => {
                    let extra = if self.secured == Secured::Smuggles { "250 psst\r\n" } else { "" };
                    let _ = stream.write_all(format!("220 go on\r\n{extra}").as_bytes()).await;
                    let Ok(tls) = self.acceptor.accept(stream.into_inner()).await else { return };
                    stream = BufReader::new(Box::new(tls) as Box<dyn Stream>);
                    secure = true;
                    ""
                }
                Next::Text => {
                    if stream.write_all(b"354 end with a dot\r\n").await.is_err() {
                        return;
                    }
                    let Some(text) = self.text(&mut stream).await else { return };
                    self.take(std::mem::take(&mut envelope), text)
                }
            };
            said = stream.write_all(reply.as_bytes()).await;
        }
    }

    fn manner(&self) -> Manner {
        self.state.lock().unwrap().manner.expect("set at the start")
    }

    fn answer(&self, line: &str, secure: bool, envelope: &mut Envelope) -> Next {
        let (manner, upper) = (self.manner(), line.to_uppercase());
        if upper.starts_with("QUIT") {
            return Next::Leave("221 bye\r\n");
        }
        if manner == Manner::Closing && !upper.starts_with("EHLO") {
            return Next::Leave("421 closing\r\n");
        }
        if upper.starts_with("EHLO") {
            return Next::Say(match secure {
                false => "250-localhost\r\n250-8BITMIME\r\n250 STARTTLS\r\n",
                true => "250-localhost\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 AUTH PLAIN LOGIN\r\n",
            });
        }
        if upper.starts_with("STARTTLS") && !secure {
            return Next::Secure;
        }
        if upper.starts_with("NOOP") {
            return Next::Say("250 still here\r\n");
        }
        if !secure {
            return Next::Say("530 STARTTLS first\r\n");
        }
        if upper.starts_with("AUTH") {
            return Next::Say(match manner {
                Manner::RefusesLogins => "535 5.7.8 wrong\r\n",
                _ => "235 2.7.0 welcome\r\n",
            });
        }
        if let Some(from) = line.strip_prefix("MAIL FROM:") {
            envelope.from = from.to_owned();
            return Next::Say("250 2.1.0 ok\r\n");
        }
        if let Some(to) = line.strip_prefix("RCPT TO:") {
            return Next::Say(self.recipient(to, envelope));
        }
        if upper.starts_with("DATA") {
            return Next::Text;
        }
        Next::Say("500 what?\r\n")
    }

    fn recipient(&self, to: &str, envelope: &mut Envelope) -> &'static str {
        match self.manner() {
            Manner::RefusesRecipients => return "550 5.1.1 no such user here\r\n",
            Manner::Greylists => {
                let mut state = self.state.lock().unwrap();
                if !state.met.iter().any(|met| met == to) {
                    state.met.push(to.to_owned());
                    return "451 4.7.1 come back later\r\n";
                }
            }
            _ => {}
        }
        envelope.to.push(to.to_owned());
        if self.manner() == Manner::Wordy {
            "251-I know\r\n251 where that is\r\n"
        } else {
            "250 2.1.5 ok\r\n"
        }
    }

    /// The text up to the dot; nothing where the connection ended.
    async fn text(&self, stream: &mut BufReader<Box<dyn Stream>>) -> Option<String> {
        let mut text = String::new();
        loop {
            let line = line(stream).await?;
            if self.manner() == Manner::ClosesInData {
                return None;
            }
            if line == "." {
                return Some(text);
            }
            text.push_str(line.strip_prefix('.').unwrap_or(&line));
            text.push_str("\r\n");
        }
    }

    fn take(&self, envelope: Envelope, text: String) -> &'static str {
        let reply = match self.manner() {
            Manner::RefusesTexts => return "554 5.7.1 not this\r\n",
            Manner::Wordy => "252-maybe\r\n252-likely\r\n252 surely\r\n",
            _ => "250 2.0.0 queued\r\n",
        };
        let taken = Taken { from: envelope.from, to: envelope.to, text };
        self.state.lock().unwrap().taken.push(taken);
        reply
    }
}

/// A line without its end; nothing where the connection ended.
async fn line(stream: &mut BufReader<Box<dyn Stream>>) -> Option<String> {
    let mut bytes = Vec::new();
    stream.read_until(b'\n', &mut bytes).await.ok().filter(|read| *read > 0)?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    Some(text.trim_end_matches(['\r', '\n']).to_owned())
}
