//! Two devices of one user, used in turn: what it costs that each keeps a base of its own, measured
//! against devices that share one (ADR 0004), and that under "newest wins" the newer edit is never
//! lost.
#![allow(clippy::print_stdout)] // what was counted is to be seen

use super::device::Device;
use super::history::{self, MOSCOW, Options};
use super::people::{Deed, Kind, People, What};
use crate::support::graph_setup::NOW;
use crate::support::memory::MemoryStore;
use crate::support::random::Random;
use crate::support::world::World;
use chrono::Duration;
use futures_util::FutureExt;
use sandbox::Seed;
use schedule_sync::engine::held::Reason;
use schedule_sync::engine::settings::Conflict;
use schedule_sync::flat::{FlatMap, FlatSet};
use schedule_sync::model::{Instant, ItemId, Side};
use std::rc::Rc;

/// Histories that are measured.
const MEASURED: u64 = 150;
/// Histories that every test run plays.
const SHARE: u64 = 40;
/// Items of a history.
const ITEMS: usize = 2;
/// Edits of a history.
const EDITS: usize = 12;

/// Where the base lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Base {
    /// Each device has its own.
    Own,
    /// Both have one.
    Shared,
}

/// How a history is played: how soon after an edit its device runs, and by what a clash is settled.
#[derive(Clone, Copy, Debug)]
struct Way {
    base: Base,
    conflict: Conflict,
    /// Minutes between two things that happen; one of them each time.
    pauses: &'static [i64],
}

/// What a history came to.
#[derive(Debug, Default)]
struct Came {
    /// Fields that somebody was asked about, each once for as long as it was asked.
    asked: usize,
    edits: usize,
    /// Where the newest edit is not what both sides show, although nobody is asked.
    lost: Vec<String>,
}

struct Stage {
    world: Rc<World>,
    people: People,
    devices: [Device; 2],
    asked: FlatSet<(ItemId, Instant, String)>,
    open: FlatMap<(ItemId, String), Instant>,
    newest: FlatMap<(usize, What), String>,
}

impl Stage {
    fn new(way: Way) -> Self {
        let world = Rc::new(World::new(Seed::Empty, NOW));
        let options = Options { conflict: way.conflict, devices: 2, ..history::USUAL };
        let first = Rc::new(MemoryStore::default());
        let second = if way.base == Base::Shared { Rc::clone(&first) } else { Rc::default() };
        let devices = [first, second].map(|store| Device::over(&world, &options.settings(None), store));
        let people = People::new((Rc::clone(&world), None), MOSCOW, crate::support::world::COLLEAGUE.1);
        let (asked, open, newest) = Default::default();
        Self { world, people, devices, asked, open, newest }
    }

    fn run(&mut self, device: usize) {
        let report = self.devices[device].run().now_or_never().unwrap().unwrap();
        let clashes = report.held.iter().filter(|held| held.reason == Reason::Clash);
        let fields = clashes
            .flat_map(|held| held.fields.iter().filter_map(|field| Some((held.id.clone()?, field.field.to_string()))));
        let now: FlatSet<(ItemId, String)> = fields.collect();
        self.open.retain(|key, _| now.contains(key));
        for (id, field) in now {
            let since = *self
                .open
                .entry((id.clone(), field.clone()))
                .or_insert_with(|| self.world.sandbox.borrow().environment.now());
            self.asked.insert((id, since, field));
        }
    }

    fn pass(&self, minutes: i64) {
        self.world.pass(Duration::minutes(minutes));
    }

    fn edit(&mut self, tag: usize, side: Side, (what, value): (What, usize)) -> bool {
        self.people.act(&Deed::Edit { tag, side, what, value });
        let rows = self.people.rows(side);
        let Some(row) = rows.into_iter().find(|row| row.tag == Some(tag)) else { return false };
        if row.fields().all(|field| field != what) {
            return false;
        }
        self.newest.insert((tag, what), row.value(what).to_owned());
        true
    }

