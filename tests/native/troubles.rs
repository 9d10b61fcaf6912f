//! Whole runs that a server's trouble ends: each ends with its stable code and writes nothing wrong, and the run after it, with the trouble over, puts
//! everything right.

use crate::memory::everything;
use crate::spine::Spine;
use pollster::block_on;
use sandbox::Seed;
use schedule_sync::model::Side;
use schedule_sync::run;
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

#[test]
fn trouble_ends_a_run_with_its_code_and_the_next_one_repairs() {
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
        ("a page after the reading", faults("batch", page(200, "Login")), Some("signed-out")),
        ("no OData", Trouble::Switch(json!({"odata": "forbidden"}), json!({"odata": "allowed"})), Some("forbidden")),
        (
            "a blocked table",
            Trouble::Switch(json!({"blocked": ["Activity"]}), json!({"blocked": []})),
            Some("forbidden"),
        ),
        (
            "a table blocked that is done without",
            Trouble::Switch(json!({"blocked": ["SysSyncMetaData"]}), json!({"blocked": []})),
            None,
        ),
        ("an error's page", faults("/odata/", page(500, "Runtime Error")), Some("server-error")),
        ("a batch cut in the middle", faults("batch", json!({"close": true})), Some("no-reply")),
        ("no JSON", faults("/odata/Activity", json!({"status": 200, "body": "{\"value\": [{"})), Some("unreadable")),
    ] {
        let spine = Spine::new(Seed::Empty, &everything());
        let event = |subject: &str, hour: u32| {
            let at = |hour: u32| json!({"dateTime": format!("2026-03-12T{hour}:00:00"), "timeZone": "UTC"});
            spine.graph("POST", "me/events", Some(json!({"subject": subject, "start": at(hour), "end": at(hour + 1)})));
        };
        let activity = |title: &str, hour: u32| {
            let at = |hour: u32| format!("2026-03-13T{hour}:00:00Z");
            spine.odata(
                "POST",
                "Activity",
                Some(json!({"Title": title, "StartDate": at(hour), "DueDate": at(hour + 1), "ShowInScheduler": true})),
            );
        };
        event("E1", 10);
        activity("C1", 10);
        spine.settle();
        event("E2", 12);
        activity("C2", 12);
        let switch = |switches: &Value| {
            let switches = serde_json::from_value(switches.clone()).unwrap();
            spine.world.sandbox.borrow_mut().creatio.switch(switches).unwrap();
        };
        match &trouble {
            Trouble::Switch(on, _) => switch(on),
            Trouble::Faults(faults) => spine.world.faults(faults.clone()),
        }
        let ended = block_on(run::run(&spine.joined.ends(&spine.shelf)));
        assert_eq!(ended.as_ref().err().map(|error| error.code()), code, "{what}: {ended:?}");
        match &trouble {
            Trouble::Switch(_, off) => switch(off),
            Trouble::Faults(_) => spine.world.faults(json!([])),
        }
        spine.world.sign_out();
        spine.settle();
        let rows = spine.world.by_hand(Side::Creatio, "GET", "Activity?$top=100", None).1;
        assert_eq!(titles(&rows, "Title"), ["C1", "C2", "E1", "E2"], "{what}");
        let events = spine.graph("GET", "me/events?$top=100", None);
        assert_eq!(titles(&events, "subject"), ["C1", "C2", "E1", "E2"], "{what}");
    }
}

#[test]
fn a_row_of_megabytes_costs_only_itself() {
    let spine = Spine::new(Seed::Empty, &everything());
    let notes = "x".repeat(2_000_000);
    let row = |title: &str, notes: &str| {
        json!({"Title": title, "Notes": notes, "ShowInScheduler": true,
            "StartDate": "2026-03-13T10:00:00Z", "DueDate": "2026-03-13T11:00:00Z"})
    };
    spine.odata("POST", "Activity", Some(row("huge", &notes)));
    spine.odata("POST", "Activity", Some(row("small", "y")));
    let report = block_on(run::run(&spine.joined.ends(&spine.shelf)));
    assert!(report.is_ok(), "{:?}", report.map(|report| report.counts));
    assert_eq!(spine.event("small")["subject"], "small");
    spine.settle();
}
