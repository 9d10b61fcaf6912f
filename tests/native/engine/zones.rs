//! Time in every zone that chrono-tz knows, around every change of the clocks in 2026 and 2027:
//! all-day, timed and series items and tasks go from Exchange to Creatio and back, with edits in
//! between, and stay at the hour and day where they were. chrono-tz is the oracle; the engine
//! itself knows no zones.

use crate::support::memory::{CALENDAR, account, at, everything, item, meeting, task, title, words};
use chrono::{Days, Duration, NaiveTime, Offset, TimeZone, Timelike};
use chrono_tz::{TZ_VARIANTS, Tz};
use schedule_sync::engine::account::Account;
use schedule_sync::engine::context::{Context, Seen, Words};
use schedule_sync::engine::link::Link;
use schedule_sync::engine::plan::Plan;
use schedule_sync::engine::planner::plan;
use schedule_sync::engine::project::project;
use schedule_sync::engine::settings::Settings;
use schedule_sync::flat::FlatMap;
use schedule_sync::model::op::Op;
use schedule_sync::model::time::Zone;
use schedule_sync::model::{
    Container, Day, Field, Instant, Item, ItemId, Kind, Occurrence, Original, Pair, Record, Reminder, Side, TaskWhen,
    When, Window,
};

struct Real(Tz);

impl Zone for Real {
    fn offset(&self, at: Instant) -> i32 {
        self.0.offset_from_utc_datetime(&at.naive_utc()).fix().local_minus_utc()
    }

    fn name(&self) -> &str {
        self.0.name()
    }
}

/// What the engine is told beside the items.
struct World {
    settings: Settings,
    account: Account,
    words: Words,
}

impl World {
    fn new() -> Self {
        Self { settings: everything(), account: account(), words: words() }
    }

    fn context<'a>(&'a self, zone: &'a Real) -> Context<'a> {
        let now = at("2025-12-15T12:00:00Z");
        let window = Window {
            from: now - Duration::days(30),
            to: at("2029-01-01T00:00:00Z"),
            series_to: at("2029-01-01T00:00:00Z"),
        };
        Context { settings: &self.settings, zone, now, window, account: &self.account, words: &self.words }
    }
}

/// The instants of 2026 and 2027 at which the clocks of `tz` change; of a zone that never does:
/// when Europe's do.
fn changes(tz: Tz) -> Vec<Instant> {
    let zone = Real(tz);
    let first = at("2026-01-01T00:00:00Z");
    let days: Vec<Instant> = (0..730).map(|n| first + Duration::days(n)).collect();
    let found: Vec<Instant> = days
        .windows(2)
        .filter(|pair| zone.offset(pair[0]) != zone.offset(pair[1]))
        .map(|pair| {
            let (mut before, mut after) = (pair[0], pair[1]);
            while after - before > Duration::seconds(1) {
                let middle = before + (after - before) / 2;
                if zone.offset(middle) == zone.offset(before) { before = middle } else { after = middle }
            }
            Instant::from_timestamp(before.timestamp() + 1, 0).unwrap()
        })
        .collect();
    if !found.is_empty() {
        return found;
    }
    ["2026-03-29T01:00:00Z", "2026-10-25T01:00:00Z", "2027-03-28T01:00:00Z", "2027-10-31T01:00:00Z"].map(at).to_vec()
}

/// The first instant of a day, by chrono-tz.
fn begin(tz: Tz, day: Day) -> Instant {
    let midnight = day.and_time(NaiveTime::MIN);
    (0..24 * 60).find_map(|n| tz.from_local_datetime(&(midnight + Duration::minutes(n))).earliest()).unwrap().to_utc()
}

fn later(day: Day, by: u64) -> Day {
    day + Days::new(by)
}

/// The days around a change of the clocks.
fn days_around(tz: Tz, change: Instant) -> [Day; 4] {
    let day = tz.from_utc_datetime(&change.naive_utc()).date_naive();
    [day - Days::new(1), day, later(day, 1), later(day, 2)]
}

fn record(when: When) -> Record {
    let mut one = meeting("Base", "2026-01-01T00:00:00Z");
    one.when = when;
    one.reminder = Reminder::Before(15);
    Record::Meeting(one)
}

fn whole(tz: Tz, first: Day, end: Day) -> When {
    When::Timed { start: begin(tz, first), end: begin(tz, end) }
}

/// There and back through the engine; `there` is what Creatio has already.
fn to_creatio(context: &Context<'_>, exchange: &Record, there: Option<&Record>) -> Record {
    project(context, &Seen::default(), Side::Exchange, exchange, there)
}

