//! Which series an occurrence belongs to. EWS tells it by the UID that both have; where that is not enough it is asked by the occurrence's id.

use super::fetch::Got;
use super::{Ews, endpoints, map};
use crate::error::Result;
use crate::model::{Item, ItemId, Malformed, Uid};
use crate::ports::{Clock, Http, Keys};
use std::collections::BTreeMap;

/// Masters by UID. `None`: several have it.
pub(super) type Masters = BTreeMap<Uid, Option<ItemId>>;

/// Notes the master of a UID.
pub(super) fn note(masters: &mut Masters, uid: &Uid, master: &ItemId) {
    let known = masters.entry(uid.clone()).or_insert_with(|| Some(master.clone()));
    if known.as_ref().is_some_and(|other| other != master) {
        *known = None;
    }
}

/// Fills in the masters of the occurrences among `items`, as far as `known` does not tell them; those whose series can't be told.
pub(super) async fn fill<P: Http + Clock + Keys>(
    ews: &Ews<P>,
    items: &mut Vec<Item>,
    mut known: Masters,
) -> Result<Vec<Malformed>> {
    let mut asked: BTreeMap<Option<Uid>, Vec<ItemId>> = BTreeMap::new();
    for item in items.iter().filter(|item| item.facts.occurrence.is_some()) {
        let uid = item.facts.uid.clone();
        match uid.as_ref().and_then(|uid| known.get(uid)) {
            Some(Some(_)) => {}
            // one of them tells for all
            None if uid.is_some() => drop(asked.entry(uid).or_insert_with(|| vec![item.id.clone()])),
            Some(None) | None => asked.entry(None).or_default().push(item.id.clone()),
        }
    }
    let ids: Vec<ItemId> = asked.values().flatten().cloned().collect();
    let mut own: BTreeMap<ItemId, ItemId> = BTreeMap::new();
    for (id, got) in ids.iter().zip(ews.each(&ids, |ids| endpoints::masters(ids)).await?) {
        if let Got::Item(node) = got {
            own.extend(map::id(&node).map(|master| (id.clone(), master)));
        }
    }
    for (uid, ids) in asked {
        if let (Some(uid), Some(master)) = (uid, ids.first().and_then(|id| own.get(id))) {
            known.insert(uid, Some(master.clone()));
        }
    }
    let mut lost = Vec::new();
    items.retain_mut(|item| {
        let Some(occurrence) = &mut item.facts.occurrence else { return true };
        let by_uid = item.facts.uid.as_ref().and_then(|uid| known.get(uid).cloned().flatten());
        let Some(master) = own.get(&item.id).cloned().or(by_uid) else {
            let (id, container) = (Some(item.id.clone()), Some(item.container.clone()));
            lost.push(Malformed { id, container, reason: "an occurrence of no series".to_owned() });
            return false;
        };
        occurrence.master = master;
        true
    });
    Ok(lost)
}
