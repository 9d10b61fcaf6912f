//! Real input: every event, task, delta and error body of Microsoft's documentation goes through the reader and becomes content, a series,
//! a tombstone, or malformed with a reason. The counts are printed.
#![allow(clippy::print_stdout)] // counts and skips are to be seen

use crate::graph_setup::{Known, mailbox};
use crate::memory::everything;
use crate::spine::Spine;
use chrono_tz::Tz;
use sandbox::{Seed, Server};
use schedule_sync::engine::settings::Notify;
use schedule_sync::graph::Mailbox;
use schedule_sync::graph::map::{self, Reading};
use schedule_sync::http::odata;
use schedule_sync::model::Kind;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::rc::Rc;

/// The items in one example: kind and body.
fn items(body: &Value) -> Vec<(Kind, Value)> {
    let rows = body.get("value").and_then(Value::as_array).cloned().unwrap_or_else(|| vec![body.clone()]);
    rows.into_iter().filter_map(|row| Some((kind(&row)?, row))).collect()
}

/// What a body is, told by members that only its kind has.
fn kind(row: &Value) -> Option<Kind> {
    let has = |names: &[&str]| names.iter().any(|name| row.get(name).is_some());
    if has(&["bodyLastModifiedDateTime", "dueDateTime"]) || (has(&["status"]) && has(&["title"])) {
        Some(Kind::Task)
    } else if has(&["start", "iCalUId", "isOrganizer", "seriesMasterId", "isOnlineMeeting", "@removed"]) {
        Some(Kind::Meeting)
    } else {
        None
    }
}

#[test]
fn every_example_becomes_something() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/graph/examples");
    if !folder.is_dir() {
        println!("SKIPPED: no {} here, so Microsoft's examples were not read", folder.display());
        return;
    }
    // the documentation's mailboxes are in Seattle
    let mailbox = Mailbox { zone: Rc::new(Known(Tz::America__Los_Angeles, "Pacific Standard Time")), ..mailbox() };
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let example: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let body = example.pointer("/response/body").or_else(|| example.get("json"));
        for (kind, item) in body.map(items).unwrap_or_default() {
            let word = match map::read(kind, &item, &mailbox, &"c".into()) {
                Reading::Content(read) => {
                    assert!(
                        Some(read.id.as_str()) == item["id"].as_str() && !read.version.as_str().is_empty(),
                        "{path:?}"
                    );
                    "content"
                }
                Reading::Master(_) => "series",
                Reading::Skeleton { .. } => "occurrence without content",
                Reading::Tombstone(_) => "tombstone",
                Reading::Malformed(malformed) => {
                    assert!(!malformed.reason.is_empty(), "{path:?}");
                    *reasons.entry(malformed.reason).or_default() += 1;
                    "malformed"
                }
            };
            *counts.entry(word).or_default() += 1;
        }
        if let Some(error) = body.filter(|body| body.get("error").is_some()) {
            let mut response = http::Response::new(error.to_string().into_bytes());
            *response.status_mut() = http::StatusCode::BAD_REQUEST;
            assert!(odata::refusal(&response).detail().contains(": "), "{path:?}");
            *counts.entry("error").or_default() += 1;
        }
    }
    println!("Microsoft's examples: {counts:?}; malformed for {reasons:?}");
    for word in ["content", "series", "tombstone", "malformed", "error"] {
        assert!(counts.contains_key(word), "no {word} among {counts:?}");
    }
}

/// Words of paths; whatever else stands in one is an id.
const WORDS: [&str; 14] = [
    "me",
    "users",
    "groups",
    "calendars",
    "calendarView",
    "events",
    "delta",
    "accept",
    "decline",
    "tentativelyAccept",
    "todo",
    "lists",
    "tasks",
    "$batch",
];

