//! Undo: which writes are taken back and how, and which are not, and why.

use crate::support::memory::{at, title};
use crate::support::moment::{Moment, linked, pair, the_meeting};
use schedule_sync::engine::history::{Entry, What};
use schedule_sync::engine::identity;
use schedule_sync::engine::link::{Link, LinkState};
use schedule_sync::engine::undo::{Back, Now, Undo, Why, recorded, rested, undo};
use schedule_sync::model::op::{Op, SendInvitations, Update, Written};
use schedule_sync::model::{Body, Facts, Field, Item, ItemId, Pair, Record, Response, Side, Status, Version};

/// An entry of what was written to `side`, when its title was "Before" and became "Call".
fn entry(side: Side, what: What, fields: &[Field]) -> Entry {
    let mut before = pair()[side].clone();
    *title(&mut before) = "Before".to_owned();
    Entry {
        run: at("2026-03-10T08:00:00Z"),
        nth: 3,
        side,
        what,
        id: pair()[side].id.clone(),
        container: pair()[side].container.clone(),
        activity: "a".into(),
        fields: fields.to_vec(),
        before: (what != What::Created).then_some(before.record),
        after: (what != What::Deleted).then(|| pair()[side].record.clone()),
        facts: pair()[side].facts.clone(),
        undoes: None,
        corrects: false,
    }
}

fn now(entry: &Entry, item: Option<Item>) -> Now {
    let items = item.map(|item| ((entry.side, entry.id.clone()), item)).into_iter().collect();
    let links = [("a".into(), Link { generation: 4, ..linked(Side::Exchange).0 })].into();
    Now { items, links, ..Now::default() }
}

fn planned(entry: &Entry, item: Option<Item>) -> Result<Op, Why> {
    planned_by(false, entry, item)
}

fn planned_by(silently: bool, entry: &Entry, item: Option<Item>) -> Result<Op, Why> {
    let account = Moment::new().account;
    let Undo { steps, refused } = undo(&account, silently, std::slice::from_ref(entry), &now(entry, item));
    match (steps.as_slice(), refused.as_slice()) {
        ([step], []) => Ok(step.op.clone()),
        ([], [refused]) => Err(refused.why),
        _ => panic!("{steps:?} {refused:?}"),
    }
}

fn update(op: Result<Op, Why>) -> Result<Box<Update>, Why> {
    op.map(|op| match op {
        Op::Update(update) => update,
        Op::Create(_) | Op::Delete { .. } => panic!("{op:?}"),
    })
}

type Change = fn(&mut Item);

/// The side and the fields written, what became of the item since, and why the write is not taken
/// back.
type Row<'a> = (&'a str, Side, &'a [Field], Change, Option<Why>);

#[test]
fn what_was_created_is_removed_if_it_still_is_what_was_created() {
    let rows: [(&str, Change, Option<Why>); 5] = [
        ("as it was made", |_| {}, None),
        ("canceled since", |item| item.facts.canceled = true, Some(Why::Newer)),
        ("renamed since", |item| *title(item) = "Newer".to_owned(), Some(Why::Newer)),
        ("the server filled in the answer", |item| the_meeting(item).response = Response::Confirmed, None),
        ("somebody is invited", |item| item.facts.attendees = 1, Some(Why::WouldMail)),
    ];
    for (what, change, why) in rows {
        let mut item = pair().exchange;
        change(&mut item);
        let Item { id, container, version, .. } = item.clone();
        let expected = why.map_or(Ok(Op::Delete { id, container, version, cancels: false }), Err);
        assert_eq!(planned(&entry(Side::Exchange, What::Created, &[]), Some(item)), expected, "{what}");
    }
    assert_eq!(planned(&entry(Side::Exchange, What::Created, &[]), None), Err(Why::Gone));
}

