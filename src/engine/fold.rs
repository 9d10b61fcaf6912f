//! Folding: what a server answered becomes the link's new state. A link moves on only by what was
//! confirmed.

use crate::engine::action::{Action, Step};
use crate::engine::folded::Folded;
use crate::engine::held::{Held, HeldField, Reason};
use crate::engine::kept;
use crate::engine::link::{Link, LinkState, Memory};
use crate::model::op::{Missing, Op, Outcome, Refusal, Update, Written};
use crate::model::person::Roll;
use crate::model::record::differences;
use crate::model::{ContainerId, Facts, Field, Instant, Item, ItemId, Pair, Person, Record, Response, Side, person};

/// The word for an id that another Activity has which can't be read.
const TAKEN: &str = "CreatioTaken";

/// Folds the outcomes of an action's writes, in their order; fewer outcomes than writes: the rest
/// was never sent.
#[must_use]
pub fn fold(action: &Action, outcomes: &[Outcome], now: Instant) -> Folded {
    let mut link = Link { state: alive(action.after.state), ..action.after.clone() };
    let mut made = false;
    let mut left = Vec::new();
    let (mut again, mut held) = (Vec::new(), Vec::new());
    for (n, (side, op)) in action.writes.iter().enumerate() {
        match (outcomes.get(n), op) {
            (Some(Ok(written)), Op::Create(_) | Op::Update(_)) => {
                made |= matches!(op, Op::Create(_));
                confirm(&mut link, *side, op, written);
                if let Some(missing) = &written.missing {
                    lack(&mut link, written, missing);
                    again.push((*side, written.id.clone(), written.container.clone()));
                    held.push(unwritten(action, *side, written, missing, now));
                }
                if *side == Side::Exchange && written.item.is_some() {
                    held.extend(unstored(action, &link, *side, op, now));
                }
            }
            (Some(Ok(_)), Op::Delete { .. }) => {}
            // an Activity has one place; an event or task that is not where it was may be
            // elsewhere, which the next run looks into
            (Some(Err(Refusal::Gone)), Op::Delete { .. }) if *side == Side::Creatio => {}
            // what was created is linked, whatever becomes of the rest, and so is what was found
            (Some(Err(refusal)), Op::Delete { .. }) if made => left.push((*side, op, refusal)),
            (None, Op::Delete { .. }) if made => left.push((*side, op, &Refusal::NotSent)),
            (Some(Err(_)) | None, _) if made => {}
            (Some(Err(_)), Op::Update(update)) if action.step == Step::Adopt && is_marking(update) => {}
            (Some(Err(refusal)), _) => return failed(action, *side, op, refusal, now),
            (None, _) => return failed(action, *side, op, &Refusal::NotSent, now),
        }
    }
    let mut folded = Folded { done: true, again, held, ..Folded::default() };
    match left.first() {
        // the new item is there, and what it replaces is still to be removed
        Some((side, op, refusal)) => {
            let Folded { again, held, .. } = failed(action, *side, op, refusal, now);
            folded.again.extend(again.into_iter().map(|(side, _, _)| of(&link, side)));
            folded.held.extend(held);
        }
        None if made && matches!(action.step, Step::Convert(_)) => {
            link.former = link.former.and_then(|old| old.former);
        }
        None => {}
    }
    folded.put = Some(link);
    folded
}

/// What the next run reads again of `link` on `side`.
fn of(link: &Link, side: Side) -> (Side, ItemId, ContainerId) {
    (side, link.halves[side].id().clone(), link.halves[side].container.clone())
}

/// Takes out of the base who is not there as they were to be, and an answer that is not: so that
/// they look new on the other side, and the next run writes them.
fn lack(link: &mut Link, written: &Written, missing: &Missing) {
    let there = written.item.as_ref().map_or(&[][..], |item| item.record.people());
    link.unsettled = true;
    for base in Side::BOTH {
        let Record::Meeting(meeting) = &mut link.halves[base].base else { continue };
        let same = |one: &Person| missing.people.iter().any(|other| other.is(one));
        let others = meeting.people.iter().filter(|one| !same(one)).cloned();
        let as_they_are = there.iter().filter(|one| same(one)).cloned();
        meeting.people = person::normal(others.chain(as_they_are));
    }
    if let (true, Some(item)) = (missing.response, &written.item) {
        for base in Side::BOTH {
            super::merge::copy(Field::Response, &item.record, &mut link.halves[base].base);
        }
    }
}

