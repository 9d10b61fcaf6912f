//! From the pages of one reading to a listing: the newest reading of each item, occurrences filled
//! from their masters, the window's edges.

use super::map::{self, GraphReading};
use super::{Graph, alive, cursor, endpoints, understood};
use crate::error::Result;
use crate::flat::{self, FlatMap, FlatSet};
use crate::http::{Call, odata};
use crate::model::scope::Scope;
use crate::model::{ContainerId, ItemId, Kind, Listing, Malformed, SeriesSet, Window, Zone};
use crate::ports::{Clock, Credentials, Http};
use serde_json::Value;

/// What was read of one container.
pub(super) struct ContainerPages {
    /// Calendar or list.
    pub(super) kind: Kind,
    /// Which full reading of the container it is, from 1 on; 0: only what changed.
    pub(super) attempt: u8,
    /// The items of each chain as they came.
    pub(super) chains: FlatMap<usize, Vec<Value>>,
}

/// Masters by id. `None`: asked for, but not there.
type MastersById = FlatMap<ItemId, Option<Value>>;

/// The listing of what `pages_of` hold.
pub(super) async fn listing<P: Http + Clock + Credentials>(
    graph: &Graph<P>,
    scope: &Scope,
    pages_of: FlatMap<ContainerId, ContainerPages>,
) -> Result<Listing> {
    let mut pages_of: Vec<_> =
        pages_of.into_iter().map(|(id, pages)| (id, pages.kind, pages.attempt > 0, newest(pages.chains))).collect();
    let mut sent = MastersById::new();
    let mut missing: FlatSet<ItemId> = FlatSet::new();
    for (container, kind, _, values) in &pages_of {
        for value in values {
            match map::read(*kind, value, &graph.mailbox, container) {
                GraphReading::Master(id) => drop(sent.insert(id, Some(value.clone()))),
                GraphReading::Skeleton { master, .. } => drop(missing.insert(master)),
                GraphReading::Content(_) | GraphReading::Tombstone(_) | GraphReading::Malformed(_) => {}
            }
        }
    }
    missing.retain(|id| !sent.contains_key(id));
    let mut lost = Vec::new();
    for (container, kind, _, values) in &mut pages_of {
        let shown: FlatSet<ItemId> = values.iter().filter_map(master_of).collect();
        let bare = values.iter().filter_map(|value| match map::read(*kind, value, &graph.mailbox, container) {
            GraphReading::Master(id) => Some(id).filter(|id| !shown.contains(id)),
            GraphReading::Content(_)
            | GraphReading::Skeleton { .. }
            | GraphReading::Tombstone(_)
            | GraphReading::Malformed(_) => None,
        });
        let bare: Vec<ItemId> = bare.collect();
        lost.append(&mut expand(graph, scope, container, &bare, values).await?);
    }
    let mut gathered = Gathered::new(scope.window, graph.mailbox.zone.as_ref(), sent.keys());
    let mut masters = sent;
    masters.extend(read_masters(graph, missing).await?);
    for (container, kind, full, values) in pages_of {
        for value in values {
            let mut reading = map::read(kind, &value, &graph.mailbox, &container);
            if let GraphReading::Skeleton { id, master } = &reading {
                reading = match masters.get(master) {
                    Some(Some(master)) => map::read(kind, &map::filled(&value, master), &graph.mailbox, &container),
                    Some(None) | None => malformed(id, &container, "seriesMasterId: no such master"),
                };
            }
            gathered.take(reading, full, &value);
        }
        if full {
            gathered.listing.complete.push(container);
        }
    }
    let mut listing = gathered.listing();
    listing.malformed.extend(lost);
    Ok(listing)
}

/// Adds the occurrences of series that a reading told by their masters alone, as of a server whose
/// views don't expand them. Those of which nothing is told.
async fn expand<P: Http + Clock + Credentials>(
    graph: &Graph<P>,
    scope: &Scope,
    container: &ContainerId,
    masters: &[ItemId],
    values: &mut Vec<Value>,
) -> Result<Vec<Malformed>> {
    let mut lost = Vec::new();
    let window = Window { to: scope.window.series_to, ..scope.window };
    let spans = cursor::spans(&window);
    let asked: Vec<(&ItemId, Call)> =
        masters.iter().flat_map(|id| spans.iter().map(move |span| (id, endpoints::instances(id, *span)))).collect();
    let calls: Vec<Call> = asked.iter().map(|(_, call)| call.clone()).collect();
    for ((id, _), answer) in asked.into_iter().zip(graph.batch(&calls).await) {
        let response = graph.answered(Some(answer))?;
        if response.status().as_u16() == 404 {
            continue;
        }
        let refusal = match alive::refused(&response)? {
            Some(code) => Err(code),
            None => match graph.all(Kind::Meeting, container.as_str(), response).await {
                Ok(rows) => Ok(rows),
                Err(error) => Err(alive::code(&error).ok_or(error)?),
            },
        };
        match refusal {
            Ok(mut occurrences) => values.append(&mut occurrences),
            Err(code) => {
                let reason = format!("a series of which only the master is told: {code}");
                lost.push(Malformed { id: Some(id.clone()), container: Some(container.clone()), reason });
            }
        }
    }
    Ok(lost)
}

