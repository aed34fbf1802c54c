//! The budgets for guessing, in memory: what [`doorward_core::port::Limits`] asks for on one node.
//!
//! Three counters stand for one try: of the pair (whose secret, from which network), of the secret over all
//! networks, and of the network over all secrets. Each has free tries; after them every further try must wait,
//! twice as long each time. A network from which the owner signed in lately is not held up by guesses from
//! elsewhere, so a stranger cannot lock anybody out.
//!
//! Only wrong tries count. While one is under way nobody knows what it is, so as many may be under way at a time
//! as there are free tries left, and at least one; the others wait a moment for their turn. So right sign-ins in
//! parallel all get in, and guesses in parallel are no more than guesses one by one.

mod tallies;

use async_trait::async_trait;
use doorward_core::action::network;
use doorward_core::fault::Fault;
use doorward_core::port::{Attempt, Limits, Settled, Tries};
use doorward_core::time::Timestamp;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::pin::pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tallies::Tallies;
use tokio::sync::Notify;
use tokio::time::timeout;

/// How long a try waits for its turn while others are under way: as long as the hashing queue lets one wait.
const PATIENCE: Duration = Duration::from_secs(2);
/// Networks that share a bell: one rings for a few others in vain.
const BELLS: usize = 64;

/// How many tries are free, and how the delays after them grow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimitPolicy {
    /// Free tries at one secret from one network.
    pub per_pair: u32,
    /// Free tries at one secret from everywhere.
    pub per_subject: u32,
    /// Free tries from one network at all secrets.
    pub per_network: u32,
    /// The first delay after the free tries; each further one is twice as long.
    pub first_delay: Duration,
    /// The longest delay.
    pub longest_delay: Duration,
    /// After this long without a new count, a counter starts anew.
    pub window: Duration,
    /// How many counters of each sort are kept; the oldest are forgotten first.
    pub kept: usize,
}

impl Default for LimitPolicy {
    fn default() -> LimitPolicy {
        LimitPolicy {
            per_pair: 5,
            per_subject: 20,
            per_network: 100,
            first_delay: Duration::from_secs(1),
            longest_delay: Duration::from_secs(15 * 60),
            window: Duration::from_secs(24 * 60 * 60),
            kept: 100_000,
        }
    }
}

impl LimitPolicy {
    /// No limit that anybody could reach: for benchmarks of what lies behind the limits.
    #[must_use]
    pub fn unlimited() -> LimitPolicy {
        LimitPolicy {
            per_pair: u32::MAX,
            per_subject: u32::MAX,
            per_network: u32::MAX,
            ..LimitPolicy::default()
        }
    }

    /// How long to wait after a counter came to `wrong`, of which `free` are free.
    fn delay(&self, wrong: u32, free: u32) -> Duration {
        let Some(beyond) = wrong.checked_sub(free) else { return Duration::ZERO };
        let factor = 1u32.checked_shl(beyond).unwrap_or(u32::MAX);
        self.first_delay.saturating_mul(factor).min(self.longest_delay)
    }
}

/// The budgets of one node.
pub struct MemoryLimits {
    policy: LimitPolicy,
    state: Mutex<State>,
    /// Rung when a try is settled, by network.
    bells: Vec<Notify>,
}

struct State {
    pairs: Tallies,
    subjects: Tallies,
    networks: Tallies,
    /// When the owner last signed in, by pair.
    welcomed: Tallies,
}

/// Which of the three budgets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    Pair,
    Subject,
    Network,
}

/// One of the three budgets of a try.
struct Counted<'a> {
    sort: Sort,
    tallies: &'a mut Tallies,
    name: &'a str,
    free: u32,
}

impl State {
    /// Whether the owner signed in from this network lately.
    fn welcome(&self, names: &Names, now: Timestamp, window: Duration) -> bool {
        self.welcomed.get(&names.pair, now, window).is_some()
    }

    fn counters<'a>(&'a mut self, names: &'a Names, policy: &LimitPolicy) -> Vec<Counted<'a>> {
        let (pairs, subjects, networks) = (&mut self.pairs, &mut self.subjects, &mut self.networks);
        vec![
            Counted { sort: Sort::Pair, tallies: pairs, name: &names.pair, free: policy.per_pair },
            Counted {
                sort: Sort::Subject,
                tallies: subjects,
                name: &names.subject,
                free: policy.per_subject,
            },
            Counted {
                sort: Sort::Network,
                tallies: networks,
                name: &names.network,
                free: policy.per_network,
            },
        ]
    }
}

