//! Simulation of the whole engine: both real replicas against the sandbox in process, people at
//! work on both servers, and every trouble that a browser and a network can make, all of it from
//! one seed. When it is quiet again, the promises of the rules must hold.

mod bug;
pub(crate) mod device;
mod half_way;
mod history;
mod known;
pub(crate) mod liveness;
mod moments;
mod people;
mod planted;
mod promises;
mod prove;
mod random;
mod regressions;
mod row;
pub(crate) mod small;
mod switches;
mod trace;
mod turns;

use crate::support::ews_setup::Valid;
use crate::support::graph_setup::{NOW, watch};
use crate::support::random::{Random, shrink};
use crate::support::world::{COLLEAGUE, COLLEAGUE_THERE, ME, ME_THERE, World};
use bug::Bug;
use device::{Counts, Device, InjectedFault, Question, Said};
use futures_util::{FutureExt, task::noop_waker};
pub(crate) use history::MOSCOW;
use history::{History, Move, Options, Trouble};
use people::{People, WantedLeft};
use promises::{Broken, Outcome, Promise};
use sandbox::{Sandbox, Seed, exchange, graph::Quirks};
use schedule_sync::engine::answer::Choice;
use schedule_sync::engine::held::{Held, Reason};
use schedule_sync::engine::link::Link;
use schedule_sync::flat::FlatSet;
use schedule_sync::model::{Field, ItemId, Pair, Side};
use schedule_sync::run::Report;
use std::{
    cell::RefCell,
    collections::hash_map::DefaultHasher,
    fmt::Debug,
    hash::{Hash, Hasher},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    rc::Rc,
    task::Context,
};

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
    /// The user's, then the colleague's, then that of the user's other mailbox.
    devices: Vec<Device>,
    /// Which device is of the user's other mailbox.
    other: Option<usize>,
    /// The options that held, one after another.
    ever: Vec<Options>,
    forgetful: bool,
    /// A person has let mail go out.
    allowed: bool,
    /// A person has said of something what is to become of it.
    chosen: bool,
    counts: Counts,
}

/// What a simulation showed.
pub(crate) struct Shown {
    /// Promises that were broken.
    pub(crate) broken: Vec<Broken>,
    /// How much of what there was.
    pub(crate) census: Counts,
    /// What was asked, in order, as one number.
    trace: u64,
}

/// How a history is played.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Manner {
    /// Where the user's first mailbox is.
    pub(crate) home: Home,
    /// Whether what the mailboxes' server is asked and answers is checked against Microsoft's
    /// description.
    pub(crate) check: bool,
    /// What is wrong, in a test of the promises.
    bug: Option<Bug>,
}

impl Manner {
    pub(crate) const fn at(home: Home, check: bool) -> Self {
        Self { home, check, bug: None }
    }
}

/// The first word of how something is spelled: the name of its variant.
fn word(one: &impl Debug) -> String {
    let text = format!("{one:?}");
    text.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_owned()
}

impl Stage {
    fn new(history: &History, Manner { home, bug, .. }: Manner) -> Self {
        let sandbox = Rc::new(RefCell::new(Sandbox::new(Seed::Empty, NOW.parse().ok())));
        let (me, other, colleague) = match home {
            Home::Cloud => (ME, ME_THERE, COLLEAGUE),
            Home::Server => (ME_THERE, ME, COLLEAGUE_THERE),
        };
        let world = Rc::new(World::over(sandbox, me));
        world.with_letter();
        let options = history.options;
        dwell(&world, me.0, options.zone.name);
        dwell(&world, colleague.0, options.colleagues_zone.name);
        let away = options.second.then(|| Rc::new(world.beside(other)));
        let mut people = People::new((Rc::clone(&world), away.clone()), options.zone, colleague.1);
        let group = world.by_hand(Side::Creatio, "POST", "ActivityFolder", Some(serde_json::json!({"Name": "G"})));
        people.group = group.1["Id"].as_str().map(str::to_owned);
        let settings = options.settings(people.group.as_deref());
        let mut devices: Vec<Device> =
            (0..options.devices).map(|_| Device::new(&world, &settings, (options.zone, bug))).collect();
        if options.colleague {
            let there = Rc::new(world.beside(colleague));
            devices.push(Device::new(&there, &options.colleagues(), (options.colleagues_zone, bug)));
        }
        devices.extend(away.map(|away| Device::new(&away, &settings, (options.zone, bug))));
        let other = options.second.then(|| devices.len() - 1);
        let forgetful = options.devices > 1;
        let people = Rc::new(RefCell::new(people));
        let (ever, counts) = (vec![options], Counts::new());
        Self { world, people, devices, other, ever, forgetful, allowed: false, chosen: false, counts }
    }

