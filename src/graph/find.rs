//! Direct reads: particular items by id, UID or mark, in every calendar and list, whatever the
//! window. An answer that can't be understood is told as such: it must not look like an absent
//! item. What is found by its id, but lies in Deleted Items, is absent.

use super::alive::{self, UncertainItem, Whereabouts};
use super::map::{self, GraphReading};
use super::{Graph, endpoints, understood};
use crate::engine::identity::series_wide;
use crate::error::Result;
use crate::flat::{FlatMap, FlatSet};
use crate::http::{Call, odata};
use crate::json;
use crate::model::lookup::{Found, Lookup};
use crate::model::{ContainerId, Item, ItemId, Kind, Malformed, Mark};
use crate::ports::{Clock, Credentials, Http, HttpResponse};
use serde_json::{Value, json};

/// One read, and the lookups that it may answer.
struct LookupRead {
    kind: Kind,
    container: ContainerId,
    call: Call,
    /// One item; otherwise a page of them.
    single: bool,
    lookups: Vec<usize>,
}

/// See [`crate::ports::Replica::find`].
pub(super) async fn find<P: Http + Clock + Credentials>(graph: &Graph<P>, lookups: &[Lookup]) -> Result<Vec<Found>> {
    let kinds = if lookups.is_empty() { FlatMap::new() } else { graph.kinds().await? };
    let mut asks: FlatMap<String, LookupRead> = FlatMap::new();
    for (index, lookup) in lookups.iter().enumerate() {
        for ask in questions(graph, &kinds, lookup) {
            asks.entry(ask.call.path.clone()).or_insert(ask).lookups.push(index);
        }
    }
    let asks: Vec<LookupRead> = asks.into_values().collect();
    let calls: Vec<Call> = asks.iter().map(|ask| ask.call.clone()).collect();
    let mut found: Vec<Found> = lookups.iter().map(|_| Found::default()).collect();
    let mut series = Vec::new();
    for (ask, answer) in asks.into_iter().zip(graph.batch(&calls).await) {
        let response = graph.answered(Some(answer))?;
        let values = match read(graph, &ask, response).await? {
            Ok(values) => values,
            Err(code) => {
                for index in &ask.lookups {
                    match (lookups.get(*index), found.get_mut(*index)) {
                        (Some(Lookup::Id { id, container }), Some(found)) => {
                            found.malformed.push(malformed(id, container, &code));
                        }
                        (Some(Lookup::Uid(_) | Lookup::Mark(_) | Lookup::MarkedTask(_)), Some(found)) => {
                            found.refused = Some(code.clone());
                        }
                        (Some(Lookup::Look(_)), Some(_)) | (_, None) | (None, _) => {}
                    }
                }
                continue;
            }
        };
        for index in &ask.lookups {
            if let (Some(lookup), Some(found)) = (lookups.get(*index), found.get_mut(*index)) {
                for value in &values {
                    series.extend(answer_to(graph, &ask, lookup, value, found).map(|doubt| (*index, doubt)));
                }
            }
        }
    }
    lives(graph, lookups, &mut found, series).await?;
    Ok(found)
}

/// Leaves of what was found by an id only what lives in a calendar or list. `series` are masters,
/// with the places of the lookups that found them.
async fn lives<P: Http + Clock + Credentials>(
    graph: &Graph<P>,
    lookups: &[Lookup],
    found: &mut [Found],
    series: Vec<(usize, UncertainItem)>,
) -> Result<()> {
    let by_id =
        lookups.iter().zip(found.iter()).enumerate().filter(|(_, (lookup, _))| matches!(lookup, Lookup::Id { .. }));
    let unsure = |found: &Found| found.items.iter().find(|item| !graph.tells(&item.id)).map(UncertainItem::of);
    let items = by_id.filter_map(|(index, (_, found))| Some((index, unsure(found)?)));
    let doubts: Vec<(usize, UncertainItem)> = items.chain(series).collect();
    let questions: Vec<UncertainItem> = doubts.iter().map(|(_, doubt)| doubt.clone()).collect();
    for ((at, doubt), whereabouts) in doubts.into_iter().zip(alive::whereabouts(graph, &questions).await?) {
        let Some(found) = found.get_mut(at) else { continue };
        let is_item = |item: &Item| item.id == doubt.id;
        match whereabouts {
            Whereabouts::In(container) if found.items.iter().any(is_item) => {
                found.items.iter_mut().filter(|item| is_item(item)).for_each(|item| item.container = container.clone());
            }
            Whereabouts::In(_) => found.series = true,
            Whereabouts::Nowhere => found.items.retain(|item| !is_item(item)),
            Whereabouts::Unknown(code) => {
                found.items.retain(|item| !is_item(item));
                found.malformed.push(malformed(&doubt.id, &doubt.container, &code));
            }
        }
    }
    Ok(())
}

