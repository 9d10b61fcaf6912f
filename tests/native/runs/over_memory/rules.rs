//! The rules: whole runs over two sides in memory, one row of the rules after another.

use crate::support::memory::{self, Memory, MemoryStore, account, at, everything, item, meeting, task, title};
use crate::support::memory_scenario::{MemoryScenario, activity, event, guest, linked, said};
use pollster::block_on;
use schedule_sync::engine::answer::Choice;
use schedule_sync::engine::held::Reason;
use schedule_sync::engine::history::taken_back;
use schedule_sync::engine::identity;
use schedule_sync::engine::link::LinkState;
use schedule_sync::engine::settings::{Conflict, ExchangeDelete};
use schedule_sync::flat::FlatSet;
use schedule_sync::model::op::Refusal;
use schedule_sync::model::{
    Address, Body, ContactId, Item, ItemId, Occurrence, Original, Record, Response, Side, Status, Task, TaskWhen, When,
};
use schedule_sync::ports::Store;
use schedule_sync::run::{self};

#[test]
fn new_items_go_over_once_and_come_to_rest() {
    for from in Side::BOTH {
        let scenario = linked(from);
        assert_eq!(scenario.only(from.other()).record.title(), "Call");
        assert_eq!(scenario.store.links.borrow().len(), 1);
    }
}

#[test]
fn edits_flow_both_ways_and_alike_edits_agree() {
    for from in Side::BOTH {
        for editor in Side::BOTH {
            let scenario = linked(from);
            scenario.side(editor).edit(&scenario.only(editor).id, |item| *title(item) = "Visit".to_owned());
            let report = scenario.settle();
            assert_eq!(scenario.only(editor.other()).record.title(), "Visit", "{from} {editor}");
            assert_eq!(report.counts[editor.other()].updated, 1);
        }
        let scenario = linked(from);
        for side in Side::BOTH {
            scenario.side(side).edit(&scenario.only(side).id, |item| *title(item) = "Visit".to_owned());
        }
        assert!(scenario.settle().held.is_empty());
    }
}

#[test]
fn a_clash_goes_by_the_rule_and_loses_nothing_when_it_asks() {
    for (rule, creatio, exchange, held) in [
        (Conflict::Creatio, "Ours", "Ours", false),
        (Conflict::Exchange, "Theirs", "Theirs", false),
        (Conflict::Ask, "Ours", "Theirs", true),
        (Conflict::Newest, "Ours", "Theirs", true), // no stamps: not decidable
    ] {
        let scenario = linked(Side::Exchange);
        let mut settings = everything();
        settings.rules.conflict = rule;
        block_on(scenario.store.save_settings(&settings)).unwrap();
        scenario.creatio.edit(&scenario.only(Side::Creatio).id, |item| *title(item) = "Ours".to_owned());
        scenario.exchange.edit(&scenario.only(Side::Exchange).id, |item| *title(item) = "Theirs".to_owned());
        let report = scenario.settle();
        assert_eq!(scenario.only(Side::Creatio).record.title(), creatio, "{rule:?}");
        assert_eq!(scenario.only(Side::Exchange).record.title(), exchange, "{rule:?}");
        assert_eq!(report.held.iter().any(|held| held.reason == Reason::Clash), held, "{rule:?}");
    }
}

#[test]
fn the_newer_edit_wins_by_the_servers_stamps() {
    for (creatio, exchange, winner) in [
        ("2026-03-10T08:00:00Z", "2026-03-10T08:10:00Z", "Theirs"),
        ("2026-03-10T08:10:00Z", "2026-03-10T08:00:00Z", "Ours"),
    ] {
        let scenario = linked(Side::Exchange);
        scenario.creatio.edit(&scenario.only(Side::Creatio).id, |item| {
            *title(item) = "Ours".to_owned();
            item.stamp = Some(at(creatio));
        });
        scenario.exchange.edit(&scenario.only(Side::Exchange).id, |item| {
            *title(item) = "Theirs".to_owned();
            item.stamp = Some(at(exchange));
        });
        scenario.settle();
        for side in Side::BOTH {
            assert_eq!(scenario.only(side).record.title(), winner);
        }
    }
}

#[test]
fn a_deleted_event_marks_the_activity_and_nothing_comes_back() {
    for from in Side::BOTH {
        let scenario = linked(from);
        scenario.exchange.remove(&scenario.only(Side::Exchange).id);
        let report = scenario.settle();
        assert!(scenario.only(Side::Creatio).facts.canceled);
        assert_eq!((scenario.exchange.ids().len(), report.counts.creatio.deleted), (0, 1));
        assert!(scenario.store.links.borrow().values().all(|link| link.state == LinkState::Tombstone));
    }
}

#[test]
fn a_deleted_activity_removes_only_what_we_created() {
    let ours = linked(Side::Creatio);
    ours.creatio.remove(&ours.only(Side::Creatio).id);
    assert_eq!(ours.settle().counts.exchange.deleted, 1);
    assert!(ours.exchange.ids().is_empty());

    let theirs = linked(Side::Exchange);
    theirs.creatio.remove(&theirs.only(Side::Creatio).id);
    let report = theirs.settle();
    assert_eq!(theirs.exchange.ids().len(), 1, "an imported event is never removed without a word");
    assert!(report.held.iter().any(|held| held.reason == Reason::DeleteAsked));
    assert!(theirs.creatio.ids().is_empty(), "and never imported again");
}

