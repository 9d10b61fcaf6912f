//! What a record of one side is on the other side. The only place that knows how values are cut or
//! translated on the way.
//!
//! Where the other side has a value already, what can't be carried is kept there: the tail of a
//! long title, a task's time of day, "waiting on others". Projecting the result back and forth
//! changes nothing any more (a law in the tests).

use crate::engine::context::{Context, Seen};
use crate::model::time::{instant, local, midnight};
use crate::model::{
    Address, Day, Field, Instant, Meeting, Pair, Person, Record, Reminder, Response, Side, Status, Task, TaskWhen,
    When, Zone, person, record,
};
use chrono::{Duration, NaiveTime};

/// The longest title and location that an Activity holds, in characters (docs/facts/creatio.md,
/// "Activity").
pub const LONGEST_LINE: usize = 500;

/// What `record`, which side `from` has, is on the other side; `there` is what the other side has
/// now, if anything and if of the same kind.
#[must_use]
pub fn project(context: &Context<'_>, seen: &Seen, from: Side, record: &Record, there: Option<&Record>) -> Record {
    match record {
        Record::Meeting(one) => {
            let there = there.and_then(|record| match record {
                Record::Meeting(meeting) => Some(meeting),
                Record::Task(_) => None,
            });
            Record::Meeting(meeting(context, seen, from, one, there))
        }
        Record::Task(one) => {
            let there = there.and_then(|record| match record {
                Record::Task(task) => Some(task),
                Record::Meeting(_) => None,
            });
            Record::Task(task(context, from, one, there))
        }
    }
}

/// Both directions at once: what each side's record is on the other. The base tells in which zone
/// an all-day event was read.
#[must_use]
pub fn shadows(context: &Context<'_>, seen: &Seen, now: Pair<&Record>, base: Option<Pair<&Record>>) -> Pair<Record> {
    let mut shadows = Pair::of(|side| project(context, seen, side.other(), now[side.other()], Some(now[side])));
    if let (Some(when), Record::Meeting(there)) =
        (base.and_then(|base| anchored(context.zone, now, base)), &mut shadows.exchange)
    {
        there.when = when;
    }
    if let (Some(base), Record::Task(there)) = (base, &mut shadows.exchange) {
        there.when = chosen(context.zone, there.when, now, base);
    }
    if base.is_none_or(|base| is_moved_on_both(now, base)) && is_same_days(now) {
        for side in Side::BOTH {
            record::copy(Field::When, now[side], &mut shadows[side]);
        }
    }
    shadows
}

/// The dates of an all-day event whose Activity was moved by whole days: counted from the base,
/// since the user's zone may be another than when it was read. A change of the clocks on the way is
/// no part of a day.
fn anchored(zone: &dyn Zone, now: Pair<&Record>, base: Pair<&Record>) -> Option<When> {
    let (Record::Meeting(now), Record::Meeting(here), Record::Meeting(there)) =
        (now.creatio, base.creatio, base.exchange)
    else {
        return None;
    };
    let (When::Timed { start, end }, When::Timed { start: from, end: to }, When::AllDay { first, end: last }) =
        (now.when, here.when, there.when)
    else {
        return None;
    };
    let (first, last) = (moved(zone, first, from, start)?, moved(zone, last, to, end)?);
    (first < last).then_some(When::AllDay { first, end: last })
}

/// `day` moved as an instant moved `from` .. `to`; `None` if that is no whole number of days, on
/// the clock or on the wall.
fn moved(zone: &dyn Zone, day: Day, from: Instant, to: Instant) -> Option<Day> {
    let by = to - from;
    let wall = by + Duration::seconds(i64::from(zone.offset(to)) - i64::from(zone.offset(from)));
    let whole = [by, wall].into_iter().find(|by| by.num_seconds() % 86_400 == 0)?;
    day.checked_add_signed(whole)
}

