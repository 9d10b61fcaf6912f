//! Simulation of the whole engine: both real replicas against the sandbox in process, people at work on both servers, and every trouble that a
//! browser and a network can make, all of it from one seed. When it is quiet again, the promises of the rules must hold.

pub(crate) mod device;
mod history;
mod people;
mod promises;
mod regressions;
mod row;
mod trace;
mod turns;

use crate::chance::shrink;
use crate::ews_setup::Valid;
use crate::graph_setup::{NOW, watch};
use crate::world::{COLLEAGUE, COLLEAGUE_THERE, ME_THERE, World};
use device::{Blow, Device};
use futures_util::FutureExt;
use futures_util::task::noop_waker;
use history::{History, Move, Trouble};
use people::People;
use promises::Outcome;
use sandbox::graph::Quirks;
use sandbox::{Sandbox, Seed, exchange};
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

/// Where the mailboxes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Home {
    /// In Microsoft 365.
    Cloud,
    /// On the Exchange Server.
    Server,
}

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
    fn new(history: &History, home: Home) -> Self {
        let (world, colleague) = match home {
            Home::Cloud => (World::new(Seed::Empty, NOW), COLLEAGUE),
            Home::Server => {
                let sandbox = Sandbox::new(Seed::Empty, NOW.parse().ok());
                (World::over(Rc::new(RefCell::new(sandbox)), ME_THERE), COLLEAGUE_THERE)
            }
        };
        let world = Rc::new(world);
        let settings = history.options.settings();
        let mut devices: Vec<Device> = (0..history.options.devices).map(|_| Device::new(&world, &settings)).collect();
        if history.options.colleague {
            devices.push(Device::new(&Rc::new(world.beside(colleague)), &history.options.colleagues()));
        }
        let people = Rc::new(RefCell::new(People::new(Rc::clone(&world), colleague.1)));
        Self { world, people, devices, forgetful: history.options.devices > 1 }
    }

    fn step(&mut self, one: &Move) {
        match one {
            Move::Deed(deed) => self.people.borrow_mut().act(deed),
            Move::Run { device, trouble } => self.struck(&self.devices[*device], trouble),
            Move::Together { seed } => self.together(*seed),
            Move::Pass { minutes } => self.world.pass(chrono::Duration::minutes(*minutes)),
            Move::Quirks(quirks) => self.quirks(quirks),
            Move::Expire => {
                self.world.sandbox.borrow_mut().graph.expire_tokens();
                self.world.sandbox.borrow_mut().exchange.expire_states();
            }
            Move::Renumber => {
                let request = http::Request::post("/sandbox/renumber").body(Vec::new()).unwrap();
                self.world.sandbox.borrow_mut().handle(sandbox::Server::Creatio, &request);
            }
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
            Trouble::Fault(fault) => self.world.faults(self.meant(fault)),
        }
        let done = device.run().now_or_never();
        assert!(done.is_some() || device.has_crashed(), "a run waits for nothing");
        self.people.borrow_mut().settled = matches!(trouble, Trouble::Nothing);
        device.fuse.clear();
        self.world.faults(serde_json::json!([]));
    }

    /// Both servers behave like this, as far as they can.
    fn quirks(&self, quirks: &Quirks) {
        let mut sandbox = self.world.sandbox.borrow_mut();
        sandbox.graph.set_quirks(quirks);
        sandbox.exchange.set_quirks(&exchange::Quirks {
            replays: quirks.replays,
            stale_reads: quirks.stale_reads,
            shuffled_order: quirks.shuffled_order,
            page_size: quirks.page_size,
            empty_pages: quirks.empty_pages,
            batch: quirks.page_size,
            skeletal_series: quirks.shuffled_order,
            busy: exchange::Busy { times: u32::from(quirks.shuffled_order), ..exchange::Busy::default() },
            ..exchange::Quirks::default()
        });
    }

    /// A fault where the mailboxes are: all that is asked of EWS is a POST to one path.
    fn meant(&self, faults: &serde_json::Value) -> serde_json::Value {
        let mut faults = faults.clone();
        let fault = &mut faults[0];
        if self.world.is_served_there() && fault["server"] != "creatio" {
            let operation = match fault["method"].as_str() {
                Some("POST") => "CreateItem",
                Some("PATCH") => "UpdateItem",
                Some("DELETE") => "DeleteItem",
                Some(_) => "Find|Get|Sync",
                None => "",
            };
            *fault = serde_json::json!({"times": fault["times"], "then": fault["then"], "server": "exchange", "operation": operation});
        }
        faults
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

    /// Quiet: everybody runs some times, the last time after a day, in full.
    fn quiet(&self, history: &History) -> Shown {
        let mut broken = Vec::new();
        self.world.sandbox.borrow_mut().graph.set_quirks(&Quirks::default());
        self.world.sandbox.borrow_mut().exchange.set_quirks(&exchange::Quirks::default());
        for wait in [5, 5, 5, 25 * 60] {
            self.world.pass(chrono::Duration::minutes(wait));
            for device in &self.devices {
                trace::say(|| "-- a quiet run".to_owned());
                self.calm(device, &mut broken);
            }
        }
        let from = self.world.log(0).len();
        let reports: Vec<Report> = self.devices.iter().map(|device| self.calm(device, &mut broken)).collect();
        let people = self.people.borrow();
        let late = self.world.writes(from);
        let mails = people.sent();
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
            deleted: self.world.sandbox.borrow().exchange.deleted(self.world.mailbox),
            forgetful: self.forgetful,
        };
        broken.extend(outcome.broken());
        Shown { broken, census: outcome.census(), trace: trace.finish() }
    }
}

