//! The outbox worker: delivers what lies in the outbox and has it wiped, puts it off, or gives it up.
//!
//! Every message has its own back-off, so that one which fails holds no other up. A server that does not answer is
//! left alone for a while, and what would go there waits untried.

use crate::backoff::{Patience, pause};
use crate::transport::{Letter, NotDelivered, Transports, Why};
use doorward_core::change::{Change, SealedMail};
use doorward_core::channel::Channel;
use doorward_core::fault::Fault;
use doorward_core::key::MasterKey;
use doorward_core::mail::{Mail, open_mail};
use doorward_core::port::{Clock, Dice, Store};
use doorward_core::time::Timestamp;
use futures_util::future::join_all;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;

/// How many mails are read at once.
const BATCH: u32 = 52;
/// How many are delivered side by side; what a crash may repeat is no more than these.
const AT_ONCE: usize = 4;
/// How often the outbox is looked into when nobody rings: for mails that were put off.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// What wakes the worker. A ring while it works is not lost: it looks once more.
#[derive(Clone, Default)]
pub struct Bell(Arc<Notify>);

impl Bell {
    /// Wakes the worker.
    pub fn ring(&self) {
        self.0.notify_one();
    }
}

/// What a worker is made of.
pub struct Parts {
    /// Where the outbox is.
    pub store: Arc<dyn Store>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// What spreads repeated tries.
    pub dice: Arc<dyn Dice>,
    /// What mails are sealed under.
    pub master: Arc<MasterKey>,
    /// How mails leave.
    pub transports: Transports,
    /// How long a mail is tried.
    pub patience: Patience,
    /// What wakes it.
    pub bell: Bell,
    /// Told of every failure underneath: a delivery that failed, a store that could not be read.
    pub on_fault: Arc<dyn Fn(&Fault) + Send + Sync>,
}

/// The worker.
pub struct Outbox {
    parts: Parts,
    email: Road,
    sms: Road,
    /// What came of deliveries and could not be written down yet: nothing is delivered before it is.
    unwritten: Mutex<Vec<Change>>,
}

/// Whether a channel's server answers.
#[derive(Default)]
struct Road(Mutex<Closed>);

#[derive(Clone, Copy, Default)]
struct Closed {
    /// Nobody goes there before this.
    until: Timestamp,
    /// How often in a row it did not answer.
    times: u32,
}

impl Road {
    // A panic while holding it cannot leave it half written: going on is right.
    fn lock(&self) -> MutexGuard<'_, Closed> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn closed_until(&self, now: Timestamp) -> Option<Timestamp> {
        Some(self.lock().until).filter(|until| now < *until)
    }

    fn open(&self) {
        *self.lock() = Closed::default();
    }

    /// Of several that find the server silent at one time only the first counts.
    fn close(&self, now: Timestamp, dice: &dyn Dice) {
        let mut closed = self.lock();
        if closed.until <= now {
            closed.until = now.plus(pause(closed.times, dice));
            closed.times = closed.times.saturating_add(1);
        }
    }
}

impl Outbox {
    /// A worker that has nothing to do yet.
    #[must_use]
    pub fn new(parts: Parts) -> Outbox {
        Outbox { parts, email: Road::default(), sms: Road::default(), unwritten: Mutex::default() }
    }

    /// Works until it is dropped. What is left over from before is delivered first.
    pub async fn run(self) {
        loop {
            if let Err(fault) = self.deliver_due().await {
                (self.parts.on_fault)(&fault);
            }
            // An elapsed wait is no error: it is time to look again.
            let _ = tokio::time::timeout(LOOK_EVERY, self.parts.bell.0.notified()).await;
        }
    }

    /// Delivers everything that is due. Says how many mails left.
    ///
    /// # Errors
    /// The store failed.
    pub async fn deliver_due(&self) -> Result<usize, Fault> {
        let mut delivered = 0;
        loop {
            self.write_down().await?;
            let due = self.parts.store.due_mails(self.parts.clock.now(), BATCH).await?;
            if due.is_empty() {
                return Ok(delivered);
            }
            for group in due.chunks(AT_ONCE) {
                let changes = join_all(group.iter().map(|mail| self.settle(mail))).await;
                delivered +=
                    changes.iter().filter(|change| matches!(change, Change::MailDelivered(_))).count();
                self.unwritten().extend(changes);
                self.write_down().await?;
            }
        }
    }

    /// Writes down what came of deliveries. What a store refuses is kept: a mail that left must not leave again.
    async fn write_down(&self) -> Result<(), Fault> {
        let changes = self.unwritten().clone();
        if !changes.is_empty() {
            self.parts.store.apply(changes).await?;
            self.unwritten().clear();
        }
        Ok(())
    }

    // A panic while holding it cannot leave it half written: going on is right.
    fn unwritten(&self) -> MutexGuard<'_, Vec<Change>> {
        self.unwritten.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What becomes of one mail that is due.
    async fn settle(&self, sealed: &SealedMail) -> Change {
        let now = self.parts.clock.now();
        if self.parts.patience.over_at(sealed) <= now {
            let last = sealed.failure.as_deref().unwrap_or("the server was not reached");
            return self.give_up(sealed, now, &format!("it is too late to deliver it; before: {last}"));
        }
        let mail = match open_mail(sealed.id, &sealed.sealed, &self.parts.master) {
            Ok(mail) => mail,
            Err(fault) => return self.put_off(sealed, now, &format!("it does not open: {fault}")),
        };
        let road = match mail.channel {
            Channel::Email => &self.email,
            Channel::Sms => &self.sms,
        };
        if let Some(until) = road.closed_until(now) {
            return Change::MailPutOff { id: sealed.id, next_at: until, failure: None };
        }
        let letter = Letter { id: sealed.id, realm: &sealed.realm, mail: &mail };
        let sent = self.parts.transports.of(mail.channel).deliver(&letter, now, &mut Vec::new()).await;
        let after = self.parts.clock.now();
        match sent {
            Ok(()) => {
                road.open();
                Change::MailDelivered(sealed.id)
            }
            Err(NotDelivered { why, sentence }) => {
                let sentence = without_recipient(&sentence, &mail);
                match why {
                    Why::Unreachable => road.close(after, self.parts.dice.as_ref()),
                    Why::Refused | Why::Later => road.open(),
                }
                if why == Why::Refused {
                    self.give_up(sealed, after, &sentence)
                } else {
                    self.put_off(sealed, after, &sentence)
                }
            }
        }
    }

    fn put_off(&self, sealed: &SealedMail, now: Timestamp, why: &str) -> Change {
        match self.parts.patience.next(sealed, now, self.parts.dice.as_ref()) {
            Some(next_at) => {
                self.tell(sealed, "put off", why);
                Change::MailPutOff { id: sealed.id, next_at, failure: Some(why.to_owned()) }
            }
            None => self.give_up(sealed, now, why),
        }
    }

    fn give_up(&self, sealed: &SealedMail, at: Timestamp, why: &str) -> Change {
        self.tell(sealed, "given up", why);
        Change::MailDied { id: sealed.id, at, failure: why.to_owned() }
    }

    fn tell(&self, sealed: &SealedMail, what: &str, why: &str) {
        (self.parts.on_fault)(&Fault::Internal(format!("mail {} {what}: {why}", sealed.id)));
    }
}

/// Servers like to repeat the address in what they say; logs are to be without.
fn without_recipient(sentence: &str, mail: &Mail) -> String {
    if mail.to.is_empty() { sentence.to_owned() } else { sentence.replace(&mail.to, "the recipient") }
}

#[cfg(test)]
mod tests;
