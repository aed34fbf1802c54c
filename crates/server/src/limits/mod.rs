//! The budgets for guessing, in memory: what [`doorward_core::port::Limits`] asks for on one node.
//!
//! Three counters stand for one try: of the pair (whose secret, from which network), of the secret over all
//! networks, and of the network over all secrets. Each has free tries; after them every further try must wait,
//! twice as long each time. A network from which the owner signed in lately is not held up by guesses from
//! elsewhere, so a stranger cannot lock anybody out.
//!
//! A try is counted before anybody knows whether it is right. So that many right ones at a time are not taken for
//! guesses, a try that is just over its budget waits a moment for others of its network to be given back.

mod tallies;

use async_trait::async_trait;
use doorward_core::action::network;
use doorward_core::fault::Fault;
use doorward_core::port::{Attempt, Limits};
use doorward_core::time::Timestamp;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::pin::pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tallies::Tallies;
use tokio::sync::Notify;
use tokio::time::timeout;

/// How long a try that is just over its budget waits for another one to be given back.
const MOMENT: Duration = Duration::from_millis(250);
/// How long it waits in all, while others are being given back.
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

    /// How long to wait after a counter came to `count`, of which `free` are free.
    fn delay(&self, count: u32, free: u32) -> Duration {
        let Some(beyond) = count.checked_sub(free) else { return Duration::ZERO };
        let factor = 1u32.checked_shl(beyond).unwrap_or(u32::MAX);
        self.first_delay.saturating_mul(factor).min(self.longest_delay)
    }
}

/// The budgets of one node.
pub struct MemoryLimits {
    policy: LimitPolicy,
    state: Mutex<State>,
    /// Rung when a try is given back, by network.
    bells: Vec<Notify>,
}