fn to_exchange(context: &Context<'_>, creatio: &Record, there: Option<&Record>) -> Record {
    project(context, &Seen::default(), Side::Creatio, creatio, there)
}

fn all_day(context: &Context<'_>, tz: Tz, day: Day, length: u64) -> usize {
    let (first, end) = (day, later(day, length));
    let exchange = record(When::AllDay { first, end });
    let creatio = to_creatio(context, &exchange, None);
    let told = format!("{tz} {first} {length}");
    assert_eq!(creatio, record(whole(tz, first, end)), "{told}: midnight to midnight");
    assert_eq!(to_exchange(context, &creatio, Some(&exchange)), exchange, "{told}: and back");
    assert_eq!(to_exchange(context, &creatio, None), exchange, "{told}: exported anew");
    // a person moves it by a day, or makes it longer: it stays all-day, and stays put from then on
    for (first, end) in [(later(first, 1), later(end, 1)), (first, later(end, 1))] {
        let edited = record(whole(tz, first, end));
        let moved = to_exchange(context, &edited, Some(&exchange));
        assert_eq!(moved, record(When::AllDay { first, end }), "{told}: edited to {first} {end}");
        assert_eq!(to_creatio(context, &moved, Some(&edited)), edited, "{told}: edited, and back");
    }
    4
}

fn timed(context: &Context<'_>, tz: Tz, start: Instant, minutes: i64) -> usize {
    let exchange = record(When::Timed { start, end: start + Duration::minutes(minutes) });
    let creatio = to_creatio(context, &exchange, None);
    assert_eq!(creatio, exchange, "{tz} {start}: the same instants");
    assert_eq!(to_exchange(context, &creatio, Some(&exchange)), exchange, "{tz} {start}: and back");
    1
}

fn days_of(record: &Record) -> TaskWhen {
    match record {
        Record::Task(task) => task.when,
        Record::Meeting(_) => panic!("a task became a meeting"),
    }
}

fn a_task(context: &Context<'_>, tz: Tz, day: Day) -> usize {
    let due = |day: Day| {
        let mut one = task("Base", "2026-01-01");
        one.when = TaskWhen::Days { start: None, due: Some(day) };
        Record::Task(one)
    };
    let clock = |record: &Record| match days_of(record) {
        TaskWhen::Timed { due, .. } => tz.from_utc_datetime(&due.naive_utc()).naive_local(),
        TaskWhen::Days { .. } => panic!("Creatio keeps instants"),
    };
    let exchange = due(day);
    let creatio = to_creatio(context, &exchange, None);
    assert_eq!((clock(&creatio).date(), clock(&creatio).hour()), (day, 18), "{tz} {day}: the end of the working day");
    assert_eq!(to_exchange(context, &creatio, Some(&exchange)), exchange, "{tz} {day}: and back");
    let moved = to_creatio(context, &due(later(day, 1)), Some(&creatio));
    assert_eq!(clock(&moved).date(), later(day, 1), "{tz} {day}: a day later");
    assert_eq!(clock(&moved).time(), clock(&creatio).time(), "{tz} {day}: at the same time of day");
    assert_eq!(to_exchange(context, &moved, Some(&due(later(day, 1)))), due(later(day, 1)), "{tz} {day}: and back");
    2
}

#[test]
#[allow(clippy::print_stdout)] // how many cases were tried is part of the result
fn nothing_shifts_there_and_back_in_any_zone() {
    let world = World::new();
    let mut cases = 0;
    for tz in TZ_VARIANTS {
        let zone = Real(tz);
        let context = world.context(&zone);
        for change in changes(tz) {
            for day in days_around(tz, change) {
                cases += [1, 2, 7].map(|length| all_day(&context, tz, day, length)).iter().sum::<usize>();
                cases += a_task(&context, tz, day);
                cases += timed(&context, tz, begin(tz, day), 24 * 60);
            }
            for minutes in [-90, -60, -30, 0, 30, 60] {
                cases += timed(&context, tz, change + Duration::minutes(minutes), 60);
            }
        }
    }
    println!("zones: {cases} cases there and back");
    assert!(cases > 100_000, "{cases}");
}