/// The series that an occurrence belongs to.
fn master_of(value: &Value) -> Option<ItemId> {
    value.get("seriesMasterId").and_then(Value::as_str).map(ItemId::from)
}

/// Each item once, as its chain told it last; what has no id stays, to be reported. A tombstone of
/// one chain takes nothing from another: the item has moved from the one's years to the other's.
fn newest(chains: FlatMap<usize, Vec<Value>>) -> Vec<Value> {
    let gone = |value: &Value| value.get("@removed").is_some();
    let chained = chains.into_values().flat_map(|values| last_by_id(values, |_| true)).collect();
    last_by_id(chained, |value| !gone(value))
}

/// The last of the values with the same id, of those that are `comparable`; all others.
fn last_by_id(values: Vec<Value>, comparable: impl Fn(&Value) -> bool) -> Vec<Value> {
    let id = |value: &Value| value.get("id").and_then(Value::as_str).filter(|_| comparable(value)).map(str::to_owned);
    let last: FlatMap<String, usize> =
        values.iter().enumerate().filter_map(|(index, value)| Some((id(value)?, index))).collect();
    let newest = |(index, value): &(usize, Value)| id(value).is_none_or(|id| last.get(&id) == Some(index));
    values.into_iter().enumerate().filter(newest).map(|(_, value)| value).collect()
}

/// The masters of occurrences whose master the round did not send.
async fn read_masters<P: Http + Clock + Credentials>(graph: &Graph<P>, ids: FlatSet<ItemId>) -> Result<MastersById> {
    let calls: Vec<Call> = ids.iter().map(endpoints::master).collect();
    let mut masters = MastersById::new();
    for (id, answer) in ids.into_iter().zip(graph.batch(&calls).await) {
        let response = graph.answered(Some(answer))?;
        // a master that the server can't tell costs its own occurrences
        let lost = alive::refused(&response)?.is_some();
        masters.insert(id, if lost { None } else { Some(understood(odata::body(&response))?) });
    }
    Ok(masters)
}

fn malformed(id: &ItemId, container: &ContainerId, reason: &str) -> GraphReading {
    let (id, container) = (Some(id.clone()), Some(container.clone()));
    GraphReading::Malformed(Malformed { id, container, reason: reason.to_owned() })
}

/// A listing in the making.
struct Gathered<'a> {
    window: Window,
    zone: &'a dyn Zone,
    listing: Listing,
    /// The series that the round sent whole, with their living occurrences.
    series: FlatMap<ItemId, FlatSet<ItemId>>,
}

impl<'a> Gathered<'a> {
    fn new<'b>(window: Window, zone: &'a dyn Zone, masters: impl Iterator<Item = &'b ItemId>) -> Self {
        let series = masters.map(|id| (id.clone(), FlatSet::new())).collect();
        Self { window, zone, listing: Listing::default(), series }
    }

    /// Takes in one reading; `full`: of a full round, in which what is not mentioned is known to be
    /// absent.
    fn take(&mut self, reading: GraphReading, full: bool, value: &Value) {
        match reading {
            GraphReading::Content(item) if self.window.takes(&item, self.zone) => {
                if let Some(occurrence) = &item.facts.occurrence {
                    self.living(&occurrence.master.clone(), &item.id);
                }
                self.listing.items.push(*item);
            }
            // it may have been in the window before
            GraphReading::Content(item) if !full => self.listing.removed.push(item.id),
            GraphReading::Content(_) | GraphReading::Master(_) | GraphReading::Skeleton { .. } => {}
            GraphReading::Tombstone(id) => self.listing.removed.push(id),
            GraphReading::Malformed(malformed) => {
                if let (Some(master), Some(id)) = (master_of(value), &malformed.id) {
                    self.living(&master, id);
                }
                self.listing.malformed.push(malformed);
            }
        }
    }

    fn living(&mut self, master: &ItemId, id: &ItemId) {
        if let Some(series) = self.series.get_mut(master) {
            series.insert(id.clone());
        }
    }

    fn listing(mut self) -> Listing {
        // an item that moved from one container to another is told by both
        let there: FlatSet<&ItemId> = self.listing.items.iter().map(|item| &item.id).collect();
        self.listing.removed.retain(|id| !there.contains(id));
        flat::sort(&mut self.listing.removed);
        self.listing.removed.dedup();
        let set =
            |(master, present): (ItemId, FlatSet<ItemId>)| SeriesSet { master, present: present.into_iter().collect() };
        self.listing.series = self.series.into_iter().map(set).collect();
        self.listing
    }
}