/// The requests that examples show and the product makes as well.
const BOTH: [&str; 13] = [
    "DELETE me/events/*",
    "DELETE me/todo/lists/*/tasks/*",
    "GET me",
    "GET me/calendarView/delta",
    "GET me/events",
    "GET me/events/*",
    "GET me/todo/lists/*/tasks",
    "GET me/todo/lists/*/tasks/*",
    "PATCH me/events/*",
    "POST $batch",
    "POST me/events",
    "POST me/events/*/accept",
    "POST me/todo/lists/*/tasks",
];

/// Verb and path of a request, versions, hosts and ids left out; a calendar named by id is the user's as well.
fn shape(method: &str, address: &str) -> String {
    let path = address.split("/v1.0/").last().unwrap().split("/beta/").last().unwrap().split('?').next().unwrap();
    let word = |segment: &str| WORDS.iter().find(|word| word.eq_ignore_ascii_case(segment)).copied().unwrap_or("*");
    let path: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).map(word).collect();
    format!("{method} {}", path.join("/").replace("calendars/*/", ""))
}

/// What the product asks of Graph while it does everything that it can; every request and reply is checked on the way.
fn asked() -> BTreeSet<String> {
    let mut settings = everything();
    settings.rules.notify = Notify::Always;
    let spine = Spine::new(Seed::Demo, &settings);
    let new = |title: &str, scheduled: bool| {
        let row = json!({"Title": title, "ShowInScheduler": scheduled, "StartDate": "2026-03-10T08:00:00Z", "DueDate": "2026-03-10T09:00:00Z"});
        spine.odata("POST", "Activity", Some(row))["Id"].as_str().unwrap().to_owned()
    };
    let made = [("m1", true), ("m2", true), ("t1", false), ("t2", false)].map(|(title, kind)| new(title, kind));
    spine.run();
    for id in [&made[0], &made[2]] {
        spine.odata("PATCH", &format!("Activity({id})"), Some(json!({"Title": format!("changed {id}")})));
    }
    for id in [&made[1], &made[3]] {
        spine.odata("DELETE", &format!("Activity({id})"), None);
    }
    let invited = spine.activity("Invitation: joint marketing plan")["Id"].as_str().unwrap().to_owned();
    let rows =
        format!("ActivityParticipant?$filter=Activity/Id eq {invited} and Participant/Id eq {}", spine.world.contact());
    let row = spine.odata("GET", &rows, None)["value"][0]["Id"].as_str().unwrap().to_owned();
    let confirmed = json!({"InviteResponseId": "7098c892-34e3-4a3e-af08-c1a139f63220"});
    spine.odata("PATCH", &format!("ActivityParticipant({row})"), Some(confirmed));
    let event = spine.event("m1")["id"].as_str().unwrap().to_owned();
    spine.run();
    spine.graph("DELETE", &format!("me/events/{event}"), None);
    spine.run();
    let sandbox = spine.world.sandbox.borrow();
    let rows = sandbox.desk.log().iter().filter(|row| row.server == Server::Graph);
    rows.map(|row| shape(&row.method, &row.path)).collect()
}

#[test]
fn what_the_examples_ask_and_we_ask_fits_one_description() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/graph/examples");
    if !folder.is_dir() {
        println!("SKIPPED: no {} here, so Microsoft's requests were not compared with ours", folder.display());
        return;
    }
    let mut shown: BTreeMap<String, usize> = BTreeMap::new();
    for entry in std::fs::read_dir(&folder).unwrap() {
        let example: Value = serde_json::from_slice(&std::fs::read(entry.unwrap().path()).unwrap()).unwrap();
        let text = |name: &str| example.pointer(name).and_then(Value::as_str);
        if let (Some(method), Some(url)) = (text("/request/method"), text("/request/url")) {
            *shown.entry(shape(method, url)).or_default() += 1;
        }
    }
    let ours = asked();
    let both: Vec<&str> = shown.keys().filter(|shape| ours.contains(*shape)).map(String::as_str).collect();
    println!("Microsoft's examples show {} kinds of requests, {} of which we make: {both:?}", shown.len(), both.len());
    assert_eq!(both, BOTH);
}