#[test]
fn an_edit_beats_a_deletion_of_ones_own_item() {
    for deleter in Side::BOTH {
        let scenario = linked(Side::Creatio);
        scenario
            .side(deleter.other())
            .edit(&scenario.only(deleter.other()).id, |item| *title(item) = "Visit".to_owned());
        scenario.side(deleter).remove(&scenario.only(deleter).id);
        scenario.settle();
        for side in Side::BOTH {
            assert_eq!(scenario.only(side).record.title(), "Visit", "deleted on {deleter}");
        }
    }
}

#[test]
fn a_lost_reply_of_a_create_leaves_exactly_one() {
    for (from, kind) in
        [(Side::Creatio, "meeting"), (Side::Creatio, "task"), (Side::Exchange, "meeting"), (Side::Exchange, "task")]
    {
        for carried_out in [true, false] {
            let scenario = MemoryScenario::new(&everything());
            let record = match (kind, from) {
                ("meeting", _) => Record::Meeting(meeting("Call", "2026-03-12T10:00:00Z")),
                (_, Side::Exchange) => Record::Task(task("Call", "2026-03-12")),
                (_, Side::Creatio) => Record::Task(schedule_sync::model::Task {
                    when: TaskWhen::Timed { start: at("2026-03-12T06:00:00Z"), due: at("2026-03-12T07:00:00Z") },
                    ..task("Call", "2026-03-12")
                }),
            };
            scenario.side(from).put(item(from, "x", record));
            scenario.side(from.other()).faults.borrow_mut().push((Refusal::Unknown, carried_out));
            assert_eq!(scenario.run().unfinished, 1);
            scenario.settle();
            scenario.only(from.other());
            scenario.only(from);
            assert!(scenario.store.links.borrow().values().all(|link| link.state == LinkState::Alive));
        }
    }
}

#[test]
fn a_lost_store_makes_no_duplicates() {
    for from in Side::BOTH {
        let scenario = linked(from);
        let fresh = MemoryScenario { store: MemoryStore::default(), ..scenario };
        block_on(fresh.store.save_settings(&everything())).unwrap();
        let report = fresh.settle();
        fresh.only(Side::Creatio);
        fresh.only(Side::Exchange);
        assert_eq!((report.counts.creatio.created, report.counts.exchange.created), (0, 0));
        assert_eq!(fresh.store.links.borrow().len(), 1);
    }
}

#[test]
fn a_copy_of_an_exported_event_is_an_event_in_its_own_right() {
    let scenario = linked(Side::Creatio);
    let mut copy = scenario.only(Side::Exchange);
    copy.id = "copy".into();
    copy.facts.uid = Some("uid-copy".into());
    copy.facts.transaction = None;
    scenario.exchange.put(copy);
    scenario.settle();
    assert_eq!((scenario.creatio.ids().len(), scenario.exchange.ids().len()), (2, 2));
}

#[test]
fn what_the_built_in_sync_noted_is_adopted() {
    let uid = |mut item: Item, uid: &str| {
        item.facts.uid = Some(uid.into());
        item
    };
    let noted = |id: &str, name: &str, activity: &str| {
        let mut event = uid(event(id, name), &format!("uid-{id}"));
        event.facts.local = Some(activity.into());
        event
    };
    let dated = TaskWhen::Timed { start: at("2026-03-12T10:00:00Z"), due: at("2026-03-12T11:00:00Z") };
    let task = Record::Task(Task { when: dated, ..task("Call", "2026-03-12") });
    // what is there, how many links and Activities there are then, and to which Activity the event
    // `e` belongs
    for (what, activities, events, counts, of) in [
        ("by the note alone", vec![activity("a", "Call")], vec![noted("e", "Visit", "a")], (1, 1), Some("a")),
        ("nobody's note", vec![activity("a", "Call")], vec![noted("e", "Visit", "x")], (2, 2), None),
        ("of another kind", vec![item(Side::Creatio, "a", task)], vec![noted("e", "Visit", "a")], (2, 2), None),
        (
            "the UID comes first",
            vec![activity("a", "Call"), uid(activity("b", "Talk"), "uid-e")],
            vec![noted("e", "Visit", "a")],
            (2, 2),
            Some("b"),
        ),
        (
            "a copy is an event in its own right",
            vec![activity("a", "Call")],
            vec![noted("e", "Visit", "a"), noted("f", "Copy", "a")],
            (2, 2),
            Some("a"),
        ),
    ] {
        let scenario = MemoryScenario::new(&everything());
        activities.into_iter().for_each(|activity| scenario.creatio.put(activity));
        events.into_iter().for_each(|event| scenario.exchange.put(event));
        scenario.settle();
        let links = scenario.store.links.borrow();
        assert_eq!((links.len(), scenario.creatio.ids().len()), counts, "{what}");
        let linked =
            links.values().find(|link| link.halves.exchange.id().as_str() == "e").unwrap().halves.creatio.id().as_str();
        assert!(of.map_or(linked != "a", |of| linked == of), "{what}: {linked}");
        drop(links);
        scenario.exchange.put(noted("late", "Later", "a"));
        scenario.settle();
        assert_eq!(scenario.creatio.ids().len(), counts.1 + 1, "{what}: what is linked takes no copy");
    }
}

