//! Observing: a full reading of the window, or what changed since the last one. Creatio has no
//! tombstones: a delta counts the window's activities, and a count that the changes don't explain
//! makes the reading a full one.

use crate::creatio::activity::fetch::contacts;
use crate::creatio::activity::wire::RowStamp;
use crate::creatio::client::gateway::TimeSource;
use crate::creatio::client::query::{Condition, Query, Sign, in_window, no_email};
use crate::creatio::client::rows::{row_id, understood};
use crate::creatio::client::times::doubled;
use crate::creatio::{ACTIVITIES, Creatio, SIDE};
use crate::error::{Error, Result};
use crate::flat::{FlatMap, FlatSet};
use crate::http::odata::Page;
use crate::json;
use crate::model::scope::Scope;
use crate::model::{Container, Cursor, Instant, ItemId, Kind, Listing, Malformed, Window, Zone};
use crate::ports::{Clock, Credentials, Http};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Rows of one page of a full reading.
const PAGE: usize = 200;
/// A page that is too large for the server is asked for with this many times fewer rows.
const SHRINK: usize = 4;
/// More changed rows than this, and a full reading is no dearer.
const MANY: usize = 2_000;
/// Rows are looked at again that were saved this much before the last reading, by the server's
/// clock: a slow save may become visible two minutes after its stamp, and the clock that stamps
/// rows may be two minutes from the one that dates replies.
const OVERLAP: TimeDelta = TimeDelta::minutes(4);

/// Where the next reading goes on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct CreatioCursor {
    /// How times were told: stamps of another origin are no place to go on from.
    time_source: TimeSource,
    /// The window that was read.
    window: Window,
    /// How many activities were in it.
    count: u64,
    /// How far activities were read.
    activities: Watermark,
    /// How far participants were read.
    participants: Watermark,
}

/// How far rows of one entity set were read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Watermark {
    /// When they were read, by the server's clock: never later, whatever stamps rows bear (an
    /// import or a wrong clock leaves some in the future).
    read: Instant,
    /// The rows seen, or left by our own writes, that the overlap shows again, by id, and their
    /// `ModifiedOn`.
    seen: FlatMap<String, String>,
}

impl Watermark {
    /// the watermark of a reading at `read` that showed these rows.
    fn at<'a>(read: Instant, rows: impl IntoIterator<Item = &'a RowStamp>) -> Self {
        let key = |row: &RowStamp| Some((row.id.as_str()?.to_owned(), row.modified_on.spelled()));
        Self { read, seen: rows.into_iter().filter_map(key).collect() }
    }

    /// The rows not seen before.
    fn unseen<'a>(&self, rows: &'a [RowStamp]) -> Vec<&'a RowStamp> {
        let known =
            |row: &RowStamp| row.id.as_str().and_then(|id| self.seen.get(id)) == Some(&row.modified_on.spelled());
        rows.iter().filter(|row| !known(row)).collect()
    }

    /// How many of these rows of activities are new in `window`: created since, or so shortly
    /// before that they would have been seen.
    fn created(&self, rows: &[&RowStamp], window: &Window, zone: &dyn Zone) -> u64 {
        let from = access(self.read, zone);
        let late = |row: &&&RowStamp| row.created_on.at.is_some_and(|at| at >= from);
        let known = |row: &RowStamp| row.id.as_str().is_some_and(|id| self.seen.contains_key(id));
        let inside = |row: &&&RowStamp| match (row.start_date.at, row.due_date.at) {
            (Some(start), Some(due)) => window.holds(start, due, false),
            (Some(_) | None, _) => false,
        };
        let new = rows.iter().filter(late).filter(|row| !known(row)).filter(inside);
        u64::try_from(new.count()).unwrap_or(u64::MAX)
    }

    /// The filter for rows from here on.
    fn filter(&self) -> Condition {
        Condition::at("ModifiedOn", Sign::Ge, self.read - OVERLAP)
    }
}

/// The earliest stamp that the filter of a reading after `read` may show: in the hour that a wall
/// clock has twice it is wider (see `times`).
fn access(read: Instant, zone: &dyn Zone) -> Instant {
    let from = read - OVERLAP;
    from - doubled(zone, from).unwrap_or_default()
}

/// All rows of the window, and when their reading began, by the server's clock.
struct Whole {
    rows: Vec<Value>,
    read: Option<Instant>,
}

impl<P: Http + Clock + Credentials> Creatio<P> {
    /// See [`Replica::observe`](crate::ports::Replica::observe).
    pub(in crate::creatio) async fn observed(&self, scope: &Scope, cursor: Option<&Cursor>) -> Result<Listing> {
        self.cards.borrow_mut().clear();
        self.unread.borrow_mut().clear();
        self.own_writes.take();
        let cursor = cursor.and_then(|cursor| json::parse::<CreatioCursor>(cursor.0.as_bytes()).ok());
        // what could only be assumed may be seen by now
        self.installation.doubt();
        let time_source = self.time_source().await?;
        let delta = match cursor.filter(|cursor| cursor.window == scope.window && cursor.time_source == time_source) {
            Some(cursor) => self.delta(cursor).await?,
            None => None,
        };
        match delta {
            Some(listing) => Ok(listing),
            None => self.full(scope.window, time_source).await,
        }
    }

