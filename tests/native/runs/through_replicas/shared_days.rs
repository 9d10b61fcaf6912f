//! Whole runs over days that are one meeting for several people: single days of somebody's series,
//! a series cut in two, and all-day meetings of people who live in different zones.

use crate::support::joined::Joined;
use crate::support::memory::{MemoryStore, everything};
use crate::support::runs;
use crate::support::sandbox_scenario::SandboxScenario;
use crate::support::world::{COLLEAGUE, ME, World};
use chrono_tz::Tz;
use pollster::block_on;
use sandbox::Seed;
use schedule_sync::engine::held::Reason;
use schedule_sync::flat::FlatSet;
use schedule_sync::model::Side;
use schedule_sync::ports::Store;
use schedule_sync::run::Report;
use serde_json::{Value, json};
use std::rc::Rc;

/// A global object id, of the series (zeros) or of one day of it.
fn global(day: &str) -> String {
    format!(
        "040000008200E00074C5B7101A82E008{day}E0A1B2C3D4E5F60000000000000000001000000011223344556677889900AABBCCDDEEFF"
    )
}

fn utc(time: &str) -> Value {
    json!({"dateTime": format!("2026-03-{time}:00"), "timeZone": "UTC"})
}

/// A colleague's meeting on a day, at 10 o'clock.
fn of_boris(day: &str, uid: &str) -> Value {
    json!({"subject": "Boris", "iCalUId": uid, "isOrganizer": false, "start": utc(&format!("{day}T10:00")),
        "end": utc(&format!("{day}T11:00")), "type": "singleInstance",
        "organizer": {"emailAddress": {"name": "Boris", "address": "boris@contoso.example"}},
        "responseStatus": {"response": "accepted", "time": "0001-01-01T00:00:00Z"}})
}

fn weekly(first: &str, count: u8) -> Value {
    json!({"pattern": {"type": "weekly", "interval": 1, "daysOfWeek": ["thursday"]},
        "range": {"type": "numbered", "startDate": first, "numberOfOccurrences": count}})
}

fn load(world: &World, event: Value) {
    let mut sandbox = world.sandbox.borrow_mut();
    let sandbox = &mut *sandbox;
    let there = sandbox.exchange.has(world.mailbox);
    let loaded = if there {
        sandbox.exchange.load_event_of(world.mailbox, event, &mut sandbox.environment)
    } else {
        sandbox.graph.load_event_of(world.mailbox, event, &mut sandbox.environment)
    };
    loaded.unwrap();
}

/// The starts of all Activities that are not canceled.
fn starts(world: &World) -> Vec<String> {
    let rows = world.by_hand(Side::Creatio, "GET", "Activity?$top=100", None).1;
    let living = rows["value"].as_array().unwrap().clone().into_iter();
    let living = living.filter(|row| row["StatusId"] != "201cfba8-58e6-df11-971b-001d60e938c6");
    let mut starts: Vec<String> =
        living.map(|row| row["StartDate"].as_str().unwrap().get(5..16).unwrap().to_owned()).collect();
    starts.sort();
    starts
}

#[test]
fn single_days_of_a_colleagues_series_are_meetings_of_their_own() {
    for scenario in
        [SandboxScenario::new(Seed::Empty, &everything()), SandboxScenario::there(Seed::Empty, &everything())]
    {
        load(&scenario.world, of_boris("12", &global("07EA030C")));
        load(&scenario.world, of_boris("19", &global("07EA0313")));
        assert_eq!(scenario.settle().held, []);
        let both = ["03-12T10:00", "03-19T10:00"];
        assert_eq!(starts(&scenario.world), both);
        // a browser without links knows both again
        scenario.store.links.borrow_mut().clear();
        *scenario.store.state.borrow_mut() = None;
        assert_eq!(scenario.settle().held, []);
        assert_eq!(starts(&scenario.world), both);
    }
}