#[test]
fn look_alikes_are_adopted_when_unique_and_reported_when_not() {
    let scenario = MemoryScenario::new(&everything());
    scenario.exchange.put(event("e", "Call"));
    scenario.creatio.put(activity("a", "Call"));
    scenario.settle();
    scenario.only(Side::Creatio);
    scenario.only(Side::Exchange);

    let scenario = MemoryScenario::new(&everything());
    scenario.exchange.put(event("e", "Call"));
    scenario.creatio.put(activity("a", "Call"));
    scenario.creatio.put(activity("b", "Call"));
    let report = scenario.settle();
    assert_eq!((scenario.creatio.ids().len(), scenario.exchange.ids().len()), (2, 1));
    assert!(report.held.iter().any(|held| held.reason == Reason::Ambiguous));
}

#[test]
fn directions_are_kept() {
    let mut import_only = everything();
    import_only.export.on = false;
    let mut export_only = everything();
    export_only.import_meetings.on = false;
    for (settings, source) in [(import_only, Side::Exchange), (export_only, Side::Creatio)] {
        let scenario = MemoryScenario::new(&settings);
        scenario.exchange.put(event("e", "Theirs"));
        scenario.creatio.put(activity("a", "Ours"));
        scenario.settle();
        assert_eq!(scenario.side(source).ids().len(), 1, "the source is never written to");
        assert_eq!(scenario.side(source.other()).ids().len(), 2);
        let target = scenario.side(source.other());
        let copy = target.ids().into_iter().find(|id| id.as_str() != "a" && id.as_str() != "e").unwrap();
        target.edit(&copy, |item| *title(item) = "Edited".to_owned());
        scenario.settle();
        assert_eq!(target.items.borrow()[&copy].record.title(), "Edited", "an edit on the target stays");
        target.remove(&copy);
        scenario.settle();
        assert_eq!(
            (scenario.side(source).ids().len(), target.ids().len()),
            (1, 1),
            "a deletion on the target puts to sleep"
        );
    }
}

#[test]
fn an_all_day_event_is_two_dates_in_every_zone() {
    let scenario = MemoryScenario::new(&everything());
    let mut all_day = meeting("Fair", "2026-03-12T10:00:00Z");
    all_day.when = When::AllDay { first: "2026-03-12".parse().unwrap(), end: "2026-03-14".parse().unwrap() };
    scenario.exchange.put(item(Side::Exchange, "e", Record::Meeting(all_day)));
    scenario.settle();
    let copy = scenario.only(Side::Creatio);
    let Record::Meeting(made) = &copy.record else { panic!() };
    assert_eq!(made.when, When::Timed { start: at("2026-03-11T21:00:00Z"), end: at("2026-03-13T21:00:00Z") });
    scenario.creatio.edit(&copy.id, |item| {
        let Record::Meeting(meeting) = &mut item.record else { panic!() };
        meeting.when = When::Timed { start: at("2026-03-12T21:00:00Z"), end: at("2026-03-13T21:00:00Z") };
    });
    scenario.settle();
    let Record::Meeting(event) = scenario.only(Side::Exchange).record else { panic!() };
    assert_eq!(event.when, When::AllDay { first: "2026-03-13".parse().unwrap(), end: "2026-03-14".parse().unwrap() });
}

#[test]
fn a_task_keeps_its_time_of_day_and_what_creatio_cannot_hold() {
    let scenario = MemoryScenario::new(&everything());
    let mut waiting = task("Offer", "2026-03-12");
    waiting.status = Status::Waiting;
    waiting.title = "x".repeat(510);
    scenario.exchange.put(item(Side::Exchange, "t", Record::Task(waiting)));
    scenario.settle();
    let copy = scenario.only(Side::Creatio);
    let Record::Task(made) = &copy.record else { panic!() };
    assert_eq!((made.status, made.title.len()), (Status::NotStarted, 500));
    scenario.creatio.edit(&copy.id, |item| {
        let Record::Task(task) = &mut item.record else { panic!() };
        task.when = TaskWhen::Timed { start: at("2026-03-12T07:30:00Z"), due: at("2026-03-12T12:15:00Z") };
    });
    scenario.settle();
    scenario.exchange.edit(&"t".into(), |item| {
        let Record::Task(task) = &mut item.record else { panic!() };
        task.when = TaskWhen::Days { start: None, due: Some("2026-03-20".parse().unwrap()) };
    });
    scenario.settle();
    let (Record::Task(there), Record::Task(here)) =
        (scenario.only(Side::Exchange).record, scenario.only(Side::Creatio).record)
    else {
        panic!()
    };
    assert_eq!((there.status, there.title.len()), (Status::Waiting, 510), "what can't be carried is kept");
    assert_eq!(here.when, TaskWhen::Timed { start: at("2026-03-20T07:30:00Z"), due: at("2026-03-20T12:15:00Z") });
}