    /// See [`Replica::moved`](crate::ports::Replica::moved).
    pub(in crate::creatio) fn moved_cursor(&self, cursor: &Cursor) -> Option<Cursor> {
        let mut read = json::parse::<CreatioCursor>(cursor.0.as_bytes()).ok()?;
        let own = self.own_writes.take();
        read.count = own.counted(read.count, |span| read.window.holds(span.from, span.to, false));
        read.activities.seen.extend(own.activities);
        read.participants.seen.extend(own.participants);
        json::text_of(&read).ok().map(Cursor)
    }

    /// Everything in the window.
    async fn full(&self, window: Window, time_source: TimeSource) -> Result<Listing> {
        let Whole { rows, read } = self.all_in(&window).await?;
        let (traces, _) = understood::<RowStamp>(rows.clone(), "Id", "");
        let count = u64::try_from(rows.len()).unwrap_or(u64::MAX);
        let reading = self.complete(rows).await?;
        let participants: Vec<RowStamp> = reading.participants.iter().map(RowStamp::from).collect();
        let newest = traces.iter().chain(&participants).filter_map(|row| row.modified_on.at).max();
        // a server that does not tell its clock is no earlier than what it stamped last, if that is
        // no stamp of the future
        let read = read.unwrap_or_else(|| newest.unwrap_or_default().min(self.now()));
        let from = access(read, &*self.site.zone);
        let late = |row: &&RowStamp| row.modified_on.at.is_some_and(|at| at >= from);
        let activities = Watermark::at(read, traces.iter().filter(late));
        // those that could not be read are all read once they can
        let is_known = !self.unread.borrow().contains_key("ActivityParticipant");
        let joined = if is_known { read } else { Instant::default() };
        let participants = Watermark::at(joined, participants.iter().filter(late));
        // nothing there: there is no stamp to go on from
        let cursor = (count > 0).then_some(CreatioCursor { time_source, window, count, activities, participants });
        let listing = Listing { items: reading.items, malformed: reading.malformed, ..Listing::default() };
        Ok(Listing { complete: vec![ACTIVITIES.into()], ..self.framed(listing, cursor.as_ref()) })
    }

    /// What changed since `cursor`; `None` if only a full reading can tell.
    async fn delta(&self, cursor: CreatioCursor) -> Result<Option<Listing>> {
        let activities = no_email("Type").and(cursor.activities.filter());
        let participants = no_email("Activity.Type").and(cursor.participants.filter());
        let changed =
            |set, select, filter| Query { set, select, filter, order: "ModifiedOn,Id", top: MANY, ..Query::default() };
        let mut queries = vec![
            changed("Activity", "Id,CreatedOn,StartDate,DueDate,ModifiedOn", activities),
            changed("ActivityParticipant", "Id,ActivityId,ModifiedOn", participants),
            Query { set: "Activity", filter: in_window(&cursor.window), count: true, ..Query::default() },
        ];
        queries.extend(contacts());
        let mut pages = self.each_page(&queries).await?.into_iter();
        let now = self.server_time();
        let mut next = || pages.next().unwrap_or_else(|| Ok(nothing()));
        let mut rows = Vec::new();
        self.follow("Activity", next()?, &mut rows).await?;
        let joined = match next() {
            Ok(page) => {
                let mut joined = Vec::new();
                self.follow("ActivityParticipant", page, &mut joined).await.map(|()| joined)
            }
            Err(error) => Err(error),
        };
        let joined = self.spared("ActivityParticipant", joined)?;
        let count = next()?.count;
        for page in [next(), next()] {
            self.spared("Contact", page.map(|page| page.value))?;
        }
        let (rows, mut malformed) = understood::<RowStamp>(rows, "Id", "");
        let (joined, bad) = understood::<RowStamp>(joined, "ActivityId", "ActivityParticipant.");
        let next = now.unwrap_or_else(|| {
            let stamps = rows.iter().chain(&joined).filter_map(|row| row.modified_on.at);
            stamps.fold(cursor.activities.read, Instant::max).min(self.now())
        });
        if [&rows, &joined].into_iter().any(|rows| is_cut(rows, next)) {
            return Ok(None);
        }
        malformed.extend(bad);
        let changed = cursor.activities.unseen(&rows);
        let new = cursor.activities.created(&changed, &cursor.window, &*self.site.zone);
        if count != Some(cursor.count + new) {
            return Ok(None);
        }
        let changed = changed.iter().filter_map(|row| row.id.item());
        let joined_now = cursor.participants.unseen(&joined);
        let ids: FlatSet<ItemId> = changed.chain(joined_now.iter().filter_map(|row| row.activity_id.item())).collect();
        let reading = self.read(&ids.into_iter().collect::<Vec<_>>()).await?;
        malformed.extend(reading.malformed);
        let cursor = CreatioCursor {
            activities: Watermark::at(next, &rows),
            participants: if self.unread.borrow().contains_key("ActivityParticipant") {
                cursor.participants
            } else {
                Watermark::at(next, &joined)
            },
            count: count.unwrap_or(cursor.count),
            window: cursor.window,
            time_source: cursor.time_source,
        };
        let listing = Listing { items: reading.items, malformed: named_once(malformed), ..Listing::default() };
        Ok(Some(self.framed(listing, Some(&cursor))))
    }

