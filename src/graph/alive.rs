//! Whether items that are found by their ids live: Deleted Items keep their ids, and go on
//! answering by them (docs/facts/graph.md, "Deleted Items"). What lives is in a calendar or list of
//! the mailbox, whose listings are asked.

use super::{Graph, endpoints};
use crate::error::{Error, Result};
use crate::flat::{self, FlatMap, FlatSet};
use crate::http::{Call, Fault, odata};
use crate::model::{ContainerId, Instant, Item, ItemId, Kind, Record, Side, Span, When};
use crate::ports::{Clock, Credentials, Http, HttpResponse};
use chrono::{Duration, NaiveTime};
use serde_json::Value;

/// A listing that is asked for one item may be asked for others near it: so many days apart at
/// most.
const NEAR: Duration = Duration::days(2);
/// The longest time that is asked for together.
const LONGEST: Duration = Duration::days(60);
/// A little of an event is enough to find it in a view.
const ENOUGH: Duration = Duration::days(1);
/// So many minutes an event lasts at least, since a view must not be empty.
const SHORTEST: Duration = Duration::minutes(1);

/// An item that was found by its id.
#[derive(Clone, Debug)]
pub(super) struct UncertainItem {
    /// Its id.
    pub(super) id: ItemId,
    /// Where it was last seen.
    pub(super) container: ContainerId,
    /// Of an occurrence the series, which the views of a server that does not expand it show in its
    /// place.
    master: Option<ItemId>,
    /// How a listing would show it.
    by: Listed,
}

/// By what a listing that shows an item is chosen.
#[derive(Clone, Debug)]
enum Listed {
    /// An event at this time.
    At(Instant, Instant),
    /// The master of a series, which views don't show, with this UID.
    Series(String),
    /// A task of its list.
    Task,
}

/// Where an item turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Whereabouts {
    /// In this calendar or list.
    In(ContainerId),
    /// In none: it was deleted.
    Nowhere,
    /// It can't be told, since a calendar or list can't be read; the server's code.
    Unknown(String),
}

impl UncertainItem {
    /// Of an item.
    pub(super) fn of(item: &Item) -> Self {
        let by = match &item.record {
            Record::Task(_) => Listed::Task,
            Record::Meeting(meeting) => {
                let (from, to) = match meeting.when {
                    When::Timed { start, end } => (start, end.min(start + ENOUGH).max(start + SHORTEST)),
                    // it is asked for by instants, and its days are days in a zone that is not
                    // known
                    When::AllDay { first, .. } => {
                        let midnight = first.and_time(NaiveTime::MIN).and_utc();
                        (midnight - ENOUGH, midnight + ENOUGH * 2)
                    }
                };
                Listed::At(from, to)
            }
        };
        let master = item.facts.occurrence.as_ref().map(|occurrence| occurrence.master.clone());
        Self { id: item.id.clone(), container: item.container.clone(), master, by }
    }

    /// Of the master of a series, if its body `value` tells by what to look for it.
    pub(super) fn of_series(id: &ItemId, container: &ContainerId, value: &Value) -> Option<Self> {
        let uid = value.get("iCalUId")?.as_str().filter(|uid| !uid.is_empty())?;
        Some(Self { id: id.clone(), container: container.clone(), master: None, by: Listed::Series(uid.to_owned()) })
    }

    /// Whether a listing of these ids shows it, or its series in its place.
    fn is_among(&self, ids: &FlatSet<ItemId>) -> bool {
        ids.contains(&self.id) || self.master.as_ref().is_some_and(|master| ids.contains(master))
    }
}

/// One question, and the uncertain items of which it may tell where they are.
struct AliveQuestion {
    kind: Kind,
    container: ContainerId,
    call: Call,
    doubts: Vec<usize>,
}