#[test]
fn known_attendees_become_participants_and_nobody_is_mailed() {
    let scenario = MemoryScenario::new(&everything());
    scenario.creatio.people.borrow_mut().insert(Address::parse("anna@fabrikam.example").unwrap(), "anna".into());
    let mut invited = event("e", "Call");
    invited.facts.attendees = 2;
    if let Record::Meeting(meeting) = &mut invited.record {
        meeting.people = vec![guest("anna@fabrikam.example"), guest("unknown@fabrikam.example")];
    }
    scenario.exchange.put(invited);
    scenario.settle();
    let copy = scenario.only(Side::Creatio);
    let Record::Meeting(made) = &copy.record else { panic!() };
    let contacts: Vec<Option<ContactId>> = made.people.iter().map(|person| person.contact.clone()).collect();
    assert_eq!(contacts, [Some("anna".into())]);
    let before = scenario.exchange.writes.get();
    scenario.creatio.edit(&copy.id, |item| {
        let Record::Meeting(meeting) = &mut item.record else { panic!() };
        meeting.place = "Elsewhere".to_owned();
        meeting.people.clear();
    });
    let report = scenario.settle();
    assert_eq!(scenario.exchange.writes.get(), before, "a change of place would mail the attendees");
    assert!(report.held.iter().any(|held| held.reason == Reason::WouldMail));
}

#[test]
fn a_body_with_a_table_is_never_overwritten_unasked() {
    let scenario = MemoryScenario::new(&everything());
    let mut rich = event("e", "Call");
    if let Record::Meeting(meeting) = &mut rich.record {
        meeting.body = Body::from_html("<table><tr><td>Prices</td></tr></table>");
    }
    scenario.exchange.put(rich);
    scenario.settle();
    scenario.creatio.edit(&scenario.only(Side::Creatio).id, |item| {
        let Record::Meeting(meeting) = &mut item.record else { panic!() };
        meeting.body = Body::from_text("new");
        meeting.place = "Here".to_owned();
    });
    let report = scenario.settle();
    let Record::Meeting(event) = scenario.only(Side::Exchange).record else { panic!() };
    assert_eq!((event.body.text.as_str(), event.place.as_str()), ("Prices", "Here"));
    assert!(report.held.iter().any(|held| held.reason == Reason::RichBody));
}

#[test]
fn what_the_organizer_owns_is_put_back() {
    let scenario = MemoryScenario::new(&everything());
    let mut invitation = event("e", "Call");
    invitation.facts.organized_by_other = true;
    invitation.facts.attendees = 1;
    scenario.exchange.put(invitation);
    scenario.settle();
    scenario.creatio.edit(&scenario.only(Side::Creatio).id, |item| *title(item) = "Mine".to_owned());
    scenario.settle();
    for side in Side::BOTH {
        assert_eq!(scenario.only(side).record.title(), "Call");
    }
}

#[test]
fn many_deletions_are_held_by_name() {
    let scenario = MemoryScenario::new(&everything());
    for n in 0..40 {
        scenario.exchange.put(event(&format!("e{n:02}"), &format!("Call {n}")));
    }
    scenario.settle();
    for id in scenario.exchange.ids().iter().take(11) {
        scenario.exchange.remove(id);
    }
    let report = scenario.settle();
    assert_eq!(report.counts.creatio.deleted, 0);
    assert_eq!(report.held.iter().filter(|held| held.reason == Reason::ManyDeletions).count(), 11);
}

#[test]
fn a_meeting_turned_into_a_task_is_converted() {
    let scenario = linked(Side::Creatio);
    scenario.creatio.edit(&"a".into(), |item| {
        item.record = Record::Task(schedule_sync::model::Task {
            when: TaskWhen::Timed { start: at("2026-03-12T10:00:00Z"), due: at("2026-03-12T11:00:00Z") },
            ..task("Call", "2026-03-12")
        });
    });
    scenario.settle();
    assert!(matches!(scenario.only(Side::Exchange).record, Record::Task(_)));
    assert_eq!(scenario.only(Side::Exchange).container.as_str(), memory::LIST);
}

#[test]
fn a_private_event_shows_only_its_times() {
    let scenario = MemoryScenario::new(&everything());
    let mut private = event("e", "Doctor");
    private.facts.private = true;
    scenario.exchange.put(private);
    scenario.settle();
    assert_eq!(scenario.only(Side::Creatio).record.title(), "Private meeting");
    let id: ItemId = scenario.only(Side::Creatio).id;
    scenario.creatio.edit(&id, |item| *title(item) = "Mine".to_owned());
    scenario.creatio.edit(&id, |_| {});
    scenario.settle();
    assert_eq!(scenario.only(Side::Exchange).record.title(), "Doctor");
    scenario.creatio.remove(&id);
    scenario.settle();
    assert_eq!(scenario.exchange.ids().len(), 1);
}

#[test]
fn a_clash_is_settled_by_a_persons_choice() {
    for (winner, value) in [(Side::Creatio, "Ours"), (Side::Exchange, "Theirs")] {
        let scenario = linked(Side::Exchange);
        scenario.creatio.edit(&scenario.only(Side::Creatio).id, |item| *title(item) = "Ours".to_owned());
        scenario.exchange.edit(&scenario.only(Side::Exchange).id, |item| *title(item) = "Theirs".to_owned());
        let report = scenario.settle();
        said(&scenario, &report, Reason::Clash, Choice::Take(winner));
        let report = scenario.settle();
        for side in Side::BOTH {
            assert_eq!(scenario.only(side).record.title(), value);
        }
        assert!(report.held.is_empty(), "{:?}", report.held);
    }
}

#[test]
fn an_asked_deletion_is_allowed_or_left() {
    for (choice, left) in [(Choice::Allow, 0), (Choice::Leave, 1)] {
        let scenario = linked(Side::Exchange);
        scenario.creatio.remove(&scenario.only(Side::Creatio).id);
        let report = scenario.settle();
        said(&scenario, &report, Reason::DeleteAsked, choice);
        let report = scenario.settle();
        assert_eq!(scenario.exchange.ids().len(), left);
        assert!(report.held.is_empty(), "{:?}", report.held);
        assert!(scenario.creatio.ids().is_empty());
    }
}

