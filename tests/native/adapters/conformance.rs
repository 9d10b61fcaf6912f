//! One conformance suite for [`Replica`]: what every side has to do, whatever is behind it, as
//! named cases. A side takes part by its [`Rig`]; the rows at the end say which do. What only one
//! side does is tested beside that side.

mod creatio;
mod ews;
mod graph;
mod hands;
mod memory;
mod post;

use crate::support::records::{plain_meeting, plain_task_of};
use pollster::block_on;
use schedule_sync::model::lookup::Lookup;
use schedule_sync::model::op::{Op, Outcome, Refusal, Update};
use schedule_sync::model::scope::Scope;
use schedule_sync::model::time::instant;
use schedule_sync::model::{
    Body, Cursor, Facts, Field, Importance, Instant, Item, ItemId, Kind, Listing, Meeting, Patch, Person, Record,
    Reminder, Response, Side, Status, Task, TaskWhen, When, Zone,
};
use schedule_sync::ports::Replica;

/// How the reply to the next writes goes astray.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Loss {
    /// The write is carried out; no reply to it comes, however often it is sent.
    After,
    /// The write never arrives, however often it is sent.
    Before,
}

/// One side under test, and the hands of a person who works on the same server past it.
pub(crate) trait Rig {
    /// The side.
    type Replica: Replica;

    /// It.
    fn replica(&self) -> &Self::Replica;
    /// Which side it is: what is written has its normal form.
    fn side(&self) -> Side;
    /// The zone of the user's profile.
    fn zone(&self) -> &dyn Zone;
    /// What a reading covers: the year 2026.
    fn scope(&self) -> Scope;
    /// The `n`th creation, as the engine would ask for it.
    fn create(&self, n: u32, record: Record) -> Op;
    /// A person makes the `n`th item.
    fn put(&self, n: u32, record: &Record) -> ItemId;
    /// A person makes the fields of an item so.
    fn edit(&self, id: &ItemId, record: &Record);
    /// A person deletes an item.
    fn remove(&self, id: &ItemId);
    /// What the server truly holds, in the side's normal form, read past the side; people and
    /// answers are left out.
    fn holds(&self, id: &ItemId) -> Option<Record>;
    /// How many items the server holds.
    fn count(&self) -> usize;
    /// Makes an item one that can't be understood; `false` where that is not possible.
    fn spoil(&self, id: &ItemId) -> bool;
    /// A record that the server refuses, if there is such a one.
    fn refused(&self) -> Option<Record>;
    /// Has replies go astray, from now on until [`Rig::mend`].
    fn lose(&self, loss: Loss);
    /// Ends all losses.
    fn mend(&self);
    /// Somebody who may be invited, where people are written on this side.
    fn guest(&self, name: &str) -> Option<Person>;
    /// Has a person make the fields of an item so in the very moment before it is written over;
    /// `false` where that is not possible here.
    fn intervene(&self, _id: &ItemId, _record: &Record) -> bool {
        false
    }
    /// Whether the server can make a write depend on what it finds.
    fn heeds(&self) -> bool {
        true
    }
    /// Whether the user gives answers to their own meetings, too; who organizes on Exchange is
    /// coming.
    fn answers(&self) -> bool {
        true
    }
    /// How many runs many writes may take: what was not sent, the next one does.
    fn runs(&self) -> usize {
        1
    }
    /// Whether there are tasks at all.
    fn has_tasks(&self) -> bool {
        true
    }
    /// Some minutes pass.
    fn pass(&self);
    /// How many readings later than others the latest changes are told.
    fn lag(&self) -> usize {
        0
    }
    /// Whether a delta tells only what changed, and once; otherwise it may tell more, as long as it
    /// is true.
    fn exact(&self) -> bool {
        true
    }
}

fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

/// One record of either kind; where there are no tasks, of one kind.
fn samples<R: Rig>(rig: &R) -> [Record; 2] {
    let other = if rig.has_tasks() {
        Record::Task(plain_task_of(rig.side(), "a task"))
    } else {
        Record::Meeting(Meeting { place: String::new(), ..plain_meeting("another meeting") })
    };
    [Record::Meeting(plain_meeting("a meeting")), other]
}

