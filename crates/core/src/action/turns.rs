//! Turns: who lost a race for an account stands in line for it, and is served in the order of coming. Without a line
//! the one who is slowest loses every time.
//!
//! There is no runtime here: a waiting future leaves its waker and is woken when its turn comes. A turn ends when it
//! is dropped, also when its request is.

use crate::fault::Fault;
use std::collections::{HashMap, VecDeque};
use std::future::poll_fn;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use uuid::Uuid;

/// How many may stand in one line. Whoever comes after them is told to try again.
const LONGEST_LINE: usize = 512;

/// The lines of this process, one for each account or session that is fought over.
#[derive(Default)]
pub struct Turns {
    lines: Mutex<Lines>,
}

#[derive(Default)]
struct Lines {
    last: u64,
    /// The first of a line has the turn. A line that is empty is gone.
    by_subject: HashMap<Uuid, VecDeque<Place>>,
}

struct Place {
    number: u64,
    waker: Option<Waker>,
}

/// A place in a line; its turn ends when it is dropped.
pub(super) struct Turn<'t> {
    turns: &'t Turns,
    subject: Uuid,
    number: u64,
}

impl Turns {
    /// Whether somebody stands in line for this.
    pub(super) fn wanted(&self, subject: Uuid) -> bool {
        self.lock().by_subject.contains_key(&subject)
    }

    /// Waits for a turn.
    pub(super) async fn take(&self, subject: Uuid) -> Result<Turn<'_>, Fault> {
        let turn = self.join(subject)?;
        poll_fn(|cx| turn.poll(cx)).await;
        Ok(turn)
    }

    fn join(&self, subject: Uuid) -> Result<Turn<'_>, Fault> {
        let mut lines = self.lock();
        lines.last += 1;
        let number = lines.last;
        let line = lines.by_subject.entry(subject).or_default();
        if line.len() >= LONGEST_LINE {
            return Err(Fault::Overloaded(Duration::from_secs(1)));
        }
        line.push_back(Place { number, waker: None });
        Ok(Turn { turns: self, subject, number })
    }

    // Nothing is called while it is held, so nothing can panic then.
    fn lock(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turn<'_> {
    fn poll(&self, cx: &mut Context<'_>) -> Poll<()> {
        let mut lines = self.turns.lock();
        let line = lines.by_subject.get_mut(&self.subject);
        let place =
            line.and_then(|line| line.iter_mut().enumerate().find(|(_, one)| one.number == self.number));
        match place {
            Some((at, place)) if at > 0 => {
                place.waker = Some(cx.waker().clone());
                Poll::Pending
            }
            _ => Poll::Ready(()),
        }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut lines = self.turns.lock();
        let Some(line) = lines.by_subject.get_mut(&self.subject) else { return };
        line.retain(|place| place.number != self.number);
        let next = line.front_mut().and_then(|place| place.waker.take());
        if line.is_empty() {
            lines.by_subject.remove(&self.subject);
        }
        drop(lines);
        if let Some(next) = next {
            next.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::pin::pin;

    fn ready(turn: &Turn<'_>) -> bool {
        turn.poll(&mut Context::from_waker(Waker::noop())).is_ready()
    }

    #[test]
    fn turns_come_in_the_order_of_coming_and_lines_do_not_stay() {
        let turns = Turns::default();
        let (here, there) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let line: Vec<Turn<'_>> = (0..3).map(|_| turns.join(here).expect("room")).collect();
        let apart = turns.join(there).expect("room");
        assert!(ready(&apart), "another account has its own line");
        assert_eq!(line.iter().map(ready).collect::<Vec<_>>(), [true, false, false]);
        let [first, second, third] = line.try_into().ok().expect("three");
        drop(second);
        assert!(!ready(&third), "one that gave up does not pass on a turn it did not have");
        drop(first);
        assert!(ready(&third));
        drop((third, apart));
        assert!(!turns.wanted(here) && !turns.wanted(there));
    }

    #[test]
    fn the_next_is_woken_and_a_full_line_refuses() {
        struct Bell(std::sync::atomic::AtomicBool);
        impl std::task::Wake for Bell {
            fn wake(self: std::sync::Arc<Self>) {
                self.0.store(true, std::sync::atomic::Ordering::SeqCst);
            }
        }
        let (turns, here) = (Turns::default(), Uuid::from_u128(1));
        let first = turns.join(here).expect("room");
        let bell = std::sync::Arc::new(Bell(false.into()));
        let waker = Waker::from(std::sync::Arc::clone(&bell));
        let mut second = pin!(turns.take(here));
        assert!(second.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
        let others: Vec<_> = (2..LONGEST_LINE).map(|_| turns.join(here).expect("room")).collect();
        assert!(matches!(turns.join(here), Err(Fault::Overloaded(_))));
        drop(first);
        assert!(bell.0.load(std::sync::atomic::Ordering::SeqCst));
        assert!(second.as_mut().poll(&mut Context::from_waker(&waker)).is_ready());
        drop(others);
    }
}