#[test]
fn an_allowed_change_may_mail_and_only_that_one() {
    let scenario = MemoryScenario::new(&everything());
    let mut invited = event("e", "Call");
    invited.facts.attendees = 1;
    scenario.exchange.put(invited);
    scenario.settle();
    let id = scenario.only(Side::Creatio).id;
    let place = |text: &'static str| {
        move |item: &mut Item| {
            let Record::Meeting(meeting) = &mut item.record else { panic!() };
            meeting.place = text.to_owned();
        }
    };
    scenario.creatio.edit(&id, place("Here"));
    let report = scenario.settle();
    said(&scenario, &report, Reason::WouldMail, Choice::Allow);
    scenario.settle();
    let there = |scenario: &MemoryScenario| match scenario.only(Side::Exchange).record {
        Record::Meeting(meeting) => meeting.place,
        Record::Task(_) => panic!(),
    };
    assert_eq!(there(&scenario), "Here");
    scenario.creatio.edit(&id, place("There"));
    let report = scenario.settle();
    assert_eq!(there(&scenario), "Here", "the answer was for one change");
    assert!(report.held.iter().any(|held| held.reason == Reason::WouldMail));
}

#[test]
fn held_deletions_go_on_when_allowed() {
    let scenario = MemoryScenario::new(&everything());
    for n in 0..40 {
        scenario.exchange.put(event(&format!("e{n:02}"), &format!("Call {n}")));
    }
    scenario.settle();
    for id in scenario.exchange.ids().iter().take(11) {
        scenario.exchange.remove(id);
    }
    let report = scenario.settle();
    said(&scenario, &report, Reason::ManyDeletions, Choice::Allow);
    let report = scenario.settle();
    assert_eq!((report.counts.creatio.deleted, report.held.len()), (11, 0));
}

#[test]
fn deletions_of_one_day_are_counted_together() {
    let scenario = MemoryScenario::new(&everything());
    for n in 0..40 {
        scenario.exchange.put(event(&format!("e{n:02}"), &format!("Call {n}")));
    }
    scenario.settle();
    for (n, expected) in [(6, 6), (6, 0)] {
        for id in scenario.exchange.ids().iter().take(n) {
            scenario.exchange.remove(id);
        }
        assert_eq!(scenario.settle().counts.creatio.deleted, expected);
    }
}

/// What a person allowed by name, and the old item of a conversion, are no deletions of the day.
#[test]
fn what_a_person_allowed_leaves_the_deletions_of_the_day_as_they_are() {
    let scenario = MemoryScenario::new(&everything());
    for n in 0..40 {
        scenario.exchange.put(event(&format!("e{n:02}"), &format!("Call {n}")));
    }
    scenario.settle();
    let remove = |count: usize| {
        for id in scenario.exchange.ids().iter().take(count) {
            scenario.exchange.remove(id);
        }
    };
    remove(11);
    let report = scenario.settle();
    said(&scenario, &report, Reason::ManyDeletions, Choice::Allow);
    assert_eq!(scenario.settle().counts.creatio.deleted, 11);
    remove(10);
    assert_eq!(scenario.settle().counts.creatio.deleted, 10, "none of the eleven counts");
    remove(1);
    assert_eq!(scenario.settle().counts.creatio.deleted, 0, "each of the ten does");
}

#[test]
fn the_old_items_of_conversions_leave_the_deletions_of_the_day_as_they_are() {
    let scenario = MemoryScenario::new(&everything());
    for n in 0..21 {
        scenario.creatio.put(activity(&format!("a{n:02}"), &format!("Call {n}")));
    }
    scenario.settle();
    let ids = scenario.creatio.ids();
    for id in ids.iter().take(11) {
        scenario.creatio.edit(id, |item| {
            let when = TaskWhen::Timed { start: at("2026-03-12T10:00:00Z"), due: at("2026-03-12T11:00:00Z") };
            let title = item.record.title().to_owned();
            item.record = Record::Task(schedule_sync::model::Task { when, ..task(&title, "2026-03-12") });
        });
    }
    assert_eq!(scenario.settle().counts.exchange.deleted, 11);
    for id in ids.iter().skip(11) {
        scenario.creatio.remove(id);
    }
    let report = scenario.settle();
    assert_eq!(report.counts.exchange.deleted, 10, "{:?}", report.held);
}

#[test]
fn an_imported_meeting_is_completed_after_its_end_unless_somebody_touched_it() {
    let scenario = linked(Side::Exchange);
    scenario.clock.0.set(at("2026-03-12T11:00:00Z"));
    scenario.settle();
    assert_eq!(scenario.only(Side::Creatio).facts.status, Some(Status::Completed));

    let scenario = linked(Side::Exchange);
    scenario.creatio.edit(&scenario.only(Side::Creatio).id, |item| item.facts.status = Some(Status::InProgress));
    scenario.settle();
    scenario.clock.0.set(at("2026-03-12T11:00:00Z"));
    scenario.settle();
    assert_eq!(scenario.only(Side::Creatio).facts.status, Some(Status::InProgress));

    let scenario = linked(Side::Creatio);
    scenario.clock.0.set(at("2026-03-12T11:00:00Z"));
    scenario.settle();
    assert_eq!(scenario.only(Side::Creatio).facts.status, Some(Status::NotStarted), "a person's own meeting is theirs");
}

