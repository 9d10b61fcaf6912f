//! What goes over both ways: whole runs of the engine through both replicas against the sandbox in
//! process, as they happen in a browser. What Graph is asked and answers is checked against
//! Microsoft's description throughout.
#![allow(clippy::print_stdout)] // counts and skips are to be seen

use crate::support::memory::everything;
use crate::support::runs;
use crate::support::sandbox_scenario::SandboxScenario;
use pollster::block_on;
use sandbox::Seed;
use schedule_sync::engine::held::Reason;
use schedule_sync::engine::settings::Extent;
use schedule_sync::flat::FlatSet;
use schedule_sync::run::Report;
use serde_json::{Value, json};
use std::path::Path;

fn utc(time: &str) -> Value {
    json!({"dateTime": time, "timeZone": "UTC"})
}

const HIGH: &str = "d625a9fc-7ee6-df11-971b-001d60e938c6";
const IN_PROGRESS: &str = "394d4b84-58e6-df11-971b-001d60e938c6";
const COMPLETED: &str = "4bdbb88f-58e6-df11-971b-001d60e938c6";
const CANCELED: &str = "201cfba8-58e6-df11-971b-001d60e938c6";
const MEETING: &str = "42c74c49-58e6-df11-971b-001d60e938c6";
const TO_DO: &str = "f51c4643-58e6-df11-971b-001d60e938c6";

#[test]
fn an_event_arrives_in_creatio_with_every_field() {
    let scenario = SandboxScenario::new(Seed::Empty, &everything());
    let email = "ee1c85c3-cfcb-df11-9b2a-001d60e938c6";
    let anna = scenario.odata("POST", "Contact", Some(json!({"Name": "Anna", "Email": "anna@fabrikam.example"})));
    scenario.odata(
        "POST",
        "ContactCommunication",
        Some(json!({"ContactId": anna["Id"], "CommunicationTypeId": email, "Number": "Anna@Fabrikam.example",
            "SearchNumber": "anna@fabrikam.example"})),
    );
    scenario.graph(
        "POST",
        "me/events",
        Some(json!({
            "subject": "Переговоры", "body": {"contentType": "html", "content": "<p>Повестка &amp; план</p>"},
            "start": utc("2026-03-12T10:00:00"), "end": utc("2026-03-12T11:30:00"),
            "location": {"displayName": "Офис"}, "importance": "high",
            "isReminderOn": true, "reminderMinutesBeforeStart": 30,
            "attendees": [
                {"type": "optional", "emailAddress": {"address": "anna@fabrikam.example", "name": "Anna"}},
                {"type": "required", "emailAddress": {"address": "nobody@fabrikam.example", "name": "Nobody"}},
            ],
        })),
    );
    let report = scenario.settle();
    assert_eq!(report.counts.creatio.created, 1, "{report:?}");
    let row = scenario.activity("Переговоры");
    assert_eq!(row["StartDate"].as_str().unwrap().get(..19), Some("2026-03-12T10:00:00"));
    assert_eq!(row["DueDate"].as_str().unwrap().get(..19), Some("2026-03-12T11:30:00"));
    assert_eq!(row["RemindToOwnerDate"].as_str().unwrap().get(..19), Some("2026-03-12T09:30:00"));
    for (column, value) in [
        ("RemindToOwner", json!(true)),
        ("ShowInScheduler", json!(true)),
        ("Location", json!("Офис")),
        ("PriorityId", json!(HIGH)),
        ("ActivityCategoryId", json!(MEETING)),
        ("OwnerId", json!(scenario.joined.account.contact.as_str())),
    ] {
        assert_eq!(row[column], value, "{column}");
    }
    assert!(row["Notes"].as_str().unwrap().contains("Повестка &amp; план"), "{}", row["Notes"]);
    let people = scenario.odata(
        "GET",
        &format!("ActivityParticipant?$filter=Activity/Id eq {}&$expand=Role", row["Id"].as_str().unwrap()),
        None,
    );
    let mut roles: Vec<(String, String)> = people["value"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| (p["ParticipantId"].to_string(), p["Role"]["Code"].as_str().unwrap_or_default().to_owned()))
        .collect();
    roles.sort();
    let mut expected = vec![
        (anna["Id"].to_string(), "OptionalParticipant".to_owned()),
        (json!(scenario.joined.account.contact.as_str()).to_string(), "Responsible".to_owned()),
    ];
    expected.sort();
    assert_eq!(roles, expected);
}

