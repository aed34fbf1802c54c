//! The outbox worker: delivers what lies in the outbox and has it wiped, or puts it off.

use crate::transport::Transport;
use doorward_core::change::{Change, SealedMail};
use doorward_core::fault::Fault;
use doorward_core::key::MasterKey;
use doorward_core::mail::open_mail;
use doorward_core::port::{Clock, Store};
use doorward_core::time::Timestamp;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// How many mails are read at once.
const BATCH: u32 = 50;
/// How often the outbox is looked into when nobody rings: for mails that were put off.
const LOOK_EVERY: Duration = Duration::from_secs(15);
const FIRST_DELAY: Duration = Duration::from_secs(30);
const LONGEST_DELAY: Duration = Duration::from_secs(60 * 60);

/// What wakes the worker. A ring while it works is not lost: it looks once more.
#[derive(Clone, Default)]
pub struct Bell(Arc<Notify>);

impl Bell {
    /// Wakes the worker.
    pub fn ring(&self) {
        self.0.notify_one();
    }
}

/// The worker.
pub struct Outbox {
    /// Where the outbox is.
    pub store: Arc<dyn Store>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// What mails are sealed under.
    pub master: Arc<MasterKey>,
    /// How mails leave.
    pub transport: Transport,
    /// What wakes it.
    pub bell: Bell,
    /// Told of every failure underneath: a delivery that failed, a store that could not be read.
    pub on_fault: Arc<dyn Fn(&Fault) + Send + Sync>,
}

impl Outbox {
    /// Works until it is dropped. What is left over from before is delivered first.
    pub async fn run(self) {
        loop {
            if let Err(fault) = self.deliver_due().await {
                (self.on_fault)(&fault);
            }
            // An elapsed wait is no error: it is time to look again.
            let _ = tokio::time::timeout(LOOK_EVERY, self.bell.0.notified()).await;
        }
    }

    /// Delivers everything that is due. Says how many mails left.
    ///
    /// # Errors
    /// The store failed.
    pub async fn deliver_due(&self) -> Result<usize, Fault> {
        let mut delivered = 0;
        loop {
            let now = self.clock.now();
            let due = self.store.due_mails(now, BATCH).await?;
            if due.is_empty() {
                return Ok(delivered);
            }
            let mut changes = Vec::new();
            for mail in &due {
                changes.push(self.deliver(mail, now).await);
            }
            delivered += changes.iter().filter(|change| matches!(change, Change::MailDelivered(_))).count();
            self.store.apply(changes).await?;
        }
    }

    async fn deliver(&self, sealed: &SealedMail, now: Timestamp) -> Change {
        let result = match open_mail(sealed.id, &sealed.sealed, &self.master) {
            Ok(mail) => {
                let sent = self.transport.deliver(mail, now).await;
                sent.map_err(|why| Fault::Internal(format!("mail {} not delivered: {}", sealed.id, why.0)))
            }
            Err(fault) => Err(fault),
        };
        match result {
            Ok(()) => Change::MailDelivered(sealed.id),
            Err(fault) => {
                (self.on_fault)(&fault);
                Change::MailPutOff { id: sealed.id, next_at: now.plus(delay(sealed.attempts)) }
            }
        }
    }
}

/// How long to wait after so many failures: twice as long each time.
fn delay(attempts: u32) -> Duration {
    let factor = 1u32.checked_shl(attempts).unwrap_or(u32::MAX);
    FIRST_DELAY.saturating_mul(factor).min(LONGEST_DELAY)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mailbox::Mailbox;
    use doorward_core::mail::{Mail, seal_mail};
    use doorward_testkit::samples::id;
    use doorward_testkit::{FakeClock, MemoryStore, SeededDice};
    use std::sync::atomic::{AtomicUsize, Ordering};

    struct Bench {
        store: Arc<MemoryStore>,
        clock: FakeClock,
        mailbox: Mailbox,
        faults: Arc<AtomicUsize>,
        outbox: Outbox,
    }

    fn master(byte: u8) -> MasterKey {
        MasterKey::new(&[byte; 32]).unwrap()
    }

    fn bench() -> Bench {
        let (store, clock, mailbox) = (Arc::new(MemoryStore::new()), FakeClock::default(), Mailbox::new());
        let faults = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&faults);
        let outbox = Outbox {
            store: Arc::<MemoryStore>::clone(&store),
            clock: Arc::new(clock.clone()),
            master: Arc::new(master(1)),
            transport: Transport::Mailbox(mailbox.clone()),
            bell: Bell::default(),
            on_fault: Arc::new(move |_| {
                count.fetch_add(1, Ordering::SeqCst);
            }),
        };
        Bench { store, clock, mailbox, faults, outbox }
    }

    async fn queue(bench: &Bench, n: u64, key: &MasterKey) {
        let mail = Mail::email("a@example.org", &n.to_string(), String::new());
        let sealed = seal_mail(id(n), &mail, key, &SeededDice::new(n)).unwrap();
        let now = bench.clock.now();
        let mail = SealedMail {
            id: id(n),
            realm: "r".to_owned(),
            sealed,
            created_at: now,
            attempts: 0,
            next_at: now,
        };
        bench.store.apply(vec![Change::QueueMail(mail)]).await.unwrap();
    }

    #[tokio::test]
    async fn delivers_all_that_is_due_and_wipes_it() {
        let bench = bench();
        for n in 0..120 {
            queue(&bench, n, &master(1)).await;
        }
        assert_eq!(bench.outbox.deliver_due().await.unwrap(), 120);
        assert_eq!(bench.mailbox.mails(None).len(), 120);
        assert!(bench.store.due_mails(Timestamp::MAX, 10).await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn what_does_not_open_is_put_off_and_holds_nothing_up() {
        let bench = bench();
        queue(&bench, 1, &master(2)).await;
        queue(&bench, 2, &master(1)).await;
        assert_eq!(bench.outbox.deliver_due().await.unwrap(), 1);
        assert_eq!(bench.faults.load(Ordering::SeqCst), 1);
        assert_eq!(bench.outbox.deliver_due().await.unwrap(), 0);
        assert_eq!(bench.faults.load(Ordering::SeqCst), 1, "not before its time");
        bench.clock.advance(FIRST_DELAY);
        assert_eq!(bench.outbox.deliver_due().await.unwrap(), 0);
        assert_eq!(bench.faults.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn a_ring_wakes_the_worker() {
        let bench = bench();
        let bell = bench.outbox.bell.clone();
        queue(&bench, 1, &master(1)).await;
        bell.ring();
        let mailbox = bench.mailbox.clone();
        tokio::select! {
            () = bench.outbox.run() => {}
            () = async { while mailbox.mails(None).is_empty() { tokio::task::yield_now().await } } => {}
        }
        assert_eq!(mailbox.mails(None).len(), 1);
    }

    #[test]
    fn delays_double_up_to_an_hour() {
        assert_eq!(delay(0), Duration::from_secs(30));
        assert_eq!(delay(3), Duration::from_secs(240));
        assert_eq!(delay(40), LONGEST_DELAY);
    }
}
