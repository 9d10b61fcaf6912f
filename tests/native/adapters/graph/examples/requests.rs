//! What Microsoft's examples ask of Graph, beside what the product asks: whatever both ask fits one
//! description, and where both write a member, they write the same kind of thing.

use super::examples;
use crate::support::graph_setup::{description, quirks};
use crate::support::memory::everything;
use crate::support::sandbox_scenario::SandboxScenario;
use crate::support::world::{COLLEAGUE, MAILBOX};
use pollster::block_on;
use sandbox::{Request, Seed, Server};
use schedule_sync::engine::answer::{Answer, Choice};
use schedule_sync::engine::held::Reason;
use schedule_sync::engine::settings::Notify;
use schedule_sync::flat::{FlatMap, FlatSet};
use schedule_sync::model::Side;
use schedule_sync::run;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

/// Words of paths; whatever else stands in one is an id.
const WORDS: [&str; 17] = [
    "me",
    "users",
    "groups",
    "calendar",
    "calendars",
    "calendarView",
    "events",
    "delta",
    "accept",
    "decline",
    "tentativelyAccept",
    "cancel",
    "todo",
    "lists",
    "tasks",
    "linkedResources",
    "$batch",
];

/// The requests that the product makes and examples may show: what a run asks when everything
/// happens.
pub(super) const BOTH: [&str; 22] = [
    "DELETE me/events/*",
    "DELETE me/todo/lists/*/tasks/*",
    "GET me",
    "GET me/calendarView",
    "GET me/calendarView/delta",
    "GET me/calendars",
    "GET me/events",
    "GET me/events/*",
    "GET me/todo/lists",
    "GET me/todo/lists/*/tasks",
    "GET me/todo/lists/*/tasks/*",
    "GET me/todo/lists/*/tasks/delta",
    "PATCH me/events/*",
    "PATCH me/todo/lists/*/tasks/*",
    "POST $batch",
    "POST me/events",
    "POST me/events/*/accept",
    "POST me/events/*/cancel",
    "POST me/events/*/decline",
    "POST me/events/*/tentativelyAccept",
    "POST me/todo/lists/*/tasks",
    "POST me/todo/lists/*/tasks/*/linkedResources",
];

/// The fewest of them that either half of the documentation shows.
const FEWEST: usize = 10;

/// Creatio's answers of participants.
const ANSWERS: [&str; 3] = [
    "7098c892-34e3-4a3e-af08-c1a139f63220",
    "cc256758-4051-4021-9c51-216e37635c46",
    "50e89724-522d-446e-be91-12548b8c834d",
];

/// Verb and path of a request, versions, hosts and ids left out; a calendar named by id is the
/// user's as well.
pub(super) fn shape(method: &str, address: &str) -> String {
    let path = address.split("/v1.0/").last().unwrap().split("/beta/").last().unwrap().split('?').next().unwrap();
    let word = |segment: &str| WORDS.iter().find(|word| word.eq_ignore_ascii_case(segment)).copied().unwrap_or("*");
    let path: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).map(word).collect();
    format!("{method} {}", path.join("/").replace("calendars/*/", "").replace("calendar/", ""))
}

/// Bodies by the shape of their requests; of requests without one there is none.
type Bodies = FlatMap<String, FlatSet<String>>;

fn note(bodies: &mut Bodies, shape: String, body: Option<&Value>) {
    bodies.entry(shape).or_default().extend(body.map(Value::to_string));
}

/// An invitation of the colleague to the user; its title.
fn invited(scenario: &SandboxScenario, n: usize) -> String {
    let title = format!("i{n}");
    let time = |hour: usize| json!({"dateTime": format!("2026-03-11T{hour:02}:00:00"), "timeZone": "UTC"});
    let attendees = json!([{"type": "required", "emailAddress": {"address": MAILBOX, "name": "x"}}]);
    let body = json!({"subject": title, "start": time(9 + n), "end": time(10 + n), "attendees": attendees});
    let colleague = scenario.world.beside(COLLEAGUE);
    assert_eq!(colleague.by_hand(Side::Exchange, "POST", "me/events", Some(body)).0, 201);
    title
}