#[test]
fn an_activity_arrives_in_the_mailbox_with_every_field() {
    let scenario = SandboxScenario::new(Seed::Empty, &everything());
    scenario.odata(
        "POST",
        "Activity",
        Some(json!({
            "Title": "Visit", "StartDate": "2026-03-12T10:00:00Z", "DueDate": "2026-03-12T11:00:00Z",
            "ShowInScheduler": true, "Location": "Hall 3", "Notes": "<p>Bring <b>samples</b></p>", "PriorityId": HIGH,
            "RemindToOwner": true, "RemindToOwnerDate": "2026-03-12T09:45:00Z",
        })),
    );
    scenario.odata(
        "POST",
        "Activity",
        Some(json!({
            "Title": "Offer", "StartDate": "2026-03-11T06:00:00Z", "DueDate": "2026-03-13T15:00:00Z",
            "ShowInScheduler": false, "StatusId": IN_PROGRESS, "PriorityId": HIGH, "Notes": "<p>Send it</p>",
            "RemindToOwner": true, "RemindToOwnerDate": "2026-03-12T09:45:00Z",
        })),
    );
    let report = scenario.settle();
    assert_eq!(report.counts.exchange.created, 2, "{report:?}");
    let event = scenario.event("Visit");
    assert_eq!(event["start"]["dateTime"].as_str().unwrap().get(..19), Some("2026-03-12T10:00:00"));
    assert_eq!(event["end"]["dateTime"].as_str().unwrap().get(..19), Some("2026-03-12T11:00:00"));
    for (pointer, value) in [
        ("/location/displayName", json!("Hall 3")),
        ("/importance", json!("high")),
        ("/isReminderOn", json!(true)),
        ("/reminderMinutesBeforeStart", json!(15)),
        ("/showAs", json!("busy")),
        ("/originalStartTimeZone", json!("Russian Standard Time")),
        ("/attendees", json!([])),
    ] {
        assert_eq!(event.pointer(pointer), Some(&value), "{pointer}");
    }
    assert!(event["body"]["content"].as_str().unwrap().contains("samples"));
    assert_eq!(scenario.activity("Visit")["GlobalActivityID"], event["iCalUId"], "colleagues meet in it by its UID");
    let task = scenario.task("Offer");
    for (pointer, value) in [
        ("/status", json!("inProgress")),
        ("/importance", json!("high")),
        ("/isReminderOn", json!(true)),
        ("/linkedResources/0/applicationName", json!("Creatio")),
    ] {
        assert_eq!(task.pointer(pointer), Some(&value), "{pointer}");
    }
    assert_eq!(task["dueDateTime"]["dateTime"].as_str().unwrap().get(..10), Some("2026-03-13"));
    assert_eq!(task["startDateTime"]["dateTime"].as_str().unwrap().get(..10), Some("2026-03-11"));
    assert!(task["body"]["content"].as_str().unwrap().contains("Send it"));
}

