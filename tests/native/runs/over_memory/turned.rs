//! Whole runs over what becomes something else: an event a series, a series an event, a meeting a
//! task, whatever breaks on the way; and of questions that the server refuses.

use crate::support::memory::{at, item, task, title};
use crate::support::memory_scenario::{MemoryScenario, activity, linked};
use chrono::Duration;
use schedule_sync::engine::held::Reason;
use schedule_sync::engine::link::LinkState;
use schedule_sync::model::op::Refusal;
use schedule_sync::model::{Body, Item, ItemId, Kind, Record, Side, Task, TaskWhen};
use schedule_sync::run::Report;

fn reasons(report: &Report) -> Vec<(Reason, &str)> {
    report.held.iter().map(|held| (held.reason, held.detail.as_str())).collect()
}

/// A day later, when both sides are compared in full.
fn next_day(scenario: &MemoryScenario) {
    scenario.clock.0.set(scenario.clock.0.get() + Duration::hours(25));
}

/// The Activities that are not canceled, by the day on which they are.
fn living(scenario: &MemoryScenario) -> Vec<(String, ItemId)> {
    let items = scenario.creatio.items.borrow();
    let mut all: Vec<_> = items
        .values()
        .filter(|item| !item.facts.canceled)
        .map(|item| (format!("{:?}", crate::support::memory::when(item)), item.id.clone()))
        .collect();
    all.sort();
    all
}

/// Weekly from 12 March on, the day of the meeting.
fn weeks() -> Vec<schedule_sync::model::Instant> {
    ["2026-03-12T10:00:00Z", "2026-03-19T10:00:00Z", "2026-03-26T10:00:00Z"].map(at).to_vec()
}

fn noted(scenario: &MemoryScenario, id: &ItemId) {
    scenario.creatio.edit(id, |item| {
        if let Record::Meeting(meeting) = &mut item.record {
            meeting.body = Body { text: "Notes".to_owned(), ..meeting.body.clone() };
        }
    });
}

#[test]
fn an_event_that_becomes_a_series_and_back_keeps_its_activity() {
    for from in Side::BOTH {
        for full in [false, true] {
            let scenario = linked(from);
            let (known, event) = (scenario.only(Side::Creatio).id, scenario.only(Side::Exchange).id);
            noted(&scenario, &known);
            scenario.exchange.recur(&event, &weeks());
            if full {
                next_day(&scenario);
            }
            let report = scenario.settle();
            assert!(report.held.is_empty(), "{from} {full}: {:?}", report.held);
            let after = living(&scenario);
            assert_eq!((after.len(), &after[0].1, scenario.creatio.ids().len()), (3, &known, 3), "{from} {full}");
            assert_eq!(
                scenario.exchange.items.borrow()[&format!("{event}-0312").as_str().into()].record.text(),
                "Notes"
            );
            next_day(&scenario);
            scenario.settle();
            assert_eq!(living(&scenario), after, "nothing is gone in a full comparison");

            scenario.exchange.unite(&event);
            if full {
                next_day(&scenario);
            }
            scenario.settle();
            assert_eq!(living(&scenario), after[..1], "{from} {full}");
            let links = scenario.store.links.borrow();
            assert_eq!((links[&known].halves.exchange.id(), links[&known].state), (&event, LinkState::Alive));
        }
    }
}

#[test]
fn an_event_that_becomes_a_series_out_of_sight_sleeps() {
    for from in Side::BOTH {
        let scenario = linked(from);
        let (known, event) = (scenario.only(Side::Creatio).id, scenario.only(Side::Exchange).id);
        scenario.exchange.recur(&event, &[]);
        next_day(&scenario);
        let report = scenario.settle();
        assert!(report.held.is_empty());
        assert!(!scenario.only(Side::Creatio).facts.canceled);
        assert_eq!(scenario.store.links.borrow()[&known].state, LinkState::Asleep);
        scenario.creatio.edit(&known, |item| *title(item) = "Edited".to_owned());
        scenario.settle();
        assert!(scenario.exchange.ids().is_empty(), "nothing is created beside the series");
        scenario.exchange.unite(&event);
        scenario.settle();
        assert_eq!(scenario.only(Side::Exchange).record.title(), "Edited", "it wakes with the single event");
    }
}