    fn count(&mut self, what: String) {
        *self.counts.entry(what).or_default() += 1;
    }

    /// The accounts of the user know of each other what they are told.
    fn tell(&self) {
        let Some(other) = self.other else { return };
        let here = self.devices[0].links();
        let there = self.devices[other].links();
        for device in &self.devices[..self.ever[0].devices] {
            device.learn(there.clone());
        }
        self.devices[other].learn(here);
    }

    fn step(&mut self, one: &Move) {
        self.count(format!("move {}", word(one)));
        match one {
            Move::Deed(deed) => {
                self.count(format!("deed {}", word(deed)));
                self.people.borrow_mut().act(deed);
            }
            Move::Run { device, trouble } => self.struck(*device, trouble),
            Move::Together { seed } => self.together(*seed),
            Move::Pass { minutes } => self.world.pass(chrono::Duration::minutes(*minutes)),
            Move::Quirks(quirks) => self.quirks(quirks),
            Move::Switch(switches) => {
                for name in &switches.on {
                    self.count(format!("switch {name}"));
                }
                self.people.borrow_mut().creatio = switches.creatio.clone();
                switches.apply(&mut self.world.sandbox.borrow_mut());
            }
            Move::Expire => {
                self.world.sandbox.borrow_mut().graph.expire_tokens();
                self.world.sandbox.borrow_mut().exchange.expire_states();
            }
            Move::Renumber => {
                let request = http::Request::post("/sandbox/renumber").body(Vec::new()).unwrap();
                self.world.sandbox.borrow_mut().handle(sandbox::Server::Creatio, &request);
            }
            Move::Revoke => self.world.sandbox.borrow_mut().environment.revoke_tokens(),
            Move::Forget { device } => {
                self.devices[*device].forget();
                self.forgetful = true;
            }
            Move::Skew { device, minutes } => self.devices[*device].line.skew.set(chrono::Duration::minutes(*minutes)),
            Move::Answer { device, seed } => {
                let said = self.devices[*device].answer(&mut Random::new(*seed));
                self.allowed |= said.iter().any(|said| said.choice == Choice::Allow);
                self.chosen |= !said.is_empty();
                for Said { held, counterpart, .. } in said.iter().filter(|said| said.choice == Choice::Leave) {
                    let fields = held.fields.iter().filter_map(|field| promises::what_of(field.field)).collect();
                    // what one side does not show now, the other may
                    let ids: Vec<&ItemId> = held.id.iter().chain(counterpart).collect();
                    let alone = matches!(held.reason, Reason::LostCounterpart | Reason::LostOrigin);
                    let losses = [Reason::DeleteAsked, Reason::ManyDeletions, Reason::SideEmpty];
                    let whole = losses.contains(&held.reason);
                    self.people.borrow_mut().leave(&ids, &fields, WantedLeft { alone, whole });
                }
                self.people.borrow_mut().removed_by_word(&said);
            }
            Move::Undo { device } => {
                self.tell();
                let before = self.people.borrow_mut().all_rows();
                let ids = self.devices[*device].undo();
                self.people.borrow_mut().undone(&ids, &before);
            }
            Move::Settings(options) => self.settle(options),
        }
        self.world.pass(chrono::Duration::minutes(3));
    }