    /// Newest edits that a side does not show, although nobody is asked about the item.
    fn lost(&self) -> Vec<String> {
        let asked: FlatSet<&str> = self.open.keys().map(|(id, _)| id.as_str()).collect();
        let mut lost = Vec::new();
        for ((tag, what), value) in &self.newest {
            let rows: Vec<_> = Side::BOTH
                .into_iter()
                .flat_map(|side| self.people.rows(side))
                .filter(|row| row.tag == Some(*tag))
                .collect();
            let held = rows.iter().any(|row| asked.contains(row.id.as_str()));
            let shown: Vec<&str> = rows.iter().map(|row| row.value(*what)).collect();
            if !held && shown.iter().any(|shown| shown != value) {
                lost.push(format!("{what:?} of {tag}: {value:?} is not in {shown:?}"));
            }
        }
        lost
    }
}

/// One history: people edit on either side, and the device in use runs now and then; after some
/// time it is the other one.
fn play(seed: u64, way: Way) -> Came {
    let mut random = Random::new(seed);
    let mut stage = Stage::new(way);
    for tag in 0..ITEMS {
        let (side, kind) = (random.pick(&Side::BOTH), random.pick(&[Kind::Meeting, Kind::Task]));
        stage.people.act(&Deed::Create { tag, side, kind, value: tag });
    }
    for device in [0, 1] {
        stage.pass(5);
        stage.run(device);
    }
    let (mut device, mut edits) = (0, 0);
    for n in 0..EDITS {
        stage.pass(random.pick(way.pauses));
        let (tag, side) = (random.below(ITEMS), random.pick(&Side::BOTH));
        let what = random.pick(&[What::Title, What::Title, What::When, What::Place, What::Body]);
        edits += usize::from(stage.edit(tag, side, (what, 10 + n)));
        if random.one_in(4) {
            device = 1 - device;
        }
        if !random.one_in(4) {
            stage.pass(random.pick(way.pauses));
            stage.run(device);
        }
    }
    for device in [0, 1, 0, 1] {
        stage.pass(5);
        stage.run(device);
    }
    Came { asked: stage.asked.len(), edits, lost: stage.lost() }
}

/// Minutes at which people work and devices run every few minutes; and at which neither happens
/// within two minutes of the other.
const USUAL: &[i64] = &[1, 3, 5, 5, 15, 60, 600];
const APART: &[i64] = &[3, 5, 5, 15, 60, 600];

#[test]
#[ignore = "a measurement for ADR 0004: prints counts"]
fn needless_conflicts_by_where_the_base_lives() {
    for conflict in [Conflict::Newest, Conflict::Ask] {
        for (name, pauses) in [("usual", USUAL), ("two minutes apart", APART)] {
            let count = |base| {
                let came = (0..MEASURED).map(|seed| play(seed, Way { base, conflict, pauses }));
                came.fold((0, 0), |(asked, edits), came| (asked + came.asked, edits + came.edits))
            };
            let ((own, edits), (shared, _)) = (count(Base::Own), count(Base::Shared));
            println!(
                "{conflict:?}, {name}: {MEASURED} histories, {edits} edits; asked {own} with a base in each browser, {shared} with a shared one"
            );
        }
    }
}

#[test]
fn two_devices_used_in_turn_never_lose_the_newer_edit() {
    let way = Way { base: Base::Own, conflict: Conflict::Newest, pauses: APART };
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let (from, count) = (number("TURNS_FROM").unwrap_or(0), number("TURNS_COUNT").unwrap_or(SHARE));
    let lost: Vec<String> = (from..from + count)
        .flat_map(|seed| play(seed, way).lost.into_iter().map(move |what| format!("{seed}: {what}")))
        .collect();
    assert!(lost.is_empty(), "{} lost:\n{}", lost.len(), lost.join("\n"));
}