/// Where each of `doubts` is: first where it was last seen, then, of events, in every other
/// calendar.
///
/// # Errors
/// What stops a run.
pub(super) async fn whereabouts<P: Http + Clock + Credentials>(
    graph: &Graph<P>,
    doubts: &[UncertainItem],
) -> Result<Vec<Whereabouts>> {
    let mut found: Vec<Whereabouts> = doubts.iter().map(|_| Whereabouts::Nowhere).collect();
    if doubts.is_empty() {
        return Ok(found);
    }
    let kinds = graph.kinds().await?;
    let calendars = || kinds.iter().filter(|(_, kind)| **kind == Kind::Meeting).map(|(id, _)| id);
    for first in [true, false] {
        let mut wanted: FlatMap<&ContainerId, Vec<usize>> = FlatMap::new();
        for (at, doubt) in doubts.iter().enumerate() {
            if matches!(found.get(at), Some(Whereabouts::In(_))) {
                continue;
            }
            match (&doubt.by, first) {
                (_, true) if kinds.contains_key(&doubt.container) => {
                    wanted.entry(&doubt.container).or_default().push(at);
                }
                (Listed::Task, _) | (_, true) => {}
                (Listed::At(..) | Listed::Series(_), false) => {
                    for calendar in calendars().filter(|calendar| **calendar != doubt.container) {
                        wanted.entry(calendar).or_default().push(at);
                    }
                }
            }
        }
        let asks: Vec<AliveQuestion> =
            wanted.into_iter().flat_map(|(container, at)| questions(container, &at, doubts)).collect();
        settle(graph, asks, doubts, &mut found).await?;
    }
    Ok(found)
}

/// Asks, and writes down where what is listed was found.
async fn settle<P: Http + Clock + Credentials>(
    graph: &Graph<P>,
    asks: Vec<AliveQuestion>,
    doubts: &[UncertainItem],
    found: &mut [Whereabouts],
) -> Result<()> {
    let calls: Vec<Call> = asks.iter().map(|ask| ask.call.clone()).collect();
    for (ask, answer) in asks.into_iter().zip(graph.batch(&calls).await) {
        let listed = listed(graph, &ask, graph.answered(Some(answer))?).await?;
        for at in &ask.doubts {
            let (Some(doubt), Some(whereabouts)) = (doubts.get(*at), found.get_mut(*at)) else { continue };
            match &listed {
                Ok(ids) if doubt.is_among(ids) => *whereabouts = Whereabouts::In(ask.container.clone()),
                Ok(_) => {}
                Err(code) if *whereabouts == Whereabouts::Nowhere => *whereabouts = Whereabouts::Unknown(code.clone()),
                Err(_) => {}
            }
        }
    }
    Ok(())
}

/// The ids that a listing shows; the code of a server that can't tell it.
async fn listed<P: Http + Clock + Credentials>(
    graph: &Graph<P>,
    ask: &AliveQuestion,
    first: HttpResponse,
) -> Result<Result<FlatSet<ItemId>, String>> {
    if first.status().as_u16() == 404 {
        return Ok(Ok(FlatSet::new()));
    }
    let rows = match graph.all(ask.kind, ask.container.as_str(), first).await {
        Ok(rows) => rows,
        Err(error) => return code(&error).map(Err).ok_or(error),
    };
    Ok(Ok(rows.iter().filter_map(|row| row.get("id").and_then(Value::as_str)).map(ItemId::from).collect()))
}

/// What is wrong with one answer alone, if it is that; other errors stop a run.
pub(super) fn code(error: &Error) -> Option<String> {
    match error {
        Error::Server { detail, .. } | Error::Forbidden { detail, .. } | Error::Unreadable { detail, .. } => {
            Some(detail.clone())
        }
        Error::Network(_)
        | Error::SignedOut(_)
        | Error::Busy(_)
        | Error::ForeignLink(_)
        | Error::CursorLost(_)
        | Error::Store(_)
        | Error::StoreFull
        | Error::Zone
        | Error::Settings(_)
        | Error::Elsewhere { .. }
        | Error::Stopped
        | Error::Running
        | Error::Outdated => None,
    }
}

