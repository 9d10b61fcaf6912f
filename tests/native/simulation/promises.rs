//! The promises of the rules, as far as a person can check them on both servers once everything is
//! quiet. Written from the rules, not from the engine.

use crate::simulation::{
    history::{Direction, Options},
    people::{Kind, Known, People, What, meant},
    row::{Row, instant_of},
};
use crate::support::records::shown;
use chrono::{Datelike, Months, NaiveDate, NaiveDateTime, NaiveTime};
use chrono_tz::Tz;
use schedule_sync::engine::held::Reason;
use schedule_sync::engine::history::Entry;
use schedule_sync::engine::settings::{Conflict, ExchangeDelete, FieldDirection, Notify, Private};
use schedule_sync::flat::{FlatMap, FlatSet};
use schedule_sync::model::{Field, Meeting, Pair, Record, Side, Task, TaskWhen, When};
use schedule_sync::run::Report;

/// What is promised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Promise {
    /// A run comes to an end, and never panics.
    Ends,
    /// A run in quiet doesn't fail.
    Runs,
    /// Nothing is left to be done after some runs in quiet.
    Finished,
    /// A second run writes nothing.
    Quiet,
    /// Nobody gets a mail that nobody asked for.
    Mails,
    /// Nothing is there twice.
    Once,
    /// Nothing that a person wrote is lost.
    Kept,
    /// Nothing is deleted that nobody deleted.
    Alive,
    /// What somebody deleted, knowing it, stays away.
    Gone,
    /// Both sides are in step, but for what is held.
    InStep,
    /// What is private is not told.
    Discreet,
    /// What was answered is not asked again.
    Answers,
}

/// A promise that was broken, and how.
#[derive(Clone, Debug)]
pub(crate) struct Broken {
    pub(crate) promise: Promise,
    pub(crate) what: String,
}

/// What a simulation came to.
pub(crate) struct Outcome<'a> {
    /// The options that held, one after another.
    pub(crate) ever: &'a [Options],
    pub(crate) people: &'a People,
    /// The servers' time.
    pub(crate) now: NaiveDateTime,
    /// What both sides show in the end.
    pub(crate) rows: Pair<Vec<Row>>,
    /// What the user's other mailbox shows.
    pub(crate) away: Vec<Row>,
    /// What the last run of each device said.
    pub(crate) reports: &'a [Report],
    /// Writes of the last, quiet runs.
    pub(crate) late: Vec<String>,
    /// Mails sent in all.
    pub(crate) mails: usize,
    /// A person has let mail go out.
    pub(crate) allowed: bool,
    /// A person has said of something what is to become of it.
    pub(crate) chosen: bool,
    /// Fields whose change stays in Creatio since the meeting has ended, by Activity, as the
    /// devices remember having told.
    pub(crate) stayed: Vec<(String, FlatSet<Field>)>,
    /// What the devices wrote down.
    pub(crate) history: Vec<Entry>,
    /// What lies in Deleted Items of the Exchange Server, where a person finds it again: there no
    /// deletion can depend on what it finds.
    pub(crate) deleted: Vec<String>,
    /// Somebody began without a base: a store was lost, or there are two of them.
    pub(crate) forgetful: bool,
    /// For a time the user had no right to any Activity.
    pub(crate) rights: bool,
}

/// The broken promises that are collected.
type All = Vec<Broken>;

fn breaks(broken: &mut All, promise: Promise, what: String) {
    broken.push(Broken { promise, what });
}