/// An all-day event and its Activity, linked while the user's zone was `tz`; an occurrence of a
/// series if `series`.
fn linked(tz: Tz, day: Day, series: bool) -> (Link, Pair<Item>) {
    let creatio = item(Side::Creatio, "a", record(whole(tz, day, later(day, 1))));
    let mut exchange = item(Side::Exchange, "e", record(When::AllDay { first: day, end: later(day, 1) }));
    exchange.facts.occurrence = series.then(|| Occurrence { master: "master".into(), original: Original::On(day) });
    let items = Pair { creatio, exchange };
    let link = crate::support::moment::link(&items, Some(Side::Creatio));
    (link, items)
}

fn planned(context: &Context<'_>, link: &Link, items: &Pair<Item>) -> Plan {
    let calendar = Container {
        owner: String::new(),
        id: CALENDAR.into(),
        kind: Kind::Meeting,
        name: String::new(),
        own: true,
        default: true,
        writable: true,
    };
    let one = |item: &Item| FlatMap::<ItemId, Item>::from([(item.id.clone(), item.clone())]);
    plan(
        context,
        &Seen {
            links: vec![link.clone()],
            items: items.as_ref().map(one),
            containers: vec![calendar],
            total: 1,
            ..Seen::default()
        },
    )
}

/// The only write of a plan: where, which fields, and when the item then is.
fn only_write(plan: &Plan) -> (Side, Vec<Field>, When) {
    let writes: Vec<&(Side, Op)> = plan.actions.iter().flat_map(|action| &action.writes).collect();
    let [(side, Op::Update(update))] = writes.as_slice() else { panic!("not one update:\n{plan}") };
    let Record::Meeting(meeting) = &update.patch.record else { panic!("not a meeting") };
    (*side, update.patch.fields.iter().copied().collect(), meeting.when)
}

fn set(item: &mut Item, when: When) {
    if let Record::Meeting(meeting) = &mut item.record {
        meeting.when = when;
    }
}

#[test]
#[allow(clippy::print_stdout)] // how many cases were tried is part of the result
fn nothing_shifts_when_the_users_zone_changes() {
    let world = World::new();
    let mut cases = 0;
    for (n, tz) in TZ_VARIANTS.iter().copied().enumerate() {
        // two zones elsewhere: the list is by name, so a step over it goes to another continent
        for other in [TZ_VARIANTS[(n + 199) % TZ_VARIANTS.len()], TZ_VARIANTS[(n + 397) % TZ_VARIANTS.len()]] {
            let zone = Real(other);
            let context = world.context(&zone);
            for (change, series) in changes(tz).into_iter().flat_map(|change| [(change, false), (change, true)]) {
                let day = days_around(tz, change)[1];
                let (link, items) = linked(tz, day, series);
                let told = format!("{tz} → {other} {day} {series}");
                assert!(planned(&context, &link, &items).is_quiet(), "{told}: nobody edited anything");
                for side in Side::BOTH {
                    let mut items = items.clone();
                    *title(&mut items[side]) = "Edited".to_owned();
                    let (written, fields, _) = only_write(&planned(&context, &link, &items));
                    assert_eq!((written, fields), (side.other(), vec![Field::Title]), "{told}: only the title");
                }
                let (first, end) = (later(day, 1), later(day, 2));
                let mut there = items.clone();
                set(&mut there.exchange, When::AllDay { first, end });
                let moved = (Side::Creatio, vec![Field::When], whole(other, first, end));
                assert_eq!(only_write(&planned(&context, &link, &there)), moved, "{told}: moved in Outlook");
                let mut here = items.clone();
                set(&mut here.creatio, whole(other, first, end));
                if here.creatio.record != items.creatio.record {
                    let moved = (Side::Exchange, vec![Field::When], When::AllDay { first, end });
                    assert_eq!(only_write(&planned(&context, &link, &here)), moved, "{told}: moved in Creatio");
                }
                cases += 5;
            }
        }
    }
    println!("zones: {cases} cases with a change of the user's zone");
}

#[test]
fn an_edit_of_whole_days_after_a_change_of_zone_stays_all_day() {
    let world = World::new();
    // made in Moscow; the user then works from Vladivostok, where it shows from 7:00 to 7:00, and
    // drags it to the next day
    let (moscow, vladivostok) = (Tz::Europe__Moscow, Tz::Asia__Vladivostok);
    let day: Day = "2026-03-12".parse().unwrap();
    let (link, mut items) = linked(moscow, day, false);
    set(&mut items.creatio, whole(moscow, later(day, 1), later(day, 2)));
    let zone = Real(vladivostok);
    let moved = When::AllDay { first: later(day, 1), end: later(day, 2) };
    let plan = planned(&world.context(&zone), &link, &items);
    assert_eq!(only_write(&plan), (Side::Exchange, vec![Field::When], moved));
}
