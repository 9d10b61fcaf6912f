//! What OData's times mean: every mixture is found out, and whole runs sync to the minute, over
//! changes of summer time too. The user is in Berlin; the truth is read past OData, which would
//! tell it by the same clock.

use crate::support::graph_setup::{Known, NOW};
use crate::support::joined::Joined;
use crate::support::memory::{MemoryStore, everything};
use crate::support::runs;
use crate::support::world::{CREATIO, World};
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use pollster::block_on;
use sandbox::Seed;
use schedule_sync::creatio::client::installation::{Findings, Installation};
use schedule_sync::creatio::client::times::{TimeSemantics, TimesByDirection};
use schedule_sync::creatio::{Creatio, Site};
use schedule_sync::engine::held::{Held, Reason};
use schedule_sync::model::lookup::Lookup;
use schedule_sync::model::op::{Create, Op, Update};
use schedule_sync::model::{
    Body, Facts, Field, Importance, Meeting, Patch, Record, Reminder, Response, Side, TaskWhen, When,
};
use schedule_sync::ports::{Replica, Store};
use schedule_sync::run;
use serde_json::{Value, json};
use std::rc::Rc;
use uuid::Uuid;

const BERLIN: (Tz, &str) = (Tz::Europe__Berlin, "W. Europe Standard Time");

/// Pairs of start and end: in winter, in summer, over both nights on which the clocks are changed,
/// right after them, and on the eve.
const TIMES: [(&str, &str); 6] = [
    ("2026-03-05T10:15:00Z", "2026-03-05T11:00:00Z"),
    ("2026-07-01T22:30:00Z", "2026-07-02T01:45:00Z"),
    ("2026-03-28T23:30:00Z", "2026-03-29T04:00:00Z"),
    ("2026-10-24T21:00:00Z", "2026-10-25T05:45:00Z"),
    ("2026-10-25T02:15:00Z", "2026-10-25T02:45:00Z"),
    ("2026-03-29T00:30:00Z", "2026-03-29T01:00:00Z"),
];

/// An installation that spells times as `clock` says.
fn installation(seed: Seed, clock: &Value) -> Rc<World> {
    let world = Rc::new(World::new(seed, NOW));
    let unit = world.sandbox.borrow().creatio.rows("SysAdminUnit").remove(0);
    save(&world, "SysAdminUnit", unit["Id"].as_str().unwrap(), &json!({"TimeZoneId": BERLIN.1}));
    switch(&world, json!({"clock": clock}));
    world
}

fn switch(world: &World, switches: Value) {
    world.sandbox.borrow_mut().creatio.switch(serde_json::from_value(switches).unwrap()).unwrap();
}

fn save(world: &World, entity: &str, id: &str, row: &Value) {
    let id = Uuid::parse_str(id).unwrap();
    let sandbox = &mut *world.sandbox.borrow_mut();
    sandbox.creatio.save_row((entity, id), row, &sandbox.environment).unwrap();
}