/// A day from midnight to midnight, as this side says it.
fn all_day<R: Rig>(rig: &R, day: &str) -> When {
    let first = day.parse::<schedule_sync::model::Day>().unwrap();
    let end = first.succ_opt().unwrap();
    let midnight = |day: schedule_sync::model::Day| instant(rig.zone(), day.and_hms_opt(0, 0, 0).unwrap());
    match rig.side() {
        Side::Creatio => When::Timed { start: midnight(first), end: midnight(end) },
        Side::Exchange => When::AllDay { first, end },
    }
}

/// Every field of either kind that there is, changed.
fn variants<R: Rig>(rig: &R) -> Vec<(Field, Record)> {
    let was = || plain_meeting("a meeting");
    let timed = |start, end| When::Timed { start: at(start), end: at(end) };
    let meetings = [
        (Field::Title, Meeting { title: "Встреча «Ы» 😀".to_owned(), ..was() }),
        (Field::When, Meeting { when: timed("2026-03-07T10:00:00Z", "2026-03-07T10:30:00Z"), ..was() }),
        // the nights on which the clocks of Berlin are put forward and back
        (Field::When, Meeting { when: timed("2026-03-28T22:30:00Z", "2026-03-29T01:15:00Z"), ..was() }),
        (Field::When, Meeting { when: timed("2026-10-24T21:00:00Z", "2026-10-25T05:45:00Z"), ..was() }),
        (Field::When, Meeting { when: all_day(rig, "2026-03-29"), ..was() }),
        (Field::When, Meeting { when: all_day(rig, "2026-10-25"), ..was() }),
        (Field::Place, Meeting { place: String::new(), ..was() }),
        (Field::Body, Meeting { body: Body::from_text("другой текст"), ..was() }),
        (Field::Importance, Meeting { importance: Importance::Normal, ..was() }),
        (Field::Reminder, Meeting { reminder: Reminder::Off, ..was() }),
        (Field::Reminder, Meeting { reminder: Reminder::Before(0), ..was() }),
    ];
    let was = || plain_task_of(rig.side(), "a task");
    let when = match rig.side() {
        Side::Creatio => TaskWhen::Timed { start: at("2026-10-24T22:00:00Z"), due: at("2026-10-26T17:00:00Z") },
        Side::Exchange => TaskWhen::Days { start: None, due: Some("2026-10-26".parse().unwrap()) },
    };
    let tasks = [
        (Field::Title, Task { title: "другая".to_owned(), ..was() }),
        (Field::When, Task { when, ..was() }),
        (Field::Body, Task { body: Body::default(), ..was() }),
        (Field::Importance, Task { importance: Importance::High, ..was() }),
        (Field::Reminder, Task { reminder: None, ..was() }),
        (Field::Status, Task { status: Status::Completed, ..was() }),
        (Field::Status, Task { status: Status::NotStarted, ..was() }),
    ];
    let meetings = meetings.into_iter().map(|(field, meeting)| (field, Record::Meeting(meeting)));
    let tasks = tasks.into_iter().filter(|_| rig.has_tasks());
    meetings.chain(tasks.map(|(field, task)| (field, Record::Task(task)))).collect()
}

/// A change of `item` that makes its record `record` in `fields`.
fn update(item: &Item, record: &Record, fields: &[Field]) -> Op {
    Op::Update(Box::new(Update::of(item, Patch { record: record.clone(), fields: fields.iter().copied().collect() })))
}

fn delete(item: &Item) -> Op {
    Op::Delete {
        id: item.id.clone(),
        container: item.container.clone(),
        version: item.version.clone(),
        cancels: item.facts.calls_off(),
    }
}

fn apply<R: Rig>(rig: &R, op: Op) -> Outcome {
    block_on(rig.replica().apply(&[op])).remove(0)
}

