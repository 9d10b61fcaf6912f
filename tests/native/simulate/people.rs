//! The people of a simulation: they create, edit and remove items by hand on both servers, and remember what they wrote. A value that somebody
//! wrote *lives* until a person replaces it while seeing it: what a person saw and changed is settled, what they never saw must not be lost.

use crate::simulate::row::{Row, rows};
use crate::world::World;
use chrono::{Duration, NaiveDate};
use schedule_sync::model::{Pair, Side};
use schedule_sync::ports::Keys;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// A field that people edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum What {
    Title,
    When,
    Place,
    Body,
}

/// What a new item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Meeting,
    AllDay,
    /// A meeting to which the user invited somebody; only by hand on Exchange.
    Invited,
    /// A meeting to which the user invited the colleague.
    Shared,
    /// A weekly series; only by hand on Exchange. Each of its occurrences is known by a tag of its own.
    Series,
    Task,
}

/// Occurrences of a series.
pub(crate) const OCCURRENCES: usize = 4;
/// What challenges of the mailbox ask for.
pub(crate) const CLAIMS: &str = r#"{"access_token":{"nbf":{"essential":true,"value":"1"}}}"#;

/// The tag of an occurrence of the series `tag`.
pub(crate) const fn occurrence(tag: usize, nth: usize) -> usize {
    1_000 + tag * 10 + nth
}

/// The tag that stands in the bodies of a series, and which occurrence it is; the tag itself of anything else.
const fn place(tag: usize) -> (usize, usize) {
    if tag < 1_000 { (tag, 0) } else { ((tag - 1_000) / 10, (tag - 1_000) % 10) }
}

/// What a person does. `value` is told by no other deed of a history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    Create {
        tag: usize,
        side: Side,
        kind: Kind,
        value: usize,
    },
    Edit {
        tag: usize,
        side: Side,
        what: What,
        value: usize,
    },
    Remove {
        tag: usize,
        side: Side,
    },
    Cancel {
        tag: usize,
    },
    /// A timed meeting becomes a weekly series in Outlook; it is the first of its occurrences.
    Recur {
        tag: usize,
    },
    /// A series becomes a single event again in Outlook, the first of its occurrences.
    Unite {
        tag: usize,
    },
}

/// What is remembered of one item.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub(crate) kind: Kind,
    pub(crate) side: Side,
    /// Values that somebody wrote and nobody replaced while seeing them.
    pub(crate) live: BTreeMap<What, BTreeSet<String>>,
    /// Somebody removed or canceled it.
    pub(crate) removed: bool,
    /// Somebody removed it on this side knowing all there was to it: it must not come back there.
    pub(crate) dead: Pair<bool>,
    /// Sides on which somebody edited it.
    pub(crate) edited: Pair<bool>,
}

/// All people together.
pub(crate) struct People {
    world: Rc<World>,
    /// The address of the colleague's mailbox.
    colleague: &'static str,
    /// The first days of the series.
    series: BTreeMap<usize, NaiveDate>,
    pub(crate) known: BTreeMap<usize, Known>,
    /// Mails that their own deeds caused.
    pub(crate) mails: usize,
    /// The last run went through: what it made is known to the device. What a cut-off run made and a person removed at once can't be told from
    /// what was never made (Creatio has no tombstones): it may be made again.
    pub(crate) settled: bool,
}

/// The day around which everything happens: some days after the beginning.
fn day(value: usize) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 12).unwrap() + Duration::days(i64::try_from(value).unwrap())
}

fn hour(value: usize) -> chrono::NaiveDateTime {
    NaiveDate::from_ymd_opt(2026, 3, 12).unwrap().and_hms_opt(6, 0, 0).unwrap()
        + Duration::minutes(7 * i64::try_from(value).unwrap())
}

/// The hour of `value` on the day of the nth occurrence of a series.
fn hour_of(nth: usize, value: usize) -> chrono::NaiveDateTime {
    hour(value) + Duration::weeks(i64::try_from(nth).unwrap())
}

