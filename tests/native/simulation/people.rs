//! The people of a simulation: they create, edit and remove items by hand on both servers, and
//! remember what they wrote. A value that somebody wrote *lives* until a person replaces it while
//! seeing it: what a person saw and changed is settled, what they never saw must not be lost.

use crate::simulation::{
    device::Said,
    history::Abode,
    row::{Row, instant_of, rows},
};
use crate::support::world::World;
use chrono::{Duration, NaiveDate, NaiveDateTime};
use schedule_sync::engine::answer::Choice;
use schedule_sync::engine::held::{Held, HeldField, Reason};
use schedule_sync::engine::link::{Link, LinkState};
use schedule_sync::flat::{FlatMap, FlatSet};
use schedule_sync::model::{Field, ItemId, Pair, Side};
use schedule_sync::ports::Credentials;
use serde_json::{Map, Value, json};
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
    /// A weekly series; only by hand on Exchange. Each of its occurrences is known by a tag of its
    /// own.
    Series,
    /// A private meeting; only by hand on Exchange.
    Private,
    Task,
}

/// Occurrences of a series.
pub(crate) const OCCURRENCES: usize = 4;
/// What challenges of the mailbox ask for.
pub(crate) const CLAIMS: &str = r#"{"access_token":{"nbf":{"essential":true,"value":"1"}}}"#;

/// What servers put before titles, after titles, and below bodies on storing. Of Exchange Server
/// they are the sandbox's own.
pub(crate) const LABEL: &str = "[External] ";
pub(crate) const ADDED: &str = " (checked)";
pub(crate) const FOOTER: &str = "Sent by a service.";
const LABELS: [&str; 2] = [LABEL, "[Contoso] "];
const ENDS: [&str; 3] = [ADDED, " Sent by a service.", " Confidential. Contoso Ltd."];

/// What somebody wrote of whom a server made `value` on storing: who reads the one knows the other.
pub(crate) fn meant(value: &str) -> String {
    let mut value = value.to_owned();
    loop {
        let begun = LABELS.iter().find_map(|label| value.strip_prefix(label));
        let ended = ENDS.iter().find_map(|end| value.strip_suffix(end));
        match begun.or(ended) {
            Some(rest) => value = rest.to_owned(),
            None => return value.to_lowercase(),
        }
    }
}

/// The tag of an occurrence of the series `tag`.
pub(crate) const fn occurrence(tag: usize, nth: usize) -> usize {
    1_000 + tag * 10 + nth
}

/// The tag that stands in the bodies of a series, and which occurrence it is; the tag itself of
/// anything else.
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
    /// A single meeting becomes the first occurrence of a weekly series.
    Repeat {
        tag: usize,
    },
    /// Of a series its first occurrence is left, as a single meeting.
    Single {
        tag: usize,
    },
    /// In the user's other mailbox, if it is one in a mailbox.
    Away(Box<Deed>),
}

/// What is remembered of one item.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub(crate) kind: Kind,
    pub(crate) side: Side,
    /// It was made in the user's other mailbox.
    pub(crate) away: bool,
    /// Values that somebody wrote and nobody replaced while seeing them.
    pub(crate) live: FlatMap<What, FlatSet<String>>,
    /// Somebody removed or canceled it.
    pub(crate) removed: bool,
    /// Somebody removed it on this side knowing all there was to it: it must not come back there.
    pub(crate) dead: Pair<bool>,
    /// Sides on which somebody edited it.
    pub(crate) edited: Pair<bool>,
    /// A person took back what a run had written to it.
    pub(crate) undone: bool,
    /// What differs since a person wants it left, until somebody edits it.
    pub(crate) left: FlatSet<What>,
    /// A person wants it left without a counterpart, as it then was.
    pub(crate) alone: bool,
    /// Values that were written during a run where no run can see them (see `People::is_blind`).
    pub(crate) unseen: FlatSet<String>,
    /// Values that were written into a task of the mailbox during a run: To Do takes no write that
    /// depends on what it finds, so that the run may write over them, and writes them down.
    pub(crate) raced: FlatSet<String>,
    /// It was made a series of, or a single meeting: what of it is whose day, the rules leave to
    /// the engine.
    pub(crate) reshaped: bool,
}