#[test]
fn a_task_arrives_in_creatio_and_comes_back_completed() {
    let scenario = SandboxScenario::new(Seed::Empty, &everything());
    let list = scenario.list();
    let task = scenario.graph(
        "POST",
        &format!("me/todo/lists/{list}/tasks"),
        Some(json!({"title": "Счёт", "importance": "low", "dueDateTime": utc("2026-03-12T00:00:00"),
            "body": {"contentType": "text", "content": "до обеда"}})),
    );
    scenario.settle();
    let row = scenario.activity("Счёт");
    assert_eq!((&row["ShowInScheduler"], &row["ActivityCategoryId"]), (&json!(false), &json!(TO_DO)));
    assert_eq!(row["DueDate"].as_str().unwrap().get(..10), Some("2026-03-12"));
    let id = row["Id"].as_str().unwrap();
    scenario.odata("PATCH", &format!("Activity({id})"), Some(json!({"StatusId": COMPLETED})));
    scenario.settle();
    let path = format!("me/todo/lists/{list}/tasks/{}", task["id"].as_str().unwrap());
    assert_eq!(scenario.graph("GET", &path, None)["status"], "completed");
    scenario.graph("PATCH", &path, Some(json!({"status": "notStarted", "title": "Счёт 2"})));
    scenario.settle();
    let row = scenario.activity("Счёт 2");
    assert_ne!(row["StatusId"], COMPLETED);
}

#[test]
fn edits_and_deletions_flow_both_ways() {
    let scenario = SandboxScenario::new(Seed::Empty, &everything());
    let event = scenario.graph(
        "POST",
        "me/events",
        Some(json!({"subject": "One", "start": utc("2026-03-12T10:00:00"), "end": utc("2026-03-12T11:00:00")})),
    );
    scenario.odata(
        "POST",
        "Activity",
        Some(json!({"Title": "Two", "StartDate": "2026-03-13T10:00:00Z", "DueDate": "2026-03-13T11:00:00Z",
            "ShowInScheduler": true})),
    );
    scenario.settle();
    let one = format!("me/events/{}", event["id"].as_str().unwrap());
    scenario.graph("PATCH", &one, Some(json!({"subject": "One!", "location": {"displayName": "Here"}})));
    let two = format!("Activity({})", scenario.activity("Two")["Id"].as_str().unwrap());
    scenario.odata(
        "PATCH",
        &two,
        Some(json!({"StartDate": "2026-03-13T12:00:00Z", "DueDate": "2026-03-13T13:00:00Z", "Title": "Two!"})),
    );
    let report = scenario.settle();
    assert_eq!((report.counts.creatio.updated, report.counts.exchange.updated), (1, 1), "{report:?}");
    assert_eq!(scenario.activity("One!")["Location"], "Here");
    assert_eq!(scenario.event("Two!")["start"]["dateTime"].as_str().unwrap().get(..19), Some("2026-03-13T12:00:00"));

    scenario.graph("DELETE", &one, None);
    scenario.odata("DELETE", &two, None);
    let report = scenario.settle();
    assert_eq!((report.counts.creatio.deleted, report.counts.exchange.deleted), (1, 1), "{report:?}");
    assert_eq!(scenario.activity("One!")["StatusId"], CANCELED);
    assert!(scenario.events().is_empty());
}

#[test]
fn what_a_run_created_and_a_person_removed_before_the_next_is_noticed() {
    let scenario = SandboxScenario::new(Seed::Empty, &everything());
    scenario.graph(
        "POST",
        "me/events",
        Some(json!({"subject": "One", "start": utc("2026-03-12T10:00:00"), "end": utc("2026-03-12T11:00:00")})),
    );
    scenario.odata(
        "POST",
        "Activity",
        Some(json!({"Title": "Two", "StartDate": "2026-03-13T10:00:00Z", "DueDate": "2026-03-13T11:00:00Z",
            "ShowInScheduler": true})),
    );
    scenario.run();
    let one = scenario.activity("One");
    scenario.odata("DELETE", &format!("Activity({})", one["Id"].as_str().unwrap()), None);
    scenario.graph("DELETE", &format!("me/events/{}", scenario.event("Two")["id"].as_str().unwrap()), None);
    let report = scenario.settle();
    assert!(report.held.iter().any(|held| held.reason == Reason::DeleteAsked), "{report:?}");
    assert_eq!(scenario.activity("Two")["StatusId"], CANCELED);
    assert_eq!((scenario.events().len(), scenario.activities().len()), (1, 1));
}