impl Outcome<'_> {
    /// Promises that were broken, in words.
    pub(crate) fn broken(&self) -> All {
        let mut broken = Vec::new();
        for report in self.reports.iter().filter(|report| report.unfinished > 0) {
            breaks(&mut broken, Promise::Finished, format!("not finished after quiet: {report:?}"));
        }
        let all = self.reports.iter().flat_map(|report| &report.held);
        for held in all.filter(|held| held.reason == Reason::Overlooked) {
            breaks(&mut broken, Promise::Finished, format!("no rule decided on an item of {}", held.side));
        }
        if !self.late.is_empty() {
            breaks(&mut broken, Promise::Quiet, format!("a quiet run writes: {:?}", self.late));
        }
        let asked = self.allowed || self.ever.iter().any(|options| options.notify == Notify::Always);
        if self.mails > self.people.mails && !asked {
            let what = format!("{} mails that nobody asked for", self.mails - self.people.mails);
            breaks(&mut broken, Promise::Mails, what);
        }
        self.past_days(&mut broken);
        for (tag, known) in &self.people.known {
            let before = broken.len();
            let rows = Pair::of(|side| self.of(*tag, side, known.away));
            self.twice(*tag, &rows, &mut broken);
            self.lost(*tag, (known, &rows), &mut broken);
            self.deleted(*tag, (known, &rows), &mut broken);
            self.told(*tag, (known, &rows), &mut broken);
            self.apart(*tag, (known, &rows), &mut broken);
            if known.side == Side::Creatio && !self.away.is_empty() {
                let there = Pair::of(|side| self.of(*tag, side, side == Side::Exchange));
                self.twice(*tag, &there, &mut broken);
                self.apart(*tag, (known, &there), &mut broken);
            }
            for one in &mut broken[before..] {
                one.what.push_str(&self.marks(known));
            }
        }
        broken
    }

    /// The days of what is no series any more are no events of its mailbox. What went to the user's
    /// other mailbox stays with its Activity, once: the delete rule is applied only "when no other
    /// link of that Activity lives" (`docs/rules.md`, "Several accounts").
    fn past_days(&self, broken: &mut All) {
        for (rows, away) in [(&self.rows.exchange, false), (&self.away, true)] {
            for row in rows {
                let Some(tag) = row.tag else { continue };
                let Some(was_away) = self.people.past_day(tag) else { continue };
                let once = rows.iter().filter(|other| other.tag == row.tag).count() == 1;
                if away == was_away || !once || !self.may_stay(tag, row) {
                    let what = format!("{tag}, a day of what is no series any more, is an event: {}", row.id);
                    breaks(broken, Promise::Once, what);
                }
            }
        }
    }

    /// Whether the event `row` of a mailbox may be there for the Activity of `tag`, which another
    /// mailbox had: that lives, or the event is left to a person or to the settings.
    fn may_stay(&self, tag: usize, row: &Row) -> bool {
        let lives = self.of(tag, Side::Creatio, false).iter().any(|activity| !activity.canceled);
        let asked = self.is_held(&Pair { creatio: Vec::new(), exchange: vec![row] });
        let left = |options: &Options| {
            options.direction == Direction::Import || options.exchange_delete == ExchangeDelete::Leave
        };
        lives || asked || self.ever(left)
    }

    /// What was special about a thing, by which a known failure is told.
    fn marks(&self, known: &Known) -> String {
        let marks =
            [(known.reshaped, " (reshaped)"), (known.undone, " (undone)"), (self.rights, " (rights were lost)")];
        marks.into_iter().filter(|(is, _)| *is).map(|(_, mark)| mark).collect()
    }

    /// Whether some options ever held.
    fn ever(&self, such: impl Fn(&Options) -> bool) -> bool {
        self.ever.iter().any(such)
    }

    /// Whether a field ever went one way only, or none.
    fn is_narrowed(&self, field: Field) -> bool {
        self.ever(|options| options.fields.of(field) != FieldDirection::Both)
    }

    /// The rows of a tag on a side; `away`: in the other mailbox.
    fn of(&self, tag: usize, side: Side, away: bool) -> Vec<&Row> {
        let rows = if away && side == Side::Exchange { &self.away } else { &self.rows[side] };
        rows.iter().filter(|row| row.tag == Some(tag)).collect()
    }

    /// No duplicates.
    fn twice(&self, tag: usize, rows: &Pair<Vec<&Row>>, broken: &mut All) {
        for side in Side::BOTH {
            let alive: Vec<_> = rows[side].iter().filter(|row| !row.canceled).map(|row| &row.id).collect();
            // a second task that a person edited, and what stands for something that is gone, is
            // not removed unasked
            let asked = |id: &String| {
                let mut held = self.reports.iter().flat_map(|report| &report.held);
                held.any(|held| {
                    let reasons = [
                        Reason::SecondTask,
                        Reason::SecondActivity,
                        Reason::DeleteAsked,
                        Reason::LostOrigin,
                        Reason::LostCounterpart,
                    ];
                    reasons.contains(&held.reason) && held.id.as_ref().is_some_and(|named| named.as_str() == id)
                })
            };
            if alive.iter().filter(|id| !asked(id)).count() > 1 {
                let what = format!("tag {tag} is there {} times on {side}: {alive:?}", alive.len());
                breaks(broken, Promise::Once, what);
            }
        }
    }

    /// Nothing that a person wrote is lost.
    fn lost(&self, tag: usize, (known, rows): (&Known, &Pair<Vec<&Row>>), broken: &mut All) {
        for (what, live) in &known.live {
            let shown = |value: &String| {
                let there = self.away.iter().filter(|row| row.tag == Some(tag));
                let here = self.rows.exchange.iter().filter(|row| row.tag == Some(tag));
                let mut all = there.chain(here).chain(rows.creatio.iter().copied());
                all.any(|row| meant(row.value(*what)) == meant(value))
            };
            let missing: Vec<_> = live.iter().filter(|value| !shown(value) && !known.unseen.contains(*value)).collect();
            // a value may give way to the rule, to the source of a one-way sync, to the organizer
            // or to a deletion, if the history names it
            let may = self.ever(|options| options.conflict != Conflict::Ask || options.direction != Direction::Both)
                || (known.kind == Kind::Shared && self.ever[0].colleague)
                || self.is_narrowed(field_of(*what))
                || known.removed
                || known.undone
                || known.reshaped
                || self.chosen;
            let kept = |value: &str| self.is_recorded(*what, value) || self.is_deleted(value);
            let excused = missing.iter().all(|value| (may || known.raced.contains(value.as_str())) && kept(value));
            if !missing.is_empty() && !excused {
                let shown = self.shown(rows, *what);
                breaks(broken, Promise::Kept, format!("tag {tag}: {what:?} {missing:?} is lost; shown {shown:?}"));
            }
        }
    }

    /// Whether the value lies in Deleted Items.
    fn is_deleted(&self, value: &str) -> bool {
        // of the time of an event its start, as JSON spells it
        let value = match value.get(..19).filter(|start| start.get(10..11) == Some(" ")) {
            Some(start) => start.replacen(' ', "T", 1),
            None => value.to_owned(),
        };
        let value = meant(&value);
        self.deleted.iter().any(|item| item.to_lowercase().contains(&value))
    }

    fn is_recorded(&self, what: What, value: &str) -> bool {
        let field = field_of(what);
        let mut records = self.history.iter().flat_map(|entry| entry.before.iter().chain(&entry.after));
        // a row shows the paragraphs of a body in one line
        let line = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let zone = self.ever[0].zone.tz;
        records.any(|record| {
            // an event without a title shows none, and the history has it so
            let untitled = what == What::Title && value.is_empty() && record.title().is_empty();
            untitled || meant(&line(recorded(record, field, zone).replace(" UTC", ""))) == meant(value)
        })
    }

    fn shown(&self, rows: &Pair<Vec<&Row>>, what: What) -> Vec<String> {
        let all = Side::BOTH.into_iter().flat_map(|side| rows[side].iter().map(move |row| (side, row)));
        all.map(|(side, row)| format!("{side}{} {}", if row.canceled { " (canceled)" } else { "" }, row.value(what)))
            .collect()
    }

    /// Nothing is deleted unless a person deleted it; what somebody deleted, knowing it, stays
    /// away.
    fn deleted(&self, tag: usize, (known, rows): (&Known, &Pair<Vec<&Row>>), broken: &mut All) {
        let alive = |side: Side| rows[side].iter().any(|row| !row.canceled);
        // what one device took back, another knows nothing of
        let excused = known.removed || known.reshaped || (known.undone && self.forgetful);
        if !excused && !alive(known.side) {
            let what = format!("tag {tag} is gone from {} although nobody deleted it", known.side);
            breaks(broken, Promise::Alive, what);
        }
        for side in Side::BOTH {
            // a colleague who is invited may import it after it was removed
            let forgetful = self.forgetful || (known.kind == Kind::Shared && self.ever[0].colleague);
            if known.dead[side] && alive(side) && !forgetful && !known.undone {
                breaks(broken, Promise::Gone, format!("tag {tag} came back on {side}"));
            }
        }
    }

    /// What is private stays private.
    fn told(&self, tag: usize, (known, rows): (&Known, &Pair<Vec<&Row>>), broken: &mut All) {
        let full = self.ever(|options| options.private == Private::Full);
        if known.kind == Kind::Private && !full && !rows.creatio.is_empty() {
            breaks(broken, Promise::Discreet, format!("the body of tag {tag} is private, and in Creatio"));
        }
    }

    /// Both sides are in step, but for what is held.
    fn apart(&self, tag: usize, (known, rows): (&Known, &Pair<Vec<&Row>>), broken: &mut All) {
        let one_way = self.ever(|options| match options.direction {
            Direction::Both => false,
            Direction::Import => known.side == Side::Creatio || known.edited.creatio,
            Direction::Export => known.side == Side::Exchange || known.edited.exchange,
        });
        // what is private goes one way, in full too
        let full = self.ever.iter().all(|options| options.private == Private::Full);
        // an edit in the user's other mailbox comes by Creatio, too
        let comes = known.edited.creatio || (known.edited.exchange && !self.away.is_empty());
        let private = known.kind == Kind::Private && (!full || comes || self.chosen);
        // by the body a thing is known
        let unknown = self.is_narrowed(Field::Body);
        let excused = known.removed || known.undone || known.reshaped || one_way || private || unknown;
        if excused || self.is_held(rows) {
            return;
        }
        let first = |side: Side| rows[side].iter().find(|row| !row.canceled);
        match (first(Side::Creatio), first(Side::Exchange)) {
            (Some(creatio), Some(exchange)) => {
                let fields = creatio.fields().filter(|what| {
                    let alike = creatio.value(*what) == exchange.value(*what);
                    // a person who wants both left wants them to differ
                    let left = known.left.contains(what);
                    let stays = left || self.stays(creatio, *what);
                    !alike && !stays && !self.is_narrowed(field_of(*what)) && !self.is_far(creatio, exchange)
                });
                for what in fields {
                    let shown = self.shown(rows, what);
                    breaks(
                        broken,
                        Promise::InStep,
                        format!("tag {tag}: {what:?} differs and nobody is asked: {shown:?}"),
                    );
                }
            }
            (None, None) => {}
            (creatio, exchange) => {
                let there = creatio.or(exchange).unwrap();
                // where no time may go, nothing is created, nor where a person wants it left alone
                if known.alone || self.is_narrowed(Field::When) || self.is_far(there, there) {
                    return;
                }
                let side = there.side.other();
                let what = format!("tag {tag} ({:?}) is missing on {side} and nobody is asked", known.kind);
                breaks(broken, Promise::InStep, what);
            }
        }
    }

    /// Whether either may lie beyond the shortest window that ever held: it reaches to the
    /// beginning of a month.
    fn is_far(&self, one: &Row, other: &Row) -> bool {
        let months = self.ever.iter().flat_map(|options| options.months).min().unwrap_or_default();
        let first = NaiveDate::from_ymd_opt(self.now.year(), self.now.month(), 1).unwrap();
        let end = first + Months::new(months);
        [one, other].into_iter().any(|row| row.day().is_none_or(|day| day >= end))
    }

    /// Whether a change of an Activity stays in Creatio: the meeting is over, its people would get
    /// mail of it, and the user was told once (`docs/rules.md`, "A meeting that has ended").
    fn stays(&self, creatio: &Row, what: What) -> bool {
        let over = creatio.day().is_some_and(|day| day < self.now.date());
        let told = |(id, fields): &(String, FlatSet<Field>)| *id == creatio.id && fields.contains(&field_of(what));
        over && self.stayed.iter().any(told)
    }

    fn is_held(&self, rows: &Pair<Vec<&Row>>) -> bool {
        let ids: Vec<&str> =
            Side::BOTH.into_iter().flat_map(|side| rows[side].iter().map(|row| row.id.as_str())).collect();
        let mut held = self.reports.iter().flat_map(|report| &report.held);
        held.any(|held| held.id.as_ref().is_some_and(|id| ids.contains(&id.as_str())))
    }

    /// How many of which kind were looked at, so that no promise holds for want of items.
    pub(crate) fn census(&self) -> FlatMap<String, usize> {
        let mut census = FlatMap::new();
        for known in self.people.known.values() {
            let kind = match known.kind {
                Kind::Meeting => "meetings",
                Kind::AllDay => "all-day",
                Kind::Invited => "invited",
                Kind::Shared => "shared",
                Kind::Series => "occurrences",
                Kind::Private => "private",
                Kind::Task => "tasks",
            };
            *census.entry(kind.to_owned()).or_default() += 1;
            *census.entry("removed".to_owned()).or_default() += usize::from(known.removed);
        }
        for held in self.reports.iter().flat_map(|report| &report.held) {
            *census.entry(format!("held {:?}", held.reason)).or_default() += 1;
        }
        census
    }
}

