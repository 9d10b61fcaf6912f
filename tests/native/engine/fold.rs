//! Folding: a link moves on only by what was confirmed.

use crate::support::memory::{at, title};
use crate::support::moment::{Moment, linked, the_meeting};
use chrono::Duration;
use schedule_sync::engine::action::{Action, Step};
use schedule_sync::engine::fold::{fold, found, read_first, without_missing};
use schedule_sync::engine::folded::Folded;
use schedule_sync::engine::held::Reason;
use schedule_sync::engine::identity;
use schedule_sync::engine::kept::believed;
use schedule_sync::engine::link::{Link, LinkState};
use schedule_sync::flat::FlatSet;
use schedule_sync::model::op::{Create, Missing, Op, Outcome, Refusal, Update, Written};
use schedule_sync::model::{
    Facts, Field, Instant, Item, ItemId, Pair, Patch, Record, Reminder, Response, Side, Version,
};

fn now() -> Instant {
    at("2026-03-10T09:00:00Z")
}

fn action(step: Step, writes: Vec<(Side, Op)>, after: &Link) -> Action {
    Action { step, title: "Call".to_owned(), writes, before: None, after: after.clone() }
}

fn create(item: &Item) -> Op {
    let (container, record) = (item.container.clone(), item.record.clone());
    Op::Create(Box::new(Create { id: None, container, record, facts: Facts::default() }))
}

fn update(item: &Item, fields: &[Field]) -> Op {
    Op::Update(Box::new(Update::of(
        item,
        Patch { record: item.record.clone(), fields: fields.iter().copied().collect() },
    )))
}

fn delete(item: &Item) -> Op {
    Op::Delete { id: item.id.clone(), container: item.container.clone(), version: item.version.clone(), cancels: false }
}

fn confirmed(item: &Item) -> Outcome {
    let (id, container, version) = (item.id.clone(), item.container.clone(), item.version.clone());
    Ok(Written { id, container, version, item: Some(Box::new(item.clone())), replaced: None, missing: None })
}

fn reminder(record: &Record) -> Reminder {
    match record {
        Record::Meeting(meeting) => meeting.reminder,
        Record::Task(_) => panic!("a task"),
    }
}

fn response(record: Record) -> Response {
    match record {
        Record::Meeting(meeting) => meeting.response,
        Record::Task(_) => panic!("a task"),
    }
}

/// The pair, its event still to be created, and the event as the server then tells of it.
fn pending() -> (Link, Pair<Item>) {
    let (link, mut items) = linked(Side::Exchange);
    (items.exchange.id, items.exchange.version) = ("made".into(), Version::new("first"));
    items.exchange.container = "calendar, as the server names it".into();
    the_meeting(&mut items.exchange).response = Response::Confirmed;
    (Link { state: LinkState::Pending(Side::Exchange), ..link }, items)
}

#[test]
fn a_confirmed_creation_makes_the_link_live() {
    let (link, items) = pending();
    let action = action(Step::Create(Side::Exchange), vec![(Side::Exchange, create(&items.exchange))], &link);
    let Folded { put, done, again, held, drop } = fold(&action, &[confirmed(&items.exchange)], now());
    let put = put.unwrap();
    assert_eq!(
        (put.state, put.halves.exchange.id().as_str(), put.halves.exchange.spelled_version().as_str()),
        (LinkState::Alive, "made", "first")
    );
    assert_eq!(put.halves.exchange.container, items.exchange.container);
    assert_eq!(put.halves.exchange.base, items.exchange.record, "with the answer that the server filled in");
    assert!(done && again.is_empty() && held.is_empty() && drop.is_empty());
}

