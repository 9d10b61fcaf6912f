//! What waits for a person: by field or whole, and whom it concerns.

use crate::engine::action::Planned;
use crate::engine::context::Context;
use crate::engine::fate::Fate;
use crate::engine::held::{Held, Reason, named};
use crate::engine::link::Link;
use crate::engine::merge::Merge;
use crate::model::show::show;
use crate::model::{Field, Item, Pair, Person, Record, Side};
use std::collections::BTreeMap;

/// What a merge leaves to a person.
pub(super) fn waiting(context: &Context<'_>, link: &Link, merge: &Merge, now: Pair<&Record>) -> Vec<Held> {
    let about = |reason, fields: Vec<Field>| Held {
        side: Side::Creatio,
        id: Some(link.halves.creatio.id.clone()),
        title: now.creatio.title().to_owned(),
        reason,
        detail: String::new(),
        fields,
        values: Vec::new(),
        since: context.now,
    };
    let clash = (!merge.clashes.is_empty()).then(|| Held {
        values: merge.clashes.iter().map(|field| now.map(|record| show(*field, record))).collect(),
        ..about(Reason::Clash, merge.clashes.clone())
    });
    let mut reasons: BTreeMap<Reason, Vec<Field>> = BTreeMap::new();
    for (field, reason) in &merge.waits {
        reasons.entry(*reason).or_default().push(*field);
    }
    let waiting = |(reason, fields): (Reason, Vec<Field>)| {
        let detail = concerned(link, merge, reason, &fields);
        let values = fields.iter().map(|field| compared(merge, now, reason, *field)).collect();
        Held { detail, values, ..about(reason, fields) }
    };
    clash.into_iter().chain(reasons.into_iter().map(waiting)).collect()
}

/// What a person sees of a field that waits: what both sides have in it; of people those who wait;
/// of notes that would go out the text.
fn compared(merge: &Merge, now: Pair<&Record>, reason: Reason, field: Field) -> Pair<String> {
    match (reason, field) {
        (_, Field::People) => {
            let people = merge.people.iter().filter(|(of, _)| *of == reason).flat_map(|(_, people)| people);
            Pair { creatio: listed(people), exchange: String::new() }
        }
        (Reason::InsideNotes, _) => Pair { creatio: show(field, now.creatio), exchange: String::new() },
        (_, field) => now.map(|record| show(field, record)),
    }
}

/// People one by one, with their addresses.
pub(super) fn listed<'a>(people: impl Iterator<Item = &'a Person>) -> String {
    let line = |one: &Person| match one.addresses.first() {
        Some(address) if one.name.is_empty() => address.as_str().to_owned(),
        Some(address) => format!("{} <{}>", one.name, address.as_str()),
        None => one.name.clone(),
    };
    people.map(line).collect::<Vec<_>>().join("\n")
}

/// The edit that was put back and that a person has not said anything of yet: what they had
/// written, and what stands there now.
pub(super) fn put_back(context: &Context<'_>, link: &Link, fates: Pair<Fate<'_>>) -> Option<Held> {
    let lost = link.memory.put_back.as_ref()?;
    let there = fates.exchange.item().map_or(&link.halves.exchange.base, |item| &item.record);
    let value = |field: &Field| Pair { creatio: show(*field, &lost.record), exchange: show(*field, there) };
    Some(Held {
        side: Side::Creatio,
        id: Some(link.halves.creatio.id.clone()),
        title: link.halves.creatio.base.title().to_owned(),
        reason: Reason::PutBack,
        detail: String::new(),
        fields: lost.fields.iter().copied().collect(),
        values: lost.fields.iter().map(value).collect(),
        since: context.now,
    })
}

/// Whom it concerns: how many would be mailed, or who would be invited.
fn concerned(link: &Link, merge: &Merge, reason: Reason, fields: &[Field]) -> String {
    let people: Vec<Person> =
        merge.people.iter().filter(|(of, _)| *of == reason).flat_map(|(_, people)| people.clone()).collect();
    match () {
        () if reason == Reason::WouldInvite => named(&people),
        () if reason != Reason::WouldMail => String::new(),
        () if fields == [Field::People] => people.len().to_string(),
        () => attendees(link),
    }
}

/// How many a change of the event would mail: its attendees, or its organizer.
fn attendees(link: &Link) -> String {
    let facts = &link.halves.exchange.facts;
    if facts.organized_by_other { "1".to_owned() } else { facts.attendees.to_string() }
}

pub(super) fn hold(context: &Context<'_>, link: &Link, fates: Pair<Fate<'_>>, reason: Reason) -> Planned {
    held(context, link, Pair::of(|side| fates[side].item()), reason)
}

/// Holds a pair; it is shown on the side where a person finds it.
#[must_use]
pub fn held(context: &Context<'_>, link: &Link, items: Pair<Option<&Item>>, reason: Reason) -> Planned {
    let side = if items.exchange.is_some() && items.creatio.is_none() { Side::Exchange } else { Side::Creatio };
    let title = items[side].map_or(&link.halves[side].base, |item| &item.record).title().to_owned();
    let held = Held {
        side,
        id: Some(link.halves[side].id.clone()),
        title,
        reason,
        // a removal tells the attendees
        detail: if reason == Reason::DeleteAsked && link.halves.exchange.facts.attendees > 0 {
            attendees(link)
        } else {
            String::new()
        },
        fields: Vec::new(),
        values: Vec::new(),
        since: context.now,
    };
    Planned { held: vec![held], ..Planned::default() }
}