fn replica(world: &Rc<World>, installation: &Rc<Installation>) -> Creatio<World> {
    let site = Site {
        base: CREATIO.trim_end_matches("/odata").to_owned(),
        id: "site".into(),
        contact: world.contact().as_str().into(),
        zone: Rc::new(Known(BERLIN.0, BERLIN.1)),
    };
    Creatio::new(Rc::clone(world), site).with_installation(Rc::clone(installation))
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// What the server truly holds of the Activity with this title.
fn held(world: &World, title: &str) -> [DateTime<Utc>; 3] {
    let rows = world.sandbox.borrow().creatio.rows("Activity");
    let row = rows.iter().find(|row| row["Title"] == title).unwrap();
    ["StartDate", "DueDate", "RemindToOwnerDate"].map(|column| at(row[column].as_str().unwrap()))
}

fn creation(n: u32, (start, end): (&str, &str)) -> Op {
    let record = Record::Meeting(Meeting {
        title: n.to_string(),
        when: When::Timed { start: at(start), end: at(end) },
        place: String::new(),
        body: Body::default(),
        importance: Importance::Normal,
        reminder: Reminder::Before(15),
        people: Vec::new(),
        response: Response::InDoubt,
    });
    let id = Some(crate::support::creatio_setup::id(n));
    Op::Create(Box::new(Create { id, container: "activities".into(), record, facts: Facts::default() }))
}

#[test]
fn every_mixture_of_clocks_is_found_out() {
    let words = [("utc", TimeSemantics::Utc), ("local", TimeSemantics::Local)];
    let each = words.iter().flat_map(|read| words.iter().map(move |filter| (read, filter)));
    for ((read, filter), write) in each.flat_map(|both| words.iter().map(move |write| (both, write))) {
        let world = installation(Seed::Empty, &json!({"read": read.0, "filter": filter.0, "write": write.0}));
        let installation = Rc::new(Installation::default());
        let creatio = replica(&world, &installation);
        let what = format!("read {}, filter {}, write {}", read.0, filter.0, write.0);
        block_on(creatio.observe(&crate::support::creatio_setup::scope(), None)).unwrap();
        let ops: Vec<Op> = (1..).zip(TIMES).map(|(n, times)| creation(n, times)).collect();
        for (told, (n, (start, end))) in block_on(creatio.apply(&ops)).into_iter().zip((1..).zip(TIMES)) {
            let item = told.unwrap().item.unwrap();
            let Record::Meeting(meeting) = item.record else { panic!("a task") };
            assert_eq!(meeting.when, When::Timed { start: at(start), end: at(end) }, "{what}: told");
            let wanted = [at(start), at(end), at(start) - TimeDelta::minutes(15)];
            assert_eq!(held(&world, &format!("{n}")), wanted, "{what}: held");
        }
        let clocks = TimesByDirection { read: read.1, filter: filter.1, write: write.1 };
        assert_eq!(installation.findings(), Some(Findings { clocks, sure: true }), "{what}");
    }
}

#[test]
fn what_the_correction_of_misunderstood_times_goes_over_is_told() {
    let world = installation(Seed::Empty, &json!({"read": "utc", "filter": "utc", "write": "local"}));
    let creatio = replica(&world, &Rc::new(Installation::default()));
    let id = crate::support::creatio_setup::id(1);
    let path = id.to_string();
    let row = json!({"Title": "1", "StartDate": "2026-03-04T10:00:00Z", "DueDate": "2026-03-04T11:00:00Z"});
    save(&world, "Activity", &path, &row);
    block_on(creatio.observe(&crate::support::creatio_setup::scope(), None)).unwrap();
    let lookup = Lookup::Id { id, container: "activities".into() };
    let item = block_on(creatio.find(&[lookup])).unwrap().remove(0).items.remove(0);
    switch(&world, json!({"dataservice": "forbidden"}));
    let mut record = item.record.clone();
    let (start, end) = TIMES[0];
    match &mut record {
        Record::Meeting(meeting) => meeting.when = When::Timed { start: at(start), end: at(end) },
        Record::Task(task) => task.when = TaskWhen::Timed { start: at(start), due: at(end) },
    }
    let update = Update::of(&item, Patch { record, fields: [Field::When].into() });
    // right before the second write a colleague is faster
    let (first, second) = (Rc::clone(&world), Rc::clone(&world));
    world.intervene(&["\"PATCH\""], move || {
        first.intervene(&["\"PATCH\""], move || {
            second.pass(TimeDelta::seconds(5));
            save(&second, "Activity", &path, &json!({"Title": "a colleague's"}));
        });
    });
    let written = block_on(creatio.apply(&[Op::Update(Box::new(update))])).remove(0).unwrap();
    assert_eq!(written.replaced.map(|record| record.title().to_owned()).as_deref(), Some("a colleague's"));
    let row = world.sandbox.borrow().creatio.rows("Activity").remove(0);
    assert_eq!((at(row["StartDate"].as_str().unwrap()), &row["Title"]), (at(start), &json!("a colleague's")));
}

#[test]
fn what_cannot_be_found_out_is_not_assumed_and_may_be_told() {
    let world = installation(Seed::Empty, &json!("local"));
    // no stamp tells anything: all are old, and nobody else tells the same by the wall clock
    world.pass(TimeDelta::days(30));
    switch(&world, json!({"dataservice": "forbidden"}));
    let installation = Rc::new(Installation::default());
    let creatio = replica(&world, &installation);
    let observe = || block_on(creatio.observe(&crate::support::creatio_setup::scope(), None)).unwrap();
    let error = block_on(creatio.observe(&crate::support::creatio_setup::scope(), None)).err();
    assert_eq!((error.map(|error| error.code()), installation.findings()), (Some("settings"), None));
    installation.override_with(TimesByDirection::all(TimeSemantics::Local).into());
    assert_eq!(installation.findings().map(|found| found.clocks), Some(TimesByDirection::all(TimeSemantics::Local)));
    installation.override_with(schedule_sync::creatio::client::installation::Overrides::default());
    switch(&world, json!({"dataservice": "allowed"}));
    observe();
    assert_eq!(
        installation.findings(),
        Some(Findings { clocks: TimesByDirection::all(TimeSemantics::Local), sure: true })
    );
    let before = world.requests();
    observe();
    assert!(world.requests() - before <= 3, "what is sure is not asked again");
}

#[test]
fn whole_runs_sync_to_the_minute_under_both_clocks() {
    for clock in [json!("utc"), json!("local")] {
        let world = installation(Seed::Empty, &clock);
        let joined = Joined::within(BERLIN, "site", &world, Rc::clone(&world));
        let store = MemoryStore::default();
        block_on(store.save_settings(&everything())).unwrap();
        let run = || {
            let report = block_on(runs::run(&joined.parts(&store))).unwrap();
            world.pass(TimeDelta::minutes(5));
            report
        };
        let graph = |method: &str, path: &str, body: Option<Value>| {
            let (status, reply) = world.by_hand(Side::Exchange, method, path, body);
            assert!((200..300).contains(&status), "{method} {path}: {status} {reply}");
            reply
        };
        let dated = |time: &str| json!({"dateTime": time.trim_end_matches('Z'), "timeZone": "UTC"});
        for (n, (start, end)) in (1_u32..).zip(TIMES) {
            let (theirs, ours) = (format!("E{n}"), format!("C{n}"));
            graph(
                "POST",
                "me/events",
                Some(json!({"subject": theirs, "start": dated(start), "end": dated(end),
                "isReminderOn": true, "reminderMinutesBeforeStart": 15})),
            );
            let row = json!({"Title": ours, "StartDate": start, "DueDate": end, "ShowInScheduler": true,
                "OwnerId": joined.account.contact.as_str(), "RemindToOwner": true,
                "RemindToOwnerDate": at(start) - TimeDelta::minutes(15)});
            save(&world, "Activity", crate::support::creatio_setup::id(n).as_str(), &row);
        }
        let check = |what: &str, shift: &dyn Fn(u32) -> TimeDelta| {
            let events = graph("GET", "me/events?$top=500", None);
            for (n, (start, end)) in (1_u32..).zip(TIMES) {
                for title in [format!("E{n}"), format!("C{n}")] {
                    let wanted = [at(start) + shift(n), at(end) + shift(n)];
                    let row = held(&world, &title);
                    assert_eq!(
                        row,
                        [wanted[0], wanted[1], wanted[0] - TimeDelta::minutes(15)],
                        "{clock} {what} {title}"
                    );
                    let event =
                        events["value"].as_array().unwrap().iter().find(|event| event["subject"] == *title).unwrap();
                    let time = |member: &str| {
                        let text = event[member]["dateTime"].as_str().unwrap();
                        text.parse::<chrono::NaiveDateTime>().unwrap().and_utc()
                    };
                    assert_eq!([time("start"), time("end")], wanted, "{clock} {what} {title}");
                    assert_eq!(event["reminderMinutesBeforeStart"], 15, "{clock} {what} {title}");
                }
            }
        };
        let report = run();
        assert_eq!((report.counts.creatio.created, report.counts.exchange.created), (6, 6), "{clock} {report:?}");
        check("created", &|_| TimeDelta::zero());
        let quiet = run();
        assert_eq!(quiet.counts, run::Report::default().counts, "{clock}: a second run writes nothing");
        // all are moved on the side they did not come from, each by its own stretch: and few at a
        // time: many at once would be held
        let shift = |n: u32| TimeDelta::days(n.into()) + TimeDelta::minutes((30 + n).into());
        let rows = world.sandbox.borrow().creatio.rows("Activity");
        let events = graph("GET", "me/events?$top=500", None);
        for (n, (start, end)) in (1_u32..).zip(TIMES) {
            let row = rows.iter().find(|row| row["Title"] == format!("E{n}")).unwrap();
            let moved = json!({"StartDate": at(start) + shift(n), "DueDate": at(end) + shift(n),
                "RemindToOwnerDate": at(start) + shift(n) - TimeDelta::minutes(15)});
            save(&world, "Activity", row["Id"].as_str().unwrap(), &moved);
            let event =
                events["value"].as_array().unwrap().iter().find(|event| event["subject"] == format!("C{n}")).unwrap();
            let text = |time: &str| (at(time) + shift(n)).format("%Y-%m-%dT%H:%M:%S").to_string();
            let body = json!({"start": dated(&text(start)), "end": dated(&text(end))});
            graph("PATCH", &format!("me/events/{}", event["id"].as_str().unwrap()), Some(body));
            let report = run();
            assert_eq!(
                (report.counts.creatio.updated, report.counts.exchange.updated),
                (1, 1),
                "{clock} {n} {report:?}"
            );
        }
        check("moved", &shift);
        let quiet = run();
        assert_eq!(quiet.counts, run::Report::default().counts, "{clock}: nothing is left to write");
    }
}

#[test]
fn where_nobody_tells_the_wall_clock_the_servers_own_clock_tells_what_stamps_mean() {
    let (east, west) = (BERLIN, (Tz::America__New_York, "Eastern Standard Time"));
    let saved = |minutes| TimeDelta::minutes(minutes);
    for (place, clock, ago, told) in [
        (east, "utc", saved(0), Some(TimeSemantics::Utc)),
        (east, "local", saved(0), Some(TimeSemantics::Local)),
        (east, "local", saved(50), Some(TimeSemantics::Local)),
        (east, "utc", saved(50), None),
        (east, "local", saved(500), None),
        (west, "utc", saved(0), Some(TimeSemantics::Utc)),
        (west, "utc", saved(200), Some(TimeSemantics::Utc)),
        (west, "local", saved(0), Some(TimeSemantics::Local)),
        (west, "local", saved(50), None),
    ] {
        let world = installation(Seed::Empty, &json!(clock));
        let unit = world.sandbox.borrow().creatio.rows("SysAdminUnit").remove(0);
        save(&world, "SysAdminUnit", unit["Id"].as_str().unwrap(), &json!({"TimeZoneId": place.1}));
        switch(&world, json!({"dataservice": "forbidden"}));
        world.pass(TimeDelta::days(30));
        let row = json!({"Title": "x", "StartDate": "2026-03-05T10:00:00Z", "DueDate": "2026-03-05T11:00:00Z"});
        save(&world, "Activity", crate::support::creatio_setup::id(1).as_str(), &row);
        world.pass(ago);
        let installation = Rc::new(Installation::default());
        let site = Site { zone: Rc::new(Known(place.0, place.1)), ..replica(&world, &installation).site().clone() };
        let creatio = Creatio::new(Rc::clone(&world), site).with_installation(Rc::clone(&installation));
        let read = block_on(creatio.observe(&crate::support::creatio_setup::scope(), None));
        let what = format!("{} {clock} {ago}", place.1);
        assert_eq!(
            installation.findings(),
            told.map(|told| Findings { clocks: TimesByDirection::all(told), sure: true }),
            "{what}"
        );
        assert_eq!(read.err().map(|error| error.code()), told.is_none().then_some("settings"), "{what}");
    }
}

/// The last Sunday of October in Berlin: 02:30 for the first time, and for the second.
const TWICE: [&str; 2] = ["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"];

#[test]
fn a_meeting_in_the_doubled_hour_stays_where_it_is_under_both_clocks() {
    let dated =
        |time: DateTime<Utc>| json!({"dateTime": time.format("%Y-%m-%dT%H:%M:%S").to_string(), "timeZone": "UTC"});
    for clock in ["utc", "local"] {
        for (from, minutes) in [(TWICE[0], 30), (TWICE[1], 30), (TWICE[1], 120), (TWICE[0], 90)] {
            let what = format!("{clock} {from} {minutes}");
            let world = installation(Seed::Empty, &json!(clock));
            let joined = Joined::within(BERLIN, "site", &world, Rc::clone(&world));
            let store = MemoryStore::default();
            block_on(store.save_settings(&everything())).unwrap();
            let settle = || {
                let report = [(); 2].map(|()| {
                    let report = block_on(runs::run(&joined.parts(&store))).unwrap();
                    world.pass(TimeDelta::minutes(5));
                    report
                });
                assert_eq!(report[1].counts, run::Report::default().counts, "{what}: a second run writes nothing");
                // on a wall clock the second of the two hours is not to be had: that is named, and
                // no more
                let is_named = |held: &Held| clock == "local" && held.reason == Reason::NotKept;
                assert!(
                    report.iter().all(|report| report.held.iter().all(is_named)),
                    "{what}: {:?}",
                    report.map(|it| it.held)
                );
            };
            let graph = |method: &str, path: &str, body: Option<Value>| {
                let (status, reply) = world.by_hand(Side::Exchange, method, path, body);
                assert!((200..300).contains(&status), "{method} {path}: {status} {reply}");
                reply
            };
            let (start, end) = (at(from), at(from) + TimeDelta::minutes(minutes));
            let body = json!({"subject": "E", "start": dated(start), "end": dated(end), "isReminderOn": true,
                "reminderMinutesBeforeStart": 15});
            let event = graph("POST", "me/events", Some(body))["id"].as_str().unwrap().to_owned();
            let row = json!({"Title": "C", "StartDate": start, "DueDate": end, "ShowInScheduler": true,
                "OwnerId": joined.account.contact.as_str()});
            save(&world, "Activity", crate::support::creatio_setup::id(1).as_str(), &row);
            settle();
            let path = format!("me/events/{event}");
            let times = || {
                let event = graph("GET", &path, None);
                ["start", "end"].map(|end| {
                    let text = event[end]["dateTime"].as_str().unwrap().to_owned();
                    text.parse::<chrono::NaiveDateTime>().unwrap().and_utc()
                })
            };
            assert_eq!(times(), [start, end], "{what}");
            // edits of other fields, and a comparison of everything, carry no time
            graph("PATCH", &path, Some(json!({"subject": "E 2"})));
            settle();
            let rows = world.sandbox.borrow().creatio.rows("Activity");
            let id = rows.iter().find(|row| row["Title"] == "E 2").unwrap()["Id"].as_str().unwrap().to_owned();
            save(&world, "Activity", &id, &json!({"Location": "Room"}));
            settle();
            world.pass(TimeDelta::hours(25));
            settle();
            assert_eq!(
                (times(), graph("GET", &path, None)["location"]["displayName"].clone()),
                ([start, end], json!("Room")),
                "{what}"
            );
            let held = held(&world, "C");
            assert_eq!([held[0], held[1]], [start, end], "{what}: nor is it carried back to where it came from");
            // a person's move is carried, to and fro
            let moved = TimeDelta::hours(48);
            graph("PATCH", &path, Some(json!({"start": dated(start + moved), "end": dated(end + moved)})));
            settle();
            save(&world, "Activity", &id, &json!({"StartDate": start + moved * 2, "DueDate": end + moved * 2}));
            settle();
            assert_eq!(times(), [start + moved * 2, end + moved * 2], "{what}");
            graph("PATCH", &path, Some(json!({"start": dated(start), "end": dated(end)})));
            settle();
            assert_eq!(times(), [start, end], "{what}: and back into the doubled hour");
        }
    }
}