#[test]
fn fields_are_written_back_as_they_were_where_nothing_newer_stands_and_nobody_is_mailed() {
    let (creatio, exchange) = (Side::Creatio, Side::Exchange);
    let rows: [Row<'_>; 10] = [
        ("as it was written", exchange, &[Field::Title], |_| {}, None),
        ("renamed since", exchange, &[Field::Title], |item| *title(item) = "Newer".to_owned(), Some(Why::Newer)),
        (
            "moved to another place since",
            exchange,
            &[Field::Title],
            |item| the_meeting(item).place = "Newer".to_owned(),
            None,
        ),
        ("attendees, title", exchange, &[Field::Title], |item| item.facts.attendees = 1, Some(Why::WouldMail)),
        (
            "attendees, body",
            exchange,
            &[Field::Importance, Field::Body],
            |item| item.facts.attendees = 1,
            Some(Why::WouldMail),
        ),
        ("attendees, importance", exchange, &[Field::Importance], |item| item.facts.attendees = 1, None),
        ("attendees, in Creatio", creatio, &[Field::Title], |item| item.facts.attendees = 1, None),
        ("an answer", exchange, &[Field::Response], |_| {}, Some(Why::WouldMail)),
        ("an answer in Creatio", creatio, &[Field::Response], |_| {}, None),
        ("nobody else", exchange, &[Field::When, Field::Place, Field::People], |_| {}, None),
    ];
    for (what, side, fields, change, why) in rows {
        let mut item = pair()[side].clone();
        change(&mut item);
        let found = update(planned(&entry(side, What::Updated, fields), Some(item.clone())));
        assert_eq!(found.as_ref().err(), why.as_ref(), "{what}");
        if let Ok(update) = found {
            let expected = if fields.contains(&Field::Title) { "Before" } else { "Call" };
            assert_eq!(update.patch.record.title(), expected, "{what}");
            assert_eq!(update.patch.fields, fields.iter().copied().collect(), "{what}");
            assert_eq!((update.version, update.before), (item.version.clone(), item.record.clone()), "{what}");
            let Record::Meeting(after) = update.patch.record else { panic!() };
            assert_eq!(after.place, the_meeting(&mut item).place, "{what}: what is newer stays");
        }
    }
    assert_eq!(planned(&entry(exchange, What::Updated, &[Field::Title]), None), Err(Why::Gone));
}

#[test]
fn where_nobody_gets_mail_of_it_fields_of_a_meeting_with_others_are_written_back_too() {
    let mail = Err(Why::WouldMail);
    for (fields, silently, expected) in [
        (&[Field::Title, Field::When][..], true, Ok(SendInvitations::Nobody)),
        (&[Field::Title, Field::When], false, mail),
        (&[Field::Response], true, mail),
        (&[Field::Title, Field::People], true, mail),
        (&[Field::People], false, mail),
        (&[Field::Importance], false, Ok(SendInvitations::All)),
        (&[Field::Importance], true, Ok(SendInvitations::Nobody)),
    ] {
        let mut item = pair().exchange;
        item.facts.attendees = 2;
        let found = update(planned_by(silently, &entry(Side::Exchange, What::Updated, fields), Some(item)));
        assert_eq!(found.map(|update| update.tells), expected, "{fields:?} {silently}");
    }
    let mut item = pair().exchange;
    item.facts.attendees = 2;
    assert_eq!(
        planned_by(true, &entry(Side::Exchange, What::Created, &[]), Some(item)),
        mail.map(|_: SendInvitations| panic!())
    );
}

#[test]
fn a_status_is_set_back_if_it_still_is_as_it_was_set() {
    let set = entry(Side::Creatio, What::Status(Some(Status::InProgress), Status::Canceled), &[]);
    for (status, expected) in [(Status::Canceled, Ok(Some(Status::InProgress))), (Status::Completed, Err(Why::Newer))] {
        let mut item = pair().creatio;
        item.facts.status = Some(status);
        let found = update(planned(&set, Some(item))).map(|update| (update.status, update.patch.fields.len()));
        assert_eq!(found, expected.map(|status| (status, 0)), "{status:?}");
    }
    assert_eq!(planned(&set, None), Err(Why::Gone));
}