/// What a person has to see of people who could not be written.
fn unwritten(action: &Action, side: Side, written: &Written, missing: &Missing, now: Instant) -> Held {
    let people = (!missing.people.is_empty()).then_some(Field::People);
    let fields = people.into_iter().chain(missing.response.then_some(Field::Response)).map(HeldField::bare).collect();
    let held = Held::whole(side, written.id.clone(), &action.title, Reason::Rejected, now);
    Held { detail: missing.reason.clone(), fields, ..held }
}

/// The link of a creation on `side` that was found again, without those people whose rows were
/// still to be written when the run ended, and without the user's answer, which stands in one of
/// them: they look new.
#[must_use]
pub fn without_missing(link: &Link, side: Side, item: &Item) -> Link {
    let mut link = link.clone();
    let there = item.record.people();
    let missing: Vec<Person> = link.halves[side]
        .base
        .people()
        .iter()
        .filter(|one| !there.iter().any(|other| other.is(one)))
        .cloned()
        .collect();
    let is_unanswered = matches!(&item.record, Record::Meeting(meeting) if meeting.response == Response::default());
    for base in Side::BOTH {
        if let Record::Meeting(meeting) = &mut link.halves[base].base {
            meeting.people.retain(|one| !missing.iter().any(|other| other.is(one)));
            // on Exchange the answer comes with the item
            if side == Side::Creatio && is_unanswered {
                meeting.response = Response::default();
            }
        }
    }
    link
}

/// Whether it writes nothing but our mark.
fn is_marking(update: &Update) -> bool {
    update.mark.is_some() && update.patch.fields.is_empty()
}

/// The state of the link once all is confirmed.
const fn alive(state: LinkState) -> LinkState {
    match state {
        LinkState::Pending(_) => LinkState::Alive,
        LinkState::Alive | LinkState::Asleep | LinkState::Tombstone | LinkState::Undone => state,
    }
}

/// The link of a creation on `side` that was never confirmed, and found again as `item`.
#[must_use]
pub fn found(link: &Link, side: Side, item: &Item) -> Link {
    let mut link = Link { state: alive(link.state), ..link.clone() };
    link.halves[side].set_version(item.version.clone());
    link.halves[side].facts = item.facts.clone();
    fill_in(&mut link, side, item);
    made(&mut link, side, item);
    link
}

/// Takes in what a server fills in when it creates, as `item` shows it.
fn fill_in(link: &mut Link, side: Side, item: &Item) {
    for field in BY_CREATION {
        super::merge::copy(field, &item.record, &mut link.halves[side].base);
    }
}

/// Takes in what the server made of an item that was created on `side`, if nobody has changed it
/// since.
fn made(link: &mut Link, side: Side, item: &Item) {
    if item.stamp.is_some() && item.stamp == item.facts.created {
        kept::as_made(link, side, item);
    }
}

/// Takes in the first reading of an item that could not be read when it was created; whether there
/// was one.
pub fn read_first(link: &mut Link, items: Pair<Option<&Item>>) -> bool {
    let Some((side, item)) = link.memory.unread.and_then(|side| Some((side, items[side]?))) else { return false };
    link.memory.unread = None;
    // an answer in Creatio may be a person's by now; that of an event's organizer is the server's
    if side == Side::Exchange {
        fill_in(link, side, item);
    }
    made(link, side, item);
    *link = without_missing(link, side, item);
    true
}

fn confirm(link: &mut Link, side: Side, op: &Op, written: &Written) {
    link.halves[side].replace_id(written.id.clone());
    link.halves[side].container = written.container.clone();
    let seen = link.halves[side].item.clone();
    link.halves[side].set_version(written.version.clone());
    if let Some(item) = &written.item {
        for field in predicted(op) {
            super::merge::copy(field, &item.record, &mut link.halves[side].base);
        }
        kept::confirm(link, side, op, item);
        if side == Side::Exchange {
            recognise(&mut link.halves[side].base, op, &item.record);
        }
        // what differs beside that, nobody has decided about: the pair is read again, and as long
        // as it can't be, no write may rest on a version that has it
        if !differences(&link.halves[side].base, &item.record).is_empty() {
            link.unsettled = true;
            if let Op::Update(_) = op {
                link.halves[side].item = seen;
            }
        }
        link.halves[side].facts = learned(&link.halves[side].facts, item);
    } else if matches!(op, Op::Create(_)) {
        link.memory.unread = Some(side);
    }
}

