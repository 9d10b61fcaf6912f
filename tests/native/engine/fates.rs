//! What is done with a pair by what became of its two items, where it has exceptions; and with an
//! item that has no counterpart.

use crate::support::memory::{at, item, meeting, task, title};
use crate::support::moment::{Moment, linked, pair, seen};
use schedule_sync::engine::action::Step;
use schedule_sync::engine::decide;
use schedule_sync::engine::held::Reason;
use schedule_sync::engine::link::{Link, LinkState};
use schedule_sync::engine::settings::{CreatioDelete, FieldDirection};
use schedule_sync::model::{Facts, Item, Occurrence, Original, Pair, Record, Side, Status, Task, TaskWhen};

/// The step for a pair that we made in step, as `change` left it, with one item gone or both read.
fn decided(change: impl FnOnce(&mut Moment, &mut Link, &mut Pair<Item>), gone: Option<Side>) -> Step {
    let mut moment = Moment::new();
    let (mut link, mut items) = linked(Side::Exchange);
    change(&mut moment, &mut link, &mut items);
    let context = moment.context();
    let mut seen = seen([], []);
    for side in Side::BOTH {
        if gone == Some(side) {
            seen.gone[side].insert(link.halves[side].id().clone());
        }
    }
    let read = Pair::of(|side| (gone != Some(side)).then_some(&items[side]));
    decide::linked(&decide::case(&context, &seen, &link, read))
}

/// An occurrence of a series.
fn occurrence() -> Option<Occurrence> {
    Some(Occurrence { master: "m".into(), original: Original::On("2026-03-12".parse().unwrap()) })
}

type Change = fn(&mut Moment, &mut Link, &mut Pair<Item>);

#[test]
fn another_kind_is_converted_where_nothing_would_be_lost_by_it() {
    let asked = Step::Hold(Reason::ConvertAsked);
    let rows: [(&str, Change, Step); 8] = [
        ("a light one that we made", |_, _, _| {}, Step::Convert(Side::Exchange)),
        ("imported", |_, link, _| link.made = Some(Side::Creatio), asked),
        ("with attendees", |_, _, items| items.exchange.facts.attendees = 1, asked),
        ("with attachments", |_, _, items| items.exchange.facts.has_unmapped_content = true, asked),
        ("recurring", |_, _, items| items.exchange.facts.recurring = true, asked),
        ("an occurrence", |_, _, items| items.exchange.facts.occurrence = occurrence(), asked),
        ("edited there", |_, _, items| *title(&mut items.exchange) = "Theirs".to_owned(), asked),
        ("canceled too", |_, _, items| items.creatio.facts.canceled = true, Step::Delete(Side::Exchange)),
    ];
    for (what, change, expected) in rows {
        let into_task = |moment: &mut Moment, link: &mut Link, items: &mut Pair<Item>| {
            let due = TaskWhen::Timed { start: at("2026-03-12T10:00:00Z"), due: at("2026-03-12T11:00:00Z") };
            items.creatio.record = Record::Task(Task { when: due, ..task("Call", "2026-03-12") });
            change(moment, link, items);
        };
        assert_eq!(decided(into_task, None), expected, "{what}");
    }
}

#[test]
fn what_was_edited_on_exchange_comes_back_to_creatio_only_where_it_may() {
    let (back, asked) = (Step::Revive(Side::Creatio), Step::Hold(Reason::DeleteAsked));
    let rows: [(&str, Change, Step); 11] = [
        ("edited", |_, _, _| {}, back),
        ("not edited", |_, _, items| *title(&mut items.exchange) = "Call".to_owned(), Step::Delete(Side::Exchange)),
        ("edited in what may not come", |moment, _, _| moment.settings.fields.title = FieldDirection::Out, asked),
        ("its time may not come", |moment, _, _| moment.settings.fields.when = FieldDirection::Out, asked),
        ("not imported", |moment, _, _| moment.settings.import_meetings.on = false, asked),
        ("not exported", |moment, _, _| moment.settings.export.on = false, Step::Sleep),
        ("somebody else's", |_, _, items| items.exchange.facts.organized_by_other = true, asked),
        ("with attendees", |_, _, items| items.exchange.facts.attendees = 1, asked),
        ("an occurrence", |_, _, items| items.exchange.facts.occurrence = occurrence(), asked),
        ("recurring", |_, _, items| items.exchange.facts.recurring = true, asked),
        ("private", |_, _, items| items.exchange.facts.private = true, Step::Sleep),
    ];
    for (what, change, expected) in rows {
        let edited = |moment: &mut Moment, link: &mut Link, items: &mut Pair<Item>| {
            *title(&mut items.exchange) = "Visit".to_owned();
            change(moment, link, items);
        };
        assert_eq!(decided(edited, Some(Side::Creatio)), expected, "{what}");
    }
}

#[test]
fn what_sleeps_wakes_when_it_comes_back_and_not_by_a_deletion() {
    let asleep: Change = |_, link, _| link.state = LinkState::Asleep;
    for (gone, expected) in
        [(None, Step::Rest), (Some(Side::Creatio), Step::Sleep), (Some(Side::Exchange), Step::Sleep)]
    {
        assert_eq!(decided(asleep, gone), expected, "{gone:?}");
    }
    let edited: Change = |_, link, items| {
        link.state = LinkState::Asleep;
        *title(&mut items.creatio) = "Visit".to_owned();
    };
    assert_eq!(decided(edited, None), Step::Update(Side::Exchange));
}

