//! The rule of rotation against an honest client that loses answers, two tabs, and a thief in lock-step.

use doorward_core::session::{RETRY_WINDOW, RefreshState, RefreshStep};
use doorward_core::time::Timestamp;
use proptest::prelude::*;
use std::time::Duration;

/// A session and its client's view of the time.
struct Session {
    state: RefreshState,
    now: Timestamp,
    ended: bool,
}

impl Session {
    fn new() -> Session {
        let now = Timestamp(1_000_000);
        Session { state: RefreshState::new([7; 16], now), now, ended: false }
    }

    /// Presents a generation; the generation answered, unless the session is over.
    fn present(&mut self, generation: u32) -> Option<u32> {
        if self.ended {
            return None;
        }
        match self.state.present(generation, self.now) {
            RefreshStep::Advance => self.state = self.state.advanced(self.now),
            RefreshStep::Repeat { late: false } => {}
            RefreshStep::Repeat { late: true } => self.state = self.state.repeated_late(),
            RefreshStep::Reused => {
                self.ended = true;
                return None;
            }
        }
        Some(self.state.generation)
    }

    fn wait(&mut self, seconds: u64) {
        self.now = self.now.plus(Duration::from_secs(seconds));
    }

    /// An access token of the current generation is seen by a verifier.
    fn confirm(&mut self, generation: u32) {
        if generation == self.state.generation {
            self.state.confirmed = true;
        }
    }
}

/// One refresh of an honest client.
#[derive(Clone, Debug)]
struct Round {
    pause: u64,
    lost: u8,
    retry_after: u64,
    uses_access: bool,
}

fn round() -> impl Strategy<Value = Round> {
    (0u64..100_000, 0u8..4, 0u64..5_000, any::<bool>())
        .prop_map(|(pause, lost, retry_after, uses_access)| Round { pause, lost, retry_after, uses_access })
}

proptest! {
    /// Answers get lost, as often as one likes, and are asked for again as late as one likes, as long as it does
    /// not happen late in two generations in a row: the client always gets on.
    #[test]
    fn a_lost_answer_never_logs_an_honest_client_out(rounds in prop::collection::vec(round(), 1..40)) {
        let mut session = Session::new();
        let mut held = 0;
        let mut late_before = false;
        for round in rounds {
            session.wait(round.pause);
            let within = if late_before { round.retry_after % (RETRY_WINDOW.as_secs() + 1) } else { round.retry_after };
            let sent_at = session.now;
            prop_assert!(session.present(held).is_some());
            let mut answered = session.state.generation;
            for _ in 0..round.lost {
                // Retries after a late round stay inside the window, counted from the rotation.
                session.now = sent_at.plus(Duration::from_secs(within));
                let again = session.present(held);
                prop_assert_eq!(again, Some(answered), "the same successor again");
                answered = again.unwrap_or_default();
            }
            late_before = round.lost > 0 && within > RETRY_WINDOW.as_secs();
            held = answered;
            if round.uses_access {
                session.confirm(held);
            }
        }
        prop_assert!(!session.ended);
    }

    /// Tabs that share one token and refresh at about the same time all get the same successor.
    #[test]
    fn tabs_get_the_same_successor(tabs in 2usize..20, gaps in prop::collection::vec(0u64..2, 20), confirm in any::<bool>()) {
        let mut session = Session::new();
        let first = session.present(0);
        if confirm {
            session.confirm(1);
        }
        for gap in gaps.iter().take(tabs) {
            session.wait(*gap);
            prop_assert_eq!(session.present(0), first);
        }
        prop_assert!(!session.ended);
    }

    /// A thief who has copied the token and refreshes in lock-step with its owner, each out of the other's
    /// retry window, is found within two rounds, whoever comes first.
    #[test]
    fn a_thief_in_lock_step_is_found_in_two_rounds(
        honest_rounds in 0usize..5,
        thief_first in prop::collection::vec(any::<bool>(), 2),
        gap in 31u64..100_000,
        confirms in any::<bool>(),
    ) {
        let mut session = Session::new();
        let mut owner = 0;
        for _ in 0..honest_rounds {
            session.wait(gap);
            owner = session.present(owner).unwrap_or_default();
            session.confirm(owner);
        }
        let mut thief = owner;
        for thief_first in thief_first {
            for is_thief in [thief_first, !thief_first] {
                session.wait(gap);
                let held = if is_thief { &mut thief } else { &mut owner };
                if let Some(answered) = session.present(*held) {
                    *held = answered;
                    if confirms && !is_thief {
                        session.confirm(answered);
                    }
                }
            }
        }
        prop_assert!(session.ended);
    }

    /// Whatever is presented, the generation never goes back and moves by one at most.
    #[test]
    fn generations_only_grow(presented in prop::collection::vec((0u32..6, 0u64..100), 1..60)) {
        let mut session = Session::new();
        for (generation, pause) in presented {
            let before = session.state.generation;
            session.wait(pause);
            session.present(generation);
            prop_assert!(session.state.generation == before || session.state.generation == before + 1);
        }
    }

    /// Anything older than the previous generation, or not yet given out, ends the session.
    #[test]
    fn old_and_invented_generations_end_it(generations in 2u32..50, presented in 0u32..60) {
        let mut session = Session::new();
        for generation in 0..generations {
            session.wait(1);
            session.present(generation);
        }
        prop_assume!(presented != generations && presented + 1 != generations);
        prop_assert_eq!(session.present(presented), None);
    }
}
