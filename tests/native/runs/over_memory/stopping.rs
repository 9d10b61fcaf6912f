//! Stop: while it reads a run ends at once, while it writes after the batch in flight, and the
//! report says what was written.

use crate::support::memory::{Memory, MemoryStore, Standing, account, everything, item, meeting, words};
use crate::support::memory_scenario::{MemoryScenario, event};
use crate::support::runs;
use pollster::block_on;
use schedule_sync::error::Error;
use schedule_sync::model::time::Fixed;
use schedule_sync::model::{Record, Side};
use schedule_sync::ports::{Events, Phase, Progress};
use schedule_sync::run::{self, world::Parts};
use std::cell::Cell;

/// A person who wants the run to stop once it has come to a place.
struct Stopper {
    phase: Phase,
    done: usize,
    wants: Cell<bool>,
}

impl Stopper {
    fn at(phase: Phase, done: usize) -> Self {
        Self { phase, done, wants: Cell::new(false) }
    }
}

impl Events for Stopper {
    fn progress(&self, progress: Progress) {
        self.wants.set(self.wants.get() || (progress.phase == self.phase && progress.done >= self.done));
    }

    fn stop(&self) -> bool {
        self.wants.get()
    }
}

/// A person who wants it at once, told by [`Events::stopped`] alone.
struct Called;

impl Events for Called {
    fn progress(&self, _progress: Progress) {}

    fn stop(&self) -> bool {
        false
    }

    async fn stopped(&self) {}
}

/// A person who wants it as soon as Creatio has been written to more often than so.
struct Written<'a> {
    creatio: &'a Memory,
    before: usize,
}

impl Events for Written<'_> {
    fn progress(&self, _progress: Progress) {}

    fn stop(&self) -> bool {
        self.creatio.writes.get() > self.before
    }
}

fn with<E: Events, T>(
    scenario: &MemoryScenario,
    events: &E,
    act: impl FnOnce(&Parts<'_, Memory, Memory, MemoryStore, Standing, E>) -> T,
) -> T {
    let zone = Fixed { seconds: 3 * 3600, name: "Russian Standard Time".to_owned() };
    act(&Parts {
        creatio: &scenario.creatio,
        exchange: &scenario.exchange,
        store: &scenario.store,
        clock: &scenario.clock,
        events,
        zone: &zone,
        account: &account(),
        words: &words(),
    })
}

fn many(scenario: &MemoryScenario, count: usize) {
    for one in 0..count {
        let new = meeting(&format!("New {one}"), "2026-03-14T10:00:00Z");
        scenario.exchange.put(item(Side::Exchange, &format!("new-{one:03}"), Record::Meeting(new)));
    }
}

#[test]
fn a_stop_ends_reading_at_once_and_nothing_is_written_or_forgotten() {
    let scenario = MemoryScenario::new(&everything());
    many(&scenario, 3);
    scenario.exchange.pauses.set(Some(300));
    let stopper = Stopper::at(Phase::Reading, 0);
    assert_eq!(with(&scenario, &stopper, |parts| block_on(runs::run(parts))), Err(Error::Stopped));
    assert_eq!((scenario.creatio.writes.get(), scenario.store.state.borrow().is_none()), (0, true));
    scenario.exchange.pauses.set(Some(0));
    assert_eq!(scenario.settle().counts.creatio.created, 3, "the next run does it all");
}

#[test]
fn a_stop_ends_a_reading_that_hangs() {
    let scenario = MemoryScenario::new(&everything());
    scenario.exchange.pauses.set(None);
    assert_eq!(with(&scenario, &Called, |parts| block_on(runs::run(parts))), Err(Error::Stopped));
}

#[test]
fn a_stop_ends_writing_after_the_batch_in_flight_and_the_report_says_what_was_written() {
    let scenario = MemoryScenario::new(&everything());
    many(&scenario, 174);
    // a person has seen the plan: it may create any number
    let previewed =
        |done: usize| with(&scenario, &Stopper::at(Phase::Writing, done), |parts| block_on(runs::run_seen(parts)));
    let report = previewed(1).unwrap();
    let created = report.counts.creatio.created;
    assert!(report.stopped);
    assert!((1..=100).contains(&created), "{created} of 174");
    assert_eq!((scenario.creatio.ids().len(), report.unfinished), (created, 174 - created));
    let rest = previewed(1000).unwrap();
    assert_eq!((rest.counts.creatio.created, rest.stopped), (174 - created, false));
}

#[test]
fn a_stop_before_the_first_write_writes_nothing() {
    let scenario = MemoryScenario::new(&everything());
    many(&scenario, 5);
    let report = with(&scenario, &Stopper::at(Phase::Writing, 0), |parts| block_on(runs::run(parts))).unwrap();
    assert_eq!((report.stopped, report.counts.creatio.created, report.unfinished), (true, 0, 5));
    assert_eq!(scenario.settle().counts.creatio.created, 5);
}

#[test]
fn a_stop_ends_an_undo_between_two_writes() {
    let scenario = MemoryScenario::new(&everything());
    scenario.exchange.put(event("one", "One"));
    scenario.exchange.put(event("two", "Two"));
    scenario.settle();
    let last = block_on(scenario.store.history()).unwrap()[0].run;
    let planned = with(&scenario, &Stopper::at(Phase::Writing, 0), |parts| {
        parts.events.wants.set(true);
        block_on(run::undo::undo(parts, last))
    });
    assert_eq!(planned, Err(Error::Stopped), "while it reads, too");
    assert_eq!(scenario.creatio.ids().len(), 2);
    let stopper = Written { creatio: &scenario.creatio, before: scenario.creatio.writes.get() };
    assert_eq!(with(&scenario, &stopper, |parts| block_on(run::undo::undo(parts, last))), Ok((1, 1)));
    assert_eq!(scenario.creatio.ids().len(), 1, "what was not begun stays");
}