/// The items of an answer, none if there is no such item or container; the server's code, if it
/// can't tell them.
async fn read<P: Http + Clock + Credentials>(
    graph: &Graph<P>,
    ask: &LookupRead,
    response: HttpResponse,
) -> Result<Result<Vec<Value>, String>> {
    if matches!(response.status().as_u16(), 404 | 410) || no_such_id(&response) {
        return Ok(Ok(Vec::new()));
    }
    if let Some(code) = alive::refused(&response)? {
        return Ok(Err(code));
    }
    let values = async {
        let values = match ask.single {
            true => vec![understood(odata::body(&response))?],
            false => graph.all(ask.kind, ask.container.as_str(), response).await?,
        };
        linked(graph, ask, values).await
    };
    values.await.map(Ok).or_else(|error| alive::code(&error).map(Err).ok_or(error))
}

/// The reads that together answer `lookup`.
fn questions<P>(graph: &Graph<P>, kinds: &FlatMap<ContainerId, Kind>, lookup: &Lookup) -> Vec<LookupRead> {
    let ask = |kind, container: &ContainerId, call, single| LookupRead {
        kind,
        container: container.clone(),
        call,
        single,
        lookups: Vec::new(),
    };
    let calendars = kinds.iter().filter(|(_, kind)| **kind == Kind::Meeting).map(|(id, _)| id);
    let lists = kinds.iter().filter(|(_, kind)| **kind == Kind::Task).map(|(id, _)| id);
    match lookup {
        Lookup::Id { id, container } => {
            // a container that is no longer there was either; an event has an address without it
            let kind = kinds.get(container).copied().unwrap_or(Kind::Meeting);
            vec![ask(kind, container, endpoints::item(kind, container, id), true)]
        }
        Lookup::Uid(uid) => {
            // an occurrence has a UID of its own, by which its series is not found
            let series = series_wide(uid);
            let uids: FlatSet<&str> = [uid.as_str(), &series].into();
            let calls = |id| uids.iter().map(move |uid| (id, endpoints::with_uid(id, uid)));
            calendars.flat_map(calls).map(|(id, call)| ask(Kind::Meeting, id, call, false)).collect()
        }
        Lookup::Mark(activity) => {
            let mark = Mark { site: graph.mailbox.site.clone(), activity: activity.clone(), generation: 0 };
            let fingerprint = mark.fingerprint();
            let events = calendars.map(|id| ask(Kind::Meeting, id, endpoints::with_mark(id, &fingerprint), false));
            let tasks = lists.map(|id| ask(Kind::Task, id, endpoints::tasks(id), false));
            events.chain(tasks).collect()
        }
        Lookup::MarkedTask(_) => lists.map(|id| ask(Kind::Task, id, endpoints::tasks(id), false)).collect(),
        Lookup::Look(_) => Vec::new(),
    }
}

/// An id of another kind of item, or of another mailbox, is no id at all to Exchange.
fn no_such_id(response: &HttpResponse) -> bool {
    let body = json::value(response.body()).unwrap_or_default();
    let code = body.pointer("/error/code").and_then(Value::as_str).unwrap_or_default();
    response.status().as_u16() == 400 && code.eq_ignore_ascii_case("ErrorInvalidIdMalformed")
}

