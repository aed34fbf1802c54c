//! Applications of a running server: what is served at the moment, made anew whenever its contracts are.

use crate::folder::DataFolder;
use crate::options::Options;
use crate::pages::{PageRealm, ProgramPages};
use crate::realm::OpenRealm;
use crate::realm_options::Introspection;
use crate::start_error::StartError;
use doorward_core::action::Services;
use doorward_http::{App, Metrics, Mount, Parts, RealmParts};
use doorward_mail::{Mailbox, Transport, Transports};
use std::net::SocketAddr;
use std::sync::Arc;

/// What every application of a running server is made of: all but its realms.
pub(crate) struct Front {
    pub(crate) options: Options,
    pub(crate) folder: Arc<DataFolder>,
    /// What actions run on, the metrics, the mails that were sent, and where it listens.
    pub(crate) around: (Arc<Services>, Arc<Metrics>, Mailbox, SocketAddr),
}

impl Front {
    /// The application that serves these realms, with whom these options believe and how much they let in. All else
    /// is as it was at the start.
    pub(crate) fn app(&self, options: &Options, realms: &[OpenRealm]) -> Result<App, StartError> {
        let Front { options: start, folder, around: (services, metrics, mailbox, addr) } = self;
        let mut parts = Vec::new();
        let mut shown = Vec::new();
        let url = start.url(*addr);
        for realm in realms {
            let around = (folder.path(), start.program.as_str());
            shown.push(PageRealm::new(realm, &realm.place.url(&url), around));
            let mount = Mount {
                hosts: realm.place.hosts.clone(),
                prefix: realm.place.prefix.clone(),
                plan: Arc::clone(&realm.plan),
                policy: Arc::clone(&realm.policy),
            };
            if let Some(known) = parts.iter_mut().find(|known: &&mut RealmParts| known.name == realm.name) {
                known.contracts.push(mount);
                continue;
            }
            parts.push(RealmParts {
                name: realm.name.clone(),
                contracts: vec![mount],
                keys: Arc::clone(&realm.keys),
                introspection_secret: self.introspection_secret(realm)?,
                origins: realm.access.origins.clone(),
                client_keys: realm.access.client_keys.clone(),
            });
        }
        let pages = Arc::new(ProgramPages {
            realms: shown,
            mailbox: mailbox.clone(),
            keeps_mail: start.transports.as_ref().is_none_or(|office| keeps(&office(mailbox))),
            store: Arc::clone(&services.store),
            clock: Arc::clone(&services.clock),
        });
        App::new(Parts {
            services: Arc::clone(services),
            realms: parts,
            metrics: Arc::clone(metrics),
            pages,
            access_log: Arc::clone(&start.access_log),
            stopwatch: Arc::clone(&start.stopwatch),
            trusted_proxies: options.trusted_proxies.clone(),
            bounds: options.bounds.clone(),
        })
        .map_err(StartError::new)
    }

    fn introspection_secret(&self, realm: &OpenRealm) -> Result<Option<String>, StartError> {
        Ok(match &realm.access.introspection {
            Introspection::OfTheFolder => {
                let dice = self.around.0.dice.as_ref();
                Some(self.folder.introspection_secret(&realm.name, dice)?.to_string())
            }
            Introspection::Secret(secret) => Some(secret.to_string()),
            Introspection::Nobody => None,
        })
    }
}

/// Whether mails of some kind end in the mailbox.
fn keeps(transports: &Transports) -> bool {
    [&transports.email, &transports.sms].into_iter().any(|one| matches!(one, Transport::Mailbox(_)))
}