/// A value of a record in the history as a person in `zone` reads it: a day is that of their own
/// clock, wherever the laws have their people live.
fn recorded(record: &Record, field: Field, zone: Tz) -> String {
    match (record, field) {
        (Record::Task(Task { when: TaskWhen::Timed { due, .. }, .. }), Field::When) => {
            due.with_timezone(&zone).date_naive().to_string()
        }
        (Record::Meeting(Meeting { when: When::AllDay { first, end }, .. }), Field::When) => {
            let [first, end] = [first, end].map(|day| instant_of(day.and_time(NaiveTime::MIN), zone));
            format!("{first} {end}")
        }
        (Record::Meeting(_) | Record::Task(_), _) => shown(record, field),
    }
}

/// What a person knows as this field, if they edit it here.
pub(crate) const fn what_of(field: Field) -> Option<What> {
    match field {
        Field::Title => Some(What::Title),
        Field::When => Some(What::When),
        Field::Place => Some(What::Place),
        Field::Body => Some(What::Body),
        Field::Importance | Field::Reminder | Field::Status | Field::People | Field::Response => None,
    }
}

const fn field_of(what: What) -> Field {
    match what {
        What::Title => Field::Title,
        What::When => Field::When,
        What::Place => Field::Place,
        What::Body => Field::Body,
    }
}