/// What a write that was confirmed left.
fn written<R: Rig>(rig: &R, op: Op) -> Item {
    let written = apply(rig, op).unwrap();
    let id = written.id.clone();
    written.item.map_or_else(|| read(rig, &id, &written.container).unwrap(), |item| *item)
}

fn read<R: Rig>(rig: &R, id: &ItemId, container: &schedule_sync::model::ContainerId) -> Option<Item> {
    let clue = Lookup::Id { id: id.clone(), container: container.clone() };
    block_on(rig.replica().find(&[clue])).unwrap().remove(0).items.pop()
}

/// What a reading tells, and what the readings after it tell that it was too early for.
fn observe<R: Rig>(rig: &R, cursor: Option<&Cursor>) -> Listing {
    let read = |cursor: Option<&Cursor>| block_on(rig.replica().observe(&rig.scope(), cursor)).unwrap();
    let mut listing = read(cursor);
    for _ in 0..rig.lag() {
        let later = read(listing.cursor.as_ref());
        listing
            .items
            .retain(|item| !later.removed.contains(&item.id) && later.items.iter().all(|new| new.id != item.id));
        listing.removed.retain(|id| !later.removed.contains(id) && later.items.iter().all(|new| new.id != *id));
        listing.malformed.retain(|bad| later.malformed.iter().all(|new| new.id != bad.id));
        listing.items.extend(later.items);
        listing.removed.extend(later.removed);
        listing.malformed.extend(later.malformed);
        listing.cursor = later.cursor;
    }
    listing
}

/// Whether everything that `listing` tells is so.
fn is_true<R: Rig>(rig: &R, listing: &Listing) -> bool {
    let held = |id: &ItemId| rig.holds(id).map(|record| plain(&record));
    listing.items.iter().all(|item| held(&item.id) == Some(plain(&item.record)))
        && listing.removed.iter().all(|id| held(id).is_none())
}

fn listed<R: Rig>(rig: &R, id: &ItemId) -> Item {
    observe(rig, None).items.into_iter().find(|item| item.id == *id).unwrap()
}

/// A record without what [`Rig::holds`] leaves out, bodies by their text.
fn plain(record: &Record) -> Record {
    let mut record = record.clone();
    match &mut record {
        Record::Meeting(meeting) => {
            (meeting.people, meeting.response) = (Vec::new(), Response::InDoubt);
            meeting.body = Body::from_text(&meeting.body.text);
        }
        Record::Task(task) => task.body = Body::from_text(&task.body.text),
    }
    record
}

fn what_is_created_is_there_and_read_back<R: Rig>(rig: &R) {
    for (n, record) in (1..).zip(samples(rig)) {
        let item = written(rig, rig.create(n, record.clone()));
        assert_eq!(plain(&item.record), plain(&record));
        assert_eq!(rig.holds(&item.id).map(|held| plain(&held)), Some(plain(&record)));
        assert_eq!(plain(&listed(rig, &item.id).record), plain(&record));
    }
}

fn each_field_is_written_alone<R: Rig>(rig: &R) {
    for (n, (field, record)) in (1..).zip(variants(rig)) {
        let [meeting, task] = samples(rig);
        let before = if record.kind() == Kind::Meeting { meeting } else { task };
        let id = rig.put(n, &before);
        let item = listed(rig, &id);
        let item = written(rig, update(&item, &record, &[field]));
        assert_eq!(plain(&item.record), plain(&record), "{field}: told");
        assert_eq!(rig.holds(&id).map(|held| plain(&held)), Some(plain(&record)), "{field}: held");
        rig.pass();
    }
}

fn what_a_person_writes_is_read<R: Rig>(rig: &R) {
    for (n, (field, record)) in (1..).zip(variants(rig)) {
        let id = rig.put(n, &record);
        assert_eq!(plain(&listed(rig, &id).record), plain(&record), "{field}");
    }
}

fn removals<R: Rig>(rig: &R) {
    for (n, record) in (1..).zip(samples(rig)) {
        let id = rig.put(n, &record);
        let item = listed(rig, &id);
        apply(rig, delete(&item)).unwrap();
        assert_eq!((rig.holds(&id), read(rig, &id, &item.container)), (None, None));
        rig.pass();
        assert_eq!(apply(rig, delete(&item)), Err(Refusal::Gone), "a second time");
    }
}

