//! Argon2id alone: the same library, parameters, memory reuse, number of threads and priority as the server's
//! pool.

use crate::clock::now;
use crate::load::per;
use crate::{Broken, process};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use std::time::{Duration, Instant};

const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
const OUTPUT: usize = 32;
const NICENESS: i32 = 19;

/// What came of it.
pub(crate) struct Hashes {
    /// Hashes per second of wall time.
    pub(crate) rate: f64,
    /// Processor time per hash, in microseconds.
    pub(crate) micros: f64,
}

/// Hashes for so long on every processor.
pub(crate) fn hash_for(time: Duration) -> Result<Hashes, Broken> {
    let threads = std::thread::available_parallelism()?.get();
    let cpu = process::cpu(process::own())?;
    let started = now();
    let until = started + time;
    let counts: Result<Vec<usize>, Broken> = std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(move || work(until))).collect();
        running.into_iter().map(|thread| thread.join().map_err(|_| "a hashing thread panicked")?).collect()
    });
    let count: usize = counts?.into_iter().sum();
    let wall = started.elapsed();
    let cpu = process::cpu(process::own())?.saturating_sub(cpu);
    let rate = per(count, wall);
    Ok(Hashes { rate, micros: cpu.as_secs_f64() * 1e6 / (rate * wall.as_secs_f64()).max(1.0) })
}

fn work(until: Instant) -> Result<usize, Broken> {
    // Without the right to do it, priority stays; the pool's does too then.
    let _ = rustix::process::setpriority_process(Some(rustix::thread::gettid()), NICENESS);
    let params = Params::new(MEMORY_KIB, PASSES, LANES, Some(OUTPUT)).map_err(|error| error.to_string())?;
    let mut blocks = vec![Block::new(); params.block_count()];
    let function = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let mut out = [0u8; OUTPUT];
    let mut count = 0;
    while now() < until {
        function
            .hash_password_into_with_memory(b"correct horse battery staple", &[7; 16], &mut out, &mut blocks)
            .map_err(|error| error.to_string())?;
        count += 1;
    }
    Ok(count)
}