#[test]
fn what_a_person_opens_again_comes_back_only_where_it_may() {
    let reopened = |change: Change| {
        move |moment: &mut Moment, link: &mut Link, items: &mut Pair<Item>| {
            link.state = LinkState::Tombstone;
            link.halves.creatio.facts.canceled = true;
            change(moment, link, items);
        }
    };
    let rows: [(&str, Change, Step); 4] = [
        ("a single one of the user's", |_, _, _| {}, Step::Revive(Side::Exchange)),
        ("with attendees", |_, link, _| link.halves.exchange.facts.attendees = 1, Step::Rest),
        ("not exported", |moment, _, _| moment.settings.export.on = false, Step::Rest),
        ("canceled still", |_, _, items| items.creatio.facts.canceled = true, Step::Rest),
    ];
    for (what, change, expected) in rows {
        assert_eq!(decided(reopened(change), Some(Side::Exchange)), expected, "{what}");
        let there = if expected == Step::Rest && what == "canceled still" { Step::Rest } else { Step::Merge };
        assert_eq!(decided(reopened(change), None), there, "{what}, and the event is still there");
    }
}

/// Who lost the right to read an Activity sees it gone, and then again.
#[test]
fn what_was_removed_since_its_activity_was_not_found_comes_back_with_that() {
    let seen_again = |change: Change| {
        move |moment: &mut Moment, link: &mut Link, items: &mut Pair<Item>| {
            link.state = LinkState::Tombstone;
            link.memory.vanished = true;
            change(moment, link, items);
        }
    };
    let rows: [(&str, Change, Step); 5] = [
        ("a single one of the user's", |_, _, _| {}, Step::Revive(Side::Exchange)),
        (
            "nothing is imported",
            |moment, _, _| moment.settings.import_meetings.on = false,
            Step::Revive(Side::Exchange),
        ),
        ("with attendees", |_, link, _| link.halves.exchange.facts.attendees = 1, Step::Rest),
        ("not exported", |moment, _, _| moment.settings.export.on = false, Step::Rest),
        ("removed by a person", |_, link, _| link.memory.vanished = false, Step::Rest),
    ];
    for (what, change, expected) in rows {
        assert_eq!(decided(seen_again(change), Some(Side::Exchange)), expected, "{what}");
    }
    assert_eq!(decided(seen_again(|_, _, _| {}), None), Step::Merge, "it was left");
    assert_eq!(decided(seen_again(|_, _, _| {}), Some(Side::Creatio)), Step::Rest, "it is not seen");
}

#[test]
fn a_completed_activity_is_never_marked_and_an_edited_one_is_never_deleted() {
    let (delete, done) = (Step::Delete(Side::Creatio), Some(Status::Completed));
    for (what, rule, edited, status, expected) in [
        ("marked", CreatioDelete::Mark, false, None, delete),
        ("completed", CreatioDelete::Mark, false, done, Step::Bury),
        ("deleted", CreatioDelete::Delete, false, None, delete),
        ("deleted, though completed", CreatioDelete::Delete, false, done, delete),
        ("marked, for it was edited", CreatioDelete::Delete, true, None, delete),
        ("edited and completed", CreatioDelete::Delete, true, done, Step::Bury),
    ] {
        let change = |moment: &mut Moment, _: &mut Link, items: &mut Pair<Item>| {
            moment.settings.rules.creatio_delete = rule;
            items.exchange.facts.attendees = 1; // so that no edit brings it back
            items.creatio.facts.status = status;
            if edited {
                *title(&mut items.creatio) = "Mine".to_owned();
            }
        };
        let with_attendees = |moment: &mut Moment, link: &mut Link, items: &mut Pair<Item>| {
            change(moment, link, items);
            link.halves.exchange.facts.attendees = 1;
        };
        assert_eq!(decided(with_attendees, Some(Side::Exchange)), expected, "{what}");
    }
}

#[test]
fn a_new_item_waits_where_it_has_no_place_to_go() {
    let moment = Moment::new();
    let item = pair().creatio;
    let mut seen = seen([], []);
    assert_eq!(decide::alone(&moment.context(), &seen, Side::Creatio, &item), Step::Create(Side::Exchange));
    seen.containers[0].writable = false;
    assert_eq!(decide::alone(&moment.context(), &seen, Side::Creatio, &item), Step::Hold(Reason::NoTarget));
    let canceled = Item { facts: Facts { canceled: true, ..item.facts.clone() }, ..item };
    assert_eq!(decide::alone(&moment.context(), &seen, Side::Creatio, &canceled), Step::Rest);
}

#[test]
fn a_new_activity_begins_as_the_event_or_task_tells_where_its_status_may_come() {
    let meeting = |start: &str| Record::Meeting(meeting("Call", start));
    let (past, ahead) = (meeting("2026-03-10T08:00:00Z"), meeting("2026-03-12T10:00:00Z"));
    let begun = Record::Task(Task { status: Status::InProgress, ..task("Offer", "2026-03-12") });
    for (record, expected) in [(past, Status::Completed), (ahead, Status::NotStarted), (begun, Status::InProgress)] {
        for (way, comes) in [
            (FieldDirection::Both, true),
            (FieldDirection::In, true),
            (FieldDirection::Out, false),
            (FieldDirection::Off, false),
        ] {
            let moment = Moment::with(|settings| settings.fields.status = way);
            let status = decide::first_status(&moment.context(), &item(Side::Exchange, "e", record.clone()));
            assert_eq!(status, if comes { expected } else { Status::NotStarted }, "{record:?} {way:?}");
        }
    }
}