    /// From now on other settings hold.
    fn settle(&mut self, options: &Options) {
        self.ever.push(*options);
        let group = self.people.borrow().group.clone();
        let (settings, colleagues) = (options.settings(group.as_deref()), options.colleagues());
        for (n, device) in self.devices.iter().enumerate() {
            device.set(if self.is_users(n) { &settings } else { &colleagues });
        }
    }

    /// Whether a device is the user's, in whichever mailbox.
    fn is_users(&self, device: usize) -> bool {
        device < self.ever[0].devices || self.other == Some(device)
    }

    /// Has something strike a run.
    fn aim(&mut self, device: usize, trouble: &Trouble) {
        self.count(format!("fault {}", word(trouble)));
        let injector = Rc::clone(&self.devices[device].injector);
        match trouble {
            Trouble::Nothing => {}
            Trouble::Crash { nth, done } => injector.add(*nth, InjectedFault::Crash(*done)),
            Trouble::Lose { nth, done } => injector.add(*nth, InjectedFault::Lose(*done)),
            Trouble::Status { nth, status, after } => injector.add(*nth, InjectedFault::Status(*status, *after)),
            Trouble::Cut { nth } => injector.add(*nth, InjectedFault::Cut),
            Trouble::Meanwhile { nth, deed } => {
                let (people, deed) = (Rc::clone(&self.people), deed.clone());
                injector
                    .add(*nth, InjectedFault::Meanwhile(Box::new(move || people.borrow_mut().act_meanwhile(&deed))));
            }
            Trouble::Stop { nth } => self.devices[device].ears.set(Some(*nth)),
            Trouble::Fault(fault) => self.world.faults(self.meant(fault)),
            Trouble::Several(troubles) => troubles.iter().for_each(|trouble| self.aim(device, trouble)),
        }
    }

    /// A run that something strikes. It may fail; what it did stays.
    fn struck(&mut self, nth: usize, trouble: &Trouble) {
        self.tell();
        self.devices[nth].injector.clear();
        self.aim(nth, trouble);
        let device = &self.devices[nth];
        let done = device.run().now_or_never();
        assert!(done.is_some() || device.has_crashed(), "a run waits for nothing");
        let links = self.devices.iter().flat_map(Device::links).filter(Link::is_pending);
        let mut people = self.people.borrow_mut();
        people.settled = matches!(trouble, Trouble::Nothing);
        people.cut_off.remove(&nth);
        if !people.settled && self.is_users(nth) {
            people.cut_off.insert(nth);
        }
        people.unconfirmed = links.map(|link| link.halves.creatio.id().to_string()).collect();
        drop(people);
        device.injector.clear();
        device.ears.set(None);
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
        self.tell();
        let mut random = Random::new(seed);
        let waker = noop_waker();
        let mut context = Context::from_waker(&waker);
        for device in &self.devices {
            device.injector.yields.set(true);
        }
        let [a, b] = [&self.devices[0], &self.devices[1]];
        let (mut one, mut two) = (pin!(a.run()), pin!(b.run()));
        let (mut first, mut second) = (false, false);
        while !first || !second {
            if !first && (second || random.one_in(2)) {
                first = one.as_mut().poll(&mut context).is_ready();
            } else if !second {
                second = two.as_mut().poll(&mut context).is_ready();
            }
        }
        for device in &self.devices {
            device.injector.yields.set(false);
        }
    }

