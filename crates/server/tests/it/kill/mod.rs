//! kill -9 in the middle of a mixed load, twenty times on one data folder: what was acknowledged is there
//! afterwards, what was ended stays ended, and what nobody heard of happened as a whole or not at all.

mod api;
mod fact;
mod load;
mod pairs;
mod wire;

use crate::built::{Built, create_account};
use api::Api;
use fact::{Credential, Fact};
use load::Load;
use pairs::{Chain, Pair};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64};
use wire::{Ack, Moment, Trigger, Wire};

const CYCLES: usize = 20;
/// Sessions that are refreshed through all cycles.
const CHAINS: usize = 3;
const PAIRS: usize = 2;
/// A refresh that rotates: no built-in contract has one.
const ROTATING: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../bench/contracts/rotating.yaml");

/// What outlives a server.
struct World {
    data: PathBuf,
    random: Random,
    chains: Vec<Chain>,
    pairs: Vec<Pair>,
    facts: Vec<Fact>,
    ids: Vec<(Api, u64)>,
}

impl World {
    async fn begin(data: PathBuf) -> World {
        for number in 0..PAIRS {
            create_account(&data, "cbs", &pairs::operator(number), pairs::PASSWORD);
        }
        let mut world = World {
            data,
            random: Random(0x5eed_d00d),
            chains: Vec::new(),
            pairs: Vec::new(),
            facts: Vec::new(),
            ids: Vec::new(),
        };
        let program = world.serve();
        for number in 0..CHAINS {
            world.chains.push(Chain::begin(&program.actor(), number).await);
        }
        for number in 0..PAIRS {
            world.pairs.push(Pair::begin(&program.actor(), number, secret(&world.data)).await);
        }
        assert!(program.stop().success());
        world
    }

    fn serve(&self) -> Built {
        let all = ["cakes", "formmate", "haenaem", "biji", "cbs", ROTATING];
        Built::serve(&self.data, &all)
    }

    /// Loads a server until it kills itself under the load.
    async fn load(&mut self, cycle: usize, program: &Built) {
        let watched = Ack::ALL[cycle % Ack::ALL.len()];
        let most = if watched == Ack::Refresh { 200 } else { 6 };
        let moment =
            if (cycle / Ack::ALL.len()).is_multiple_of(2) { Moment::Acknowledged } else { Moment::OnItsWay };
        let left = AtomicU64::new(1 + self.random.below(most));
        let trigger = Trigger { pid: program.pid(), watched, moment, left, armed: AtomicBool::new(false) };
        let wire = Wire::new(program.address(), Arc::new(trigger));
        let load = Load { wire, cycle };
        let (chains, pairs) = (std::mem::take(&mut self.chains), std::mem::take(&mut self.pairs));
        let done = load.run(chains, pairs).await;
        self.chains = done.chains;
        self.pairs = done.pairs;
        self.ids.extend(done.ids);
        self.check_ids();
        self.facts = done.facts;
    }

    /// What the last load left is asked of a new server; then everything of which only tokens tell.
    async fn check(&mut self, program: &Built) -> Vec<Credential> {
        let ready = program.actor().get("/_doorward/ready").send().await;
        assert_eq!(ready.status, 200, "{ready:?}");
        let mut ended = Vec::new();
        for fact in std::mem::take(&mut self.facts) {
            ended.extend(fact.check(&program.actor()).await);
        }
        for chain in &mut self.chains {
            chain.go_on(&program.actor()).await;
        }
        for pair in &mut self.pairs {
            pair.go_on(&program.actor()).await;
        }
        ended
    }

    /// Numbers that were told to somebody are told to nobody else.
    fn check_ids(&self) {
        let mut ids = self.ids.clone();
        ids.sort_unstable();
        let told = ids.len();
        ids.dedup();
        assert_eq!(ids.len(), told, "an id was used twice");
    }
}

fn secret(data: &Path) -> String {
    let secret = std::fs::read_to_string(data.join("introspection-cbs.secret")).expect("the demo wrote it");
    secret.trim().to_owned()
}

/// Numbers that look random and are the same in every run (SplitMix64).
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }
}

#[tokio::test]
async fn what_was_acknowledged_survives_kill_nine() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let mut world = World::begin(folder.path().join("data")).await;
    let mut ended = Vec::new();
    for cycle in 0..CYCLES {
        let program = world.serve();
        ended.extend(world.check(&program).await);
        world.load(cycle, &program).await;
        program.was_killed();
    }
    let program = world.serve();
    ended.extend(world.check(&program).await);
    for credential in &ended {
        credential.is_dead(&program.actor()).await;
    }
    for chain in &mut world.chains {
        chain.ends_on_reuse(&program.actor()).await;
    }
    assert!(!ended.is_empty() && !world.ids.is_empty(), "the load reached its logouts and registrations");
    assert!(program.stop().success());
}