/// An event of three weeks, or of one day again; what there is in Creatio then, with the canceled
/// ones.
fn turned(scenario: &SandboxScenario, recurrence: &Value) -> Vec<Value> {
    let path = format!("me/events/{}", scenario.events()[0]["id"].as_str().unwrap());
    scenario.graph("PATCH", &path, Some(json!({"recurrence": recurrence})));
    assert_eq!(scenario.settle().held, []);
    scenario.world.pass(chrono::Duration::hours(25));
    assert_eq!(scenario.settle().held, [], "in a full comparison too");
    scenario.activities()
}

#[test]
fn an_event_that_becomes_a_series_and_back_keeps_its_activity_with_the_notes_in_it() {
    for imported in [false, true] {
        for there in [false, true] {
            let mut settings = everything();
            settings.export.on = !imported;
            let open = if there { SandboxScenario::there } else { SandboxScenario::new };
            let scenario = open(Seed::Empty, &settings);
            if imported {
                let event = json!({"subject": "Call", "start": utc("12T10:00"), "end": utc("12T11:00")});
                scenario.graph("POST", "me/events", Some(event));
            } else {
                let row = json!({"Title": "Call", "StartDate": "2026-03-12T10:00:00Z", "DueDate": "2026-03-12T11:00:00Z",
                    "ShowInScheduler": true});
                scenario.odata("POST", "Activity", Some(row));
            }
            scenario.settle();
            let known = scenario.activity("Call")["Id"].as_str().unwrap().to_owned();
            scenario.odata("PATCH", &format!("Activity({known})"), Some(json!({"Notes": "Mine"})));
            let what = format!("imported {imported}, there {there}");
            let rows = turned(&scenario, &weekly("2026-03-12", 3));
            assert_eq!(starts(&scenario.world), ["03-12T10:00", "03-19T10:00", "03-26T10:00"], "{what}");
            assert_eq!(rows.len(), 3, "{what}: nothing is canceled");
            let first = rows.iter().find(|row| row["Id"] == known).unwrap();
            let told = (first["StartDate"].as_str().unwrap(), first["Notes"].as_str().unwrap().contains("Mine"));
            assert_eq!(told, ("2026-03-12T10:00:00Z", true), "{what}");
            turned(&scenario, &Value::Null);
            assert_eq!(starts(&scenario.world), ["03-12T10:00"], "{what}");
            assert_ne!(
                scenario.odata("GET", &format!("Activity({known})"), None)["StatusId"],
                "201cfba8-58e6-df11-971b-001d60e938c6",
                "{what}"
            );
        }
    }
}

/// Two users of one Creatio, each with an account in a zone.
struct Office {
    accounts: [(Joined<World>, MemoryStore, Rc<World>); 2],
}