fn utc(at: chrono::NaiveDateTime) -> Value {
    json!({"dateTime": at.format("%Y-%m-%dT%H:%M:%S").to_string(), "timeZone": "UTC"})
}

/// Weekly on Thursdays, as often as series of a simulation are.
fn weekly(first: NaiveDate) -> Value {
    json!({
        "pattern": {"type": "weekly", "interval": 1, "daysOfWeek": ["thursday"]},
        "range": {"type": "numbered", "startDate": first.to_string(), "numberOfOccurrences": OCCURRENCES},
    })
}

impl People {
    pub(crate) fn new(world: Rc<World>, colleague: &'static str) -> Self {
        Self { world, colleague, series: BTreeMap::new(), known: BTreeMap::new(), mails: 0, settled: true }
    }

    /// The path of the default list's tasks; nothing while there is no To Do.
    fn tasks(&self) -> Option<String> {
        let (status, lists) = self.tried(Side::Exchange, ("GET", "me/todo/lists"), None);
        (status == 200).then(|| format!("me/todo/lists/{}/tasks", lists["value"][0]["id"].as_str().unwrap()))
    }

    fn ask(&self, side: Side, (method, path): (&str, &str), body: Option<Value>) -> Value {
        let (status, reply) = self.tried(side, (method, path), body);
        assert!((200..300).contains(&status), "by hand {method} {path}: {status} {reply}");
        reply
    }

    /// A request of somebody who signs in again, and waits, if told to.
    fn tried(&self, side: Side, (method, path): (&str, &str), body: Option<Value>) -> (u16, Value) {
        loop {
            let (status, reply) = self.world.by_hand(side, method, path, body.clone());
            match status {
                401 => drop(pollster::block_on(self.world.challenged(side, CLAIMS)).unwrap()),
                429 => self.world.pass(Duration::minutes(1)),
                _ => return (status, reply),
            }
        }
    }

    /// What a side shows now.
    pub(crate) fn rows(&self, side: Side) -> Vec<Row> {
        match side {
            Side::Creatio => self.placed(rows(side, &self.ask(side, ("GET", "Activity?$top=1000"), None))),
            Side::Exchange => {
                let get = |path: &str| self.ask(side, ("GET", path), None)["value"].as_array().unwrap().clone();
                let (masters, mut all): (Vec<Value>, Vec<Value>) =
                    get("me/events?$top=1000").into_iter().partition(|row| row["type"] == "seriesMaster");
                for master in masters {
                    let window = "startDateTime=2026-03-01T00:00:00Z&endDateTime=2026-12-31T00:00:00Z&$top=100";
                    all.extend(get(&format!("me/events/{}/instances?{window}", master["id"].as_str().unwrap())));
                }
                all.extend(self.tasks().map(|tasks| get(&format!("{tasks}?$top=1000"))).unwrap_or_default());
                self.placed(rows(side, &json!({"value": all})))
            }
        }
    }

    /// Rows of series under the tags of their occurrences.
    fn placed(&self, mut rows: Vec<Row>) -> Vec<Row> {
        for row in &mut rows {
            let Some((tag, first)) = row.tag.and_then(|tag| Some((tag, self.series.get(&tag)?))) else { continue };
            let weeks = row.day().map(|day| (day - *first).num_weeks());
            row.tag = weeks.and_then(|weeks| usize::try_from(weeks).ok()).map(|nth| occurrence(tag, nth));
        }
        rows
    }

    /// Mails sent in all.
    pub(crate) fn sent(&self) -> usize {
        let sandbox = self.world.sandbox.borrow();
        sandbox.graph.mails().len() + sandbox.exchange.mails().len()
    }