fn a_delta_tells_what_changed<R: Rig>(rig: &R) {
    let [record, other] = samples(rig);
    let (one, two) = (rig.put(1, &record), rig.put(2, &other));
    let mut cursor = observe(rig, None).cursor;
    let mut step = |what: &str, told: &[&ItemId], gone: Option<&ItemId>| {
        rig.pass();
        let listing = observe(rig, cursor.as_ref());
        for id in told {
            assert!(listing.items.iter().any(|item| item.id == **id), "{what}");
        }
        if let Some(id) = gone {
            assert!(!listing.items.iter().any(|item| item.id == *id), "{what}");
            assert!(listing.removed.contains(id) || !listing.complete.is_empty(), "{what}: nobody would look for it");
        } else if !rig.exact() {
            assert!(is_true(rig, &listing), "{what}: {listing:?}");
        } else {
            assert!(listing.complete.is_empty() && listing.removed.is_empty(), "{what}: told in full");
            assert_eq!(listing.items.len(), told.len(), "{what}");
        }
        cursor.clone_from(&listing.cursor);
        listing
    };
    step("quiet", &[], None);
    let (_, edited) = variants(rig).swap_remove(0);
    rig.edit(&one, &edited);
    let listing = step("edited", &[&one], None);
    let told = listing.items.iter().find(|item| item.id == one).unwrap();
    assert_eq!(plain(&told.record), plain(&edited));
    step("quiet after it", &[], None);
    let three = rig.put(3, &record);
    step("created", &[&three], None);
    rig.remove(&two);
    step("removed", &[], Some(&two));
    step("quiet after that", &[], None);
}

fn an_own_write_is_told_by_the_next_delta_or_not_but_never_wrong<R: Rig>(rig: &R) {
    let cursor = observe(rig, None).cursor;
    let [record, _] = samples(rig);
    let item = written(rig, rig.create(1, record.clone()));
    rig.pass();
    let listing = observe(rig, cursor.as_ref());
    for told in &listing.items {
        assert_eq!((&told.id, plain(&told.record)), (&item.id, plain(&record)));
    }
    assert!(!listing.removed.contains(&item.id));
    rig.pass();
    let quiet = observe(rig, listing.cursor.as_ref());
    assert!(quiet.items.is_empty() || cursor.is_none() || !rig.exact(), "told twice");
    assert!(is_true(rig, &quiet));
}

fn what_has_changed_is_left_alone<R: Rig>(rig: &R) {
    for (n, record) in (1..).zip(samples(rig)) {
        let id = rig.put(n, &record);
        let item = listed(rig, &id);
        rig.pass();
        let mut theirs = record.clone();
        let mut ours = record.clone();
        for (record, title) in [(&mut theirs, "a person's"), (&mut ours, "ours")] {
            match record {
                Record::Meeting(meeting) => meeting.title = title.to_owned(),
                Record::Task(task) => task.title = title.to_owned(),
            }
        }
        rig.edit(&id, &theirs);
        assert_eq!(apply(rig, update(&item, &ours, &[Field::Title])), Err(Refusal::Stale));
        assert_eq!(apply(rig, delete(&item)), Err(Refusal::Stale));
        assert_eq!(rig.holds(&id).unwrap().title(), "a person's");
        // what is to be written is as it was seen: it goes on, and leaves the rest alone
        match &mut ours {
            Record::Meeting(meeting) => meeting.importance = Importance::Low,
            Record::Task(task) => task.importance = Importance::High,
        }
        let item = written(rig, update(&item, &ours, &[Field::Importance]));
        assert_eq!(item.record.title(), "a person's");
    }
}

fn titled(record: &Record, title: &str) -> Record {
    let mut record = record.clone();
    match &mut record {
        Record::Meeting(meeting) => meeting.title = title.to_owned(),
        Record::Task(task) => task.title = title.to_owned(),
    }
    record
}