struct State {
    pairs: Tallies,
    subjects: Tallies,
    networks: Tallies,
    /// When the owner last signed in, by pair.
    welcome: Tallies,
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
        let state = State { pairs: tallies(), subjects: tallies(), networks: tallies(), welcome: tallies() };
        let bells = (0..BELLS).map(|_| Notify::new()).collect();
        MemoryLimits { policy, state: Mutex::new(state), bells }
    }

    fn bell(&self, attempt: &Attempt) -> Option<&Notify> {
        let mut hasher = DefaultHasher::new();
        network(attempt.address).hash(&mut hasher);
        self.bells.get(usize::try_from(hasher.finish() % BELLS as u64).unwrap_or(0))
    }

    /// Spends one try, waiting for a moment where only tries under way stand against it.
    async fn take_patiently(&self, attempt: &Attempt, now: Timestamp) -> Option<Duration> {
        let wait = self.take(attempt, now)?;
        let Some(bell) = self.bell(attempt).filter(|_| wait <= self.policy.first_delay + PATIENCE) else {
            return Some(wait);
        };
        let patiently = async {
            loop {
                // Listening begins before looking, so that no ring falls between.
                let mut ring = pin!(bell.notified());
                ring.as_mut().enable();
                let wait = self.take(attempt, now)?;
                if timeout(MOMENT, ring).await.is_err() {
                    return Some(wait);
                }
            }
        };
        timeout(PATIENCE, patiently).await.unwrap_or(Some(wait))
    }

    /// Spends one try, or says how long to wait.
    fn take(&self, attempt: &Attempt, now: Timestamp) -> Option<Duration> {
        let names = Names::of(attempt);
        let policy = &self.policy;
        let mut state = self.lock();
        let welcome = state.welcome.get(&names.pair, now, policy.window).is_some();
        let waits = [
            state.pairs.wait(&names.pair, now, policy.window),
            if welcome { Duration::ZERO } else { state.subjects.wait(&names.subject, now, policy.window) },
            state.networks.wait(&names.network, now, policy.window),
        ];
        let longest = waits.into_iter().max().filter(|wait| !wait.is_zero());
        if longest.is_some() {
            return longest;
        }
        let count = |tallies: &mut Tallies, name: &str, free: u32| {
            tallies.count(name, now, policy.window, |count| policy.delay(count, free));
        };
        count(&mut state.pairs, &names.pair, policy.per_pair);
        if !welcome {
            count(&mut state.subjects, &names.subject, policy.per_subject);
        }
        count(&mut state.networks, &names.network, policy.per_network);
        None
    }

    /// Gives one try back: it was right.
    fn give_back(&self, attempt: &Attempt, now: Timestamp) {
        let names = Names::of(attempt);
        let mut state = self.lock();
        let welcome = state.welcome.get(&names.pair, now, self.policy.window).is_some();
        state.pairs.uncount(&names.pair);
        // A welcome network did not spend from the secret's budget.
        if !welcome {
            state.subjects.uncount(&names.subject);
        }
        state.networks.uncount(&names.network);
        state.welcome.count(&names.pair, now, self.policy.window, |_| Duration::ZERO);
        drop(state);
        if let Some(bell) = self.bell(attempt) {
            bell.notify_waiters();
        }
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

    async fn refund(&self, attempt: &Attempt, now: Timestamp) -> Result<(), Fault> {
        self.give_back(attempt, now);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_767_225_600_000);

    fn at(seconds: u64) -> Timestamp {
        NOW.plus(Duration::from_secs(seconds))
    }

    fn attempt(subject: &str, address: &str) -> Attempt {
        Attempt { realm: "r".to_owned(), subject: subject.to_owned(), address: address.parse().unwrap() }
    }

    fn limits() -> MemoryLimits {
        MemoryLimits::new(LimitPolicy::default())
    }

    fn seconds(wait: Option<Duration>) -> Option<u64> {
        wait.map(|wait| wait.as_secs())
    }

    #[test]
    fn five_are_free_then_the_delay_doubles_up_to_a_quarter_of_an_hour() {
        let limits = limits();
        let guess = attempt("ann", "192.0.2.1");
        for _ in 0..5 {
            assert_eq!(limits.take(&guess, NOW), None);
        }
        let mut time = 0;
        for expected in [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900] {
            assert_eq!(seconds(limits.take(&guess, at(time))), Some(expected));
            assert_eq!(seconds(limits.take(&guess, at(time))), Some(expected), "a refused try costs nothing");
            time += expected;
            assert_eq!(limits.take(&guess, at(time)), None);
        }
    }

    #[test]
    fn one_v6_network_is_one_address_and_another_pair_is_free() {
        let limits = limits();
        for n in 0..5 {
            assert_eq!(limits.take(&attempt("ann", &format!("2001:db8::{n}")), NOW), None);
        }
        assert!(limits.take(&attempt("ann", "2001:db8::ffff"), NOW).is_some());
        assert_eq!(limits.take(&attempt("ann", "2001:db8:0:1::1"), NOW), None);
        assert_eq!(limits.take(&attempt("bob", "2001:db8::1"), NOW), None);
    }

    #[test]
    fn a_secret_stands_twenty_from_everywhere_but_its_owner_gets_in() {
        let limits = limits();
        let home = attempt("ann", "198.51.100.7");
        assert_eq!(limits.take(&home, NOW), None);
        limits.give_back(&home, NOW);
        for n in 0..20 {
            assert_eq!(limits.take(&attempt("ann", &format!("192.0.2.{n}")), NOW), None);
        }
        assert_eq!(seconds(limits.take(&attempt("ann", "192.0.2.99"), NOW)), Some(1));
        assert_eq!(limits.take(&home, NOW), None, "the owner's network is not held up");
    }

    #[test]
    fn a_network_has_a_hundred_over_all_secrets() {
        let limits = limits();
        for n in 0..100 {
            assert_eq!(limits.take(&attempt(&format!("user{n}"), "192.0.2.1"), NOW), None);
        }
        assert_eq!(seconds(limits.take(&attempt("user100", "192.0.2.1"), NOW)), Some(1));
        assert_eq!(limits.take(&attempt("user100", "192.0.2.2"), NOW), None);
    }

    #[test]
    fn right_tries_never_count() {
        let limits = limits();
        let own = attempt("ann", "192.0.2.1");
        for _ in 0..1000 {
            assert_eq!(limits.take(&own, NOW), None);
            limits.give_back(&own, NOW);
        }
    }

    #[test]
    fn a_day_later_it_starts_anew() {
        let limits = limits();
        let guess = attempt("ann", "192.0.2.1");
        for _ in 0..5 {
            assert_eq!(limits.take(&guess, NOW), None);
        }
        for _ in 0..5 {
            assert_eq!(limits.take(&guess, at(86_400)), None);
        }
        assert!(limits.take(&guess, at(86_400)).is_some());
    }

    #[tokio::test]
    async fn many_right_tries_at_a_time_are_no_guesses() {
        let limits = limits();
        let own = attempt("ann", "192.0.2.1");
        let sign_in = async || {
            let refused = limits.spend(&own, NOW).await.unwrap();
            tokio::task::yield_now().await;
            limits.refund(&own, NOW).await.unwrap();
            refused
        };
        let (a, b, c, d) = tokio::join!(sign_in(), sign_in(), sign_in(), sign_in());
        let (e, f, g, h) = tokio::join!(sign_in(), sign_in(), sign_in(), sign_in());
        assert_eq!([a, b, c, d, e, f, g, h], [None; 8]);
        let (a, b, c, d, e, f, g) =
            tokio::join!(sign_in(), sign_in(), sign_in(), sign_in(), sign_in(), sign_in(), sign_in());
        assert_eq!([a, b, c, d, e, f, g], [None; 7], "two of seven wait for their turn");
    }

    #[tokio::test]
    async fn guesses_at_a_time_stay_five() {
        let limits = limits();
        let guess = attempt("ann", "192.0.2.1");
        let spend = || limits.spend(&guess, NOW);
        let (a, b, c, d) = tokio::join!(spend(), spend(), spend(), spend());
        let (e, f, g, h) = tokio::join!(spend(), spend(), spend(), spend());
        let free = [a, b, c, d, e, f, g, h].into_iter().filter(|wait| matches!(wait, Ok(None))).count();
        assert_eq!(free, 5);
    }

    #[test]
    fn memory_is_bounded() {
        let limits = MemoryLimits::new(LimitPolicy { kept: 10, per_network: 1000, ..LimitPolicy::default() });
        for n in 0..500 {
            limits.take(&attempt(&format!("user{n}"), "192.0.2.1"), NOW);
        }
        assert_eq!(limits.lock().pairs.len(), 10);
        assert_eq!(limits.lock().subjects.len(), 10);
        assert_eq!(limits.lock().networks.len(), 1);
    }
}
