//! Observing: a full reading of the window, or what changed since the last one. Creatio has no tombstones: a delta counts the window's
//! activities, and a count that the changes don't explain makes the reading a full one.

use super::door::Tongue;
use super::query::{Query, Sign, Test, in_window, no_email};
use super::read::{row_id, understood};
use super::wire::Trace;
use super::{ACTIVITIES, Creatio, SIDE};
use crate::error::{Error, Result};
use crate::http::odata::Page;
use crate::model::{Container, Cursor, Instant, ItemId, Kind, Listing, Malformed, Window};
use crate::ports::{Clock, Http, Keys, Scope};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Rows of one page of a full reading.
const PAGE: usize = 200;
/// A page that is too large for the server is asked for with this many times fewer rows.
const SHRINK: usize = 4;
/// More changed rows than this, and a full reading is no dearer.
const MANY: usize = 2_000;
/// Rows are looked at again that are this much older than the newest one seen: a slow save may become visible after a later one, and
/// date filters are not exact (creatio.md §1.5).
const OVERLAP: TimeDelta = TimeDelta::minutes(2);

/// Where the next reading goes on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Place {
    /// How times were told: stamps of another origin are no place to go on from.
    tongue: Tongue,
    /// The window that was read.
    window: Window,
    /// How many activities were in it.
    count: u64,
    /// How far activities were read.
    activities: Tide,
    /// How far participants were read.
    participants: Tide,
}

/// How far rows of one entity set were read, by the server's own stamps.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Tide {
    /// The newest `ModifiedOn` seen.
    high: Instant,
    /// The rows seen that the overlap shows again: id and `ModifiedOn`.
    seen: BTreeSet<String>,
}

impl Tide {
    /// The tide after these rows were seen too.
    fn after(&self, rows: &[Trace]) -> Self {
        let high = rows.iter().filter_map(|row| row.modified_on.at).fold(self.high, Instant::max);
        let late = rows.iter().filter(|row| row.modified_on.at.is_some_and(|at| at >= high - OVERLAP));
        Self { high, seen: late.map(Self::key).collect() }
    }

    /// The rows not seen before.
    fn unseen<'a>(&self, rows: &'a [Trace]) -> Vec<&'a Trace> {
        rows.iter().filter(|row| !self.seen.contains(&Self::key(row))).collect()
    }

    fn key(row: &Trace) -> String {
        format!("{} {}", row.id.as_str().unwrap_or_default(), row.modified_on.text)
    }

    /// The filter for rows from here on.
    fn filter(&self) -> Test {
        Test::at("ModifiedOn", Sign::Ge, self.high - OVERLAP)
    }
}

impl<P: Http + Clock + Keys> Creatio<P> {
    /// See [`Replica::observe`](crate::ports::Replica::observe).
    pub(super) async fn observed(&self, scope: &Scope, cursor: Option<&Cursor>) -> Result<Listing> {
        self.cards.borrow_mut().clear();
        let place = cursor.and_then(|cursor| serde_json::from_str::<Place>(&cursor.0).ok());
        // what could only be assumed may be seen by now
        self.lore.doubt();
        let tongue = self.tongue().await?;
        let delta = match place.filter(|place| place.window == scope.window && place.tongue == tongue) {
            Some(place) => self.delta(place).await?,
            None => None,
        };
        match delta {
            Some(listing) => Ok(listing),
            None => self.full(scope.window, tongue).await,
        }
    }

    /// Everything in the window.
    async fn full(&self, window: Window, tongue: Tongue) -> Result<Listing> {
        let rows = self.all_in(&window).await?;
        let (traces, _) = understood::<Trace>(rows.clone(), "Id", "");
        let count = u64::try_from(rows.len()).unwrap_or(u64::MAX);
        let reading = self.complete(rows).await?;
        let activities = Tide::default().after(&traces);
        let participants: Vec<Trace> = reading.participants.iter().map(Trace::from).collect();
        // without participants' rows, theirs can't be older than the activities'
        let participants = Tide { high: activities.high, seen: BTreeSet::new() }.after(&participants);
        // nothing there: there is no stamp to go on from
        let place = (count > 0).then_some(Place { tongue, window, count, activities, participants });
        let listing = Listing { items: reading.items, malformed: reading.malformed, ..Listing::default() };
        Ok(Listing { complete: vec![ACTIVITIES.into()], ..self.framed(listing, place.as_ref()) })
    }