/// Facts as the server now tells them; the mark and transaction that we wrote are kept where the
/// reply doesn't carry them.
fn learned(before: &Facts, item: &Item) -> Facts {
    Facts {
        mark: item.facts.mark.clone().or_else(|| before.mark.clone()),
        series_mark: None,
        transaction: item.facts.transaction.clone().or_else(|| before.transaction.clone()),
        ..item.facts.clone()
    }
}

/// Takes over under which addresses the server stored whom we sent. Whom it did not store is not
/// agreed on there.
fn recognise(base: &mut Record, op: &Op, stored: &Record) {
    let before = match op {
        Op::Create(_) => &[][..],
        Op::Update(update) if update.patch.fields.contains(&Field::People) => update.before.people(),
        Op::Update(_) | Op::Delete { .. } => return,
    };
    if let (Record::Meeting(base), Record::Meeting(stored)) = (base, stored) {
        base.people = person::kept(&base.people, before, &stored.people);
    }
}

/// Whom the server was sent, and did not store: the event went without them.
fn unstored(action: &Action, link: &Link, side: Side, op: &Op, now: Instant) -> Option<Held> {
    let stored = Roll::of(link.halves[side].base.people());
    let lost: Vec<Person> = op.newcomers().into_iter().filter(|one| !stored.has(one)).collect();
    (!lost.is_empty()).then(|| Held {
        fields: vec![HeldField::people(lost)],
        ..Held::whole(side, link.halves[side].id().clone(), &action.title, Reason::NotKept, now)
    })
}

/// What a server fills in when it creates.
const BY_CREATION: [Field; 1] = [Field::Response];

/// The fields that a server changes by itself with a write: only these are folded as read back,
/// everything else as written.
fn predicted(op: &Op) -> Vec<Field> {
    match op {
        Op::Create(_) => BY_CREATION.to_vec(),
        Op::Update(update) => {
            let fields = &update.patch.fields;
            let moved = fields.contains(&Field::When) && !fields.contains(&Field::Reminder);
            if moved { vec![Field::Reminder] } else { Vec::new() }
        }
        Op::Delete { .. } => Vec::new(),
    }
}

/// A write that was not confirmed: the old link stays, the next run reads both items again.
fn failed(action: &Action, side: Side, op: &Op, refusal: &Refusal, now: Instant) -> Folded {
    let created = matches!(op, Op::Create(_));
    let about = match op {
        Op::Create(_) => action.after.halves[side.other()].id().clone(),
        Op::Update(_) => action.after.halves[side].id().clone(),
        Op::Delete { id, .. } => id.clone(),
    };
    let again = |side: Side| of(&action.after, side);
    match refusal {
        // the next event is another
        Refusal::Spent => Folded {
            put: Some(Link { generation: action.after.generation + 1, ..action.after.clone() }),
            again: vec![again(side.other())],
            ..Folded::default()
        },
        // what another device has made just now, or rights hide for a moment, is there the next
        // time
        Refusal::Taken if created && !action.after.memory.taken => Folded {
            put: Some(Link { memory: Memory { taken: true, ..action.after.memory.clone() }, ..action.after.clone() }),
            again: vec![again(side.other())],
            ..Folded::default()
        },
        Refusal::Rejected(_) | Refusal::Taken => Folded {
            held: vec![Held {
                detail: match refusal {
                    Refusal::Rejected(detail) => detail.clone(),
                    Refusal::Taken => TAKEN.to_owned(),
                    Refusal::Stale | Refusal::Gone | Refusal::Spent | Refusal::Unknown | Refusal::NotSent => {
                        String::new()
                    }
                },
                ..Held::whole(side, about, &action.title, Reason::Rejected, now)
            }],
            // something may have been made all the same: the link that waits for it stays, so that
            // it is never made twice
            ..Folded::default()
        },
        // what was to be created has no id yet that could be read; its link tells by what to look
        // for it
        Refusal::Stale | Refusal::Gone | Refusal::Unknown | Refusal::NotSent => Folded {
            again: Side::BOTH.into_iter().filter(|s| !(created && *s == side)).map(again).collect(),
            ..Folded::default()
        },
    }
}
