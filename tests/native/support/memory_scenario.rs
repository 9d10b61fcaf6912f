//! Two sides in memory, a store and a clock: what whole runs without servers are played on.

use crate::support::memory::{Memory, MemoryStore, Silence, Standing, account, at, everything, item, meeting, words};
use crate::support::runs;
use pollster::block_on;
use schedule_sync::engine::answer::{Answer, Choice};
use schedule_sync::engine::held::Reason;
use schedule_sync::engine::settings::Settings;
use schedule_sync::model::time::Fixed;
use schedule_sync::model::{Address, Item, Person, Record, Response, Role, Side};
use schedule_sync::ports::Store;
use schedule_sync::run::{self, Report, world::Parts};
use std::cell::Cell;

/// Two sides, a store, a clock.
pub(crate) struct MemoryScenario {
    pub(crate) creatio: Memory,
    pub(crate) exchange: Memory,
    pub(crate) store: MemoryStore,
    pub(crate) clock: Standing,
}

impl MemoryScenario {
    pub(crate) fn new(settings: &Settings) -> Self {
        let scenario = Self {
            creatio: Memory::new(Side::Creatio),
            exchange: Memory::new(Side::Exchange),
            store: MemoryStore::default(),
            clock: Standing(Cell::new(at("2026-03-10T09:00:00Z"))),
        };
        block_on(scenario.store.save_settings(settings)).unwrap();
        scenario
    }

    /// The two ends, as a run sees them.
    pub(crate) fn with<T>(
        &self,
        act: impl FnOnce(&Parts<'_, Memory, Memory, MemoryStore, Standing, Silence>) -> T,
    ) -> T {
        let zone = Fixed { seconds: 3 * 3600, name: "Russian Standard Time".to_owned() };
        let (account, words) = (account(), words());
        act(&Parts {
            creatio: &self.creatio,
            exchange: &self.exchange,
            store: &self.store,
            clock: &self.clock,
            events: &Silence,
            zone: &zone,
            account: &account,
            words: &words,
        })
    }

    pub(crate) fn run(&self) -> Report {
        self.with(|parts| block_on(runs::run(parts)).unwrap())
    }

    /// Runs, then runs again: the second run must write nothing.
    pub(crate) fn settle(&self) -> Report {
        let report = self.run();
        let before = (self.creatio.writes.get(), self.exchange.writes.get());
        self.run();
        assert_eq!((self.creatio.writes.get(), self.exchange.writes.get()), before, "a second run writes nothing");
        report
    }

    pub(crate) fn only(&self, side: Side) -> Item {
        let memory = if side == Side::Creatio { &self.creatio } else { &self.exchange };
        let items = memory.items.borrow();
        assert_eq!(items.len(), 1, "exactly one item on {side}: {:?}", items.keys().collect::<Vec<_>>());
        items.values().next().unwrap().clone()
    }

    pub(crate) fn side(&self, side: Side) -> &Memory {
        if side == Side::Creatio { &self.creatio } else { &self.exchange }
    }
}

pub(crate) fn event(id: &str, name: &str) -> Item {
    item(Side::Exchange, id, Record::Meeting(meeting(name, "2026-03-12T10:00:00Z")))
}

pub(crate) fn activity(id: &str, name: &str) -> Item {
    item(Side::Creatio, id, Record::Meeting(meeting(name, "2026-03-12T10:00:00Z")))
}

/// A pair in step that began on `from`.
pub(crate) fn linked(from: Side) -> MemoryScenario {
    let scenario = MemoryScenario::new(&everything());
    match from {
        Side::Exchange => scenario.exchange.put(event("e", "Call")),
        Side::Creatio => scenario.creatio.put(activity("a", "Call")),
    }
    scenario.settle();
    scenario
}

/// Somebody required, who has not answered.
pub(crate) fn guest(address: &str) -> Person {
    Person {
        addresses: vec![Address::parse(address).unwrap()],
        contact: None,
        name: String::new(),
        role: Role::Required,
        response: Response::InDoubt,
    }
}

pub(crate) fn said(scenario: &MemoryScenario, report: &Report, reason: Reason, choice: Choice) {
    let held: Vec<_> = report.held.iter().filter(|held| held.reason == reason).collect();
    assert!(!held.is_empty(), "held for {reason:?}: {:?}", report.held);
    let answers =
        held.into_iter().map(|held| Answer { side: held.side, id: held.id.clone().unwrap(), reason, choice }).collect();
    block_on(run::answer::answer(&scenario.store, answers)).unwrap();
}

/// The same two sides, seen by a browser that knows nothing of them.
pub(crate) fn another_browser(scenario: MemoryScenario) -> MemoryScenario {
    let fresh = MemoryScenario { store: MemoryStore::default(), ..scenario };
    block_on(fresh.store.save_settings(&everything())).unwrap();
    fresh
}

pub(crate) fn set(scenario: &MemoryScenario, settings: &Settings) {
    block_on(scenario.store.save_settings(settings)).unwrap();
}