/// Whether both sides have another time than the base.
fn is_moved_on_both(now: Pair<&Record>, base: Pair<&Record>) -> bool {
    Side::BOTH.into_iter().all(|side| record::differences(base[side], now[side]).contains(&Field::When))
}

/// The farthest that a zone is behind UTC and ahead of it, and the steps in which zones are apart,
/// in minutes.
const ZONES: (std::ops::RangeInclusive<i64>, i64) = (-12 * 60..=14 * 60, 15);
/// By how many minutes at most the clocks of one zone are put forward or back.
const CLOCK_CHANGE: i64 = 60;

/// Whether the Activity lasts from midnight to midnight in some zone, on just the days of the
/// all-day event: a colleague elsewhere, or the user before a journey, imported it.
fn is_same_days(now: Pair<&Record>) -> bool {
    let (Record::Meeting(creatio), Record::Meeting(exchange)) = (now.creatio, now.exchange) else { return false };
    let (When::Timed { start, end }, When::AllDay { first, end: last }) = (creatio.when, exchange.when) else {
        return false;
    };
    let ahead = |day: Day, at: Instant| (day.and_time(NaiveTime::MIN).and_utc() - at).num_seconds();
    let (from, to) = (ahead(first, start), ahead(last, end));
    let (range, step) = ZONES;
    let is_offset = |seconds: i64| seconds % (step * 60) == 0 && range.contains(&(seconds / 60));
    is_offset(from) && is_offset(to) && (from - to).abs() <= CLOCK_CHANGE * 60
}

/// The days `when` of a task that was changed in Creatio, without those that the task on Exchange
/// lacks and nobody chose: an Activity always has both.
fn chosen(zone: &dyn Zone, when: TaskWhen, now: Pair<&Record>, base: Pair<&Record>) -> TaskWhen {
    let (Record::Task(now), Record::Task(here), Record::Task(there)) = (now.creatio, base.creatio, base.exchange)
    else {
        return when;
    };
    let (TaskWhen::Timed { start, due }, TaskWhen::Timed { start: from, due: to }) = (now.when, here.when) else {
        return when;
    };
    let (TaskWhen::Days { start: first, due: last }, TaskWhen::Days { start: new_first, due: new_last }) =
        (there.when, when)
    else {
        return when;
    };
    let kept = |one: Instant, other: Instant| local(zone, one).date() == local(zone, other).date();
    TaskWhen::Days {
        start: new_first.filter(|_| first.is_some() || !kept(start, from)),
        due: new_last.filter(|_| last.is_some() || !kept(due, to)),
    }
}

fn meeting(context: &Context<'_>, seen: &Seen, from: Side, one: &Meeting, there: Option<&Meeting>) -> Meeting {
    let Meeting { title: name, when, place, body, importance, reminder, people: list, response } = one;
    let when = span(context.zone, from, *when, there.map(|m| m.when));
    Meeting {
        title: title(context, from, name, there.map(|m| m.title.as_str())),
        when,
        place: line(from, place, there.map(|m| m.place.as_str())),
        body: body.clone(),
        importance: *importance,
        reminder: alarm(context, from, *reminder, when, there),
        people: people(context, seen, from, list),
        response: *response,
    }
}

fn task(context: &Context<'_>, from: Side, one: &Task, there: Option<&Task>) -> Task {
    let Task { title: name, when, body, importance, reminder, status: state } = one;
    Task {
        title: title(context, from, name, there.map(|t| t.title.as_str())),
        when: days(context, from, *when, there.map(|t| t.when)),
        body: body.clone(),
        importance: *importance,
        reminder: match (reminder, there) {
            (Some(at), None) if *at <= context.now => None,
            (Some(at), Some(there)) if *at <= context.now => there.reminder,
            (at, _) => *at,
        },
        status: status(from, *state, there.map(|t| t.status)),
    }
}

