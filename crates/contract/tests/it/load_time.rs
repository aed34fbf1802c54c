//! How long loading takes, printed (`cargo test --release -p doorward-contract --test it load_time -- --nocapture`).
//! Nothing is asserted: it depends on the machine.

use doorward_contract::{Sources, all_builtin, load, open_builtin, source};
use std::time::{Duration, Instant};

const ROUNDS: usize = 40;

/// The median and the first of some rounds: the first one also pays for what is made once.
#[expect(clippy::disallowed_methods, reason = "it measures")]
fn timed(mut work: impl FnMut()) -> (Duration, Duration) {
    let mut rounds: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let begin = Instant::now();
            work();
            begin.elapsed()
        })
        .collect();
    let first = rounds[0];
    rounds.sort_unstable();
    (first, rounds[ROUNDS / 2])
}

#[test]
fn prints_load_time() {
    let (first, _) = timed(|| assert!(jsonschema::draft202012::meta::is_valid(&serde_json::json!({}))));
    println!("once per process, the schema of schemas: {first:.1?}");
    for (name, text) in all_builtin() {
        let (first, median) = timed(|| {
            let loaded = load(name, name, text, &open_builtin);
            assert!(loaded.plan.is_some(), "{name}");
        });
        let (_, yaml) = timed(|| {
            let parsed = source::parse(&mut Sources::new(), name, text);
            assert!(parsed.is_ok(), "{name}");
        });
        println!("{name:18} first {first:9.1?}  median {median:9.1?}  of it yaml {yaml:8.1?}");
    }
}