fn important(record: &Record, importance: Importance) -> Record {
    let mut record = record.clone();
    match &mut record {
        Record::Meeting(meeting) => meeting.importance = importance,
        Record::Task(task) => task.importance = importance,
    }
    record
}

fn what_changes_in_the_very_moment_is_not_lost<R: Rig>(rig: &R) {
    for (n, record) in (1..).zip(samples(rig)) {
        let (theirs, ours) = (titled(&record, "a person's"), titled(&record, "ours"));
        let id = rig.put(n, &record);
        let item = listed(rig, &id);
        rig.pass();
        if !rig.intervene(&id, &theirs) {
            return;
        }
        let told = apply(rig, update(&item, &ours, &[Field::Title]));
        let lost =
            |told: &Outcome| told.as_ref().ok().and_then(|written| Some(written.replaced.as_ref()?.title().to_owned()));
        if rig.heeds() {
            assert_eq!((&told, rig.holds(&id).unwrap().title()), (&Err(Refusal::Stale), "a person's"));
        } else {
            assert_eq!(
                (lost(&told).as_deref(), rig.holds(&id).unwrap().title()),
                (Some("a person's"), "ours"),
                "{told:?}"
            );
        }
        // another field: both are kept
        let item = read(rig, &id, &item.container).unwrap();
        rig.pass();
        rig.intervene(&id, &titled(&record, "a second time"));
        let item = written(rig, update(&item, &important(&item.record, Importance::Normal), &[Field::Importance]));
        assert_eq!(item.record.title(), "a second time");
        assert_eq!(plain(&item.record), plain(&important(&titled(&record, "a second time"), Importance::Normal)));
        rig.pass();
        rig.intervene(&id, &titled(&record, "a third time"));
        let told = apply(rig, delete(&item));
        if rig.heeds() {
            assert_eq!((&told, rig.holds(&id).unwrap().title()), (&Err(Refusal::Stale), "a third time"));
        } else {
            assert_eq!((lost(&told).as_deref(), rig.holds(&id)), (Some("a third time"), None));
        }
        // without an intervention nothing is said to be lost
        let id = rig.put(10 + n, &record);
        let told = apply(rig, update(&listed(rig, &id), &ours, &[Field::Title])).unwrap();
        assert_eq!(told.replaced, None);
    }
}

fn what_is_gone_is_told<R: Rig>(rig: &R) {
    for (n, record) in (1..).zip(samples(rig)) {
        let id = rig.put(n, &record);
        let item = listed(rig, &id);
        rig.remove(&id);
        assert_eq!(apply(rig, update(&item, &record, &[Field::Title])), Err(Refusal::Gone));
        assert_eq!(apply(rig, delete(&item)), Err(Refusal::Gone));
        assert_eq!((rig.count(), read(rig, &id, &item.container)), (0, None));
    }
}

fn a_lost_reply_and_a_repetition_leave_one<R: Rig>(rig: &R) {
    for (n, loss) in [(1, Loss::After), (2, Loss::Before)] {
        let [record, _] = samples(rig);
        let before = rig.count();
        let op = rig.create(n, record.clone());
        rig.lose(loss);
        let told = apply(rig, op.clone());
        rig.mend();
        if matches!(told, Err(Refusal::NotSent)) {
            assert_eq!(rig.count(), before, "{loss:?}: said not to be sent");
        }
        assert!(!matches!(told, Err(Refusal::Rejected(_) | Refusal::Gone)), "{loss:?} {told:?}");
        let item = written(rig, op);
        assert_eq!((rig.count(), plain(&item.record)), (before + 1, plain(&record)), "{loss:?}");
    }
}

