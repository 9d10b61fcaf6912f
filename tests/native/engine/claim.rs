//! Who becomes Owner of an Activity that a colleague's account imported before: the organizer,
//! once, unless a person has set another.

use crate::support::memory::{ME, title};
use crate::support::moment::{Moment, pair, seen, the_meeting};
use schedule_sync::engine::action::Planned;
use schedule_sync::engine::settings::Conflict;
use schedule_sync::engine::{actions, claim, identity};
use schedule_sync::model::op::{Op, Update};
use schedule_sync::model::{ContactId, Field, Item, Pair, Record, Side};

/// The user's own meeting, and the Activity that a colleague's account made of the copy in the
/// colleague's mailbox.
fn imported(moment: &Moment) -> Pair<Item> {
    let mut items = pair();
    items.creatio.id = identity::activity(&items.exchange, &moment.account, 0);
    let facts = &mut items.creatio.facts;
    (facts.owner, facts.author, facts.involves_me) = (Some("colleague".into()), Some("colleague".into()), false);
    items
}

#[test]
fn the_organizer_claims_what_only_an_import_gave_to_a_colleague() {
    type Change = fn(&mut Moment, &mut Pair<Item>);
    let rows: [(&str, Change, bool); 11] = [
        ("a colleague's by import", |_, _| {}, true),
        ("made in Creatio", |_, items| items.creatio.id = "a".into(), false),
        ("somebody else's meeting", |_, items| items.exchange.facts.organized_by_other = true, false),
        ("private", |_, items| items.exchange.facts.private = true, false),
        ("a person set the Owner", |_, items| items.creatio.facts.owner = Some("boss".into()), false),
        ("nobody is Owner", |_, items| (items.creatio.facts.owner, items.creatio.facts.author) = (None, None), false),
        (
            "the user's already",
            |_, items| (items.creatio.facts.owner, items.creatio.facts.author) = (Some(ME.into()), Some(ME.into())),
            false,
        ),
        ("a process's", |_, items| items.creatio.facts.process = true, false),
        ("not imported", |moment, _| moment.settings.import_meetings.on = false, false),
        ("tasks not imported", |moment, _| moment.settings.import_tasks.on = false, true),
        (
            "a task",
            |_, items| items.exchange.record = Record::Task(crate::support::memory::task("Call", "2026-03-12")),
            false,
        ),
    ];
    for (what, change, expected) in rows {
        let mut moment = Moment::new();
        let mut items = imported(&moment);
        change(&mut moment, &mut items);
        assert_eq!(claim::claims(&moment.context(), items.as_ref()), expected, "{what}");
    }
}

fn updates(planned: &Planned) -> Vec<(Side, &Update)> {
    planned
        .action
        .iter()
        .flat_map(|action| &action.writes)
        .map(|(side, op)| match op {
            Op::Update(update) => (*side, &**update),
            Op::Create(_) | Op::Delete { .. } => panic!("an adoption only updates: {op:?}"),
        })
        .collect()
}

fn contacts(record: &Record) -> Vec<Option<ContactId>> {
    match record {
        Record::Meeting(meeting) => meeting.people.iter().map(|one| one.contact.clone()).collect(),
        Record::Task(_) => panic!("a task"),
    }
}

/// Whatever else is written with it: the Activity gets the user as Owner, and who was it stays as a
/// participant, in one write.
#[test]
fn a_claim_is_one_write_to_the_activity_and_keeps_who_was_owner_as_participant() {
    for (what, renamed, conflict, written) in [
        ("nothing else", false, Conflict::Ask, vec![Side::Creatio]),
        ("the event's title", true, Conflict::Exchange, vec![Side::Creatio]),
        ("the Activity's title", true, Conflict::Creatio, vec![Side::Creatio, Side::Exchange]),
    ] {
        let moment = Moment::with(|settings| settings.rules.conflict = conflict);
        let mut items = imported(&moment);
        if renamed {
            *title(&mut items.exchange) = "Renamed".to_owned();
        }
        let seen = seen([&items.creatio], [&items.exchange]);
        let planned = actions::adopt(&moment.context(), &seen, items.as_ref());
        let updates = updates(&planned);
        let mut sides: Vec<Side> = updates.iter().map(|(side, _)| *side).collect();
        sides.sort();
        assert_eq!(sides, written, "{what}");
        for (side, update) in updates {
            let owner = (side == Side::Creatio).then(|| ME.into());
            assert_eq!(update.owner, owner, "{what}, {side}");
            assert_eq!(update.patch.fields.contains(&Field::People), side == Side::Creatio, "{what}, {side}");
            if side == Side::Creatio {
                assert_eq!(contacts(&update.patch.record), [Some("colleague".into())], "{what}");
            }
        }
        let after = &planned.action.as_ref().unwrap().after;
        assert_eq!(contacts(&after.halves.creatio.base), [Some("colleague".into())], "{what}");
        assert!(planned.links.is_empty(), "{what}: the link comes with the write");
    }
}

#[test]
fn what_is_claimed_is_the_users_from_then_on() {
    let moment = Moment::new();
    let mut items = imported(&moment);
    the_meeting(&mut items.creatio).place = "Here".to_owned();
    let owned = claim::owned(&moment.context(), &items.creatio);
    assert_eq!((owned.facts.owner.clone(), owned.facts.involves_me), (Some(ME.into()), true));
    assert_eq!(owned.record, items.creatio.record);
}
