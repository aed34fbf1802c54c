//! The password pool: as many threads as processors, at the lowest priority, with a queue that is bounded by
//! waiting time. Every call costs one hash of the configured strength, and what the stored hash of another server costs
//! besides; it is never done on a thread that serves requests.

mod job;
mod queue;
mod worker;

pub use doorward_password::{HashCost, HashKeys};

use async_trait::async_trait;
use doorward_core::fault::Fault;
use doorward_core::password::{Password, PasswordHash, Upgrade, Verdict};
use doorward_core::port::{Dice, Hasher};
use job::{Done, Job, Task};
use prometheus_client::metrics::counter::Counter;
use queue::Queue;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;
use worker::Worker;

/// The pool. Dropping it ends its threads after what is queued.
pub struct HashPool {
    queue: Arc<Queue>,
}

impl HashPool {
    /// Starts a pool with one thread per processor. `hashes` counts every hash of that cost; `keys` are those that
    /// stored hashes name.
    ///
    /// # Errors
    /// The cost is not allowed, or no thread could be started.
    pub fn start(
        cost: HashCost,
        keys: HashKeys,
        dice: Arc<dyn Dice>,
        hashes: Counter,
    ) -> Result<HashPool, Fault> {
        cost.check()?;
        let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let queue = Arc::new(Queue::new(threads, cost.guess()));
        let pool = HashPool { queue: Arc::clone(&queue) };
        let worker = Worker { queue, cost, keys: Arc::new(keys), dice, hashes };
        for number in 0..threads {
            let worker = worker.clone();
            std::thread::Builder::new()
                .name(format!("hash-{number}"))
                .spawn(move || worker.run())
                .map_err(|error| Fault::Internal(format!("no thread for hashing: {error}")))?;
        }
        Ok(pool)
    }

    async fn work(&self, task: Task) -> Result<Done, Fault> {
        let (reply, result) = oneshot::channel();
        self.queue.put(Job { task, reply }).map_err(|wait| Fault::Overloaded(whole_seconds(wait)))?;
        result.await.map_err(|_| Fault::Internal("a hashing thread ended".to_owned()))?
    }
}

impl Drop for HashPool {
    fn drop(&mut self) {
        self.queue.close();
    }
}

#[async_trait]
impl Hasher for HashPool {
    async fn hash(&self, password: &Password) -> Result<PasswordHash, Fault> {
        match self.work(Task::Hash(password.clone())).await? {
            Done::Hash(hash) => Ok(hash),
            Done::Verdict(_) => Err(mixed_up()),
        }
    }

    async fn verify(
        &self,
        password: &Password,
        stored: Option<&PasswordHash>,
        upgrade: Upgrade,
    ) -> Result<Verdict, Fault> {
        match self.work(Task::Verify(password.clone(), stored.cloned(), upgrade)).await? {
            Done::Verdict(verdict) => Ok(verdict),
            Done::Hash(_) => Err(mixed_up()),
        }
    }
}

fn mixed_up() -> Fault {
    Fault::Internal("the hashing pool answered another question".to_owned())
}