/// What a person wants left beside particular fields.
#[derive(Clone, Copy)]
pub(crate) struct WantedLeft {
    /// The item stays without a counterpart.
    pub(crate) alone: bool,
    /// Both sides stay as they are, whatever differs: its counterpart could not be read, and they
    /// were asked about the whole.
    pub(crate) whole: bool,
}

/// All people together.
pub(crate) struct People {
    world: Rc<World>,
    /// The user's other mailbox, and whether what is done is done there.
    away: Option<Rc<World>>,
    is_away: bool,
    /// Where they live.
    zone: Abode,
    /// How Creatio's OData is switched (`POST /sandbox/creatio`). People work in its pages, which
    /// read the database itself.
    pub(crate) creatio: Map<String, Value>,
    /// The group into which they put what they make in Creatio.
    pub(crate) group: Option<String>,
    /// The address of the colleague's mailbox.
    colleague: &'static str,
    /// The first days of the series.
    series: FlatMap<usize, NaiveDate>,
    /// Of what was a series and is a single meeting, the day that is left. An Activity of another
    /// day is none of it: what becomes of that, the delete rule says.
    singles: FlatMap<usize, NaiveDate>,
    /// Activities of such other days that a person edited since: they may come back.
    touched: FlatSet<usize>,
    pub(crate) known: FlatMap<usize, Known>,
    /// Mails that their own deeds caused.
    pub(crate) mails: usize,
    /// The last run went through: what it made is known to the device. What a cut-off run made and
    /// a person removed at once can't be told from what was never made (Creatio has no tombstones):
    /// it may be made again.
    pub(crate) settled: bool,
    /// Devices of the user whose last run was struck: a run of another mailbox's device settles
    /// nothing of what such a one wrote, which then looks like a person's edit there.
    pub(crate) cut_off: FlatSet<usize>,
    /// Activities that a run was to create, or of which it was to create the counterpart, and never
    /// learned whether it did, as where every reply is lost: no more can be told of those.
    pub(crate) unconfirmed: FlatSet<String>,
    /// A run is at work while they do what they do.
    pub(crate) meanwhile: bool,
}

/// The day around which everything happens: some days after the beginning.
fn day(value: usize) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 12).unwrap() + Duration::days(i64::try_from(value).unwrap())
}

fn hour(value: usize) -> NaiveDateTime {
    NaiveDate::from_ymd_opt(2026, 3, 12).unwrap().and_hms_opt(6, 0, 0).unwrap()
        + Duration::minutes(7 * i64::try_from(value).unwrap())
}