#[test]
fn a_creation_found_again_is_in_step_with_what_was_written() {
    let (link, mut items) = pending();
    *title(&mut items.exchange) = "Renamed since".to_owned();
    let again = found(&link, Side::Exchange, &items.exchange);
    assert_eq!((again.state, again.halves.exchange.version()), (LinkState::Alive, Some(&items.exchange.version)));
    assert_eq!(again.halves.exchange.facts, items.exchange.facts);
    assert_eq!(again.halves.exchange.base.title(), "Call", "what a person wrote since is an edit");
    let Record::Meeting(base) = again.halves.exchange.base else { panic!() };
    assert_eq!(base.response, Response::Confirmed);
}

/// A creation of one transaction gives the event that another device made by it. What differs there
/// since somebody edited it is theirs; what a server makes of a value, it makes at once.
#[test]
fn a_creation_that_meets_what_was_edited_since_is_not_confirmed() {
    let (_, items) = pending();
    let made = at("2026-03-10T08:50:00Z");
    let rows = [
        ("as it was written", "Call", Some(made), Some(made + Duration::minutes(3)), true),
        ("the server's", "Call, cut", Some(made), Some(made + Duration::seconds(2)), true),
        ("edited since", "Visit", Some(made), Some(made + Duration::minutes(3)), false),
        ("no stamp tells", "Visit", Some(made), None, true),
        ("nor when it was made", "Visit", None, Some(made), true),
    ];
    for (what, named, created, stamp, expected) in rows {
        let mut held = items.exchange.clone();
        (held.facts.created, held.stamp) = (created, stamp);
        *title(&mut held) = named.to_owned();
        let outcome = believed(&create(&items.exchange), confirmed(&held));
        assert_eq!(outcome == confirmed(&held), expected, "{what}");
        assert!(expected || outcome == Err(Refusal::Unknown), "{what}");
        let written = believed(&update(&items.exchange, &[Field::Title]), confirmed(&held));
        assert_eq!(written, confirmed(&held), "{what}: an update is told apart by its version");
    }
}

/// Of what is read back with an update only what a server moves by itself is folded, and what it
/// made of the fields that were written: all else is somebody's edit.
#[test]
fn only_what_the_server_did_with_the_write_is_folded_as_read_back() {
    for (fields, folded, kept) in [
        (&[Field::When][..], Reminder::Before(45), "Call"),
        (&[Field::When, Field::Title], Reminder::Before(45), "Made of it"),
        (&[Field::When, Field::Reminder], Reminder::Before(45), "Call"),
        (&[Field::Title], Reminder::Off, "Made of it"),
        (&[Field::Reminder], Reminder::Before(45), "Call"),
    ] {
        let (link, items) = linked(Side::Exchange);
        let mut read = items.exchange.clone();
        the_meeting(&mut read).reminder = Reminder::Before(45);
        *title(&mut read) = "Made of it".to_owned();
        let action =
            action(Step::Update(Side::Exchange), vec![(Side::Exchange, update(&items.exchange, fields))], &link);
        let put = fold(&action, &[confirmed(&read)], now()).put.unwrap();
        assert_eq!(
            (reminder(&put.halves.exchange.base), put.halves.exchange.base.title()),
            (folded, kept),
            "{fields:?}"
        );
        let servers = fields.iter().copied().filter(|field| *field != Field::When).collect();
        assert_eq!(
            put.halves.map(|half| half.unkept),
            Pair { creatio: FlatSet::new(), exchange: servers },
            "{fields:?}"
        );
    }
}

/// The Activity was written, the user's answer in it was not: nobody has edited that in Creatio,
/// and what Exchange has is still to go over.
#[test]
fn an_answer_that_was_not_written_is_no_edit_in_creatio() {
    let creation: fn(&Item) -> Op = create;
    for (what, write) in [("created", creation), ("changed", |item| update(item, &[Field::Response]))] {
        let (mut link, items) = linked(Side::Creatio);
        let mut answered = items.creatio.clone();
        the_meeting(&mut answered).response = Response::Confirmed;
        link = link.with_base(Pair::of(|_| answered.record.clone()));
        let missing = Missing { people: Vec::new(), response: true, reason: "CreatioUnknown".to_owned() };
        let told = confirmed(&items.creatio).map(|written| Written { missing: Some(missing), ..written });
        let action = action(Step::Update(Side::Creatio), vec![(Side::Creatio, write(&answered))], &link);
        let folded = fold(&action, &[told], now());
        let bases = folded.put.unwrap().base().map(Clone::clone).map(response);
        assert_eq!(bases, Pair::of(|_| response(items.creatio.record.clone())), "{what}");
        assert_eq!(folded.held.len(), 1, "{what}: it is named");
        let fields: Vec<Field> = folded.held.iter().flat_map(|held| &held.fields).map(|held| held.field).collect();
        assert_eq!(fields, [Field::Response], "{what}: by that field alone");
    }
}