impl Office {
    fn new(zones: [(Tz, &'static str); 2]) -> Self {
        let world = World::new(Seed::Empty, crate::support::graph_setup::NOW);
        let mut zones = zones.into_iter();
        let accounts = [ME, COLLEAGUE].map(|who| {
            let line = Rc::new(world.beside(who));
            let store = MemoryStore::default();
            block_on(store.save_settings(&everything())).unwrap();
            (Joined::within(zones.next().unwrap(), "site", &line, Rc::clone(&line)), store, line)
        });
        Self { accounts }
    }

    fn in_moscow() -> Self {
        Self::new([(Tz::Europe__Moscow, "Russian Standard Time"); 2])
    }

    fn world(&self, whose: usize) -> &World {
        &self.accounts[whose].2
    }

    fn run(&self, whose: usize) -> Report {
        let (joined, store, world) = &self.accounts[whose];
        let report = block_on(runs::run(&joined.parts(store))).unwrap();
        world.pass(chrono::Duration::minutes(5));
        report
    }
}

#[test]
fn a_single_day_meets_the_activity_of_the_colleague_who_has_the_whole_series() {
    for first in [0, 1] {
        let office = Office::in_moscow();
        let mut series = of_boris("12", &global("00000000"));
        series["recurrence"] = weekly("2026-03-12", 3);
        series["type"] = "seriesMaster".into();
        load(office.world(0), series);
        load(office.world(1), of_boris("19", &global("07EA0313")));
        for whose in [first, 1 - first, 0, 1] {
            office.run(whose);
        }
        assert_eq!(starts(office.world(0)), ["03-12T10:00", "03-19T10:00", "03-26T10:00"], "{first} first");
    }
}

#[test]
fn this_and_all_following_keep_their_activities() {
    for scenario in
        [SandboxScenario::new(Seed::Empty, &everything()), SandboxScenario::there(Seed::Empty, &everything())]
    {
        let series = |first: &str, count: u8| {
            json!({"subject": "Weekly", "start": utc(&format!("{first}T10:00")), "end": utc(&format!("{first}T11:00")),
                "recurrence": weekly(&format!("2026-03-{first}"), count)})
        };
        let old = scenario.graph("POST", "me/events", Some(series("05", 4)));
        scenario.settle();
        let ids = || {
            let rows = scenario.activities().into_iter();
            rows.map(|row| row["Id"].as_str().unwrap().to_owned()).collect::<FlatSet<String>>()
        };
        let before = ids();
        assert_eq!(before.len(), 4);
        let path = format!("me/events/{}", old["id"].as_str().unwrap());
        scenario.graph("PATCH", &path, Some(json!({"recurrence": weekly("2026-03-05", 2)})));
        let mut follower = series("19", 2);
        follower["subject"] = "Weekly, elsewhere".into();
        scenario.graph("POST", "me/events", Some(follower));
        assert_eq!(scenario.settle().held, []);
        assert_eq!(ids(), before, "nothing is made beside them");
        assert_eq!(starts(&scenario.world), ["03-05T10:00", "03-12T10:00", "03-19T10:00", "03-26T10:00"]);
        let renamed = scenario.activities().iter().filter(|row| row["Title"] == "Weekly, elsewhere").count();
        assert_eq!(renamed, 2);
    }
}

#[test]
fn an_all_day_meeting_that_a_colleague_elsewhere_imported_first_is_no_clash() {
    let zones = [(Tz::Europe__Moscow, "Russian Standard Time"), (Tz::Asia__Tokyo, "Tokyo Standard Time")];
    for first in [0, 1] {
        let office = Office::new(zones);
        let invitation = json!({"subject": "Fair", "isAllDay": true, "start": utc("12T00:00"), "end": utc("13T00:00"),
            "attendees": [{"type": "required", "emailAddress": {"address": COLLEAGUE.1, "name": COLLEAGUE.0}}]});
        let (status, event) = office.world(0).by_hand(Side::Exchange, "POST", "me/events", Some(invitation));
        assert_eq!(status, 201);
        let calm = |what: &str| {
            for whose in [first, 1 - first, first, 1 - first] {
                let report = office.run(whose);
                let clashes = report.held.iter().filter(|held| held.reason == Reason::Clash);
                assert_eq!(clashes.collect::<Vec<_>>(), Vec::<&_>::new(), "{what}, {first} first, run of {whose}");
            }
        };
        calm("new");
        let path = format!("me/events/{}", event["id"].as_str().unwrap());
        let moved = json!({"isAllDay": true, "start": utc("13T00:00"), "end": utc("14T00:00")});
        assert_eq!(office.world(0).by_hand(Side::Exchange, "PATCH", &path, Some(moved)).0, 200);
        calm("moved");
        let now = office.world(0).by_hand(Side::Exchange, "GET", &path, None).1;
        let day = |name: &str| now[name]["dateTime"].as_str().unwrap().get(..10).unwrap().to_owned();
        assert_eq!(
            (day("start"), day("end"), &now["isAllDay"]),
            ("2026-03-13".into(), "2026-03-14".into(), &json!(true))
        );
        assert_eq!(starts(office.world(0)).len(), 1);
    }
}