    /// Does it, if it can be done.
    pub(crate) fn act(&mut self, deed: &Deed) {
        let before = self.sent();
        match deed {
            Deed::Create { tag, side, kind, value } => self.create(*tag, *side, (*kind, *value)),
            Deed::Edit { tag, what, value, .. } if self.series.contains_key(tag) => {
                self.edit_series(*tag, (*what, *value))
            }
            Deed::Edit { tag, side, what, value } => self.edit(*tag, *side, (*what, *value)),
            Deed::Remove { tag, .. } if self.series.contains_key(tag) => self.remove_series(*tag),
            Deed::Remove { tag, side } => self.remove(*tag, *side),
            Deed::Cancel { tag } => self.cancel(*tag),
            Deed::Recur { tag } => self.recur(*tag),
            Deed::Unite { tag } => self.unite(*tag),
        }
        self.mails += self.sent() - before;
    }

    fn create(&mut self, tag: usize, side: Side, (kind, value): (Kind, usize)) {
        let (title, text) = (format!("title{value}"), format!("<p>tag{tag}x body{value}</p>"));
        let (start, end) = (hour(value), hour(value) + Duration::hours(1));
        match (side, kind) {
            (Side::Creatio, _) => {
                let (start, end) = match kind {
                    Kind::AllDay => (
                        day(value).and_hms_opt(0, 0, 0).unwrap() - Duration::hours(3),
                        day(value + 1).and_hms_opt(0, 0, 0).unwrap() - Duration::hours(3),
                    ),
                    Kind::Task => (day(value).and_hms_opt(6, 0, 0).unwrap(), day(value).and_hms_opt(9, 0, 0).unwrap()),
                    Kind::Meeting | Kind::Invited | Kind::Shared | Kind::Series => (start, end),
                };
                let stamp = |at: chrono::NaiveDateTime| at.format("%Y-%m-%dT%H:%M:%SZ").to_string();
                let body = json!({"Title": title, "Notes": text, "Location": "", "StartDate": stamp(start),
                    "DueDate": stamp(end), "ShowInScheduler": kind != Kind::Task});
                self.ask(side, ("POST", "Activity"), Some(body));
            }
            (Side::Exchange, Kind::Task) => {
                let body = json!({"title": title, "body": {"contentType": "html", "content": text},
                    "dueDateTime": utc(day(value).and_hms_opt(0, 0, 0).unwrap())});
                let Some(tasks) = self.tasks() else { return };
                self.ask(side, ("POST", &tasks), Some(body));
            }
            (Side::Exchange, _) => {
                let mut body = json!({"subject": title, "body": {"contentType": "html", "content": text},
                    "start": utc(start), "end": utc(end)});
                if kind == Kind::AllDay {
                    body["isAllDay"] = true.into();
                    body["start"] = utc(day(value).and_hms_opt(0, 0, 0).unwrap());
                    body["end"] = utc(day(value + 1).and_hms_opt(0, 0, 0).unwrap());
                }
                let guest = match kind {
                    Kind::Invited => Some("guest@fabrikam.example"),
                    Kind::Shared => Some(self.colleague),
                    Kind::Meeting | Kind::AllDay | Kind::Series | Kind::Task => None,
                };
                if kind == Kind::Series {
                    let first = start.date();
                    self.series.insert(tag, first);
                    body["recurrence"] = weekly(first);
                }
                if let Some(guest) = guest {
                    body["attendees"] = json!([{"type": "required", "emailAddress": {"address": guest}}]);
                }
                self.ask(side, ("POST", "me/events"), Some(body));
            }
        }
        let tags =
            if kind == Kind::Series { (0..OCCURRENCES).map(|nth| occurrence(tag, nth)).collect() } else { vec![tag] };
        for tag in tags {
            self.meet(tag, side, kind);
        }
    }

    /// Begins to know what was just made.
    fn meet(&mut self, tag: usize, side: Side, kind: Kind) {
        let mut live: BTreeMap<What, BTreeSet<String>> = BTreeMap::new();
        if let Some(row) = self.find(tag, side) {
            for what in row.fields() {
                live.entry(what).or_default().insert(row.value(what).to_owned());
            }
        }
        let known = Known {
            kind,
            side,
            live,
            removed: false,
            dead: Pair::default(),
            edited: Pair { creatio: false, exchange: false },
        };
        self.known.insert(tag, known);
    }

