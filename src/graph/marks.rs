//! The marks of events that a listing told of: a delta leaves extended properties out
//! (docs/facts/graph.md, "Delta"). Few are read one by one, as whatever is asked for by its id.
//! Many are looked up in one listing of their calendar, which says of each that it is there and
//! what it bears; what that does not show as an event of its own is read by itself all the same.

use super::{Graph, alive, endpoints, find, map};
use crate::error::Result;
use crate::flat::FlatMap;
use crate::http::Call;
use crate::model::lookup::{Found, Lookup};
use crate::model::{ContainerId, Instant, Item, ItemId, Kind, Record, Span, When};
use crate::ports::{Clock, Credentials, Http};
use chrono::{Duration, NaiveTime};
use serde_json::Value;

/// More than so many of one calendar are looked up in its listing: they would be more than one
/// batch.
const FEW: usize = 20;
/// A day as an instant is off by less than this, in whatever zone it is meant.
const ROUGHLY: Duration = Duration::days(1);

/// See [`crate::ports::Replica::marks`].
pub(super) async fn marks<P: Http + Clock + Credentials>(graph: &Graph<P>, items: &[&Item]) -> Result<Vec<Found>> {
    let rows = listed(graph, items).await?;
    let shown = |item: &&Item| rows.get(&item.id).and_then(|row| map::with_marks(item, row));
    let mut found: Vec<Option<Found>> = Vec::with_capacity(items.len());
    let mut lookups = Vec::new();
    for item in items {
        let shown = shown(item).map(|item| Found { items: vec![item], ..Found::default() });
        if shown.is_none() {
            lookups.push(Lookup::Id { id: item.id.clone(), container: item.container.clone() });
        }
        found.push(shown);
    }
    let mut alone = find::find(graph, &lookups).await?.into_iter();
    Ok(found.into_iter().map(|shown| shown.or_else(|| alone.next()).unwrap_or_default()).collect())
}

/// The rows of the calendars that hold many of `items`, by id. A calendar that refuses the listing
/// has none.
async fn listed<P: Http + Clock + Credentials>(graph: &Graph<P>, items: &[&Item]) -> Result<FlatMap<ItemId, Value>> {
    let mut starts: FlatMap<&ContainerId, Vec<Instant>> = FlatMap::new();
    for item in items.iter().filter(|item| item.facts.occurrence.is_none()) {
        if let Record::Meeting(meeting) = &item.record {
            starts.entry(&item.container).or_default().push(match meeting.when {
                When::Timed { start, .. } => start,
                When::AllDay { first, .. } => first.and_time(NaiveTime::MIN).and_utc(),
            });
        }
    }
    starts.retain(|_, starts| starts.len() > FEW);
    let spans = starts.iter().filter_map(|(calendar, starts)| {
        let span = Span { from: *starts.iter().min()? - ROUGHLY, to: *starts.iter().max()? + ROUGHLY };
        Some(((*calendar).clone(), endpoints::marks(calendar, span)))
    });
    let (calendars, calls): (Vec<ContainerId>, Vec<Call>) = spans.unzip();
    let mut rows = FlatMap::new();
    for (calendar, answer) in calendars.iter().zip(graph.batch(&calls).await) {
        let response = graph.answered(Some(answer))?;
        if response.status().as_u16() == 404 || alive::refused(&response)?.is_some() {
            continue;
        }
        let read = match graph.all(Kind::Meeting, calendar.as_str(), response).await {
            Ok(read) => read,
            Err(error) if alive::code(&error).is_some() => continue,
            Err(error) => return Err(error),
        };
        let id = |row: &Value| row.get("id").and_then(Value::as_str).map(ItemId::from);
        rows.extend(read.into_iter().filter_map(|row| Some((id(&row)?, row))));
    }
    Ok(rows)
}
