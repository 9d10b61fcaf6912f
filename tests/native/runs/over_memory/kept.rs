//! What a server makes of what is written to it is no person's edit: written once more, then named,
//! never carried back.

use crate::support::memory::{Makes, Memory, at, concerned_fields, everything, title};
use crate::support::memory_scenario::{MemoryScenario, activity, event, linked, said};
use crate::support::moment::the_meeting;
use schedule_sync::engine::answer::Choice;
use schedule_sync::engine::held::Reason;
use schedule_sync::model::op::Refusal;
use schedule_sync::model::record::differences;
use schedule_sync::model::{Body, Field, Importance, Item, Record, Reminder, Side, When};
use schedule_sync::run::Report;
use std::{cell::Cell, rc::Rc};

fn meeting(record: &mut Record) -> &mut schedule_sync::model::Meeting {
    match record {
        Record::Meeting(meeting) => meeting,
        Record::Task(_) => panic!("a task"),
    }
}

/// Something that servers make of one field of what is written to them.
type Making = (Field, fn(&mut Record));

const MAKINGS: [Making; 6] = [
    (Field::Title, |record| {
        let cut: String = meeting(record).title.chars().take(5).collect();
        meeting(record).title = format!("{cut}…");
    }),
    (Field::When, |record| {
        if let When::Timed { start, end } = &mut meeting(record).when {
            *start += chrono::Duration::hours(3);
            *end += chrono::Duration::hours(3);
        }
    }),
    (Field::Place, |record| meeting(record).place = "ROOM 5".to_owned()),
    (Field::Body, |record| {
        let text = format!("{}\nSent from a trusted network", meeting(record).body.text);
        meeting(record).body = Body::from_text(&text);
    }),
    (Field::Importance, |record| meeting(record).importance = Importance::Low),
    (Field::Reminder, |record| meeting(record).reminder = Reminder::Off),
];

/// What a person writes: every field has a value that no server makes.
fn written(item: &mut Item, name: &str) {
    *title(item) = format!("{name} with a long name");
    let meeting = the_meeting(item);
    meeting.place = format!("{name}, second floor");
    meeting.body = Body::from_text(&format!("{name}: agenda"));
    meeting.importance = Importance::High;
    meeting.reminder = Reminder::Before(if name == "Call" { 15 } else { 30 });
    if name != "Call" {
        meeting.when = When::Timed { start: at("2026-03-13T10:00:00Z"), end: at("2026-03-13T11:00:00Z") };
    }
}

/// A server that does so with the next `times` writes.
fn makes(memory: &Memory, make: fn(&mut Record), times: usize) {
    let left = Cell::new(times);
    let makes: Makes = Box::new(move |_, record| {
        if left.get() > 0 {
            left.set(left.get() - 1);
            make(record);
        }
    });
    *memory.makes.borrow_mut() = Some(makes);
}

fn not_kept(report: &Report) -> Vec<Vec<Field>> {
    let held = report.held.iter().filter(|held| held.reason == Reason::NotKept);
    held.map(concerned_fields).collect()
}

/// A new meeting of `from`, or one in step that a person then edits, before the run that writes it.
fn about_to_be_written(from: Side, new: bool) -> MemoryScenario {
    let scenario = if new { MemoryScenario::new(&everything()) } else { linked(from) };
    if new {
        let mut item = match from {
            Side::Creatio => activity("a", "Call"),
            Side::Exchange => event("e", "Call"),
        };
        written(&mut item, "Call");
        scenario.side(from).put(item);
    } else {
        scenario.side(from).edit(&scenario.only(from).id, |item| written(item, "Visit"));
    }
    scenario
}

#[test]
fn what_a_server_made_of_a_value_is_written_once_more_then_named_and_never_carried_back() {
    for from in Side::BOTH {
        for new in [true, false] {
            for (field, make) in MAKINGS {
                let scenario = about_to_be_written(from, new);
                let source = scenario.only(from).record;
                makes(scenario.side(from.other()), make, usize::MAX);
                let report = scenario.run();
                assert_eq!(
                    scenario.side(from.other()).writes.get() - usize::from(!new),
                    2,
                    "{from} {new} {field}: written and corrected"
                );
                assert_eq!(not_kept(&report), [[field]], "{from} {new} {field}");
                let report = scenario.settle();
                assert_eq!(scenario.only(from).record, source, "{from} {new} {field}");
                assert_eq!(not_kept(&report), [[field]], "as long as it is so, it is named");
                let made = scenario.only(from.other()).record;
                assert!(differences(&made, &source).contains(&field), "{from} {new} {field}");
            }
        }
    }
}

#[test]
fn what_is_kept_the_second_time_is_in_step_and_nobody_is_told() {
    for from in Side::BOTH {
        for new in [true, false] {
            for (field, make) in MAKINGS {
                let scenario = about_to_be_written(from, new);
                makes(scenario.side(from.other()), make, 1);
                let report = scenario.settle();
                assert!(report.held.is_empty(), "{from} {new} {field}: {:?}", report.held);
                assert!(
                    differences(&scenario.only(from).record, &scenario.only(from.other()).record).is_empty(),
                    "{field}"
                );
            }
        }
    }
}