fn a_lost_change_is_never_claimed_and_can_be_repeated<R: Rig>(rig: &R) {
    for (n, loss) in [(1, Loss::After), (2, Loss::Before)] {
        let [record, _] = samples(rig);
        let id = rig.put(n, &record);
        let item = listed(rig, &id);
        let (field, wanted) = variants(rig).swap_remove(1);
        rig.lose(loss);
        let told = apply(rig, update(&item, &wanted, &[field]));
        rig.mend();
        let is_there = plain(&rig.holds(&id).unwrap()) == plain(&wanted);
        assert!(is_there || told.is_err(), "{loss:?} {told:?}");
        let item = read(rig, &id, &item.container).unwrap();
        let item = written(rig, update(&item, &wanted, &[field]));
        assert_eq!(plain(&item.record), plain(&wanted));
        rig.lose(loss);
        let told = apply(rig, delete(&item));
        rig.mend();
        assert!(rig.holds(&id).is_none() || told.is_err(), "{loss:?} {told:?}");
    }
}

fn particular_items_are_found<R: Rig>(rig: &R) {
    let [record, other] = samples(rig);
    let mut op = rig.create(1, record);
    if let Op::Create(create) = &mut op {
        create.facts.uid = Some("040000008200E00074C5B7101A82E008'x&y".into());
    }
    let item = written(rig, op);
    let two = rig.put(2, &other);
    let other = listed(rig, &two);
    let id = |item: &Item| Lookup::Id { id: item.id.clone(), container: item.container.clone() };
    let nobody = Lookup::Id { id: "aaaaaaaa-0000-4000-8000-000000000999".into(), container: item.container.clone() };
    let uid = item.facts.uid.clone().unwrap();
    let clues = [id(&item), nobody, Lookup::Uid(uid), Lookup::Uid("nobody's".into()), id(&other)];
    let found = block_on(rig.replica().find(&clues)).unwrap();
    let told: Vec<Vec<&ItemId>> = found.iter().map(|found| found.items.iter().map(|item| &item.id).collect()).collect();
    assert_eq!(told, [vec![&item.id], vec![], vec![&item.id], vec![], vec![&two]]);
    assert!(found[1].is_absent() && found[3].is_absent());
    assert_eq!(block_on(rig.replica().find(&[])).unwrap().len(), 0);
}

fn what_cannot_be_understood_is_carried<R: Rig>(rig: &R) {
    let [record, other] = samples(rig);
    let (bad, good) = (rig.put(1, &record), rig.put(2, &other));
    let container = listed(rig, &bad).container;
    if !rig.spoil(&bad) {
        return;
    }
    let listing = observe(rig, None);
    assert_eq!(listing.items.iter().map(|item| &item.id).collect::<Vec<_>>(), [&good]);
    assert_eq!(listing.malformed.iter().map(|bad| bad.id.as_ref()).collect::<Vec<_>>(), [Some(&bad)]);
    let clue = Lookup::Id { id: bad.clone(), container };
    let found = block_on(rig.replica().find(&[clue])).unwrap().remove(0);
    assert!(!found.is_absent() && found.items.is_empty(), "{found:?}");
}

fn one_bad_write_costs_only_itself<R: Rig>(rig: &R) {
    let Some(bad) = rig.refused() else { return };
    let [record, _] = samples(rig);
    let ops = [rig.create(1, record.clone()), rig.create(2, bad), rig.create(3, record)];
    let told = block_on(rig.replica().apply(&ops));
    assert!(told[0].is_ok() && told[2].is_ok(), "{told:?}");
    assert!(matches!(told[1], Err(Refusal::Rejected(_))), "{told:?}");
    assert_eq!(rig.count(), 2);
}

fn many_writes_are_answered_in_order<R: Rig>(rig: &R) {
    let ops: Vec<Op> = (0..150).map(|n| rig.create(n, Record::Meeting(plain_meeting(&format!("{n:03}"))))).collect();
    let mut told = block_on(rig.replica().apply(&ops));
    for _ in 1..rig.runs() {
        rig.pass();
        let left: Vec<usize> = (0..ops.len()).filter(|n| told[*n] == Err(Refusal::NotSent)).collect();
        let rest: Vec<Op> = left.iter().map(|n| ops[*n].clone()).collect();
        for (n, outcome) in left.into_iter().zip(block_on(rig.replica().apply(&rest))) {
            told[n] = outcome;
        }
    }
    for (n, outcome) in told.iter().enumerate() {
        let id = &outcome.as_ref().unwrap().id;
        assert_eq!(rig.holds(id).unwrap().title(), format!("{n:03}"));
    }
    assert_eq!((told.len(), rig.count(), observe(rig, None).items.len()), (150, 150, 150));
}