    /// Nothing troubles the runs any more.
    fn calm(&self, device: &Device, broken: &mut Vec<Broken>) -> Report {
        self.tell();
        device.line.skew.set(chrono::Duration::zero());
        let report = match device.run().now_or_never() {
            Some(Ok(report)) => report,
            Some(Err(error)) => {
                broken.push(Broken { promise: Promise::Runs, what: format!("a quiet run fails: {error}") });
                Report::default()
            }
            None => {
                broken.push(Broken { promise: Promise::Ends, what: "a quiet run waits for nothing".to_owned() });
                Report::default()
            }
        };
        self.world.pass(chrono::Duration::minutes(5));
        report
    }

    /// Everybody runs once, in quiet.
    fn round(&self, broken: &mut Vec<Broken>) -> Vec<Report> {
        trace::say(|| "-- a quiet round".to_owned());
        self.devices.iter().map(|device| self.calm(device, broken)).collect()
    }

    /// Quiet: everybody runs some times, the last time after a day, in full. Then the promises
    /// hold; and once everything is answered, nothing is asked.
    fn quiet(&mut self) -> Shown {
        let mut broken = Vec::new();
        self.at_their_best();
        for wait in [5, 5, 5, 25 * 60] {
            self.world.pass(chrono::Duration::minutes(wait));
            self.round(&mut broken);
        }
        let from = self.world.log(0).len();
        let reports = self.round(&mut broken);
        let late = self.world.writes(from);
        let mut trace = DefaultHasher::new();
        self.world.log(0).hash(&mut trace);
        let mut census = self.judged(&reports, late, &mut broken);
        self.answered(&mut broken);
        let counts = self.devices.iter().map(|device| device.counts.borrow().clone());
        for (what, count) in counts.chain([self.counts.clone()]).flatten() {
            *census.entry(what).or_default() += count;
        }
        Shown { broken, census, trace: trace.finish() }
    }

    /// The servers make no trouble any more.
    fn at_their_best(&self) {
        self.people.borrow_mut().creatio.clear();
        let mut sandbox = self.world.sandbox.borrow_mut();
        switches::Switches::default().apply(&mut sandbox);
    }

    /// Judges what there is after quiet; how much of what there was.
    fn judged(&self, reports: &[Report], late: Vec<String>, broken: &mut Vec<Broken>) -> Counts {
        let away = self.people.borrow_mut().rows_away();
        let now = self.world.sandbox.borrow().environment.now().naive_utc();
        let people = self.people.borrow();
        let mut rows = Pair::of(|side| people.rows(side));
        let links: Vec<Link> = self.devices.iter().flat_map(Device::links).collect();
        let held: Vec<&Held> = reports.iter().flat_map(|report| &report.held).collect();
        People::rested(&mut rows, &links, &held);
        let outcome = Outcome {
            ever: &self.ever,
            people: &people,
            now,
            rows,
            away,
            reports,
            late,
            mails: people.sent(),
            allowed: self.allowed,
            chosen: self.chosen,
            stayed: links.into_iter().map(stayed).collect(),
            history: self.devices.iter().flat_map(Device::history).collect(),
            deleted: self.world.sandbox.borrow().exchange.deleted(self.world.mailbox),
            forgetful: self.forgetful,
            rights: self.counts.contains_key("switch creatio lost rights"),
        };
        broken.extend(outcome.broken());
        outcome.census()
    }

    /// Everything that is asked is answered, as chance has it, up to three times: then nothing that
    /// was answered is asked again.
    fn answered(&self, broken: &mut Vec<Broken>) {
        let mut random = Random::new(self.world.log(0).len() as u64);
        for (n, device) in self.devices.iter().enumerate() {
            let mut answered: FlatSet<Question> = FlatSet::new();
            if n > 0 {
                // what was answered on another one may have changed what this one asks about
                self.calm(device, broken);
            }
            for _ in 0..3 {
                let asked = device.questions();
                let again: Vec<&Question> = asked.intersection(&answered).collect();
                if !again.is_empty() {
                    let what = format!("device {n} asks again what was answered: {again:?}");
                    broken.push(Broken { promise: Promise::Answers, what });
                    return;
                }
                if asked.is_empty() {
                    break;
                }
                trace::say(|| format!("-- answers to {asked:?}"));
                device.answer(&mut random);
                answered.extend(asked);
                self.calm(device, broken);
                self.calm(device, broken);
            }
        }
    }
}

