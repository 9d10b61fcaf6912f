//! Direct reads: particular items by id, UID or mark, in every calendar and list, whatever the
//! window. An answer that can't be understood is told as such: it must not look like an absent
//! item.

use super::fetch::Got;
use super::map::{self, EwsReading};
use super::properties::Path;
use super::search::SearchWay;
use super::series::{self, MastersByUid};
use super::{Ews, uid};
use crate::error::Result;
use crate::flat::{FlatMap, FlatSet};
use crate::model::lookup::{Found, Lookup};
use crate::model::{ContainerId, Item, ItemId, Kind, Malformed, Mark, Uid};
use crate::ports::{Clock, Credentials, Http};

/// What was read of one id.
#[derive(Clone)]
enum ReadById {
    Item(Box<Item>),
    /// A series, with its UID and mark.
    Master(Option<Uid>, Option<Mark>),
    /// With what is known of its UID and mark, if its element could be read.
    Bad(Malformed, Option<(Option<Uid>, Option<Mark>)>),
}

/// See [`crate::ports::Replica::find`].
pub(super) async fn find<P: Http + Clock + Credentials>(ews: &Ews<P>, lookups: &[Lookup]) -> Result<Vec<Found>> {
    if lookups.is_empty() {
        return Ok(Vec::new());
    }
    let kinds = ews.kinds().await?;
    let mut wanted: FlatSet<(Kind, ItemId)> = FlatSet::new();
    let (mut globals, mut marks) = (FlatSet::new(), FlatSet::new());
    for lookup in lookups {
        match lookup {
            // a container that is no longer there had events, or its tasks are gone with it
            Lookup::Id { container, .. } if ews.shut.borrow().contains_key(container) => {}
            Lookup::Id { id, container } => {
                wanted.insert((kinds.get(container).copied().unwrap_or(Kind::Meeting), id.clone()));
            }
            Lookup::Uid(uid) => globals.extend(uid::global(uid)),
            Lookup::Mark(activity) | Lookup::MarkedTask(activity) => {
                let mark = Mark { site: ews.mailbox.site.clone(), activity: activity.clone(), generation: 0 };
                marks.insert(mark.fingerprint());
            }
            Lookup::Look(_) => {}
        }
    }
    let folders = |of: Option<Kind>| -> Vec<ContainerId> {
        kinds.iter().filter(|(_, kind)| of.is_none_or(|of| of == **kind)).map(|(id, _)| id.clone()).collect()
    };
    let search = async |path: Path, values: FlatSet<String>, folders: Vec<ContainerId>| {
        ews.sought(&folders, &[SearchWay { path, values: values.into_iter().collect() }]).await
    };
    let events = search(Path::GlobalObject, globals, folders(Some(Kind::Meeting))).await?;
    let marked = search(Path::Fingerprint, marks, folders(None)).await?;
    wanted.extend(events.found.into_iter().chain(marked.found));
    let refused = RefusedSearches { uids: events.refused, marks: marked.refused };
    let read = read(ews, &kinds, &wanted).await?;
    Ok(lookups.iter().map(|lookup| answer(ews, lookup, &read, &refused)).collect())
}

/// The codes with which searches were refused.
struct RefusedSearches {
    uids: Option<String>,
    marks: Option<String>,
}

