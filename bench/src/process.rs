//! What the system knows about a process: processor time and memory, from `/proc`.

use crate::Broken;
use std::time::Duration;

/// Linux counts processor time for programs in hundredths of a second, on every architecture it runs on.
const TICK: Duration = Duration::from_millis(10);

/// The processor time that a process used so far, in user mode and in the kernel.
pub(crate) fn cpu(pid: u32) -> Result<Duration, Broken> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The name, in parentheses, may hold anything; the fields after it do not.
    let (_, rest) = stat.rsplit_once(") ").ok_or("/proc/PID/stat has no name")?;
    let mut ticks = 0u32;
    for field in rest.split(' ').skip(11).take(2) {
        ticks += field.parse::<u32>()?;
    }
    Ok(TICK * ticks)
}

/// Resident memory of a process, in bytes.
pub(crate) fn resident(pid: u32) -> Result<u64, Broken> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().next()).ok_or("no VmRSS in /proc/PID/status")?;
    Ok(kib.parse::<u64>()? * 1024)
}

/// The bench's own process.
pub(crate) fn own() -> u32 {
    std::process::id()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_itself() {
        assert!(cpu(own()).is_ok());
        assert!(resident(own()).unwrap() > 100 * 1024);
    }
}