#[test]
fn dropped_replies_of_creates_leave_exactly_one() {
    for drop in ["before", "after"] {
        let scenario = SandboxScenario::new(Seed::Empty, &everything());
        let list = scenario.list();
        scenario.graph(
            "POST",
            "me/events",
            Some(json!({"subject": "E1", "start": utc("2026-03-12T10:00:00"), "end": utc("2026-03-12T11:00:00")})),
        );
        scenario.graph("POST", &format!("me/todo/lists/{list}/tasks"), Some(json!({"title": "T1"})));
        for (title, meeting) in [("A1", true), ("A2", false)] {
            scenario.odata(
                "POST",
                "Activity",
                Some(json!({"Title": title, "StartDate": "2026-03-13T10:00:00Z", "DueDate": "2026-03-13T11:00:00Z",
                    "ShowInScheduler": meeting})),
            );
        }
        let then = json!({"drop": drop});
        scenario.world.faults(json!([
            {"server": "graph", "method": "POST", "path": "/events$", "times": 1, "then": then},
            {"server": "graph", "method": "POST", "path": "/tasks$", "times": 1, "then": then},
            {"server": "creatio", "method": "POST", "path": "/Activity$", "times": 2, "then": then},
        ]));
        scenario.run();
        scenario.settle();
        let titles: Vec<String> =
            scenario.activities().iter().map(|row| row["Title"].as_str().unwrap().to_owned()).collect();
        assert_eq!(titles, ["A1", "A2", "E1", "T1"], "drop {drop}");
        assert_eq!((scenario.events().len(), scenario.tasks().len()), (2, 2), "drop {drop}");
    }
}

#[test]
fn a_whole_batch_without_a_reply_leaves_exactly_one_of_each() {
    for server in ["graph", "creatio"] {
        let scenario = SandboxScenario::new(Seed::Empty, &everything());
        let list = scenario.list();
        for n in 0..5 {
            scenario.graph(
                "POST",
                "me/events",
                Some(json!({"subject": format!("E{n}"), "start": utc("2026-03-12T10:00:00"),
                    "end": utc("2026-03-12T11:00:00")})),
            );
            scenario.graph("POST", &format!("me/todo/lists/{list}/tasks"), Some(json!({"title": format!("T{n}")})));
            for meeting in [true, false] {
                scenario.odata(
                    "POST",
                    "Activity",
                    Some(json!({"Title": format!("A{n}{meeting}"), "StartDate": "2026-03-13T10:00:00Z",
                        "DueDate": "2026-03-13T11:00:00Z", "ShowInScheduler": meeting})),
                );
            }
        }
        // whichever batches they are: each loses one reply after the server acted
        scenario.world.faults(json!([
            {"server": server, "method": "POST", "path": "batch$", "times": 6, "then": {"drop": "after"}},
        ]));
        for _ in 0..3 {
            // a run may end in an error here; what it did stays
            let _ = block_on(runs::run(&scenario.joined.parts(&scenario.store)));
        }
        scenario.world.faults(json!([]));
        scenario.run();
        scenario.settle();
        assert_eq!(
            (scenario.activities().len(), scenario.events().len(), scenario.tasks().len()),
            (20, 10, 10),
            "{server}"
        );
    }
}

#[test]
fn the_demo_month_settles_and_a_quiet_run_costs_few_requests() {
    let scenario = SandboxScenario::new(Seed::Demo, &everything());
    let report = scenario.settle();
    println!("demo: {:?}, held {}", report.counts, report.held.len());
    assert!(report.counts.creatio.created > 10 && report.counts.exchange.created > 10, "{report:?}");
    assert_eq!(report.unfinished, 0);
    assert!(scenario.world.sandbox.borrow().graph.mails().is_empty(), "nobody is mailed");
    let before = scenario.world.requests();
    let quiet = scenario.run();
    let requests = scenario.world.requests() - before;
    assert_eq!(quiet.held.len(), report.held.len(), "what is held is told until it is settled");
    println!("demo: a quiet run costs {requests} requests");
    assert!(requests <= 4, "{requests} requests");
}