    /// What changed since `place`; `None` if only a full reading can tell.
    async fn delta(&self, place: Place) -> Result<Option<Listing>> {
        let activities = no_email("Type").and(place.activities.filter());
        let participants = no_email("Activity.Type").and(place.participants.filter());
        let changed =
            |set, select, filter| Query { set, select, filter, order: "ModifiedOn,Id", top: MANY, ..Query::default() };
        let queries = [
            changed("Activity", "Id,CreatedOn,StartDate,DueDate,ModifiedOn", activities),
            changed("ActivityParticipant", "Id,ActivityId,ModifiedOn", participants),
            Query { set: "Activity", filter: in_window(&place.window), count: true, ..Query::default() },
        ];
        let mut pages = self.pages(&queries).await?.into_iter();
        let (mut rows, mut joined) = (Vec::new(), Vec::new());
        self.follow("Activity", pages.next().unwrap_or_else(nothing), &mut rows).await?;
        self.follow("ActivityParticipant", pages.next().unwrap_or_else(nothing), &mut joined).await?;
        let count = pages.next().and_then(|page| page.count);
        if rows.len() >= MANY || joined.len() >= MANY {
            return Ok(None);
        }
        let (rows, mut malformed) = understood::<Trace>(rows, "Id", "");
        let (joined, bad) = understood::<Trace>(joined, "ActivityId", "ActivityParticipant.");
        malformed.extend(bad);
        let changed = place.activities.unseen(&rows);
        if count != Some(place.count + created(&changed, &place)) {
            return Ok(None);
        }
        let changed = changed.iter().filter_map(|row| row.id.item());
        let joined_now = place.participants.unseen(&joined);
        let ids: BTreeSet<ItemId> = changed.chain(joined_now.iter().filter_map(|row| row.activity_id.item())).collect();
        let reading = self.read(&ids.into_iter().collect::<Vec<_>>()).await?;
        malformed.extend(reading.malformed);
        let place = Place {
            activities: place.activities.after(&rows),
            participants: place.participants.after(&joined),
            count: count.unwrap_or(place.count),
            window: place.window,
            tongue: place.tongue,
        };
        let listing = Listing { items: reading.items, malformed: named_once(malformed), ..Listing::default() };
        Ok(Some(self.framed(listing, Some(&place))))
    }

    /// All rows in the window, each once, the newest reading of it. Pages are keyed by `ModifiedOn`: a row saved meanwhile moves to the end and
    /// is seen again, where paging by number alone would lose its neighbour.
    async fn all_in(&self, window: &Window) -> Result<Vec<Value>> {
        let mut rows = BTreeMap::new();
        let (mut key, mut skip, mut top) = (None, 0, PAGE);
        loop {
            let since = key.map(|at| Test::at("ModifiedOn", Sign::Ge, at)).unwrap_or_default();
            let (filter, select, order) = (in_window(window).and(since), self.columns(), "ModifiedOn,Id");
            let query = Query { set: "Activity", select: &select, filter, order, top, skip, count: false };
            let page = match self.ask([vec![query]]).await {
                Err(error) if self.explained(&error).await? => continue,
                // the server's memory for one page was too small, which not every version says (creatio.md §1.6)
                Err(Error::Server { status: 500, .. }) if top > 1 => {
                    top = (top / SHRINK).max(1);
                    continue;
                }
                asked => asked.map(|[page]| page)?,
            };
            let last = page.last().and_then(|row| row.get("ModifiedOn")?.as_str()?.parse::<Instant>().ok());
            let read = page.len();
            // a row without an id is kept by its place: it has to be reported
            let place = rows.len();
            rows.extend(
                page.into_iter()
                    .enumerate()
                    .map(|(n, row)| ((row_id(&row), row_id(&row).map_or(place + n, |_| 0)), row)),
            );
            if read < top {
                return Ok(rows.into_values().collect());
            }
            // what has been passed by number is among the rows: far more of it than of them is the same again and again
            if skip + read > rows.len() + PAGE {
                let detail = "the pages of Activity begin again and again".to_owned();
                return Err(Error::Unreadable { side: SIDE, detail });
            }
            // a page full of one and the same stamp can't be passed by the stamp, nor can the hour that a wall clock shows twice
            (key, skip) = if last <= key { (key, skip + read) } else { (last, 0) };
        }
    }

    /// The listing with what every reading tells.
    fn framed(&self, listing: Listing, place: Option<&Place>) -> Listing {
        let container = Container {
            id: ACTIVITIES.into(),
            kind: Kind::Meeting,
            name: String::new(),
            owner: String::new(),
            own: true,
            default: true,
            writable: true,
        };
        let cursor = place.and_then(|place| serde_json::to_string(place).ok()).map(Cursor);
        let now = self.odata.told().max(self.service.told());
        Listing { containers: vec![container], cursor, now, unheld: self.unheld(), ..listing }
    }
}

/// How many of the changed rows are new in the window: created since the last reading.
fn created(changed: &[&Trace], place: &Place) -> u64 {
    let new = changed.iter().filter(|row| row.created_on.at.is_some_and(|at| at > place.activities.high));
    let inside = new.filter(|row| match (row.start_date.at, row.due_date.at) {
        (Some(start), Some(due)) => place.window.holds(start, due, false),
        (Some(_) | None, _) => false,
    });
    u64::try_from(inside.count()).unwrap_or(u64::MAX)
}

/// An activity whose row and whose participant's row can't be read is still one.
fn named_once(malformed: Vec<Malformed>) -> Vec<Malformed> {
    let mut named = BTreeSet::new();
    malformed.into_iter().filter(|bad| bad.id.as_ref().is_none_or(|id| named.insert(id.clone()))).collect()
}

fn nothing() -> Page<Value> {
    Page { value: Vec::new(), next: None, count: None, delta: None }
}
