//! One hashing thread: takes jobs off the queue, keeps its memory while there is work.

use super::queue::Queue;
use super::{job::Done, job::Job, job::Task};
use doorward_core::fault::Fault;
use doorward_core::password::{Password, PasswordHash, Upgrade, Verdict};
use doorward_core::port::Dice;
use doorward_password::{Check, HashCost, HashKeys, Memory, StoredHash, own};
use prometheus_client::metrics::counter::Counter;
use std::sync::Arc;
use std::time::Duration;

/// How long a thread without work keeps its memory.
const IDLE: Duration = Duration::from_secs(1);
/// The lowest priority there is: hashing waits for everything else, nothing waits for hashing.
const NICENESS: i32 = 19;

/// What every thread of a pool works with.
#[derive(Clone)]
pub(super) struct Worker {
    pub(super) queue: Arc<Queue>,
    pub(super) cost: HashCost,
    pub(super) keys: Arc<HashKeys>,
    pub(super) dice: Arc<dyn Dice>,
    pub(super) hashes: Counter,
}

impl Worker {
    /// Works until the queue is closed.
    pub(super) fn run(self) {
        // On Linux a thread id is accepted where POSIX says process. Without the right to do it, priority stays.
        let _ = rustix::process::setpriority_process(Some(rustix::thread::gettid()), NICENESS);
        let mut memory = Memory::default();
        loop {
            let patience = if memory.is_empty() { None } else { Some(IDLE) };
            match self.queue.take(patience) {
                Taken::Job(job) => self.work(job, &mut memory),
                Taken::Idle => memory.release(),
                Taken::Closed => return,
            }
        }
    }

    fn work(&self, job: Job, memory: &mut Memory) {
        // Nobody waits any more: the caller has gone.
        if job.reply.is_closed() {
            return;
        }
        let started = now();
        let done = match &job.task {
            Task::Hash(password) => self.hash(password, memory).map(Done::Hash),
            Task::Verify(password, stored, upgrade) => {
                self.verify(password, stored.as_ref(), *upgrade, memory).map(Done::Verdict)
            }
        };
        self.queue.note(started.elapsed());
        // The caller may have gone meanwhile; there is nobody to tell.
        let _ = job.reply.send(done);
    }

    fn hash(&self, password: &Password, memory: &mut Memory) -> Result<PasswordHash, Fault> {
        self.hashes.inc();
        own::hash(password, self.cost, self.dice.as_ref(), memory).map(PasswordHash::new)
    }

    /// One hash of the configured strength in every case. For one of our own, or one that was wrapped, it is the
    /// comparison; beside another server's hash it is the new one where the password is right, and wasted where it is wrong: whoever measures
    /// must not learn from a cheap old hash that there is an account.
    fn verify(
        &self,
        password: &Password,
        stored: Option<&PasswordHash>,
        upgrade: Upgrade,
        memory: &mut Memory,
    ) -> Result<Verdict, Fault> {
        let Some(stored) = stored.and_then(|stored| self.readable(stored)) else {
            return self.wrong(password, memory);
        };
        let check = stored.verify(password, &self.keys, memory);
        if let Check::Unusable(why) = &check {
            tracing::warn!(format = stored.format(), %why, "a stored password cannot be compared");
        }
        let right = match check {
            Check::Right => true,
            Check::Wrong => false,
            Check::Unusable(_) => return self.wrong(password, memory),
        };
        if right && upgrade == Upgrade::Wanted && stored.needs_upgrade(self.cost) {
            // A right password is right, whether or not a better hash could be made of it.
            return Ok(Verdict::Right { upgrade: self.hash(password, memory).ok() });
        }
        if stored.is_one_hash(self.cost) {
            self.hashes.inc_by(if right { 1 } else { password.forms() as u64 });
        } else {
            self.wrong(password, memory)?;
        }
        Ok(if right { Verdict::Right { upgrade: None } } else { Verdict::Wrong })
    }

    /// The work of a wrong password.
    fn wrong(&self, password: &Password, memory: &mut Memory) -> Result<Verdict, Fault> {
        for _ in 0..password.forms() {
            self.hashes.inc();
            own::spend(password, self.cost, memory)?;
        }
        Ok(Verdict::Wrong)
    }

    /// The stored hash, if it can be read. One that cannot was damaged after it was checked.
    fn readable(&self, stored: &PasswordHash) -> Option<StoredHash> {
        StoredHash::of_store(stored.expose(), self.cost)
            .inspect_err(|why| tracing::warn!(%why, "a stored password cannot be read"))
            .ok()
    }
}

/// What waiting for work brought.
pub(super) enum Taken {
    /// A job.
    Job(Job),
    /// Nothing for a while.
    Idle,
    /// There will be no more.
    Closed,
}

#[expect(clippy::disallowed_methods, reason = "the pool measures how long its own work takes")]
fn now() -> std::time::Instant {
    std::time::Instant::now()
}