/// The user gives an answer, in Creatio.
fn answer(scenario: &SandboxScenario, title: &str, answer: &str) {
    let (activity, me) = (scenario.activity(title)["Id"].as_str().unwrap().to_owned(), scenario.world.contact());
    let rows = format!("ActivityParticipant?$filter=Activity/Id eq {activity} and Participant/Id eq {me}");
    let row = scenario.odata("GET", &rows, None)["value"][0]["Id"].as_str().unwrap().to_owned();
    scenario.odata("PATCH", &format!("ActivityParticipant({row})"), Some(json!({"InviteResponseId": answer})));
}

/// Everything that the product can ask of Graph happens in these runs; each request and reply is
/// checked on the way.
fn everything_happens(scenario: &SandboxScenario) {
    let new = |title: &str, scheduled: bool| {
        let row = json!({"Title": title, "ShowInScheduler": scheduled, "StartDate": "2026-03-10T08:00:00Z",
            "DueDate": "2026-03-10T09:00:00Z", "Location": "Hall"});
        scenario.odata("POST", "Activity", Some(row))["Id"].as_str().unwrap().to_owned()
    };
    let made =
        [("m1", true), ("m2", true), ("m3", true), ("t1", false), ("t2", false)].map(|(title, kind)| new(title, kind));
    let guest = scenario.odata("POST", "Contact", Some(json!({"Name": "Anna", "Email": "anna@fabrikam.example"})));
    let role = json!("1a8324e8-a6e1-df11-971b-001d60e938c6");
    let row = json!({"ActivityId": made[2], "ParticipantId": guest["Id"], "RoleId": role});
    scenario.odata("POST", "ActivityParticipant", Some(row));
    let invitations: Vec<String> = (0..ANSWERS.len()).map(|n| invited(scenario, n)).collect();
    scenario.run();

    for id in [&made[0], &made[3]] {
        let row = json!({"Title": format!("changed {id}"), "Notes": "<p>n</p>", "DueDate": "2026-03-11T09:00:00Z"});
        scenario.odata("PATCH", &format!("Activity({id})"), Some(row));
    }
    for id in [&made[1], &made[2], &made[4]] {
        scenario.odata("DELETE", &format!("Activity({id})"), None);
    }
    for (title, given) in invitations.iter().zip(ANSWERS) {
        answer(scenario, title, given);
    }
    // "in doubt" is what an invitation begins with: it is an answer only after another one
    answer(scenario, &invitations[2], ANSWERS[0]);
    let event = scenario.event("m1")["id"].as_str().unwrap().to_owned();
    let report = scenario.run();
    let asked = report.held.iter().filter(|held| held.reason == Reason::DeleteAsked);
    let allow = |held: &schedule_sync::engine::held::Held| Answer {
        side: held.side,
        id: held.id.clone().unwrap(),
        reason: held.reason,
        choice: Choice::Allow,
    };
    block_on(run::answer::answer(&scenario.store, asked.map(allow).collect())).unwrap();
    scenario.graph("DELETE", &format!("me/events/{event}"), None);
    scenario.run();
    answer(scenario, &invitations[2], ANSWERS[2]);
    scenario.run();
    // a calendar of which the changes can't be told is read without them
    quirks(&scenario.world, json!({"timeouts": {"always": true}}));
    scenario.world.sandbox.borrow_mut().graph.expire_tokens();
    scenario.run();
}

/// What the product asks of Graph.
fn asked() -> Bodies {
    let mut settings = everything();
    settings.rules.notify = Notify::Always;
    let scenario = SandboxScenario::new(Seed::Demo, &settings);
    let bodies: Arc<Mutex<Bodies>> = Arc::default();
    let kept = Arc::clone(&bodies);
    scenario.world.sandbox.borrow_mut().environment.watch(Box::new(move |server, request: &Request, _| {
        // people say nothing of ids
        let is_ours = request.headers().contains_key("prefer") || request.uri().path().ends_with("$batch");
        if server == Server::Graph && is_ours {
            let body: Option<Value> = serde_json::from_slice(request.body()).ok();
            note(&mut kept.lock().unwrap(), shape(request.method().as_str(), request.uri().path()), body.as_ref());
        }
    }));
    everything_happens(&scenario);
    bodies.lock().unwrap().clone()
}

