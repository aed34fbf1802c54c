//! How long everything is measured.

use std::time::Duration;

/// The sizes of a run.
pub(crate) struct Plan {
    /// How often two things are measured in turn; the median of their ratios counts.
    pub(crate) rounds: usize,
    /// How often logins and bare hashes are: at the lowest priority, they feel most what else the machine does.
    pub(crate) login_rounds: usize,
    /// How long one measurement takes.
    pub(crate) slice: Duration,
    /// Pairs of calm and storm.
    pub(crate) storms: usize,
    /// How long memory may settle after a storm.
    pub(crate) settle: Duration,
    /// How often the program is started anew.
    pub(crate) starts: usize,
}

impl Plan {
    /// For reading: about seven minutes.
    pub(crate) fn full() -> Plan {
        Plan {
            rounds: 5,
            login_rounds: 7,
            slice: Duration::from_secs(5),
            storms: 5,
            settle: Duration::from_secs(60),
            starts: 9,
        }
    }

    /// For every change: less than 90 seconds.
    pub(crate) fn short() -> Plan {
        Plan {
            rounds: 3,
            login_rounds: 5,
            slice: Duration::from_millis(1200),
            storms: 5,
            settle: Duration::from_secs(10),
            starts: 5,
        }
    }
}

/// Connections of a load that should find the server busy all the time.
pub(crate) const BUSY: usize = 32;
/// Connections that sign in: more than there are hashing threads, few enough never to fill their queue, and
/// each with an account of its own, since only five tries at one account are in flight at a time.
pub(crate) const SIGNERS: usize = 16;
/// Refreshes, and bare commits, in flight.
pub(crate) const WRITERS: [usize; 3] = [1, 16, 64];
/// The number of writers that the bar is for.
pub(crate) const WRITERS_OF_BAR: usize = 16;