/// The run ended before the row with the user's answer was written: what the new Activity has there
/// is nobody's edit, and what Exchange has is still to go over. A person's own answer stays.
#[test]
fn the_answer_of_an_activity_that_is_found_again_is_still_to_be_written() {
    for (side, there, expected) in [
        (Side::Creatio, Response::InDoubt, Response::InDoubt),
        (Side::Creatio, Response::Declined, Response::Confirmed),
        (Side::Exchange, Response::InDoubt, Response::Confirmed),
    ] {
        let (mut link, mut items) = linked(side);
        let mut answered = items[side].clone();
        the_meeting(&mut answered).response = Response::Confirmed;
        link = link.with_base(Pair::of(|_| answered.record.clone()));
        the_meeting(&mut items[side]).response = there;
        let alive = without_missing(&found(&link, side, &items[side]), side, &items[side]);
        let base = alive.base().map(Clone::clone).map(response);
        assert_eq!((base[side], base[side.other()]), (there, expected), "{side} {there:?}");
    }
}

#[test]
fn a_mark_and_a_transaction_are_kept_where_a_reply_does_not_carry_them() {
    let (mut link, items) = linked(Side::Exchange);
    let mark = |activity: &str| Some(identity::mark(&ItemId::from(activity), &Moment::new().account, 0));
    (link.halves.exchange.facts.mark, link.halves.exchange.facts.transaction) = (mark("a"), Some("first".to_owned()));
    let action =
        action(Step::Update(Side::Exchange), vec![(Side::Exchange, update(&items.exchange, &[Field::Title]))], &link);
    let mut read = items.exchange;
    read.facts.attendees = 3;
    let facts = fold(&action, &[confirmed(&read)], now()).put.unwrap().halves.exchange.facts;
    assert_eq!((facts.mark, facts.transaction, facts.attendees), (mark("a"), Some("first".to_owned()), 3));
    (read.facts.mark, read.facts.transaction) = (mark("b"), Some("second".to_owned()));
    let facts = fold(&action, &[confirmed(&read)], now()).put.unwrap().halves.exchange.facts;
    assert_eq!((facts.mark, facts.transaction), (mark("b"), Some("second".to_owned())));
}

#[test]
fn what_was_found_is_linked_though_it_could_not_be_marked() {
    let (link, items) = linked(Side::Exchange);
    let mark = Some(identity::mark(&"a".into(), &Moment::new().account, 0));
    let marking = |fields: &[Field]| {
        let Op::Update(bare) = update(&items.exchange, fields) else { panic!() };
        vec![(Side::Exchange, Op::Update(Box::new(Update { mark: mark.clone(), ..*bare })))]
    };
    let refused = || [Err(Refusal::Rejected("full".to_owned()))];
    for (what, step, writes, kept) in [
        ("only marked", Step::Adopt, marking(&[]), true),
        ("written to as well", Step::Adopt, marking(&[Field::Title]), false),
        ("only written to", Step::Adopt, vec![(Side::Exchange, update(&items.exchange, &[Field::Title]))], false),
        ("not marked", Step::Adopt, vec![(Side::Exchange, update(&items.exchange, &[]))], false),
        ("marked before it is created again", Step::Create(Side::Creatio), marking(&[]), false),
    ] {
        let folded = fold(&action(step, writes, &link), &refused(), now());
        assert_eq!((folded.put.is_some(), folded.held.is_empty(), folded.done), (kept, kept, kept), "{what}");
    }
}

