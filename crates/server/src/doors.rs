//! The sockets of a server, bound: where clients are answered, and where operators are.

use crate::folder::plain;
use crate::options::Options;
use crate::start_error::StartError;
use doorward_http::accept::Listening;
use doorward_http::{Door, Tls};
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;

/// The sockets of a server.
pub(crate) struct Doors {
    /// All of them.
    pub(crate) listening: Vec<Listening>,
    /// Where clients are answered; the first of several.
    pub(crate) addr: SocketAddr,
    /// Where operators are answered, if that is another place.
    pub(crate) ops: Option<SocketAddr>,
}

impl Doors {
    /// Binds them. Clients are spoken to by TLS where there is a certificate; operators never are.
    pub(crate) async fn open(options: &Options, tls: Option<&Arc<Tls>>) -> Result<Doors, StartError> {
        let door = if options.ops.is_some() { Door::Clients } else { Door::Everybody };
        let mut listening = Vec::new();
        let mut addr = None;
        for at in &options.listen {
            let (listener, bound) = bind(*at).await?;
            addr = addr.or(Some(bound));
            listening.push(Listening { listener, door, tls: tls.cloned() });
        }
        let mut ops = None;
        if let Some(at) = options.ops {
            let (listener, bound) = bind(at).await?;
            ops = Some(bound);
            listening.push(Listening { listener, door: Door::Operators, tls: None });
        }
        let addr = addr.ok_or_else(|| StartError::new("there is no address to listen on"))?;
        Ok(Doors { listening, addr, ops })
    }
}

async fn bind(at: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let refused =
        |error: std::io::Error| StartError::new(format!("cannot listen on {at}: {}", plain(&error)));
    let listener = TcpListener::bind(at).await.map_err(refused)?;
    let bound = listener.local_addr().map_err(refused)?;
    Ok((listener, bound))
}
