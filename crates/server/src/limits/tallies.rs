//! A bounded set of counters, the oldest forgotten first.

use doorward_core::time::Timestamp;
use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

/// Counters by name. A name is kept as its keyed hash, so that nobody can fill the memory with long names.
pub(super) struct Tallies {
    kept: usize,
    names: RandomState,
    counters: HashMap<u64, Counter>,
    order: VecDeque<u64>,
}

/// One counter.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counter {
    count: u32,
    last: Timestamp,
    /// No try before this.
    until: Timestamp,
}

impl Tallies {
    pub(super) fn new(kept: usize) -> Tallies {
        Tallies { kept, names: RandomState::new(), counters: HashMap::new(), order: VecDeque::new() }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.counters.len()
    }

    /// The counter of a name, unless its last count is longer ago than the window.
    pub(super) fn get(&self, name: &str, now: Timestamp, window: Duration) -> Option<Counter> {
        let counter = self.counters.get(&self.names.hash_one(name))?;
        (now < counter.last.plus(window)).then_some(*counter)
    }

    /// How long the next try must wait.
    pub(super) fn wait(&self, name: &str, now: Timestamp, window: Duration) -> Duration {
        self.get(name, now, window).map_or(Duration::ZERO, |counter| counter.until.since(now))
    }

    /// Counts one; `delay` says, from the new count, how long the next try must wait.
    pub(super) fn count(
        &mut self,
        name: &str,
        now: Timestamp,
        window: Duration,
        delay: impl Fn(u32) -> Duration,
    ) {
        let count = self.get(name, now, window).map_or(0, |counter| counter.count).saturating_add(1);
        let key = self.names.hash_one(name);
        let counter = Counter { count, last: now, until: now.plus(delay(count)) };
        if self.counters.insert(key, counter).is_none() {
            self.order.push_back(key);
            self.forget();
        }
    }

    /// Takes one count back; the next try need not wait.
    pub(super) fn uncount(&mut self, name: &str) {
        if let Some(counter) = self.counters.get_mut(&self.names.hash_one(name)) {
            counter.count = counter.count.saturating_sub(1);
            counter.until = Timestamp::default();
        }
    }

    fn forget(&mut self) {
        while self.counters.len() > self.kept {
            let Some(oldest) = self.order.pop_front() else { return };
            self.counters.remove(&oldest);
        }
    }
}