#[test]
fn what_was_created_is_linked_whatever_becomes_of_the_rest() {
    let (link, items) = pending();
    let mut old = items.exchange.clone();
    old.id = "old".into();
    let writes = vec![(Side::Exchange, create(&items.exchange)), (Side::Exchange, delete(&old))];
    let action = action(Step::Convert(Side::Exchange), writes, &link);
    let made = || confirmed(&items.exchange);
    let removed = Ok(Written {
        id: "old".into(),
        container: "x".into(),
        version: Version::new(""),
        item: None,
        replaced: None,
        missing: None,
    });
    for rest in [Some(removed), Some(Err(Refusal::Gone)), Some(Err(Refusal::Stale)), Some(Err(Refusal::Unknown)), None]
    {
        let outcomes: Vec<Outcome> = std::iter::once(made()).chain(rest).collect();
        let folded = fold(&action, &outcomes, now());
        assert_eq!(folded.put.map(|link| link.halves.exchange.id().clone()), Some("made".into()), "{outcomes:?}");
    }
    for first in [Err(Refusal::Stale), Err(Refusal::Unknown), Err(Refusal::NotSent)] {
        let folded = fold(&action, std::slice::from_ref(&first), now());
        assert_eq!((folded.put, folded.done), (None, false), "{first:?}");
    }
}

#[test]
fn what_was_removed_already_is_removed_unless_it_may_have_been_moved() {
    for side in Side::BOTH {
        let (link, items) = linked(side);
        let dead = Link { state: LinkState::Tombstone, ..link };
        let action = action(Step::Delete(side), vec![(side, delete(&items[side]))], &dead);
        let folded = fold(&action, &[Err(Refusal::Gone)], now());
        let is_sure = side == Side::Creatio;
        assert_eq!((folded.put, folded.done), (is_sure.then_some(dead), is_sure), "{side}");
        assert_eq!(folded.again.len(), if is_sure { 0 } else { 2 }, "{side}: both are read again");
    }
}

#[test]
fn a_write_that_was_not_confirmed_leaves_the_link_and_both_items_are_read_again() {
    let (link, items) = linked(Side::Exchange);
    let both = vec![
        (Side::Creatio, link.halves.creatio.id().clone(), link.halves.creatio.container.clone()),
        (Side::Exchange, link.halves.exchange.id().clone(), link.halves.exchange.container.clone()),
    ];
    for side in Side::BOTH {
        for (op, read) in [
            (update(&items[side], &[Field::Title]), both.clone()),
            (create(&items[side]), both.iter().filter(|(of, ..)| *of != side).cloned().collect()),
        ] {
            let action = action(Step::Merge, vec![(side, op.clone())], &link);
            for outcomes in
                [vec![], vec![Err(Refusal::Stale)], vec![Err(Refusal::Unknown)], vec![Err(Refusal::NotSent)]]
            {
                let folded = fold(&action, &outcomes, now());
                assert_eq!((&folded.put, folded.done, &folded.again), (&None, false, &read), "{op:?} {outcomes:?}");
                assert!(folded.held.is_empty());
            }
        }
    }
}

#[test]
fn a_refused_write_is_shown_where_its_item_is() {
    let (link, items) = linked(Side::Exchange);
    for side in Side::BOTH {
        for (op, shown) in [
            (update(&items[side], &[Field::Title]), side),
            (delete(&items[side]), side),
            (create(&items[side]), side.other()),
        ] {
            let action = action(Step::Merge, vec![(side, op.clone())], &link);
            let folded = fold(&action, &[Err(Refusal::Rejected("too long".to_owned()))], now());
            assert!(folded.put.is_none() && !folded.done && folded.again.is_empty());
            let [held] = folded.held.as_slice() else { panic!("{:?}", folded.held) };
            assert_eq!(
                (held.reason, held.detail.as_str(), held.title.as_str()),
                (Reason::Rejected, "too long", "Call")
            );
            assert_eq!(held.id.as_ref(), Some(link.halves[shown].id()), "{op:?}");
        }
    }
}