#[test]
fn what_was_removed_is_created_again_as_what_it_was() {
    let account = Moment::new().account;
    let mut removed = entry(Side::Exchange, What::Deleted, &[]);
    if let Some(Record::Meeting(one)) = &mut removed.before {
        (one.people, one.body) =
            (vec![crate::support::memory_scenario::guest("x@fabrikam.example")], Body::from_text("notes"));
    }
    let Ok(Op::Create(create)) = planned(&removed, None) else { panic!() };
    let Record::Meeting(record) = &create.record else { panic!() };
    assert!(record.people.is_empty() && record.title == "Before" && record.body.text == "notes");
    let facts = Facts {
        mark: Some(identity::mark(&"a".into(), &account, 5)),
        transaction: Some(identity::transaction(&"a".into(), &account, 5)),
        involves_me: true,
        ..Facts::default()
    };
    assert_eq!((create.id, create.facts), (None, facts), "in the generation after the link's");
    assert_eq!(create.container, linked(Side::Exchange).0.halves.exchange.container);

    let mut removed = entry(Side::Creatio, What::Deleted, &[]);
    removed.facts.mark = Some(identity::mark(&"a".into(), &account, 1));
    removed.facts.transaction = Some("transaction".to_owned());
    let Ok(Op::Create(create)) = planned(&removed, None) else { panic!() };
    assert_eq!((create.id, create.container.as_str()), (Some("a".into()), "activities"));
    assert_eq!(create.facts, pair().creatio.facts, "a mark and a transaction are an event's");

    assert_eq!(planned(&removed, Some(pair().creatio)), Err(Why::Gone), "it is there again");
    assert_eq!(planned(&Entry { before: None, ..removed }, None), Err(Why::Gone), "nothing is known of it");
}

#[test]
fn an_event_that_was_removed_is_not_created_beside_the_one_that_was_made_in_its_place() {
    for (side, steps) in [(Side::Exchange, 0), (Side::Creatio, 1)] {
        let removed = entry(side, What::Deleted, &[]);
        let now = Now { again: ["a".into()].into(), ..now(&removed, None) };
        let plan = undo(&Moment::new().account, false, std::slice::from_ref(&removed), &now);
        assert_eq!((plan.steps.len(), plan.refused.len()), (steps, 1 - steps), "{side}");
        assert!(plan.refused.iter().all(|refused| refused.why == Why::Gone));
    }
}

#[test]
fn an_activity_that_gave_way_to_another_one_is_not_brought_back_beside_it() {
    let canceled = entry(Side::Creatio, What::Status(Some(Status::NotStarted), Status::Canceled), &[]);
    let deleted = entry(Side::Creatio, What::Deleted, &[]);
    let mut item = pair().creatio;
    item.facts.status = Some(Status::Canceled);
    for (entry, item) in [(canceled, Some(item)), (deleted, None)] {
        for (made, refused) in [(Some(Side::Creatio), true), (None, false)] {
            let mut now = now(&entry, item.clone());
            for link in now.links.values_mut() {
                let foreseen = Link::foreseen(link.halves.creatio.id());
                link.halves.exchange.replace_id(foreseen);
                (link.state, link.made) = (LinkState::Tombstone, made);
            }
            let plan = undo(&Moment::new().account, false, std::slice::from_ref(&entry), &now);
            let why: Vec<Why> = plan.refused.iter().map(|refused| refused.why).collect();
            assert_eq!(why, vec![Why::Gone; usize::from(refused)], "{:?} {made:?}", entry.what);
        }
    }
}