    /// The item of a tag on a side, not canceled.
    fn find(&self, tag: usize, side: Side) -> Option<Row> {
        self.rows(side).into_iter().find(|row| row.tag == Some(tag) && !row.canceled)
    }

    fn path(&self, row: &Row) -> String {
        match (row.side, row.task) {
            (Side::Creatio, _) => format!("Activity({})", row.id),
            (Side::Exchange, true) => format!("{}/{}", self.tasks().unwrap(), row.id),
            (Side::Exchange, false) => format!("me/events/{}", row.id),
        }
    }

    fn edit(&mut self, tag: usize, side: Side, (what, value): (What, usize)) {
        let Some(row) = self.find(tag, side).filter(|row| row.fields().any(|field| field == what)) else { return };
        let (base, nth) = place(tag);
        let hour = |value: usize| hour_of(nth, value);
        let body = match (side, what) {
            (Side::Creatio, What::Title) => json!({"Title": format!("title{value}")}),
            (Side::Creatio, What::Place) => json!({"Location": format!("place{value}")}),
            (Side::Creatio, What::Body) => json!({"Notes": format!("<p>tag{base}x body{value}</p>")}),
            (Side::Creatio, What::When) if row.task => {
                let day = day(value).format("%Y-%m-%d");
                json!({"StartDate": format!("{day}T06:00:00Z"), "DueDate": format!("{day}T09:00:00Z")})
            }
            (Side::Creatio, What::When) => {
                let stamp = |at: chrono::NaiveDateTime| at.format("%Y-%m-%dT%H:%M:%SZ").to_string();
                json!({"StartDate": stamp(hour(value)), "DueDate": stamp(hour(value) + Duration::hours(1))})
            }
            (Side::Exchange, What::Title) if row.task => json!({"title": format!("title{value}")}),
            (Side::Exchange, What::Title) => json!({"subject": format!("title{value}")}),
            (Side::Exchange, What::Place) => json!({"location": {"displayName": format!("place{value}")}}),
            (Side::Exchange, What::Body) => {
                json!({"body": {"contentType": "html", "content": format!("<p>tag{base}x body{value}</p>")}})
            }
            (Side::Exchange, What::When) if row.task => {
                json!({"dueDateTime": utc(day(value).and_hms_opt(0, 0, 0).unwrap())})
            }
            (Side::Exchange, What::When) => {
                json!({"isAllDay": false, "start": utc(hour(value)), "end": utc(hour(value) + Duration::hours(1))})
            }
        };
        self.ask(side, ("PATCH", &self.path(&row)), Some(body));
        let shown = self.find(tag, side);
        let Some(known) = self.known.get_mut(&tag) else { return };
        let live = known.live.entry(what).or_default();
        live.remove(row.value(what));
        live.extend(shown.map(|row| row.value(what).to_owned()));
        known.edited[side] = true;
        known.dead[side.other()] = false;
    }

    /// The master of a series, and its living occurrences.
    fn whole(&self, tag: usize) -> Option<(String, Vec<Row>)> {
        let events = self.ask(Side::Exchange, ("GET", "me/events?$top=1000"), None);
        let master = events["value"].as_array()?.iter().find(|row| {
            row["type"] == "seriesMaster" && rows(Side::Exchange, &json!({"value": [row]}))[0].tag == Some(tag)
        })?;
        let living = (0..OCCURRENCES).filter_map(|nth| self.find(occurrence(tag, nth), Side::Exchange)).collect();
        Some((format!("me/events/{}", master["id"].as_str()?), living))
    }