/// What asking for a try comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    /// It may be made, and is under way.
    Now,
    /// It must wait for those under way.
    Soon,
    /// It must wait this long.
    After(Duration),
}

/// The names under which one try is counted.
struct Names {
    pair: String,
    subject: String,
    network: String,
}

impl Names {
    fn of(attempt: &Attempt) -> Names {
        let network = network(attempt.address);
        Names {
            pair: format!("{}\n{}\n{network}", attempt.realm, attempt.subject),
            subject: format!("{}\n{}", attempt.realm, attempt.subject),
            network: format!("{}\n{network}", attempt.realm),
        }
    }
}

impl MemoryLimits {
    /// Fresh budgets.
    #[must_use]
    pub fn new(policy: LimitPolicy) -> MemoryLimits {
        let tallies = || Tallies::new(policy.kept);
        let state = State { pairs: tallies(), subjects: tallies(), networks: tallies(), welcomed: tallies() };
        let bells = (0..BELLS).map(|_| Notify::new()).collect();
        MemoryLimits { policy, state: Mutex::new(state), bells }
    }

    fn bell(&self, attempt: &Attempt) -> Option<&Notify> {
        let mut hasher = DefaultHasher::new();
        network(attempt.address).hash(&mut hasher);
        self.bells.get(usize::try_from(hasher.finish() % BELLS as u64).unwrap_or(0))
    }

    /// Asks for one try, waiting for its turn while others are under way.
    async fn take_patiently(&self, attempt: &Attempt, now: Timestamp) -> Option<Duration> {
        let patiently = async {
            loop {
                let bell = self.bell(attempt)?;
                // Listening begins before looking, so that no ring falls between.
                let mut ring = pin!(bell.notified());
                ring.as_mut().enable();
                match self.take(attempt, now) {
                    Turn::Now => return None,
                    Turn::After(wait) => return Some(wait),
                    Turn::Soon => ring.await,
                }
            }
        };
        timeout(PATIENCE, patiently).await.unwrap_or(Some(self.policy.first_delay))
    }

    /// Asks for one try.
    fn take(&self, attempt: &Attempt, now: Timestamp) -> Turn {
        let names = Names::of(attempt);
        let policy = &self.policy;
        let mut state = self.lock();
        let welcome = state.welcome(&names, now, policy.window);
        let mut counters = state.counters(&names, policy);
        if welcome {
            counters.retain(|counter| counter.sort != Sort::Subject);
        }
        let waits = counters.iter().map(|counter| counter.tallies.wait(counter.name, now, policy.window));
        if let Some(longest) = waits.max().filter(|wait| !wait.is_zero()) {
            return Turn::After(longest);
        }
        let full =
            |counter: &Counted<'_>| !counter.tallies.room(counter.name, counter.free, now, policy.window);
        if counters.iter().any(full) {
            return Turn::Soon;
        }
        for counter in state.counters(&names, policy) {
            counter.tallies.begin(counter.name, now, policy.window);
        }
        Turn::Now
    }

    /// Counts a try that has ended; of a wrong one, how the tries of its pair stand.
    fn end(&self, attempt: &Attempt, how: Settled, now: Timestamp) -> Option<Tries> {
        let names = Names::of(attempt);
        let policy = &self.policy;
        let mut state = self.lock();
        let welcome = state.welcome(&names, now, policy.window);
        for counter in state.counters(&names, policy) {
            // A welcome network does not spend from the secret's budget.
            let counts = how == Settled::Wrong && !(welcome && counter.sort == Sort::Subject);
            counter.tallies.end(counter.name, now, |wrong| policy.delay(wrong, counter.free), counts);
        }
        if how == Settled::Right {
            state.pairs.forget_wrong(&names.pair);
            state.welcomed.begin(&names.pair, now, policy.window);
        }
        let used = state.pairs.wrong(&names.pair, now, policy.window);
        drop(state);
        if let Some(bell) = self.bell(attempt) {
            bell.notify_waiters();
        }
        let told = how == Settled::Wrong && policy.per_pair != u32::MAX;
        told.then(|| Tries { used, left: policy.per_pair.saturating_sub(used) })
    }

    // A panic while holding it leaves at worst a try uncounted: going on is right.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Limits for MemoryLimits {
    async fn spend(&self, attempt: &Attempt, now: Timestamp) -> Result<Option<Duration>, Fault> {
        Ok(self.take_patiently(attempt, now).await)
    }

    async fn settle(&self, attempt: &Attempt, how: Settled, now: Timestamp) -> Result<Option<Tries>, Fault> {
        Ok(self.end(attempt, how, now))
    }
}

#[cfg(test)]
mod tests;