/// A server that tells nothing of what it created may show it later, as it made it.
#[test]
fn what_could_not_be_read_when_it_was_created_is_as_the_server_made_it_once_it_can_be() {
    for edited in [false, true] {
        let (link, mut items) = linked(Side::Exchange);
        let action = action(Step::Create(Side::Creatio), vec![(Side::Creatio, create(&items.creatio))], &link);
        let Ok(told) = confirmed(&items.creatio) else { panic!() };
        let mut link = fold(&action, &[Ok(Written { item: None, ..told })], now()).put.unwrap();
        assert_eq!(link.memory.unread, Some(Side::Creatio));
        let unread = link.clone();
        assert!(!read_first(&mut link, Pair { creatio: None, exchange: Some(&items.exchange) }));
        assert_eq!(link, unread, "it was not read yet");
        *title(&mut items.creatio) = "Call (checked)".to_owned();
        items.creatio.facts.created = Some(now());
        items.creatio.stamp = Some(if edited { at("2026-03-10T09:30:00Z") } else { now() });
        assert!(read_first(&mut link, items.as_ref().map(Some)));
        let expected = if edited { "Call" } else { "Call (checked)" };
        assert_eq!((link.halves.creatio.base.title(), link.memory.unread), (expected, None));
        assert_eq!(link.halves.creatio.unkept.contains(&Field::Title), !edited);
    }
}

/// The server fills in that the user is the organizer, which is no answer of theirs. In Creatio an
/// answer may be a person's.
#[test]
fn the_answer_in_what_is_read_first_is_agreed_on_for_an_event_only() {
    for (side, expected) in [(Side::Creatio, Response::InDoubt), (Side::Exchange, Response::Confirmed)] {
        let (mut link, mut items) = linked(side);
        link.memory.unread = Some(side);
        the_meeting(&mut items[side]).response = Response::Confirmed;
        assert!(read_first(&mut link, items.as_ref().map(Some)));
        let Record::Meeting(agreed) = &link.halves[side].base else { panic!() };
        assert_eq!(agreed.response, expected, "{side}");
    }
}

/// Reads may be late, and rights lost for a moment: only what is taken the second time has a copy.
#[test]
fn a_creation_whose_id_is_taken_is_tried_once_more() {
    let (link, items) = linked(Side::Exchange);
    for taken in [false, true] {
        let mut link = Link { state: LinkState::Pending(Side::Creatio), ..link.clone() };
        link.memory.taken = taken;
        let action = action(Step::Create(Side::Creatio), vec![(Side::Creatio, create(&items.creatio))], &link);
        let folded = fold(&action, &[Err(Refusal::Taken)], now());
        assert_eq!(folded.put.is_some_and(|put| put.memory.taken && put.is_pending()), !taken);
        assert_eq!((folded.again.len(), folded.held.len()), if taken { (0, 1) } else { (1, 0) });
    }
}

/// Microsoft 365 remembers the transaction of an event that was deleted: the next one is another.
#[test]
fn a_creation_whose_transaction_is_spent_is_tried_with_the_next() {
    let (link, items) = linked(Side::Creatio);
    let link = Link { state: LinkState::Pending(Side::Exchange), ..link };
    let action = action(Step::Create(Side::Exchange), vec![(Side::Exchange, create(&items.exchange))], &link);
    for (refusal, raised) in [(Refusal::Spent, true), (Refusal::Rejected("ErrorInvalidRequest".to_owned()), false)] {
        let folded = fold(&action, &[Err(refusal)], now());
        let put = folded.put.map(|put| (put.generation, put.is_pending()));
        assert_eq!(put, raised.then_some((link.generation + 1, true)));
        assert_eq!((folded.again.len(), folded.held.len()), if raised { (1, 0) } else { (0, 1) });
    }
}