/// Reads `wanted`; what is not there, or lies in no calendar or list, is left out: Deleted Items is
/// no place to live.
async fn read<P: Http + Clock + Credentials>(
    ews: &Ews<P>,
    kinds: &FlatMap<ContainerId, Kind>,
    wanted: &FlatSet<(Kind, ItemId)>,
) -> Result<FlatMap<ItemId, ReadById>> {
    let mut read = FlatMap::new();
    let mut items = Vec::new();
    for kind in [Kind::Meeting, Kind::Task] {
        let ids: Vec<ItemId> = wanted.iter().filter(|(of, _)| *of == kind).map(|(_, id)| id.clone()).collect();
        for (id, got) in ids.iter().zip(ews.items(kind, &ids).await?) {
            let bad = |reason: String| Malformed { id: Some(id.clone()), container: None, reason };
            let node = match got {
                Got::Item(node) => node,
                Got::Gone => continue,
                Got::Bad(reason) => {
                    read.insert(id.clone(), ReadById::Bad(bad(reason), None));
                    continue;
                }
            };
            let folder = node.at("ParentFolderId").and_then(|folder| folder.attribute("Id")).map(ContainerId::from);
            if folder.as_ref().is_some_and(|folder| !kinds.contains_key(folder)) {
                continue;
            }
            match map::read(kind, &node, &ews.mailbox, &folder.unwrap_or_else(|| ContainerId::from(""))) {
                EwsReading::Content(item) => items.push(Item { id: id.clone(), ..*item }),
                EwsReading::Master(..) => {
                    let (uid, mark) = map::traces(&node);
                    read.insert(id.clone(), ReadById::Master(uid, mark));
                }
                EwsReading::Malformed(malformed) => {
                    read.insert(id.clone(), ReadById::Bad(bad(malformed.reason), Some(map::traces(&node))));
                }
            }
        }
    }
    for lost in series::fill(ews, &mut items, MastersByUid::new()).await? {
        read.extend(lost.id.clone().map(|id| (id, ReadById::Bad(lost, None))));
    }
    read.extend(items.into_iter().map(|item| (item.id.clone(), ReadById::Item(Box::new(item)))));
    Ok(read)
}

/// What of `read` answers `lookup`.
fn answer<P>(ews: &Ews<P>, lookup: &Lookup, read: &FlatMap<ItemId, ReadById>, refused: &RefusedSearches) -> Found {
    let mut found = Found::default();
    if let Lookup::Id { id, container } = lookup {
        match read.get(id) {
            Some(ReadById::Item(item)) => {
                let own = Some(&item.container).filter(|own| !own.as_str().is_empty());
                found.items.push(Item { container: own.unwrap_or(container).clone(), ..(**item).clone() });
            }
            Some(ReadById::Bad(bad, _)) => {
                found.malformed.push(Malformed { container: Some(container.clone()), ..bad.clone() });
            }
            // what was an event is a series now, under the same id
            Some(ReadById::Master(..)) => found.series = true,
            None => {
                let shut = ews.shut.borrow().get(container).cloned();
                let (id, container) = (Some(id.clone()), Some(container.clone()));
                found.malformed.extend(shut.map(|reason| Malformed { id, container, reason }));
            }
        }
        return found;
    }
    if matches!(lookup, Lookup::Look(_)) {
        return found;
    }
    for one in read.values() {
        match one {
            ReadById::Item(item) if is(ews, &item.facts.uid, &item.facts.mark, lookup) => {
                found.items.push((**item).clone())
            }
            ReadById::Item(_) => {}
            ReadById::Master(uid, mark) => found.series |= is(ews, uid, mark, lookup),
            // one of which nothing is known may be the one that is meant
            ReadById::Bad(bad, traces) => {
                let meant = traces.as_ref().is_none_or(|(uid, mark)| is(ews, uid, mark, lookup));
                found.malformed.extend(meant.then(|| bad.clone()));
            }
        }
    }
    // what was found is found, wherever else it could not be looked for
    if found.items.is_empty() && !found.series {
        found.refused = match lookup {
            Lookup::Uid(_) => refused.uids.clone(),
            Lookup::Mark(_) | Lookup::MarkedTask(_) => refused.marks.clone(),
            Lookup::Id { .. } | Lookup::Look(_) => None,
        };
    }
    found
}

/// Whether an item with this UID and mark is asked for.
fn is<P>(ews: &Ews<P>, uid: &Option<Uid>, mark: &Option<Mark>, lookup: &Lookup) -> bool {
    match lookup {
        Lookup::Id { .. } | Lookup::Look(_) => false,
        Lookup::Uid(wanted) => uid.is_some() && *uid == uid::read(wanted.as_str()),
        Lookup::Mark(activity) | Lookup::MarkedTask(activity) => {
            mark.as_ref().is_some_and(|mark| mark.site == ews.mailbox.site && mark.activity == *activity)
        }
    }
}
