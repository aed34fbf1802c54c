//! The queue of the pool, bounded by the time a new job would wait.

use super::job::Job;
use super::worker::Taken;
use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Nobody is queued who would wait longer than this.
const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// Jobs that wait for a thread.
pub(super) struct Queue {
    state: Mutex<State>,
    work: Condvar,
    threads: u64,
}

struct State {
    waiting: VecDeque<Job>,
    closed: bool,
    /// Exponential average of the time a job takes, in nanoseconds.
    average: u64,
}

impl Queue {
    /// An empty queue for so many threads; `guess` is how long a job may take, in nanoseconds.
    pub(super) fn new(threads: usize, guess: u64) -> Queue {
        let state = State { waiting: VecDeque::new(), closed: false, average: guess };
        Queue { state: Mutex::new(state), work: Condvar::new(), threads: threads.max(1) as u64 }
    }

    /// Queues a job, unless it would wait too long.
    ///
    /// # Errors
    /// How long it would have waited.
    pub(super) fn put(&self, job: Job) -> Result<(), Duration> {
        let mut state = self.lock();
        let wait =
            Duration::from_nanos((state.waiting.len() as u64).saturating_mul(state.average) / self.threads);
        if wait > LONGEST_WAIT {
            return Err(wait);
        }
        state.waiting.push_back(job);
        drop(state);
        self.work.notify_one();
        Ok(())
    }

    /// The next job; `Idle` when there is none for so long (forever, without a patience).
    pub(super) fn take(&self, patience: Option<Duration>) -> Taken {
        let mut state = self.lock();
        loop {
            if let Some(job) = state.waiting.pop_front() {
                return Taken::Job(job);
            }
            if state.closed {
                return Taken::Closed;
            }
            state = match patience {
                None => self.work.wait(state).unwrap_or_else(PoisonError::into_inner),
                Some(patience) => {
                    let (state, timeout) =
                        self.work.wait_timeout(state, patience).unwrap_or_else(PoisonError::into_inner);
                    if timeout.timed_out() && state.waiting.is_empty() {
                        return Taken::Idle;
                    }
                    state
                }
            };
        }
    }

    /// Notes how long a job took.
    pub(super) fn note(&self, took: Duration) {
        let took = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        let mut state = self.lock();
        state.average = state.average - state.average / 8 + took / 8;
    }

    /// Lets the threads finish what waits, and end.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.work.notify_all();
    }

    // A panic while holding it cannot leave the queue half changed: going on is right.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::super::job::Task;
    use super::*;
    use doorward_core::password::Password;
    use tokio::sync::oneshot;

    fn job() -> Job {
        Job { task: Task::Hash(Password::new("x".to_owned())), reply: oneshot::channel().0 }
    }

    #[test]
    fn is_bounded_by_waiting_time() {
        let queue = Queue::new(2, 1_000_000_000);
        for _ in 0..5 {
            assert!(queue.put(job()).is_ok());
        }
        assert_eq!(queue.put(job()).err(), Some(Duration::from_millis(2500)));
        queue.take(None);
        assert!(queue.put(job()).is_ok(), "four wait: two seconds, which is not past two seconds");
    }

    #[test]
    fn follows_what_jobs_really_take() {
        let queue = Queue::new(1, 1_000_000_000);
        for _ in 0..100 {
            queue.note(Duration::from_millis(1));
        }
        for _ in 0..100 {
            assert!(queue.put(job()).is_ok());
        }
    }

    #[test]
    fn finishes_what_waits_before_it_closes() {
        let queue = Queue::new(1, 1);
        assert!(matches!(queue.take(Some(Duration::ZERO)), Taken::Idle));
        assert!(queue.put(job()).is_ok());
        queue.close();
        assert!(matches!(queue.take(None), Taken::Job(_)));
        assert!(matches!(queue.take(None), Taken::Closed));
    }
}