/// Plays a history. `check`: what the mailboxes' server is asked and answers is checked against Microsoft's description.
fn play(history: &History, (home, check): (Home, bool)) -> Shown {
    let caught = catch_unwind(AssertUnwindSafe(|| {
        let mut stage = Stage::new(history, home);
        let checked = (check && home == Home::Cloud).then(|| watch(&stage.world));
        let valid = (check && home == Home::Server).then(|| Valid::watch(&stage.world));
        trace::begin(&stage.world);
        for one in &history.moves {
            trace::say(|| format!("\n== {one:?}"));
            stage.step(one);
            trace::links(&stage.devices);
        }
        trace::say(|| "\n== quiet".to_owned());
        let shown = stage.quiet(history);
        trace::links(&stage.devices);
        drop((checked, valid));
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
pub(crate) fn simulate(seed: u64, manner: (Home, bool)) -> Result<BTreeMap<String, usize>, String> {
    let history = History::new(seed);
    let shown = trace::whole(|| play(&history, manner));
    if shown.broken.is_empty() {
        return Ok(shown.census);
    }
    let moves = shrink(&history.moves, |moves| !play(&history.with(moves), manner).broken.is_empty());
    let broken = trace::on(|| play(&history.with(&moves), manner)).broken;
    let moves: Vec<String> = moves.iter().map(|one| format!("  {one:?}")).collect();
    let (moves, broken) = (moves.join("\n"), broken.join("\n  => "));
    Err(format!("simulation seed {seed} in {:?}: {:?}\n{moves}\n  => {broken}", manner.0, history.options))
}

/// Plays the seeds from `SIMULATE_FROM` on, `SIMULATE_COUNT` of them, on the Exchange Server with `SIMULATE_SERVER=1`: to play a failure again (`SIMULATE_TRACE=1` prints what was asked).
#[test]
#[ignore = "a tool: plays particular seeds"]
fn again() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let (from, count) = (number("SIMULATE_FROM").unwrap_or(0), number("SIMULATE_COUNT").unwrap_or(1));
    let home = if std::env::var_os("SIMULATE_SERVER").is_some() { Home::Server } else { Home::Cloud };
    let failed: Vec<String> = (from..from + count).filter_map(|seed| simulate(seed, (home, false)).err()).collect();
    assert!(failed.is_empty(), "{} of {count} failed:\n{}", failed.len(), failed.join("\n\n"));
}

/// How many of these the test run has time for.
const ON_THE_SERVER: u64 = 120;

#[test]
fn an_exchange_server_keeps_the_promises_too() {
    let failed: Vec<String> =
        (0..ON_THE_SERVER).filter_map(|seed| simulate(seed, (Home::Server, seed < 2)).err()).collect();
    assert!(failed.is_empty(), "{} of {ON_THE_SERVER} failed:\n{}", failed.len(), failed.join("\n\n"));
}

#[test]
fn a_seed_repeats_to_the_letter() {
    for seed in 0..10 {
        let play = |seed| play(&History::new(seed), (Home::Cloud, false)).trace;
        let [one, two] = [(), ()].map(|()| play(seed));
        assert_eq!(one, two, "seed {seed}");
        assert_ne!(one, play(seed + 1));
    }
}

/// `SIMULATE_ONLY` names a part of the text of those to be played.
#[test]
fn what_was_found_once_stays_mended() {
    let only = std::env::var("SIMULATE_ONLY").unwrap_or_default();
    let broken = regressions::all().into_iter().filter(|(what, _)| what.contains(&only)).flat_map(|(what, history)| {
        [Home::Cloud, Home::Server].into_iter().filter_map(move |home| {
            let broken = trace::whole(|| play(&history, (home, true))).broken;
            (!broken.is_empty()).then(|| format!("{what}, in {home:?}\n  => {}", broken.join("\n  => ")))
        })
    });
    let broken: Vec<String> = broken.collect();
    assert!(broken.is_empty(), "{} broke again:\n{}", broken.len(), broken.join("\n"));
}
