//! When a message is tried again, and when no more.

use doorward_core::change::SealedMail;
use doorward_core::port::Dice;
use doorward_core::time::Timestamp;
use std::time::Duration;

/// How long a message is tried, and how often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// The wait after the first failure; each further one is twice as long, give or take a quarter.
    pub first_delay: Duration,
    /// The longest wait.
    pub longest_delay: Duration,
    /// A message that does not expire by itself is given up after this long.
    pub give_up_after: Duration,
}

impl Default for Patience {
    fn default() -> Patience {
        Patience {
            first_delay: Duration::from_secs(15),
            longest_delay: Duration::from_secs(60 * 60),
            give_up_after: Duration::from_secs(24 * 60 * 60),
        }
    }
}

impl Patience {
    /// When a message that has just failed is tried again; nothing where that would be too late for it.
    #[must_use]
    pub fn next(&self, mail: &SealedMail, now: Timestamp, dice: &dyn Dice) -> Option<Timestamp> {
        let next = now.plus(jittered(self.delay(mail.attempts), dice));
        (next < self.over_at(mail)).then_some(next)
    }

    /// From when on a message is not delivered any more.
    #[must_use]
    pub fn over_at(&self, mail: &SealedMail) -> Timestamp {
        mail.expires_at.unwrap_or_else(|| mail.created_at.plus(self.give_up_after))
    }

    /// How long to wait after so many failures before.
    fn delay(&self, failures: u32) -> Duration {
        doubled(self.first_delay, failures).min(self.longest_delay)
    }
}

/// A server that does not answer is left alone for a while, which doubles from the first to the longest.
const FIRST_PAUSE: Duration = Duration::from_secs(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(2 * 60);

/// How long to leave a server alone that did not answer so many times before.
pub(crate) fn pause(times: u32, dice: &dyn Dice) -> Duration {
    jittered(doubled(FIRST_PAUSE, times).min(LONGEST_PAUSE), dice)
}

fn doubled(length: Duration, times: u32) -> Duration {
    length.saturating_mul(1u32.checked_shl(times).unwrap_or(u32::MAX))
}

/// The length, give or take a quarter of it, so that what failed together does not come back together.
fn jittered(length: Duration, dice: &dyn Dice) -> Duration {
    let mut bytes = [0u8; 2];
    dice.fill(&mut bytes);
    let part = f64::from(u16::from_le_bytes(bytes)) / f64::from(u16::MAX);
    length.mul_f64(0.75 + part / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use doorward_testkit::SeededDice;
    use doorward_testkit::samples::mail;

    #[test]
    fn delays_double_up_to_the_longest_give_or_take_a_quarter() {
        let (patience, dice) = (Patience::default(), SeededDice::new(1));
        for (attempts, seconds) in [(0, 15.0), (3, 120.0), (7, 1920.0), (40, 3600.0)] {
            let failed = SealedMail { attempts, expires_at: None, ..mail("r", 1) };
            for _ in 0..50 {
                let next = patience.next(&failed, failed.created_at, &dice).unwrap();
                let waited = next.since(failed.created_at).as_secs_f64();
                assert!((seconds * 0.75 - 0.01..=seconds * 1.25).contains(&waited), "{attempts}: {waited}");
            }
        }
    }

    #[test]
    fn what_would_come_too_late_is_not_tried_again() {
        let (patience, dice) = (Patience::default(), SeededDice::new(1));
        let code = SealedMail {
            expires_at: Some(mail("r", 1).created_at.plus(Duration::from_secs(600))),
            ..mail("r", 1)
        };
        let after = |seconds| code.created_at.plus(Duration::from_secs(seconds));
        assert!(patience.next(&code, after(500), &dice).is_some());
        assert_eq!(patience.next(&code, after(595), &dice), None);
        let endless = SealedMail { expires_at: None, ..code.clone() };
        assert!(patience.next(&endless, after(595), &dice).is_some());
        assert_eq!(patience.next(&endless, after(24 * 60 * 60), &dice), None);
    }
}