fn title(context: &Context<'_>, from: Side, name: &str, there: Option<&str>) -> String {
    match from {
        Side::Exchange if name.is_empty() => context.words.no_subject.clone(),
        Side::Creatio if there == Some("") && name == context.words.no_subject => String::new(),
        Side::Creatio | Side::Exchange => line(from, name, there),
    }
}

/// A line cut to what an Activity holds; on the way back the tail that was cut off stays.
fn line(from: Side, text: &str, there: Option<&str>) -> String {
    match from {
        Side::Exchange => text.chars().take(LONGEST_LINE).collect(),
        // a text that no longer fills an Activity was written anew: the old tail is no part of it
        Side::Creatio if text.chars().count() < LONGEST_LINE => text.to_owned(),
        Side::Creatio => text.chars().chain(there.unwrap_or_default().chars().skip(LONGEST_LINE)).collect(),
    }
}

fn span(zone: &dyn Zone, from: Side, when: When, there: Option<When>) -> When {
    match (from, when) {
        (Side::Exchange, When::AllDay { first, end }) => {
            When::Timed { start: midnight(zone, first), end: midnight(zone, end) }
        }
        (Side::Creatio, When::Timed { start, end }) if !matches!(there, Some(When::Timed { .. })) => {
            whole_days(zone, start, end).unwrap_or(when)
        }
        (Side::Creatio | Side::Exchange, When::Timed { .. } | When::AllDay { .. }) => when,
    }
}

/// The days from `start` to `end`, if both are midnights in `zone`: Creatio knows no other form of
/// all-day.
fn whole_days(zone: &dyn Zone, start: Instant, end: Instant) -> Option<When> {
    let (first, end_day) = (local(zone, start), local(zone, end));
    let whole = start < end && midnight(zone, first.date()) == start && midnight(zone, end_day.date()) == end;
    whole.then(|| When::AllDay { first: first.date(), end: end_day.date() })
}

/// The first instant and the end of a meeting.
#[must_use]
pub fn instants(zone: &dyn Zone, when: When) -> (Instant, Instant) {
    match when {
        When::Timed { start, end } => (start, end),
        When::AllDay { first, end } => (midnight(zone, first), midnight(zone, end)),
    }
}

/// A meeting's reminder. Minutes before the start mean the same on both sides; one after the start
/// can't be on Exchange, and one that is past already is never created.
fn alarm(context: &Context<'_>, from: Side, reminder: Reminder, when: When, there: Option<&Meeting>) -> Reminder {
    let Reminder::Before(minutes) = reminder else { return Reminder::Off };
    let minutes = match from {
        Side::Creatio => minutes.max(0),
        Side::Exchange => minutes,
    };
    let (start, _) = instants(context.zone, when);
    let past =
        Duration::try_minutes(minutes).and_then(|m| start.checked_sub_signed(m)).is_none_or(|at| at <= context.now);
    match there {
        _ if !past => Reminder::Before(minutes),
        None => Reminder::Off,
        Some(there) => there.reminder,
    }
}

fn people(context: &Context<'_>, seen: &Seen, from: Side, list: &[Person]) -> Vec<Person> {
    person::normal(list.iter().filter_map(|one| match from {
        Side::Exchange => guest(context, seen, one),
        Side::Creatio => invited(context, seen, one),
    }))
}

/// The participant that an attendee is; `None` for the user, and for whom no Contact is known.
#[must_use]
pub fn guest(context: &Context<'_>, seen: &Seen, one: &Person) -> Option<Person> {
    let contact = one.addresses.iter().find_map(|address| seen.people.get(address))?;
    if one.addresses.iter().any(|address| seen.own.contains(address)) {
        return None;
    }
    (*contact != context.account.contact).then(|| Person { contact: Some(contact.clone()), ..one.clone() })
}

