//! What waits for a person: by field or whole, and whom it concerns.

use crate::engine::action::Planned;
use crate::engine::context::Context;
use crate::engine::fate::Fate;
use crate::engine::held::{Held, HeldField, Reason};
use crate::engine::link::Link;
use crate::engine::merge::Merge;
use crate::flat::FlatMap;
use crate::model::{Field, FieldValue, Item, Pair, Person, Record, Side};

/// What a merge leaves to a person.
pub(super) fn waiting(context: &Context<'_>, link: &Link, merge: &Merge, now: Pair<&Record>) -> Vec<Held> {
    let about = |reason, fields: Vec<HeldField>| Held {
        fields,
        ..Held::whole(Side::Creatio, link.halves.creatio.id().clone(), now.creatio.title(), reason, context.now)
    };
    let clashes: Vec<HeldField> = merge.clashes.iter().map(|field| HeldField::of(*field, now)).collect();
    let clash = (!clashes.is_empty()).then(|| about(Reason::Clash, clashes));
    let mut reasons: FlatMap<Reason, Vec<Field>> = FlatMap::new();
    for (field, reason) in &merge.waits {
        reasons.entry(*reason).or_default().push(*field);
    }
    let waiting = |(reason, fields): (Reason, Vec<Field>)| {
        let mails = if reason == Reason::WouldMail { mailed(link, merge, &fields) } else { 0 };
        let fields = fields.into_iter().map(|field| compared(merge, now, reason, field)).collect();
        Held { mails, ..about(reason, fields) }
    };
    clash.into_iter().chain(reasons.into_iter().map(waiting)).collect()
}

/// What a person sees of a field that waits: what both sides have in it; of people those who wait;
/// of notes that would go out the text.
fn compared(merge: &Merge, now: Pair<&Record>, reason: Reason, field: Field) -> HeldField {
    match (reason, field) {
        (_, Field::People) => HeldField::people(concerned(merge, reason)),
        (Reason::InsideNotes, _) => {
            HeldField { field, values: Pair { creatio: FieldValue::of(field, now.creatio), exchange: None } }
        }
        (_, field) => HeldField::of(field, now),
    }
}

/// The people who wait for `reason`.
fn concerned(merge: &Merge, reason: Reason) -> Vec<Person> {
    merge.people.iter().filter(|(of, _)| *of == reason).flat_map(|(_, people)| people.clone()).collect()
}

/// The edit that was put back and that a person has not said anything of yet: what they had
/// written, and what stands there now.
pub(super) fn put_back(context: &Context<'_>, link: &Link, fates: Pair<Fate<'_>>) -> Option<Held> {
    let lost = link.memory.put_back.as_ref()?;
    let there = fates.exchange.item().map_or(&link.halves.exchange.base, |item| &item.record);
    let title = link.halves.creatio.base.title();
    Some(Held {
        fields: lost
            .fields
            .iter()
            .map(|field| HeldField::of(*field, Pair { creatio: &lost.record, exchange: there }))
            .collect(),
        ..Held::whole(Side::Creatio, link.halves.creatio.id().clone(), title, Reason::PutBack, context.now)
    })
}

/// How many a change of these fields would mail.
fn mailed(link: &Link, merge: &Merge, fields: &[Field]) -> usize {
    if fields == [Field::People] { concerned(merge, Reason::WouldMail).len() } else { attendees(link) }
}

/// How many a change of the event would mail: its attendees, or its organizer.
fn attendees(link: &Link) -> usize {
    let facts = &link.halves.exchange.facts;
    if facts.organized_by_other { 1 } else { facts.attendees }
}

pub(super) fn hold(context: &Context<'_>, link: &Link, fates: Pair<Fate<'_>>, reason: Reason) -> Planned {
    held(context, link, Pair::of(|side| fates[side].item()), reason)
}

/// Holds a pair; it is shown on the side where a person finds it.
#[must_use]
pub fn held(context: &Context<'_>, link: &Link, items: Pair<Option<&Item>>, reason: Reason) -> Planned {
    let side = if items.exchange.is_some() && items.creatio.is_none() { Side::Exchange } else { Side::Creatio };
    let title = items[side].map_or(&link.halves[side].base, |item| &item.record).title();
    // a removal tells the attendees
    let tells = reason == Reason::DeleteAsked && link.halves.exchange.facts.attendees > 0;
    let held = Held {
        mails: if tells { attendees(link) } else { 0 },
        ..Held::whole(side, link.halves[side].id().clone(), title, reason, context.now)
    };
    Planned { held: vec![held], ..Planned::default() }
}