fn people_and_answers_are_written<R: Rig>(rig: &R) {
    let (Some(anna), Some(boris)) = (rig.guest("anna"), rig.guest("boris")) else { return };
    let mut wanted = plain_meeting("with people");
    (wanted.people, wanted.response) = (vec![anna.clone()], Response::Confirmed);
    let mut item = written(rig, rig.create(1, Record::Meeting(wanted.clone())));
    assert_eq!(item.record, Record::Meeting(Meeting { body: told_body(&item), ..wanted.clone() }));
    for (people, response) in [
        (vec![anna, boris.clone()], Response::Confirmed),
        (vec![boris], Response::Declined),
        (vec![], Response::InDoubt),
    ] {
        wanted.people = people;
        let mut fields = vec![Field::People];
        if rig.answers() {
            wanted.response = response;
            fields.push(Field::Response);
        }
        wanted.people.sort_by(|a, b| a.contact.cmp(&b.contact));
        item = written(rig, update(&item, &Record::Meeting(wanted.clone()), &fields));
        let Record::Meeting(mut told) = item.record.clone() else { panic!("a task") };
        told.people.sort_by(|a, b| a.contact.cmp(&b.contact));
        assert_eq!(told, Meeting { body: told_body(&item), ..wanted.clone() });
    }
}

fn told_body(item: &Item) -> Body {
    match &item.record {
        Record::Meeting(meeting) => meeting.body.clone(),
        Record::Task(task) => task.body.clone(),
    }
}

/// What a case does with a rig.
type Case<R> = fn(&R);

/// Every case on a rig of its own; `make` gives one without items.
pub(crate) fn conforms<R: Rig>(make: impl Fn() -> R) {
    let cases: [(&str, Case<R>); 16] = [
        ("what is created is there and read back", what_is_created_is_there_and_read_back),
        ("each field is written alone", each_field_is_written_alone),
        ("what a person writes is read", what_a_person_writes_is_read),
        ("removals", removals),
        ("a delta tells what changed", a_delta_tells_what_changed),
        ("an own write is never told wrong", an_own_write_is_told_by_the_next_delta_or_not_but_never_wrong),
        ("what has changed is left alone", what_has_changed_is_left_alone),
        ("what changes in the very moment is not lost", what_changes_in_the_very_moment_is_not_lost),
        ("what is gone is told", what_is_gone_is_told),
        ("a lost reply and a repetition leave one", a_lost_reply_and_a_repetition_leave_one),
        ("a lost change is never claimed", a_lost_change_is_never_claimed_and_can_be_repeated),
        ("particular items are found", particular_items_are_found),
        ("what can't be understood is carried", what_cannot_be_understood_is_carried),
        ("one bad write costs only itself", one_bad_write_costs_only_itself),
        ("many writes are answered in order", many_writes_are_answered_in_order),
        ("people and answers are written", people_and_answers_are_written),
    ];
    for (name, case) in cases {
        let rig = make();
        let tried = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| case(&rig)));
        assert!(tried.is_ok(), "{name}: see above");
    }
}

/// Facts of a creation on this side: by them it is recognised when its reply was lost.
pub(crate) fn facts(side: Side, n: u32) -> Facts {
    let transaction = (side == Side::Exchange).then(|| format!("transaction-{n}"));
    Facts { transaction, ..Facts::default() }
}

/// How a server spells `value`.
fn of<T: PartialEq>(table: &[(T, &'static str)], value: T) -> &'static str {
    table.iter().find(|(other, _)| *other == value).unwrap().1
}

/// What a server means by the value of a row.
fn meant<T: Copy>(table: &[(T, &str)], row: &serde_json::Value) -> T {
    table.iter().find(|(_, word)| row == word).unwrap().0
}