/// The attendee that a participant would be; `None` for one without an address, and for the mailbox
/// itself: nobody is their own attendee.
#[must_use]
pub fn invitation(context: &Context<'_>, one: &Person) -> Option<Person> {
    let own = |address: &Address| address.as_str().eq_ignore_ascii_case(&context.account.mailbox);
    let address = one.addresses.first().filter(|_| !one.addresses.iter().any(own))?.clone();
    Some(Person { addresses: vec![address], contact: None, response: Response::InDoubt, ..one.clone() })
}

/// The same, where the user's further addresses are known.
#[must_use]
pub fn invited(context: &Context<'_>, seen: &Seen, one: &Person) -> Option<Person> {
    if one.addresses.iter().any(|address| seen.own.contains(address)) {
        return None;
    }
    invitation(context, one)
}

fn status(from: Side, state: Status, there: Option<Status>) -> Status {
    match (from, state, there) {
        (Side::Exchange, Status::Waiting | Status::Deferred, _) => Status::NotStarted,
        (Side::Creatio, Status::NotStarted, Some(kept @ (Status::Waiting | Status::Deferred))) => kept,
        (Side::Creatio, Status::Canceled, kept) => kept.unwrap_or(Status::NotStarted),
        (_, state, _) => state,
    }
}

/// The working day that a task without times gets in Creatio.
const WORKDAY: (u32, u32) = (9, 18);

fn days(context: &Context<'_>, from: Side, when: TaskWhen, there: Option<TaskWhen>) -> TaskWhen {
    let zone = context.zone;
    match (from, when) {
        (Side::Creatio, TaskWhen::Timed { start, due }) => {
            let (start, due) = (local(zone, start).date(), local(zone, due).date());
            let open = matches!(there, Some(TaskWhen::Days { start: None, .. })) && start == due;
            let undated =
                there == Some(TaskWhen::Days { start: None, due: None }) && start == local(zone, context.now).date();
            match (open, undated) {
                (true, true) => TaskWhen::Days { start: None, due: None },
                (true, false) => TaskWhen::Days { start: None, due: Some(due) },
                (false, _) => TaskWhen::Days { start: Some(start), due: Some(due) },
            }
        }
        (Side::Exchange, TaskWhen::Days { start, due }) => timed(context, start, due, there),
        (Side::Creatio | Side::Exchange, TaskWhen::Timed { .. } | TaskWhen::Days { .. }) => when,
    }
}

/// Days of To Do as Creatio's instants: the time of day stays as it is there, or is a working
/// day's.
fn timed(context: &Context<'_>, start: Option<Day>, due: Option<Day>, there: Option<TaskWhen>) -> TaskWhen {
    let zone = context.zone;
    let hour = |h| NaiveTime::from_hms_opt(h, 0, 0).unwrap_or_default();
    let kept = match there {
        Some(TaskWhen::Timed { start, due }) => Some((local(zone, start), local(zone, due))),
        Some(TaskWhen::Days { .. }) | None => None,
    };
    let today = local(zone, context.now).date();
    // a day that only Creatio has stays, unless it just stood for the other one
    let apart = kept.map(|(start, due)| (start.date(), due.date())).filter(|(start, due)| start != due);
    let due_day = due.unwrap_or_else(|| match (apart, start) {
        (Some((_, due)), start) => start.map_or(due, |start| start.max(due)),
        (None, Some(start)) => start,
        (None, None) => kept.map_or(today, |(_, due)| due.date()),
    });
    let start_day = start.or(apart.map(|(start, _)| start)).or(due);
    let start_day = start_day.unwrap_or_else(|| kept.map_or(today, |(start, _)| start.date())).min(due_day);
    let start = instant(zone, start_day.and_time(kept.map_or_else(|| hour(WORKDAY.0), |(start, _)| start.time())));
    let due = instant(zone, due_day.and_time(kept.map_or_else(|| hour(WORKDAY.1), |(_, due)| due.time())));
    TaskWhen::Timed { start, due: due.max(start) }
}
