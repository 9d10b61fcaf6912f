//! Laws of the engine, over random histories of two sides in memory: people create, edit and delete
//! on both sides, runs come in between, replies get lost. Whatever happened, some quiet runs later
//! both sides are in step, and nothing is there twice.

use crate::support::memory::{Memory, at, everything, item, meeting, task, title};
use crate::support::memory_scenario::MemoryScenario;
use proptest::prelude::*;
use schedule_sync::engine::link::LinkState;
use schedule_sync::engine::settings::Conflict;
use schedule_sync::flat::FlatMap;
use schedule_sync::model::op::Refusal;
use schedule_sync::model::{Body, Item, ItemId, Record, Side, TaskWhen, When};

/// What happens.
#[derive(Clone, Debug)]
enum Move {
    Create(Side, bool),
    Retitle(Side, usize, u8),
    Shift(Side, usize, i64),
    Remove(Side, usize),
    Run,
    LoseReply(Side, bool),
    LoseStore,
}

fn side() -> impl Strategy<Value = Side> {
    prop_oneof![Just(Side::Creatio), Just(Side::Exchange)]
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let one = prop_oneof![
        4 => (side(), any::<bool>()).prop_map(|(side, task)| Move::Create(side, task)),
        3 => (side(), 0..8_usize, any::<u8>()).prop_map(|(side, n, to)| Move::Retitle(side, n, to)),
        2 => (side(), 0..8_usize, -300..300_i64).prop_map(|(side, n, by)| Move::Shift(side, n, by)),
        2 => (side(), 0..8_usize).prop_map(|(side, n)| Move::Remove(side, n)),
        4 => Just(Move::Run),
        1 => (side(), any::<bool>()).prop_map(|(side, after)| Move::LoseReply(side, after)),
        1 => Just(Move::LoseStore),
    ];
    prop::collection::vec(one, 1..40)
}

/// Every created item has a text of its own, which nobody edits: by it duplicates are told.
fn body(item: &Item) -> &str {
    match &item.record {
        Record::Meeting(meeting) => &meeting.body.text,
        Record::Task(task) => &task.body.text,
    }
}

fn created(side: Side, n: usize, is_task: bool) -> Item {
    let mut record = if is_task {
        Record::Task(task(&format!("t{n}"), "2026-03-12"))
    } else {
        Record::Meeting(meeting(&format!("m{n}"), "2026-03-12T10:00:00Z"))
    };
    match &mut record {
        Record::Meeting(meeting) => meeting.body = Body::from_text(&format!("tag{n}")),
        Record::Task(task) => {
            task.body = Body::from_text(&format!("tag{n}"));
            if side == Side::Creatio {
                task.when = TaskWhen::Timed { start: at("2026-03-12T06:00:00Z"), due: at("2026-03-12T07:00:00Z") };
            }
        }
    }
    item(side, &format!("{side}-{n}"), record)
}

fn shift(item: &mut Item, minutes: i64) {
    let by = chrono::Duration::minutes(minutes);
    match &mut item.record {
        Record::Meeting(meeting) => {
            if let When::Timed { start, end } = &mut meeting.when {
                *start += by;
                *end += by;
            }
        }
        Record::Task(task) => match &mut task.when {
            TaskWhen::Timed { start, due } => {
                *start += by;
                *due += by;
            }
            TaskWhen::Days { due, .. } => *due = due.map(|day| day + chrono::Duration::days(minutes % 5)),
        },
    }
}

fn memory(scenario: &MemoryScenario, side: Side) -> &Memory {
    match side {
        Side::Creatio => &scenario.creatio,
        Side::Exchange => &scenario.exchange,
    }
}

/// The nth item of a side that a person may touch.
fn nth(scenario: &MemoryScenario, side: Side, n: usize) -> Option<ItemId> {
    let items = memory(scenario, side).items.borrow();
    let open: Vec<&ItemId> = items.values().filter(|item| !item.facts.canceled).map(|item| &item.id).collect();
    open.get(n % open.len().max(1)).map(|id| (*id).clone())
}

fn play(scenario: &mut MemoryScenario, moves: &[Move]) {
    for (n, one) in moves.iter().enumerate() {
        match one {
            Move::Create(side, is_task) => memory(scenario, *side).put(created(*side, n, *is_task)),
            Move::Retitle(side, which, to) => {
                if let Some(id) = nth(scenario, *side, *which) {
                    memory(scenario, *side).edit(&id, |item| *title(item) = format!("edit{to}"));
                }
            }
            Move::Shift(side, which, by) => {
                if let Some(id) = nth(scenario, *side, *which) {
                    memory(scenario, *side).edit(&id, |item| shift(item, *by));
                }
            }
            Move::Remove(side, which) => {
                if let Some(id) = nth(scenario, *side, *which) {
                    memory(scenario, *side).remove(&id);
                }
            }
            Move::Run => drop(scenario.run()),
            Move::LoseReply(side, after) => {
                memory(scenario, *side).faults.borrow_mut().push((Refusal::Unknown, *after));
                scenario.run();
                memory(scenario, *side).faults.borrow_mut().clear();
            }
            Move::LoseStore => {
                // settings live elsewhere; a store is lost between runs
                scenario.run();
                scenario.run();
                scenario.store.links.borrow_mut().clear();
                *scenario.store.state.borrow_mut() = None;
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn after_quiet_both_sides_are_in_step_and_nothing_is_there_twice(moves in moves()) {
        let mut settings = everything();
        settings.rules.conflict = Conflict::Creatio;
        let mut scenario = MemoryScenario::new(&settings);
        play(&mut scenario, &moves);
        for _ in 0..4 {
            scenario.run();
        }
        let writes = (scenario.creatio.writes.get(), scenario.exchange.writes.get());
        scenario.run();
        prop_assert_eq!((scenario.creatio.writes.get(), scenario.exchange.writes.get()), writes, "a quiet run writes nothing");
        for side in Side::BOTH {
            let mut tags: FlatMap<String, usize> = FlatMap::new();
            for item in memory(&scenario, side).items.borrow().values().filter(|item| !item.facts.canceled) {
                *tags.entry(body(item).to_owned()).or_default() += 1;
            }
            prop_assert!(tags.values().all(|count| *count == 1), "twice on {}: {:?}", side, tags);
        }
        for link in scenario.store.links.borrow().values().filter(|link| link.state == LinkState::Alive) {
            for side in Side::BOTH {
                let items = memory(&scenario, side).items.borrow();
                if let Some(item) = items.get(link.halves[side].id()) {
                    prop_assert_eq!(&item.record, &link.halves[side].base, "in step on {}", side);
                }
            }
            prop_assert_eq!(link.halves.creatio.base.title(), link.halves.exchange.base.title());
        }
    }
}