#[test]
fn the_last_write_is_taken_back_first_and_nothing_of_what_is_no_longer_linked() {
    let entries = [2, 7, 5].map(|nth| Entry { nth, ..entry(Side::Exchange, What::Updated, &[Field::Title]) });
    let plan = undo(&Moment::new().account, false, &entries, &now(&entries[0], Some(pair().exchange)));
    assert_eq!(plan.steps.iter().map(|step| step.entry.nth).collect::<Vec<_>>(), [7, 5, 2]);
    let plan = undo(&Moment::new().account, false, &entries, &Now::default());
    assert_eq!(plan.refused.iter().map(|refused| refused.why).collect::<Vec<_>>(), [Why::Unlinked; 3]);
}

/// The step that takes an entry back.
fn step(entry: &Entry, item: Option<Item>) -> Back {
    undo(&Moment::new().account, false, std::slice::from_ref(entry), &now(entry, item)).steps.remove(0)
}

#[test]
fn an_undo_has_an_entry_of_its_own_that_names_what_it_undoes() {
    let edited = entry(Side::Exchange, What::Updated, &[Field::Title]);
    let step = step(&edited, Some(pair().exchange));
    let run = at("2026-03-10T09:30:00Z");
    let written = Written {
        id: "e".into(),
        container: "there".into(),
        version: Version::new("next"),
        item: None,
        replaced: None,
        missing: None,
    };
    for written in [None, Some(&written)] {
        let noted = recorded(&step, run, 1, written).unwrap();
        assert_eq!((noted.run, noted.nth, noted.undoes), (run, 1, Some((edited.run, edited.nth))), "{written:?}");
        assert_eq!((noted.before.unwrap().title(), noted.after.unwrap().title()), ("Call", "Before"));
    }
}

#[test]
fn a_pair_rests_as_both_sides_now_are() {
    let changed = |side: Side| {
        let mut item = Item { id: ItemId::from("new"), version: Version::new("next"), ..pair()[side].clone() };
        item.container = "other".into();
        *title(&mut item) = side.to_string();
        item.facts.has_unmapped_content = true;
        item
    };
    for side in Side::BOTH {
        for (what, generation) in [(What::Updated, 4), (What::Deleted, 5)] {
            let there = (what == What::Updated).then(|| pair()[side].clone());
            let step = step(&entry(side, what, &[Field::Title]), there);
            let (written, other) = (changed(side), changed(side.other()));
            let link = rested(&step, Some(&written), Some(&other), &Pair::default());
            assert_eq!((link.state, link.generation), (LinkState::Undone, generation), "{side} {what:?}");
            for side in Side::BOTH {
                let item = changed(side);
                assert_eq!((link.halves[side].id(), link.halves[side].version()), (&item.id, Some(&item.version)));
                assert_eq!((&link.halves[side].base, &link.halves[side].facts), (&item.record, &item.facts));
                assert_eq!(link.halves[side].container, item.container);
            }
            let unread = rested(&step, None, None, &Pair::default());
            assert_eq!(
                (&unread.ids(), &unread.base(), unread.state),
                (&step.link.ids(), &step.link.base(), LinkState::Undone)
            );
        }
    }
}

#[test]
fn what_can_not_be_read_rests_as_it_was_agreed_on() {
    let blank = |side: Side| {
        let mut item = pair()[side].clone();
        *title(&mut item) = String::new();
        the_meeting(&mut item).place = "somewhere".to_owned();
        item
    };
    for side in Side::BOTH {
        let step = step(&entry(side, What::Updated, &[Field::Title]), Some(pair()[side].clone()));
        let unheld = Pair::of(|of| if of == side { vec![Field::Title] } else { Vec::new() });
        let (written, other) = (blank(side), blank(side.other()));
        let link = rested(&step, Some(&written), Some(&other), &unheld);
        let agreed = step.link.halves[side].base.title();
        assert_eq!([link.halves[side].base.title(), link.halves[side.other()].base.title()], [agreed, ""], "{side}");
        for of in Side::BOTH {
            let mut rests = Item { record: link.halves[of].base.clone(), ..pair()[of].clone() };
            assert_eq!(the_meeting(&mut rests).place, "somewhere", "{side}");
        }
    }
}