/// The Activity of a link, with what of it stays in Creatio since the meeting has ended.
fn stayed(link: Link) -> (String, FlatSet<Field>) {
    (link.halves.creatio.id().to_string(), link.memory.left)
}

/// A user of Creatio lives in a zone.
fn dwell(world: &World, user: &str, zone: &str) {
    let sandbox = &mut *world.sandbox.borrow_mut();
    let units = sandbox.creatio.rows("SysAdminUnit");
    let unit = units.iter().find(|unit| unit["Name"] == user).and_then(|unit| unit["Id"].as_str()).unwrap();
    let row = serde_json::json!({"TimeZoneId": zone});
    sandbox.creatio.save_row(("SysAdminUnit", unit.parse().unwrap()), &row, &sandbox.environment).unwrap();
}

/// Plays a history.
fn play(history: &History, manner: Manner) -> Shown {
    play_judged(history, manner, |_| Vec::new())
}

/// Plays a history; what there is at its end, before it is quiet, `judge` judges too.
fn play_judged(history: &History, manner: Manner, judge: impl FnOnce(&Stage) -> Vec<Broken>) -> Shown {
    let caught = catch_unwind(AssertUnwindSafe(|| {
        let mut stage = Stage::new(history, manner);
        // a page of HTML in an envelope is against Microsoft's description on purpose
        let cloud = manner.home == Home::Cloud && !history.turns("graph answers a page");
        let checked = (manner.check && cloud).then(|| watch(&stage.world));
        let valid = (manner.check && manner.home == Home::Server).then(|| Valid::watch(&stage.world));
        trace::begin(&stage.world);
        for one in &history.moves {
            trace::say(|| format!("\n== {one:?}"));
            stage.step(one);
            trace::links(&stage.devices);
        }
        let mut broken = judge(&stage);
        trace::say(|| "\n== quiet".to_owned());
        let mut shown = stage.quiet();
        broken.append(&mut shown.broken);
        let shown = Shown { broken, ..shown };
        trace::links(&stage.devices);
        drop((checked, valid));
        shown
    }));
    caught.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        let broken = vec![Broken { promise: Promise::Ends, what: format!("panic: {}", text.unwrap_or_default()) }];
        Shown { broken, census: Counts::new(), trace: 0 }
    })
}

/// The names of all switches of the sandbox that are turned.
pub(crate) fn switches() -> impl Iterator<Item = &'static str> {
    switches::SWITCHES.iter().map(|switch| switch.name)
}

/// What is known to be wrong.
pub(crate) fn known_ones() -> impl Iterator<Item = &'static str> {
    let all: FlatSet<&'static str> = known::KNOWN.iter().map(|known| known.what).collect();
    all.into_iter()
}

/// A simulation that broke a promise.
pub(crate) struct Failure {
    /// Its seed, the shrunk history, and what was broken.
    pub(crate) told: String,
    /// What is known to be wrong, and explains all of it.
    pub(crate) known: Option<&'static str>,
}

/// Simulates what follows from `seed`: what there was in it.
///
/// # Errors
/// What was broken.
pub(crate) fn simulate(seed: u64, manner: Manner) -> Result<Counts, Failure> {
    judged(&format!("seed {seed}"), &History::new(seed), manner)
}

/// Simulates what `bytes` spell, as a fuzzer writes them: the first one says where.
///
/// # Errors
/// What was broken.
pub(crate) fn spelled(name: &str, bytes: &[u8]) -> Result<Counts, Failure> {
    let home = if bytes.first().is_some_and(|first| first % 4 == 3) { Home::Server } else { Home::Cloud };
    let history = History::drawn(Random::spelled(bytes.get(1..).unwrap_or_default()));
    judged(name, &history, Manner::at(home, false))
}