#[test]
fn a_canceled_activity_that_is_opened_again_comes_back() {
    let scenario = linked(Side::Creatio);
    let canceled = |on: bool| {
        move |item: &mut Item| {
            item.facts.canceled = on;
            item.facts.status = Some(if on { Status::Canceled } else { Status::NotStarted });
        }
    };
    scenario.creatio.edit(&"a".into(), canceled(true));
    scenario.settle();
    assert!(scenario.exchange.ids().is_empty());
    scenario.creatio.edit(&"a".into(), canceled(false));
    scenario.settle();
    assert_eq!(scenario.only(Side::Exchange).record.title(), "Call");
}

#[test]
fn a_canceled_activity_that_is_opened_again_meets_the_event_that_was_left() {
    let scenario = linked(Side::Creatio);
    let mut settings = everything();
    settings.rules.exchange_delete = ExchangeDelete::Leave;
    block_on(scenario.store.save_settings(&settings)).unwrap();
    for status in [Status::Canceled, Status::NotStarted] {
        scenario.creatio.edit(&"a".into(), |item| {
            item.facts.canceled = status == Status::Canceled;
            item.facts.status = Some(status);
        });
        scenario.settle();
        assert_eq!(scenario.exchange.ids().len(), 1, "{status:?}: neither removed nor there twice");
    }
    scenario.creatio.edit(&"a".into(), |item| *title(item) = "Visit".to_owned());
    scenario.settle();
    assert_eq!(scenario.only(Side::Exchange).record.title(), "Visit", "the pair lives again");
}

#[test]
fn of_two_tasks_for_one_activity_the_older_stays() {
    let due = TaskWhen::Timed { start: at("2026-03-12T06:00:00Z"), due: at("2026-03-12T07:00:00Z") };
    let offer = Record::Task(schedule_sync::model::Task { when: due, ..task("Offer", "2026-03-12") });
    for (edited, left) in [(false, 1), (true, 2)] {
        let scenario = MemoryScenario::new(&everything());
        scenario.creatio.put(item(Side::Creatio, "a", offer.clone()));
        scenario.settle();
        let mut second = scenario.only(Side::Exchange);
        second.id = "second".into();
        if edited {
            *title(&mut second) = "Edited".to_owned();
        }
        scenario.exchange.put(second);
        let report = scenario.settle();
        assert_eq!((scenario.creatio.ids().len(), scenario.exchange.ids().len()), (1, left));
        assert_eq!(report.held.iter().any(|held| held.reason == Reason::SecondTask), edited);
    }
}

#[test]
fn a_persons_own_text_survives_a_meeting_that_turns_private() {
    let scenario = linked(Side::Exchange);
    scenario.creatio.edit(&scenario.only(Side::Creatio).id, |item| *title(item) = "Mine".to_owned());
    scenario.exchange.edit(&scenario.only(Side::Exchange).id, |item| item.facts.private = true);
    let report = scenario.settle();
    assert_eq!(scenario.only(Side::Creatio).record.title(), "Mine");
    assert_eq!(scenario.only(Side::Exchange).record.title(), "Call");
    assert!(report.held.iter().any(|held| held.reason == Reason::Clash));
}

#[test]
fn a_colleagues_activity_for_the_same_meeting_is_joined_not_copied() {
    let first = MemoryScenario::new(&everything());
    first.exchange.put(event("e", "Call"));
    first.settle();
    let mut activity = first.only(Side::Creatio);
    activity.facts.owner = Some("colleague".into());
    activity.facts.involves_me = false;
    let scenario = MemoryScenario::new(&everything());
    scenario.creatio.put(activity);
    let mut copy = event("e", "Call");
    copy.id = "my-copy".into();
    copy.facts.organized_by_other = true;
    if let Record::Meeting(meeting) = &mut copy.record {
        meeting.response = Response::Confirmed;
        meeting.title = "Call, renamed".to_owned();
    }
    scenario.exchange.put(copy);
    scenario.settle();
    let Record::Meeting(joined) = scenario.only(Side::Creatio).record else { panic!() };
    assert_eq!((joined.response, joined.title.as_str()), (Response::Confirmed, "Call"), "only the own row is written");
    scenario.only(Side::Exchange);
}

fn runs(scenario: &MemoryScenario) -> Vec<schedule_sync::model::Instant> {
    let mut runs: Vec<_> = block_on(scenario.store.history()).unwrap().into_iter().map(|entry| entry.run).collect();
    runs.dedup();
    runs
}

/// Undoes the last run: how many writes were taken back, how many were not.
fn undo(scenario: &MemoryScenario) -> (usize, usize) {
    let last = runs(scenario)[0];
    scenario.with(|parts| block_on(run::undo::undo(parts, last)).unwrap())
}