fn malformed(id: &ItemId, container: &ContainerId, reason: &str) -> Malformed {
    Malformed { id: Some(id.clone()), container: Some(container.clone()), reason: reason.to_owned() }
}

/// Tasks with what is linked to them, read by itself where the answer left it out.
async fn linked<P: Http + Clock + Credentials>(
    graph: &Graph<P>,
    ask: &LookupRead,
    mut values: Vec<Value>,
) -> Result<Vec<Value>> {
    if ask.kind == Kind::Meeting {
        return Ok(values);
    }
    let bare = |value: &Value| value.get("linkedResources").is_none();
    let id = |value: &Value| value.get("id").and_then(Value::as_str).unwrap_or_default().into();
    let calls: Vec<Call> =
        values.iter().filter(|value| bare(value)).map(|value| endpoints::links(&ask.container, &id(value))).collect();
    let answers = graph.batch(&calls).await;
    for (value, answer) in values.iter_mut().filter(|value| bare(value)).zip(answers) {
        let page = understood(odata::page(&graph.answered(Some(answer))?))?;
        if let Some(members) = value.as_object_mut() {
            members.insert("linkedResources".to_owned(), json!(page.value));
        }
    }
    Ok(values)
}

/// Takes `value` in, if it answers `lookup`. Gives the master of a series that was found by its id:
/// whether it lives is uncertain.
fn answer_to<P>(
    graph: &Graph<P>,
    ask: &LookupRead,
    lookup: &Lookup,
    value: &Value,
    found: &mut Found,
) -> Option<UncertainItem> {
    match map::read(ask.kind, value, &graph.mailbox, &ask.container) {
        GraphReading::Content(item) => found.items.extend(Some(*item).filter(|item| is(graph, item, lookup))),
        GraphReading::Master(id) => match lookup {
            Lookup::Id { container, .. } => return UncertainItem::of_series(&id, container, value),
            // what is asked for by a UID or a mark has it
            Lookup::Uid(_) | Lookup::Mark(_) | Lookup::MarkedTask(_) => found.series = true,
            Lookup::Look(_) => {}
        },
        GraphReading::Tombstone(_) => {}
        GraphReading::Skeleton { id, .. } => {
            found.malformed.push(malformed(&id, &ask.container, "an occurrence without its content"));
        }
        // of a whole list only the item meant matters
        GraphReading::Malformed(bad) if ask.kind == Kind::Meeting || ask.single || marked(graph, value, lookup) => {
            let asked = match lookup {
                Lookup::Id { id, .. } => Some(id.clone()),
                Lookup::Uid(_) | Lookup::Mark(_) | Lookup::MarkedTask(_) | Lookup::Look(_) => None,
            };
            found.malformed.push(Malformed { id: bad.id.clone().or(asked), ..bad });
        }
        GraphReading::Malformed(_) => {}
    }
    None
}

fn is<P>(graph: &Graph<P>, item: &Item, lookup: &Lookup) -> bool {
    match lookup {
        Lookup::Id { id, .. } => item.id == *id,
        Lookup::Uid(uid) => item.facts.uid.as_ref() == Some(uid),
        Lookup::Mark(activity) | Lookup::MarkedTask(activity) => {
            item.facts.mark.as_ref().is_some_and(|mark| mark.site == graph.mailbox.site && mark.activity == *activity)
        }
        Lookup::Look(_) => false,
    }
}

/// Whether the body of a task that can't be understood carries the mark that `lookup` asks for.
fn marked<P>(graph: &Graph<P>, value: &Value, lookup: &Lookup) -> bool {
    let (Lookup::Mark(activity) | Lookup::MarkedTask(activity)) = lookup else { return false };
    let resources = value.get("linkedResources").and_then(Value::as_array).into_iter().flatten();
    let mut marks = resources.filter_map(|resource| Mark::parse(resource.get("externalId")?.as_str()?));
    marks.any(|mark| mark.site == graph.mailbox.site && mark.activity == *activity)
}