/// Plays a history, and shrinks it if it breaks a promise: as long as it breaks the same one.
fn judged(name: &str, history: &History, manner: Manner) -> Result<Counts, Failure> {
    let shown = trace::whole(|| play(history, manner));
    if shown.broken.is_empty() {
        return Ok(shown.census);
    }
    if let Some(known) = known::explains(&shown.broken) {
        return Err(Failure { told: format!("simulation {name}: {known}"), known: Some(known) });
    }
    let unknown = |broken: &[Broken]| broken.iter().find(|one| known::of(one).is_none()).map(|one| one.promise);
    let promise = unknown(&shown.broken);
    let moves = shrink(&history.moves, |moves| unknown(&play(&history.with(moves), manner).broken) == promise);
    let broken = trace::on(|| play(&history.with(&moves), manner)).broken;
    let moves: Vec<String> = moves.iter().map(|one| format!("  {one:?}")).collect();
    let broken: Vec<String> = broken.iter().map(|one| format!("{:?}: {}", one.promise, one.what)).collect();
    let (moves, broken) = (moves.join("\n"), broken.join("\n  => "));
    let told = format!("simulation {name} in {:?}: {:?}\n{moves}\n  => {broken}", manner.home, history.options);
    Err(Failure { told, known: None })
}

/// Plays the seeds from `SIMULATE_FROM` on, `SIMULATE_COUNT` of them, on the Exchange Server with
/// `SIMULATE_SERVER=1`, or the bytes of the file `SIMULATE_BYTES`: to play a failure again
/// (`SIMULATE_TRACE=1` prints what was asked).
#[test]
#[ignore = "a tool: plays particular seeds"]
fn again() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let (from, count) = (number("SIMULATE_FROM").unwrap_or(0), number("SIMULATE_COUNT").unwrap_or(1));
    let home = if std::env::var_os("SIMULATE_SERVER").is_some() { Home::Server } else { Home::Cloud };
    if let Some(file) = std::env::var_os("SIMULATE_BYTES") {
        let told = spelled("of these bytes", &std::fs::read(file).unwrap()).err().map(|failure| failure.told);
        assert_eq!(told, None);
        return;
    }
    let all = (from..from + count).filter_map(|seed| simulate(seed, Manner::at(home, false)).err());
    let failed = all.inspect(|failure| trace::tell(&failure.told)).count();
    assert!(failed == 0, "{failed} of {count} failed");
}

/// How many of these the test run has time for.
const ON_THE_SERVER: u64 = 80;

#[test]
fn an_exchange_server_keeps_the_promises_too() {
    let all = (0..ON_THE_SERVER).filter_map(|seed| simulate(seed, Manner::at(Home::Server, seed < 2)).err());
    let failed: Vec<String> = all.filter(|failure| failure.known.is_none()).map(|failure| failure.told).collect();
    assert!(failed.is_empty(), "{} of {ON_THE_SERVER} failed:\n{}", failed.len(), failed.join("\n\n"));
}

#[test]
fn a_seed_repeats_to_the_letter() {
    for seed in 0..10 {
        let play = |seed| play(&History::new(seed), Manner::at(Home::Cloud, false)).trace;
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
            let mut broken = trace::whole(|| play(&history, Manner::at(home, true))).broken;
            broken.retain(|one| known::of(one).is_none());
            let told: Vec<String> = broken.iter().map(|one| format!("{:?}: {}", one.promise, one.what)).collect();
            (!told.is_empty()).then(|| format!("{what}, in {home:?}\n  => {}", told.join("\n  => ")))
        })
    });
    let broken: Vec<String> = broken.collect();
    assert!(broken.is_empty(), "{} broke again:\n{}", broken.len(), broken.join("\n"));
}