#[test]
fn chosen_calendars_and_groups_limit_what_goes_over() {
    let mut settings = everything();
    settings.import_meetings.scope = Extent::Chosen;
    settings.import_tasks.on = false;
    settings.export.scope = Extent::Chosen;
    let scenario = SandboxScenario::new(Seed::Demo, &settings);
    let report = scenario.settle();
    assert_eq!((report.counts.creatio.created, report.counts.exchange.created), (0, 0), "an empty choice is nothing");
    let groups = scenario.odata("GET", "ActivityFolder?$expand=FolderType", None);
    let groups = groups["value"].as_array().unwrap();
    for group in groups {
        settings.export.chosen.push(group["Id"].as_str().unwrap().into());
    }
    scenario.save(&settings);
    let report = scenario.settle();
    println!("groups: {:?}, {:?}", report.counts, report.held);
    assert!(report.counts.exchange.created > 0);
    // static ones, and dynamic ones whose filters need the server
    assert!(!report.held.iter().any(|held| held.reason == Reason::Group), "{:?}", report.held);

    settings.export.chosen = vec!["99999999-9999-4999-8999-999999999999".into()];
    scenario.save(&settings);
    assert!(
        scenario.settle().held.iter().any(|held| held.reason == Reason::Group),
        "a group that is not there is named"
    );
}

#[test]
fn what_a_person_deleted_in_the_mailbox_is_not_exported_again_by_a_browser_without_links() {
    for scenario in
        [SandboxScenario::new(Seed::Empty, &everything()), SandboxScenario::there(Seed::Empty, &everything())]
    {
        let (start, end) = (utc("2026-03-12T10:00:00"), utc("2026-03-12T11:00:00"));
        scenario.graph("POST", "me/events", Some(json!({"subject": "Imported", "start": start, "end": end})));
        let row = json!({"Title": "Exported", "StartDate": "2026-03-12T10:00:00Z", "DueDate": "2026-03-12T11:00:00Z",
            "ShowInScheduler": true});
        scenario.odata("POST", "Activity", Some(row));
        scenario.settle();
        for subject in ["Imported", "Exported"] {
            scenario.graph("DELETE", &format!("me/events/{}", scenario.event(subject)["id"].as_str().unwrap()), None);
        }
        scenario.store.links.borrow_mut().clear();
        *scenario.store.state.borrow_mut() = None;
        let reasons = |report: &Report| {
            let mut reasons: Vec<Reason> = report.held.iter().map(|held| held.reason).collect();
            reasons.sort();
            reasons
        };
        let asked = [Reason::LostCounterpart, Reason::LostOrigin];
        assert_eq!(reasons(&scenario.settle()), asked);
        scenario.world.pass(chrono::Duration::hours(25));
        assert_eq!(reasons(&scenario.settle()), asked, "in a full comparison too");
        assert_eq!(scenario.events(), Vec::<Value>::new());
    }
}

#[test]
fn an_activity_of_somebody_else_goes_over_as_free_and_without_a_reminder() {
    for scenario in
        [SandboxScenario::new(Seed::Empty, &everything()), SandboxScenario::there(Seed::Empty, &everything())]
    {
        let anna = scenario.odata("POST", "Contact", Some(json!({"Name": "Anna"})));
        for (title, owner) in [("Hers", anna["Id"].clone()), ("Mine", json!(scenario.joined.account.contact.as_str()))]
        {
            let row = json!({"Title": title, "StartDate": "2026-03-12T10:00:00Z", "DueDate": "2026-03-12T11:00:00Z",
                "ShowInScheduler": true, "OwnerId": owner, "RemindToOwner": true,
                "RemindToOwnerDate": "2026-03-12T09:45:00Z"});
            scenario.odata("POST", "Activity", Some(row));
        }
        scenario.settle();
        for (title, shown, reminds) in [("Hers", "free", false), ("Mine", "busy", true)] {
            let event = scenario.event(title);
            assert_eq!((&event["showAs"], &event["isReminderOn"]), (&json!(shown), &json!(reminds)), "{title}");
        }
    }
}

