//! A deployment that reads its files again, on SIGHUP: the next request is answered by what they say then. Requests
//! under way are finished by the application that they began with, so none is dropped. A file that is broken changes
//! nothing, and what cannot be changed while the server runs is said.

use crate::front::Front;
use crate::options::Options;
use crate::realm::Realms;
use crate::start_error::StartError;
use crate::wiring::{open_realms, prepare};
use async_trait::async_trait;
use doorward_core::key::MasterKey;
use doorward_http::accept::Current;
use doorward_http::{App, Tls};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::task::spawn_blocking;

/// How often the certificate is looked at: whoever renews it need not tell.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// Reads what a server is assembled from once more.
pub type Again = Arc<dyn Fn() -> Result<Options, StartError> + Send + Sync>;

/// What became of reading everything again.
#[derive(Debug)]
pub enum Reloaded {
    /// It answers from now on; these members are other than at the start, and wait for a restart.
    Good(Vec<&'static str>),
    /// Something is wrong with it: what was good goes on answering.
    Kept(StartError),
}

/// What a running deployment is made of, and what it answers with at the moment.
pub(crate) struct Reloading {
    front: Front,
    realms: Realms,
    master: Arc<MasterKey>,
    again: Again,
    tls: Option<Arc<Tls>>,
    app: RwLock<Arc<App>>,
    /// One at a time; the certificate that is shown.
    turn: Mutex<Option<Vec<u8>>>,
}

impl Reloading {
    /// Begins with the application that was started.
    pub(crate) fn new(
        (front, app): (Front, Arc<App>),
        (realms, master): (Realms, Arc<MasterKey>),
        (again, tls): (Again, Option<Arc<Tls>>),
    ) -> Reloading {
        let shown = front.options.tls.as_ref().map(|files| files.certificate.clone());
        Reloading { front, realms, master, again, tls, app: RwLock::new(app), turn: Mutex::new(shown) }
    }

    /// Reads everything again.
    pub(crate) async fn reload(&self) -> Reloaded {
        let mut shown = self.turn.lock().await;
        match self.read(&mut shown).await {
            Ok(later) => Reloaded::Good(later),
            Err(error) => Reloaded::Kept(error),
        }
    }

    async fn read(&self, shown: &mut Option<Vec<u8>>) -> Result<Vec<&'static str>, StartError> {
        let again = Arc::clone(&self.again);
        // Contracts are compiled aside: requests go on meanwhile.
        let read = spawn_blocking(move || {
            let options = again()?;
            let prepared = prepare(&options.realms())?;
            Ok::<_, StartError>((options, prepared))
        });
        let (options, prepared) = read.await.map_err(|_| StartError::new("reading it again panicked"))??;
        let realms = open_realms(prepared, &self.front.around.0, &self.master).await?;
        let app = Arc::new(self.front.app(&options, &realms)?);
        // All that can go wrong has gone well: only now is anything changed.
        self.show(&options, shown)?;
        *self.app.write().unwrap_or_else(PoisonError::into_inner) = app;
        self.realms.replace(Arc::new(realms));
        Ok(later(&self.front.options, &options))
    }

    fn show(&self, options: &Options, shown: &mut Option<Vec<u8>>) -> Result<(), StartError> {
        if let (Some(tls), Some(files)) = (&self.tls, &options.tls) {
            files.put_into(tls)?;
            *shown = Some(files.certificate.clone());
        }
        Ok(())
    }

    /// Looks at the certificate again and again.
    pub(crate) async fn watch_certificate(self: Arc<Reloading>) {
        if self.tls.is_none() {
            return;
        }
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            self.look_at_certificate().await;
        }
    }

    /// Shows a certificate that was renewed, without being told; nothing else is read again.
    pub(crate) async fn look_at_certificate(&self) {
        let Some(file) = self.front.options.tls.as_ref().map(|files| files.file.clone()) else { return };
        let mut shown = self.turn.lock().await;
        let now = std::fs::read(&file).ok();
        if now.is_none() || now == *shown {
            return;
        }
        let again = Arc::clone(&self.again);
        let read = spawn_blocking(move || again()).await;
        let read = read.unwrap_or_else(|_| Err(StartError::new("reading it again panicked")));
        match read.and_then(|options| self.show(&options, &mut shown)) {
            Ok(()) => tracing::info!(file = %file.display(), "the certificate was renewed"),
            // Maybe its key comes a moment later: it is looked at again.
            Err(error) => tracing::warn!(%error, "the certificate has changed and cannot be used yet"),
        }
    }
}

#[async_trait]
impl Current for Reloading {
    async fn app(&self) -> Arc<App> {
        Arc::clone(&self.app.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What is other than at the start, and cannot be changed while the server runs.
fn later(start: &Options, now: &Options) -> Vec<&'static str> {
    let (old, new) = (&start.bounds, &now.bounds);
    [
        ("server.listen", start.listen != now.listen),
        ("server.tls_certificate", start.tls.is_some() != now.tls.is_some()),
        ("ops.listen", start.ops != now.ops),
        ("store.data", start.data != now.data),
        ("store.hash_keys", start.hash_keys != now.hash_keys),
        ("[mail]", start.mail != now.mail),
        ("limits (tries, delays, counters)", start.limits != now.limits),
        ("limits (mails)", start.mail_caps != now.mail_caps),
        ("limits.connections", old.connections != new.connections),
        ("limits.head_bytes", old.head_bytes != new.head_bytes),
        ("limits.head_time", old.head_time != new.head_time),
    ]
    .into_iter()
    .filter_map(|(name, changed)| changed.then_some(name))
    .collect()
}