/// What the examples ask: by themselves, and as parts of batches; with whether each fits the
/// description.
fn shown() -> (Bodies, Vec<String>) {
    let description = description();
    let (mut bodies, mut unfit) = (Bodies::new(), Vec::new());
    for (name, example) in examples() {
        let text = |at: &str| example.pointer(at).and_then(Value::as_str);
        let whole = text("/request/method").zip(text("/request/url"));
        let parts = example.pointer("/request/body/requests").or_else(|| example.pointer("/json/requests"));
        let parts = parts.and_then(Value::as_array).into_iter().flatten();
        let parts = parts.filter_map(|part| Some((part["method"].as_str()?, part["url"].as_str()?, part.get("body"))));
        let whole = whole.map(|(method, url)| (method, url, example.pointer("/request/body")));
        for (method, url, body) in whole.into_iter().chain(parts) {
            let body = body.filter(|body| !body.is_null());
            note(&mut bodies, shape(method, url), body);
            let bytes = body.map(|body| body.to_string().into_bytes()).unwrap_or_default();
            let path = url.trim_start_matches("https://graph.microsoft.com").replace(['{', '}', ' ', '|'], "x");
            let request = http::Request::builder().method(method).uri(path).body(bytes);
            if let (Some(description), Ok(request)) = (&description, request) {
                unfit.extend(description.check_request(&request).into_iter().map(|why| format!("{name}: {why}")));
            }
        }
    }
    (bodies, unfit)
}

/// Where the two have a member that is not the same kind of thing; members that both have are
/// counted.
fn differences(ours: &Value, theirs: &Value, (at, both): (&str, &mut FlatSet<String>), found: &mut Vec<String>) {
    match (ours, theirs) {
        (Value::Object(own), Value::Object(others)) => {
            // enumerations and parameters are told in any case
            let other = |name: &String| others.iter().find(|(other, _)| other.eq_ignore_ascii_case(name));
            for (name, value) in own {
                if let Some((_, other)) = other(name) {
                    let at = format!("{at}/{name}");
                    both.insert(at.clone());
                    differences(value, other, (&at, both), found);
                }
            }
        }
        (Value::Array(own), Value::Array(others)) => {
            if let (Some(own), Some(other)) = (own.first(), others.first()) {
                differences(own, other, (at, both), found);
            }
        }
        (Value::Null, _) | (_, Value::Null) => {}
        // the documentation quotes a flag somewhere
        (Value::Bool(_), Value::String(quoted)) if quoted.parse::<bool>().is_ok() => {}
        (own, other) if std::mem::discriminant(own) == std::mem::discriminant(other) => {}
        (own, other) => found.push(format!("{at}: {own} beside {other}")),
    }
}

#[test]
fn what_the_examples_ask_and_we_ask_fits_one_description() {
    let (shown, unfit) = shown();
    if shown.is_empty() {
        return;
    }
    let ours = asked();
    let missing: Vec<_> = BOTH.iter().filter(|shape| !ours.contains_key(**shape)).collect();
    assert!(missing.is_empty(), "a run in which everything happens does not ask {missing:?}");
    let stray: Vec<_> = ours.keys().filter(|shape| !BOTH.contains(&shape.as_str())).collect();
    assert!(stray.is_empty(), "the product asks more than is compared: {stray:?}");

    let both: Vec<&String> = shown.keys().filter(|shape| ours.contains_key(*shape)).collect();
    println!("Microsoft's examples show {} kinds of requests, {} of which we make: {both:?}", shown.len(), both.len());
    assert!(both.len() >= FEWEST, "{both:?}");
    let mut found = Vec::new();
    for shape in both {
        let parsed = |bodies: &Bodies| -> Vec<Value> {
            bodies[shape].iter().map(|text| serde_json::from_str(text).unwrap()).collect()
        };
        let (own, theirs) = (parsed(&ours), parsed(&shown));
        let mut members = FlatSet::new();
        for (one, other) in own.iter().flat_map(|one| theirs.iter().map(move |other| (one, other))) {
            differences(one, other, (shape, &mut members), &mut found);
        }
        if !own.is_empty() && !theirs.is_empty() {
            println!("compared: {members:?}");
            assert!(!members.is_empty(), "{shape}: no member in common");
        }
    }
    assert!(found.is_empty(), "{found:#?}");
    // what they show is older, and sometimes a sketch
    println!("examples that don't fit the description: {unfit:#?}");
}
