//! Whole runs that a server's trouble ends: each ends with its stable code and writes nothing
//! wrong, and the run after it, with the trouble over, puts everything right.

use crate::support::creatio_setup::{observe, post, row, scope, start, switch};
use crate::support::memory::everything;
use crate::support::runs;
use crate::support::sandbox_scenario::SandboxScenario;
use pollster::block_on;
use sandbox::Seed;
use schedule_sync::engine::answer::{Answer, Choice};
use schedule_sync::engine::change::StateChange;
use schedule_sync::engine::commit::Commit;
use schedule_sync::engine::held::Reason;
use schedule_sync::flat::FlatSet;
use schedule_sync::model::Side;
use schedule_sync::ports::{Replica, Store};
use serde_json::{Value, json};

/// Trouble in the sandbox's words: switches of Creatio, or faults of any server.
enum Trouble {
    Switch(Value, Value),
    Faults(Value),
}

fn titles(rows: &Value, member: &str) -> Vec<String> {
    let mut titles: Vec<String> =
        rows["value"].as_array().unwrap().iter().map(|row| row[member].as_str().unwrap().to_owned()).collect();
    titles.sort();
    titles
}

/// The services by which an installation is reached, as its switches.
fn services() -> [(&'static str, Value); 2] {
    [("OData", json!({"odata": "allowed"})), ("DataService", json!({"odata": "forbidden"}))]
}

#[test]
fn trouble_ends_a_run_with_its_code_and_the_next_one_repairs() {
    for (service, reached) in services() {
        each_trouble(service, &reached);
    }
}

fn each_trouble(service: &str, reached: &Value) {
    let session = |shape: &str| Trouble::Switch(json!({"session": shape}), json!({"session": "kept"}));
    let faults = |path: &str, then: Value| {
        Trouble::Faults(json!([{"server": "creatio", "path": path, "times": 99, "then": then}]))
    };
    let page = |status: u16, title: &str| json!({"status": status, "headers": {"Content-Type": "text/html"}, "body": format!("<html><title>{title}</title>")});
    for (what, trouble, code) in [
        ("401", session("unauthorized"), Some("signed-out")),
        ("a redirect", session("redirect"), Some("signed-out")),
        ("a page", session("html"), Some("signed-out")),
        ("JSON", session("json"), Some("signed-out")),
        ("a page after the reading", faults("(batch|BatchQuery)", page(200, "Login")), Some("signed-out")),
        (
            "neither service",
            Trouble::Switch(
                json!({"blocked": ["Activity"], "dataservice": "forbidden"}),
                json!({"blocked": [], "dataservice": "allowed"}),
            ),
            Some("forbidden"),
        ),
        ("a blocked table", Trouble::Switch(json!({"blocked": ["Activity"]}), json!({"blocked": []})), None),
        (
            "a blocked table of participants",
            Trouble::Switch(json!({"blocked": ["ActivityParticipant", "Contact"]}), json!({"blocked": []})),
            None,
        ),
        ("a 500 for memory", Trouble::Switch(json!({"memory": 4_000}), json!({"memory": 0})), None),
        ("rights on nothing", Trouble::Switch(json!({"emptied": ["Activity"]}), json!({"emptied": []})), None),
        (
            "no rights on participants",
            Trouble::Switch(json!({"emptied": ["ActivityParticipant"]}), json!({"emptied": []})),
            None,
        ),
        (
            "a table blocked that is done without",
            Trouble::Switch(json!({"blocked": ["SysSyncMetaData"]}), json!({"blocked": []})),
            None,
        ),
        ("an error's page", faults("/(odata|DataService)/", page(500, "Runtime Error")), Some("server-error")),
        ("a batch cut in the middle", faults("(batch|BatchQuery)", json!({"close": true})), Some("no-reply")),
        (
            "no JSON",
            faults("(/odata/Activity|BatchQuery)", json!({"status": 200, "body": "{\"value\": [{"})),
            Some("unreadable"),
        ),
    ] {
        let what = format!("{what}, {service}");
        let scenario = SandboxScenario::new(Seed::Empty, &everything());
        let event = |subject: &str, hour: u32| {
            let at = |hour: u32| json!({"dateTime": format!("2026-03-12T{hour}:00:00"), "timeZone": "UTC"});
            scenario.graph(
                "POST",
                "me/events",
                Some(json!({"subject": subject, "start": at(hour), "end": at(hour + 1)})),
            );
        };
        let activity = |title: &str, hour: u32| {
            let at = |hour: u32| format!("2026-03-13T{hour}:00:00Z");
            scenario.odata(
                "POST",
                "Activity",
                Some(json!({"Title": title, "StartDate": at(hour), "DueDate": at(hour + 1), "ShowInScheduler": true})),
            );
        };
        event("E1", 10);
        // enough for an empty side to be suspicious
        let more = ["C1", "D1", "D2", "D3"];
        more.iter().zip(10..).for_each(|(title, hour)| activity(title, hour));
        let switch = |switches: &Value| {
            let switches = serde_json::from_value(switches.clone()).unwrap();
            scenario.world.sandbox.borrow_mut().creatio.switch(switches).unwrap();
        };
        switch(reached);
        scenario.settle();
        switch(&json!({"odata": "allowed"}));
        event("E2", 12);
        activity("C2", 12);
        switch(reached);
        match &trouble {
            Trouble::Switch(on, _) => switch(on),
            Trouble::Faults(faults) => scenario.world.faults(faults.clone()),
        }
        let ended = block_on(runs::run(&scenario.joined.parts(&scenario.store)));
        assert_eq!(ended.as_ref().err().map(|error| error.code()), code, "{what}: {ended:?}");
        match &trouble {
            Trouble::Switch(_, off) => switch(off),
            Trouble::Faults(_) => scenario.world.faults(json!([])),
        }
        scenario.world.sign_out();
        scenario.settle();
        switch(&json!({"odata": "allowed"}));
        let rows = scenario.world.by_hand(Side::Creatio, "GET", "Activity?$top=100", None).1;
        assert_eq!(titles(&rows, "Title"), ["C1", "C2", "D1", "D2", "D3", "E1", "E2"], "{what}");
        let events = scenario.graph("GET", "me/events?$top=100", None);
        assert_eq!(titles(&events, "subject"), ["C1", "C2", "D1", "D2", "D3", "E1", "E2"], "{what}");
    }
}

/// The engine's own tests are built without optimisation: twenty megabytes are read alone (see
/// below), and go through a whole run in part.
#[test]
fn a_row_of_megabytes_costs_only_itself() {
    let scenario = SandboxScenario::new(Seed::Empty, &everything());
    let notes = "x".repeat(20_000_000);
    let row = |title: &str, notes: &str| {
        json!({"Title": title, "Notes": notes, "ShowInScheduler": true,
            "StartDate": "2026-03-13T10:00:00Z", "DueDate": "2026-03-13T11:00:00Z"})
    };
    scenario.odata("POST", "Activity", Some(row("huge", &notes)));
    scenario.odata("POST", "Activity", Some(row("small", "y")));
    let report = block_on(runs::run(&scenario.joined.parts(&scenario.store)));
    assert!(report.is_ok(), "{:?}", report.map(|report| report.counts));
    assert_eq!(scenario.event("small")["subject"], "small");
    scenario.settle();
}

#[test]
fn a_row_of_twenty_megabytes_is_read_with_its_neighbours() {
    for (service, reached) in services() {
        let (world, creatio) = start(Seed::Empty);
        post(&world, row(1, "small", 12));
        let mut huge = row(2, "huge", 12);
        huge["Notes"] = json!("x".repeat(20_000_000));
        post(&world, huge);
        // pages of more bytes than this are refused, and even this row alone is one
        let mut switches = reached.clone();
        for memory in [0, 30_000_000] {
            switches["memory"] = json!(memory);
            switch(&world, switches.clone());
            let listing = observe(&creatio, None);
            let titles: Vec<&str> = listing.items.iter().map(|item| item.record.title()).collect();
            assert_eq!(titles, ["small", "huge"], "{service}, {memory}");
        }
        switches["memory"] = json!(10_000_000);
        switch(&world, switches);
        let refused = block_on(creatio.observe(&scope(), None)).map(|listing| listing.items.len());
        assert_eq!(refused.map_err(|error| error.code()), Err("server-error"), "{service}: no row of a page of one");
    }
}

/// What every event of the mailbox shows, in no order of the server's.
fn shown(scenario: &SandboxScenario) -> Vec<String> {
    let show = |event: &Value| {
        let member = |path: &str| event.pointer(path).unwrap_or(&Value::Null).to_string();
        format!("{} {} {}", event["subject"], member("/body/content"), member("/location/displayName"))
    };
    let mut shown: Vec<String> = scenario.events().iter().map(show).collect();
    shown.sort();
    shown
}

#[test]
fn rights_that_are_lost_delete_and_empty_nothing() {
    for (service, reached) in services() {
        for (what, lost, found, reason) in [
            ("all rows", json!({"emptied": ["Activity"]}), json!({"emptied": []}), Some(Reason::SideEmpty)),
            (
                "rows and participants",
                json!({"emptied": ["Activity", "ActivityParticipant"]}),
                json!({"emptied": []}),
                Some(Reason::SideEmpty),
            ),
            ("people", json!({"emptied": ["Contact"]}), json!({"emptied": []}), None),
            ("participants", json!({"emptied": ["ActivityParticipant"]}), json!({"emptied": []}), None),
            ("columns", json!({"masked": ["Notes", "Location"]}), json!({"masked": []}), Some(Reason::SideEmpty)),
            (
                "lookups",
                json!({"emptied": ["ActivityStatus", "ActivityParticipantRole"]}),
                json!({"emptied": []}),
                None,
            ),
        ] {
            let what = format!("{what}, {service}");
            let scenario = SandboxScenario::new(Seed::Empty, &everything());
            for n in 0..12 {
                let at = |hour: u32| format!("2026-03-{:02}T{hour}:00:00Z", 10 + n);
                scenario.odata(
                    "POST",
                    "Activity",
                    Some(json!({"Title": format!("C{n}"), "Notes": "what is to be said",
                    "Location": "Room", "StartDate": at(10), "DueDate": at(11), "ShowInScheduler": true})),
                );
            }
            let switch = |switches: &Value| {
                let switches = serde_json::from_value(switches.clone()).unwrap();
                scenario.world.sandbox.borrow_mut().creatio.switch(switches).unwrap();
            };
            switch(&reached);
            scenario.settle();
            let before = shown(&scenario);
            assert_eq!(before.len(), 12, "{what}");
            switch(&lost);
            // everything is compared, as it is once a day
            scenario.world.pass(chrono::Duration::hours(25));
            let report = scenario.run();
            assert_eq!(shown(&scenario), before, "{what}");
            let held = report.held.iter().map(|held| held.reason).collect::<FlatSet<_>>();
            assert_eq!(held, reason.into_iter().collect(), "{what}: {:?}", report.held);
            switch(&found);
            scenario.world.pass(chrono::Duration::hours(25));
            let from = scenario.logged();
            let report = scenario.run();
            assert_eq!((scenario.writes(from), report.held.len()), (Vec::new(), 0), "{what}");
        }
    }
}

/// One pair, of which an edit waits on Exchange beside a new event: while nothing can be read a
/// person is asked about the pair, and nothing is written. What they allow is done; once the rights
/// are back, all of it is done without a word.
#[test]
fn of_one_pair_too_lost_rights_delete_and_make_nothing_until_a_person_says_so() {
    for (service, reached) in services() {
        for allowed in [false, true] {
            let what = format!("{service}, allowed: {allowed}");
            let scenario = SandboxScenario::new(Seed::Empty, &everything());
            let at = |hour: u32| json!({"dateTime": format!("2026-03-12T{hour}:00:00"), "timeZone": "UTC"});
            let event = |subject: &str| {
                let body = json!({"subject": subject, "start": at(10), "end": at(11)});
                scenario.graph("POST", "me/events", Some(body))["id"].as_str().unwrap().to_owned()
            };
            let switch = |switches: &Value| {
                let switches = serde_json::from_value(switches.clone()).unwrap();
                scenario.world.sandbox.borrow_mut().creatio.switch(switches).unwrap();
            };
            let rows = || scenario.world.sandbox.borrow().creatio.rows("Activity");
            let first = event("E");
            switch(&reached);
            scenario.settle();
            switch(&json!({"emptied": ["Activity"]}));
            scenario.graph("PATCH", &format!("me/events/{first}"), Some(json!({"subject": "F"})));
            event("G");
            for _ in 0..2 {
                let from = scenario.logged();
                let report = scenario.run();
                let held: Vec<Reason> = report.held.iter().map(|held| held.reason).collect();
                assert_eq!((scenario.writes(from), held), (Vec::new(), vec![Reason::SideEmpty]), "{what}");
            }
            if allowed {
                let id = first.as_str().into();
                let answer = Answer { side: Side::Exchange, id, reason: Reason::SideEmpty, choice: Choice::Allow };
                let said = Commit { state: Some(StateChange::Answered(vec![answer])), ..Commit::default() };
                block_on(scenario.store.commit(&said)).unwrap();
                let report = scenario.run();
                assert_eq!((report.held.len(), report.counts.creatio.created), (0, 2), "{what}: {:?}", report.held);
            } else {
                switch(&json!({"emptied": []}));
                scenario.settle();
                let mut titles: Vec<String> =
                    rows().iter().map(|row| row["Title"].as_str().unwrap().to_owned()).collect();
                titles.sort();
                assert_eq!(titles, ["F", "G"], "{what}");
            }
        }
    }
}

#[test]
fn an_installation_without_a_place_leaves_places_alone() {
    for (service, reached) in services() {
        let scenario = SandboxScenario::new(Seed::Empty, &everything());
        let switch = |switches: &Value| {
            let switches = serde_json::from_value(switches.clone()).unwrap();
            scenario.world.sandbox.borrow_mut().creatio.switch(switches).unwrap();
        };
        let at = |hour: u32| json!({"dateTime": format!("2026-03-12T{hour}:00:00"), "timeZone": "UTC"});
        let event = json!({"subject": "E", "start": at(10), "end": at(11), "location": {"displayName": "Room"}});
        let event = scenario.graph("POST", "me/events", Some(event));
        switch(&json!({"without": {"Activity": ["Location"]}}));
        switch(&reached);
        scenario.settle();
        let address = format!("me/events/{}", event["id"].as_str().unwrap());
        scenario.graph("PATCH", &address, Some(json!({"subject": "F", "location": {"displayName": "Hall"}})));
        scenario.settle();
        let rows = scenario.world.sandbox.borrow().creatio.rows("Activity");
        assert_eq!((rows.len(), rows[0]["Title"].as_str()), (1, Some("F")), "{service}");
        assert_eq!(scenario.event("F")["location"]["displayName"], "Hall", "{service}");
    }
}
