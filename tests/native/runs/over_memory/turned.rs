//! Trips of what becomes something else: an event a series, a series an event, a meeting a task,
//! whatever breaks on the way; and of questions that the server refuses.

use crate::support::memory::{at, item, task, title};
use crate::support::memory_scenario::{Trip, activity, linked};
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
fn next_day(trip: &Trip) {
    trip.clock.0.set(trip.clock.0.get() + Duration::hours(25));
}

/// The Activities that are not canceled, by the day on which they are.
fn living(trip: &Trip) -> Vec<(String, ItemId)> {
    let items = trip.creatio.items.borrow();
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

fn noted(trip: &Trip, id: &ItemId) {
    trip.creatio.edit(id, |item| {
        if let Record::Meeting(meeting) = &mut item.record {
            meeting.body = Body { text: "Notes".to_owned(), ..meeting.body.clone() };
        }
    });
}

#[test]
fn an_event_that_becomes_a_series_and_back_keeps_its_activity() {
    for from in Side::BOTH {
        for full in [false, true] {
            let trip = linked(from);
            let (known, event) = (trip.only(Side::Creatio).id, trip.only(Side::Exchange).id);
            noted(&trip, &known);
            trip.exchange.recur(&event, &weeks());
            if full {
                next_day(&trip);
            }
            let report = trip.settle();
            assert!(report.held.is_empty(), "{from} {full}: {:?}", report.held);
            let after = living(&trip);
            assert_eq!((after.len(), &after[0].1, trip.creatio.ids().len()), (3, &known, 3), "{from} {full}");
            assert_eq!(trip.exchange.items.borrow()[&format!("{event}-0312").as_str().into()].record.text(), "Notes");
            next_day(&trip);
            trip.settle();
            assert_eq!(living(&trip), after, "nothing is gone in a full comparison");

            trip.exchange.unite(&event);
            if full {
                next_day(&trip);
            }
            trip.settle();
            assert_eq!(living(&trip), after[..1], "{from} {full}");
            let links = trip.shelf.links.borrow();
            assert_eq!((&links[&known].halves.exchange.id, links[&known].state), (&event, LinkState::Alive));
        }
    }
}

#[test]
fn an_event_that_becomes_a_series_out_of_sight_sleeps() {
    for from in Side::BOTH {
        let trip = linked(from);
        let (known, event) = (trip.only(Side::Creatio).id, trip.only(Side::Exchange).id);
        trip.exchange.recur(&event, &[]);
        next_day(&trip);
        let report = trip.settle();
        assert!(report.held.is_empty());
        assert!(!trip.only(Side::Creatio).facts.canceled);
        assert_eq!(trip.shelf.links.borrow()[&known].state, LinkState::Asleep);
        trip.creatio.edit(&known, |item| *title(item) = "Edited".to_owned());
        trip.settle();
        assert!(trip.exchange.ids().is_empty(), "nothing is created beside the series");
        trip.exchange.unite(&event);
        trip.settle();
        assert_eq!(trip.only(Side::Exchange).record.title(), "Edited", "it wakes with the single event");
    }
}

#[test]
fn a_refused_question_costs_what_it_was_asked_for() {
    let code = "ErrorInvalidRestriction";
    let trip = linked(Side::Creatio);
    trip.creatio.put(activity("other", "Other"));
    trip.settle();
    let gone = trip.exchange.items.borrow().values().find(|item| item.record.title() == "Call").unwrap().id.clone();
    trip.exchange.remove(&gone);
    let mut known = activity("known", "Known");
    known.facts.uid = Some("somebody's".into());
    trip.creatio.put(known);
    *trip.exchange.refuses.borrow_mut() = Some(code);
    for _ in 0..3 {
        trip.creatio.edit(&"other".into(), |item| title(item).push('!'));
        let report = trip.settle();
        assert_eq!(reasons(&report), [(Reason::Unanswered, code), (Reason::Unanswered, code)]);
        assert_eq!(report.counts.exchange.updated, 1, "the rest goes on");
        assert!(trip.creatio.items.borrow().values().all(|item| !item.facts.canceled), "nothing counts as gone");
        assert_eq!(trip.exchange.ids().len(), 1, "nothing is created beside it");
    }
    *trip.exchange.refuses.borrow_mut() = None;
    trip.run();
    assert!(trip.creatio.items.borrow()[&"a".into()].facts.canceled, "answered, it is gone");
    assert!(trip.run().held.iter().all(|held| held.reason != Reason::Unanswered));
}

#[test]
fn a_lost_creation_is_not_repeated_while_the_server_refuses_to_tell() {
    for done in [false, true] {
        let trip = Trip::new(&crate::support::memory::everything());
        trip.creatio.put(crate::support::memory::item(Side::Creatio, "a", task_at("2026-03-12")));
        trip.exchange.faults.borrow_mut().push((Refusal::Unknown, done));
        trip.run();
        *trip.exchange.refuses.borrow_mut() = Some("ErrorInvalidRestriction");
        for _ in 0..2 {
            let report = trip.run();
            assert_eq!(reasons(&report), [(Reason::Unanswered, "ErrorInvalidRestriction")]);
            assert_eq!(trip.exchange.ids().len(), usize::from(done));
        }
        *trip.exchange.refuses.borrow_mut() = None;
        assert!(trip.settle().held.is_empty());
        trip.only(Side::Exchange);
    }
}

/// A copy carries the mark of the generation before along.
#[test]
fn a_copy_of_the_event_before_is_not_what_a_later_creation_waits_for() {
    let trip = linked(Side::Creatio);
    let (activity, exported) = (trip.only(Side::Creatio).id, trip.only(Side::Exchange));
    let mut copy = Item { id: "copy".into(), ..exported.clone() };
    copy.facts.uid = Some("uid-copy".into());
    copy.facts.created = Some(at("2026-03-11T08:00:00Z"));
    trip.exchange.put(copy);
    trip.settle();
    assert_eq!(trip.creatio.ids().len(), 2, "it is a meeting in its own right");
    trip.exchange.remove(&exported.id);
    trip.creatio.edit(&activity, |item| *title(item) = "Edited".to_owned());
    trip.exchange.faults.borrow_mut().push((Refusal::Unknown, false));
    assert_eq!(trip.run().unfinished, 1);
    trip.settle();
    let titles = |side: Side| -> Vec<String> {
        let mut titles: Vec<String> =
            trip.side(side).items.borrow().values().map(|item| item.record.title().to_owned()).collect();
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
fn flip(trip: &Trip) {
    let id = trip.only(Side::Creatio).id;
    trip.creatio.edit(&id, |one| {
        one.record = match one.record.kind() {
            Kind::Meeting => task_at("2026-03-12"),
            Kind::Task => activity("a", "Call").record,
        };
    });
}

/// An exported pair of a kind.
fn exported(kind: Kind) -> Trip {
    let trip = Trip::new(&crate::support::memory::everything());
    trip.creatio.put(match kind {
        Kind::Meeting => activity("a", "Call"),
        Kind::Task => item(Side::Creatio, "a", task_at("2026-03-12")),
    });
    trip.settle();
    trip
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
fn quiet(trip: &Trip) -> Report {
    for _ in 0..3 {
        trip.run();
    }
    for _ in 0..4 {
        next_day(trip);
        trip.run();
    }
    trip.settle()
}

#[test]
fn a_conversion_goes_on_wherever_it_broke() {
    for kind in [Kind::Meeting, Kind::Task] {
        for spared in 0..2 {
            for times in [1, 3] {
                for (name, done) in REFUSALS {
                    let what = format!("{kind:?}, after {spared} writes {times} times {name}, done {done}");
                    let trip = exported(kind);
                    flip(&trip);
                    trip.exchange.spared.set(spared);
                    trip.exchange.faults.borrow_mut().extend((0..times).map(|_| (refusal(name), done)));
                    let report = quiet(&trip);
                    assert_eq!(report.held, [], "{what}");
                    assert_eq!(trip.exchange.ids().len(), 1, "{what}: {:?}", trip.exchange.ids());
                    assert_eq!(trip.only(Side::Exchange).record.kind(), other(kind), "{what}");
                    let links = trip.shelf.links.borrow();
                    let link = links.values().next().unwrap();
                    assert_eq!((links.len(), link.state, &link.former), (1, LinkState::Alive, &None), "{what}");
                    assert_eq!(link.halves.exchange.id, trip.only(Side::Exchange).id, "{what}");
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
                let trip = exported(kind);
                flip(&trip);
                trip.exchange.spared.set(spared);
                trip.exchange.faults.borrow_mut().push((refusal(name), done));
                trip.run();
                flip(&trip);
                let report = quiet(&trip);
                assert_eq!(report.held, [], "{what}");
                assert_eq!(trip.exchange.ids().len(), 1, "{what}");
                assert_eq!(trip.only(Side::Exchange).record.kind(), kind, "{what}");
            }
        }
    }
}

#[test]
fn what_a_person_wrote_into_the_old_item_meanwhile_is_not_removed_with_it() {
    let trip = exported(Kind::Meeting);
    let old = trip.only(Side::Exchange).id;
    flip(&trip);
    trip.exchange.spared.set(1);
    trip.exchange.faults.borrow_mut().push((Refusal::NotSent, false));
    trip.run();
    trip.exchange.edit(&old, |item| *title(item) = "By hand".to_owned());
    for _ in 0..2 {
        let held: Vec<_> = trip.settle().held.into_iter().map(|held| (held.reason, held.id)).collect();
        assert_eq!(held, [(Reason::ConvertAsked, Some(old.clone()))]);
        next_day(&trip);
    }
    assert_eq!(trip.exchange.ids().len(), 2);
    let items: Vec<Item> = trip.exchange.items.borrow().values().cloned().collect();
    assert!(items.iter().any(|item| item.record.title() == "By hand"));
}