    /// All rows in the window, each once, the newest reading of it. Pages are keyed by
    /// `ModifiedOn`: a row saved meanwhile moves to the end and is seen again, where paging by
    /// number alone would lose its neighbour.
    async fn all_in(&self, window: &Window) -> Result<Whole> {
        let mut rows = FlatMap::new();
        let mut began = None;
        let (mut key, mut skip, mut top) = (None, 0, PAGE);
        loop {
            let since = key.map(|at| Condition::at("ModifiedOn", Sign::Ge, at)).unwrap_or_default();
            let (filter, select, order) = (in_window(window).and(since), self.columns(), "ModifiedOn,Id");
            let query = Query { set: "Activity", select: &select, filter, order, top, skip, count: false };
            let page = match self.ask([vec![query]]).await {
                Err(error) if self.explained(&error).await? => continue,
                // the server's memory for one page was too small, which not every version says
                // (docs/facts/creatio.md, "Queries")
                Err(Error::Server { status: 500, .. }) if top > 1 => {
                    top = (top / SHRINK).max(1);
                    continue;
                }
                asked => asked.map(|[page]| page)?,
            };
            began = began.or(self.server_time());
            let last = page.last().and_then(|row| row.get("ModifiedOn")?.as_str()?.parse::<Instant>().ok());
            let read = page.len();
            // a row without an id is kept by its place: it has to be reported
            let read_before = rows.len();
            rows.extend(
                page.into_iter()
                    .enumerate()
                    .map(|(n, row)| ((row_id(&row), row_id(&row).map_or(read_before + n, |_| 0)), row)),
            );
            if read < top {
                return Ok(Whole { rows: rows.into_values().collect(), read: began });
            }
            // what has been passed by number is among the rows: far more of it than of them is the
            // same again and again
            if skip + read > rows.len() + PAGE {
                let detail = "the pages of Activity begin again and again".to_owned();
                return Err(Error::Unreadable { side: SIDE, detail });
            }
            // a page full of one and the same stamp can't be passed by the stamp, nor can the hour
            // that a wall clock shows twice
            (key, skip) = if last <= key { (key, skip + read) } else { (last, 0) };
        }
    }

    /// The server's clock at its last reply, by whichever service that came, if it told.
    fn server_time(&self) -> Option<Instant> {
        self.odata.server_time().max(self.service.server_time())
    }

    /// The same; this device's clock, if it told none.
    pub(in crate::creatio) fn now(&self) -> Instant {
        self.server_time().unwrap_or_else(|| self.odata.now())
    }

    /// The listing with what every reading tells.
    fn framed(&self, listing: Listing, cursor: Option<&CreatioCursor>) -> Listing {
        let container = Container {
            id: ACTIVITIES.into(),
            kind: Kind::Meeting,
            name: String::new(),
            owner: String::new(),
            own: true,
            default: true,
            writable: true,
        };
        let cursor = cursor.and_then(|cursor| json::text_of(cursor).ok()).map(Cursor);
        let now = self.server_time();
        let mut listing = listing;
        // a whole set has no id to be named by
        let unread = self.unread.borrow();
        let unread = unread.iter().map(|(set, why)| format!("{set}: {why}"));
        listing.malformed.extend(unread.map(|reason| Malformed { id: None, container: None, reason }));
        Listing { containers: vec![container], cursor, now, unheld: self.unheld_fields(), ..listing }
    }
}

/// Whether rows of up to `now` are missing behind these, which are in the order of their stamps.
/// Those of the future may be: they stay the same until somebody saves them, and are then among the
/// others.
fn is_cut(rows: &[RowStamp], now: Instant) -> bool {
    rows.len() >= MANY && rows.last().and_then(|row| row.modified_on.at).is_none_or(|last| last <= now)
}

/// An activity whose row and whose participant's row can't be read is still one.
fn named_once(malformed: Vec<Malformed>) -> Vec<Malformed> {
    let mut named = FlatSet::new();
    malformed.into_iter().filter(|bad| bad.id.as_ref().is_none_or(|id| named.insert(id.clone()))).collect()
}

fn nothing() -> Page {
    Page { value: Vec::new(), next: None, count: None, delta: None }
}
