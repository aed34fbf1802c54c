//! How many files the system lets this process have open, and how many connections that leaves room for.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// What the database, the sockets and the standard streams take, with room to spare.
const OWN: u64 = 64;

/// Asks the system for as many open files as it may give, and says how many connections fit in beside our own: past
/// that they wait to be accepted, instead of taking the files that the database needs.
pub(crate) fn room_for_connections() -> usize {
    let limit = getrlimit(Resource::Nofile);
    // Refused, the limit stays as it is: then there is room for fewer.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum });
    room(getrlimit(Resource::Nofile).current)
}

/// No limit is room for all.
fn room(files: Option<u64>) -> usize {
    files.map_or(usize::MAX, |files| usize::try_from(files.saturating_sub(OWN).max(1)).unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_files_come_first() {
        assert_eq!(room(Some(1024)), 960);
        assert_eq!(room(Some(10)), 1);
        assert_eq!(room(None), usize::MAX);
    }
}
