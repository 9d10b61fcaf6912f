//! Simulation of the whole engine: both real replicas against the sandbox in process, people at work on both servers, and every trouble that a
//! browser and a network can make, all of it from one seed. When it is quiet again, the promises of the rules must hold.

mod device;
mod history;
mod people;
mod promises;
mod regressions;
mod row;
mod turns;

use crate::chance::shrink;
use crate::graph_setup::{NOW, watch};
use crate::world::{COLLEAGUE, World};
use device::{Blow, Device};
use futures_util::FutureExt;
use futures_util::task::noop_waker;
use history::{History, Move, Trouble};
use people::People;
use promises::Outcome;
use sandbox::graph::Quirks;
use sandbox::{Sandbox, Seed};
use schedule_sync::model::Pair;
use schedule_sync::run::Report;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::rc::Rc;
use std::task::Context;

/// Everything there is in a simulation.
struct Stage {
    world: Rc<World>,
    people: Rc<RefCell<People>>,
    devices: Vec<Device>,
    forgetful: bool,
}

/// What a simulation showed.
pub(crate) struct Shown {
    /// Promises that were broken.
    pub(crate) broken: Vec<String>,
    /// How much of what there was.
    census: BTreeMap<String, usize>,
    /// What was asked, in order, as one number.
    trace: u64,
}

impl Stage {
    fn new(history: &History) -> Self {
        let world = Rc::new(World::new(Seed::Empty, NOW));
        let settings = history.options.settings();
        let mut devices: Vec<Device> = (0..history.options.devices).map(|_| Device::new(&world, &settings)).collect();
        if history.options.colleague {
            devices.push(Device::new(&Rc::new(world.beside(COLLEAGUE)), &history.options.colleagues()));
        }
        let people = Rc::new(RefCell::new(People::new(Rc::clone(&world))));
        Self { world, people, devices, forgetful: history.options.devices > 1 }
    }

    fn step(&mut self, one: &Move) {
        match one {
            Move::Deed(deed) => self.people.borrow_mut().act(deed),
            Move::Run { device, trouble } => self.struck(&self.devices[*device], trouble),
            Move::Together { seed } => self.together(*seed),
            Move::Pass { minutes } => self.world.pass(chrono::Duration::minutes(*minutes)),
            Move::Quirks(quirks) => self.world.sandbox.borrow_mut().graph.set_quirks(quirks),
            Move::Renumber => {
                let Sandbox { graph, desk, .. } = &mut *self.world.sandbox.borrow_mut();
                graph.renumber_containers(desk);
            }
            Move::Expire => self.world.sandbox.borrow_mut().graph.expire_tokens(),
            Move::Revoke => self.world.sandbox.borrow_mut().desk.revoke_tokens(),
            Move::Forget { device } => {
                self.devices[*device].forget();
                self.forgetful = true;
            }
            Move::Skew { device, minutes } => self.devices[*device].line.skew.set(chrono::Duration::minutes(*minutes)),
        }
        self.world.pass(chrono::Duration::minutes(3));
    }

    /// A run that something strikes. It may fail; what it did stays.
    fn struck(&self, device: &Device, trouble: &Trouble) {
        match trouble {
            Trouble::Nothing => {}
            Trouble::Crash { nth, done } => device.fuse.set(*nth, Blow::Crash(*done)),
            Trouble::Lose { nth, done } => device.fuse.set(*nth, Blow::Lose(*done)),
            Trouble::Status { nth, status, after } => device.fuse.set(*nth, Blow::Status(*status, *after)),
            Trouble::Cut { nth } => device.fuse.set(*nth, Blow::Cut),
            Trouble::Meanwhile { nth, deed } => {
                let (people, deed) = (Rc::clone(&self.people), deed.clone());
                device.fuse.set(*nth, Blow::Meanwhile(Box::new(move || people.borrow_mut().act(&deed))));
            }
            Trouble::Fault(fault) => self.world.faults(fault.clone()),
        }
        let done = device.run().now_or_never();
        assert!(done.is_some() || device.has_crashed(), "a run waits for nothing");
        self.people.borrow_mut().settled = matches!(trouble, Trouble::Nothing);
        device.fuse.clear();
        self.world.faults(serde_json::json!([]));
    }

    /// Two runs at the same time.
    fn together(&self, seed: u64) {
        let mut chance = crate::chance::Chance::new(seed);
        let waker = noop_waker();
        let mut context = Context::from_waker(&waker);
        for device in &self.devices {
            device.fuse.yields.set(true);
        }
        let [a, b] = [&self.devices[0], &self.devices[1]];
        let (mut one, mut two) = (pin!(a.run()), pin!(b.run()));
        let (mut first, mut second) = (false, false);
        while !first || !second {
            if !first && (second || chance.one_in(2)) {
                first = one.as_mut().poll(&mut context).is_ready();
            } else if !second {
                second = two.as_mut().poll(&mut context).is_ready();
            }
        }
        for device in &self.devices {
            device.fuse.yields.set(false);
        }
    }

