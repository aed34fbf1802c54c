//! A contract that is being written: its file is looked at before each request, and what it says by then answers.
//! A file that is broken changes nothing; accounts, sessions and keys are the same throughout.

use crate::contracts::Contract;
use crate::front::Front;
use crate::realm::{OpenRealm, Prepared, Realms};
use crate::realm_options::{Placed, RealmOptions};
use crate::start_error::StartError;
use crate::wiring::open_realms;
use async_trait::async_trait;
use doorward_core::key::MasterKey;
use doorward_http::App;
use doorward_http::accept::Current;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;

/// How often the file is looked at while nobody asks: so that a mistake is told when it is saved.
const LOOK_EVERY: Duration = Duration::from_millis(300);

/// Who hears what became of a save.
pub type OnSave = Arc<dyn Fn(&Saved) + Send + Sync>;

/// What became of a save.
pub enum Saved {
    /// It answers the next request.
    Good {
        /// How many operations it has.
        operations: usize,
        /// What it gives away, one per line.
        lints: Vec<String>,
    },
    /// It has errors; the last good one goes on answering.
    Broken(StartError),
}

/// The contract and the application that its last good text made.
pub(crate) struct Live {
    /// The realm of the one contract.
    realm: RealmOptions,
    front: Front,
    realms: Realms,
    master: Arc<MasterKey>,
    on_save: OnSave,
    state: Mutex<State>,
}

struct State {
    contract: Contract,
    /// The files it was read from, as they were then.
    seen: Vec<(PathBuf, Option<Vec<u8>>)>,
    app: Arc<App>,
}

impl Live {
    /// Begins with an application that serves what the realms say.
    pub(crate) fn new(
        realm: RealmOptions,
        (front, app): (Front, Arc<App>),
        (realms, master): (Realms, Arc<MasterKey>),
        on_save: OnSave,
    ) -> Option<Live> {
        let contract = realm.contracts.first()?.contract.clone();
        let files = contract.files(contract.load().extends.as_deref());
        let state = Mutex::new(State { contract, seen: look(files), app });
        Some(Live { realm, front, realms, master, on_save, state })
    }

    /// Looks at the file again and again.
    pub(crate) async fn watch(self: Arc<Live>) {
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            self.app().await;
        }
    }

    async fn reload(&self, state: &mut State) -> Result<Saved, StartError> {
        let contract = state.contract.again()?;
        // Whatever is wrong with it, the files that matter are those it names now.
        let loaded = contract.load();
        state.seen = look(contract.files(loaded.extends.as_deref()));
        let loaded = contract.checked(loaded)?;
        let Some(plan) = loaded.plan else { return Err(contract.no_plan()) };
        let (operations, lints) = (plan.operations.len(), plan.lints.clone());
        let services = &self.front.around.0;
        let placed =
            self.realm.contracts.iter().map(|placed| Placed { contract: contract.clone(), ..placed.clone() });
        let prepared = Prepared {
            name: self.realm.name.clone(),
            contracts: std::iter::once(plan).zip(placed).collect(),
            access: Arc::clone(&self.realm.access),
        };
        let realms: Vec<OpenRealm> = open_realms(vec![prepared], services, &self.master).await?;
        let app = self.front.app(&self.front.options, &realms)?;
        self.realms.replace(Arc::new(realms));
        state.app = Arc::new(app);
        state.contract = contract;
        Ok(Saved::Good { operations, lints })
    }
}

#[async_trait]
impl Current for Live {
    async fn app(&self) -> Arc<App> {
        let mut state = self.state.lock().await;
        let now = look(state.seen.iter().map(|(path, _)| path.clone()).collect());
        if now != state.seen {
            state.seen = now;
            let saved = self.reload(&mut state).await.unwrap_or_else(Saved::Broken);
            (self.on_save)(&saved);
        }
        Arc::clone(&state.app)
    }
}

/// The files as they are now: whole, since a save within one tick of the file system's clock counts too.
fn look(files: Vec<PathBuf>) -> Vec<(PathBuf, Option<Vec<u8>>)> {
    let read = |path: PathBuf| {
        let bytes = std::fs::read(&path).ok();
        (path, bytes)
    };
    files.into_iter().map(read).collect()
}