#[test]
fn a_task_is_not_exported_again_by_a_browser_without_links_whose_readings_are_late() {
    for scenario in
        [SandboxScenario::new(Seed::Empty, &everything()), SandboxScenario::there(Seed::Empty, &everything())]
    {
        {
            let mut sandbox = scenario.world.sandbox.borrow_mut();
            sandbox.graph.set_quirks(&sandbox::graph::Quirks { stale_reads: 2, ..Default::default() });
            sandbox.exchange.set_quirks(&sandbox::exchange::Quirks { stale_reads: 2, ..Default::default() });
        }
        let row = json!({"Title": "Offer", "StartDate": "2026-03-12T06:00:00Z", "DueDate": "2026-03-12T15:00:00Z",
            "ShowInScheduler": false});
        scenario.odata("POST", "Activity", Some(row));
        scenario.run();
        let made = scenario.task("Offer")["id"].clone();
        scenario.store.links.borrow_mut().clear();
        *scenario.store.state.borrow_mut() = None;
        for _ in 0..3 {
            let report = scenario.run();
            assert_eq!((report.counts.exchange.created, report.held), (0, vec![]));
            assert_eq!(scenario.task("Offer")["id"], made);
        }
    }
}

#[test]
fn microsofts_examples_sync_into_creatio() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/graph/examples");
    if !folder.is_dir() {
        println!("SKIPPED: no {} here, so Microsoft's examples were not synced", folder.display());
        return;
    }
    let mut settings = everything();
    settings.from = "2014-01-01".parse().unwrap();
    settings.export.on = false;
    let scenario = SandboxScenario::new(Seed::Empty, &settings);
    let (mut events, mut tasks) = (Vec::new(), Vec::new());
    let mut names: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.sort();
    for path in names {
        let example: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let Some(body) = example.pointer("/response/body").or_else(|| example.get("json")) else { continue };
        for row in body.get("value").and_then(Value::as_array).cloned().unwrap_or_else(|| vec![body.clone()]) {
            if row.get("bodyLastModifiedDateTime").is_some()
                || (row.get("status").is_some() && row.get("title").is_some())
            {
                tasks.push(row);
            } else if row.get("start").is_some() || row.get("@removed").is_some() {
                events.push(row);
            }
        }
    }
    // the documents use the same ids for different items
    let mut known = FlatSet::new();
    for (n, row) in events.iter_mut().chain(&mut tasks).enumerate() {
        let id = row["id"].as_str().unwrap_or_default().to_owned();
        if !id.is_empty() && !known.insert(id.clone()) {
            row["id"] = json!(format!("{id}{n}"));
            row["iCalUId"] = json!(format!("{}{n}", row["iCalUId"].as_str().unwrap_or_default()));
        }
    }
    let load = json!({"events": events, "tasks": tasks});
    let request = http::Request::post("/sandbox/load").body(load.to_string().into_bytes()).unwrap();
    let reply = scenario.world.sandbox.borrow_mut().handle(sandbox::Server::Graph, &request);
    let reply: Value = serde_json::from_slice(reply.response.unwrap().body()).unwrap();
    let loaded = reply["loaded"].as_u64().unwrap();
    let report = scenario.settle();
    println!(
        "examples: {} events and {} tasks, {loaded} loaded, {} refused; {:?}, held {}",
        events.len(),
        tasks.len(),
        reply["refused"].as_array().unwrap().len(),
        report.counts,
        report.held.len()
    );
    for held in &report.held {
        println!("examples: held {:?} {}", held.reason, held.detail);
    }
    for refused in reply["refused"].as_array().unwrap() {
        println!("examples: refused {refused}");
    }
    assert!(loaded >= 30 && report.counts.creatio.created >= 30, "{report:?}");
}