#[test]
fn an_undone_run_is_taken_back_and_rests_until_a_person_edits() {
    let scenario = linked(Side::Exchange);
    scenario.clock.0.set(at("2026-03-10T10:00:00Z"));
    scenario.exchange.edit(&"e".into(), |item| *title(item) = "Visit".to_owned());
    scenario.settle();
    assert_eq!(undo(&scenario), (1, 0));
    scenario.settle();
    assert_eq!(scenario.only(Side::Creatio).record.title(), "Call", "taken back, and it stays so");
    assert_eq!(scenario.only(Side::Exchange).record.title(), "Visit", "the source stays");
    scenario.exchange.edit(&"e".into(), |item| *title(item) = "Lunch".to_owned());
    scenario.settle();
    assert_eq!(scenario.only(Side::Creatio).record.title(), "Lunch");
}

#[test]
fn an_undone_creation_is_removed_and_not_created_again() {
    for from in Side::BOTH {
        let scenario = linked(from);
        assert_eq!(undo(&scenario), (1, 0), "{from}");
        let report = scenario.settle();
        assert_eq!((scenario.side(from).ids().len(), scenario.side(from.other()).ids().len()), (1, 0), "{from}");
        assert!(report.held.is_empty(), "{:?}", report.held);
    }
}

#[test]
fn an_undone_deletion_brings_back_what_was_removed() {
    let scenario = linked(Side::Creatio);
    scenario.clock.0.set(at("2026-03-10T10:00:00Z"));
    scenario.creatio.remove(&"a".into());
    scenario.settle();
    assert!(scenario.exchange.ids().is_empty());
    assert_eq!(undo(&scenario), (1, 0));
    scenario.settle();
    assert_eq!((scenario.only(Side::Exchange).record.title(), scenario.creatio.ids().len()), ("Call", 0));

    let scenario = linked(Side::Exchange);
    scenario.clock.0.set(at("2026-03-10T10:00:00Z"));
    scenario.exchange.remove(&"e".into());
    scenario.settle();
    assert_eq!(undo(&scenario), (1, 0));
    scenario.settle();
    assert!(!scenario.only(Side::Creatio).facts.canceled);
}

/// Another browser, whose link does not rest, has exported the Activity once more by then.
#[test]
fn a_creation_that_was_taken_back_and_made_again_elsewhere_is_not_made_a_third_time() {
    let scenario = MemoryScenario::new(&everything());
    scenario.exchange.late_uids.set(true);
    scenario.creatio.put(activity("a", "Call"));
    scenario.settle();
    assert_eq!(undo(&scenario), (1, 0));
    let MemoryScenario { creatio, exchange, store, clock } = scenario;
    let other = MemoryScenario { creatio, exchange, store: MemoryStore::default(), clock };
    block_on(other.store.save_settings(&everything())).unwrap();
    other.settle();
    let there = other.only(Side::Exchange).id;
    let scenario = MemoryScenario { store, ..other };
    assert_eq!(undo(&scenario), (0, 1), "there is one again");
    assert_eq!(scenario.only(Side::Exchange).id, there);
}

#[test]
fn an_undo_stands_in_the_history_and_can_be_undone_itself() {
    let scenario = linked(Side::Exchange);
    scenario.clock.0.set(at("2026-03-10T10:00:00Z"));
    scenario.exchange.edit(&"e".into(), |item| *title(item) = "Visit".to_owned());
    scenario.settle();
    let edited = runs(&scenario)[0];
    let back = || taken_back(&block_on(scenario.store.history()).unwrap()).get(&edited).copied().unwrap_or_default();
    for (after, count) in [("Call", 1), ("Visit", 0), ("Call", 1)] {
        let before = runs(&scenario).len();
        assert_eq!(undo(&scenario), (1, 0), "{after}");
        assert_eq!((scenario.only(Side::Creatio).record.title(), back()), (after, count));
        assert_eq!(runs(&scenario).len(), before + 1, "the undo is a run of its own, after all others");
        let newest = block_on(scenario.store.history()).unwrap().remove(0);
        let titles = (newest.before.unwrap(), newest.after.unwrap());
        assert_eq!(titles.1.title(), after);
        assert_ne!(titles.0.title(), after);
    }
}

#[test]
fn what_could_not_be_taken_back_does_not_stand_as_taken_back() {
    for (refusal, noted) in [(Refusal::Rejected("no".to_owned()), 0), (Refusal::Stale, 0), (Refusal::Unknown, 1)] {
        let scenario = linked(Side::Exchange);
        let first = runs(&scenario)[0];
        scenario.creatio.faults.borrow_mut().push((refusal, false));
        assert_eq!(undo(&scenario), (0, 1));
        let back = taken_back(&block_on(scenario.store.history()).unwrap());
        assert_eq!(back.get(&first).copied().unwrap_or_default(), noted);
    }
}

#[test]
fn what_somebody_wrote_since_is_not_taken_back() {
    let scenario = linked(Side::Exchange);
    scenario.clock.0.set(at("2026-03-10T10:00:00Z"));
    scenario.exchange.edit(&"e".into(), |item| *title(item) = "Visit".to_owned());
    scenario.settle();
    scenario.creatio.edit(&scenario.only(Side::Creatio).id, |item| *title(item) = "Newer".to_owned());
    assert_eq!(undo(&scenario), (0, 1));
    assert_eq!(scenario.only(Side::Creatio).record.title(), "Newer");
}