    /// Nothing troubles the runs any more.
    fn calm(&self, device: &Device, broken: &mut Vec<String>) -> Report {
        device.line.skew.set(chrono::Duration::zero());
        let report = match device.run().now_or_never() {
            Some(Ok(report)) => report,
            Some(Err(error)) => {
                broken.push(format!("a quiet run fails: {error}"));
                Report::default()
            }
            None => {
                broken.push("a quiet run waits for nothing".to_owned());
                Report::default()
            }
        };
        self.world.pass(chrono::Duration::minutes(5));
        report
    }

    fn writes(&self, from: usize) -> Vec<String> {
        let log = self.world.log(from);
        log.into_iter().filter(|row| !row.starts_with("GET ") && !row.contains("$batch")).collect()
    }

    /// Quiet: everybody runs some times, the last time after a day, in full.
    fn quiet(&self, history: &History) -> Shown {
        let mut broken = Vec::new();
        self.world.sandbox.borrow_mut().graph.set_quirks(&Quirks::default());
        for wait in [5, 5, 5, 25 * 60] {
            self.world.pass(chrono::Duration::minutes(wait));
            for device in &self.devices {
                self.calm(device, &mut broken);
            }
        }
        let from = self.world.log(0).len();
        let reports: Vec<Report> = self.devices.iter().map(|device| self.calm(device, &mut broken)).collect();
        let people = self.people.borrow();
        let late = self.writes(from);
        let mails = self.world.sandbox.borrow().graph.mails().len();
        let mut trace = DefaultHasher::new();
        self.world.log(0).hash(&mut trace);
        let outcome = Outcome {
            options: &history.options,
            people: &people,
            rows: Pair::of(|side| people.rows(side)),
            reports: &reports,
            late,
            mails,
            history: self.devices.iter().flat_map(Device::history).collect(),
            forgetful: self.forgetful,
        };
        broken.extend(outcome.broken());
        Shown { broken, census: outcome.census(), trace: trace.finish() }
    }
}

/// Plays a history. `check`: what Graph is asked and answers is checked against Microsoft's description.
fn play(history: &History, check: bool) -> Shown {
    let caught = catch_unwind(AssertUnwindSafe(|| {
        let mut stage = Stage::new(history);
        let checked = check.then(|| watch(&stage.world));
        for one in &history.moves {
            stage.step(one);
        }
        let shown = stage.quiet(history);
        if std::env::var_os("SIMULATE_TRACE").is_some() {
            for row in stage.world.sandbox.borrow().desk.log() {
                eprintln!("{} {} {}", row.status, row.method, row.path);
            }
        }
        drop(checked);
        shown
    }));
    caught.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        let broken = vec![format!("panic: {}", text.unwrap_or_default())];
        Shown { broken, census: BTreeMap::new(), trace: 0 }
    })
}

/// Simulates what follows from `seed`: what there was in it; on failure the seed, the shrunk history, and what was broken.
pub(crate) fn simulate(seed: u64, check: bool) -> Result<BTreeMap<String, usize>, String> {
    let history = History::new(seed);
    let shown = play(&history, check);
    if shown.broken.is_empty() {
        return Ok(shown.census);
    }
    let moves = shrink(&history.moves, |moves| !play(&history.with(moves), check).broken.is_empty());
    let broken = play(&history.with(&moves), check).broken;
    let moves: Vec<String> = moves.iter().map(|one| format!("  {one:?}")).collect();
    let (moves, broken) = (moves.join("\n"), broken.join("\n  => "));
    Err(format!("simulation seed {seed}: {:?}\n{moves}\n  => {broken}", history.options))
}

/// Plays the seeds from `SIMULATE_FROM` on, `SIMULATE_COUNT` of them: to play a failure again (`SIMULATE_TRACE=1` prints what was asked).
#[test]
#[ignore = "a tool: plays particular seeds"]
fn again() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let (from, count) = (number("SIMULATE_FROM").unwrap_or(0), number("SIMULATE_COUNT").unwrap_or(1));
    let failed: Vec<String> = (from..from + count).filter_map(|seed| simulate(seed, false).err()).collect();
    assert!(failed.is_empty(), "{} of {count} failed:\n{}", failed.len(), failed.join("\n\n"));
}

#[test]
fn a_seed_repeats_to_the_letter() {
    for seed in 0..10 {
        let [one, two] = [(), ()].map(|()| play(&History::new(seed), false).trace);
        assert_eq!(one, two, "seed {seed}");
        assert_ne!(one, play(&History::new(seed + 1), false).trace);
    }
}

/// `SIMULATE_ONLY` names a part of the text of those to be played.
#[test]
fn what_was_found_once_stays_mended() {
    let only = std::env::var("SIMULATE_ONLY").unwrap_or_default();
    let broken =
        regressions::all().into_iter().filter(|(what, _)| what.contains(&only)).filter_map(|(what, history)| {
            let broken = play(&history, true).broken;
            (!broken.is_empty()).then(|| format!("{what}\n  => {}", broken.join("\n  => ")))
        });
    let broken: Vec<String> = broken.collect();
    assert!(broken.is_empty(), "{} broke again:\n{}", broken.len(), broken.join("\n"));
}