    /// A meeting becomes a series: what was known of it is known of the first occurrence, and the others are new. Everybody sees that at once.
    fn recur(&mut self, tag: usize) {
        let timed = self.known.get(&tag).is_some_and(|known| known.kind == Kind::Meeting);
        let Some(row) = self.find(tag, Side::Exchange).filter(|row| timed && !row.task) else { return };
        let Some(first) = row.day() else { return };
        self.ask(Side::Exchange, ("PATCH", &self.path(&row)), Some(json!({"recurrence": weekly(first)})));
        self.series.insert(tag, first);
        let known = self.known.remove(&tag).unwrap();
        self.known.insert(occurrence(tag, 0), known);
        for nth in 1..OCCURRENCES {
            self.meet(occurrence(tag, nth), Side::Exchange, Kind::Series);
        }
    }

    /// A series becomes its first occurrence, as long as that is there: the others are gone, and what was changed of it alone is as in the series.
    fn unite(&mut self, tag: usize) {
        let Some((master, before)) = self.whole(tag) else { return };
        let first = occurrence(tag, 0);
        if before.first().is_none_or(|row| row.tag != Some(first)) {
            return;
        }
        self.ask(Side::Exchange, ("PATCH", &master), Some(json!({"recurrence": null})));
        let after = self.find(first, Side::Exchange);
        for row in before {
            match (row.tag, &after) {
                (Some(tag), Some(after)) if tag == first => {
                    let Some(known) = self.known.get_mut(&tag) else { continue };
                    for what in row.fields().filter(|what| row.value(*what) != after.value(*what)) {
                        let live = known.live.entry(what).or_default();
                        live.remove(row.value(what));
                        live.insert(after.value(what).to_owned());
                        known.edited.exchange = true;
                    }
                }
                (Some(tag), _) => self.gone(&row, tag, Side::Exchange),
                (None, _) => {}
            }
        }
    }

    /// A person writes to the whole series: title, place or body. Another time would make exceptions void, and be another series.
    fn edit_series(&mut self, tag: usize, (what, value): (What, usize)) {
        let Some((master, before)) = self.whole(tag) else { return };
        let body = match what {
            What::Title => json!({"subject": format!("title{value}")}),
            What::Place => json!({"location": {"displayName": format!("place{value}")}}),
            What::Body => json!({"body": {"contentType": "html", "content": format!("<p>tag{tag}x body{value}</p>")}}),
            What::When => return,
        };
        self.ask(Side::Exchange, ("PATCH", &master), Some(body));
        for old in before {
            let Some(tag) = old.tag else { continue };
            let new = self.find(tag, Side::Exchange);
            let (Some(new), Some(known)) = (new, self.known.get_mut(&tag)) else { continue };
            if new.value(what) != old.value(what) {
                let live = known.live.entry(what).or_default();
                live.remove(old.value(what));
                live.insert(new.value(what).to_owned());
                known.edited.exchange = true;
                known.dead.creatio = false;
            }
        }
    }

    fn remove_series(&mut self, tag: usize) {
        let Some((master, before)) = self.whole(tag) else { return };
        self.ask(Side::Exchange, ("DELETE", &master), None);
        for row in before {
            self.gone(&row, row.tag.unwrap(), Side::Exchange);
        }
    }

    fn remove(&mut self, tag: usize, side: Side) {
        let Some(row) = self.find(tag, side) else { return };
        self.ask(side, ("DELETE", &self.path(&row)), None);
        self.gone(&row, tag, side);
    }

    /// A person sets the status to Canceled.
    fn cancel(&mut self, tag: usize) {
        let Some(row) = self.find(tag, Side::Creatio) else { return };
        let canceled = json!({"StatusId": "201cfba8-58e6-df11-971b-001d60e938c6"});
        self.ask(Side::Creatio, ("PATCH", &self.path(&row)), Some(canceled));
        self.gone(&row, tag, Side::Creatio);
    }

    fn gone(&mut self, row: &Row, tag: usize, side: Side) {
        let Some(known) = self.known.get_mut(&tag) else { return };
        for (what, live) in &mut known.live {
            live.remove(row.value(*what));
        }
        known.removed = true;
        known.dead[side] = self.settled && known.live.values().all(BTreeSet::is_empty);
    }
}