fn stamp(at: NaiveDateTime) -> String {
    at.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The hour of `value`: of a series that began on `first`, on the day of its nth occurrence.
fn hour_of(first: Option<NaiveDate>, nth: usize, value: usize) -> NaiveDateTime {
    let at = hour(value);
    let on = first.map_or(at, |first| first.and_time(at.time()));
    on + Duration::weeks(i64::try_from(nth).unwrap())
}

fn utc(at: NaiveDateTime) -> Value {
    json!({"dateTime": at.format("%Y-%m-%dT%H:%M:%S").to_string(), "timeZone": "UTC"})
}

impl People {
    /// People who live in `zone` and work on `world`, and in the other mailbox that the user may
    /// have.
    pub(crate) fn new((world, away): (Rc<World>, Option<Rc<World>>), zone: Abode, colleague: &'static str) -> Self {
        let (series, singles, known) = (FlatMap::new(), FlatMap::new(), FlatMap::new());
        let is_away = false;
        let creatio = Map::new();
        Self {
            world,
            away,
            is_away,
            zone,
            creatio,
            group: None,
            colleague,
            series,
            singles,
            touched: FlatSet::new(),
            known,
            mails: 0,
            settled: true,
            cut_off: FlatSet::new(),
            unconfirmed: FlatSet::new(),
            meanwhile: false,
        }
    }

    /// The instant at which a clock of theirs shows `wall`.
    fn at(&self, wall: NaiveDateTime) -> NaiveDateTime {
        instant_of(wall, self.zone.tz)
    }

    /// The start and end of the working day, in Creatio, on which something is due.
    fn day_of(&self, value: usize) -> [String; 2] {
        [9, 12].map(|hour| stamp(self.at(day(value).and_hms_opt(hour, 0, 0).unwrap())))
    }

    /// The world in which somebody works now.
    fn here(&self) -> &World {
        self.away.as_ref().filter(|_| self.is_away).unwrap_or(&self.world)
    }

    /// What the user's other mailbox shows.
    pub(crate) fn rows_away(&mut self) -> Vec<Row> {
        if self.away.is_none() {
            return Vec::new();
        }
        let before = std::mem::replace(&mut self.is_away, true);
        let rows = self.rows(Side::Exchange);
        self.is_away = before;
        rows
    }

    /// The path of the default list's tasks; nothing while there is no To Do, or the list can't be
    /// read.
    fn tasks(&self) -> Option<String> {
        let (status, lists) = self.tried(Side::Exchange, ("GET", "me/todo/lists"), None);
        let path =
            (status == 200).then(|| format!("me/todo/lists/{}/tasks", lists["value"][0]["id"].as_str().unwrap()))?;
        let (_, tasks) = self.tried(Side::Exchange, ("GET", &format!("{path}?$top=1")), None);
        tasks["value"].is_array().then_some(path)
    }

    fn ask(&self, side: Side, (method, path): (&str, &str), body: Option<Value>) -> Value {
        let (status, reply) = self.tried(side, (method, path), body);
        assert!((200..300).contains(&status), "by hand {method} {path}: {status} {reply}");
        reply
    }

    /// A request of somebody who signs in again, and waits, if told to.
    fn tried(&self, side: Side, (method, path): (&str, &str), body: Option<Value>) -> (u16, Value) {
        let lifted = self.lifted(side, method);
        let set = |name: &str, value: &Value| {
            let switches = serde_json::from_value(json!({name: value})).unwrap();
            self.world.sandbox.borrow_mut().creatio.switch(switches).unwrap();
        };
        lifted.iter().for_each(|(name, best)| set(name, best));
        // what strikes a run does not strike the person who interrupts it
        let faults = self.world.sandbox.borrow_mut().environment.lift_faults();
        let tried = self.heard(side, (method, path), body.as_ref());
        self.world.sandbox.borrow_mut().environment.set_faults(faults);
        lifted.iter().for_each(|(name, _)| set(name, &self.creatio[*name]));
        tried
    }

    /// Switches of Creatio's OData that a person's request does not meet with, each with what it is
    /// at an installation at its best.
    fn lifted(&self, side: Side, method: &str) -> Vec<(&'static str, Value)> {
        let all = [
            ("failing", json!([])),
            ("raw", json!([])),
            ("page", 0.into()),
            ("pages", "finite".into()),
            ("stale", 0.into()),
        ];
        // what is written while reads are behind is told later
        let is_met = |name: &str| side == Side::Exchange || (name == "stale" && method != "GET");
        all.into_iter().filter(|(name, _)| self.creatio.contains_key(*name) && !is_met(name)).collect()
    }

    fn heard(&self, side: Side, (method, path): (&str, &str), body: Option<&Value>) -> (u16, Value) {
        loop {
            let (status, reply) = self.here().by_hand(side, method, path, body.cloned());
            match status {
                401 => drop(pollster::block_on(self.here().challenged(side, CLAIMS)).unwrap()),
                429 => self.world.pass(Duration::minutes(1)),
                _ => return (status, reply),
            }
        }
    }

    /// What a side shows now.
    pub(crate) fn rows(&self, side: Side) -> Vec<Row> {
        match side {
            Side::Creatio => {
                self.placed(rows(side, &self.ask(side, ("GET", "Activity?$top=1000"), None), self.zone.tz))
            }
            Side::Exchange => {
                let get = |path: &str| self.ask(side, ("GET", path), None)["value"].as_array().unwrap().clone();
                let (masters, mut all): (Vec<Value>, Vec<Value>) =
                    get("me/events?$top=1000").into_iter().partition(|row| row["type"] == "seriesMaster");
                for master in masters {
                    let window = "startDateTime=2026-03-01T00:00:00Z&endDateTime=2026-12-31T00:00:00Z&$top=100";
                    all.extend(get(&format!("me/events/{}/instances?{window}", master["id"].as_str().unwrap())));
                }
                all.extend(self.tasks().map(|tasks| get(&format!("{tasks}?$top=1000"))).unwrap_or_default());
                self.placed(rows(side, &json!({"value": all}), self.zone.tz))
            }
        }
    }

    /// The day on which the series `tag` begins, or the single meeting which that was.
    fn first_day(&self, tag: usize) -> Option<NaiveDate> {
        self.series.get(&tag).or_else(|| self.singles.get(&tag)).copied()
    }

    /// Whether the series was in the user's other mailbox of which `tag` is a day, if that is no
    /// series any more, and nobody edited the day since.
    pub(crate) fn past_day(&self, tag: usize) -> Option<bool> {
        let (whole, nth) = place(tag);
        let is_past = nth > 0 && self.singles.contains_key(&whole) && !self.touched.contains(&tag);
        self.known.get(&whole).filter(|_| is_past).map(|known| known.away)
    }

    /// Rows of series under the tags of their occurrences.
    fn placed(&self, mut rows: Vec<Row>) -> Vec<Row> {
        for row in &mut rows {
            let Some((tag, first)) = row.tag.and_then(|tag| Some((tag, self.first_day(tag)?))) else { continue };
            // the nearest of them: a day may lie in another one in UTC, and an hour changes with
            // the season
            let weeks = row.day().map(|day| ((day - first).num_days() + 3).div_euclid(7));
            let nth = weeks.and_then(|weeks| usize::try_from(weeks).ok());
            let is_left = nth == Some(0) && self.singles.contains_key(&tag);
            row.tag = if is_left { Some(tag) } else { nth.map(|nth| occurrence(tag, nth)) };
        }
        rows
    }

    /// An Activity of a pair that rests stays on its day, to whichever the event was moved before,
    /// and so does one as long as a person is asked which of the two days it is to have: it is that
    /// of the event's day, not of the one on which it lies.
    pub(crate) fn rested(rows: &mut Pair<Vec<Row>>, links: &[Link], held: &[&Held]) {
        for link in links {
            let rests = link.state == LinkState::Undone;
            let asked =
                |held: &&&Held| held.reason == Reason::Clash && held.id.as_ref() == Some(link.halves.creatio.id());
            let is_when = |field: &HeldField| field.field == Field::When;
            let waits = held.iter().filter(asked).any(|held| held.fields.iter().any(is_when));
            let event = rows.exchange.iter().find(|row| row.id == link.halves.exchange.id().as_str());
            let Some(tag) = event.and_then(|row| row.tag).filter(|_| rests || waits) else { continue };
            // one that lies before the first day has no tag
            let of_series = |row: &&mut Row| match row.tag {
                Some(other) => place(other).0 == place(tag).0,
                None => waits && place(tag).0 != tag,
            };
            let resting = rows.creatio.iter_mut().filter(|row| row.id == link.halves.creatio.id().as_str());
            resting.filter(of_series).for_each(|row| row.tag = Some(tag));
        }
    }

    /// Mails sent in all.
    pub(crate) fn sent(&self) -> usize {
        let sandbox = self.world.sandbox.borrow();
        sandbox.graph.mails().len() + sandbox.exchange.mails().len()
    }

    /// All that there is on either side, and in the other mailbox.
    pub(crate) fn all_rows(&mut self) -> Vec<Row> {
        let mut rows = self.rows_away();
        rows.extend(Side::BOTH.into_iter().flat_map(|side| self.rows(side)));
        rows
    }

    /// What was written to these items was taken back; `before`: all that there was before.
    pub(crate) fn undone(&mut self, ids: &[ItemId], before: &[Row]) {
        let mut rows = self.all_rows();
        rows.extend(before.iter().cloned());
        for row in rows.iter().filter(|row| ids.iter().any(|id| id.as_str() == row.id)) {
            if let Some(known) = row.tag.and_then(|tag| self.known.get_mut(&tag)) {
                known.undone = true;
            }
        }
    }

    /// A person wants these fields of an item left as they are on both sides, and what else `wish`
    /// says.
    pub(crate) fn leave(&mut self, ids: &[&ItemId], fields: &FlatSet<What>, wish: WantedLeft) {
        let rows = self.all_rows();
        let named = |row: &&Row| ids.iter().any(|id| id.as_str() == row.id);
        for row in rows.iter().filter(named) {
            let Some(known) = row.tag.and_then(|tag| self.known.get_mut(&tag)) else { continue };
            known.left.extend(fields);
            known.alone |= wish.alone;
            // nobody sees now in which fields the two differ
            known.left.extend(row.fields().filter(|_| wish.whole));
        }
    }

    /// Somebody let these be removed, since their Activities were not found: who lost the right to
    /// read them is asked that too, and a person's word is a person's deed.
    pub(crate) fn removed_by_word(&mut self, said: &[Said]) {
        let removes = |said: &&Said| {
            let reasons = [Reason::DeleteAsked, Reason::ManyDeletions, Reason::SideEmpty];
            let allowed = reasons.contains(&said.held.reason) && said.choice == Choice::Allow;
            // as on Exchange, where nothing is found of it: it is canceled, by a device that knows
            // nothing of its event in the user's other mailbox
            let lost = matches!(said.held.reason, Reason::LostOrigin | Reason::LostCounterpart);
            allowed || (lost && said.choice == Choice::Take(Side::Exchange))
        };
        let ids: Vec<&str> =
            said.iter().filter(removes).filter_map(|said| said.held.id.as_ref()).map(|id| id.as_str()).collect();
        if ids.is_empty() {
            return;
        }
        let rows = self.all_rows();
        for row in rows.iter().filter(|row| ids.contains(&row.id.as_str())) {
            if let Some(known) = row.tag.and_then(|tag| self.known.get_mut(&tag)) {
                known.removed = true;
            }
        }
    }

    /// Does it while a run is at work, if it can be done.
    pub(crate) fn act_meanwhile(&mut self, deed: &Deed) {
        self.meanwhile = true;
        self.act(deed);
        self.meanwhile = false;
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
            Deed::Repeat { tag } => self.repeat(*tag),
            Deed::Single { tag } => self.single(*tag),
            Deed::Away(deed) => {
                let before = std::mem::replace(&mut self.is_away, true);
                let mails = self.mails;
                self.act(deed);
                (self.is_away, self.mails) = (before, mails);
            }
        }
        self.mails += self.sent() - before;
    }

    fn create(&mut self, tag: usize, side: Side, (kind, value): (Kind, usize)) {
        let (title, text) = (format!("title{value}"), format!("<p>tag{tag}x body{value}</p>"));
        let (start, end) = (hour(value), hour(value) + Duration::hours(1));
        match (side, kind) {
            (Side::Creatio, _) => {
                let times = match kind {
                    Kind::AllDay => {
                        let midnight = |value| stamp(self.at(day(value).and_hms_opt(0, 0, 0).unwrap()));
                        [midnight(value), midnight(value + 1)]
                    }
                    Kind::Task => self.day_of(value),
                    Kind::Meeting | Kind::Invited | Kind::Shared | Kind::Series | Kind::Private => {
                        [stamp(start), stamp(end)]
                    }
                };
                let [start, end] = times;
                let body = json!({"Title": title, "Notes": text, "Location": "", "StartDate": start,
                    "DueDate": end, "ShowInScheduler": kind != Kind::Task});
                let made = self.ask(side, ("POST", "Activity"), Some(body));
                if let Some(group) = &self.group {
                    let body = json!({"ActivityId": made["Id"], "FolderId": group});
                    self.ask(side, ("POST", "ActivityInFolder"), Some(body));
                }
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
                    Kind::Meeting | Kind::AllDay | Kind::Series | Kind::Private | Kind::Task => None,
                };
                if kind == Kind::Private {
                    body["sensitivity"] = "private".into();
                }
                if kind == Kind::Series {
                    body["recurrence"] = self.weekly(tag, start.date());
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

    /// The rule of the series `tag`, which begins on `first`.
    fn weekly(&mut self, tag: usize, first: NaiveDate) -> Value {
        self.series.insert(tag, first);
        self.singles.remove(&tag);
        let name = first.format("%A").to_string().to_lowercase();
        json!({
            "pattern": {"type": "weekly", "interval": 1, "daysOfWeek": [name]},
            "range": {"type": "numbered", "startDate": first.to_string(), "numberOfOccurrences": OCCURRENCES},
        })
    }

    /// A person makes a weekly series of a single meeting.
    fn repeat(&mut self, tag: usize) {
        let Some(row) = self.find(tag, Side::Exchange).filter(|row| !row.task && !self.series.contains_key(&tag))
        else {
            return;
        };
        let (Some(first), Some(known)) = (row.day(), self.known.get(&tag).cloned()) else { return };
        // days of an earlier series that stand there as events of their own would be there twice by
        // this person's own hand
        let is_own = |nth: usize| self.find(occurrence(tag, nth), Side::Exchange).is_some();
        if self.singles.contains_key(&tag) && (1..OCCURRENCES).any(is_own) {
            return;
        }
        let rule = self.weekly(tag, first);
        let (status, _) = self.tried(Side::Exchange, ("PATCH", &self.path(&row)), Some(json!({"recurrence": rule})));
        if !(200..300).contains(&status) {
            self.series.remove(&tag);
            return;
        }
        self.known.remove(&tag);
        for nth in 0..OCCURRENCES {
            let known = Known { kind: Kind::Series, reshaped: true, edited: Pair::of(|_| true), ..known.clone() };
            // what was written so far is written in the first of them
            let live = if nth == 0 { known.live.clone() } else { FlatMap::new() };
            // who makes a series of it wants it on both sides, as with any edit
            self.known.insert(occurrence(tag, nth), Known { live, dead: Pair::default(), ..known });
        }
    }

    /// A person takes the rule of a series away.
    fn single(&mut self, tag: usize) {
        let Some((master, _)) = self.whole(tag).filter(|_| self.series.contains_key(&tag)) else { return };
        let (status, _) = self.tried(Side::Exchange, ("PATCH", &master), Some(json!({"recurrence": null})));
        if !(200..300).contains(&status) {
            return;
        }
        self.singles.extend(self.series.remove(&tag).map(|first| (tag, first)));
        for nth in 0..OCCURRENCES {
            self.known.remove(&occurrence(tag, nth));
        }
        self.meet(tag, Side::Exchange, Kind::Meeting);
        if let Some(known) = self.known.get_mut(&tag) {
            (known.reshaped, known.edited) = (true, Pair::of(|_| true));
        }
    }

    /// Begins to know what was just made.
    fn meet(&mut self, tag: usize, side: Side, kind: Kind) {
        let mut live: FlatMap<What, FlatSet<String>> = FlatMap::new();
        if let Some(row) = self.find(tag, side) {
            for what in row.fields() {
                live.entry(what).or_default().insert(row.value(what).to_owned());
            }
        }
        let known = Known {
            kind,
            side,
            away: self.is_away && side == Side::Exchange,
            live,
            removed: false,
            dead: Pair::default(),
            edited: Pair::default(),
            undone: false,
            left: FlatSet::new(),
            alone: false,
            unseen: FlatSet::new(),
            raced: FlatSet::new(),
            reshaped: false,
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
        let hour = |value: usize| hour_of(self.first_day(base), nth, value);
        let body = match (side, what) {
            (Side::Creatio, What::Title) => json!({"Title": format!("title{value}")}),
            (Side::Creatio, What::Place) => json!({"Location": format!("place{value}")}),
            (Side::Creatio, What::Body) => json!({"Notes": format!("<p>tag{base}x body{value}</p>")}),
            (Side::Creatio, What::When) if row.task => {
                let [start, end] = self.day_of(value);
                json!({"StartDate": start, "DueDate": end})
            }
            (Side::Creatio, What::When) => {
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
        let shown = self.find(tag, side).map(|row| row.value(what).to_owned());
        let is_blind = self.is_blind(side);
        let Some(known) = self.known.get_mut(&tag) else {
            self.touched.insert(tag);
            return;
        };
        let live = known.live.entry(what).or_default();
        live.retain(|value| meant(value) != meant(row.value(what)));
        known.unseen.extend(shown.clone().filter(|_| is_blind));
        known.raced.extend(shown.clone().filter(|_| self.meanwhile && side == Side::Exchange && row.task));
        live.extend(shown);
        known.left.remove(&what);
        known.edited[side] = true;
        known.dead[side.other()] = false;
    }

    /// Whether no run can see what is written now, not even the one that writes over it: Creatio
    /// answers reads of a while ago, and takes no write that depends on what it finds. The rules
    /// promise to compare "just before" and to read back, which both show the old value there.
    fn is_blind(&self, side: Side) -> bool {
        let is_on = |name: &str| self.creatio.contains_key(name);
        self.meanwhile && side == Side::Creatio && is_on("stale") && is_on("dataservice")
    }

    /// The master of a series, and its living occurrences.
    fn whole(&self, tag: usize) -> Option<(String, Vec<Row>)> {
        let events = self.ask(Side::Exchange, ("GET", "me/events?$top=1000"), None);
        let master = events["value"].as_array()?.iter().find(|row| {
            row["type"] == "seriesMaster"
                && rows(Side::Exchange, &json!({"value": [row]}), self.zone.tz)[0].tag == Some(tag)
        })?;
        let living = (0..OCCURRENCES).filter_map(|nth| self.find(occurrence(tag, nth), Side::Exchange)).collect();
        Some((format!("me/events/{}", master["id"].as_str()?), living))
    }

    /// A person writes to the whole series: title, place or body. Another time would make
    /// exceptions void, and be another series.
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
                live.retain(|value| meant(value) != meant(old.value(what)));
                live.insert(new.value(what).to_owned());
                known.left.remove(&what);
                known.edited.exchange = true;
                known.dead.creatio = false;
            }
        }
    }

    fn remove_series(&mut self, tag: usize) {
        let Some((master, before)) = self.whole(tag) else { return };
        self.ask(Side::Exchange, ("DELETE", &master), None);
        // a server may say that it deleted, and not do it
        if self.whole(tag).is_some() {
            return;
        }
        for row in before {
            self.gone(&row, row.tag.unwrap(), Side::Exchange);
        }
    }

    fn remove(&mut self, tag: usize, side: Side) {
        let Some(row) = self.find(tag, side) else { return };
        self.ask(side, ("DELETE", &self.path(&row)), None);
        if self.find(tag, side).is_some_and(|now| now.id == row.id) {
            return;
        }
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
        let rows = self.rows(Side::Creatio);
        let mut ids = rows.iter().filter(|row| row.tag == Some(tag)).chain([row]).map(|row| &row.id);
        let confirmed = !ids.any(|id| self.unconfirmed.contains(id));
        let Some(known) = self.known.get_mut(&tag) else { return };
        for (what, live) in &mut known.live {
            live.retain(|value| meant(value) != meant(row.value(*what)));
        }
        known.removed = true;
        // of two mailboxes one may still have it
        let one = side == Side::Creatio || self.away.is_none();
        let settled = self.settled && self.cut_off.is_empty();
        known.dead[side] = one && settled && confirmed && known.live.values().all(FlatSet::is_empty);
    }
}