#[test]
fn a_refused_question_costs_what_it_was_asked_for() {
    let code = "ErrorInvalidRestriction";
    let scenario = linked(Side::Creatio);
    scenario.creatio.put(activity("other", "Other"));
    scenario.settle();
    let gone = scenario.exchange.items.borrow().values().find(|item| item.record.title() == "Call").unwrap().id.clone();
    scenario.exchange.remove(&gone);
    let mut known = activity("known", "Known");
    known.facts.uid = Some("somebody's".into());
    scenario.creatio.put(known);
    *scenario.exchange.refuses.borrow_mut() = Some(code);
    for _ in 0..3 {
        scenario.creatio.edit(&"other".into(), |item| title(item).push('!'));
        let report = scenario.settle();
        assert_eq!(reasons(&report), [(Reason::Unanswered, code), (Reason::Unanswered, code)]);
        assert_eq!(report.counts.exchange.updated, 1, "the rest goes on");
        assert!(scenario.creatio.items.borrow().values().all(|item| !item.facts.canceled), "nothing counts as gone");
        assert_eq!(scenario.exchange.ids().len(), 1, "nothing is created beside it");
    }
    *scenario.exchange.refuses.borrow_mut() = None;
    scenario.run();
    assert!(scenario.creatio.items.borrow()[&"a".into()].facts.canceled, "answered, it is gone");
    assert!(scenario.run().held.iter().all(|held| held.reason != Reason::Unanswered));
}

#[test]
fn a_lost_creation_is_not_repeated_while_the_server_refuses_to_tell() {
    for done in [false, true] {
        let scenario = MemoryScenario::new(&crate::support::memory::everything());
        scenario.creatio.put(crate::support::memory::item(Side::Creatio, "a", task_at("2026-03-12")));
        scenario.exchange.faults.borrow_mut().push((Refusal::Unknown, done));
        scenario.run();
        *scenario.exchange.refuses.borrow_mut() = Some("ErrorInvalidRestriction");
        for _ in 0..2 {
            let report = scenario.run();
            assert_eq!(reasons(&report), [(Reason::Unanswered, "ErrorInvalidRestriction")]);
            assert_eq!(scenario.exchange.ids().len(), usize::from(done));
        }
        *scenario.exchange.refuses.borrow_mut() = None;
        assert!(scenario.settle().held.is_empty());
        scenario.only(Side::Exchange);
    }
}

/// A copy carries the mark of the generation before along.
#[test]
fn a_copy_of_the_event_before_is_not_what_a_later_creation_waits_for() {
    let scenario = linked(Side::Creatio);
    let (activity, exported) = (scenario.only(Side::Creatio).id, scenario.only(Side::Exchange));
    let mut copy = Item { id: "copy".into(), ..exported.clone() };
    copy.facts.uid = Some("uid-copy".into());
    copy.facts.created = Some(at("2026-03-11T08:00:00Z"));
    scenario.exchange.put(copy);
    scenario.settle();
    assert_eq!(scenario.creatio.ids().len(), 2, "it is a meeting in its own right");
    scenario.exchange.remove(&exported.id);
    scenario.creatio.edit(&activity, |item| *title(item) = "Edited".to_owned());
    scenario.exchange.faults.borrow_mut().push((Refusal::Unknown, false));
    assert_eq!(scenario.run().unfinished, 1);
    scenario.settle();
    let titles = |side: Side| -> Vec<String> {
        let mut titles: Vec<String> =
            scenario.side(side).items.borrow().values().map(|item| item.record.title().to_owned()).collect();
        titles.sort();
        titles
    };
    for side in Side::BOTH {
        assert_eq!(titles(side), ["Call", "Edited"], "{side}");
    }
}

/// A task in Creatio on a day.
fn task_at(day: &str) -> Record {
    let hour = |hour: &str| at(&format!("{day}T{hour}:00:00Z"));
    Record::Task(Task { when: TaskWhen::Timed { start: hour("10"), due: hour("11") }, ..task("Call", day) })
}

/// What a person makes of an Activity: a task of a meeting, or a meeting of a task.
fn flip(scenario: &MemoryScenario) {
    let id = scenario.only(Side::Creatio).id;
    scenario.creatio.edit(&id, |one| {
        one.record = match one.record.kind() {
            Kind::Meeting => task_at("2026-03-12"),
            Kind::Task => activity("a", "Call").record,
        };
    });
}