/// A weekly series of `count` occurrences at `hour` o'clock, from 11 March 2026 on, `days` apart.
fn occurrences(scenario: &MemoryScenario, prefix: &str, (count, days, hour): (u64, u64, u32)) {
    for n in 0..count {
        let day = chrono::NaiveDate::from_ymd_opt(2026, 3, 11).unwrap() + chrono::Days::new(n * days);
        let start = day.and_hms_opt(hour, 0, 0).unwrap().and_utc();
        let mut one = event(&format!("{prefix}{n}"), "Weekly");
        one.facts.uid = Some(format!("uid-{prefix}{n}").as_str().into());
        one.facts.occurrence = Some(Occurrence { master: "master".into(), original: Original::At(start) });
        if let Record::Meeting(meeting) = &mut one.record {
            meeting.when = When::Timed { start, end: start + chrono::Duration::hours(1) };
        }
        scenario.exchange.put(one);
    }
}

#[test]
fn a_series_that_changes_its_pattern_keeps_its_activities() {
    // (new count, days apart, hour), activities kept, held
    for (pattern, kept, held) in [((4, 7, 15), 4, 0), ((4, 8, 15), 4, 0), ((3, 8, 15), 3, 1), ((6, 8, 15), 4, 2)] {
        let scenario = MemoryScenario::new(&everything());
        occurrences(&scenario, "old", (4, 7, 10));
        scenario.settle();
        let before = scenario.creatio.ids();
        for id in scenario.exchange.ids() {
            scenario.exchange.remove(&id);
        }
        occurrences(&scenario, "new", pattern);
        let report = scenario.settle();
        assert_eq!(scenario.creatio.ids(), before, "{pattern:?}: no Activity is new");
        let starts = |memory: &Memory| -> FlatSet<String> {
            memory.items.borrow().values().map(|item| format!("{:?}", memory::when(item))).collect()
        };
        assert_eq!(starts(&scenario.creatio).intersection(&starts(&scenario.exchange)).count(), kept, "{pattern:?}");
        assert_eq!(report.held.iter().filter(|h| h.reason == Reason::Series).count(), held, "{pattern:?}");
        assert_eq!(report.counts.creatio.deleted, 0, "{pattern:?}");
        if held > 0 {
            said(&scenario, &report, Reason::Series, Choice::Allow);
            let report = scenario.settle();
            assert!(report.held.is_empty(), "{pattern:?} {:?}", report.held);
        }
    }
}

#[test]
fn one_deleted_occurrence_is_the_deletion_of_that_one() {
    let scenario = MemoryScenario::new(&everything());
    occurrences(&scenario, "o", (4, 7, 10));
    scenario.settle();
    scenario.exchange.remove(&"o2".into());
    let report = scenario.settle();
    assert_eq!((report.counts.creatio.deleted, report.held.len()), (1, 0));
}

#[test]
fn a_deleted_activity_of_a_past_meeting_is_asked_about_too() {
    let scenario = MemoryScenario::new(&everything());
    scenario.exchange.put(item(Side::Exchange, "e", Record::Meeting(meeting("Call", "2026-03-05T10:00:00Z"))));
    scenario.settle();
    scenario.creatio.remove(&scenario.only(Side::Creatio).id);
    let report = scenario.settle();
    assert!(report.held.iter().any(|held| held.reason == Reason::DeleteAsked), "{:?}", report.held);
}

#[test]
fn an_event_of_ours_whose_activity_is_gone_is_removed_only_on_a_persons_word() {
    for (choice, left) in [(Choice::Allow, 0), (Choice::Leave, 1)] {
        let scenario = linked(Side::Creatio);
        scenario.creatio.remove(&"a".into());
        let lost = MemoryScenario { store: MemoryStore::default(), ..scenario };
        block_on(lost.store.save_settings(&everything())).unwrap();
        let report = lost.settle();
        assert_eq!((lost.exchange.ids().len(), lost.creatio.ids().len()), (1, 0), "never a new item");
        said(&lost, &report, Reason::DeleteAsked, choice);
        let report = lost.settle();
        assert_eq!((lost.exchange.ids().len(), report.held.len()), (left, 0));
    }
}

#[test]
fn a_base_of_an_earlier_generation_than_the_mark_counts_as_none() {
    // the title in the mailbox was changed earlier than the Activity: with a base it would go over,
    // without one the newer item's stays
    for (generation, title_after) in [(0, "Theirs"), (1, "Call"), (7, "Call")] {
        let scenario = linked(Side::Creatio);
        let (made, activity) = (scenario.only(Side::Exchange), scenario.only(Side::Creatio));
        let mark = identity::mark(&activity.id, &account(), generation);
        let transaction = identity::transaction(&activity.id, &account(), generation);
        scenario.exchange.remove(&made.id);
        let mut again = Item { id: "again".into(), stamp: Some(at("2026-03-10T08:00:00Z")), ..made };
        (again.facts.mark, again.facts.transaction) = (Some(mark), Some(transaction));
        *title(&mut again) = "Theirs".to_owned();
        scenario.exchange.put(again);
        scenario.creatio.edit(&activity.id, |item| item.stamp = Some(at("2026-03-10T08:30:00Z")));
        scenario.settle();
        for side in Side::BOTH {
            assert_eq!(scenario.only(side).record.title(), title_after, "{side} {generation}");
        }
        let links = scenario.store.links.borrow();
        assert_eq!(links.values().map(|link| link.generation).collect::<Vec<_>>(), [generation]);
        let history = scenario.store.history.borrow();
        assert!(
            history
                .iter()
                .flat_map(|entry| &entry.before)
                .any(|record| { record.title() == if generation == 0 { "Call" } else { "Theirs" } })
        );
    }
}
