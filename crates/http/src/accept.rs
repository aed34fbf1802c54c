//! The accept loop: connections with limits, and a shutdown that waits for nothing but work under way.

use crate::app::{App, Bounds};
use crate::call::{Activity, Door, Peer};
use crate::tls::Tls;
use async_trait::async_trait;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// How long a closing connection may sit without work before it is dropped: a request that is in flight on the wire
/// still gets in.
const GRACE: Duration = Duration::from_millis(200);
/// The longest pause after a failed accept.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// Where the application comes from that answers a request: always the same, or the one of the moment.
#[derive(Clone)]
pub enum Served {
    /// This one.
    Fixed(Arc<App>),
    /// Whichever it is by then; all share their bounds and metrics.
    Current(Arc<dyn Current>),
}

/// Knows which application answers the next request.
#[async_trait]
pub trait Current: Send + Sync {
    /// It.
    async fn app(&self) -> Arc<App>;
}

impl From<Arc<App>> for Served {
    fn from(app: Arc<App>) -> Served {
        Served::Fixed(app)
    }
}

impl Served {
    async fn app(&self) -> Arc<App> {
        match self {
            Served::Fixed(app) => Arc::clone(app),
            Served::Current(current) => current.app().await,
        }
    }
}

/// Where connections come from, and what is served to them.
pub struct Listening {
    /// The socket.
    pub listener: TcpListener,
    /// Which paths are served here.
    pub door: Door,
    /// The certificate that is shown; without it nothing is encrypted.
    pub tls: Option<Arc<Tls>>,
}

impl From<TcpListener> for Listening {
    fn from(listener: TcpListener) -> Listening {
        Listening { listener, door: Door::default(), tls: None }
    }
}