/// An exported pair of a kind.
fn exported(kind: Kind) -> MemoryScenario {
    let scenario = MemoryScenario::new(&crate::support::memory::everything());
    scenario.creatio.put(match kind {
        Kind::Meeting => activity("a", "Call"),
        Kind::Task => item(Side::Creatio, "a", task_at("2026-03-12")),
    });
    scenario.settle();
    scenario
}

fn other(kind: Kind) -> Kind {
    if kind == Kind::Meeting { Kind::Task } else { Kind::Meeting }
}

const REFUSALS: [(&str, bool); 7] = [
    ("lost", false),
    ("lost", true),
    ("refused", false),
    ("refused", true),
    ("stale", false),
    ("gone", false),
    ("not sent", false),
];

fn refusal(name: &str) -> Refusal {
    match name {
        "lost" => Refusal::Unknown,
        "refused" => Refusal::Rejected("code".to_owned()),
        "stale" => Refusal::Stale,
        "gone" => Refusal::Gone,
        _ => Refusal::NotSent,
    }
}

/// Runs until a full comparison has been, and one more.
fn quiet(scenario: &MemoryScenario) -> Report {
    for _ in 0..3 {
        scenario.run();
    }
    for _ in 0..4 {
        next_day(scenario);
        scenario.run();
    }
    scenario.settle()
}

#[test]
fn a_conversion_goes_on_wherever_it_broke() {
    for kind in [Kind::Meeting, Kind::Task] {
        for spared in 0..2 {
            for times in [1, 3] {
                for (name, done) in REFUSALS {
                    let what = format!("{kind:?}, after {spared} writes {times} times {name}, done {done}");
                    let scenario = exported(kind);
                    flip(&scenario);
                    scenario.exchange.spared.set(spared);
                    scenario.exchange.faults.borrow_mut().extend((0..times).map(|_| (refusal(name), done)));
                    let report = quiet(&scenario);
                    assert_eq!(report.held, [], "{what}");
                    assert_eq!(scenario.exchange.ids().len(), 1, "{what}: {:?}", scenario.exchange.ids());
                    assert_eq!(scenario.only(Side::Exchange).record.kind(), other(kind), "{what}");
                    let links = scenario.store.links.borrow();
                    let link = links.values().next().unwrap();
                    assert_eq!((links.len(), link.state, &link.former), (1, LinkState::Alive, &None), "{what}");
                    assert_eq!(*link.halves.exchange.id(), scenario.only(Side::Exchange).id, "{what}");
                }
            }
        }
    }
}

#[test]
fn a_conversion_that_broke_and_is_taken_back_leaves_all_as_it_was() {
    for kind in [Kind::Meeting, Kind::Task] {
        for spared in 0..2 {
            for (name, done) in REFUSALS {
                let what = format!("{kind:?}, after {spared} writes {name}, done {done}");
                let scenario = exported(kind);
                flip(&scenario);
                scenario.exchange.spared.set(spared);
                scenario.exchange.faults.borrow_mut().push((refusal(name), done));
                scenario.run();
                flip(&scenario);
                let report = quiet(&scenario);
                assert_eq!(report.held, [], "{what}");
                assert_eq!(scenario.exchange.ids().len(), 1, "{what}");
                assert_eq!(scenario.only(Side::Exchange).record.kind(), kind, "{what}");
            }
        }
    }
}

#[test]
fn what_a_person_wrote_into_the_old_item_meanwhile_is_not_removed_with_it() {
    let scenario = exported(Kind::Meeting);
    let old = scenario.only(Side::Exchange).id;
    flip(&scenario);
    scenario.exchange.spared.set(1);
    scenario.exchange.faults.borrow_mut().push((Refusal::NotSent, false));
    scenario.run();
    scenario.exchange.edit(&old, |item| *title(item) = "By hand".to_owned());
    for _ in 0..2 {
        let held: Vec<_> = scenario.settle().held.into_iter().map(|held| (held.reason, held.id)).collect();
        assert_eq!(held, [(Reason::ConvertAsked, Some(old.clone()))]);
        next_day(&scenario);
    }
    assert_eq!(scenario.exchange.ids().len(), 2);
    let items: Vec<Item> = scenario.exchange.items.borrow().values().cloned().collect();
    assert!(items.iter().any(|item| item.record.title() == "By hand"));
}
