//! Deliveries to servers over real sockets.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "in a test, helpers included, a broken expectation is a failed test, and a server may run beside it"
)]

mod smtp;
mod webhook;
mod worker;

use doorward_core::change::{Change, SealedMail};
use doorward_core::fault::Fault;
use doorward_core::key::MasterKey;
use doorward_core::mail::{Mail, seal_mail};
use doorward_core::port::{Clock, Store};
use doorward_mail::{Bell, Outbox, Parts, Patience, Transports};
use doorward_testkit::samples::id;
use doorward_testkit::{FakeClock, MemoryStore, SeededDice};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A worker over the model of a store.
struct Bench {
    store: Arc<MemoryStore>,
    clock: FakeClock,
    told: Arc<Mutex<Vec<String>>>,
    outbox: Outbox,
}

fn master() -> MasterKey {
    MasterKey::new(&[1; 32]).unwrap()
}

impl Bench {
    fn new(transports: Transports) -> Bench {
        let (store, clock) = (Arc::new(MemoryStore::new()), FakeClock::default());
        let told = Arc::new(Mutex::new(Vec::new()));
        let tell = Arc::clone(&told);
        let outbox = Outbox::new(Parts {
            store: Arc::<MemoryStore>::clone(&store),
            clock: Arc::new(clock.clone()),
            dice: Arc::new(SeededDice::new(1)),
            master: Arc::new(master()),
            transports,
            patience: Patience::default(),
            bell: Bell::default(),
            on_fault: Arc::new(move |fault: &Fault| tell.lock().unwrap().push(fault.to_string())),
        });
        Bench { store, clock, told, outbox }
    }

    /// Queues the `n`th mail, good for ten minutes.
    async fn queue(&self, n: u64, mail: &Mail) {
        let now = self.clock.now();
        let sealed = SealedMail {
            id: id(n),
            realm: "r".to_owned(),
            sealed: seal_mail(id(n), mail, &master(), &SeededDice::new(n)).unwrap(),
            created_at: now,
            attempts: 0,
            next_at: now,
            expires_at: Some(now.plus(Duration::from_secs(600))),
            failure: None,
            dead_at: None,
        };
        self.store.apply(vec![Change::QueueMail(sealed)]).await.unwrap();
    }

    async fn deliver(&self) -> usize {
        self.outbox.deliver_due().await.unwrap()
    }

    async fn mail(&self, n: u64) -> Option<SealedMail> {
        self.store.mail(id(n)).await.unwrap()
    }

    fn later(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }
}

fn to(address: &str) -> Mail {
    Mail::email(address, "Your code", "Enter this code: 135790\n".to_owned())
}
