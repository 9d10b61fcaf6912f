//! What a person is asked: the question of something that is held, with digests of what it is
//! about.

use crate::engine::answer::{Question, choices};
use crate::engine::context::{Context, Seen};
use crate::engine::held::{Held, HeldField};
use crate::engine::link::Link;
use crate::engine::scope;
use crate::model::record::fields;
use crate::model::{Field, FieldValue, ItemId, Pair, Person, Record, Side};
use uuid::Uuid;

/// The question that `held` asks; `None` if nothing can be answered. `put`: the links that the
/// plan puts, in which another item may have taken the place of one that is gone.
#[must_use]
pub fn question(context: &Context<'_>, seen: &Seen, put: &[Link], held: &Held) -> Option<Question> {
    let id = held.id.as_ref().filter(|_| !choices(held.reason).is_empty())?;
    let link = put.iter().chain(&seen.links).find(|link| *link.halves[held.side].id() == *id);
    let ids = link.map_or_else(
        || vec![id.clone()],
        |link| vec![link.halves.creatio.id().clone(), link.halves.exchange.id().clone()],
    );
    let about = if held.fields.is_empty() {
        [whole(context, seen, held.side, id, link)].into()
    } else {
        held.fields.iter().flat_map(parts).collect()
    };
    let container = seen.items[held.side].get(id).filter(|_| link.is_none()).map(|item| item.container.clone());
    Some(Question { ids, reason: held.reason, container, about })
}

/// The parts of a question about one field: people one by one.
fn parts(HeldField { field, values }: &HeldField) -> Vec<String> {
    if let Some(FieldValue::People(people)) = &values.creatio {
        return people.iter().map(|one| digest(&format!("{field}\n{}", line(one)))).collect();
    }
    let Pair { creatio, exchange } = values.as_ref().map(shown);
    vec![digest(&format!("{field}\n{creatio}\n\n{exchange}"))]
}

/// A person with their address.
fn line(one: &Person) -> String {
    match one.addresses.first() {
        Some(address) if one.name.is_empty() => address.as_str().to_owned(),
        Some(address) => format!("{} <{}>", one.name, address.as_str()),
        None => one.name.clone(),
    }
}

/// A value as a text; nothing where there is none.
fn shown(value: &Option<FieldValue>) -> String {
    value.as_ref().map(ToString::to_string).unwrap_or_default()
}

/// A digest of a whole item, or of both of a pair: a side that was not read is as it was.
fn whole(context: &Context<'_>, seen: &Seen, side: Side, id: &ItemId, link: Option<&Link>) -> String {
    let texts = Side::BOTH.map(|of| {
        let id = link.map_or_else(|| (of == side).then_some(id), |link| Some(link.halves[of].id()));
        let read = id.and_then(|id| seen.items[of].get(id)).map(|item| scope::masked(context, item));
        let gone =
            id.is_some_and(|id| seen.gone[of].contains(id)) || read.as_ref().is_some_and(|one| one.facts.canceled);
        match (gone, &read, link) {
            (true, ..) => "gone".to_owned(),
            (false, Some(item), _) => text(&item.record),
            (false, None, Some(link)) => text(&link.halves[of].base),
            (false, None, None) => String::new(),
        }
    });
    digest(&texts.join("\n\n"))
}

/// What a person edits of a record: answers come by themselves.
fn text(record: &Record) -> String {
    let edited = fields(record.kind()).iter().filter(|field| !matches!(field, Field::Response | Field::People));
    edited.map(|field| shown(&FieldValue::of(*field, record))).collect::<Vec<_>>().join("\n")
}

/// A short name of a text, the same on every device: what was asked about is not kept twice.
fn digest(text: &str) -> String {
    Uuid::new_v5(&Uuid::NAMESPACE_OID, text.as_bytes()).hyphenated().to_string()
}
