//! Folding: what a server answered becomes the link's new state. A link moves on only by what was confirmed.

use super::actions::named;
use super::decide::Step;
use super::link::{Held, Link, LinkState, Reason};
use super::plan::Action;
use crate::model::person::Roll;
use crate::model::{ContainerId, Facts, Field, Instant, Item, ItemId, Person, Record, Side, person};
use crate::ports::{Op, Outcome, Refusal, Update, Written};

/// What one action came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folded {
    /// The link to put.
    pub put: Option<Link>,
    /// Links to drop, by Activity.
    pub drop: Vec<ItemId>,
    /// Items that the next run must read again.
    pub again: Vec<(Side, ItemId, ContainerId)>,
    /// What a person has to see.
    pub held: Vec<Held>,
    /// Whether every write was confirmed.
    pub done: bool,
}

/// Folds the outcomes of an action's writes, in their order; fewer outcomes than writes: the rest was never sent.
#[must_use]
pub fn fold(action: &Action, outcomes: &[Outcome], now: Instant) -> Folded {
    let mut link = Link { state: alive(action.after.state), ..action.after.clone() };
    let mut made = false;
    let mut held = Vec::new();
    for (n, (side, op)) in action.writes.iter().enumerate() {
        match (outcomes.get(n), op) {
            (Some(Ok(written)), Op::Create(_) | Op::Update(_)) => {
                made |= matches!(op, Op::Create(_));
                confirm(&mut link, *side, (op, written));
                if *side == Side::Exchange && written.item.is_some() {
                    held.extend(unkept(action, &link, (*side, op), now));
                }
            }
            (Some(Ok(_) | Err(Refusal::Gone)), Op::Delete { .. }) => {}
            // what was created is linked, whatever becomes of the rest, and so is what was found
            (Some(Err(_)) | None, _) if made => {}
            (Some(Err(_)), Op::Update(update)) if action.step == Step::Adopt && is_marking(update) => {}
            (Some(Err(refusal)), _) => return failed(action, (*side, op), refusal, now),
            (None, _) => return failed(action, (*side, op), &Refusal::NotSent, now),
        }
    }
    Folded { put: Some(link), done: true, held, ..Folded::default() }
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
    link.versions[side] = item.version.clone();
    link.facts[side] = item.facts.clone();
    for field in BY_CREATION {
        super::merge::copy(field, &item.record, &mut link.base[side]);
    }
    link
}

fn confirm(link: &mut Link, side: Side, (op, written): (&Op, &Written)) {
    link.ids[side] = written.id.clone();
    link.containers[side] = written.container.clone();
    link.versions[side] = written.version.clone();
    if let Some(item) = &written.item {
        for field in predicted(op) {
            super::merge::copy(field, &item.record, &mut link.base[side]);
        }
        if side == Side::Exchange {
            recognise(&mut link.base[side], (op, &item.record));
        }
        link.facts[side] = learned(&link.facts[side], item);
    }
}

/// Facts as the server now tells them; the mark and transaction that we wrote are kept where the reply doesn't carry them.
fn learned(before: &Facts, item: &Item) -> Facts {
    Facts {
        mark: item.facts.mark.clone().or_else(|| before.mark.clone()),
        transaction: item.facts.transaction.clone().or_else(|| before.transaction.clone()),
        ..item.facts.clone()
    }
}

/// Takes over under which addresses the server stored whom we sent. Whom it did not store is not agreed on there.
fn recognise(base: &mut Record, (op, stored): (&Op, &Record)) {
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
fn unkept(action: &Action, link: &Link, (side, op): (Side, &Op), now: Instant) -> Option<Held> {
    let stored = Roll::of(link.base[side].people());
    let lost: Vec<Person> = op.newcomers().into_iter().filter(|one| !stored.has(one)).collect();
    (!lost.is_empty()).then(|| Held {
        side,
        id: Some(link.ids[side].clone()),
        title: action.title.clone(),
        reason: Reason::NotKept,
        detail: named(&lost),
        fields: vec![Field::People],
        values: Vec::new(),
        since: now,
    })
}

/// What a server fills in when it creates.
const BY_CREATION: [Field; 1] = [Field::Response];

/// The fields that a server changes by itself with a write: only these are folded as read back, everything else as written.
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
fn failed(action: &Action, (side, op): (Side, &Op), refusal: &Refusal, now: Instant) -> Folded {
    let created = matches!(op, Op::Create(_));
    let again = |side: Side| (side, action.after.ids[side].clone(), action.after.containers[side].clone());
    match refusal {
        Refusal::Rejected(detail) => Folded {
            held: vec![Held {
                side,
                id: Some(action.after.ids[if created { side.other() } else { side }].clone()),
                title: action.title.clone(),
                reason: Reason::Rejected,
                detail: detail.clone(),
                fields: Vec::new(),
                values: Vec::new(),
                since: now,
            }],
            // something may have been made all the same: the link that waits for it stays, so that it is never made twice
            ..Folded::default()
        },
        // what was to be created has no id yet that could be read; its link tells by what to look for it
        Refusal::Stale | Refusal::Gone | Refusal::Unknown | Refusal::NotSent => Folded {
            again: Side::BOTH.into_iter().filter(|s| !(created && *s == side)).map(again).collect(),
            ..Folded::default()
        },
    }
}
