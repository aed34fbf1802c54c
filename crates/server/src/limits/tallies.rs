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
    wrong: u32,
    under_way: u32,
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

    /// Whether one more try may be under way: as many as there are free ones left, and at least one.
    pub(super) fn room(&self, name: &str, free: u32, now: Timestamp, window: Duration) -> bool {
        let (wrong, under_way) =
            self.get(name, now, window).map_or((0, 0), |counter| (counter.wrong, counter.under_way));
        under_way < free.saturating_sub(wrong).max(1)
    }

    /// How many wrong ones there were.
    pub(super) fn wrong(&self, name: &str, now: Timestamp, window: Duration) -> u32 {
        self.get(name, now, window).map_or(0, |counter| counter.wrong)
    }

    /// One more is under way.
    pub(super) fn begin(&mut self, name: &str, now: Timestamp, window: Duration) {
        let before = self.get(name, now, window);
        let fresh = Counter { wrong: 0, under_way: 0, last: now, until: Timestamp::default() };
        let counter = before.unwrap_or(fresh);
        let key = self.names.hash_one(name);
        let begun = Counter { under_way: counter.under_way.saturating_add(1), last: now, ..counter };
        if self.counters.insert(key, begun).is_none() {
            self.order.push_back(key);
            self.forget();
        }
    }

    /// One is no longer under way; if it counts, `delay` says from the new count how long the next must wait.
    pub(super) fn end(&mut self, name: &str, now: Timestamp, delay: impl Fn(u32) -> Duration, counts: bool) {
        let Some(counter) = self.counters.get_mut(&self.names.hash_one(name)) else { return };
        counter.under_way = counter.under_way.saturating_sub(1);
        if counts {
            counter.wrong = counter.wrong.saturating_add(1);
            counter.last = now;
            counter.until = now.plus(delay(counter.wrong));
        }
    }

    /// What was counted so far is forgiven.
    pub(super) fn forget_wrong(&mut self, name: &str) {
        if let Some(counter) = self.counters.get_mut(&self.names.hash_one(name)) {
            counter.wrong = 0;
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