/// Serves until `stop` turns true (or its sender is gone), then lets the requests under way finish, for as long as
/// [`crate::Bounds::drain`] says. Idle connections and half-sent requests are not waited for.
pub async fn serve(
    listening: impl Into<Listening>,
    served: impl Into<Served>,
    mut stop: watch::Receiver<bool>,
) {
    let Listening { listener, door, tls } = listening.into();
    let served = served.into();
    let app = served.app().await;
    let mut connections = JoinSet::new();
    let places = Arc::new(Semaphore::new(app.bounds.connections));
    let mut pause = Duration::from_millis(10);
    loop {
        while connections.try_join_next().is_some() {}
        let accepted = tokio::select! {
            accepted = next(&listener, &places) => accepted,
            () = stopped(&mut stop) => break,
        };
        match accepted {
            Ok((stream, peer, place)) => {
                pause = Duration::from_millis(10);
                let (app, served, stop, tls) = (Arc::clone(&app), served.clone(), stop.clone(), tls.clone());
                connections.spawn(async move {
                    app.metrics.connections.inc();
                    let peer = Peer { address: peer.ip(), tls: tls.is_some(), door };
                    begin((stream, peer), (&app.bounds, tls.as_deref()), &served, stop).await;
                    app.metrics.connections.dec();
                    drop(place);
                });
            }
            Err(error) => {
                // Out of file descriptors, mostly: others must close first.
                tracing::warn!(%error, "accepting a connection failed");
                tokio::select! {
                    () = sleep(pause) => {}
                    () = stopped(&mut stop) => break,
                }
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        }
    }
    app.stopping();
    served.app().await.stopping();
    drop(listener);
    let all = async { while connections.join_next().await.is_some() {} };
    if timeout(app.bounds.drain, all).await.is_err() {
        tracing::warn!("requests were still under way when the time to stop was over");
        connections.shutdown().await;
    }
}

type Accepted = (TcpStream, SocketAddr, tokio::sync::OwnedSemaphorePermit);

/// The next connection, once there is a place for it.
async fn next(listener: &TcpListener, places: &Arc<Semaphore>) -> std::io::Result<Accepted> {
    let place = Arc::clone(places).acquire_owned().await.map_err(std::io::Error::other)?;
    let (stream, peer) = listener.accept().await?;
    Ok((stream, peer, place))
}

async fn stopped(stop: &mut watch::Receiver<bool>) {
    // An error means that nobody is left who could say stop: that is a stop too.
    let _ = stop.wait_for(|stop| *stop).await;
}

/// Shakes hands where that is asked for, then serves the connection. A handshake has as long as a head.
async fn begin(
    (stream, peer): (TcpStream, Peer),
    (bounds, tls): (&Bounds, Option<&Tls>),
    served: &Served,
    mut stop: watch::Receiver<bool>,
) {
    // A reply is one small write: waiting to fill a packet would only delay it.
    let _ = stream.set_nodelay(true);
    let Some(tls) = tls else { return connection((stream, peer), bounds, served, stop).await };
    let shaken = tokio::select! {
        shaken = timeout(bounds.head_time, tls.accept(stream)) => shaken,
        () = stopped(&mut stop) => return,
    };
    if let Ok(Ok(stream)) = shaken {
        connection((stream, peer), bounds, served, stop).await;
    }
}

async fn connection<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    (stream, peer): (S, Peer),
    bounds: &Bounds,
    served: &Served,
    mut stop: watch::Receiver<bool>,
) {
    let activity = Activity::default();
    let service = service_fn(|request| {
        let (served, activity) = (served.clone(), activity.clone());
        // A request that has begun is finished though its client may be gone: what it wrote must be told to the
        // cache of live sessions, and hyper drops the future of a connection that closes.
        #[expect(
            clippy::disallowed_methods,
            reason = "outlives its connection on purpose; ends with its reply"
        )]
        let answering =
            tokio::spawn(async move { served.app().await.handle(request, peer, &activity).await });
        async move {
            let broken = || crate::reject::error(http::StatusCode::INTERNAL_SERVER_ERROR, "broken");
            Ok::<_, Infallible>(answering.await.unwrap_or_else(|_| broken()))
        }
    });
    let answered = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(bounds.head_time)
        .max_buf_size(bounds.head_bytes.max(8192))
        .serve_connection(TokioIo::new(stream), service);
    let mut answered = pin!(answered);
    tokio::select! {
        // Whatever a client did to its connection is no concern of the log.
        _ = answered.as_mut() => return,
        () = stopped(&mut stop) => {}
    }
    answered.as_mut().graceful_shutdown();
    let mut idle = false;
    loop {
        tokio::select! {
            _ = answered.as_mut() => return,
            () = sleep(GRACE) => {
                // Twice idle in a row: nothing is being answered, and the last reply has had time to leave.
                if idle && !activity.busy() {
                    return;
                }
                idle = !activity.busy();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Bed;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    struct Served {
        bed: Bed,
        address: SocketAddr,
        stop: watch::Sender<bool>,
        server: JoinSet<()>,
    }

    async fn served() -> Served {
        let bed = Bed::new().await;
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("address");
        let (stop, stopping) = watch::channel(false);
        let mut server = JoinSet::new();
        server.spawn(serve(listener, Arc::clone(&bed.app), stopping));
        Served { bed, address, stop, server }
    }

    impl Served {
        async fn open(&self, text: &str) -> TcpStream {
            let mut stream = TcpStream::connect(self.address).await.expect("a connection");
            stream.write_all(text.as_bytes()).await.expect("written");
            stream
        }
    }

    /// Reads until the server closes, or until the text is there.
    async fn read(stream: &mut TcpStream, until: &str) -> String {
        let mut all = Vec::new();
        let mut buffer = [0; 4096];
        loop {
            let text = String::from_utf8_lossy(&all).into_owned();
            if !until.is_empty() && text.contains(until) {
                return text;
            }
            match stream.read(&mut buffer).await {
                Ok(0) | Err(_) => return text,
                Ok(count) => all.extend_from_slice(&buffer[..count]),
            }
        }
    }

    fn post(path: &str, length: usize, body: &str) -> String {
        format!(
            "POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        )
    }

    #[tokio::test]
    async fn custom_statuses_and_reasons_reach_the_wire() {
        let served = served().await;
        served.bed.kim().await;
        let body = r#"{"username":"kim","password":"pw"}"#;
        let mut stream = served.open(&post("/b/login", body.len(), body)).await;
        let text = read(&mut stream, "}").await;
        assert!(text.starts_with("HTTP/1.1 601 "), "{text}");
        stream.write_all(post("/c/auth/login", body.len(), body).as_bytes()).await.expect("written");
        let text = read(&mut stream, "}").await;
        assert!(text.starts_with("HTTP/1.1 200 Welcome back\r\n"), "{text}");
        let logout = "POST /c/auth/logout HTTP/1.1\r\nHost: x\r\nConnection: close\r\nCookie: rt=x\r\n\r\n";
        let mut stream = served.open(logout).await;
        let text = read(&mut stream, "").await;
        assert!(text.starts_with("HTTP/1.1 401 "), "{text}");
    }

    #[tokio::test]
    async fn a_stop_waits_for_work_but_not_for_the_idle_or_half_sent() {
        let mut served = served().await;
        served.bed.kim().await;
        let mut idle = served.open("GET /_doorward/health HTTP/1.1\r\nHost: x\r\n\r\n").await;
        read(&mut idle, "}").await;
        let _half_head = served.open("GET /_doorward/health HT").await;
        let _half_body = served.open(&post("/c/auth/login", 50, "{")).await;
        let body = r#"{"username":"kim","password":"slow"}"#;
        let mut slow = served.open(&post("/c/auth/login", body.len(), body)).await;
        served.bed.gate.reached.notified().await;
        served.stop.send(true).expect("a server");
        assert_eq!(read(&mut idle, "").await, "");
        served.bed.gate.open.notify_one();
        assert!(read(&mut slow, "").await.contains("bad_credentials"));
        let ended = timeout(Duration::from_secs(5), served.server.join_next()).await;
        assert!(matches!(ended, Ok(Some(Ok(())))), "idle or half-sent connections held the stop up");
    }

    #[tokio::test]
    async fn a_request_that_has_begun_is_finished_though_its_client_is_gone() {
        let served = served().await;
        served.bed.kim().await;
        let body = r#"{"username":"kim","password":"slow"}"#;
        let slow = served.open(&post("/c/auth/login", body.len(), body)).await;
        served.bed.gate.reached.notified().await;
        drop(slow);
        sleep(Duration::from_millis(100)).await;
        served.bed.gate.open.notify_one();
        sleep(Duration::from_millis(300)).await;
        let lines = served.bed.lines.0.lock().unwrap().clone();
        assert!(
            lines.iter().any(|line| line.contains("wrong_password") || line.contains("401")),
            "{lines:?}"
        );
    }
}
