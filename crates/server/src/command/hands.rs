//! Whoever has the data while a command asks many things one after the other: the running server, or this process.

use super::account::{Realm, realm_options};
use crate::account::{Reply, Request, Work, operate};
use crate::cli::Global;
use crate::config::Config;
use crate::control::{Asked, ask};
use crate::folder::{DataFolder, plain};
use crate::offline::Offline;
use crate::sessions::{SessionRequest, on_sessions};
use crate::start_error::StartError;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;

/// Whoever has the data.
pub(super) struct Hands {
    realm: String,
    who: Who,
}

enum Who {
    /// The server that listens here.
    Server(PathBuf),
    /// This process.
    Own(Box<Offline>, tokio::runtime::Runtime),
}

impl Hands {
    /// Asks the running server from now on, or takes the data folder, which is made only if `may_make`.
    ///
    /// # Errors
    /// Neither is possible.
    pub(super) fn take(
        realm: &Realm,
        (global, deployed): (&Global, Option<&Config>),
        may_make: bool,
    ) -> Result<Hands, StartError> {
        let socket = global.data.join("control.sock");
        let of = |who| Ok(Hands { realm: realm.realm.clone(), who });
        if UnixStream::connect(&socket).is_ok() {
            return of(Who::Server(socket));
        }
        let wanted = realm_options(&realm.realm, (realm.contract.as_deref(), deployed), global)?;
        if !global.data.exists() && !may_make {
            return Err(StartError::new(format!("there is no data folder {}", global.data.display())));
        }
        let folder = DataFolder::open(&global.data)?;
        let store = Offline::take(&folder)?.ok_or_else(|| {
            let folder = folder.path().display();
            StartError::new(format!(
                "the data folder {folder} is in use by another doorward, which does not answer: try again"
            ))
        })?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| StartError::new(format!("cannot start: {}", plain(&error))))?;
        let offline = runtime.block_on(Offline::open(&folder, store, wanted))?;
        of(Who::Own(Box::new(offline), runtime))
    }

    /// Whether a server has the data.
    pub(super) fn serves(&self) -> bool {
        matches!(self.who, Who::Server(_))
    }

    /// Has something done.
    ///
    /// # Errors
    /// The server is gone.
    pub(super) fn ask(&self, work: Work) -> Result<Reply, StartError> {
        let request = Request { realm: self.realm.clone(), identifiers: Vec::new(), work };
        match &self.who {
            Who::Own(offline, runtime) => {
                Ok(runtime.block_on(operate(&request, &offline.realms, &offline.services)))
            }
            Who::Server(socket) => ask(socket, &Asked::Account(request))?
                .ok_or_else(|| StartError::new("the running server has ended: run the command again")),
        }
    }

    /// Has something done about sessions.
    ///
    /// # Errors
    /// The server is gone.
    pub(super) fn ask_sessions(&self, request: &SessionRequest) -> Result<Reply, StartError> {
        match &self.who {
            Who::Own(offline, runtime) => {
                Ok(runtime.block_on(on_sessions(request, &offline.realms, &offline.services)))
            }
            Who::Server(socket) => ask(socket, &Asked::Sessions(request.clone()))?
                .ok_or_else(|| StartError::new("the running server has ended: run the command again")),
        }
    }
}