#[test]
fn a_success_without_effect_is_repeated_then_named() {
    for from in Side::BOTH {
        for times in [1, usize::MAX] {
            let scenario = about_to_be_written(from, false);
            let (old, new) = (scenario.only(from.other()).record, scenario.only(from).record);
            let left = Rc::new(Cell::new(times));
            let keeps: Makes = Box::new(move |before, record| {
                if let (true, Some(before)) = (left.get() > 0, before) {
                    left.set(left.get() - 1);
                    *record = before.clone();
                }
            });
            *scenario.side(from.other()).makes.borrow_mut() = Some(keeps);
            let report = scenario.settle();
            assert_eq!(scenario.only(from).record, new, "the old value is not carried back");
            if times == 1 {
                assert!(report.held.is_empty() && differences(&scenario.only(from.other()).record, &new).is_empty());
            } else {
                assert_eq!(scenario.only(from.other()).record, old);
                assert_eq!(not_kept(&report).len(), 1, "{:?}", report.held);
            }
        }
    }
}

#[test]
fn what_is_not_kept_can_be_tried_again_or_left() {
    for from in Side::BOTH {
        for (choice, heals) in [(Choice::Allow, true), (Choice::Allow, false), (Choice::Leave, false)] {
            let scenario = about_to_be_written(from, true);
            let (_, make) = MAKINGS[0];
            makes(scenario.side(from.other()), make, usize::MAX);
            let report = scenario.settle();
            if heals {
                *scenario.side(from.other()).makes.borrow_mut() = None;
            }
            let source = scenario.only(from).record;
            said(&scenario, &report, Reason::NotKept, choice);
            let report = scenario.settle();
            assert_eq!(scenario.only(from).record, source);
            assert_eq!(!not_kept(&report).is_empty(), choice == Choice::Allow && !heals, "{from} {choice:?} {heals}");
            assert_eq!(scenario.only(from.other()).record.title() == source.title(), heals);
            assert_eq!(not_kept(&scenario.settle()), not_kept(&report), "and stays so");
        }
    }
}

/// A person who edits the very field replaces what the server made; one who edits another field
/// does not.
#[test]
fn a_persons_later_edit_goes_over_and_takes_no_server_value_with_it() {
    for from in Side::BOTH {
        let scenario = about_to_be_written(from, true);
        let (_, make) = MAKINGS[0];
        makes(scenario.side(from.other()), make, usize::MAX);
        scenario.settle();
        let source = scenario.only(from).record.title().to_owned();
        scenario
            .side(from.other())
            .edit(&scenario.only(from.other()).id, |item| the_meeting(item).place = "Yard".to_owned());
        let report = scenario.settle();
        assert_eq!(scenario.only(from).record.place(), "Yard");
        assert_eq!(scenario.only(from).record.title(), source, "the cut title stays where it is");
        assert_eq!(not_kept(&report), [[Field::Title]]);
        scenario.side(from.other()).edit(&scenario.only(from.other()).id, |item| *title(item) = "Talk".to_owned());
        let report = scenario.settle();
        assert_eq!(scenario.only(from).record.title(), "Talk");
        assert!(report.held.is_empty(), "{:?}", report.held);
    }
}

/// The reply of a creation is lost, and nobody has touched what was made since: what differs is the
/// server's.
#[test]
fn what_a_server_made_of_a_creation_that_nobody_confirmed_is_not_carried_back_either() {
    for from in Side::BOTH {
        let scenario = about_to_be_written(from, true);
        let source = scenario.only(from).record;
        let (_, make) = MAKINGS[0];
        makes(scenario.side(from.other()), make, 1);
        *scenario.side(from.other()).faults.borrow_mut() = vec![(Refusal::Unknown, true)];
        scenario.run();
        for item in scenario.side(from.other()).items.borrow_mut().values_mut() {
            let stamp = Some(at("2026-03-10T09:00:01Z"));
            (item.stamp, item.facts.created) = (stamp, stamp);
        }
        let report = scenario.settle();
        assert_eq!(scenario.only(from).record, source, "{from}");
        assert_eq!(not_kept(&report), [[Field::Title]], "{from}");
    }
}

#[test]
fn an_undo_takes_back_what_the_server_changed_too() {
    for from in Side::BOTH {
        let scenario = about_to_be_written(from, false);
        let old = scenario.only(from.other()).record;
        let (_, make) = MAKINGS[0];
        makes(scenario.side(from.other()), make, usize::MAX);
        scenario.run();
        *scenario.side(from.other()).makes.borrow_mut() = None;
        let run = scenario.store.history.borrow().iter().map(|entry| entry.run).max().unwrap();
        let (done, stays) =
            scenario.with(|parts| pollster::block_on(schedule_sync::run::undo::undo(parts, run))).unwrap();
        assert_eq!((done, stays), (1, 0), "{from}");
        assert_eq!(scenario.only(from.other()).record, old, "{from}");
    }
}