/// Why a reply to one question says nothing, if it says nothing of what was asked; what stops a run
/// is an error.
pub(super) fn refused(response: &HttpResponse) -> Result<Option<String>> {
    match odata::body(response) {
        Ok(value) if value.is_object() => Ok(None),
        Ok(_) => Ok(Some("no object".to_owned())),
        Err(Fault::Unreadable(_)) => Ok(Some("no object".to_owned())),
        Err(fault @ (Fault::Refused { .. } | Fault::SignedOut | Fault::Forbidden(_) | Fault::CursorLost)) => {
            match response.status().as_u16() {
                401 | 429 | 503 => Err(fault.error(Side::Exchange)),
                status => Ok(Some(match fault {
                    Fault::Refused { code, .. } if !code.is_empty() => code,
                    Fault::Refused { .. }
                    | Fault::SignedOut
                    | Fault::Forbidden(_)
                    | Fault::CursorLost
                    | Fault::Unreadable(_) => format!("status {status}"),
                })),
            }
        }
    }
}

/// What to ask of `container` for these of `doubts`.
fn questions(container: &ContainerId, at: &[usize], doubts: &[UncertainItem]) -> Vec<AliveQuestion> {
    let ask = |kind, call, doubts| AliveQuestion { kind, container: container.clone(), call, doubts };
    let (mut spans, mut series, mut tasks) = (Vec::new(), FlatMap::new(), Vec::new());
    for at in at {
        match doubts.get(*at).map(|doubt| &doubt.by) {
            Some(Listed::At(from, to)) => spans.push((*from, *to, *at)),
            Some(Listed::Series(uid)) => series.entry(uid.as_str()).or_insert_with(Vec::new).push(*at),
            Some(Listed::Task) => tasks.push(*at),
            None => {}
        }
    }
    let views = together(spans).into_iter();
    let views = views.map(|view| {
        ask(Kind::Meeting, endpoints::lying(container, Span { from: view.from, to: view.to }), view.doubts)
    });
    let series = series.into_iter();
    let series = series.map(|(uid, at)| ask(Kind::Meeting, endpoints::with_uid(container, uid), at));
    let tasks = (!tasks.is_empty()).then(|| ask(Kind::Task, endpoints::tasks(container), tasks));
    views.chain(series).chain(tasks).collect()
}

/// A time that is asked for, and the uncertain items that lie in it.
#[derive(Debug, PartialEq, Eq)]
struct Stretch {
    from: Instant,
    to: Instant,
    doubts: Vec<usize>,
}

/// Times that are near to each other as one.
fn together(mut spans: Vec<(Instant, Instant, usize)>) -> Vec<Stretch> {
    flat::sort(&mut spans);
    let mut stretches: Vec<Stretch> = Vec::new();
    for (from, to, at) in spans {
        match stretches.last_mut() {
            Some(last) if from <= last.to + NEAR && to - last.from <= LONGEST => {
                last.to = last.to.max(to);
                last.doubts.push(at);
            }
            Some(_) | None => stretches.push(Stretch { from, to, doubts: vec![at] }),
        }
    }
    stretches
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_near_is_asked_for_together() {
        let day = |days: i64| chrono::DateTime::UNIX_EPOCH + Duration::days(days);
        let stretch = |from, to, doubts: &[usize]| Stretch { from: day(from), to: day(to), doubts: doubts.to_vec() };
        for (spans, stretches) in [
            (vec![], vec![]),
            (
                vec![(5, 6, 0), (1, 2, 1), (9, 10, 2)],
                vec![stretch(1, 2, &[1]), stretch(5, 6, &[0]), stretch(9, 10, &[2])],
            ),
            (vec![(1, 5, 0), (2, 3, 1), (7, 8, 2)], vec![stretch(1, 8, &[0, 1, 2])]),
            (vec![(0, 59, 0), (60, 61, 1)], vec![stretch(0, 59, &[0]), stretch(60, 61, &[1])]),
        ] {
            let spans: Vec<(i64, i64, usize)> = spans;
            let spans = spans.into_iter().map(|(from, to, at)| (day(from), day(to), at)).collect();
            assert_eq!(together(spans), stretches);
        }
    }
}
