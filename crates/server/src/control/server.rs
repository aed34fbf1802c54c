//! The server's end of the control socket.

use super::{Asked, LONGEST};
use crate::account::{Reply, operate};
use crate::folder::plain;
use crate::post::{self, MailWork};
use crate::realm::{OpenRealm, Realms};
use crate::sessions::on_sessions;
use crate::start_error::StartError;
use crate::trail::{Pruning, TrailWork, prune};
use doorward_core::action::Services;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::task::JoinSet;
use tokio::time::timeout;
use zeroize::Zeroizing;

/// The longest path of a socket on the systems we know, in bytes.
const LONGEST_PATH: usize = 103;
/// How long a client may take to send its line, and to read its answer. What it asks for is never cut short: a change
/// that is stored must be told to the cache of live sessions.
const PATIENCE: Duration = Duration::from_secs(10);

/// The socket of a running server; dropping it takes it away.
pub struct ControlSocket {
    listener: UnixListener,
    path: PathBuf,
}

impl ControlSocket {
    /// Listens. The data lock must be held: what lies there from a server that was killed is taken away.
    ///
    /// # Errors
    /// The socket cannot be made: its path may be too long for the system.
    pub fn open(path: &Path) -> Result<ControlSocket, StartError> {
        let refused = |error: std::io::Error| {
            StartError::new(format!("cannot listen on {}: {}", path.display(), plain(&error)))
        };
        // Gone already is as good.
        let _ = fs::remove_file(path);
        if path.as_os_str().len() > LONGEST_PATH {
            return Err(StartError::new(format!(
                "the path {} is too long for a socket: choose a data folder with a shorter one",
                path.display()
            )));
        }
        let listener = UnixListener::bind(path).map_err(refused)?;
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).map_err(refused)?;
        Ok(ControlSocket { listener, path: path.to_owned() })
    }

    /// Answers until it is dropped.
    pub async fn serve(self, realms: Realms, services: Arc<Services>) {
        let mut clients = JoinSet::new();
        loop {
            let stream = tokio::select! {
                accepted = self.listener.accept() => accepted,
                Some(_) = clients.join_next(), if !clients.is_empty() => continue,
            };
            let Ok((stream, _)) = stream else {
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            };
            if allowed(&stream) {
                let (realms, services) = (realms.now(), Arc::clone(&services));
                clients.spawn(async move {
                    // A client that goes away before its answer has nobody to be told.
                    let _ = talk(stream, &realms, &services).await;
                });
            }
        }
    }
}

impl Drop for ControlSocket {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// Only the server's own user and root may ask, whatever the file's mode was when they connected.
fn allowed(stream: &UnixStream) -> bool {
    let own = rustix::process::geteuid().as_raw();
    stream.peer_cred().is_ok_and(|peer| peer.uid() == own || peer.uid() == 0)
}

async fn talk(stream: UnixStream, realms: &[OpenRealm], services: &Services) -> std::io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut line = Zeroizing::new(Vec::new());
    timeout(PATIENCE, BufReader::new(read.take(LONGEST)).read_until(b'\n', &mut line)).await??;
    let reply = match serde_json::from_slice::<Asked>(&line) {
        Ok(Asked::Account(request)) => operate(&request, realms, services).await,
        Ok(Asked::Sessions(request)) => on_sessions(&request, realms, services).await,
        Ok(Asked::Trail(request)) => on_trail(&request.trail, realms, services).await,
        Ok(Asked::Mail(request)) => on_outbox(&request.mail, realms, services).await,
        Err(_) => Reply::refused("usage", "the running server is of another version"),
    };
    let mut answer = serde_json::to_string(&reply).map_err(std::io::Error::other)?;
    answer.push('\n');
    timeout(PATIENCE, write.write_all(answer.as_bytes())).await??;
    write.shutdown().await
}

async fn on_trail(work: &TrailWork, realms: &[OpenRealm], services: &Services) -> Reply {
    let Some(realm) = realms.first() else { return Reply::refused("fault", "there is no realm") };
    prune(work, &Pruning::of(services), realm.keys.master()).await
}

/// What is asked of messages; the worker is woken for what is tried again.
async fn on_outbox(work: &MailWork, realms: &[OpenRealm], services: &Services) -> Reply {
    let Some(realm) = realms.first() else { return Reply::refused("fault", "there is no realm") };
    let at = (realm.keys.master(), services.clock.now());
    let reply = post::operate(work, services.store.as_ref(), at).await;
    if matches!(work, MailWork::Retry(_)) {
        (services.mail_queued)();
    }
    reply
}
