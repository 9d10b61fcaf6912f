//! History: every confirmed write with what was there before and after, and what of it was taken
//! back.

use crate::support::memory::at;
use crate::support::moment::{linked, pair};
use schedule_sync::engine::action::{Action, Step};
use schedule_sync::engine::history::{Entry, What, entries, taken_back};
use schedule_sync::engine::link::Link;
use schedule_sync::flat::FlatMap;
use schedule_sync::model::op::{Create, Op, Outcome, Refusal, Update, Written};
use schedule_sync::model::{Facts, Field, Instant, Item, Patch, Record, Side, Status, Version};

fn run() -> Instant {
    at("2026-03-10T09:00:00Z")
}

fn update(item: &Item, fields: &[Field], status: Option<Status>) -> Op {
    Op::Update(Box::new(Update {
        status,
        ..Update::of(item, Patch { record: renamed(item), fields: fields.iter().copied().collect() })
    }))
}

fn renamed(item: &Item) -> Record {
    let mut item = item.clone();
    *crate::support::memory::title(&mut item) = "Visit".to_owned();
    item.record
}

fn written(id: &str) -> Outcome {
    Ok(Written {
        id: id.into(),
        container: "there".into(),
        version: Version::new("next"),
        item: None,
        replaced: None,
        missing: None,
    })
}

fn action(writes: Vec<(Side, Op)>, link: &Link) -> Action {
    Action { step: Step::Merge, title: String::new(), writes, before: Some(link.clone()), after: link.clone() }
}

#[test]
fn every_write_of_what_a_person_wrote_has_an_entry_with_its_place_in_the_run() {
    let items = pair();
    let (link, _) = linked(Side::Exchange);
    let Item { id, container, record, version, .. } = items.exchange.clone();
    let creation = Create { id: None, container: container.clone(), record: record.clone(), facts: Facts::default() };
    let action = action(
        vec![
            (Side::Creatio, update(&items.creatio, &[], None)), // a mark or UID of ours
            (Side::Creatio, update(&items.creatio, &[Field::Title], None)),
            (Side::Creatio, update(&items.creatio, &[], Some(Status::Canceled))),
            (Side::Exchange, Op::Create(Box::new(creation))),
            (Side::Exchange, Op::Delete { id, container, version, cancels: false }),
        ],
        &link,
    );
    let foreseen = entries(run(), 8, &action, None, &link);
    let told: Vec<_> = foreseen.iter().map(|entry| (entry.nth, entry.side, entry.what)).collect();
    assert_eq!(
        told,
        [
            (9, Side::Creatio, What::Updated),
            (10, Side::Creatio, What::Status(Some(Status::NotStarted), Status::Canceled)),
            (11, Side::Exchange, What::Created),
            (12, Side::Exchange, What::Deleted),
        ]
    );
    let [edit, _, made, removed] = foreseen.as_slice() else { panic!() };
    assert_eq!((&edit.before, &edit.after), (&Some(items.creatio.record.clone()), &Some(renamed(&items.creatio))));
    assert_eq!((edit.fields.as_slice(), &edit.activity), (&[Field::Title][..], link.halves.creatio.id()));
    assert_eq!((&made.before, &made.after, made.id.as_str()), (&None, &Some(record.clone()), "e"));
    assert_eq!((&removed.before, &removed.after), (&Some(record), &None));

    // the last write was never sent
    let outcomes = [written("a"), written("a"), Err(Refusal::Stale), written("made")];
    let confirmed = entries(run(), 8, &action, Some(&outcomes), &link);
    let told: Vec<_> = confirmed.iter().map(|entry| (entry.nth, entry.id.as_str(), entry.container.as_str())).collect();
    assert_eq!(told, [(9, "a", "there"), (11, "made", "there")], "by the ids that the servers gave");

    // nobody knows whether the second was carried out: what it overruled must not be lost if it was
    let outcomes = [written("a"), Err(Refusal::Unknown)];
    let doubtful = entries(run(), 8, &action, Some(&outcomes), &link);
    assert_eq!(doubtful, foreseen.get(..1).unwrap(), "as it was noted before it went out");
}

fn entry(run: &str, nth: usize, undoes: Option<(&str, usize)>) -> Entry {
    let (link, items) = linked(Side::Exchange);
    let action = action(vec![(Side::Creatio, update(&items.creatio, &[Field::Title], None))], &link);
    let [entry] = entries(at(run), nth, &action, None, &link).try_into().unwrap();
    Entry { undoes: undoes.map(|(run, nth)| (at(run), nth)), ..entry }
}

#[test]
fn what_an_undo_took_back_counts_until_the_undo_is_undone() {
    let [first_run, undone, redone, again] =
        ["2026-03-10T09:00:00Z", "2026-03-10T10:00:00Z", "2026-03-10T11:00:00Z", "2026-03-10T12:00:00Z"];
    let mut all: Vec<Entry> = (0..3).map(|nth| entry(first_run, nth, None)).collect();
    for (run, undoes, first, undo, redo) in [
        (undone, first_run, 3, 0, 0),
        (redone, undone, 0, 3, 0), // what the undo took back stands again
        (again, redone, 3, 0, 3),
    ] {
        all.extend((0..3).map(|nth| entry(run, nth, Some((undoes, nth)))));
        let expected: FlatMap<Instant, usize> = [(first_run, first), (undone, undo), (redone, redo)]
            .into_iter()
            .filter(|(_, count)| *count > 0)
            .map(|(run, count)| (at(run), count))
            .collect();
        assert_eq!(taken_back(&all), expected, "{run}");
        let reversed: Vec<Entry> = all.iter().rev().cloned().collect();
        assert_eq!(taken_back(&reversed), expected, "{run}, in another order");
    }
}
