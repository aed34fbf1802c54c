//! One hashing thread: takes jobs off the queue, keeps its memory while there is work.

use super::cost::HashCost;
use super::memory::Memory;
use super::queue::Queue;
use super::registry::{Check, find};
use super::{argon2, job::Done, job::Job, job::Task};
use doorward_core::fault::Fault;
use doorward_core::password::{Password, PasswordHash, Verdict};
use doorward_core::port::Dice;
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
            Task::Verify(password, stored) => {
                self.verify(password, stored.as_ref(), memory).map(Done::Verdict)
            }
        };
        self.queue.note(started.elapsed());
        // The caller may have gone meanwhile; there is nobody to tell.
        let _ = job.reply.send(done);
    }

    fn hash(&self, password: &Password, memory: &mut Memory) -> Result<PasswordHash, Fault> {
        self.hashes.inc();
        argon2::hash(password, self.cost, self.dice.as_ref(), memory).map(PasswordHash::new)
    }

    fn verify(
        &self,
        password: &Password,
        stored: Option<&PasswordHash>,
        memory: &mut Memory,
    ) -> Result<Verdict, Fault> {
        self.hashes.inc();
        let check = stored.and_then(|stored| {
            let verifier = find(stored.expose())?;
            Some((verifier.verify(stored.expose(), password, memory), stored))
        });
        match check {
            Some((Check::Right, stored)) => {
                let upgrade = if argon2::current(stored.expose(), self.cost) {
                    None
                } else {
                    Some(self.hash(password, memory)?)
                };
                Ok(Verdict::Right { upgrade })
            }
            Some((Check::Wrong, _)) => Ok(Verdict::Wrong),
            // No account, no password, or none that can be read: the same work as for a wrong password.
            Some((Check::Unusable, _)) | None => {
                argon2::spend(password, self.cost, memory)?;
                Ok(Verdict::Wrong)
            }
        }
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