fn whole_seconds(wait: Duration) -> Duration {
    Duration::from_secs(wait.as_millis().div_ceil(1000).try_into().unwrap_or(u64::MAX).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use doorward_password::{Memory, StoredHash};
    use doorward_testkit::SeededDice;

    /// bcrypt of "password".
    const LEGACY: &str = "$2a$04$UuTkLRZZ6QofpDOlMz32MuuxEHA43WOemOYHPz6.SjsVsyO1tDU96";

    fn pool() -> (HashPool, Counter) {
        let counter = Counter::default();
        let dice = Arc::new(SeededDice::new(1));
        let pool = HashPool::start(HashCost::least(), HashKeys::default(), dice, counter.clone()).unwrap();
        (pool, counter)
    }

    fn password(text: &str) -> Password {
        Password::new(text.to_owned())
    }

    #[tokio::test]
    async fn every_call_costs_one_hash_whatever_is_stored() {
        let (pool, counter) = pool();
        let stored = pool.hash(&password("secret")).await.unwrap();
        assert_eq!(counter.get(), 1);
        let right = pool.verify(&password("secret"), Some(&stored), Upgrade::Wanted).await.unwrap();
        assert!(matches!(right, Verdict::Right { upgrade: None }));
        assert_eq!(counter.get(), 2);
        let [legacy, damaged] = [LEGACY, "nonsense"].map(|text| PasswordHash::new(text.to_owned()));
        let keyless =
            PasswordHash::new("$firebase-scrypt$ln=1,r=1,ss=,key=gone$AAAA$AAAAAAAAAAAAAAAAAAAA".to_owned());
        for stored in [Some(&stored), Some(&legacy), Some(&damaged), Some(&keyless), None] {
            let before = counter.get();
            let verdict = pool.verify(&password("wrong"), stored, Upgrade::Wanted).await.unwrap();
            assert!(matches!(verdict, Verdict::Wrong));
            assert_eq!(counter.get(), before + 1);
        }
    }

    #[tokio::test]
    async fn a_password_of_two_forms_costs_two_whoever_it_is() {
        let (pool, counter) = pool();
        let stored = pool.hash(&password("secret")).await.unwrap();
        let legacy = PasswordHash::new(LEGACY.to_owned());
        for stored in [Some(&stored), Some(&legacy), None] {
            let before = counter.get();
            pool.verify(&password("cafe\u{301}"), stored, Upgrade::Wanted).await.unwrap();
            assert_eq!(counter.get(), before + 2);
        }
    }

    #[tokio::test]
    async fn another_format_is_upgraded_on_success_only() {
        let (pool, counter) = pool();
        let legacy = PasswordHash::new(LEGACY.to_owned());
        assert!(matches!(
            pool.verify(&password("no"), Some(&legacy), Upgrade::Wanted).await.unwrap(),
            Verdict::Wrong
        ));
        assert_eq!(counter.get(), 1);
        let verdict = pool.verify(&password("password"), Some(&legacy), Upgrade::Wanted).await.unwrap();
        let Verdict::Right { upgrade: Some(fresh) } = verdict else { panic!("no upgrade") };
        assert_eq!(counter.get(), 2, "the upgrade is the one hash");
        let again = pool.verify(&password("password"), Some(&fresh), Upgrade::Wanted).await.unwrap();
        assert!(matches!(again, Verdict::Right { upgrade: None }));
    }

    #[tokio::test]
    async fn where_no_upgrade_is_wanted_right_costs_what_wrong_costs() {
        let (pool, counter) = pool();
        let ours = pool.hash(&password("password")).await.unwrap();
        let legacy = StoredHash::parse(LEGACY).unwrap();
        let dice = SeededDice::new(3);
        let wrapped = legacy.wrap(HashCost::least(), &dice, &mut Memory::default()).unwrap();
        let [legacy, wrapped] =
            [legacy.text(), wrapped.text()].map(|text| PasswordHash::new(text.to_owned()));
        for stored in [&ours, &legacy, &wrapped] {
            for attempt in ["password", "passwort"] {
                let before = counter.get();
                let verdict = pool.verify(&password(attempt), Some(stored), Upgrade::Unwanted).await.unwrap();
                assert_eq!(matches!(verdict, Verdict::Right { upgrade: None }), attempt == "password");
                assert_eq!(counter.get(), before + 1);
            }
        }
    }

    #[tokio::test]
    async fn other_parameters_are_upgraded() {
        let (pool, _) = pool();
        let stored = pool.hash(&password("secret")).await.unwrap();
        let cost = HashCost { passes: 2, ..HashCost::least() };
        let dice = Arc::new(SeededDice::new(2));
        let stronger = HashPool::start(cost, HashKeys::default(), dice, Counter::default()).unwrap();
        let verdict = stronger.verify(&password("secret"), Some(&stored), Upgrade::Wanted).await.unwrap();
        assert!(matches!(verdict, Verdict::Right { upgrade: Some(_) }));
    }

    #[test]
    fn retry_is_in_whole_seconds() {
        assert_eq!(whole_seconds(Duration::from_millis(2001)), Duration::from_secs(3));
        assert_eq!(whole_seconds(Duration::ZERO), Duration::from_secs(1));
    }
}
